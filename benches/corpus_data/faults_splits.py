"""Faults of labels and of the relation between the splits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from case import Case, Unsuitable


def _need_classes(case: Case) -> None:
    if not case.classes:
        raise Unsuitable("the label is a number")


def class_imbalance(case: Case) -> str:
    """One class thinned in both splits."""
    _need_classes(case)
    counts = case.train["target"].value_counts()
    rare = case.rng.choice(counts.index.to_numpy())
    ratio = case.level((0.08, 0.095), (0.04, 0.07), (0.008, 0.025))
    most = counts.drop(rare).max()
    keep = max(2, round(ratio * most))
    if keep >= counts[rare] or keep / most > 0.1:
        raise Unsuitable("the class is that rare already, or the table too small")
    case.train = _thin(case, case.train, rare, keep)
    case.test = _thin(case, case.test, rare, max(1, round(ratio * (case.test["target"] != rare).sum() * most / len(case.train))))
    case.faults.append("dataset.class_imbalance")
    return f"class {rare} reduced: min/max class ratio {keep / most:.3f}"


def _thin(case: Case, frame: pd.DataFrame, value, keep: int) -> pd.DataFrame:
    rows = np.flatnonzero((frame["target"] == value).to_numpy())
    drop = case.rng.permutation(rows)[keep:]
    return frame.drop(index=frame.index[drop]).reset_index(drop=True)


def test_too_small(case: Case) -> str:
    """A handful of rows to judge by."""
    rows = int(case.level((22, 24.9), (12, 20), (4, 9)))
    spare = case.test.iloc[rows:]
    case.train = pd.concat([case.train, spare], ignore_index=True)
    case.test = case.test.iloc[:rows].reset_index(drop=True)
    if len(case.test) < rows or len(case.train) < 100:
        raise Unsuitable("the whole table is small")
    case.faults.append("dataset.test_too_small")
    return f"only {rows} test rows for {len(case.train)} training rows"


def label_noise(case: Case) -> str:
    """Rows that were annotated several times, and not alike."""
    _need_classes(case)
    if len(case.numeric(15)) < 2:
        raise Unsuitable("rows of few values repeat anyway")
    share = case.level((0.03, 0.04), (0.06, 0.12), (0.15, 0.3))
    classes = case.train["target"].unique()
    other = lambda it: case.rng.choice(classes[classes != it])
    hit = case.rng.choice(len(case.train), round(share * len(case.train)), replace=False)
    how = case.rng.choice(["twice", "thrice", "wrong where repeated"])
    again = case.train.iloc[hit].copy()
    if how == "wrong where repeated":
        # Half of the table repeats, and some of the repeats have flipped labels.
        more = case.train.iloc[case.rng.choice(len(case.train), len(case.train) // 2, replace=False)]
        flipped = case.rng.random(len(more)) < min(0.9, 2.5 * share)
        again = more.copy()
        again["target"] = [other(it) if wrong else it for it, wrong in zip(again["target"], flipped)]
    else:
        again["target"] = [other(it) for it in again["target"]]
        if how == "thrice":
            again = pd.concat([again, case.train.iloc[hit]], ignore_index=True)
    case.train = pd.concat([case.train, again], ignore_index=True)
    case.train = case.train.iloc[case.rng.permutation(len(case.train))].reset_index(drop=True)
    case.faults.append("dataset.label_noise")
    return f"{share:.0%} of the training rows annotated {how} with different labels"


def covariate_drift(case: Case) -> str:
    """A shift, another scale, other units, a biased split, or another mix of categories."""
    how = case.rng.choice(["shift", "scale", "biased split", "unit", "categories"])
    if how == "categories":
        return _category_drift(case)
    names = case.pick(case.numeric(10), 3)
    if how == "biased split":
        name = names[0]
        sharp = case.level((0.8, 1.1), (1.6, 2.4), (4, 8))
        whole = pd.concat([case.train, case.test], ignore_index=True)
        rank = whole[name].rank(pct=True, method="first").fillna(0.5).to_numpy()
        keys = sharp * rank * case.rng.choice([-1, 1]) + case.rng.gumbel(size=len(whole))
        chosen = np.argsort(-keys)[: len(case.test)]
        mask = np.zeros(len(whole), bool)
        mask[chosen] = True
        case.train, case.test = whole[~mask].reset_index(drop=True), whole[mask].reset_index(drop=True)
        names = [name]
    for name in names if how != "biased split" else []:
        column = case.test[name].astype(float)
        spread = case.train[name].std()
        if how == "shift":
            column = column + case.rng.choice([-1, 1]) * case.level((0.6, 0.75), (0.9, 1.3), (1.6, 2.5)) * spread
        elif how == "scale":
            center = case.train[name].mean()
            column = center + (column - center) * case.level((2.5, 3), (3.5, 5), (6, 9))
        else:
            column = column * float(case.rng.choice([1000.0, 100.0, 2.54, 0.01]))
        case.test[name] = column
    case.faults.append("checks.covariate_drift")
    return f"test {names}: {how}"


def _category_drift(case: Case) -> str:
    names = [it for it in case.categorical if 2 <= case.train[it].nunique() <= 12]
    name = case.pick(names, 1)[0]
    top = case.train[name].value_counts().index[0]
    rows = np.flatnonzero((case.test[name] == top).to_numpy())
    keep = round(len(rows) * case.level((0.4, 0.5), (0.15, 0.25), (0.0, 0.08)))
    case.test = case.test.drop(index=case.test.index[case.rng.permutation(rows)[keep:]]).reset_index(drop=True)
    case.faults.append("checks.covariate_drift")
    return f"test has {keep} of {len(rows)} rows with '{name}' = {top!r}"


def label_drift(case: Case) -> str:
    """A class thinned in the test split, or a split by the size of the label."""
    if case.classes:
        counts = case.test["target"].value_counts()
        value = case.rng.choice(counts.index[: 2].to_numpy())
        keep = round(counts[value] * case.level((0.4, 0.5), (0.15, 0.3), (0.0, 0.1)))
        case.test = _thin(case, case.test, value, max(1, keep))
        how = f"class {value} thinned to {keep} of {counts[value]} rows in the test split"
    else:
        sharp = case.level((0.9, 1.2), (1.8, 2.6), (4, 8))
        whole = pd.concat([case.train, case.test], ignore_index=True)
        keys = sharp * whole["target"].rank(pct=True).to_numpy() * case.rng.choice([-1, 1]) + case.rng.gumbel(size=len(whole))
        mask = np.zeros(len(whole), bool)
        mask[np.argsort(-keys)[: len(case.test)]] = True
        case.train, case.test = whole[~mask].reset_index(drop=True), whole[mask].reset_index(drop=True)
        how = "test split biased towards one end of the label"
    case.faults.append("checks.label_drift")
    return how


def new_labels(case: Case) -> str:
    """A class that only the test split has."""
    _need_classes(case)
    classes = case.train["target"].value_counts()
    if len(classes) < 3:
        raise Unsuitable("two classes")
    value = case.rng.choice(classes.index.to_numpy())
    case.train = case.train[case.train["target"] != value].reset_index(drop=True)
    keep = {0: 2, 1: 5, 2: 10_000}[case.strength]
    case.test = _thin(case, case.test, value, keep)
    if not (case.test["target"] == value).any():
        raise Unsuitable("no such row in the test split")
    case.faults.append("checks.new_labels")
    return f"class {value} only in the test split ({(case.test['target'] == value).sum()} rows)"


def train_test_leakage(case: Case) -> str:
    """Training rows copied into the test split."""
    rows = [it.astype(str).agg("|".join, axis=1) for it in case.both()]
    if rows[1].isin(set(rows[0])).mean() > 0.03 or rows[0].duplicated().mean() > 0.03:
        raise Unsuitable("rows repeat by nature")
    share = case.level((0.06, 0.09), (0.15, 0.3), (0.4, 0.8))
    count = round(share * len(case.test))
    copies = case.train.iloc[case.rng.choice(len(case.train), min(count, len(case.train)), replace=False)]
    case.test = pd.concat([case.test.iloc[count:], copies], ignore_index=True)
    case.test = case.test.iloc[case.rng.permutation(len(case.test))].reset_index(drop=True)
    case.faults.append("checks.train_test_leakage")
    return f"{share:.0%} of the test rows copied from the training split"


def label_leakage(case: Case) -> str:
    """A feature that was made from the label."""
    name = case.free_name("outcome_code", "settled_amount", "final_status", "post_visit_index", "closing_balance")
    labels = pd.concat([case.train["target"], case.test["target"]])
    if case.classes:
        codes = pd.Series(np.unique(labels, return_inverse=True)[1], index=labels.index).astype(float)
        if codes.nunique() > 8:
            raise Unsuitable("too many classes")
        how = case.rng.choice(["noise", "noise", "text", "mostly"])
        noise = case.level((0.12, 0.15), (0.06, 0.1), (0.0, 0.03))
        if how == "text":
            values = codes.map(lambda it: f"state {int(it)}").astype(object)
            case.categorical.append(name)
        elif how == "mostly":
            wrong = case.rng.random(len(codes)) < 0.15 * noise
            values = codes.where(~wrong, case.rng.permutation(codes)) * 10
        else:
            values = codes + noise * case.rng.normal(size=len(codes))
    else:
        noise = case.level((0.12, 0.16), (0.05, 0.09), (0.0, 0.02))
        how = "noise"
        values = 2.5 * (labels + noise * labels.std() * case.rng.normal(size=len(labels))) + 7
    values = values.to_numpy()
    case.insert(name, values[: len(case.train)], values[len(case.train):])
    case.faults.append("checks.label_leakage")
    return f"'{name}' made from the label ({how}, noise {noise:.2f})"
