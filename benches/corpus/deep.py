"""Runs deepchecks on both splits, as clients do; the items have the shape that examples/checks.py gives them."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))


def run(lab) -> dict:
    import checks
    import pandas
    from deepchecks.tabular import Dataset
    from deepchecks.tabular.suites import data_integrity, train_test_validation

    task = "regression" if lab.task == "regression" else "binary" if lab.table.classes == 2 else "multiclass"
    frames = [pandas.DataFrame(x, columns=lab.columns).assign(target=y) for x, y in ((lab.raw_x, lab.raw_y), (lab.raw_test_x, lab.raw_test_y))]
    train, test = (Dataset(it, label="target", cat_features=[], label_type=task) for it in frames)
    results = {}
    for name, suite in (("train_test_validation", train_test_validation()), ("data_integrity", data_integrity())):
        results[name] = checks.rounded([checks.item(it) for it in suite.run(train, test, with_display=False).results])
    config = {"train_test_validation": True, "data_integrity": True, "model_evaluation": False, "random_state": 42, "data_type": "tabular"}
    return {"dataset_name": lab.table.name, "model_name": None, "results": results, "config": config}
