"""Faults of columns. Each function changes both splits and says what it did."""

from __future__ import annotations

import numpy as np
import pandas as pd

from case import Case, Unsuitable


def missing_values(case: Case) -> str:
    """Blanked at random, by another column, by its own value, or in one split only."""
    share = case.level((0.06, 0.09), (0.12, 0.25), (0.3, 0.6))
    features = [it for it in case.train.columns if it != "target"]
    case.rng.shuffle(features)
    how = case.rng.choice(["random", "random", "by another column", "large values", "test only", "train only"])
    names = case.pick(case.numeric(4) if how == "large values" else features, 3)
    for name in names:
        for place, frame in enumerate(case.both()):
            if (how == "test only" and place == 0) or (how == "train only" and place == 1):
                continue
            weight = np.ones(len(frame))
            other = [it for it in case.numeric(4) if it != name]
            if how == "by another column" and other:
                weight = np.exp(2 * frame[other[0]].rank(pct=True).fillna(0.5).to_numpy())
            elif how == "large values":
                weight = np.exp(3 * frame[name].rank(pct=True).fillna(0.5).to_numpy())
            count = round(share * len(frame))
            hit = case.rng.choice(len(frame), count, replace=False, p=weight / weight.sum())
            if frame[name].dtype != object:
                frame[name] = frame[name].astype(float)
            frame.iloc[hit, frame.columns.get_loc(name)] = np.nan
    case.faults.append("dataset.missing_values")
    return f"{share:.0%} of {names} blanked ({how})"


def constant_feature(case: Case) -> str:
    """One value, or one value but for some rows."""
    name = case.free_name("unit", "currency", "schema_version", "source", "country", "is_active")
    text = case.rng.random() < 0.4
    value, other = (("EUR", "USD") if text else (1.0, 0.0)) if case.rng.random() < 0.7 else (
        ("web", "phone") if text else (100.0, 101.0))
    nearly = case.strength < 2
    columns = []
    for frame in case.both():
        column = np.full(len(frame), value, dtype=object if text else float)
        if nearly:
            rare = max(1, int(case.rng.integers(1, 1 + max(1, round(0.007 * len(frame))))))
            column[case.rng.choice(len(frame), rare, replace=False)] = other
        columns.append(column)
    if nearly and len(case.train) < 150:
        raise Unsuitable("a rare value of a small table is no near-constant")
    case.insert(name, *columns)
    if text:
        case.categorical.append(name)
    case.faults.append("dataset.constant_feature")
    return f"{'nearly ' if nearly else ''}constant column '{name}' added"


def id_like_feature(case: Case) -> str:
    """A key of some form kept as a feature."""
    name = case.free_name("record_key", "customer", "row_no", "ticket", "account", "uuid", "case_id")
    n, m = len(case.train), len(case.test)
    total = n + m
    how = case.rng.choice(["shuffled", "offset", "sparse", "hex", "prefixed", "in order"])
    if how == "shuffled":
        keys = case.rng.permutation(total) + 1
    elif how == "offset":
        keys = case.rng.permutation(np.arange(total) + int(case.rng.integers(1e4, 9e6)))
    elif how == "sparse":
        keys = case.rng.permutation(np.sort(case.rng.choice(9_000_000, total, replace=False)) + 1_000_000)
    elif how == "in order":
        keys = np.concatenate([np.sort(it) for it in np.split(case.rng.permutation(total), [n])])
    elif how == "hex":
        keys = np.array([f"{int(it):010x}" for it in case.rng.integers(1, 2**39, total)], dtype=object)
    else:
        keys = np.array([f"P-{it:06d}" for it in case.rng.permutation(total)], dtype=object)
    case.insert(name, keys[:n], keys[n:])
    if keys.dtype == object:
        case.categorical.append(name)
    case.faults.append("dataset.id_like_feature")
    return f"{how} key '{name}' kept as a feature"


def correlated_features(case: Case) -> str:
    """A copy of a column in other units, with some noise or rounding."""
    source = case.pick(case.numeric(12), 1)[0]
    name = case.free_name(f"{source}_alt", f"{source}_2", f"{source}_imperial", "legacy_value")
    factor = float(case.rng.choice([1.0, 2.54, -1.0, 0.01, 1.8, 1000.0]))
    noise = case.level((0.1, 0.16), (0.04, 0.09), (0.0, 0.01)) if case.strength < 2 or case.rng.random() < 0.5 else 0.0
    spread = case.train[source].std()
    columns = [factor * (it[source] + noise * spread * case.rng.normal(size=len(it))) + 3.0 for it in case.both()]
    case.insert(name, *columns)
    case.faults.append("dataset.correlated_features")
    return f"'{name}' = {factor:g} * '{source}' + 3 + noise({noise:.2f} sd)"


def outliers(case: Case) -> str:
    """Sentinels, cells in the wrong unit, impossible values, slipped digits."""
    names = case.pick(case.numeric(12), 2)
    share = case.level((0.004, 0.008), (0.01, 0.02), (0.02, 0.05))
    how = case.rng.choice(["sentinel", "sentinel", "unit", "impossible", "overflow"])
    done = []
    for name in names:
        train = case.train[name]
        center, spread, low = train.median(), train.quantile(0.75) - train.quantile(0.25), train.min()
        if not spread > 0:
            continue
        sentinel = float(case.rng.choice([-999.0, -9999.0, -99.0, 9999.0, 99999.0, -1.0]))
        if how == "sentinel" and (abs(sentinel - center) < 12 * spread or train.min() <= sentinel <= train.max()):
            sentinel = -9999.0
            if abs(sentinel - center) < 12 * spread:
                continue
        # A column that nearly reaches zero is not told from one in another unit.
        if how == "unit" and not (low > 0 and train.quantile(0.99) < 12 * train.quantile(0.5)):
            continue
        if how == "impossible" and not (low >= 0 and train.std() < 1.2 * train.mean()):
            continue
        factor = float(case.rng.choice([100.0, 1000.0]))
        for frame in case.both():
            count = max(2, round(share * len(frame)))
            hit = case.rng.choice(len(frame), min(count, len(frame)), replace=False)
            values = frame[name].astype(float).to_numpy(copy=True)
            if how == "sentinel":
                values[hit] = sentinel
            elif how == "unit":
                values[hit] *= factor
            elif how == "impossible":
                values[hit] = -(center + case.rng.uniform(15, 60, len(hit)) * spread)
            else:
                values[hit] = center + 1e6 * spread
            frame[name] = values
        done.append(f"'{name}'" + (f" {sentinel:g}" if how == "sentinel" else f" x{factor:g}" if how == "unit" else ""))
    if not done:
        raise Unsuitable("no column shows it")
    case.faults.append("dataset.outliers")
    return f"{share:.1%} of {', '.join(done)}: {how}"


def mixed_types(case: Case) -> str:
    """Texts among the numbers of a column."""
    name = case.pick(case.numeric(8), 1)[0]
    share = case.level((0.01, 0.02), (0.03, 0.06), (0.08, 0.2))
    words = list(case.rng.choice(["unknown", "n/a?", "--", "see note", "pending", "error", "#REF!", "tbd"], 2, replace=False))
    units = case.rng.random() < 0.25
    for frame in case.both():
        cells = frame[name].astype(object)
        hit = case.rng.choice(len(frame), max(1, round(share * len(frame))), replace=False)
        for it in hit:
            cells.iloc[it] = f"{cells.iloc[it]} kg" if units else str(case.rng.choice(words))
        frame[name] = cells
    case.categorical.append(name)
    case.faults.append("dataset.mixed_types")
    return f"{share:.1%} of numeric '{name}' are texts {['1 kg'] if units else words}"
