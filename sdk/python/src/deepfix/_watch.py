"""What every integration does: record within a budget of time, diagnose in the background, never fail."""

from __future__ import annotations

import functools
import logging
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from .client import Client
from .errors import DeepFixWarning
from .result import Result

P = ParamSpec("P")
T = TypeVar("T")

LOGGER = logging.getLogger("deepfix")

#: The share of a training's time that each thing that is measured (gradient norms, losses) may take. Two of them
#: are half of the one per cent that is promised: calling the hooks and recording take some as well.
SHARE = 0.0025
#: Rows of steps that are kept. Beyond, every other one goes, and half as many come.
MOST_ROWS = 10_000
#: Seconds within which a diagnosis in the background must be done, so that a program can end.
PATIENCE = 60.0


def warn(what: str, error: BaseException) -> None:
    """Says that DeepFix failed. Where warnings are errors it goes to the log: a training never fails by it."""
    text = f"DeepFix: {what}: {type(error).__name__}: {error}. The training is not affected."
    LOGGER.debug(text, exc_info=error)
    try:
        warnings.warn(text, DeepFixWarning, stacklevel=3)
    except Warning:
        LOGGER.warning(text)


def harmless(method: Callable[P, T]) -> Callable[P, T | None]:
    """A hook of a framework that cannot fail it."""

    @functools.wraps(method)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T | None:
        try:
            return method(*args, **kwargs)
        except Exception as error:
            warn(f"{method.__name__} went wrong", error)
            return None

    return guarded


class Budget:
    """Bounds what measuring takes to a share of the time since the start."""

    def __init__(self, share: float = SHARE) -> None:
        self.share = share
        self.spent = 0.0
        self.started = time.perf_counter()

    def allows(self) -> bool:
        """Whether there is time for one more."""
        return self.spent <= self.share * (time.perf_counter() - self.started)

    @contextmanager
    def measuring(self) -> Iterator[None]:
        """Counts the time within."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.spent += time.perf_counter() - begun


class Record:
    """Rows of metrics: those of epochs all, those of steps as many as fit."""

    def __init__(self, most: int = MOST_ROWS) -> None:
        self.epochs: list[dict[str, Any]] = []
        self.steps: list[dict[str, Any]] = []
        self.most = most
        self.stride = 1
        self._seen = 0

    def epoch(self, row: Mapping[str, Any]) -> None:
        """Adds a row of an epoch."""
        self.epochs.append(dict(row))

    def step(self, row: Mapping[str, Any]) -> None:
        """Adds a row of a step, or not."""
        self._seen += 1
        if self._seen % self.stride:
            return
        self.steps.append(dict(row))
        if len(self.steps) >= self.most:
            self.steps = self.steps[1::2]
            self.stride *= 2

    def rows(self) -> list[dict[str, Any]]:
        """All rows, in order where they have steps."""
        rows = [*self.steps, *self.epochs]
        if all("step" in it for it in rows):
            rows.sort(key=lambda it: it["step"])
        return rows


class Watch:
    """Watches a training, and diagnoses it at its end.

    Args:
        client: who diagnoses; by default one of default settings.
        params: settings of the training that the framework does not know.
        background: whether the diagnosis runs beside the program.
        show: whether it is written to standard error when it is there.
        on_result: a function that is given the result.
        diagnosis: what `Client.diagnose` takes beside: `train`, `test`, `label`, `dataset_name`, ...
    """

    def __init__(
        self,
        client: Client | None = None,
        *,
        params: Mapping[str, Any] | None = None,
        background: bool = True,
        show: bool = True,
        on_result: Callable[[Result], None] | None = None,
        **diagnosis: Any,
    ) -> None:
        self.client = client
        self.record = Record()
        self.budget = Budget()
        self.params: dict[str, Any] = dict(params or {})
        self.background = background
        self.show = show
        self.on_result = on_result
        self.diagnosis = diagnosis
        self.model: Any = diagnosis.pop("model", None)
        self._result: Result | None = None
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """A training starts, perhaps another one than before."""
        self.record, self.budget = Record(), Budget()
        self._result, self._thread = None, None

    def add_params(self, found: Mapping[str, Any]) -> None:
        """Adds settings that the framework knows; what the user has said stays."""
        for name, value in found.items():
            if value is not None:
                self.params.setdefault(name, value)

    def finish(self, model: Any = None) -> None:
        """Starts the diagnosis. A second call does nothing."""
        if self._thread is not None or self._result is not None:
            return
        arguments = {
            **self.diagnosis,
            "model": self.model if model is None else model,
            "history": self.record.rows() or None,
            "params": dict(self.params) or None,
        }
        if not self.background:
            self._diagnose(arguments)
            return
        # No daemon: a script that ends with its training still gets the diagnosis.
        self._thread = threading.Thread(target=self._diagnose, args=(arguments,), name="deepfix")
        self._thread.start()

    def _diagnose(self, arguments: dict[str, Any]) -> None:
        try:
            client = self.client or Client(timeout=PATIENCE, progress=False)
            result = client.diagnose(**arguments)
        except Exception as error:
            warn("no diagnosis", error)
            self._result = Result.none(f"{type(error).__name__}: {error}")
            return
        self._result = result
        try:
            if self.on_result is not None:
                self.on_result(result)
            if self.show and sys.stderr is not None:
                print(f"\n{result}", file=sys.stderr)
        except Exception as error:
            warn("the result could not be handed over", error)

    def result(self, timeout: float | None = None) -> Result:
        """The diagnosis, waiting for it where it is under way.

        Args:
            timeout: seconds to wait at most.
        """
        try:
            self.finish()
        except Exception as error:
            warn("no diagnosis", error)
            return Result.none(str(error))
        if self._thread is not None:
            self._thread.join(timeout)
        return self._result or Result.none("it is not done yet")


def number(value: Any) -> float | None:
    """A metric as a number: of a tensor its only element, of anything else none."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError):
        return None
