"""Statistics and check results in the form in which clients send them."""

from __future__ import annotations

import contextlib
import io
import json
import re
import warnings

import numpy as np
import pandas as pd


def statistics(frame: pd.DataFrame, label: str, categorical: list[str], with_features: bool) -> dict:
    """One split's statistics. `feature_statistics` is null for the clients that never send it."""
    describe, unique, percent, kinds = {}, {}, {}, {"c": [], "n": []}
    for name in frame.columns:
        column = frame[name]
        as_category = name in categorical or column.dtype == object
        if as_category:
            found = column.astype(object).describe()
            describe[name] = {"count": int(found["count"]), "unique": int(found["unique"]),
                              "top": str(found.get("top")), "freq": int(found.get("freq", 0) or 0)}
        else:
            describe[name] = {key: number(it) for key, it in column.astype(float).describe().items()}
        unique[name] = int(column.astype(str).nunique() if column.dtype == object else column.nunique())
        percent[name] = round(100 * unique[name] / max(1, len(frame)), 2)
        if name != label:
            kinds["c" if as_category else "n"].append(name)
    return {"feature_statistics": describe if with_features else None, "number_unique_values": unique,
            "percentage_unique_values": percent, "categorical_features": kinds["c"], "numerical_features": kinds["n"]}


def number(value) -> float | str:
    """Six digits; what is not finite becomes a text."""
    value = float(value)
    if not np.isfinite(value):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    return float(f"{value:.6g}")


def rounded(value):
    """The same for whole documents, also for tables that are JSON in a text."""
    if isinstance(value, dict):
        return {str(key): rounded(it) for key, it in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(it) for it in value]
    if isinstance(value, float):
        return number(value)
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.dumps(rounded(json.loads(value)), separators=(",", ":"))
        except ValueError:
            return value
    return value


def item(found) -> dict:
    """One check's result."""
    failed = type(found).__name__ == "CheckFailure"
    raw = json.loads(found.to_json() if failed else found.to_json(with_display=False))
    check = raw["check"]
    if failed:
        return {"header": raw["header"], "result": {"check": check["name"], "summary": None, "value": None,
                                                    "conditions_results": [], "display_text": raw.get("exception")}}
    conditions = [{"status": it["Status"], "condition": it["Condition"], "more_info": it["More Info"]}
                  for it in raw.get("conditions_results") or []]
    summary = re.sub(r"\s*<a .*?</a>", "", check.get("summary") or "").strip()
    return {"header": raw["header"], "result": {"check": check["name"], "params": check.get("params"), "summary": summary,
                                                "value": raw.get("value"), "conditions_results": conditions}}


def checks(name: str, train: pd.DataFrame, test: pd.DataFrame | None, label: str, categorical: list[str], task: str,
           rng: np.random.Generator) -> dict:
    """Runs the default suites."""
    warnings.filterwarnings("ignore")
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        from deepchecks.tabular import Dataset
        from deepchecks.tabular.suites import data_integrity, train_test_validation

        kind = "regression" if task == "number" else ("binary" if train[label].nunique() == 2 else "multiclass")
        wrap = lambda it: Dataset(it, label=label, cat_features=[c for c in categorical if c in it], label_type=kind)
        a, b = wrap(train), None if test is None else wrap(test)
        suites = {"data_integrity": data_integrity()}
        if b is not None:
            suites = {"train_test_validation": train_test_validation(), **suites}
        results = {}
        for suite, it in suites.items():
            found = it.run(a, b, with_display=False) if b is not None else it.run(a, with_display=False)
            # The suite's own order varies from run to run; a seeded one is as random for a reader.
            items = sorted((rounded(item(one)) for one in found.results), key=lambda one: one["header"])
            rng.shuffle(items)
            results[suite] = items
    config = {"train_test_validation": test is not None, "data_integrity": True, "model_evaluation": False,
              "random_state": 42, "batch_size": 16, "data_type": "tabular"}
    return {"dataset_name": name, "model_name": None, "results": results, "config": config}
