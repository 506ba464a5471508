"""Healthy experiments, many of which look like a fault."""

from __future__ import annotations

import copy

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import log_loss

import audit
from lab import Case, Lab
from network import Run, Settings


def sound(lab: Lab, slack: float = 0.08, **fixed) -> Run | None:
    """A run with nothing to object to, of a usual recipe."""
    for _ in range(4):
        run = lab.fit(lab.settings(**fixed))
        if audit.healthy(run, lab, slack):
            return run
    run = lab.fit(lab.settings(**({"stopping": True, "optimizer": "adam", "rate": 2e-3, "batch": 32, "schedule": "cosine", "hidden": [16], "patience": 4} | fixed)))
    return run if audit.healthy(run, lab, slack) else None


def _case(lab: Lab, run: Run | None, kind: str, **more):
    return None if run is None else Case(lab, run, [], "", kind=kind, **more)


def plain(lab):
    return _case(lab, sound(lab), "plain")


def no_frills(lab):
    return _case(lab, sound(lab, schedule="none", stopping=False, dropout=0.0, decay=0.0, clip=None, batch=int(lab.rng.choice([16, 32, 64]))), "no_frills")


def early_stopped(lab):
    run = sound(lab, stopping=True, epochs=150, schedule="none")
    return _case(lab, run, "early_stopped") if run and run.history[-1]["epoch"] < 140 else None


def cosine(lab):
    return _case(lab, sound(lab, schedule="cosine", stopping=False), "cosine")


def cosine_restarts(lab):
    return _case(lab, sound(lab, schedule="cosine_restarts", stopping=False, epochs=int(lab.rng.integers(24, 60))), "cosine_restarts")


def warmup_spike(lab):
    optimizer = str(lab.rng.choice(["momentum", "sgd", "adam"]))
    low, high = {"momentum": (0.05, 0.2), "sgd": (0.2, 0.6)}.get(optimizer, (0.01, 0.03))
    steps = -(-len(lab.raw_y) // 32)
    return _case(lab, sound(lab, optimizer=optimizer, rate=float(f"{lab.rng.uniform(low, high):.2g}"), batch=32, warmup=5 * steps, schedule="cosine", stopping=False, epochs=int(lab.rng.integers(25, 60))), "warmup_spike")


def short_finetune(lab):
    before = sound(lab)
    if before is None:
        return None
    settings = before.settings.but(optimizer="adamw", rate=float(lab.rng.choice([5e-5, 2e-4, 5e-4])), epochs=int(lab.rng.integers(2, 7)), schedule="linear", stopping=False, warmup=0)
    run = lab.fit(settings, layers=before.layers)
    said = {"init_from": "pretrained"} if lab.rng.random() < 0.6 else {}
    return _case(lab, run, "short_finetune", params=said) if audit.rise(run)[0] < 1.05 else None


def frozen_layers(lab):
    before = sound(lab, hidden=[32, 16, 16])
    if before is None:
        return None
    settings = before.settings.but(frozen=int(lab.rng.integers(1, 3)), optimizer="adam", rate=1e-3, epochs=int(lab.rng.integers(10, 25)), stopping=False, schedule="cosine", warmup=0)
    layers = copy.deepcopy(before.layers)
    for key in ("weight", "bias"):
        if key in layers[-1]:
            layers[-1][key] = (layers[-1][key] * 0.05).astype(np.float32)
    run = lab.fit(settings, layers=layers)
    return _case(lab, run, "frozen_layers", params={"init_from": "pretrained"}) if audit.healthy(run, lab, 0.1) else None


def dropout_val_better(lab):
    run = sound(lab, slack=0.12, dropout=float(lab.rng.choice([0.3, 0.4, 0.5])), hidden=[int(lab.rng.choice([32, 48, 64]))] * int(lab.rng.integers(1, 3)), running=True)
    return _case(lab, run, "dropout_val_better") if run and run.end("val_loss") < 0.95 * run.end("train_loss") else None


def smoothing(lab):
    if lab.task != "classification":
        return None
    value = float(lab.rng.choice([0.1, 0.2]))
    return _case(lab, sound(lab, smoothing=value), "label_smoothing", params={"label_smoothing": value})


def large_scale_loss(lab):
    if lab.task != "regression" or lab.raw_y.std() < 20:
        return None
    lab.target_scaling = "none"
    linear = lab.rng.random() < 0.4
    run = sound(lab, slack=0.3, hidden=[] if linear else [32], optimizer="adam", rate=float(lab.raw_y.std() * (0.004 if linear else 0.0005)), loss="mse", epochs=int(lab.rng.integers(40, 90)), schedule="cosine", decay=0.0)
    return _case(lab, run, "large_scale_loss")


def tiny_test(lab):
    keep = lab.rng.permutation(len(lab.raw_test_y))[: int(lab.rng.integers(31, 45))]
    lab.raw_test_x, lab.raw_test_y = lab.raw_test_x[keep], lab.raw_test_y[keep]
    return _case(lab, sound(lab), "small_test")


def weight_decay(lab):
    return _case(lab, sound(lab, optimizer="adamw", decay=float(lab.rng.choice([0.1, 0.2, 0.3]))), "weight_decay")


def small_batches(lab):
    return _case(lab, sound(lab, batch=int(lab.rng.choice([1, 2, 4])), schedule=str(lab.rng.choice(["cosine", "linear"])), optimizer=str(lab.rng.choice(["sgd", "adam"])), rate=float(lab.rng.choice([5e-4, 1e-3, 2e-3])), epochs=int(lab.rng.integers(15, 35))), "small_batches")


def full_batch_converged(lab):
    return _case(lab, sound(lab, batch=4096, optimizer=str(lab.rng.choice(["adam", "adamw"])), rate=float(lab.rng.choice([0.01, 0.02])), epochs=int(lab.rng.integers(120, 300)), schedule="none", batch_norm=False), "full_batch_converged")


def high_rate_ok(lab):
    optimizer = str(lab.rng.choice(["sgd", "momentum", "adam"]))
    rate = {"sgd": lab.rng.uniform(0.2, 0.5), "momentum": lab.rng.uniform(0.04, 0.1), "adam": lab.rng.uniform(0.01, 0.02)}[optimizer]
    return _case(lab, sound(lab, optimizer=optimizer, rate=float(f"{rate:.2g}"), schedule=str(lab.rng.choice(["linear", "cosine", "step"])), batch=32), "high_rate_ok")


def low_rate_ok(lab):
    """A small rate for many epochs: slow, and it arrives."""
    return _case(lab, sound(lab, optimizer="adam", rate=float(lab.rng.choice([1e-4, 2e-4])), epochs=int(lab.rng.integers(150, 300)), batch=8, schedule="none", stopping=False), "low_rate_ok")


def several_rows(lab):
    shuffle = bool(lab.rng.random() < 0.6)
    run = sound(lab, rows_per_epoch=int(lab.rng.choice([2, 4, 6, 10])), epochs=int(lab.rng.integers(10, 30)), shuffle=shuffle)
    return _case(lab, run, "several_rows" if shuffle else "unshuffled_but_mixed")


def noise_limited(lab):
    """The best model is no better."""
    wrong = lab.rng.random(len(lab.raw_y)) < 0.5
    wrong_test = lab.rng.random(len(lab.raw_test_y)) < 0.5
    for y, chosen in ((lab.raw_y, wrong), (lab.raw_test_y, wrong_test)):
        y[chosen] = lab.rng.permutation(y[chosen])
    run = sound(lab, hidden=[int(lab.rng.choice([8, 12, 16]))], stopping=True, patience=4)
    return _case(lab, run, "noise_limited", also=["training.underfitting", "dataset.label_noise"])


def trees(lab):
    rng = lab.rng
    kind = HistGradientBoostingClassifier if lab.task == "classification" else HistGradientBoostingRegressor
    options = {"learning_rate": float(rng.choice([0.03, 0.06, 0.1])), "max_iter": int(rng.integers(25, 70)), "max_leaf_nodes": int(rng.choice([4, 6, 8])), "min_samples_leaf": 20}
    lab.feature_scaling = lab.target_scaling = "none"
    (x, y), (test, test_y) = lab.data()
    model = kind(**options, early_stopping=False, random_state=0).fit(x, y)
    settings = Settings(task=lab.task, hidden=[], epochs=options["max_iter"], loss="cross_entropy" if lab.task == "classification" else "mse")
    run = Run(settings)

    def losses(features, labels):
        if lab.task == "classification":
            return [(log_loss(labels, p, labels=model.classes_), (p.argmax(1) == labels).mean()) for p in model.staged_predict_proba(features)]
        return [(np.mean((labels - p) ** 2), 1 - np.mean((labels - p) ** 2) / np.var(labels)) for p in model.staged_predict(features)]

    for index, (a, b) in enumerate(zip(losses(x, y), losses(test, test_y))):
        run.history.append({"step": index + 1, "epoch": index, "train_loss": float(a[0]), "val_loss": float(b[0]), f"train_{run.metric}": float(a[1]), f"val_{run.metric}": float(b[1])})
    found = audit.rise(run)[0] < 1.06 and audit.gap(run) < 0.1
    params = {"model_name": kind.__name__, "feature_scaling": "none", "early_stopping": False, **options}
    return Case(lab, run, [], "", kind="boosted_trees", params=params, artifacts="dt") if found else None


def pruned(lab):
    run = sound(lab, hidden=[32, 16])
    if run is None:
        return None
    layers = copy.deepcopy(run.layers)
    share = float(lab.rng.choice([0.3, 0.5, 0.7]))
    for layer in layers:
        layer["weight"][np.abs(layer["weight"]) < np.quantile(np.abs(layer["weight"]), share)] = 0
    return _case(lab, run, "pruned", layers=layers, config={"pruning": {"method": "magnitude", "sparsity": share}})


def other_dtype(lab):
    return _case(lab, sound(lab, bias=bool(lab.rng.random() < 0.5)), "other_dtype", dtype=str(lab.rng.choice(["F16", "BF16", "F64"])))


def raw_scales_but_scaler(lab):
    lab.raw_x[:, 0] *= 1e5
    lab.raw_test_x[:, 0] *= 1e5
    return _case(lab, sound(lab), "raw_scales_but_scaler", params={"feature_scaling": str(lab.rng.choice(["standard", "minmax", "robust"]))})


def imbalance_handled(lab):
    if lab.task != "classification":
        return None
    run = sound(lab)
    if run is None:
        return None
    jitter = lab.rng.normal(0, 0.01, len(run.history))
    f1 = np.array([row["val_accuracy"] for row in run.history]) - 0.03 + jitter
    return _case(lab, run, "f1_monitored", extra_metrics={"val_f1_macro": f1.clip(0, 1).tolist()}, params={"monitor_metric": "val_f1_macro"})


def training_only(lab):
    return _case(lab, sound(lab), "training_only", artifacts="t")


def checkpoint_only(lab):
    return _case(lab, sound(lab), "checkpoint_only", artifacts="m" if lab.rng.random() < 0.5 else "dm")


def logged_from_start(lab):
    return _case(lab, sound(lab, log_start=True), "logged_from_start")


ALL = [plain, plain, plain, no_frills, early_stopped, cosine, cosine_restarts, warmup_spike, short_finetune, frozen_layers, dropout_val_better, smoothing, large_scale_loss, tiny_test, weight_decay, small_batches, full_batch_converged, high_rate_ok, low_rate_ok, several_rows, noise_limited, trees, pruned, other_dtype, raw_scales_but_scaler, imbalance_handled, training_only, checkpoint_only, logged_from_start]
