"""Hugging Face's callback in a real training of a small model that is made here."""

from __future__ import annotations

import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

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


def test_the_trainer_s_log_settings_and_weights_are_judged(tmp_path):
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=100, hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=128
    )
    model = BertForSequenceClassification(config)
    every_epoch = {"eval_strategy": "epoch", "logging_strategy": "epoch", "save_strategy": "no"}
    arguments = TrainingArguments(
        str(tmp_path), num_train_epochs=25, per_device_train_batch_size=32, learning_rate=1e-3, report_to=[],
        disable_tqdm=True, use_cpu=True, **every_epoch,
    )  # fmt: skip
    watch = DeepFixCallback(show=False)
    trainer = Trainer(model, arguments, train_dataset=Rows(256, 1), eval_dataset=Rows(256, 2), callbacks=[watch])
    trainer.train()
    result = watch.result()
    names = {name for row in watch.watch.record.epochs for name in row}
    assert {"loss", "eval_loss", "learning_rate", "grad_norm", "epoch"} <= names
    params = watch.watch.params
    assert (params["learning_rate"], params["per_device_train_batch_size"]) == (1e-3, 32)
    assert params["lr_scheduler_type"] == "linear"
    assert {"training.overfitting", "training.early_stopping_missed"} & {it.code for it in result.findings}
    checkpoint = result.raw["agent_results"]["ModelCheckpointArtifactsAnalyzer"]
    assert checkpoint["analyzed_artifacts"] == ["ModelCheckpointArtifacts"]
