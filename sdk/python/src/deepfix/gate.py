"""A gate for pipelines: nothing as severe as agreed may be found."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import Any

from .client import Client
from .result import Result, Severity

#: A file to write a report to, or several.
Reports = str | PathLike[str] | Sequence[str | PathLike[str]] | None


def check(
    *,
    severity: Severity = "high",
    client: Client | None = None,
    report: Reports = None,
    **arguments: Any,
) -> Result:
    """Diagnoses, and fails on severe findings.

    Args:
        severity: the least severity that fails.
        client: who diagnoses; one of default settings otherwise.
        report: a file to write the report to before it fails, or several: .html, .md, .sarif or .json.
        (the others): as of `Client.diagnose`, or `run_id` for a run of MLflow.

    Raises:
        FindingsError: something as severe was found. It is an `AssertionError`, so that pytest shows it as a
            failed test.
        UnavailableError: nobody could look, or there was nothing that could be examined: a gate that cannot see
            does not open.
    """
    own = client is None
    client = client or Client()
    try:
        if "run_id" in arguments:
            result = client.diagnose_run(**arguments)
        else:
            result = client.diagnose(**arguments)
    finally:
        if own:
            client.close()
    if result.unavailable is None:
        for path in paths(report):
            result.save(path)
    return result.raise_for(severity)


def paths(report: Reports) -> list[str | PathLike[str]]:
    """The files that are named."""
    if report is None:
        return []
    return [report] if isinstance(report, (str, PathLike)) else list(report)
