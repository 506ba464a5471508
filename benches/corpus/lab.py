"""One experiment under construction: a table, its split, and a healthy run to compare with."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from network import PLAIN, Run, Settings
from tables import Table
from training import fit


@dataclass
class Case:
    """A finished experiment."""

    lab: "Lab"
    run: Run | None
    faults: list[str]
    notes: str
    strength: str = "none"
    kind: str = ""
    cross: list[str] = field(default_factory=list)
    also: list[str] = field(default_factory=list)
    params: dict = field(default_factory=dict)  # added to, or with None removed from, params
    config: dict = field(default_factory=dict)
    layers: list[dict] | None = None  # what the checkpoint holds, where it is not the run's
    damage: object = None  # bytes -> bytes
    dtype: str = "F32"
    extra_metrics: dict = field(default_factory=dict)
    artifacts: str | None = None  # of "dkmt"; None: drawn
    audit: dict = field(default_factory=dict)


class Lab:
    """A table, split, with the transformations of a usual pipeline."""

    def __init__(self, rng: np.random.Generator, table: Table, rows: int | None = None, test_rows: int | None = None):
        self.rng, self.table, self.task = rng, table, table.task
        order = rng.permutation(len(table.y))
        test = test_rows or int(len(order) * rng.uniform(0.2, 0.35))
        self.test_index, rest = order[:test], order[test:]
        self.train_index = rest[: rows or min(len(rest), int(rng.integers(120, 520)))]
        if self.task == "classification":
            # Every class must be in the training split.
            missing = [it for it in range(table.classes) if not (table.y[self.train_index] == it).any()]
            extra = [np.flatnonzero(table.y == it)[0] for it in missing]
            self.train_index = np.concatenate([self.train_index, np.array(extra, dtype=int)])
            self.test_index = np.setdiff1d(self.test_index, self.train_index)
        self.raw_x, self.raw_test_x = table.x[self.train_index].copy(), table.x[self.test_index].copy()
        self.raw_y, self.raw_test_y = table.y[self.train_index].copy(), table.y[self.test_index].copy()
        self.columns = list(table.columns)
        self.feature_scaling = "standard"
        self.target_scaling = "standard"
        self._reference: Run | None = None

    @property
    def outputs(self) -> int:
        return self.table.classes

    def add_column(self, name: str, train, test) -> None:
        self.columns.append(name)
        self.raw_x, self.raw_test_x = np.column_stack([self.raw_x, train]), np.column_stack([self.raw_test_x, test])

    def data(self, scaled: bool | None = None):
        """What the network sees of both splits."""
        scaled = self.feature_scaling != "none" if scaled is None else scaled
        mean, std = (self.raw_x.mean(0), self.raw_x.std(0) + 1e-12) if scaled else (0, 1)
        x, test = (self.raw_x - mean) / std, (self.raw_test_x - mean) / std
        y, test_y = self.raw_y, self.raw_test_y
        if self.task == "regression" and self.target_scaling != "none":
            centre, spread = self.raw_y.mean(), self.raw_y.std()
            y, test_y = (y - centre) / spread, (test_y - centre) / spread
        return (x, y), (test, test_y)

    def fit(self, settings: Settings, **changes) -> Run:
        train, test = self.data()
        return fit(settings, changes.pop("train", train), changes.pop("test", test), self.outputs, **changes)

    def reference(self) -> Run:
        """A healthy training on the same rows."""
        if self._reference is None:
            keep = self.feature_scaling, self.target_scaling
            self.feature_scaling = self.target_scaling = "standard"
            settings = self.settings(hidden=[32, 16], optimizer="adam", rate=3e-3, batch=32, epochs=45, schedule="cosine", stopping=True, activation="relu", loss="cross_entropy" if self.task == "classification" else "mse")
            self._reference = self.fit(settings)
            self.feature_scaling, self.target_scaling = keep
        return self._reference

    def settings(self, **fixed) -> Settings:
        """A usual recipe, some of it given."""
        rng = self.rng
        optimizer = fixed.get("optimizer") or str(rng.choice(["adam", "adamw", "adam", "adamw", "sgd", "momentum", "rmsprop", "nesterov"]))
        low, high = {"sgd": (0.03, 0.2), "momentum": (0.005, 0.03), "nesterov": (0.005, 0.03), "rmsprop": (5e-4, 3e-3)}.get(optimizer, (1e-3, 6e-3))
        depth = int(rng.integers(1, 4))
        drawn = {
            "task": self.task,
            "hidden": [int(it) for it in rng.choice([8, 12, 16, 24, 32, 48, 64], depth)],
            "optimizer": optimizer,
            "rate": float(f"{np.exp(rng.uniform(np.log(low), np.log(high))):.2g}"),
            "batch": int(rng.choice([8, 16, 16, 32, 32, 32, 32, 64])),
            "epochs": int(rng.integers(20, 60)),
            "seed": int(rng.integers(1 << 30)),
            "activation": str(rng.choice(["relu", "relu", "relu", "tanh", "gelu", "leaky_relu", "sigmoid"], p=[0.2, 0.2, 0.2, 0.18, 0.12, 0.07, 0.03])),
            "decay": float(rng.choice([0.0, 1e-4, 1e-3, 5e-3])) if optimizer != "adamw" else float(rng.choice([0.0, 0.01, 0.05, 0.1])),
            "dropout": float(rng.choice([0.0, 0.0, 0.0, 0.1, 0.2])),
            "batch_norm": bool(rng.random() < 0.15),
            "schedule": str(rng.choice(["none", "none", "cosine", "cosine", "linear", "step", "exponential", "one_cycle", "reduce_on_plateau"])),
            "clip": [None, None, 1.0, 5.0][int(rng.integers(4))],
            "stopping": bool(rng.random() < 0.45),
            "patience": int(rng.choice([3, 5, 8, 10])),
            "loss": "cross_entropy" if self.task == "classification" else str(rng.choice(["mse", "mse", "mse", "huber", "mae"])),
            "init": str(rng.choice(["he", "he", "xavier", "torch"])),
            "running": bool(rng.random() < 0.75),
        }
        if drawn["activation"] == "sigmoid":
            drawn["init"] = "xavier"
        return Settings(**(drawn | fixed))


def is_plain(settings: Settings) -> bool:
    return settings.optimizer in PLAIN
