"""Writes the tables that the tests compare on: real ones that scikit-learn carries, and one with categories, gaps,
drift, a leak, new categories and rows on both sides, made of a real one.

    python tables.py FOLDER

For each table NAME there are NAME.train.csv and NAME.test.csv, and in tables.json its label and categories.
"""

import json
import pathlib
import sys

import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.model_selection import train_test_split


def faulty(frame, rng):
    """Faults of every sort that the checks look for."""
    frame = frame.copy()
    frame["region"] = rng.choice(["north", "south", "east", "West", "west"], len(frame), p=[0.4, 0.3, 0.2, 0.05, 0.05])
    frame["size"] = pd.cut(frame["mean radius"], 4, labels=["S", "M", "L", "XL"]).astype(str)
    frame["code"] = frame["target"] * 3 + rng.normal(0, 0.05, len(frame)).round(3)
    train, test = train_test_split(frame, test_size=0.35, random_state=7)
    test = pd.concat([test, train.sample(40, random_state=1)])
    test["mean texture"] += 6
    test.loc[test.sample(frac=0.1, random_state=2).index, "region"] = "overseas"
    train = pd.concat([train, train.sample(50, random_state=3)])
    conflict = train.sample(12, random_state=4).copy()
    conflict["target"] = 1 - conflict["target"]
    train = pd.concat([train, conflict])
    train.loc[train.sample(frac=0.15, random_state=5).index, "worst area"] = np.nan
    return train, test, ["region", "size"]


def keyed(frame, rng):
    """Rows with a key and a day, some of which are on both sides; notes, a few far longer; wines like no other."""
    frame = frame.sample(frac=1, random_state=0).reset_index(drop=True)
    frame.insert(0, "row", np.arange(len(frame)) + 1000)
    frame.insert(1, "day", pd.date_range("2024-01-01", periods=len(frame)).strftime("%Y-%m-%d"))
    words = np.array(["dry", "sweet", "fresh", "heavy"])
    frame["note"] = [" ".join(rng.choice(words, 3)) for _ in range(len(frame))]
    frame.loc[[5, 50], "note"] = "a note that goes on and on " * 20
    frame.loc[[20, 70], [it for it in frame if frame[it].dtype == float]] *= 40
    return frame[:120], frame[110:], ["note"]


def main():
    folder = pathlib.Path(sys.argv[1])
    rng = np.random.default_rng(0)
    cancer = datasets.load_breast_cancer(as_frame=True).frame
    tables = {}
    for name, frame in (
        ("wine", datasets.load_wine(as_frame=True).frame),
        ("diabetes", datasets.load_diabetes(as_frame=True).frame),
    ):
        train, test = train_test_split(frame, test_size=0.3, random_state=1)
        tables[name] = (train, test, [])
    tables["faulty"] = faulty(cancer, rng)
    tables["keyed"] = keyed(datasets.load_wine(as_frame=True).frame, rng)
    described = {}
    for name, (train, test, categorical) in tables.items():
        train.to_csv(folder / f"{name}.train.csv", index=False)
        test.to_csv(folder / f"{name}.test.csv", index=False)
        described[name] = {"label": "target", "categorical": categorical}
    (folder / "tables.json").write_text(json.dumps(described))


if __name__ == "__main__":
    main()
