"""The engine of this machine: the `deepfix` binary, one process a diagnosis."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from . import _json, _model, _wire
from ._progress import Listener
from ._request import Request
from ._wire import Progress
from .errors import LocalError, UnavailableError

#: Names the binary, before everything else.
VARIABLE = "DEEPFIX_BINARY"
#: Where to look at what failed, without flooding a message.
LONGEST_MESSAGE = 2_000
#: What a listener is told is at work before the agents are, and until the end.
NAME = "the engine of this machine"
#: Has the binary tell of progress, an event a line of standard error.
PROGRESS = "--progress=json"
#: What a binary says that is older than that, with the exit code of a wrong call.
UNKNOWN = (2, b"unexpected argument '--progress")
#: How the binary ends where it could do nothing, and also where it answers that nothing could be examined.
NOTHING_EXAMINED = 2

HOW_TO_GET = (
    f'expected one in {VARIABLE}, from pip install "deepfix[local]", or on PATH; or a server: '
    'Client("http://127.0.0.1:8844"), or its address in DEEPFIX_URL'
)


@dataclass(frozen=True)
class Engine:
    """A binary that was found.

    Attributes:
        binary: its path.
        origin: where it was found.
        environment: what it is started with.
    """

    binary: str
    origin: str
    environment: dict[str, str] = field(repr=False, default_factory=dict)


def find() -> Engine | None:
    """The binary: the one that DEEPFIX_BINARY names, else that of the package deepfix-bin, else one on PATH."""
    if named := os.environ.get(VARIABLE):
        path = shutil.which(named)
        if path is None:
            raise UnavailableError(f"{VARIABLE}: found no program at {named}; expected the deepfix binary")
        return Engine(os.path.abspath(path), VARIABLE, dict(os.environ))
    try:
        import deepfix_bin
    except ImportError:
        pass
    else:
        return Engine(str(deepfix_bin.binary()), "deepfix-bin", deepfix_bin.environment())
    # A script of that name on PATH may be that of a package which is gone: it is tried last.
    if path := shutil.which("deepfix"):
        return Engine(path, "PATH", dict(os.environ))
    return None


def diagnose(request: Request, timeout: float, largest_weights: int, listener: Listener | None) -> dict[str, Any]:
    """The response of the local engine. A listener is told that it begins, how far each agent is, and
    that it is done.

    Raises:
        UnavailableError: there is no binary, it cannot be started or is not done in time.
        LocalError: it refused the request.
    """
    engine = find()
    if engine is None:
        raise UnavailableError(f"there is no deepfix binary on this machine; {HOW_TO_GET}")
    tell = listener or (lambda _: None)
    with tempfile.TemporaryDirectory(prefix="deepfix-") as scratch:
        body, folder = _with_weights(request, Path(scratch), largest_weights)
        command = [engine.binary, *_configuration(), "analyse", "--format", "json", *_source(body)]
        text = b"" if "mlflow" in body else _json.dumps(body)
        tell(Progress(NAME, 0.0, "at work"))
        started = _Started(folder, engine.environment, timeout)
        try:
            if listener is None:
                done = started.run(command, text)
            else:
                done = started.run_telling([*command, PROGRESS], text, listener)
                if done.returncode == UNKNOWN[0] and UNKNOWN[1] in done.stderr:
                    done = started.run(command, text)
        except subprocess.TimeoutExpired as error:
            raise UnavailableError(f"the local engine was not done after {timeout:g} s (timeout)") from error
        except OSError as error:
            raise UnavailableError(f"{engine.binary} ({engine.origin}) cannot be started: {error}") from error
    # With an answer it is one of which nothing could be examined: the result says so itself.
    if done.returncode != 0 and not (done.returncode == NOTHING_EXAMINED and done.stdout.strip()):
        said = done.stderr.decode(errors="replace").strip()
        raise LocalError(f"the local engine: {said[-LONGEST_MESSAGE:] or f'exit code {done.returncode}'}")
    try:
        response: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise LocalError(f"the local engine answered no JSON: {error}") from error
    tell(Progress(NAME, 1.0, "done"))
    return response


@dataclass(frozen=True)
class _Started:
    """How the binary is started."""

    folder: Path | None
    environment: dict[str, str]
    timeout: float

    def run(self, command: list[str], text: bytes) -> subprocess.CompletedProcess[bytes]:
        """Waits for it in silence."""
        return subprocess.run(
            command, input=text, capture_output=True, cwd=self.folder, env=self.environment, timeout=self.timeout
        )

    def run_telling(self, command: list[str], text: bytes, listener: Listener) -> subprocess.CompletedProcess[bytes]:
        """Tells a listener, in its own thread, what the binary says of its progress; other lines are its errors."""
        pipe, late, answer = subprocess.PIPE, threading.Event(), []
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=self.folder, env=self.environment)
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        given, told, said = process.stdin, process.stdout, process.stderr

        def stop() -> None:
            late.set()
            process.kill()

        # A pipe that nobody reads, or that nobody writes to, would hold the binary up.
        helpers = [
            threading.Thread(target=_feed, args=(given, text), daemon=True),
            threading.Thread(target=lambda: answer.append(told.read()), daemon=True),
        ]
        timer = threading.Timer(min(self.timeout, threading.TIMEOUT_MAX), stop)
        timer.daemon = True
        started: list[threading.Thread] = []
        try:
            for it in [*helpers, timer]:
                it.start()
                started.append(it)
            errors = [line for line in said if not _is_event(line, listener)]
            process.wait()
        finally:
            timer.cancel()
            if process.poll() is None:
                process.kill()
                process.wait()
            # One that could not be started cannot be waited for either, and what it would close is open still.
            for it in started:
                it.join()
            if not started:
                given.close()
            told.close()
            said.close()
        if late.is_set():
            raise subprocess.TimeoutExpired(command, self.timeout)
        return subprocess.CompletedProcess(command, process.returncode, b"".join(answer), b"".join(errors))


def _feed(pipe: IO[bytes], text: bytes) -> None:
    try:
        with pipe:
            pipe.write(text)
    except OSError:
        # It ended before it had read all: its exit code says why.
        pass


def _is_event(line: bytes, listener: Listener) -> bool:
    """Whether a line is an event, of which the listener is told."""
    if not line.startswith(b"{"):
        return False
    try:
        found = json.loads(line)
        event = _wire.progress(found["event"], found["data"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    if event is not None:
        listener(event)
    return True


def _configuration() -> list[str]:
    """The configuration that the user's folder has: the binary may be started in another one."""
    if "DEEPFIX_CONFIG" in os.environ:
        return ["--config", os.path.abspath(os.environ["DEEPFIX_CONFIG"])]
    here = Path("deepfix.toml")
    return ["--config", str(here.resolve())] if here.is_file() else []


def _source(body: dict[str, Any]) -> list[str]:
    source = body.get("mlflow")
    if not source:
        return ["-"]
    names = {"run_id": "--mlflow-run", "dataset_name": "--mlflow-dataset", "model": "--mlflow-model"}
    arguments = [f"{flag}={source[name]}" for name, flag in names.items() if name in source]
    if uri := source.get("tracking_uri"):
        arguments.append(f"--tracking-uri={uri}")
    if source.get("write_back"):
        arguments.append("--write-back")
    return [*arguments, f"--language={body['language']}"]


def _with_weights(request: Request, scratch: Path, largest: int) -> tuple[dict[str, Any], Path | None]:
    """The request with a file of the weights, and the folder to start the binary in: it reads files
    below that only."""
    checkpoint = request.body.get("model_checkpoint_artifacts")
    if not checkpoint:
        return request.body, None
    path = Path(checkpoint["path"]) if checkpoint.get("path") else None
    if path is None and request.weights is not None:
        try:
            path = _model.write_weights(request.weights, scratch, largest)
        except Exception as error:
            # A full disk for example. What else there is of the experiment is worth a diagnosis.
            why = str(error) if isinstance(error, _model.Unwritten) else f"{type(error).__name__}: {error}"
            request.remarks.append(f"the weights of the model were not examined: {why}")
    if path is None:
        return request.body, None
    path = path.resolve()
    if not path.exists():
        raise LocalError(f"model: found no file {path}; expected a model object or the path of its file")
    changed = {**request.body, "model_checkpoint_artifacts": {**checkpoint, "path": path.name}}
    return changed, path.parent
