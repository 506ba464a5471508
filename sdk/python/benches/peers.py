"""Measures a diagnosis beside deepchecks and ydata-profiling, each in an environment of its own.

    python3 sdk/python/benches/peers.py [ROWS COLUMNS]

The environments lie below target/ of the repository, wherever CARGO_TARGET_DIR puts the binary. Ours is made by
`cargo xtask sdk`, those of deepchecks and ydata-profiling by this when they are not there (they take 1.5 GB).
Without ROWS and COLUMNS each gets tables of a size that it is done with in about a minute, and ours the million rows
that docs/python/README.md speaks of.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
#: Where the binary is built.
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))

#: Who is measured: the folder of the environment, the list of its packages, rows and columns.
PEERS = {
    "ours": ("sdk-env", None, (1_000_000, 50)),
    "deepchecks": ("tabular-env", ROOT / "tests/tabular/requirements.txt", (2_000, 50)),
    "ydata": ("peers-env", ROOT / "sdk/python/benches/requirements.txt", (200_000, 50)),
}


def environment(folder: str, packages: Path | None) -> Path:
    """The Python of an environment, which is made when it is not there. A copy of the list of its packages tells that
    it is whole."""
    place = ROOT / "target" / folder
    python, stamp = place / "bin" / "python", place / "installed.txt"
    if packages is None:
        if not python.exists():
            sys.exit(f"there is no {place}; expected the environment that `cargo xtask sdk` makes")
        return python
    wanted = packages.read_text()
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"== {folder}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "-r"]
        subprocess.run([python, *pip, packages], check=True)
        stamp.write_text(wanted)
    return python


def main() -> None:
    """Measures each of them once."""
    size = tuple(int(it) for it in sys.argv[1:3])
    settings = {"DEEPFIX_CONFIG": str(ROOT / "deepfix.toml"), "DEEPFIX_BINARY": str(TARGET / "release" / "deepfix")}
    for name, (folder, packages, usual) in PEERS.items():
        rows, columns = size or usual
        command = [
            environment(folder, packages),
            ROOT / "sdk/python/benches/diagnose.py",
            name,
            str(rows),
            str(columns),
        ]
        subprocess.run(command, env={**settings, **os.environ}, check=True)


if __name__ == "__main__":
    main()
