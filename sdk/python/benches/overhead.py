"""What watching costs a training, in per cent of its time.

    target/sdk-env/bin/python sdk/python/benches/overhead.py [xgboost lightgbm keras sklearn mlflow]
    target/sdk-heavy-env/bin/python sdk/python/benches/overhead.py lightning transformers

Two figures for each framework. `within` is the time spent in the callback's hooks (measured around each of
them) over that of the training: it is what the callback costs, to a few thousandths of a per cent. `paired` is
the median of trainings with and without the callback, in turn, in CPU time of the process: it would show costs that
arise outside the hooks, and is as noisy as the machine. The diagnosis itself runs afterwards, in the background, and is
no part of either. Keras' steps that tell their gradient are outside its hooks: `steps` is what they take beside those
that they are instead of, in CPU time, found by trainings whose every other step is one of them. `whole` is that and
`within`; what the second step takes to compile, once, is no part of it and told beside it.
scikit-learn has no hooks: what is measured is what `fit` does after the estimator's own, and of
MLflow what happens in `end_run`.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("WANDB_DISABLED", "true")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy

from deepfix._watch import Watch

#: Trainings of each kind.
REPEATS = 5
#: The names of hooks, of any framework.
HOOKS = ("on_", "after_", "before_", "__call__")

# No diagnosis: its process would take time from the next training.
Watch.finish = lambda self, model=None, prepare=None: None  # type: ignore[method-assign]


class Clock:
    """Adds up the time within the hooks of a callback."""

    def __init__(self) -> None:
        self.spent = 0.0

    def around(self, kind: type) -> None:
        for name in [it for it in vars(kind) if it.startswith(HOOKS)]:
            hook = getattr(kind, name)
            if callable(hook):
                setattr(kind, name, self._timed(hook))

    def _timed(self, hook: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            begun = time.perf_counter()
            try:
                return hook(*args, **kwargs)
            finally:
                self.spent += time.perf_counter() - begun

        return timed


def rows(number: int = 20_000, features: int = 20) -> tuple[Any, Any]:
    """A table whose label follows from the first columns."""
    random = numpy.random.default_rng(0)
    X = random.normal(size=(number, features)).astype("float32")
    y = (X[:, 0] + X[:, 1] * X[:, 2] + random.normal(size=number) > 0).astype(int)
    return X, y


def of_xgboost() -> tuple[Callable[[list[Any]], Any], type]:
    import xgboost

    from deepfix.integrations.xgboost import DeepFixCallback

    X, y = rows()
    train, held_out = xgboost.DMatrix(X[:15_000], y[:15_000]), xgboost.DMatrix(X[15_000:], y[15_000:])
    evals = [(train, "train"), (held_out, "val")]
    params = {"objective": "binary:logistic", "nthread": 1}

    def run(callbacks: list[Any]) -> None:
        xgboost.train(params, train, 60, evals=evals, callbacks=callbacks, verbose_eval=False)

    return run, DeepFixCallback


def of_lightgbm() -> tuple[Callable[[list[Any]], Any], type]:
    import lightgbm

    from deepfix.integrations.lightgbm import DeepFixCallback

    X, y = rows()
    data = lightgbm.Dataset(X[:15_000], y[:15_000], free_raw_data=False)
    held_out = data.create_valid(X[15_000:], y[15_000:])
    params = {"objective": "binary", "verbose": -1, "num_threads": 1}

    def run(callbacks: list[Any]) -> None:
        sets = {"valid_sets": [data, held_out], "valid_names": ["train", "val"]}
        lightgbm.train(params, data, 100, callbacks=callbacks, **sets)

    return run, DeepFixCallback


def of_keras() -> tuple[Callable[[list[Any]], Any], type]:
    import keras

    from deepfix.integrations.keras import DeepFixCallback

    X, y = rows()
    layers = [keras.layers.Dense(128, "relu"), keras.layers.Dense(128, "relu"), keras.layers.Dense(1, "sigmoid")]
    model = keras.Sequential(layers)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])

    # As many epochs as make it long enough for its gradients to be measured.
    def run(callbacks: list[Any]) -> None:
        split = {"validation_data": (X[15_000:], y[15_000:]), "batch_size": 64, "epochs": 6, "verbose": 0}
        model.fit(X[:15_000], y[:15_000], callbacks=callbacks, **split)

    return run, DeepFixCallback


def of_sklearn() -> tuple[Callable[[list[Any]], Any], type]:
    from sklearn.ensemble import RandomForestClassifier

    from deepfix.integrations import sklearn as integration

    X, y = rows()

    class Finishing:
        """What `fit` does when the estimator is fitted."""

        def __init__(self, show: bool) -> None:
            self.watch = Watch(show=show)

        def after_training(self, *arguments: Any) -> None:
            plain(self.watch, *arguments)

    plain = integration._finish

    def run(callbacks: list[Any]) -> None:
        model = RandomForestClassifier(20, random_state=0)
        if not callbacks:
            model.fit(X[:15_000], y[:15_000])
            return
        integration._finish = lambda _, *arguments: callbacks[0].after_training(*arguments)
        integration.fit(model, X[:15_000], y[:15_000], X[15_000:], y[15_000:], watch=callbacks[0].watch)

    return run, Finishing


def of_mlflow() -> tuple[Callable[[list[Any]], Any], type]:
    import atexit
    import shutil
    import tempfile

    import mlflow
    from sklearn.ensemble import RandomForestClassifier

    from deepfix.integrations import mlflow as integration

    X, y = rows()
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    integration._worker.add = lambda _: None  # type: ignore[method-assign]
    integration.autolog()
    watched = mlflow.end_run
    integration.autolog(disable=True)

    class Ending:
        """What ends a run, beside MLflow's own work."""

        def __init__(self, show: bool) -> None:
            pass

        def after_run(self, run_id: str) -> None:
            start(run_id, None, None, True)

    start = integration._start

    def run(callbacks: list[Any]) -> None:
        integration._start = lambda run_id, *_: callbacks[0].after_run(run_id)
        mlflow.start_run()
        RandomForestClassifier(20, random_state=0).fit(X[:15_000], y[:15_000])
        for step in range(10):
            mlflow.log_metric("train_loss", 1 / (step + 1), step=step)
        (watched if callbacks else mlflow.end_run)()

    return run, Ending


def of_lightning() -> tuple[Callable[[list[Any]], Any], type]:
    import logging

    import torch

    if torch.__version__.startswith("1."):
        torch.distributed.is_available = lambda: False
    from deepfix.integrations.lightning import DeepFixCallback

    try:
        import lightning.pytorch as pl
    except ImportError:
        import pytorch_lightning as pl
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    X, y = rows()
    data = torch.utils.data.TensorDataset(torch.tensor(X), torch.tensor(y))
    parts = torch.utils.data.random_split(data, [15_000, 5_000])

    class Net(pl.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            wide = torch.nn.Linear(128, 128)
            self.net = torch.nn.Sequential(
                torch.nn.Linear(20, 128), torch.nn.ReLU(), wide, torch.nn.ReLU(), torch.nn.Linear(128, 2)
            )

        def training_step(self, batch: Any, _: int) -> Any:
            return torch.nn.functional.cross_entropy(self.net(batch[0]), batch[1])

        def validation_step(self, batch: Any, _: int) -> None:
            self.log("val_loss", torch.nn.functional.cross_entropy(self.net(batch[0]), batch[1]))

        def configure_optimizers(self) -> Any:
            return torch.optim.Adam(self.parameters(), 1e-3)

    def run(callbacks: list[Any]) -> None:
        quiet = {name: False for name in ("logger", "enable_checkpointing", "enable_progress_bar")}
        trainer = pl.Trainer(max_epochs=3, accelerator="cpu", callbacks=callbacks, enable_model_summary=False, **quiet)
        loaders = [torch.utils.data.DataLoader(it, 64) for it in parts]
        trainer.fit(Net(), *loaders)

    return run, DeepFixCallback


def of_transformers() -> tuple[Callable[[list[Any]], Any], type]:
    import tempfile

    import torch
    from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

    from deepfix.integrations.transformers import DeepFixCallback

    sizes = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 128}
    ids = torch.randint(5, 100, (1024, 16))
    data = [{"input_ids": it, "labels": int(it[0] > 50)} for it in ids]

    def run(callbacks: list[Any]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            arguments = TrainingArguments(
                folder, num_train_epochs=2, per_device_train_batch_size=16, logging_steps=5, report_to=[],
                save_strategy="no", disable_tqdm=True, use_cpu=True,
            )  # fmt: skip
            model = BertForSequenceClassification(BertConfig(vocab_size=100, **sizes))
            trainer = Trainer(model, arguments, train_dataset=data, callbacks=callbacks)
            trainer.train()

    return run, DeepFixCallback


def of_measured_steps(run: Callable[[list[Any]], Any], kind: type) -> float:
    """The share of a training of Keras that the steps take which tell their gradient, beside the plain steps that they
    are instead of."""
    from deepfix.integrations import _keras_gradients, _keras_steps

    usual, plain, measured = _keras_gradients.EVERY, _keras_steps.Traced._step, 0

    def counted(self: Any, *args: Any) -> Any:
        nonlocal measured
        measured += 1
        return plain(self, *args)

    def trained(every: int) -> tuple[float, int]:
        nonlocal measured
        _keras_gradients.EVERY, measured = every, 0
        begun = time.process_time()
        run([kind(show=False)])
        return time.process_time() - begun, measured

    shares = []
    _keras_steps.Traced._step = counted  # type: ignore[method-assign]
    try:
        for _ in range(REPEATS):
            (time_of_few, few), (time_of_many, many) = trained(usual), trained(2)
            shares.append((time_of_many - time_of_few) / (many - few) * few / time_of_few)
    finally:
        _keras_gradients.EVERY, _keras_steps.Traced._step = usual, plain  # type: ignore[method-assign]
    return statistics.median(shares)


def measure(name: str) -> str:
    """One line of the table."""
    run, kind = globals()[f"of_{name}"]()
    clock = Clock()
    clock.around(kind)
    run([])  # warms up: compilers, caches
    begun = time.perf_counter()
    run([kind(show=False)])
    first = time.perf_counter() - begun
    pairs, within, walls = [], [], []
    for _ in range(REPEATS):
        begun = time.process_time()
        run([])
        without = time.process_time() - begun
        clock.spent, wall, begun = 0.0, time.perf_counter(), time.process_time()
        run([kind(show=False)])
        pairs.append((time.process_time() - begun) / without - 1)
        walls.append(time.perf_counter() - wall)
        within.append(clock.spent / walls[-1])
    spread = f"{min(pairs):+.1%} to {max(pairs):+.1%}"
    line = f"{name:14} within {statistics.median(within):8.3%}   paired {statistics.median(pairs):+7.2%} ({spread})"
    if name != "keras":
        return line
    steps = of_measured_steps(run, kind)
    whole, once = statistics.median(within) + steps, first - statistics.median(walls)
    return f"{line}   steps {steps:.3%}   whole {whole:.3%}   compiled once in {once:.2f} s"


def main() -> None:
    """Measures the frameworks that are named, or those that need no PyTorch."""
    for name in sys.argv[1:] or ["xgboost", "lightgbm", "keras", "sklearn", "mlflow"]:
        print(measure(name), flush=True)


if __name__ == "__main__":
    main()
