"""One experiment's data while it is being made."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tables import Table

STRENGTHS = ("borderline", "medium", "strong")


class Unsuitable(Exception):
    """The table cannot carry this fault at this strength; another one is drawn."""


@dataclass
class Case:
    """Both splits of a table, and what was done to them."""

    table: Table
    train: pd.DataFrame
    test: pd.DataFrame
    rng: np.random.Generator
    strength: int
    categorical: list[str]
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def classes(self) -> bool:
        return self.table.task == "classes"

    def level(self, borderline, medium, strong) -> float:
        """A number for the strength, with some scatter."""
        low, high = (borderline, medium, strong)[self.strength]
        return float(self.rng.uniform(low, high))

    def numeric(self, least_values: int = 10) -> list[str]:
        """Numeric features with at least so many different values, in random order."""
        names = [it for it in self.train.columns if it not in self.categorical and it != "target"
                 and pd.api.types.is_numeric_dtype(self.train[it]) and self.train[it].nunique() >= least_values]
        self.rng.shuffle(names)
        return names

    def pick(self, names: list[str], most: int) -> list[str]:
        """One to `most` of some columns."""
        if not names:
            raise Unsuitable("no column fits")
        return names[: int(self.rng.integers(1, most + 1))]

    def both(self):
        return (self.train, self.test)

    def insert(self, name: str, train, test) -> None:
        """Adds a feature at a random place."""
        place = int(self.rng.integers(0, self.train.shape[1]))
        for frame, values in ((self.train, train), (self.test, test)):
            frame.insert(place, name, values)

    def free_name(self, *names: str) -> str:
        """A name that the table does not have yet."""
        options = [it for it in names if it not in self.train.columns]
        if not options:
            raise Unsuitable("every name is taken")
        return str(self.rng.choice(options))


def split(table: Table, rng: np.random.Generator, share: float | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A random split, stratified by class half of the time."""
    frame = table.frame
    share = float(rng.uniform(0.18, 0.35)) if share is None else share
    order = rng.permutation(len(frame))
    if table.task == "classes" and rng.random() < 0.5:
        chosen = []
        for _, rows in frame.iloc[order].groupby("target"):
            chosen.extend(rows.index[: max(1, round(share * len(rows)))])
        test = frame.loc[chosen]
    else:
        test = frame.iloc[order[: round(share * len(frame))]]
    train = frame.drop(index=test.index)
    mix = lambda it: it.iloc[rng.permutation(len(it))].reset_index(drop=True)
    return mix(train), mix(test)
