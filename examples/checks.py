"""Runs deepchecks on experiments' train.csv and test.csv and stores the results as deepchecks.json.

    python3.11 -m venv .checks && .checks/bin/pip install -r examples/requirements-checks.txt
    .checks/bin/python examples/checks.py examples/leaky-biopsy examples/drifted-diabetes

The file has the shape in which clients of DeepFix send such results. What is only for display is
left out. Checks that cannot run on these tables, for want of a date or an index, are in it with
the reason and without a value.
"""

from __future__ import annotations

import json
import re
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import pandas as pd
from deepchecks.core import CheckFailure
from deepchecks.tabular import Dataset
from deepchecks.tabular.suites import data_integrity, train_test_validation


def run(folder: Path) -> None:
    params = (folder / "params.yaml").read_text()
    task = "regression" if "MLPRegressor" in params else "multiclass"
    tables = [pd.read_csv(folder / name) for name in ("train.csv", "test.csv")]
    if task == "multiclass" and tables[0]["target"].nunique() == 2:
        task = "binary"
    train, test = (Dataset(it, label="target", cat_features=[], label_type=task) for it in tables)
    results = {}
    for name, suite in (("train_test_validation", train_test_validation()), ("data_integrity", data_integrity())):
        found = suite.run(train, test, with_display=False).results
        # The suite's own order varies.
        results[name] = sorted((item(it) for it in found), key=lambda it: it["header"])
    artifact = {
        "dataset_name": folder.name,
        "model_name": None,
        "results": results,
        "config": {"train_test_validation": True, "data_integrity": True, "model_evaluation": False, "random_state": 42,
                   "data_type": "tabular"},
    }
    text = json.dumps(rounded(artifact), indent=1, ensure_ascii=False) + "\n"
    (folder / "deepchecks.json").write_text(text, encoding="utf-8", newline="\n")
    failed = [it["header"] for items in results.values() for it in items
              if any(condition["status"] == "FAIL" for condition in it["result"]["conditions_results"])]
    print(f"{folder.name}: {sum(map(len, results.values()))} checks, failed: {', '.join(failed) or 'none'}")


def item(found) -> dict:
    """One check's result as clients send it."""
    raw = json.loads(found.to_json(with_display=False) if not isinstance(found, CheckFailure) else found.to_json())
    check = raw["check"]
    conditions = [{"status": it["Status"], "condition": it["Condition"], "more_info": it["More Info"]}
                  for it in raw.get("conditions_results") or []]
    result = {
        "check": check["name"],
        "params": check.get("params"),
        "summary": re.sub(r"\s*<a .*?</a>", "", check.get("summary") or "").strip(),
        "value": raw.get("value"),
        "conditions_results": conditions,
    }
    if isinstance(found, CheckFailure):
        result["display_text"] = raw.get("exception")
    return {"header": raw["header"], "result": result}


def rounded(value):
    """Six digits, and JSON's idea of a number: what is not finite becomes a string."""
    if isinstance(value, dict):
        return {str(key): rounded(it) for key, it in value.items()}
    if isinstance(value, list):
        return [rounded(it) for it in value]
    if isinstance(value, float):
        if value != value or abs(value) == float("inf"):
            return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
        return float(f"{value:.6g}")
    if isinstance(value, str) and value[:1] in "[{" and value[:1]:
        # Tables come as JSON in a string.
        try:
            return json.dumps(rounded(json.loads(value)), separators=(",", ":"))
        except ValueError:
            return value
    return value


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        run(Path(argument))
