"""A gate for pipelines: nothing as severe as agreed may be found."""

from __future__ import annotations

from os import PathLike
from typing import Any

from .client import Client
from .result import Result, Severity


def check(
    *,
    severity: Severity = "high",
    client: Client | None = None,
    report: str | PathLike[str] | None = None,
    **arguments: Any,
) -> Result:
    """Diagnoses, and fails on severe findings.

    Args:
        severity: the least severity that fails.
        client: who diagnoses; one of default settings otherwise.
        report: a file to write the report to before it fails: .html, .md, .sarif or .json.
        (the others): as of `Client.diagnose`, or `run_id` for a run of MLflow.

    Raises:
        FindingsError: something as severe was found. It is an `AssertionError`, so that pytest shows it as a
            failed test.
        UnavailableError: nobody could look: a gate that cannot see does not open.
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
    if report is not None and result.unavailable is None:
        result.save(report)
    return result.raise_for(severity)
