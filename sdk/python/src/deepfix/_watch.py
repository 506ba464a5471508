"""What every integration does: record within a budget of time, diagnose in the background, never fail."""

from __future__ import annotations

import functools
import logging
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from ._base import nobody_answers
from .client import Client
from .errors import DeepFixWarning, UnavailableError
from .result import Result

P = ParamSpec("P")
T = TypeVar("T")

LOGGER = logging.getLogger("deepfix")

#: The share of a training's time that each thing that is measured (gradient norms, losses) may take. Two of them
#: are half of the one per cent that is promised: calling the hooks and recording take some as well.
SHARE = 0.0025
#: Rows of steps that are kept. Beyond, every other one goes, and half as many come.
MOST_ROWS = 10_000
#: Seconds within which a diagnosis in the background must be done, and that it waits for those before it, so that
#: a program can end.
PATIENCE = 60.0
#: Held while a diagnosis runs in the background. A search fits many models one right after the other, and each
#: diagnosis is a process that takes every core.
_turn = threading.Lock()
#: When nobody answered last, and why, by the server's address. What waited by then is not asked any more: each would
#: take as long, and a program does not end before.
_outages: dict[str | None, tuple[float, str]] = {}


def _after_fork() -> None:
    """Another process has its own turns: nobody in it gives back what a thread of the first one holds."""
    global _turn
    _turn = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


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


@dataclass
class Run:
    """One training that is watched.

    Attributes:
        params: its settings: what the user has said, and what the framework knows.
        model: what is trained, as far as it is known before the end.
        record: its metrics.
        budget: the time that measuring them may take.
        result: the diagnosis, once there is one.
        thread: who works on it.
        ended: when the training did, on the clock that never steps.
    """

    params: dict[str, Any]
    model: Any = None
    record: Record = field(default_factory=Record)
    budget: Budget = field(default_factory=Budget)
    result: Result | None = None
    thread: threading.Thread | None = None
    ended: float = 0.0

    def add_params(self, found: Mapping[str, Any]) -> None:
        """Adds settings that the framework knows; what the user has said stays."""
        for name, value in found.items():
            if value is not None:
                self.params.setdefault(name, value)


class Watch:
    """Watches trainings, one after the other, and diagnoses each at its end.

    A copy of it is the watch itself, so that whoever copies a model with its callbacks still tells the one
    that the user asks. One that was pickled, with a model that is saved or sent to another process, knows
    neither the client nor the tables, and has no result.

    Args:
        client: who diagnoses; by default one of default settings.
        params: settings of the training that the framework does not know.
        background: whether the diagnosis runs beside the program.
        show: whether it is written to standard error when it is there.
        on_result: a function that is given the result.
        diagnosis: what `Client.diagnose` takes beside: `train`, `test`, `label`, `dataset_name`, ...

    Attributes:
        skip: whether another process of this training diagnoses it.
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
        self.background = background
        self.show = show
        self.on_result = on_result
        self.diagnosis = diagnosis
        self.skip = False
        self._given = dict(params or {})
        self._model: Any = diagnosis.pop("model", None)
        self._run = self._new()

    def _new(self) -> Run:
        return Run(dict(self._given), self._model)

    def __copy__(self) -> Watch:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Watch:
        return self

    def __getstate__(self) -> dict[str, Any]:
        gone = {"client": None, "on_result": None, "_model": None, "_run": None}
        kept = {name: it for name, it in self.diagnosis.items() if name not in ("train", "test")}
        return {**self.__dict__, **gone, "diagnosis": kept}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._run = self._new()

    @property
    def record(self) -> Record:
        """The metrics of this training."""
        return self._run.record

    @property
    def budget(self) -> Budget:
        """The time that measuring may take in this training."""
        return self._run.budget

    @property
    def params(self) -> dict[str, Any]:
        """The settings of this training."""
        return self._run.params

    def begin(self, model: Any = None) -> None:
        """A training starts, perhaps another one than before. A diagnosis of that one goes on."""
        self._run = self._new()
        if model is not None:
            self._run.model = model

    def add_params(self, found: Mapping[str, Any]) -> None:
        """Adds settings that the framework knows; what the user has said stays."""
        self._run.add_params(found)

    def finish(self, model: Any = None, prepare: Callable[[Run], Mapping[str, Any]] | None = None) -> None:
        """Starts the diagnosis. A second call does nothing, and neither does one where another process diagnoses.

        Args:
            model: what was trained.
            prepare: completes the record and the settings and gives more arguments of `Client.diagnose`, beside
                the program if the diagnosis is; what the user has said stays.
        """
        run = self._run
        if self.skip or run.thread is not None or run.result is not None:
            return
        if model is not None:
            run.model = model
        run.ended = time.monotonic()
        # Where the program ends already, no thread can be started.
        if not self.background or not threading.main_thread().is_alive():
            self._diagnose(run, prepare)
            return
        # No daemon: a script that ends with its training still gets the diagnosis.
        run.thread = threading.Thread(target=self._in_turn, args=(run, prepare), name="deepfix")
        run.thread.start()

    def _in_turn(self, run: Run, prepare: Callable[[Run], Mapping[str, Any]] | None) -> None:
        turn = _turn
        if not turn.acquire(timeout=PATIENCE):
            self._give_up(run, UnavailableError(f"the diagnoses before it took longer than {PATIENCE:g} seconds"))
            return
        try:
            told = self._ask(run, prepare)
        finally:
            turn.release()
        self._hand_over(told)

    def _diagnose(self, run: Run, prepare: Callable[[Run], Mapping[str, Any]] | None) -> None:
        self._hand_over(self._ask(run, prepare))

    def _ask(self, run: Run, prepare: Callable[[Run], Mapping[str, Any]] | None) -> Result | None:
        """Puts the diagnosis in its place. None where there is none to hand over."""
        address: str | None = None
        try:
            client = self.client or Client(timeout=PATIENCE, progress=False)
            address = client.url
            since, why = _outages.get(address, (0.0, ""))
            if run.thread is not None and since > run.ended:
                self._give_up(run, UnavailableError(f"the diagnosis before it had no answer: {why}"))
                return None
            more = dict(prepare(run)) if prepare is not None else {}
            arguments = {
                **more,
                **self.diagnosis,
                "model": run.model,
                "history": run.record.rows() or None,
                "params": dict(run.params) or None,
            }
            result = client.diagnose(**arguments)
        except Exception as error:
            if nobody_answers(error):
                _outages[address] = (time.monotonic(), str(error))
            self._give_up(run, error)
            return None
        # A client that warns of its failures raises none.
        if result._nobody_answered:
            _outages[address] = (time.monotonic(), str(result.unavailable))
        else:
            _outages.pop(address, None)
        run.result = result
        return result

    def _give_up(self, run: Run, error: Exception) -> None:
        warn("no diagnosis", error)
        run.result = Result.none(f"{type(error).__name__}: {error}")

    def _hand_over(self, result: Result | None) -> None:
        if result is None:
            return
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
        if self.skip:
            return Result.none("the first process of the training diagnoses it")
        run = self._run
        try:
            self.finish()
        except Exception as error:
            warn("no diagnosis", error)
            return Result.none(str(error))
        if run.thread is not None:
            run.thread.join(timeout)
        return run.result or Result.none("it is not done yet")


def number(value: Any) -> float | None:
    """A metric as a number: of a tensor its only element, of anything else none."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError):
        return None
