"""Made tables whose columns have the shapes that trip simple rules and are healthy all the same."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tables import Table

TOWNS = [a + b for a in ("North", "South", "Old", "New", "Upper", "Lower") for b in
         ("field", "ton", "bridge", "ford", "wick", "haven", "mouth", "dale", "stead", "by")]


def _shapes(rng: np.random.Generator, n: int):
    """Each shape gives a column from a latent normal `z`, so that columns can be related."""
    clip = lambda it: np.clip(it, 1e-4, 1 - 1e-4)
    uniform = lambda z: clip(0.5 * (1 + np.vectorize(lambda x: np.tanh(0.8 * x))(z)))
    return {
        "temperature": lambda z: np.round(15 + 8 * z, 1),
        "income": lambda z: np.round(np.exp(10.3 + rng.uniform(0.5, 0.9) * z), rng.choice([0, 2])),
        "turnover": lambda z: np.exp(8 + rng.uniform(1.4, 2.2) * z),
        "claims": lambda z: rng.poisson(np.exp(-0.5 + 0.6 * z)).astype(float),
        "visits": lambda z: rng.negative_binomial(1, 1 / (1 + np.exp(1.5 + 0.5 * z))).astype(float),
        "overtime": lambda z: np.where(rng.random(n) < rng.uniform(0.5, 0.93), 0.0, np.round(rng.exponential(20, n), 1)),
        "pareto_size": lambda z: np.round((1 - uniform(z)) ** (-1 / rng.uniform(1.3, 2.5)), 3),
        "share": lambda z: np.round(100 * uniform(z), 1),
        "year": lambda z: (1990 + np.floor(33 * uniform(z))).astype(int),
        "age": lambda z: np.clip(np.round(42 + 15 * z), 18, 95).astype(int),
        "rating": lambda z: np.clip(np.round(3.4 + 1.1 * z), 1, 5).astype(int),
        "balance": lambda z: np.round(np.sinh(1.8 * z) * 800, 2),
        "student_t": lambda z: z / np.sqrt(rng.chisquare(3, n) / 3),
        "two_groups": lambda z: np.where(rng.random(n) < 0.35, 20.0, 70.0) + 2.5 * z,
        "far_mode": lambda z: np.where(rng.random(n) < rng.uniform(0.09, 0.3), 400 + 20 * z, 10 + 0.5 * z),
        "altitude": lambda z: np.round(np.maximum(0, 120 + 180 * z)),
        "dose": lambda z: rng.choice([0, 5, 10, 20, 40, 80], n).astype(float),
        "epoch_seconds": lambda z: (1.6e9 + np.floor(uniform(z) * 9e7)).astype(np.int64),
        "population": lambda z: np.round(np.exp(9 + 1.5 * z)).astype(int),
        "capped": lambda z: np.minimum(np.round(np.exp(3 + 0.8 * z), 1), 50.0),
        "pressure": lambda z: 1013 + 9 * z,
        "ph": lambda z: np.round(7 + 0.4 * z, 2),
        "tiny_scale": lambda z: 1e-6 * (2 + 0.3 * z),
        "change": lambda z: np.round(2.5 * z / np.sqrt(rng.chisquare(4, n) / 4), 3),
    }


def make(rng: np.random.Generator, rows: int, task: str) -> Table:
    """A table of 5 to 16 columns with a learnable label."""
    shapes = _shapes(rng, rows)
    width = int(rng.integers(4, 13))
    names = list(rng.choice(list(shapes), min(width, len(shapes)), replace=False))
    base = rng.normal(size=(rows, 2))
    columns, latent = {}, {}
    for name in names:
        tie = rng.uniform(0, 0.75)
        z = tie * base[:, rng.integers(2)] + np.sqrt(1 - tie**2) * rng.normal(size=rows)
        columns[name], latent[name] = shapes[name](z), z
    categorical = []
    if rng.random() < 0.6:
        levels = int(rng.integers(2, 8))
        weights = 1 / np.arange(1, levels + 1) ** rng.uniform(0.3, 1.3)
        columns["segment"] = np.array([f"segment {chr(65 + it)}" for it in range(levels)], dtype=object)[
            rng.choice(levels, rows, p=weights / weights.sum())]
        categorical.append("segment")
    if rng.random() < 0.3:
        weights = 1 / np.arange(1, len(TOWNS) + 1) ** 0.8
        columns["town"] = np.array(TOWNS, dtype=object)[rng.choice(len(TOWNS), rows, p=weights / weights.sum())]
        categorical.append("town")
    if rng.random() < 0.3:
        # Indicator columns of one category, the rare ones at some per cent.
        kinds = rng.choice(5, rows, p=[0.45, 0.25, 0.15, 0.1, 0.05])
        for it in range(5):
            columns[f"kind_{it}"] = (kinds == it).astype(int)
    if rng.random() < 0.15:
        columns["postcode"] = rng.choice(np.arange(10_000, 10_000 + int(rng.integers(20, 90)) * 100, 100), rows)
    drive = list(latent)[: max(2, len(latent) // 2)]
    signal = sum(rng.choice([-1, 1]) * rng.uniform(0.5, 1.5) * latent[it] for it in drive)
    signal = (signal - signal.mean()) / signal.std() + rng.uniform(0.3, 1.0) * rng.normal(size=rows)
    if task == "number":
        scale = rng.choice([1.0, 12.0, 2500.0])
        skewed = rng.random() < 0.4
        target = np.exp(0.7 * signal) * scale if skewed else scale * (4 + signal)
    else:
        classes = int(rng.choice([2, 2, 3, 4, 6]))
        # Natural imbalance: the rarest class keeps at least a fifth of the largest.
        weights = rng.uniform(0.25, 1, classes)
        cuts = np.quantile(signal, np.cumsum(weights / weights.sum())[:-1])
        target = np.searchsorted(cuts, signal)
        if rng.random() < 0.5:
            target = rng.permutation(classes)[target]
    frame = pd.DataFrame(columns)
    frame["target"] = target
    return Table("made", frame, task, categorical)
