"""PyTorch Lightning's callback in real trainings."""

from __future__ import annotations

import logging
import math

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


def train(model: Net, callback: Callback, epochs: int = 60) -> None:
    quiet = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    pl.Trainer(max_epochs=epochs, callbacks=[callback], accelerator="cpu", gradient_clip_val=1.0, **quiet).fit(
        model, *loaders()
    )


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
    checkpoint = result.raw["agent_results"]["ModelCheckpointArtifactsAnalyzer"]
    assert checkpoint["analyzed_artifacts"] == ["ModelCheckpointArtifacts"]
    assert checkpoint["error_message"] is None


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
