"""Folders as Keras, TensorBoard and Weights & Biases write them, diagnosed where they lie."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy
import pytest
from conftest import BINARY
from written_folders import OVERFITS, analysed, said


@pytest.fixture(scope="module")
def keras_training(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A net that learns noise by heart, with Keras' own log of it, and its history."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_BACKEND", "jax")
        import keras

    folder = tmp_path_factory.mktemp("keras")
    keras.utils.set_random_seed(0)
    random = numpy.random.default_rng(0)
    X = random.normal(size=(400, 20))
    y = (X[:, 0] + 1.5 * random.normal(size=400) > 0).astype("float32")
    model = keras.Sequential(
        [keras.layers.Dense(256, "relu"), keras.layers.Dense(256, "relu"), keras.layers.Dense(1, "sigmoid")]
    )
    model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", metrics=["accuracy"])
    log = keras.callbacks.CSVLogger(str(folder / "training.log"))
    history = model.fit(
        X[:200], y[:200], validation_data=(X[200:], y[200:]), epochs=40, batch_size=32, verbose=0, callbacks=[log]
    )
    return folder, history


def test_the_log_of_keras_is_recognised_and_diagnosed(keras_training):
    folder, _ = keras_training
    for path in (folder, folder / "training.log"):
        lines, codes, _ = analysed(BINARY, path)
        assert said(lines, r"training\.log: .*Keras"), lines
        assert codes & OVERFITS, codes


def test_the_history_of_keras_is_recognised_and_diagnosed(keras_training, tmp_path):
    _, history = keras_training
    (tmp_path / "history.json").write_text(json.dumps(history.history))
    lines, codes, _ = analysed(BINARY, tmp_path)
    assert said(lines, r"history\.json: .*Keras"), lines
    assert codes & OVERFITS, codes


def test_event_files_of_tensorboard_are_recognised_and_diagnosed(tmp_path):
    from tensorboardX import SummaryWriter

    # As TensorBoard users have it: a folder for each of the two curves.
    for name, loss in (
        ("train", lambda it: 1.2 * 0.93**it + 0.01),
        ("validation", lambda it: 1.2 * 0.93 ** min(it, 10) + 0.03 * max(0, it - 10)),
    ):
        with SummaryWriter(str(tmp_path / name)) as writer:
            for epoch in range(60):
                writer.add_scalar("loss", loss(epoch), epoch)
            writer.add_text("words", "are not read")
            writer.add_histogram("weights", numpy.arange(10.0), 1)
    lines, codes, _ = analysed(BINARY, tmp_path)
    assert said(lines, r"tfevents.*: .*TensorBoard"), lines
    assert codes & OVERFITS, codes


def test_offline_runs_of_weights_and_biases_are_recognised_and_diagnosed(tmp_path, monkeypatch):
    # Nothing is sent, and nothing is told of this machine.
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    import wandb

    settings = wandb.Settings(console="off", disable_git=True, x_disable_stats=True, x_disable_machine_info=True)
    run = wandb.init(project="p", dir=str(tmp_path), config={"learning_rate": 0.01, "epochs": 60}, settings=settings)
    for epoch in range(60):
        run.log(
            {
                "epoch": epoch,
                "train/loss": 1.2 * 0.93**epoch + 0.01,
                "val/loss": 1.2 * 0.93 ** min(epoch, 10) + 0.03 * max(0, epoch - 10),
                "note": "is not read",
            }
        )
    run.finish()
    wandb.teardown()
    (folder,) = (tmp_path / "wandb").glob("offline-run-*")
    for path in (folder, next(folder.glob("*.wandb"))):
        lines, codes, answer = analysed(BINARY, path)
        assert said(lines, r"\.wandb: .*Weights & Biases"), lines
        assert codes & OVERFITS, codes
    assert "learning_rate" in json.dumps(answer), answer
