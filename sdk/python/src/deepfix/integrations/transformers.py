"""Hugging Face's Trainer.

```python
from deepfix.integrations.transformers import DeepFixCallback

watch = DeepFixCallback()
trainer = Trainer(model, args, train_dataset=train, eval_dataset=held_out, callbacks=[watch])
trainer.train()
result = watch.result()  # waits for it; it has been written to standard error by then
```
"""

from __future__ import annotations

from typing import Any

from transformers import TrainerCallback

from .._watch import Watch, harmless

#: The arguments of a training that say how it learns.
WANTED = (
    "learning_rate",
    "num_train_epochs",
    "max_steps",
    "per_device_train_batch_size",
    "gradient_accumulation_steps",
    "weight_decay",
    "warmup_steps",
    "warmup_ratio",
    "lr_scheduler_type",
    "max_grad_norm",
    "optim",
    "label_smoothing_factor",
    "fp16",
    "bf16",
    "seed",
    "load_best_model_at_end",
)


class DeepFixCallback(TrainerCallback):  # type: ignore[misc, unused-ignore]
    """Takes what the Trainer logs (loss, gradient norm, learning rate, evaluations), and diagnoses at the end.
    Takes what `Watch` takes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.watch = Watch(*args, **kwargs)

    def result(self, timeout: float | None = None) -> Any:
        """The diagnosis, waiting for it where it is under way."""
        return self.watch.result(timeout)

    @harmless
    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """A training starts."""
        self.watch.begin()
        self.watch.skip = not getattr(state, "is_world_process_zero", True)
        found = {name: getattr(args, name, None) for name in WANTED}
        found = {name: getattr(it, "value", it) for name, it in found.items()}
        if (found.get("max_steps") or 0) <= 0:
            found["max_steps"] = None
        self.watch.add_params({**found, "steps_per_epoch": _steps(state)})

    @harmless
    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Starts the diagnosis. The Trainer has kept all that it logged."""
        for row in state.log_history:
            # The line of totals at the end is about the run, not about a step.
            if "train_runtime" not in row:
                self.watch.record.epoch(row)
        self.watch.finish(kwargs.get("model"))


def _steps(state: Any) -> int | None:
    epochs, steps = getattr(state, "num_train_epochs", 0), getattr(state, "max_steps", 0)
    return round(steps / epochs) if epochs and steps else None
