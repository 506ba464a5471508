"""The norm of the gradient in Keras, which tells its callbacks of none.

With PyTorch the gradients of a step are still there after it. With JAX and TensorFlow they exist within the compiled
step only: while a training is watched, some of its steps go through a train function that was made of the same
`train_step`, with the norm of what the optimizer is given as one more output. Neither the model nor the optimizer keeps
anything of it: the optimizer's method is another one only while the step is traced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import keras

from .._watch import Run, harmless, warn
from ._keras_norm import METHODS, NONE, is_gone, is_its_gradient, is_of_this_graph, listening, nothing, scale_of

#: Norms that stay on their device before they are read, all at once. Reading each would wait for its step; the bound
#: is for the memory of an epoch that never ends.
MOST_PENDING = 256
#: Of compiled steps the first of each epoch is measured and then one of so many. The sums and the change to another
#: compiled step take up to 250 microseconds beside the 300 of a small step on a CPU: one of 200 is 0.4 %. A condition
#: within one step for all would take 30 microseconds of each.
EVERY = 200
#: Where Keras' own train function keeps the one that measures, so that a second fit need not compile it again.
KEPT = "_deepfix_measured"


class Meter:
    """Measures the norm of each step of one training, before clipping and without the factor of a scaled loss."""

    def __init__(self, run: Run) -> None:
        self.run = run
        #: Steps so far, with the one that is under way.
        self.step = 0
        self._together = 1
        self._epoch = 0
        #: Calls of the train function in this epoch.
        self._calls = 0
        #: Whether the next call is one of this training. A fit that broke off ends without a word to its callbacks.
        self.expected = False
        self._pending: list[tuple[int, int, Any]] = []
        self._function: Measured | None = None

    def attach(self, model: Any) -> None:
        """Puts a train function that measures in the place of Keras' own."""
        if int(keras.__version__.split(".")[0]) < 3:
            return
        # Keras executes so many in one call.
        self._together = model.steps_per_execution
        model.make_train_function()
        plain = model.train_function
        if isinstance(plain, Measured):
            # Of a fit that broke off.
            plain = plain.plain
        function = vars(plain).get(KEPT)
        if function is None:
            function = _made(model, plain)
            if function is None:
                return
            vars(plain)[KEPT] = function
        function.meter = self
        self._function = function
        model.train_function = function

    @harmless
    def detach(self, model: Any) -> None:
        """Puts Keras' own back."""
        function, self._function = self._function, None
        if function is not None:
            function.meter = None
            if model.train_function is function:
                model.train_function = function.plain

    def begin_epoch(self, epoch: int) -> None:
        """Tells which epoch it is."""
        self._epoch, self._calls = epoch, 0

    def begin_step(self) -> None:
        """Tells that the next call of the train function is one of this training."""
        self.expected = True
        self.step += self._together
        self._calls += 1

    def is_due(self) -> bool:
        """Whether this step is measured, if it is a compiled one. Processes that train together all say the same."""
        return self._calls % EVERY == 1

    def take(self, norm: Any) -> None:
        """The norm of this step."""
        if norm is None or not self.run.budget.allows():
            return
        with self.run.budget.measuring():
            self._pending.append((self._epoch, self.step, norm))
            if len(self._pending) >= MOST_PENDING:
                self._read(MOST_PENDING // 2)

    @harmless
    def flush(self) -> None:
        """Records what is on its device still: at the end of an epoch nothing waits for it."""
        with self.run.budget.measuring():
            self._read(len(self._pending))

    def _read(self, number: int) -> None:
        taken, self._pending = self._pending[:number], self._pending[number:]
        for epoch, step, norm in taken:
            found = float(norm)
            if found != NONE:
                self.run.record.step({"epoch": epoch, "step": step, "grad_norm": found})


class Measured:
    """A train function of Keras with the norm beside its logs.

    Attributes:
        plain: Keras' own.
        sparse: whether steps that are not due go through that one.
        meter: who is told of the norm; None while nobody watches.
    """

    sparse = False

    def __init__(self, model: Any, plain: Callable[..., Any]) -> None:
        self.model = model
        self.plain = plain
        self.meter: Meter | None = None

    def __call__(self, *args: Any) -> Any:
        """A step, or several of `steps_per_execution`."""
        meter = self.meter
        if meter is None or not meter.expected:
            # The fit that was watched broke off, and this is another one.
            self.meter = None
            self.model.train_function = self.plain
            return self.plain(*args)
        meter.expected = False
        if self.sparse and not meter.is_due():
            return self.plain(*args)
        result, norm = self._step(meter, *args)
        try:
            meter.take(norm)
        except Exception as error:
            self._give_up("the norm of the gradient", error)
        return result

    def _step(self, meter: Meter, *args: Any) -> tuple[Any, Any]:
        raise NotImplementedError

    def _give_up(self, what: str, error: Exception) -> None:
        warn(what, error)
        self.meter = None
        self.model.train_function = self.plain


class Kept(Measured):
    """PyTorch: the gradients are with their weights when a step is over."""

    def _step(self, meter: Meter, *args: Any) -> tuple[Any, Any]:
        wanted = meter.run.budget.allows()
        # After the step it may be another one.
        scale = scale_of(self.model.optimizer) if wanted else None
        scale = None if scale is None else float(scale)
        result = self.plain(*args)
        if not wanted:
            return result, None
        try:
            with meter.run.budget.measuring():
                return result, self._norm(scale)
        except Exception as error:
            self._give_up("the norm of the gradient", error)
            return result, None

    def _norm(self, scale: float | None) -> Any:
        import torch

        weights = [it for it in self.model.trainable_weights if not is_its_gradient(it)]
        gradients = [it.value.grad for it in weights if it.value.grad is not None]
        if not gradients:
            return None
        norm = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(it) for it in gradients]))
        return norm if scale is None else norm / scale


class Traced(Measured):
    """JAX and TensorFlow: the norm is an output of the compiled step."""

    sparse = True

    def __init__(self, model: Any, plain: Callable[..., Any]) -> None:
        super().__init__(model, plain)
        self._proven = False
        self._train_step = model.train_step
        kept = vars(model).get("train_step")
        # Keras makes its function of the model's method, which is another one for as long as that takes.
        try:
            vars(model)["train_step"] = self._with_norm
            model.make_train_function(force=True)
            self._compiled = model.train_function
        finally:
            del vars(model)["train_step"]
            if kept is not None:
                vars(model)["train_step"] = kept
            model.train_function = plain

    def _with_norm(self, *args: Any) -> Any:
        """`train_step`, while it is traced: the norm is beside the logs that it returns."""
        found: list[Any] = []
        with listening(self.model.optimizer, found):
            result = self._train_step(*args)
        norm = found[0] if found else nothing()
        if keras.backend.backend() == "jax":
            logs, state = result
            return (logs, norm), state
        return (result, norm) if is_of_this_graph(norm) else (result, nothing())

    def _step(self, meter: Meter, *args: Any) -> tuple[Any, Any]:
        if keras.backend.backend() == "tensorflow":
            result, norm = self._compiled(*args)
            return result, norm
        state, batches = args
        if not self._proven:
            return self._first(state, Replayed(batches))
        (logs, norm), state = self._compiled(state, batches)
        return (logs, state), norm

    def _first(self, state: Any, batches: Replayed) -> tuple[Any, Any]:
        """Where a `train_step` of the user cannot be measured, as one that updates within a loop of JAX, the same
        batches go through Keras' own."""
        try:
            (logs, norm), after = self._compiled(state, batches)
        except StopIteration:
            raise
        except Exception as error:
            if not batches.seen or is_gone(state):
                raise
            self._give_up("the gradient of this model cannot be measured", error)
            batches.again()
            return self.plain(state, batches), None
        self._proven = True
        return (logs, after), norm


class Replayed(Iterator[Any]):
    """An iterator that remembers what it gave."""

    def __init__(self, inner: Any) -> None:
        self.seen: list[Any] = []
        self._inner = inner
        self._waiting: list[Any] = []

    def __next__(self) -> Any:
        if self._waiting:
            return self._waiting.pop(0)
        self.seen.append(next(self._inner))
        return self.seen[-1]

    def again(self) -> None:
        """Gives the same once more, and then what comes next."""
        self._waiting = list(self.seen)


def _made(model: Any, plain: Callable[..., Any]) -> Measured | None:
    """What measures this model; None where nothing can."""
    if keras.backend.backend() == "torch":
        return Kept(model, plain)
    if keras.backend.backend() not in METHODS or not isinstance(model.optimizer, keras.optimizers.Optimizer):
        return None
    if keras.backend.backend() == "tensorflow" and model.distribute_strategy.num_replicas_in_sync > 1:
        # Each replica has a gradient of its own, and they are averaged out of sight.
        return None
    return Traced(model, plain)
