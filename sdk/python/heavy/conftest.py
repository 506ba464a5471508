"""The built binary, for the tests of the frameworks that are large."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

if torch.__version__.startswith("1."):
    # What PyTorch 1 has for many processes cannot be imported by Python 3.11; one process needs none of it.
    torch.distributed.is_available = lambda: False

ROOT = Path(__file__).resolve().parents[3]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The built binary, and nothing of the developer's own settings."""
    for name in ("DEEPFIX_URL", "DEEPFIX_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DEEPFIX_BINARY", str(TARGET / "release" / "deepfix"))
    monkeypatch.setenv("DEEPFIX_CONFIG", str(ROOT / "deepfix.toml"))
    monkeypatch.setenv("WANDB_DISABLED", "true")
    # No model hub, no telemetry.
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)
