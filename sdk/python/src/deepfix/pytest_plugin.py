"""The pytest plugin: a fixture that diagnoses, and reports of all that was diagnosed.

```python
def test_the_training_is_sound(deepfix_check):
    deepfix_check(train=train, test=test, label="churned", history=history)
```

`pytest --deepfix-severity medium --deepfix-reports reports/` sets the least severity that fails, and writes
a page and a SARIF file for each test.
"""

from __future__ import annotations

import itertools
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
    numbers = itertools.count(1)

    def run(**arguments: Any) -> Any:
        # Imported late: a plugin must not slow down who does not use it.
        from .gate import check, paths

        arguments.setdefault("severity", severity)
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            number = next(numbers)
            stem = name if number == 1 else f"{name}-{number}"
            written = [Path(folder) / f"{stem}.{ending}" for ending in ("html", "sarif")]
            arguments["report"] = [*paths(arguments.get("report")), *written]
        return check(**arguments)

    return run
