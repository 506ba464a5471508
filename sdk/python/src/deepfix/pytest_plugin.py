"""The pytest plugin: a fixture that diagnoses, and reports of all that was diagnosed.

```python
def test_the_training_is_sound(deepfix_check):
    deepfix_check(train=train, test=test, label="churned", history=history)
```

`pytest --deepfix-severity medium --deepfix-reports reports/` sets the least severity that fails, and writes
a page and a SARIF file for each test.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options."""
    group = parser.getgroup("deepfix")
    group.addoption(
        "--deepfix-severity",
        choices=["low", "medium", "high"],
        default="high",
        help="the least severity that fails a test (default: high)",
    )
    group.addoption(
        "--deepfix-reports", metavar="FOLDER", default=None, help="where each test leaves a page and a SARIF file"
    )


@pytest.fixture
def deepfix_check(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """`deepfix.check` with the severity and the reports that the command line asks for."""
    severity = request.config.getoption("--deepfix-severity")
    folder = request.config.getoption("--deepfix-reports")
    name = re.sub(r"[^\w.-]+", "-", request.node.nodeid).strip("-")

    def run(**arguments: Any) -> Any:
        # Imported late: a plugin must not slow down who does not use it.
        from .client import Client
        from .gate import check

        arguments.setdefault("severity", severity)
        if not folder:
            return check(**arguments)
        least = arguments.pop("severity")
        with Client() as own:
            client = arguments.pop("client", None) or own
            if "run_id" in arguments:
                result = client.diagnose_run(**arguments)
            else:
                result = client.diagnose(**arguments)
        if result.unavailable is None:
            Path(folder).mkdir(parents=True, exist_ok=True)
            for ending in ("html", "sarif"):
                result.save(Path(folder) / f"{name}.{ending}")
        return result.raise_for(least)

    return run
