"""The `deepfix` binary with its components, knowledge base and configuration."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__version__ = "0.1.0"

_HERE = Path(__file__).resolve().parent / "dist"


def binary() -> Path:
    """The binary. Its configuration lies beside it, where it looks for it."""
    return _HERE / ("deepfix.exe" if os.name == "nt" else "deepfix")


def environment() -> dict[str, str]:
    """What to start it with: this folder may be one that nobody can write to, so that compiled
    components and the history go to the user's own. What the user has set stays."""
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    data = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    found = {
        "DEEPFIX_ENGINE__CACHE_DIR": os.path.join(caches, "deepfix", "components"),
        "DEEPFIX_HISTORY__DATABASE": os.path.join(data, "deepfix", "deepfix.db"),
    }
    if "DEEPFIX_CONFIG" in os.environ or Path("deepfix.toml").is_file():
        # Somebody has a configuration of their own.
        found = {}
    return {**found, **os.environ}


def main() -> None:
    """The command `deepfix`."""
    program = str(binary())
    if os.name == "nt":
        import subprocess

        sys.exit(subprocess.run([program, *sys.argv[1:]], env=environment()).returncode)
    os.execve(program, [program, *sys.argv[1:]], environment())
