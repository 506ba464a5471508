"""Keras, with any backend.

```python
from deepfix.integrations.keras import DeepFixCallback

watch = DeepFixCallback()
model.fit(x, y, validation_data=(x_val, y_val), epochs=20, callbacks=[watch])
result = watch.result()  # waits for it; it has been written to standard error by then
```
"""

from __future__ import annotations

from typing import Any

import keras

from .._watch import Watch, harmless, number
from ._keras_gradients import Meter


class DeepFixCallback(keras.callbacks.Callback):  # type: ignore[misc, unused-ignore]
    """Records metrics and learning rate of each epoch and the norm of the gradient, and diagnoses at the end.
    Takes what `Watch` takes.

    Args:
        gradients: whether the norm of the gradient is measured. Some compiled steps are another one then.
    """

    def __init__(self, *args: Any, gradients: bool = True, **kwargs: Any) -> None:
        super().__init__()
        self.watch = Watch(*args, **kwargs)
        self.gradients = gradients
        self._meter: Meter | None = None

    def result(self, timeout: float | None = None) -> Any:
        """The diagnosis, waiting for it where it is under way."""
        return self.watch.result(timeout)

    @harmless
    def on_train_begin(self, logs: Any = None) -> None:
        """A training starts."""
        self.watch.begin()
        self.watch.skip = _is_other_process()
        self._meter = None
        if self.gradients:
            self._measure()
        optimizer = getattr(self.model, "optimizer", None)
        if optimizer is None:
            return
        # What scales a loss against underflow is around the optimizer that learns.
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        config = optimizer.get_config()
        rate = config.get("learning_rate")
        self.watch.add_params(
            {
                # Not its name, which Keras numbers: `adam_1`.
                "optimizer": type(optimizer).__name__.lower(),
                "learning_rate": rate if isinstance(rate, (int, float)) else number(optimizer.learning_rate),
                "lr_scheduler_type": rate.get("class_name") if isinstance(rate, dict) else None,
                "weight_decay": config.get("weight_decay"),
                "max_grad_norm": config.get("global_clipnorm") or config.get("clipnorm"),
                "num_epochs": self.params.get("epochs"),
                "steps_per_epoch": self.params.get("steps"),
            }
        )

    @harmless
    def _measure(self) -> None:
        meter = Meter(self.watch._run)
        # In every process of several: they run the same program.
        meter.attach(self.model, self._steps())
        self._meter = meter

    def _steps(self) -> int | None:
        epochs, steps = self.params.get("epochs"), self.params.get("steps")
        return None if epochs is None or steps is None else int(epochs * steps)

    @harmless
    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Tells which epoch it is."""
        if self._meter is not None:
            self._meter.begin_epoch(epoch)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Tells that the next step is one of this training. `self.model` would copy the state of JAX to it."""
        if self._meter is not None:
            self._meter.begin_step()

    @harmless
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Takes the metrics of an epoch."""
        row: dict[str, Any] = {"epoch": epoch}
        if self._meter is not None:
            self._meter.end_epoch((logs or {}).get("loss"))
            # As the rows of the steps have, so that all are in one order.
            row["step"] = self._meter.step
        for name, value in (logs or {}).items():
            row[name if name.startswith("val_") or name == "learning_rate" else f"train_{name}"] = number(value)
        if "learning_rate" not in row and getattr(self.model, "optimizer", None) is not None:
            row["learning_rate"] = number(self.model.optimizer.learning_rate)
        self.watch.record.epoch({name: it for name, it in row.items() if it is not None})

    @harmless
    def on_train_end(self, logs: Any = None) -> None:
        """Starts the diagnosis."""
        if self._meter is not None:
            self._meter.detach(self.model)
        self.watch.finish(self.model)


def _is_other_process() -> bool:
    """Whether this is not the first process of a training by several."""
    if keras.backend.backend() == "jax":
        import jax

        return bool(jax.process_index())
    if keras.backend.backend() == "torch":
        from torch import distributed

        return bool(distributed.is_available() and distributed.is_initialized() and distributed.get_rank())
    return False
