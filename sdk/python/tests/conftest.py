"""What tests share: the built binary, a server of it, and tables that have a fault."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy
import pandas
import pytest

ROOT = Path(__file__).resolve().parents[3]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
BINARY = TARGET / "release" / "deepfix"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The built binary, and nothing of the developer's own settings."""
    for name in ("DEEPFIX_URL", "DEEPFIX_API_KEY", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DEEPFIX_BINARY", str(BINARY))
    monkeypatch.setenv("DEEPFIX_CONFIG", str(ROOT / "deepfix.toml"))


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the binary."""
    monkeypatch.delenv("DEEPFIX_BINARY")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "deepfix_bin", None)


@dataclass
class Server:
    """A server on a free port.

    Attributes:
        url: its address.
        key: a key for it, where it wants one.
        log: what it has written so far.
    """

    process: subprocess.Popen[str]
    url: str
    key: str | None = None
    log: list[str] = field(default_factory=list)


def _start(folder: Path, **settings: str) -> Server:
    environment = {
        **os.environ,
        "DEEPFIX_CONFIG": str(ROOT / "deepfix.toml"),
        "DEEPFIX_HISTORY__DATABASE": str(folder / "history.db"),
        "DEEPFIX_LOG__FORMAT": "json",
        **settings,
    }
    key = None
    if settings:
        made = subprocess.run(
            [BINARY, "keys", "create", "tests"], env=environment, capture_output=True, text=True, check=True
        )
        key = next(it for it in made.stdout.split() if len(it) > 40)
    process = subprocess.Popen(
        [BINARY, "serve", "--listen", "127.0.0.1:0"], env=environment, stderr=subprocess.PIPE, text=True
    )
    log = []
    assert process.stderr is not None
    for line in process.stderr:
        log.append(line)
        record = json.loads(line) if line.startswith("{") else {}
        if record.get("message") == "ready":
            server = Server(process, f"http://{record['address']}", key, log)
            threading.Thread(target=lambda: log.extend(process.stderr), daemon=True).start()
            return server
    raise AssertionError("the server did not start: " + "".join(log))


def _stop(server: Server) -> None:
    server.process.terminate()
    server.process.wait(30)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    it = _start(tmp_path_factory.mktemp("server"))
    yield it
    _stop(it)


@pytest.fixture(scope="session")
def locked_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that wants a key."""
    it = _start(tmp_path_factory.mktemp("locked"), DEEPFIX_ACCESS__REQUIRE_KEYS="always")
    yield it
    _stop(it)


def table(rows: int, seed: int) -> pandas.DataFrame:
    """A table whose label follows from two features."""
    random = numpy.random.default_rng(seed)
    frame = pandas.DataFrame(random.normal(size=(rows, 6)), columns=[f"x{place}" for place in range(6)])
    frame["city"] = random.choice(["Lyon", "Oslo", "Rome"], rows)
    noise = random.normal(scale=0.8, size=rows)
    frame["y"] = (frame.x0 + 0.5 * frame.x1 + noise > 0).astype(int)
    return frame


@pytest.fixture(scope="session")
def tables() -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """A training and a test table without a fault."""
    return table(1200, 1), table(400, 2)


@pytest.fixture(scope="session")
def leaky(tables: tuple[pandas.DataFrame, pandas.DataFrame]) -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """The same with half of the test rows among the training rows."""
    train, test = tables
    return pandas.concat([train, test.iloc[:200]], ignore_index=True), test


@pytest.fixture(scope="session")
def diverging() -> dict[str, list[float]]:
    """A training that overfits from its tenth epoch."""
    epochs = range(60)
    return {
        "epoch": list(epochs),
        "train_loss": [1.2 * 0.93**it + 0.01 for it in epochs],
        "val_loss": [1.2 * 0.93 ** min(it, 10) + 0.03 * max(0, it - 10) for it in epochs],
    }
