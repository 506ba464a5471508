"""Train functions of Keras that tell the norm of the gradient beside what Keras' own gives.

Whatever happens, what Keras' own function would give is what the training gets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import keras

from .._watch import warn
from ._keras_norm import is_gone, is_its_gradient, is_of_this_graph, listening, nothing, scale_of

if TYPE_CHECKING:
    from ._keras_gradients import Meter


class WithNorm(NamedTuple):
    """What a step gives while it is measured. The type tells it from what a step gives that is not: logs may be
    anything."""

    logs: Any
    norm: Any


#: What a warning says of a model whose steps go on without.
CANNOT = "the gradient of this model cannot be measured"


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
        if self.sparse and not meter.due:
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
        if not meter.run.budget.allows():
            return self.plain(*args), None
        try:
            with meter.run.budget.measuring():
                # After the step it may be another one.
                scale = scale_of(self.model.optimizer)
                scale = None if scale is None else float(scale)
        except Exception as error:
            self._give_up("the norm of the gradient", error)
            return self.plain(*args), None
        result = self.plain(*args)
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
            return WithNorm(logs, norm), state
        return WithNorm(result, norm if is_of_this_graph(norm) else nothing())

    def _step(self, meter: Meter, *args: Any) -> tuple[Any, Any]:
        *before, batches = args
        if not isinstance(batches, Iterator):
            found = TypeError(f"expected an iterator of batches, found {type(batches).__name__}")
            self._give_up(CANNOT, found)
            return self.plain(*args), None
        if keras.backend.backend() == "jax":
            batches = Replayed(batches)
        try:
            result = self._compiled(*before, batches)
        except StopIteration:
            # There are no more batches.
            raise
        except Exception as error:
            if not self._is_untouched(error, before, batches):
                raise
            self._give_up(CANNOT, error)
        else:
            return self._told(result)
        # A `train_step` of the user that cannot be measured, as one that updates within a loop of JAX: the same
        # batches go through Keras' own.
        return self.plain(*before, batches), None

    def _is_untouched(self, error: Exception, before: list[Any], batches: Any) -> bool:
        """Whether a step that failed may be made again, since it took nothing and changed nothing."""
        if isinstance(batches, Replayed):
            # An iterator that failed is at its end.
            return not is_gone(before) and batches.again()
        import tensorflow

        # While it traces, TensorFlow executes nothing, and what it says of an execution is an error of its own.
        eager = self.model.run_eagerly or tensorflow.config.functions_run_eagerly()
        return not eager and not isinstance(error, tensorflow.errors.OpError)

    def _told(self, result: Any) -> tuple[Any, Any]:
        """What Keras' own function gives, and the norm."""
        if isinstance(result, WithNorm):
            return result.logs, result.norm
        match result:
            case (WithNorm() as told, state):
                return (told.logs, state), told.norm
        # A function that did not go through our `train_step` has trained like any other.
        self._give_up(CANNOT, TypeError(f"expected a step with its norm, found a {type(result).__name__} without"))
        return result, None


class Replayed(Iterator[Any]):
    """An iterator that remembers what it gave."""

    def __init__(self, inner: Iterator[Any]) -> None:
        self._inner = inner
        self._seen: list[Any] = []
        self._waiting: list[Any] = []
        self._failed = False

    def __next__(self) -> Any:
        if self._waiting:
            return self._waiting.pop(0)
        try:
            found = next(self._inner)
        except StopIteration:
            raise
        except Exception:
            self._failed = True
            raise
        self._seen.append(found)
        return found

    def again(self) -> bool:
        """Gives the same once more, and then what comes next; false where it cannot."""
        self._waiting = list(self._seen)
        return not self._failed
