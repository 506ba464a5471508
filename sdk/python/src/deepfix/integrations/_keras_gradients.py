"""The norm of the gradient in Keras, which tells its callbacks of none.

With PyTorch the gradients of a step are still there after it. With JAX and TensorFlow they exist within the compiled
step only: while a training is watched, some of its steps go through a train function that was made of the same
`train_step`, with the norm of what the optimizer is given as one more output. Neither the model nor the optimizer keeps
anything of it: the optimizer's method is another one only while the step is traced.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import keras

from .._watch import Run, harmless
from ._keras_norm import METHODS, NONE
from ._keras_steps import Kept, Measured, Traced

#: Norms that stay on their device before they are read, all at once. Reading each would wait for its step; the bound
#: is for the memory of an epoch that never ends.
MOST_PENDING = 256
#: Of compiled steps one of so many is measured. The sums and the change to another compiled step take up to 250
#: microseconds beside the 300 of a small step on a CPU: one of 200 is 0.4 %. A condition within one step for all would
#: take 30 microseconds of each.
EVERY = 200
#: Epochs whose first step is measured as well, however short they are: what goes wrong does so early, and a trend wants
#: that many points. Were it every epoch, one of ten steps would be measured where an epoch has ten.
FIRST_EPOCHS = 8
#: Calls of the train function from which on a second compiled step is worth it. Compiling took 0.7 s for a model whose
#: step takes half a millisecond: shorter trainings would take more than twice their time, and are soon repeated.
FEWEST = 1_000
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
        #: Calls of the train function, in this epoch and in all.
        self._calls = self._all_calls = 0
        #: Whether a second compiled step is worth it.
        self._worth = False
        self._early = FIRST_EPOCHS
        self._last: int | None = None
        self._first_loss: float | None = None
        #: Whether this step is measured, if it is a compiled one. It follows from numbers of steps alone: processes
        #: that train together all say the same, as they must, which times of each would not.
        self.due = False
        #: Whether the next call is one of this training. A fit that broke off ends without a word to its callbacks.
        self.expected = False
        self._pending: list[tuple[int, int, Any]] = []
        self._function: Measured | None = None

    def attach(self, model: Any, steps: int | None) -> None:
        """Puts a train function that measures in the place of Keras' own.

        Args:
            model: what is trained.
            steps: how many steps there will be, as far as Keras knows.
        """
        if int(keras.__version__.split(".")[0]) < 3:
            return
        # Keras executes so many in one call.
        self._together = model.steps_per_execution
        self._worth = steps is not None and steps >= FEWEST * self._together
        model.make_train_function()
        plain = model.train_function
        if isinstance(plain, Measured):
            # Of a fit that broke off.
            plain = plain.plain
        function = vars(plain).get(KEPT)
        if function is None or function.model is not model:
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
        self._all_calls += 1
        self.due = self._is_due()

    def _is_due(self) -> bool:
        # Where Keras does not know how many there will be, it shows.
        if not self._worth and self._all_calls < FEWEST:
            return False
        early = self._calls == 1 and self._early > 0
        if not early and self._last is not None and self._all_calls - self._last < EVERY:
            return False
        self._early -= early
        self._last = self._all_calls
        return True

    def end_epoch(self, loss: Any) -> None:
        """Where a short training goes wrong, which its loss tells, the rest of it is measured all the same."""
        self.flush()
        if self._worth or not isinstance(loss, (int, float)):
            return
        if self._first_loss is None:
            self._first_loss = loss
        # Several processes may have losses of their own, and must not differ in what they do.
        self._worth = (not math.isfinite(loss) or loss > self._first_loss) and not _are_several()

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


def _made(model: Any, plain: Callable[..., Any]) -> Measured | None:
    """What measures this model; None where nothing can."""
    if keras.backend.backend() == "torch":
        return Kept(model, plain)
    if keras.backend.backend() not in METHODS or not isinstance(model.optimizer, keras.optimizers.Optimizer):
        return None
    if not _is_made_by_keras(model):
        return None
    if keras.backend.backend() == "tensorflow" and model.distribute_strategy.num_replicas_in_sync > 1:
        # Each replica has a gradient of its own, and they are averaged out of sight.
        return None
    return Traced(model, plain)


def _is_made_by_keras(model: Any) -> bool:
    """Whether the train function is Keras' own work, and goes through `model.train_step`: another one need not."""
    if "make_train_function" in vars(model):
        return False
    if type(model).make_train_function is not keras.Model.make_train_function:
        return False
    # With NNX of Flax it is the class's method that Keras calls.
    is_nnx_enabled = getattr(keras.config, "is_nnx_enabled", None)
    return is_nnx_enabled is None or not is_nnx_enabled()


def _are_several() -> bool:
    """Whether several processes train together."""
    if keras.backend.backend() != "jax":
        # Of TensorFlow's replicas none is measured, and of PyTorch each for itself.
        return False
    import jax

    return bool(jax.process_count() > 1)
