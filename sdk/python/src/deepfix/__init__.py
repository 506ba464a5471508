"""DeepFix in a training script.

```python
import deepfix

result = deepfix.diagnose(train=train_df, test=test_df, label="churned", model=model, history=history)
print(result)
```
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"

from ._base import ingest
from ._wire import Progress
from .aio import AsyncClient
from .client import Client
from .errors import (
    AuthenticationError,
    DeepFixError,
    DeepFixWarning,
    FindingsError,
    InputError,
    LocalError,
    MissingPackageError,
    ServerError,
    UnavailableError,
)
from .gate import check
from .result import Action, Finding, Result, RootCause

__all__ = [
    "Action",
    "AsyncClient",
    "AuthenticationError",
    "Client",
    "DeepFixError",
    "DeepFixWarning",
    "Finding",
    "FindingsError",
    "InputError",
    "LocalError",
    "MissingPackageError",
    "Progress",
    "Result",
    "RootCause",
    "ServerError",
    "UnavailableError",
    "check",
    "diagnose",
    "diagnose_run",
    "ingest",
]


def diagnose(**arguments: Any) -> Result:
    """Diagnoses an experiment with a client of default settings: `Client.diagnose`."""
    with Client() as client:
        return client.diagnose(**arguments)


def diagnose_run(run_id: str | None = None, **arguments: Any) -> Result:
    """Diagnoses a run of MLflow with a client of default settings: `Client.diagnose_run`."""
    with Client() as client:
        return client.diagnose_run(run_id, **arguments)
