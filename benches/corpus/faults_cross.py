"""Faults that no artifact shows alone, and the data faults that they need."""

from __future__ import annotations

import numpy as np

import audit
from controls import sound
from lab import Case, Lab
from network import initialise


def missing_scaling(lab: Lab):
    rng = lab.rng
    count = int(rng.integers(1, 4))
    chosen = rng.choice(len(lab.columns), min(count, len(lab.columns)), replace=False)
    factor = 10 ** rng.uniform(2.0, 6.0)
    for split in (lab.raw_x, lab.raw_test_x):
        split[:, chosen] *= factor
    settings = lab.settings(stopping=False, batch_norm=False, init="he", activation="relu")
    reference = lab.reference()
    lab.feature_scaling = "none"
    run = lab.fit(settings)
    faults, lack = ["cross.missing_scaling"], 1.0
    if np.isfinite(run.column("train_loss")).all():
        lack = reference.end(f"val_{run.metric}") - run.end(f"val_{run.metric}")
        if lack < 0.07:
            return None
    elif any(not np.isfinite(it).all() for layer in run.layers for it in layer.values()):
        faults.append("checkpoint.nan_weights")
    if not audit.learnt(reference, lab):
        return None
    return Case(lab, run, faults, f"{[lab.columns[it] for it in chosen]} x {factor:.1e}, no scaler; val {lack:.2f} lower than scaled", "strong" if lack > 0.25 else "medium", also=["checkpoint.exploded_weights"], params={"feature_scaling": "none" if rng.random() < 0.85 else None}, artifacts="dmt")


def batch_size_vs_dataset(lab: Lab):
    rng = lab.rng
    rows = len(lab.raw_y)
    settings = lab.settings(batch=int(rng.choice([256, 512, 1024, 2048, 4096])), optimizer=str(rng.choice(["adam", "adamw", "sgd", "momentum"])), epochs=int(rng.integers(10, 50)), stopping=False, batch_norm=False, dropout=float(rng.choice([0, 0, 0.1])), schedule=str(rng.choice(["none", "none", "linear"])))
    if -(-rows // settings.batch) > 2:
        return None
    run = lab.fit(settings)
    small = lab.fit(settings.but(batch=32))
    lack = small.end(f"val_{run.metric}") - run.end(f"val_{run.metric}")
    worse = run.end("val_loss") / max(1e-6, small.end("val_loss"))
    late = run.column("train_loss")
    falling = late[int(len(late) * 0.75)] - late[-1] > 0.04 * (late[0] - late[-1])
    if not np.isfinite(late).all() or worse < 1.3 or lack < 0.06 or not falling:
        return None
    return Case(lab, run, ["cross.batch_size_vs_dataset"], f"batch {settings.batch} for {rows} rows: {run.history[-1]['step']} updates in all; val loss {run.end('val_loss'):.3g} vs {small.end('val_loss'):.3g}", audit_grade(worse), artifacts="dkmt" if rng.random() < 0.5 else "dmt")


def audit_grade(worse: float) -> str:
    return "strong" if worse > 2 else "medium" if worse > 1.5 else "borderline"


def num_labels_mismatch(lab: Lab):
    rng = lab.rng
    run = sound(lab)
    if run is None or lab.task != "classification":
        return None
    outputs = max(2, lab.outputs + int(rng.choice([-1, 1, 2, 5, 8])))
    if outputs == lab.outputs:
        return None
    layers = [dict(it) for it in run.layers]
    other = initialise(run.settings, len(lab.columns), outputs, rng)
    layers[-1] = {key: (it + rng.normal(0, 0.3, it.shape)).astype(np.float32) for key, it in other[-1].items()}
    change = {"num_labels": outputs, "id2label": {str(it): f"class_{it}" for it in range(outputs)}}
    return Case(lab, run, ["cross.num_labels_mismatch"], f"checkpoint with {outputs} outputs for {lab.outputs} classes", "strong" if abs(outputs - lab.outputs) > 1 else "medium", layers=layers, config=change, artifacts="dmt" if rng.random() < 0.5 else "dkmt")


def val_labels_corrupted(lab: Lab):
    rng = lab.rng
    clean = lab.reference()
    mechanism = str(rng.choice(["permuted", "permuted", "shifted", "map"]))
    y = lab.raw_test_y
    if mechanism == "permuted":
        share = float(rng.choice([0.75, 0.9, 1.0, 1.0]))
        chosen = rng.permutation(len(y))[: int(share * len(y))]
        y[chosen] = y[rng.permutation(chosen)]
    elif mechanism == "shifted":
        share = 1.0
        lab.raw_test_y = np.roll(y, 1)
    else:
        if lab.task != "classification":
            return None
        share = 1.0
        lab.raw_test_y = (y + 1) % lab.table.classes
    run = lab.fit(lab.settings(dropout=0.0, batch=int(rng.choice([16, 32])), epochs=int(rng.integers(15, 60))))
    train, val = run.end(f"train_{run.metric}"), run.end(f"val_{run.metric}")
    if not np.isfinite(run.column("train_loss")).all() or not audit.learnt(clean, lab) or train - val < 0.25 or len(y) < 40:
        return None
    return Case(lab, run, ["cross.val_labels_corrupted"], f"{mechanism} {share:.0%} of test labels; train {train:.2f} val {val:.2f}", "strong" if share == 1 else "medium", artifacts="dkmt" if rng.random() < 0.5 else "dmt")


def leakage(lab: Lab):
    rng = lab.rng
    spread = float(rng.choice([0.02, 0.05, 0.1])) * max(1e-9, np.std(lab.raw_y))
    name = str(rng.choice(["closing_code", "review_result", "refund_total", "outcome_index"]))
    lab.add_column(name, lab.raw_y + rng.normal(0, spread, len(lab.raw_y)), lab.raw_test_y + rng.normal(0, spread, len(lab.raw_test_y)))
    run = sound(lab)
    if run is None or run.end(f"val_{run.metric}") < 0.97:
        return None
    return Case(lab, run, ["checks.label_leakage"], f"'{name}' is the label with noise {spread:.3g}", "strong", cross=["cross.leakage_perfect_metric"], artifacts="dkmt")


def drift(lab: Lab):
    rng = lab.rng
    column = int(rng.integers(len(lab.columns)))
    if rng.random() < 0.5:
        # A split along one column.
        x, y = np.vstack([lab.raw_x, lab.raw_test_x]), np.concatenate([lab.raw_y, lab.raw_test_y])
        order = np.argsort(x[:, column])
        cut = len(lab.raw_y)
        lab.raw_x, lab.raw_y, lab.raw_test_x, lab.raw_test_y = x[order[:cut]], y[order[:cut]], x[order[cut:]], y[order[cut:]]
        if lab.task == "classification" and len(np.unique(lab.raw_y)) < lab.table.classes:
            return None
    else:
        for it in rng.choice(len(lab.columns), min(3, len(lab.columns)), replace=False):
            lab.raw_test_x[:, it] += rng.choice([-1, 1]) * rng.uniform(1.2, 2.5) * lab.raw_x[:, it].std()
    run = lab.fit(lab.settings(stopping=True))
    if not np.isfinite(run.column("train_loss")).all():
        return None
    early = run.column(f"train_{run.metric}") - run.column(f"val_{run.metric}")
    cross = ["cross.drift_not_overfitting"] if audit.gap(run) > 0.1 and np.mean(early[2:8]) > 0.6 * audit.gap(run) else []
    return Case(lab, run, ["checks.covariate_drift"], f"drift; gap {audit.gap(run):.2f}", "strong", cross=cross, also=["cross.drift_not_overfitting", "dataset.outliers"], artifacts="dkmt")


def imbalance(lab: Lab):
    rng = lab.rng
    if lab.task != "classification":
        return None
    for x, y in (("raw_x", "raw_y"), ("raw_test_x", "raw_test_y")):
        labels = getattr(lab, y)
        rare = np.flatnonzero(labels == labels.max())
        drop = rng.choice(rare, int(0.94 * len(rare)), replace=False)
        setattr(lab, x, np.delete(getattr(lab, x), drop, axis=0))
        setattr(lab, y, np.delete(labels, drop))
    if (lab.raw_y == lab.outputs - 1).sum() < 3 or (lab.raw_test_y == lab.outputs - 1).sum() < 1:
        return None
    run = lab.fit(lab.settings(stopping=True))
    counts = np.bincount(lab.raw_y)
    return Case(lab, run, ["dataset.class_imbalance"], f"class counts {counts.tolist()}", "strong", cross=["cross.imbalance_accuracy_metric"], artifacts="dkmt")


ALL = [missing_scaling, batch_size_vs_dataset, num_labels_mismatch, val_labels_corrupted, leakage, drift, imbalance]
