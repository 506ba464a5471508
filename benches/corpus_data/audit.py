"""What is really there, measured on the rows: the codes that a report may name without being wrong.

Stricter than common defaults, since a natural trait is no fault. Each entry is the measured figure.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, ks_2samp

from case import Case

CONSEQUENCES = {
    "dataset.outliers": ["checks.covariate_drift", "cross.missing_scaling"],
    "dataset.id_like_feature": ["checks.covariate_drift", "checks.new_categories"],
    "dataset.mixed_types": ["dataset.missing_values", "dataset.id_like_feature", "checks.new_categories"],
    "dataset.test_too_small": ["checks.covariate_drift", "checks.label_drift", "dataset.small_dataset"],
    "dataset.label_noise": ["dataset.duplicates", "dataset.correlated_features", "checks.train_test_correlation_change"],
    "checks.covariate_drift": ["checks.label_drift", "dataset.outliers"],
    "checks.label_drift": ["checks.covariate_drift", "dataset.class_imbalance"],
    "checks.new_labels": ["checks.label_drift", "checks.covariate_drift", "dataset.class_imbalance"],
    "checks.train_test_leakage": ["dataset.duplicates"],
    "checks.label_leakage": ["dataset.correlated_features", "checks.covariate_drift"],
    "dataset.class_imbalance": [],
}


# What an injection must also show in the rows.
MEASURED = {"checks.covariate_drift", "checks.label_drift", "checks.new_labels", "dataset.class_imbalance",
            "dataset.test_too_small", "dataset.missing_values", "checks.train_test_leakage", "dataset.label_noise"}


def measure(case: Case, checks: dict | None) -> dict:
    found: dict[str, object] = {"dataset.small_dataset": len(case.train)} if len(case.train) < 200 else {}
    train, test = case.train, case.test
    features = [it for it in train.columns if it != "target"]
    if len(test) < 30:
        found["dataset.test_too_small"] = len(test)
    for frame in case.both():
        gap = frame[features].isna().mean().max()
        if gap >= 0.02:
            found["dataset.missing_values"] = round(float(gap), 4)
    if case.classes:
        counts = train["target"].value_counts()
        ratio = counts.min() / counts.max()
        if ratio <= 0.1:
            found["dataset.class_imbalance"] = round(float(ratio), 4)
    numeric = [it for it in features if it not in case.categorical and pd.api.types.is_numeric_dtype(train[it])]
    columns(case, numeric, found)
    drift(case, numeric, found)
    rows(case, features, found)
    leak(checks, found)
    return found


def columns(case: Case, numeric: list[str], found: dict) -> None:
    train = case.train
    for name in [it for it in train.columns if it != "target"]:
        top = train[name].value_counts(normalize=True, dropna=True)
        if len(top) and top.iloc[0] >= 0.985:
            found["dataset.constant_feature"] = name
        whole = name in numeric and (train[name].dropna() % 1 == 0).all() and "time" not in name and "created" not in name
        if train[name].nunique() >= 0.99 * train[name].count() and (name not in numeric or whole):
            found["dataset.id_like_feature"] = name
    strong = train[numeric].corr().abs().to_numpy() if len(numeric) > 1 else np.zeros((1, 1))
    if len(numeric) > 1:
        # Of ranks as well, as deepchecks has it.
        strong = np.fmax(strong, train[numeric].corr("spearman").abs().to_numpy())
    strong = np.nan_to_num(strong - np.eye(len(strong)))
    if strong.max() >= 0.92:
        found["dataset.correlated_features"] = round(float(strong.max()), 4)
    for name in numeric:
        values = train[name].dropna().to_numpy(float)
        # On a scale on which tails are short: whatever still stands far off is no tail.
        if train[name].nunique() < 12:
            continue
        # One for both signs, linear near the median.
        scale = np.median(np.abs(values - np.median(values))) or values.std() or 1.0
        z = np.arcsinh((values - np.median(values)) / scale)
        far = np.sort(np.abs(z))
        if far[-1] > 6 and far[-1] > 2 * far[int(0.93 * len(far))]:
            found["dataset.outliers"] = name


def drift(case: Case, numeric: list[str], found: dict) -> None:
    train, test = case.train, case.test
    many = max(1, train.shape[1] - 1)
    for name in numeric:
        a, b = train[name].dropna(), test[name].dropna()
        if len(a) > 5 and len(b) > 5:
            it = ks_2samp(a, b)
            if it.statistic >= 0.15 and it.pvalue * many < 1e-3:
                found["checks.covariate_drift"] = round(max(found.get("checks.covariate_drift", 0), float(it.statistic)), 4)
    for name in case.categorical:
        if name in train and train[name].nunique() < 30:
            table = pd.concat([train[name].value_counts(), test[name].value_counts()], axis=1).fillna(0).to_numpy()
            shares = table / table.sum(axis=0)
            variation = np.abs(shares[:, 0] - shares[:, 1]).sum() / 2
            if len(table) > 1 and variation >= 0.12 and chi2_contingency(table).pvalue * many < 1e-3:
                found["checks.covariate_drift"] = max(found.get("checks.covariate_drift", 0), round(float(variation), 4))
    if case.classes:
        table = pd.concat([train["target"].value_counts(), test["target"].value_counts()], axis=1).fillna(0).to_numpy()
        shares = table / table.sum(axis=0)
        variation = np.abs(shares[:, 0] - shares[:, 1]).sum() / 2
        if len(table) > 1 and variation >= 0.1 and chi2_contingency(table).pvalue < 5e-3:
            found["checks.label_drift"] = round(float(variation), 4)
        if set(test["target"]) - set(train["target"]):
            found["checks.new_labels"] = 1
    else:
        it = ks_2samp(train["target"], test["target"])
        if it.statistic >= 0.15 and it.pvalue < 1e-3:
            found["checks.label_drift"] = round(float(it.statistic), 4)


def rows(case: Case, features: list[str], found: dict) -> None:
    keyed = lambda it: pd.util.hash_pandas_object(it.astype(str), index=False)
    train, test = keyed(case.train), keyed(case.test)
    overlap, own = float(test.isin(set(train)).mean()), float(train.duplicated().mean())
    if overlap > 0.02:
        found["checks.train_test_leakage"] = round(overlap, 4)
    if own > 0.01:
        found["dataset.duplicates"] = round(own, 4)
    same = case.train.assign(target=case.train["target"].astype(str)).groupby(keyed(case.train[features]).to_numpy())["target"]
    conflict = float((same.transform("nunique") > 1).mean())
    if conflict > 0.01:
        found["dataset.label_noise"] = round(conflict, 4)


def leak(checks: dict | None, found: dict) -> None:
    """A natural feature that nearly gives the label away deserves the question."""
    for suite in (checks or {}).get("results", {}).values():
        for item in suite:
            value = item["result"].get("value")
            if item["header"].startswith("Feature Label Correlation - Train") and isinstance(value, dict) and value:
                top = max((it for it in value.values() if isinstance(it, (int, float))), default=0)
                if top >= 0.93:
                    found["checks.label_leakage"] = round(top, 4)
