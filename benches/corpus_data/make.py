"""Writes a corpus of tables with known faults: `python make.py --out DIR --seed N --cases N [--group held]`."""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from pathlib import Path

import numpy as np

import audit
import controls
import faults_columns
import faults_splits
import synthetic
import tables
import wire
from case import STRENGTHS, Case, Unsuitable, split

FAULTS = [faults_columns.missing_values, faults_columns.constant_feature, faults_columns.id_like_feature,
          faults_columns.correlated_features, faults_columns.outliers, faults_columns.mixed_types,
          faults_splits.class_imbalance, faults_splits.class_imbalance, faults_splits.test_too_small,
          faults_splits.label_noise, faults_splits.covariate_drift, faults_splits.covariate_drift,
          faults_splits.label_drift, faults_splits.label_drift, faults_splits.new_labels,
          faults_splits.train_test_leakage, faults_splits.label_leakage]
# What shows a fault: statistics of features, check results, or the counts that every client sends.
NEEDS_CHECKS = {"dataset.label_noise", "checks.train_test_leakage", "checks.label_leakage", "dataset.correlated_features"}
NEEDS_STATISTICS = {"dataset.outliers", "dataset.id_like_feature", "dataset.constant_feature", "dataset.class_imbalance"}
CLEAN_SHARE = 0.3


def draw_table(rng: np.random.Generator, group: dict) -> tables.Table:
    rows = int(rng.choice([160, 250, 400, 700, 1200, 3000], p=[0.12, 0.23, 0.25, 0.2, 0.15, 0.05]))
    if rng.random() < 0.4:
        return synthetic.make(rng, rows, "number" if rng.random() < 0.25 else "classes")
    return tables.sample(tables.load(str(rng.choice(list(group)))), rows, rng)


def begin(rng: np.random.Generator, table: tables.Table, strength: int) -> Case:
    train, test = split(table, rng)
    return Case(table, train, test, rng, strength, list(table.categorical))


def faulty(rng: np.random.Generator, group: dict, turn: int, checks_share: float) -> Case:
    """The faults take turns, so that each has its share. Without checks some cannot be seen at all."""
    options = [it for it in FAULTS if checks_share > 0 or f"checks.{it.__name__}" not in NEEDS_CHECKS
               and f"dataset.{it.__name__}" not in NEEDS_CHECKS]
    first = options[turn % len(options)]
    strength = int(rng.choice(3, p=[0.15, 0.45, 0.4]))
    for _ in range(60):
        case = begin(rng, draw_table(rng, group), strength)
        try:
            case.notes.append(first(case))
            if checks_share > 0 and rng.random() < 0.1:
                case.notes.append(FAULTS[int(rng.integers(6))](case))
            if len(set(case.faults)) == len(case.notes) and len(case.train) > 60 and len(case.test) > 3 and confirmed(case):
                return case
        except Unsuitable:
            continue
    raise RuntimeError(f"no table suits {first.__name__}")


def confirmed(case: Case) -> bool:
    """An injection that leaves no measurable trace in so few rows is no fault that could be found."""
    measured = audit.measure(case, None)
    return all(it in measured for it in case.faults if it in audit.MEASURED)


def healthy(rng: np.random.Generator, group: dict) -> tuple[Case, str]:
    while True:
        if rng.random() < 0.2:
            make = controls.MADE[int(rng.integers(len(controls.MADE)))]
            case, trait = begin(rng, make(rng, int(rng.choice([200, 500, 1500]))), 2), controls.plain
            kind = make.__name__
        else:
            trait = controls.TRAITS[int(rng.integers(len(controls.TRAITS)))]
            case, kind = begin(rng, draw_table(rng, group), 2), trait.__name__
        try:
            case.notes.append(trait(case))
            return case, kind
        except Unsuitable:
            continue


def encode(case: Case) -> None:
    """Classes become codes `0..k`, unless this client leaves its texts."""
    if not case.classes or (case.train["target"].dtype == object and case.rng.random() < 0.1):
        return
    values = sorted({str(it) for it in case.train["target"]} | {str(it) for it in case.test["target"]})
    codes = {it: code for code, it in enumerate(values)}
    for frame in case.both():
        frame["target"] = frame["target"].map(lambda it: codes[str(it)])


def write(case: Case, kind: str, seed: int, out: Path, checks_share: float) -> str:
    encode(case)
    rng, needs = case.rng, set(case.faults)
    label = "target"
    with_checks = bool(needs & NEEDS_CHECKS) or rng.random() < checks_share
    with_statistics = bool(needs & NEEDS_STATISTICS) or not with_checks or rng.random() < 0.8
    splits_matter = any(it.startswith("checks.") or it == "dataset.test_too_small" for it in needs)
    with_test = splits_matter or rng.random() < 0.93
    test = case.test if with_test else None
    checks = None
    if with_checks:
        checks = wire.checks(case.table.name, case.train.copy(), None if test is None else test.copy(), label,
                             case.categorical, case.table.task, rng)
    measured = audit.measure(case, checks)
    statistics = lambda it: wire.statistics(it, label, case.categorical, with_statistics)
    artifact = {"dataset_name": case.table.name, "task_type": "tabular_classification",
                "train_statistics": statistics(case.train)}
    if test is not None:
        artifact["test_statistics"] = statistics(test)
    name = "c" + hashlib.sha256(f"{seed} {case.table.name} {case.notes}".encode()).hexdigest()[:9]
    clean = not case.faults
    ok = set(measured) | {it for fault in case.faults for it in audit.CONSEQUENCES.get(fault, [])}
    severity = "none" if clean else ("low", "medium", "high")[case.strength]
    about = {"case_id": name, "faults": case.faults, "cross_expected": [], "also_ok": sorted(ok - needs), "severity": severity,
             "strength": "none" if clean else STRENGTHS[case.strength], "clean": clean, "kind": kind, "notes": "; ".join(case.notes),
             "seed": seed, "dataset": case.table.name, "audit": measured, "rows": [len(case.train), len(case.test)],
             "with_deepchecks": with_checks, "with_statistics": with_statistics}
    request = {"dataset_name": case.table.name, "dataset_artifacts": artifact, "deepchecks_artifacts": checks,
               "model_checkpoint_artifacts": None, "training_artifacts": None, "model_name": None, "language": "english"}
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
    (folder / "label.json").write_text(json.dumps(about, indent=1, default=str), encoding="utf-8")
    case.train.to_csv(folder / "train.csv", index=False)
    case.test.to_csv(folder / "test.csv", index=False)
    return name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--group", choices=["tuning", "held"], default="tuning", help="which tables to draw from")
    parser.add_argument("--clean-share", type=float, default=CLEAN_SHARE)
    parser.add_argument("--checks-share", type=float, default=0.75, help="0 runs no checks at all, which is fast")
    args = parser.parse_args()
    group = tables.TUNING if args.group == "tuning" else tables.HELD_BACK
    start = time.time()
    for turn in range(args.cases):
        seed = args.seed * 1_000_003 + turn
        rng = np.random.default_rng(seed)
        if rng.random() < args.clean_share:
            case, kind = healthy(rng, group)
        else:
            case, kind = faulty(rng, group, int(rng.integers(1_000_000)) + turn, args.checks_share), ""
        write(case, kind, seed, args.out, args.checks_share)
    print(f"{args.cases} cases in {time.time() - start:.0f} s below {args.out}")


if __name__ == "__main__":
    main()
