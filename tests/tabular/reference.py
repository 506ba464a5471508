"""What pandas and deepchecks say of two tables: the reference of the tests of `deepfix-tabular`.

    python reference.py TRAIN TEST LABEL [CATEGORICAL,...] [INDEX DATE]

prints `{"statistics": {train, test}, "suites": {suite: {header: {value, conditions}}}}`.
"""

import contextlib
import io
import json
import math
import sys
import warnings

import pandas as pd


def described(frame):
    """`describe` of each column, its unique values and its missing ones."""
    columns = {}
    for name in frame.columns:
        column = frame[name]
        summary = {key: value if isinstance(value, (str, int)) else float(value) for key, value in column.describe().items()}
        columns[name] = summary | {"nunique": int(column.nunique()), "missing": int(column.isna().sum())}
    return {"columns": columns, "duplicated": float(frame.duplicated().mean()), "rows": len(frame)}


def finite(value):
    """Without numbers that JSON does not know."""
    if isinstance(value, dict):
        return {key: finite(it) for key, it in value.items()}
    if isinstance(value, list):
        return [finite(it) for it in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def suites(train, test, label, categorical, names):
    """The values of both default suites."""
    from deepchecks.tabular import Dataset
    from deepchecks.tabular.suites import data_integrity, train_test_validation

    few = train[label].nunique() <= 20
    kind = ("binary" if train[label].nunique() == 2 else "multiclass") if few else "regression"
    wrap = lambda it: Dataset(it, label=label, cat_features=categorical, label_type=kind, **names)
    results = {}
    for name, suite in (("train_test_validation", train_test_validation()), ("data_integrity", data_integrity())):
        results[name] = {}
        for found in suite.run(wrap(train), wrap(test), with_display=False).results:
            if type(found).__name__ != "CheckFailure":
                raw = json.loads(found.to_json(with_display=False))
                conditions = [it["Status"] for it in raw.get("conditions_results") or []]
                results[name][raw["header"]] = {"value": raw.get("value"), "conditions": conditions}
    return results


def main():
    warnings.filterwarnings("ignore")
    train, test = pd.read_csv(sys.argv[1]), pd.read_csv(sys.argv[2])
    categorical = sys.argv[4].split(",") if len(sys.argv) > 4 and sys.argv[4] else []
    names = dict(zip(("index_name", "datetime_name"), sys.argv[5:]))
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        checks = suites(train, test, sys.argv[3], categorical, names)
    statistics = {"train": described(train), "test": described(test)}
    print(json.dumps(finite({"statistics": statistics, "suites": checks})))


if __name__ == "__main__":
    main()
