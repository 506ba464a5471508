"""Makes a corpus of labelled experiments: small networks that were really trained.

    python benches/corpus/make.py --out DIR --seed 1 --cases 200 [--tables tuning|held-out|all] [--checks]
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

# Matrices this small are slower on several threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np  # noqa: E402

sys.path.insert(0, str(Path(__file__).parent))
import audit  # noqa: E402
import consequences  # noqa: E402
import controls  # noqa: E402
import deep  # noqa: E402
import faults_checkpoint  # noqa: E402
import faults_cross  # noqa: E402
import faults_training  # noqa: E402
import wire  # noqa: E402
from lab import Case, Lab  # noqa: E402
from tables import GROUPS  # noqa: E402

FAULTS = faults_training.ALL + faults_checkpoint.ALL + faults_cross.ALL
TRIES = 15


def build(seed: int, index: int, group: str, clean_share: float, only: list[str] | None = None) -> tuple[Case, np.random.Generator] | None:
    """Draws until the outcome shows what was injected, or shows nothing for a control."""
    rng = np.random.default_rng([seed, index])
    chosen = [it for it in FAULTS + controls.ALL if it.__name__ in (only or [])]
    if chosen:
        maker = chosen[int(rng.integers(len(chosen)))]
    elif rng.random() < clean_share:
        maker = controls.ALL[int(rng.integers(len(controls.ALL)))]
    else:
        maker = FAULTS[int(rng.integers(len(FAULTS)))]
    for _ in range(TRIES):
        tables = GROUPS[group]
        lab = Lab(rng, tables[int(rng.integers(len(tables)))](rng))
        if len(lab.raw_test_y) < 30 or len(lab.raw_y) < 60:
            continue
        case = maker(lab)
        if case is not None:
            return case, rng
    return None


def label(case: Case, name: str, seed: int, style: str) -> dict:
    found = audit.findings(case.run, case.lab) if case.run and case.run.layers else {}
    found |= audit.data(case.lab)
    # That drift and not overfitting made a gap is allowed where there is a gap.
    if "checks.label_drift" in found and case.run and case.run.layers and audit.gap(case.run) > 0.1:
        found["cross.drift_not_overfitting"] = round(float(audit.gap(case.run)), 4)
    if case.run and case.run.layers:
        found |= audit.weights(case.layers or case.run.layers)
    clean = not case.faults
    if clean:
        # A control passed the audit; what it may show all the same is told with it.
        found = {code: it for code, it in found.items() if code != "training.plateau_no_schedule"}
    forbidden = {"training.overfitting"} if {"cross.val_labels_corrupted", "checks.covariate_drift"} & set(case.faults) else set()
    also = (set(found) | set(case.also) | consequences.of(case.faults)) - set(case.faults) - forbidden
    severity = {"strong": "high", "medium": "medium", "borderline": "low", "none": "none"}[case.strength]
    return {
        "case_id": name, "faults": case.faults, "cross_expected": case.cross, "also_ok": sorted(also), "severity": severity,
        "strength": case.strength, "clean": clean, "kind": case.kind, "notes": case.notes, "seed": seed, "dataset": case.lab.table.name,
        "task": f"tabular_{case.lab.task}", "metric_style": style, "how_injected": case.notes, "audit": found,
        "data_hash": hashlib.sha256(case.lab.raw_x.tobytes()).hexdigest()[:16],
    }


def write(case: Case, rng, out: Path, name: str, seed: int, checks: bool) -> None:
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    lab = case.lab
    style = str(rng.choice(["default", "default", "default", "keras", "keras", "hf", "hf", "lightning", "slashes"]))
    columns = wire.metrics(case, style, bool(rng.random() < 0.5))
    parameters = wire.params(case, style, rng)
    null = bool(rng.random() < 0.33)
    artifacts = case.artifacts or str(rng.choice(["dkmt", "dkmt", "dmt", "dmt", "mt", "t", "dt", "kmt"]))
    if any(it.startswith("checkpoint.") for it in case.faults) and "m" not in artifacts:
        artifacts += "m"
    if not case.run.layers:
        artifacts = artifacts.replace("m", "")
    if "k" in artifacts and not checks:
        artifacts = artifacts.replace("k", "") or "d"
    model = parameters.get("model_name", "MLPClassifier")
    request: dict = {"dataset_name": lab.table.name, "model_name": model, "language": "english"}
    if "d" in artifacts:
        request["dataset_artifacts"] = {
            "dataset_name": lab.table.name, "task_type": f"tabular_{lab.task}",
            "train_statistics": wire.statistics(lab.columns, lab.raw_x, lab.raw_y, lab.task),
            "test_statistics": wire.statistics(lab.columns, lab.raw_test_x, lab.raw_test_y, lab.task),
        }
    if "k" in artifacts:
        request["deepchecks_artifacts"] = deep.run(lab)
    if "t" in artifacts:
        request["training_artifacts"] = {"metrics_values": {key: [wire.number(it, null) for it in values] for key, values in columns.items()}, "params": parameters}
    if "m" in artifacts:
        request["model_checkpoint_artifacts"] = {"path": "model.safetensors", "config": wire.config(case), "model_type": model, "hyperparameters": {key: parameters[key] for key in ("optimizer", "learning_rate", "batch_size", "weight_decay") if key in parameters}}
        (folder / "model.safetensors").write_bytes(wire.safetensors(case))
        (folder / "config.json").write_text(json.dumps(wire.config(case), indent=1))
    (folder / "request.json").write_text(json.dumps(request))
    (folder / "label.json").write_text(json.dumps(label(case, name, seed, style), indent=1, default=float))
    with (folder / "metrics.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values()))


def one(arguments) -> str:
    seed, index, group, clean_share, only, out, checks = arguments
    built = build(seed, index, group, clean_share, only)
    if built is None:
        return "given up"
    name = f"c{seed}_{index:04d}"
    write(*built, Path(out), name, seed, checks)
    return ",".join(built[0].faults) or "clean " + built[0].kind


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--tables", choices=list(GROUPS), default="all")
    parser.add_argument("--clean-share", type=float, default=0.35)
    parser.add_argument("--only", nargs="*", help="names of injections and controls, such as noisy_loss or frozen_layers")
    parser.add_argument("--checks", action="store_true", help="run deepchecks too (requirements-checks.txt of examples/)")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    work = [(options.seed, index, options.tables, options.clean_share, options.only, options.out, options.checks) for index in range(options.cases)]
    counts: dict[str, int] = {}
    with ProcessPoolExecutor(options.jobs) as pool:
        for found in pool.map(one, work):
            counts[found] = counts.get(found, 0) + 1
    for name, count in sorted(counts.items()):
        print(f"{count:5} {name}")


if __name__ == "__main__":
    main()
