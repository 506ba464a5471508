"""Reports, by the code that the server and the binary use."""

from __future__ import annotations

import subprocess
from typing import Literal

from .errors import LocalError, MissingPackageError

Form = Literal["html", "markdown", "sarif"]


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
