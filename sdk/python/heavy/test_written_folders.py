"""Folders as Lightning and Hugging Face's Trainer write them, diagnosed where they lie."""

from __future__ import annotations

from pathlib import Path

import torch
from conftest import TARGET
from test_lightning import Net, pl, train
from written_folders import OVERFITS, analysed, said

BINARY = TARGET / "release" / "deepfix"


class Logged(Net):
    """A net that logs the loss of its training, for each epoch."""

    def training_step(self, batch, index):
        loss = super().training_step(batch, index)
        self.log("train_loss", loss, on_step=False, on_epoch=True)
        return loss


def test_the_folder_of_lightning_is_recognised_and_diagnosed(tmp_path):
    logger = pl.loggers.CSVLogger(str(tmp_path), name="logs")
    train(Logged(0.003), epochs=40, logger=logger, enable_checkpointing=True, log_every_n_steps=1)
    folder = Path(logger.log_dir)
    assert {"metrics.csv", "hparams.yaml", "checkpoints"} <= {it.name for it in folder.iterdir()}
    lines, codes, _ = analysed(BINARY, folder)
    assert said(lines, r"metrics\.csv: .*Lightning"), lines
    assert said(lines, r"hparams\.yaml: .*Lightning"), lines
    assert said(lines, r"checkpoints/.*\.ckpt: "), lines
    assert codes & OVERFITS, codes


def test_the_folder_of_hugging_face_is_recognised_and_diagnosed(tmp_path):
    from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=50, hidden_size=64, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64, num_labels=2
    )
    words, labels = torch.randint(0, 50, (200, 8)), torch.randint(0, 2, (200,))
    rows = [{"input_ids": text, "labels": label} for text, label in zip(words, labels, strict=True)]
    arguments = TrainingArguments(
        output_dir=str(tmp_path),
        num_train_epochs=20,
        learning_rate=0.003,
        per_device_train_batch_size=20,
        eval_strategy="epoch",
        logging_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=2,
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
    )
    trainer = Trainer(
        BertForSequenceClassification(config), arguments, train_dataset=rows[:100], eval_dataset=rows[100:]
    )
    trainer.train()
    saved = sorted(it.name for it in tmp_path.glob("checkpoint-*"))
    assert len(saved) == 2, saved
    lines, codes, _ = analysed(BINARY, tmp_path)
    assert said(lines, r"trainer_state\.json: .*Hugging Face"), lines
    assert said(lines, r"checkpoint-100/model\.safetensors"), lines
    assert codes & OVERFITS, codes
    # A checkpoint by itself is the same training.
    lines, codes, _ = analysed(BINARY, tmp_path / "checkpoint-100")
    assert said(lines, r"trainer_state\.json: .*Hugging Face"), lines
    assert codes & OVERFITS, codes
