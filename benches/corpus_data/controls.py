"""Healthy data with the traits that are often taken for faults. Nothing here is one."""

from __future__ import annotations

import numpy as np
import pandas as pd

import synthetic
from case import Case, Unsuitable
from tables import Table


def plain(case: Case) -> str:
    return "as it is"


def few_missing(case: Case) -> str:
    """A per cent or two of blanks, as an imputer handles."""
    names = case.pick([it for it in case.train.columns if it != "target"], 2)
    for name in names:
        for frame in case.both():
            hit = case.rng.choice(len(frame), round(case.rng.uniform(0.004, 0.015) * len(frame)), replace=False)
            if frame[name].dtype != object:
                frame[name] = frame[name].astype(float)
            frame.iloc[hit, frame.columns.get_loc(name)] = np.nan
    return f"a per cent of {names} blank"


def year_column(case: Case) -> str:
    case.insert(case.free_name("year", "vintage", "model_year"),
                *[case.rng.integers(1998, 2024, len(it)) for it in case.both()])
    return "a year"


def timestamp_column(case: Case) -> str:
    start, step = case.rng.integers(1_200_000_000, 1_600_000_000), case.rng.integers(400, 90_000)
    ticks = case.rng.permutation(len(case.train) + len(case.test)) * step + start
    ticks = ticks + case.rng.integers(0, step, len(ticks))
    case.insert(case.free_name("timestamp", "created_at", "event_time"), ticks[: len(case.train)], ticks[len(case.train):])
    return "a time stamp in seconds, random split"


def rare_indicators(case: Case) -> str:
    """Indicators of some per cent, which a model may well need."""
    for share, name in ((0.03, "is_returning"), (0.05, "has_garden"), (0.08, "night_shift")):
        if name not in case.train.columns:
            case.insert(name, *[(case.rng.random(len(it)) < share).astype(int) for it in case.both()])
    return "indicators of 3 to 8 %"


def related_features(case: Case) -> str:
    """A companion with a correlation of 0.8 to 0.9: height and weight, area and rooms."""
    source = case.pick(case.numeric(12), 1)[0]
    r = case.rng.uniform(0.8, 0.9)
    spread = case.train[source].std()
    ratio = np.sqrt(1 / r**2 - 1)
    case.insert(f"{source}_companion", *[40 + 3 * (it[source] + ratio * spread * case.rng.normal(size=len(it))) for it in case.both()])
    return f"a companion of '{source}' with r about {r:.2f}"


def many_categories(case: Case) -> str:
    weights = 1 / np.arange(1, len(synthetic.TOWNS) + 1) ** 0.6
    draw = lambda n: np.array(synthetic.TOWNS, dtype=object)[case.rng.choice(len(synthetic.TOWNS), n, p=weights / weights.sum())]
    name = case.free_name("town", "branch", "supplier")
    case.insert(name, draw(len(case.train)), draw(len(case.test)))
    case.categorical.append(name)
    return "a category of 60 levels"


def coded_categories(case: Case) -> str:
    """Codes that are whole numbers and declared as categories."""
    name = case.free_name("region_code", "diagnosis_code", "tariff")
    levels = case.rng.choice(np.arange(10, 9999), int(case.rng.integers(4, 25)), replace=False)
    case.insert(name, case.rng.choice(levels, len(case.train)), case.rng.choice(levels, len(case.test)))
    case.categorical.append(name)
    return "a category with whole-number codes"


def moderate_imbalance(case: Case) -> str:
    """The rarest class has a fifth to a third of the most frequent one."""
    if not case.classes or case.train["target"].nunique() > 4:
        raise Unsuitable("another label")
    counts = case.train["target"].value_counts()
    rare, ratio = counts.index[-1], case.rng.uniform(0.2, 0.33)
    for attribute in ("train", "test"):
        frame = getattr(case, attribute)
        most = frame["target"].value_counts().iloc[0]
        rows = case.rng.permutation(np.flatnonzero((frame["target"] == rare).to_numpy()))
        drop = rows[max(2, round(ratio * most)):]
        setattr(case, attribute, frame.drop(index=frame.index[drop]).reset_index(drop=True))
    return f"class ratio {ratio:.2f}"


def small_split(case: Case) -> str:
    """A small table, split at random."""
    rows = int(case.rng.integers(60, 130))
    case.train = case.train.iloc[:rows].reset_index(drop=True)
    case.test = case.test.iloc[: int(case.rng.integers(32, 50))].reset_index(drop=True)
    return f"{len(case.train)} and {len(case.test)} rows at random"


def questionnaire(rng: np.random.Generator, rows: int) -> Table:
    """Answers from 1 to 5: rows repeat by nature, within and across the splits."""
    trait = rng.normal(size=(rows, 2))
    columns = {f"item_{it}": np.clip(np.round(3 + trait[:, it % 2] * 0.9 + rng.normal(size=rows) * 0.7), 1, 5).astype(int)
               for it in range(int(rng.integers(3, 9)))}
    frame = pd.DataFrame(columns)
    frame["target"] = (trait[:, 0] + 0.8 * rng.normal(size=rows) > 0).astype(int)
    return Table("questionnaire", frame, "classes")


def wide(rng: np.random.Generator, rows: int) -> Table:
    """More columns than most: some differ between random splits by chance."""
    width = int(rng.integers(60, 180))
    data = rng.normal(size=(rows, width)) * rng.lognormal(0, 1.5, width)
    half = width // 3
    data[:, :half] = np.exp(data[:, :half] / np.abs(data[:, :half]).std(axis=0) * 0.8)
    frame = pd.DataFrame(np.round(data, 4), columns=[f"sensor_{it}" for it in range(width)])
    frame["target"] = (data[:, 0] / data[:, 0].std() + data[:, -1] / data[:, -1].std() + rng.normal(size=rows) > 1).astype(int)
    return Table("wide", frame, "classes")


def pixels(rng: np.random.Generator, rows: int) -> Table:
    """Sparse columns: mostly zero, with a long tail."""
    width = int(rng.integers(8, 25))
    rate = rng.uniform(0.06, 0.6, width)
    data = np.where(rng.random((rows, width)) < rate, np.ceil(rng.exponential(30, (rows, width))), 0)
    frame = pd.DataFrame(data.astype(int), columns=[f"word_{it}" for it in range(width)])
    frame["target"] = rng.integers(0, 3, rows)
    return Table("sparse", frame, "classes")


TRAITS = (plain, plain, few_missing, year_column, timestamp_column, rare_indicators, related_features, many_categories,
          coded_categories, moderate_imbalance, small_split)
MADE = (questionnaire, wide, pixels)
