"""PyTorch Lightning, as `lightning` or as `pytorch_lightning`.

```python
from deepfix.integrations.lightning import DeepFixCallback

watch = DeepFixCallback()
Trainer(max_epochs=20, callbacks=[watch]).fit(model, train, held_out)
result = watch.result()  # waits for it; it has been written to standard error by then
```
"""

from __future__ import annotations

import re
from typing import Any

import torch

from .._watch import Budget, Watch, harmless, number

try:
    from lightning.pytorch.callbacks import Callback
except ImportError:
    from pytorch_lightning.callbacks import Callback


#: How the name of a metric of other rows than those of the training begins. `value_loss` is none.
VALIDATION = re.compile(r"(val|valid|validation|test|eval|evaluation)([_/.\-]|$)")


class DeepFixCallback(Callback):  # type: ignore[misc, unused-ignore]
    """Records what the module logs, the loss, the learning rate and the norm of the gradient, and diagnoses at
    the end, also of a training that breaks off. Takes what `Watch` takes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        self.watch = Watch(*args, **kwargs)
        self._loss: Any = None
        self._batches = 0
        self._losses = Budget()
        self._validation: dict[str, float | None] = {}

    def result(self, timeout: float | None = None) -> Any:
        """The diagnosis, waiting for it where it is under way."""
        return self.watch.result(timeout)

    @harmless
    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        """A training starts."""
        self.watch.begin()
        self.watch.skip = not trainer.is_global_zero
        self._loss, self._batches, self._losses, self._validation = None, 0, Budget(), {}
        hparams = dict(getattr(pl_module, "hparams", {}) or {})
        self.watch.add_params(
            {
                **{name: it for name, it in hparams.items() if isinstance(it, (bool, int, float, str))},
                "num_epochs": trainer.max_epochs,
                "max_steps": trainer.max_steps if trainer.max_steps > 0 else None,
                "max_grad_norm": trainer.gradient_clip_val,
                "gradient_accumulation_steps": trainer.accumulate_grad_batches,
                "precision": str(trainer.precision),
            }
        )

    @harmless
    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """The optimizers and the data are there."""
        if trainer.optimizers:
            optimizer = trainer.optimizers[0]
            group = optimizer.param_groups[0]
            self.watch.add_params(
                {
                    "optimizer": type(optimizer).__name__,
                    "learning_rate": group.get("lr"),
                    "weight_decay": group.get("weight_decay"),
                    "momentum": group.get("momentum"),
                }
            )
        schedulers = getattr(trainer, "lr_scheduler_configs", None) or []
        if schedulers:
            self.watch.add_params({"lr_scheduler_type": type(schedulers[0].scheduler).__name__})
        loader = getattr(trainer, "train_dataloader", None)
        self.watch.add_params(
            {"batch_size": getattr(loader, "batch_size", None), "steps_per_epoch": trainer.num_training_batches}
        )

    @harmless
    def on_before_optimizer_step(self, trainer: Any, pl_module: Any, optimizer: Any, *_: Any) -> None:
        """Measures the gradient, as often as the budget of time allows."""
        if not self.watch.budget.allows():
            return
        with self.watch.budget.measuring():
            gradients = [it.grad for group in optimizer.param_groups for it in group["params"] if it.grad is not None]
            if gradients:
                norm = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(it) for it in gradients]))
                self.watch.record.step(
                    {"epoch": trainer.current_epoch, "step": trainer.global_step, "grad_norm": float(norm)}
                )

    @harmless
    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, *_: Any) -> None:
        """Adds up the loss, as often as the budget of time allows; it stays on its device until the epoch ends."""
        if not self._losses.allows():
            return
        with self._losses.measuring():
            loss = outputs.get("loss") if isinstance(outputs, dict) else outputs
            if isinstance(loss, torch.Tensor):
                loss = loss.detach()
                self._loss = loss if self._loss is None else self._loss + loss
                self._batches += 1

    @harmless
    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        """Takes the metrics of a validation, which Lightning goes on telling in epochs that have none."""
        if not trainer.sanity_checking:
            found = trainer.callback_metrics.items()
            self._validation = {name: number(value) for name, value in found if _is_validation(name)}

    @harmless
    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Takes the metrics of an epoch; validation has run by now."""
        row: dict[str, Any] = {"epoch": trainer.current_epoch, "step": trainer.global_step}
        for name, value in trainer.callback_metrics.items():
            if not _is_validation(name):
                row[name] = number(value)
        logged = any("loss" in it.lower() for it in row)
        row.update(self._validation)
        if not logged and self._batches:
            row["train_loss"] = number(self._loss / self._batches)
        if trainer.optimizers:
            row.setdefault("learning_rate", trainer.optimizers[0].param_groups[0].get("lr"))
        self._loss, self._batches, self._validation = None, 0, {}
        self.watch.record.epoch({name: it for name, it in row.items() if it is not None})

    @harmless
    def on_fit_end(self, trainer: Any, pl_module: Any) -> None:
        """Starts the diagnosis, in one process of several."""
        self.watch.finish(pl_module)

    @harmless
    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """A training that broke off is diagnosed as well; its exception goes on."""
        if self.watch.record.rows():
            self.watch.finish(pl_module)


def _is_validation(name: str) -> bool:
    return VALIDATION.match(name.lower()) is not None
