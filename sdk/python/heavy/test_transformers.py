"""Hugging Face's callback in a real training of a small model that is made here."""

from __future__ import annotations

import math

import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainerCallback, TrainingArguments

import deepfix
from deepfix._watch import Record
from deepfix.integrations.transformers import DeepFixCallback


class Rows(torch.utils.data.Dataset):
    """Random tokens; half of the labels follow from the first one."""

    def __init__(self, rows: int, seed: int) -> None:
        random = torch.Generator().manual_seed(seed)
        self.ids = torch.randint(5, 100, (rows, 12), generator=random)
        noise = torch.rand(rows, generator=random) < 0.3
        self.labels = ((self.ids[:, 0] > 50) ^ noise).long()

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, place: int) -> dict:
        return {"input_ids": self.ids[place], "labels": self.labels[place]}


def trained(folder, *callbacks, epochs: int = 1, evaluates: bool = False) -> None:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=100, hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=128
    )
    model = BertForSequenceClassification(config)
    each = {"eval_strategy": "epoch" if evaluates else "no", "logging_strategy": "epoch", "save_strategy": "no"}
    arguments = TrainingArguments(
        str(folder), num_train_epochs=epochs, per_device_train_batch_size=32, learning_rate=1e-3, report_to=[],
        disable_tqdm=True, use_cpu=True, **each,
    )  # fmt: skip
    rows = {"train_dataset": Rows(256, 1), "eval_dataset": Rows(256, 2)}
    Trainer(model, arguments, callbacks=list(callbacks), **rows).train()


def test_the_trainer_s_log_and_settings_are_judged(tmp_path):
    watch = DeepFixCallback(show=False)
    trained(tmp_path, watch, epochs=25, evaluates=True)
    result = watch.result()
    names = {name for row in watch.watch.record.epochs for name in row}
    assert {"loss", "eval_loss", "learning_rate", "grad_norm", "epoch"} <= names
    params = watch.watch.params
    assert (params["learning_rate"], params["per_device_train_batch_size"]) == (1e-3, 32)
    assert params["lr_scheduler_type"] == "linear"
    found = {it.code for it in result.findings}
    assert {"training.overfitting", "training.early_stopping_missed"} & found
    assert "checkpoint.nan_weights" not in found


class Spoils(TrainerCallback):
    """Leaves a weight that is no number."""

    def on_train_end(self, args, state, control, model=None, **kwargs):
        with torch.no_grad():
            model.classifier.weight[0, 0] = math.nan


def test_the_weights_are_examined(tmp_path):
    watch = DeepFixCallback(show=False)
    trained(tmp_path, Spoils(), watch)
    assert "checkpoint.nan_weights" in {it.code for it in watch.result().findings}


class Fails(deepfix.Client):
    """A client with a fault."""

    def diagnose(self, **arguments):
        raise ZeroDivisionError("within DeepFix")


def test_a_fault_of_deepfix_is_a_warning_and_no_failed_training(tmp_path, monkeypatch):
    watch = DeepFixCallback(Fails(), show=False, background=False)
    with pytest.warns(deepfix.DeepFixWarning, match="within DeepFix"):
        trained(tmp_path, watch)
    monkeypatch.setattr(Record, "epoch", lambda *_: 1 / 0)
    with pytest.warns(deepfix.DeepFixWarning, match="ZeroDivisionError"):
        trained(tmp_path, DeepFixCallback(show=False))


def test_only_the_first_of_several_processes_diagnoses(tmp_path, monkeypatch):
    watch = DeepFixCallback(Fails(), show=False)
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "is_world_process_zero", lambda _: False)
        trained(tmp_path, watch)
    assert "first process" in watch.result().unavailable
