"""MLflow: diagnose a run, write the report back, diagnose each run as it ends.

```python
import deepfix.integrations.mlflow as deepfix_mlflow

deepfix_mlflow.autolog()          # before the training: each run that ends is diagnosed
deepfix_mlflow.diagnose(run_id)   # or one by hand
```
"""

from __future__ import annotations

import collections
import functools
import json
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

import mlflow
from mlflow.tracking import MlflowClient

from .. import __version__
from .._base import nobody_answers
from .._watch import PATIENCE, harmless, warn
from ..client import Client
from ..errors import UnavailableError
from ..result import NO_FAULT, SEVERITIES, Result

#: Where the report and the artifacts of a run are.
REPORT = "deepfix"
LAYOUT = {"dataset_artifacts": ("dataset", "dataset.yaml"), "deepchecks_artifacts": ("deepchecks", "deepchecks.yaml")}

#: The longest tag that MLflow takes.
LONGEST_TAG = 5000
#: Runs that wait for their diagnosis at most. Those that end while so many wait get none.
MOST_WAITING = 100

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
    for name, value in tags(result).items():
        store.set_tag(run_id, name, value[:LONGEST_TAG])


def tags(result: Result) -> dict[str, str]:
    """The tags of a run that was diagnosed: those that `deepfix analyse --write-back` writes."""
    standing = result.standing
    verdict = max((it.severity for it in standing if it.code not in NO_FAULT), key=SEVERITIES.index, default=None)
    agents = list(result.raw.get("agent_results", {}))
    reasoner = agents[-1] if agents else ""
    causes = [it.code for it in standing if it.agent == reasoner and it.severity != "low"]
    found = {
        "deepfix.verdict": verdict or ("healthy" if result.examined else "not_examined"),
        "deepfix.root_causes": ",".join(causes),
        "deepfix.summary": result.summary,
        "deepfix.version": __version__,
        "deepfix.report": f"{REPORT}/report.html",
    }
    for severity in reversed(SEVERITIES):
        # The reasoner repeats the findings of the others.
        own = [it for it in standing if it.severity == severity and it.agent != reasoner]
        found[f"deepfix.findings.{severity}"] = str(len(own))
    return found


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
            # A client that warns of its failures raises none.
            if result._nobody_answered:
                drop(UnavailableError(str(result.unavailable)))
            if on_result is not None:
                on_result(run_id, result)
        except Exception as error:
            warn(f"run {run_id} was not diagnosed", error)
            if nobody_answers(error):
                drop(error)

    def drop(error: Exception) -> None:
        # Each would take as long, and the program does not end before.
        if others := _worker.drop():
            warn(f"{others} runs that ended after it were not diagnosed", error)

    if not _worker.add(work):
        error = UnavailableError(f"{MOST_WAITING} runs wait for their diagnosis already")
        warn(f"run {run_id} was not diagnosed", error)


class Worker:
    """Does one thing after the other beside the program: many runs may end at once, and each diagnosis is a process
    that takes every core."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: collections.deque[Callable[[], None]] = collections.deque()
        self._is_at_work = False

    def add(self, work: Callable[[], None]) -> bool:
        """Does it when everything before it is done; at once where the program ends already, since no thread can be
        started then. MLflow ends a run that is left open just there. False where too many wait."""
        if not threading.main_thread().is_alive():
            work()
            return True
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                return False
            self._waiting.append(work)
            if not self._is_at_work:
                # No daemon: a script that ends with its run still gets the diagnosis.
                threading.Thread(target=self._work, name="deepfix-mlflow").start()
                self._is_at_work = True
            return True

    def drop(self) -> int:
        """Forgets what waits; returns how many that were."""
        with self._changed:
            dropped = len(self._waiting)
            self._waiting.clear()
            return dropped

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    self._is_at_work = False
                    self._changed.notify_all()
                    return
                work = self._waiting.popleft()
            try:
                work()
            except BaseException as error:
                # Such as the end that a function of the user asks for: it is not that of the others.
                warn("a run was not diagnosed", error)

    def wait(self, timeout: float | None) -> None:
        """Waits until everything is done."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_at_work, timeout)


_worker = Worker()


def _after_fork() -> None:
    """Another process has its own worker: the thread of the first one is not in it."""
    global _worker
    _worker = Worker()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def wait(timeout: float | None = None) -> None:
    """Waits for the diagnoses that are under way."""
    _worker.wait(timeout)
