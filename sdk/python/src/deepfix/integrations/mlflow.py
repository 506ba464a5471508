"""MLflow: diagnose a run, write the report back, diagnose each run as it ends.

```python
import deepfix.integrations.mlflow as deepfix_mlflow

deepfix_mlflow.autolog()          # before the training: each run that ends is diagnosed
deepfix_mlflow.diagnose(run_id)   # or one by hand
```
"""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

import mlflow
from mlflow.tracking import MlflowClient

from .._watch import PATIENCE, harmless, warn
from ..client import Client
from ..result import Result

#: Where the report and the artifacts of a run are.
REPORT = "deepfix"
LAYOUT = {"dataset_artifacts": ("dataset", "dataset.yaml"), "deepchecks_artifacts": ("deepchecks", "deepchecks.yaml")}

_threads: list[threading.Thread] = []
_original: Callable[..., Any] | None = None


def diagnose(run_id: str, *, client: Client | None = None, write_back: bool = True, **more: Any) -> Result:
    """Diagnoses a run, and writes the report back to it. What keeps it from being written is a warning."""
    result = (client or Client()).diagnose_run(run_id, **more)
    if write_back and result.unavailable is None:
        _write_back(result, run_id)
    return result


@harmless
def _write_back(result: Result, run_id: str) -> None:
    log_result(result, run_id)


def log_result(result: Result, run_id: str) -> None:
    """Writes a report to a run as `deepfix/report.html`, and the tags `deepfix.*` by which runs can be searched."""
    store = MlflowClient()
    store.log_text(run_id, result.to_html(), f"{REPORT}/report.html")
    store.log_text(run_id, result.to_json(), f"{REPORT}/response.json")
    codes = sorted({it.code for it in result.conclusions})
    tags = {
        "deepfix.severity": result.severity or "none",
        "deepfix.codes": ",".join(codes)[:5000],
        "deepfix.summary": result.summary[:5000],
    }
    for name, value in tags.items():
        store.set_tag(run_id, name, value)


def log_artifacts(artifacts: Mapping[str, Any], run_id: str) -> None:
    """Writes statistics and checks to a run, in the layout that DeepFix reads."""
    store = MlflowClient()
    for name, (folder, file) in LAYOUT.items():
        if artifacts.get(name):
            # JSON is YAML; numbers keep a point, so that readers of YAML 1.1 take them for numbers.
            store.log_text(run_id, json.dumps(artifacts[name], indent=1), f"{folder}/{file}")


def autolog(
    *,
    disable: bool = False,
    client: Client | None = None,
    on_result: Callable[[str, Result], None] | None = None,
    write_back: bool = True,
) -> None:
    """Diagnoses every run that ends from now on, in the background.

    Args:
        disable: ends that.
        on_result: a function that is given the run's id and the result.
        write_back: whether a report and tags go to the run.
    """
    global _original
    from mlflow.tracking import fluent

    if _original is not None:
        fluent.end_run = mlflow.end_run = _original
        _original = None
    if disable:
        return
    _original = original = fluent.end_run

    @functools.wraps(original)
    def end_run(*args: Any, **kwargs: Any) -> Any:
        run = mlflow.active_run()
        done = original(*args, **kwargs)
        if run is not None:
            _start(run.info.run_id, client, on_result, write_back)
        return done

    fluent.end_run = mlflow.end_run = end_run


@harmless
def _start(
    run_id: str, client: Client | None, on_result: Callable[[str, Result], None] | None, write_back: bool
) -> None:
    def work() -> None:
        try:
            asked = client or Client(timeout=PATIENCE, progress=False)
            result = diagnose(run_id, client=asked, write_back=write_back)
            if on_result is not None:
                on_result(run_id, result)
        except Exception as error:
            warn(f"run {run_id} was not diagnosed", error)

    _threads[:] = [it for it in _threads if it.is_alive()]
    thread = threading.Thread(target=work, name="deepfix-mlflow")
    _threads.append(thread)
    thread.start()


def wait(timeout: float | None = None) -> None:
    """Waits for the diagnoses that are under way."""
    for thread in list(_threads):
        thread.join(timeout)
