"""What the tests of folders that frameworks write share, whichever environment they run in."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

#: What a training that learns its rows by heart is told.
OVERFITS = {"training.overfitting", "training.early_stopping_missed"}


def analysed(binary: Path, path: Path) -> tuple[list[str], set[str], dict[str, Any]]:
    """The lines that say what was recognised, the codes of the findings, and the answer."""
    command = [binary, "analyse", path, "--format", "json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    answer = json.loads(ran.stdout)
    found = [it for agent in answer["agent_results"].values() for it in agent["analysis"]]
    codes = {it["findings"].get("code") for it in found}
    return ran.stderr.splitlines(), codes, answer


def said(lines: list[str], pattern: str) -> bool:
    """Whether a line matches."""
    return any(re.search(pattern, it) for it in lines)
