"""DeepFix in a training script.

```python
import deepfix

result = deepfix.diagnose(train=train_df, test=test_df, label="churned", model=model, history=history)
print(result)
```
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
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

#: Where each name is. They are imported when they are first used: pytest imports this package for its plugin in
#: every environment that has it.
_HOMES = {
    "ingest": "_base",
    "Progress": "_wire",
    "AsyncClient": "aio",
    "Client": "client",
    "check": "gate",
    **dict.fromkeys(("Action", "Finding", "Result", "RootCause"), "result"),
}

#: Modules that are there as attributes as well, without an import of their own.
_MODULES = ("aio", "client", "errors", "gate", "integrations", "result")

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


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f".{_HOMES.get(name, 'errors')}", __name__), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_MODULES})


def diagnose(**arguments: Any) -> Result:
    """Diagnoses an experiment with a client of default settings: `Client.diagnose`."""
    from .client import Client

    with Client() as client:
        return client.diagnose(**arguments)


def diagnose_run(run_id: str | None = None, **arguments: Any) -> Result:
    """Diagnoses a run of MLflow with a client of default settings: `Client.diagnose_run`."""
    from .client import Client

    with Client() as client:
        return client.diagnose_run(run_id, **arguments)
