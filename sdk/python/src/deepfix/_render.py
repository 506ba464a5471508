"""Reports, by the code that the server and the binary use, and what a terminal shows."""

from __future__ import annotations

import shutil
import subprocess
import textwrap
from typing import TYPE_CHECKING, Literal

from .errors import LocalError, MissingPackageError

if TYPE_CHECKING:
    from .result import Result

Form = Literal["html", "markdown", "sarif"]
#: Lines are no longer than this, so that they stay readable on a wide terminal.
WIDEST = 110


def report(response: str, form: Form, language: str | None = None) -> str:
    """A response as `html`, `markdown` or `sarif`.

    Raises:
        MissingPackageError: neither deepfix-core nor a local binary is there.
    """
    try:
        import deepfix_core
    except ImportError:
        return _by_binary(response, form, language)
    return deepfix_core.report(response, form, language)


def _by_binary(response: str, form: Form, language: str | None) -> str:
    from . import _local

    engine = _local.find()
    if engine is None:
        raise MissingPackageError(
            "reports are made by the package deepfix-core or by the deepfix binary, and neither is installed; "
            'expected: pip install "deepfix[core]"'
        )
    command = [engine.binary, "report", "-", "--format", form]
    if language:
        command += ["--language", language]
    done = subprocess.run(command, input=response.encode(), capture_output=True, env=engine.environment, timeout=60)
    if done.returncode != 0:
        raise LocalError(done.stderr.decode(errors="replace").strip())
    return done.stdout.decode()


def text(result: Result) -> str:
    """A result for a terminal."""
    if result.unavailable is not None:
        return f"DeepFix: no diagnosis ({result.unavailable})"
    width = max(40, min(shutil.get_terminal_size().columns, WIDEST))

    def wrapped(said: str, first: str = "", then: str = "") -> list[str]:
        # Texts of strangers must not move the cursor.
        said = "".join(it if it.isprintable() else "\ufffd" for it in said.replace("\n", " "))
        return textwrap.wrap(said, width, initial_indent=first, subsequent_indent=then) if said else []

    name = str(result.raw.get("dataset_name") or "")
    lines = [*wrapped(f"DeepFix {name}".rstrip()), "", *wrapped(result.summary)]
    for number, it in enumerate(result.conclusions, 1):
        lines += ["", f"{number}. {it.severity} {it.code}  {it.confidence:.0%}"]
        lines += wrapped(it.description, "   ", "   ")
        lines += wrapped(it.evidence, "   shown by: ", "     ")
        lines += wrapped(it.action, "   do: ", "     ")
    remarks = [*result.remarks, *result.warnings, *(f"{a} failed: {why}" for a, why in result.failed_agents.items())]
    if remarks:
        lines.append("")
        for remark in remarks:
            lines += wrapped(remark, "- ", "  ")
    return "\n".join(lines)
