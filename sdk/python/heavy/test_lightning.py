"""PyTorch Lightning's callback in real trainings."""

from __future__ import annotations

import logging
import math
from typing import Any

import pytest
import torch

import deepfix
from deepfix._watch import Record
from deepfix.integrations.lightning import Callback, DeepFixCallback

try:
    import lightning.pytorch as pl
except ImportError:
    import pytorch_lightning as pl

for name in ("lightning.pytorch", "pytorch_lightning"):
    logging.getLogger(name).setLevel(logging.ERROR)


class Net(pl.LightningModule):
    """A net that can learn its rows by heart."""

    def __init__(self, lr: float, breaks: bool = False) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.net = torch.nn.Sequential(
            torch.nn.Linear(20, 256),
            torch.nn.ReLU(),
            torch.nn.Linear(256, 256),
            torch.nn.ReLU(),
            torch.nn.Linear(256, 2),
        )

    def training_step(self, batch, _):
        if self.hparams.breaks and self.current_epoch == 3:
            raise RuntimeError("the disk is full")
        return torch.nn.functional.cross_entropy(self.net(batch[0]), batch[1])

    def validation_step(self, batch, _):
        self.log("val_loss", torch.nn.functional.cross_entropy(self.net(batch[0]), batch[1]))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), self.hparams.lr)


def loaders():
    torch.manual_seed(0)
    X = torch.randn(600, 20)
    y = (X[:, 0] + 1.5 * torch.randn(600) > 0).long()
    rows = torch.utils.data.TensorDataset
    return (
        torch.utils.data.DataLoader(rows(X[:300], y[:300]), 32, shuffle=True),
        torch.utils.data.DataLoader(rows(X[300:], y[300:]), 128),
    )


def train(model: Net, *callbacks: Callback, epochs: int = 60, **more: Any) -> None:
    quiet = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    settings = {"max_epochs": epochs, "accelerator": "cpu", "gradient_clip_val": 1.0, **quiet, **more}
    pl.Trainer(callbacks=list(callbacks), **settings).fit(model, *loaders())


def test_overfitting_is_found_from_curves_gradients_and_weights():
    watch = DeepFixCallback(show=False)
    train(Net(0.003), watch)
    result = watch.result()
    assert {"training.overfitting", "training.early_stopping_missed"} & {it.code for it in result.findings}
    row = watch.watch.record.epochs[-1]
    assert {"epoch", "step", "train_loss", "val_loss", "learning_rate"} <= set(row)
    norms = [it["grad_norm"] for it in watch.watch.record.steps]
    assert norms
    assert all(math.isfinite(it) and it > 0 for it in norms)
    params = watch.watch.params
    assert (params["optimizer"], params["learning_rate"], params["batch_size"]) == ("Adam", 0.003, 32)
    assert (params["num_epochs"], params["max_grad_norm"]) == (60, 1.0)
    assert "checkpoint.nan_weights" not in {it.code for it in result.findings}


class Spoils(Callback):
    """Leaves a weight that is no number."""

    def on_train_end(self, trainer, pl_module):
        with torch.no_grad():
            pl_module.net[0].weight[0, 0] = math.nan


def test_the_weights_are_examined():
    watch = DeepFixCallback(show=False)
    train(Net(0.003), Spoils(), watch, epochs=1)
    assert "checkpoint.nan_weights" in {it.code for it in watch.result().findings}


def test_an_epoch_without_validation_has_no_metrics_of_the_last_one():
    watch = DeepFixCallback(show=False, background=False)
    train(Net(0.003), watch, epochs=5, check_val_every_n_epoch=2)
    assert ["val_loss" in it for it in watch.watch.record.epochs] == [False, True, False, True, False]
    assert all("train_loss" in it for it in watch.watch.record.epochs)


class Critic(Net):
    """A net that logs a metric of the training whose name begins as those of a validation do."""

    def training_step(self, batch, index):
        loss = super().training_step(batch, index)
        self.log("value_loss", loss, on_step=False, on_epoch=True)
        return loss


def test_a_metric_of_the_training_may_begin_as_those_of_a_validation():
    watch = DeepFixCallback(show=False, background=False)
    train(Critic(0.003), watch, epochs=3, check_val_every_n_epoch=2)
    assert ["val_loss" in it for it in watch.watch.record.epochs] == [False, True, False]
    assert all("value_loss" in it for it in watch.watch.record.epochs)


def test_only_the_first_of_several_processes_diagnoses(monkeypatch):
    watch = DeepFixCallback(Fails(), show=False)
    with monkeypatch.context() as patch:
        patch.setattr(pl.Trainer, "is_global_zero", property(lambda _: False))
        train(Net(0.003), watch, epochs=1)
    assert "first process" in watch.result().unavailable


def test_weights_of_several_processes_are_left_out_and_it_is_said(monkeypatch):
    model = Net(0.003)
    result = deepfix.Client().diagnose(model=model)
    assert result.remarks == []
    several = {"is_available": lambda: True, "is_initialized": lambda: True, "get_world_size": lambda: 2}
    for name, it in several.items():
        monkeypatch.setattr(torch.distributed, name, it, raising=False)
    result = deepfix.Client().diagnose(model=model)
    assert "trained by 2 processes" in result.remarks[0]


def test_weights_beyond_the_limit_are_left_out_and_it_is_said():
    model = torch.nn.Linear(3, 1)
    assert deepfix.Client(largest_weights=16).diagnose(model=model).remarks == []
    result = deepfix.Client(largest_weights=15).diagnose(model=model)
    assert "found 16 bytes or more, expected at most 15" in result.remarks[0]


def test_a_folder_without_room_for_the_weights_costs_only_them(monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    result = deepfix.Client().diagnose(model=torch.nn.Linear(3, 1))
    assert "No space left on device" in result.remarks[0]


class Fails(deepfix.Client):
    """A client with a fault."""

    def diagnose(self, **arguments):
        raise ZeroDivisionError("within DeepFix")


def test_a_fault_in_the_diagnosis_is_a_warning():
    watch = DeepFixCallback(Fails(), show=False, background=False)
    with pytest.warns(deepfix.DeepFixWarning, match="within DeepFix"):
        train(Net(0.003), watch, epochs=1)
    assert "within DeepFix" in watch.result().unavailable


def test_two_trainings_with_one_callback_have_their_own_results():
    seen = []
    watch = DeepFixCallback(show=False, on_result=seen.append)
    for rate in (0.003, 0.001):
        train(Net(rate), watch, epochs=2)
        assert watch.watch.params["learning_rate"] == rate
        assert len(watch.watch.record.epochs) == 2
        assert watch.result() is seen[-1]
    assert len(seen) == 2


def test_gradients_that_explode_are_found():
    watch = DeepFixCallback(show=False)
    quiet = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    model = Net(10.0)
    model.configure_optimizers = lambda: torch.optim.SGD(model.parameters(), 10.0, momentum=0.9)
    pl.Trainer(max_epochs=20, callbacks=[watch], accelerator="cpu", **quiet).fit(model, *loaders())
    assert watch.result().severity == "high"


def test_a_training_that_breaks_off_is_diagnosed_and_its_exception_goes_on():
    watch = DeepFixCallback(show=False)
    with pytest.raises(RuntimeError, match="the disk is full"):
        train(Net(0.003, breaks=True), watch)
    assert len(watch.watch.record.epochs) == 3
    assert watch.result().unavailable is None


def test_a_failure_within_deepfix_is_no_failed_training(monkeypatch):
    monkeypatch.setattr(Record, "epoch", lambda *_: 1 / 0)
    watch = DeepFixCallback(show=False)
    with pytest.warns(deepfix.DeepFixWarning, match="ZeroDivisionError"):
        train(Net(0.003), watch, epochs=2)
