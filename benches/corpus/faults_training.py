"""Faults of training. Each function returns a case whose outcome shows the fault, or None."""

from __future__ import annotations

import numpy as np

import audit
from lab import Case, Lab, is_plain
from network import forward


def grade(value: float, medium: float, strong: float) -> str:
    return "strong" if value >= strong else "medium" if value >= medium else "borderline"


def overfitting(lab: Lab):
    rng = lab.rng
    if rng.random() < 0.4:
        # Columns of noise give the network something to memorise.
        count = int(rng.integers(5, 25))
        for index in range(count):
            lab.add_column(f"aux_{index + 1}", rng.normal(0, 3, len(lab.raw_x)), rng.normal(0, 3, len(lab.raw_test_x)))
    keep = rng.permutation(len(lab.raw_y))[: int(rng.integers(70, 320))]
    lab.raw_x, lab.raw_y = lab.raw_x[keep], lab.raw_y[keep]
    if lab.task == "classification" and len(np.unique(lab.raw_y)) < lab.table.classes:
        return None
    settings = lab.settings(hidden=[int(it) for it in rng.choice([48, 64, 96, 128], int(rng.integers(1, 3)))], epochs=int(rng.integers(30, 130)), decay=0.0 if rng.random() < 0.8 else 1e-4, dropout=float(rng.choice([0, 0, 0, 0.1])), stopping=False, batch=int(rng.choice([16, 32])))
    run = lab.fit(settings)
    ratio, best, share = audit.rise(run)
    train = run.column("train_loss")
    if not np.isfinite(train).all() or ratio < 1.12 or share > 0.6 or run.end("train_loss") > 0.75 * train[best] or audit.gap(run) < 0.04:
        return None
    return Case(lab, run, ["training.overfitting"], f"{len(lab.raw_y)} rows, {settings.hidden}; val/min(val) = {ratio:.2f}", grade(ratio, 1.25, 1.6))


def early_stopping_missed(lab: Lab):
    rng = lab.rng
    settings = lab.settings(hidden=[int(it) for it in rng.choice([24, 32, 48, 64], int(rng.integers(1, 3)))], epochs=int(rng.integers(60, 140)), stopping=False, schedule=str(rng.choice(["none", "none", "step", "exponential"])))
    run = lab.fit(settings)
    ratio, best, share = audit.rise(run)
    if not np.isfinite(run.column("train_loss")).all() or ratio < 1.12 or share > 0.45:
        return None
    params = {}
    if rng.random() < 0.3:
        params = {"early_stopping": True, "patience": 500}
    return Case(lab, run, ["training.early_stopping_missed"], f"best epoch {best} of {settings.epochs}, ratio {ratio:.2f}", grade(ratio, 1.25, 1.5), params=params)


def underfitting(lab: Lab):
    rng = lab.rng
    mechanism = str(rng.choice(["narrow", "dropout", "decay", "mix"]))
    fixed = {"hidden": [int(it) for it in rng.choice([16, 24, 32], int(rng.integers(1, 3)))], "epochs": int(rng.integers(25, 60)), "stopping": False, "batch_norm": False, "optimizer": str(rng.choice(["adam", "adamw", "adamw", "momentum"]))}
    if mechanism in ("narrow", "mix"):
        fixed["hidden"] = [int(rng.integers(1, 4))] * int(rng.integers(1, 3))
    if mechanism in ("dropout", "mix"):
        fixed["dropout"] = float(rng.choice([0.6, 0.7, 0.8, 0.85, 0.9]))
    if mechanism in ("decay", "mix"):
        fixed["decay"] = float(rng.choice([0.5, 1.0, 2.0, 4.0])) if fixed["optimizer"] == "adamw" else float(rng.choice([0.03, 0.08, 0.2, 0.5]))
    run = lab.fit(lab.settings(**fixed))
    reference = lab.reference()
    lack = reference.end(f"val_{run.metric}") - run.end(f"val_{run.metric}")
    lack_train = reference.end(f"train_{run.metric}") - run.end(f"train_{run.metric}")
    least = 0.09 if lab.task == "classification" else 0.15
    if not np.isfinite(run.column("train_loss")).all() or lack < least or lack_train < least or audit.gap(run) > 0.08 or not audit.learnt(reference, lab):
        return None
    return Case(lab, run, ["training.underfitting"], f"{mechanism}: {run.settings.hidden} decay {run.settings.decay} dropout {run.settings.dropout}; val {run.end('val_' + run.metric):.2f} vs {reference.end('val_' + run.metric):.2f}", grade(lack, 1.6 * least, 2.5 * least))


def lr_too_high(lab: Lab):
    rng = lab.rng
    optimizer = str(rng.choice(["sgd", "momentum", "adam", "adamw", "rmsprop", "nesterov"]))
    low, high = {"sgd": (0.4, 6.0), "momentum": (0.1, 1.5), "nesterov": (0.1, 1.0)}.get(optimizer, (0.04, 0.8))
    rate = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    rate = float(f"{rate:.2g}") if rng.random() < 0.5 else rate
    settings = lab.settings(optimizer=optimizer, rate=rate, batch=int(rng.choice([16, 32, 32, 64])), stopping=False, dropout=0.0, decay=0.0, epochs=int(rng.integers(15, 60)), schedule=str(rng.choice(["none", "none", "none", "cosine", "step"])), hidden=[int(it) for it in rng.choice([16, 32, 64], int(rng.integers(1, 4)))])
    run = lab.fit(settings)
    losses = run.column("train_loss")
    if not np.isfinite(losses).all() or losses.max() > 1e12:
        return None
    healthy = lab.fit(settings.but(optimizer="adam", rate=3e-3, schedule="cosine"))
    worse = run.end("train_loss") / max(1e-3, healthy.end("train_loss"))
    lack = healthy.end(f"val_{run.metric}") - run.end(f"val_{run.metric}")
    rough = audit.roughness(run.column("val_loss"))
    if worse < 1.5 or not (rough > 0.12 or lack > 0.12) or lack < 0.02:
        return None
    return Case(lab, run, ["training.lr_too_high"], f"{optimizer} rate {rate:.3g}; roughness {rough:.2f}; train loss {worse:.1f} x healthy, metric {lack:.2f} lower", grade(max(lack, rough / 3), 0.1, 0.3))


def lr_too_low(lab: Lab):
    rng = lab.rng
    optimizer = str(rng.choice(["sgd", "momentum", "adam", "adamw", "rmsprop"]))
    low, high = {"sgd": (1e-5, 2e-3), "momentum": (1e-6, 2e-4)}.get(optimizer, (5e-7, 4e-5))
    settings = lab.settings(optimizer=optimizer, rate=float(f"{np.exp(rng.uniform(np.log(low), np.log(high))):.2g}"), stopping=False, batch_norm=False, dropout=float(rng.choice([0, 0, 0.1])), schedule=str(rng.choice(["none", "none", "none", "cosine", "linear"])), epochs=int(rng.integers(12, 60)))
    run = lab.fit(settings)
    dropped, reference = audit.fall(run, "val_loss"), lab.reference()
    if not 0.001 < dropped < 0.15 or audit.fall(reference, "val_loss") < 0.35 or not audit.learnt(reference, lab):
        return None
    if run.end(f"val_{run.metric}") > reference.end(f"val_{run.metric}") - 0.1:
        return None
    return Case(lab, run, ["training.lr_too_low"], f"{optimizer} rate {settings.rate}: loss fell {dropped:.1%} in {settings.epochs} epochs, a healthy run {audit.fall(reference, 'val_loss'):.0%}", "strong" if dropped < 0.05 else "medium")


def exploding_gradients(lab: Lab):
    rng = lab.rng
    mechanism = str(rng.choice(["start", "later", "unscaled", "deep"]))
    fixed = {"stopping": False, "clip": None, "batch_norm": False, "dropout": 0.0, "activation": "relu", "epochs": int(rng.integers(12, 40)), "decay": 0.0}
    if mechanism == "start":
        fixed |= {"optimizer": str(rng.choice(["sgd", "momentum"])), "rate": float(rng.choice([3.0, 8.0, 20.0, 50.0])), "gain": float(rng.choice([1.0, 2.0, 4.0])), "hidden": [48, 48, 32]}
    elif mechanism == "later":
        # Steps that grow until nothing holds.
        fixed |= {"optimizer": str(rng.choice(["sgd", "momentum"])), "rate": float(rng.choice([0.005, 0.01, 0.02])), "schedule": "growing", "hidden": [64, 64], "epochs": 40}
        if lab.task == "regression":
            fixed["loss"] = "mse"
    elif mechanism == "unscaled":
        if lab.task != "regression":
            return None
        lab.target_scaling = "none"
        fixed |= {"optimizer": str(rng.choice(["sgd", "momentum"])), "rate": float(rng.choice([0.01, 0.05, 0.1])), "loss": "mse"}
    else:
        fixed |= {"optimizer": str(rng.choice(["momentum", "adam"])), "rate": float(rng.choice([0.05, 0.2])), "hidden": [32] * int(rng.integers(5, 9)), "gain": float(rng.choice([3.0, 5.0, 8.0]))}
    settings = lab.settings(**fixed)
    run = lab.fit(settings)
    broken = np.flatnonzero(~np.isfinite(run.column("train_loss")))
    if not len(broken):
        return None
    if settings.schedule == "growing":
        run.settings = settings.but(schedule="exponential")
    faults = ["training.exploding_gradients"]
    if any(not np.isfinite(it).all() for layer in run.layers for it in layer.values()):
        faults.append("checkpoint.nan_weights")
    return Case(lab, run, faults, f"{mechanism}: {settings.optimizer} rate {settings.rate}, not finite from epoch {broken[0]}", "strong" if broken[0] == 0 else "medium", params={"gradient_clip": None} if rng.random() < 0.5 else {})


def vanishing_gradients(lab: Lab):
    rng = lab.rng
    activation = str(rng.choice(["sigmoid", "sigmoid", "tanh", "relu"]))
    fixed = {"activation": activation, "hidden": [int(rng.choice([12, 16, 24, 32]))] * int(rng.integers(6, 13)), "batch_norm": False, "dropout": 0.0, "decay": 0.0, "stopping": False, "epochs": int(rng.integers(15, 45)), "optimizer": str(rng.choice(["sgd", "sgd", "momentum", "adam"])), "schedule": str(rng.choice(["none", "cosine"]))}
    fixed |= {"init": "xavier", "gain": 1.0} if activation == "sigmoid" else {"init": "small", "gain": float(rng.uniform(1, 3))}
    settings = lab.settings(**fixed)
    run = lab.fit(settings)
    dropped = audit.fall(run, "train_loss")
    layers = [np.mean(run.column(f"grad_norm/layers.{it}")) for it in (0, len(settings.hidden))]
    losses = run.column("train_loss")
    late = 1 - run.end("train_loss") / max(1e-9, losses[len(losses) // 4])
    if not np.isfinite(losses).all() or layers[0] > 1e-3 * layers[1] or late > 0.05 or not audit.learnt(lab.reference(), lab):
        return None
    return Case(lab, run, ["training.vanishing_gradients"], f"{len(settings.hidden)} {activation} layers: gradient ratio {layers[0] / layers[1]:.1e}, loss fell {dropped:.1%}", "strong" if late < 0.02 else "medium")


def noisy_loss(lab: Lab):
    rng = lab.rng
    optimizer = str(rng.choice(["adam", "sgd", "momentum", "rmsprop", "adamw"]))
    low, high = {"sgd": (0.05, 0.4), "momentum": (0.01, 0.08)}.get(optimizer, (0.006, 0.04))
    keep = rng.permutation(len(lab.raw_y))[:int(rng.integers(90, 240))]
    lab.raw_x, lab.raw_y = lab.raw_x[keep], lab.raw_y[keep]
    if lab.task == "classification" and len(np.unique(lab.raw_y)) < lab.table.classes:
        return None
    settings = lab.settings(optimizer=optimizer, rate=float(np.exp(rng.uniform(np.log(low), np.log(high)))), batch=int(rng.choice([1, 2, 2, 4, 4, 8])), epochs=int(rng.integers(16, 36)), schedule="none", stopping=False, dropout=0.0, batch_norm=False, decay=float(rng.choice([0, 1e-4, 1e-3])))
    run = lab.fit(settings)
    losses = run.column("val_loss")
    if not np.isfinite(losses).all():
        return None
    rough, late, reference = audit.roughness(losses), audit.roughness(losses, 0.5), lab.reference()
    lack = reference.end(f"val_{run.metric}") - run.end(f"val_{run.metric}")
    if rough < 0.11 or late < 0.08 or lack > 0.25 or losses.max() > 50 * np.median(losses):
        return None
    return Case(lab, run, ["training.noisy_loss"], f"batch {settings.batch}, {optimizer} rate {settings.rate:.3g}: validation loss spreads {rough:.2f} of its mean", grade(rough, 0.15, 0.22))


def plateau_no_schedule(lab: Lab):
    rng = lab.rng
    optimizer = str(rng.choice(["adam", "momentum", "adamw", "sgd", "rmsprop"]))
    low, high = {"sgd": (0.2, 0.6), "momentum": (0.03, 0.1)}.get(optimizer, (0.015, 0.06))
    settings = lab.settings(optimizer=optimizer, rate=float(f"{np.exp(rng.uniform(np.log(low), np.log(high))):.2g}"), batch=int(rng.choice([4, 8, 8, 16])), epochs=int(rng.integers(35, 80)), schedule="none", stopping=False, dropout=0.0, hidden=[int(rng.choice([12, 16, 24]))] * int(rng.integers(1, 3)), decay=float(rng.choice([0, 1e-3])), batch_norm=False)
    run, decayed = lab.fit(settings), lab.fit(settings.but(schedule="cosine"))
    losses, train = run.column("val_loss"), run.column("train_loss")
    if not np.isfinite(losses).all() or not np.isfinite(decayed.column("val_loss")).all():
        return None
    half = len(losses) // 2
    level = np.mean(train[half:])
    flat = abs(np.mean(train[half:half + half // 2]) - np.mean(train[-half // 2:])) < 0.06 * (train[0] - level)
    gain, gain_val = level / decayed.end("train_loss"), np.mean(losses[half:]) / decayed.end("val_loss")
    if not flat or gain < 1.25 or gain_val < 1.08 or audit.rise(run)[0] > 1.6 or train[half] > 1.3 * level or lab.reference().end(f"val_{run.metric}") - run.end(f"val_{run.metric}") > 0.25:
        return None
    return Case(lab, run, ["training.plateau_no_schedule"], f"{optimizer} constant rate {settings.rate}, batch {settings.batch}: flat at {level:.3g}; cosine reaches {decayed.end('train_loss'):.3g}", grade(gain, 1.4, 1.8))


def metric_loss_mismatch(lab: Lab):
    rng = lab.rng
    if lab.task != "classification":
        return None
    settings = lab.settings(schedule=str(rng.choice(["none", "cosine"])), stopping=False, epochs=int(rng.integers(20, 50)))
    params, mechanism = {}, str(rng.choice(["weights", "inverted", "shifted", "threshold"]))
    meter = None
    if mechanism == "weights":
        counts = np.bincount(lab.raw_y, minlength=lab.table.classes)
        common = int(np.argmax(counts))
        if counts[common] / counts.sum() < 0.55:
            # The frequent class must lose by the weights.
            rare = np.flatnonzero(lab.raw_y != common)
            drop = rng.choice(rare, int(0.65 * len(rare)), replace=False)
            lab.raw_x, lab.raw_y = np.delete(lab.raw_x, drop, axis=0), np.delete(lab.raw_y, drop)
        weights = np.full(lab.table.classes, float(rng.uniform(1.6, 2.0)))
        weights[common] = float(rng.uniform(0.02, 0.15))
        settings = settings.but(class_weights=[round(float(it), 3) for it in weights], init="he")
        params = {"class_weight": settings.class_weights}
    elif mechanism == "inverted":
        meter = lambda output, y: float((np.argmax(output, axis=1) != y).mean())
    elif mechanism == "shifted":
        meter = lambda output, y: float((np.argmax(output, axis=1) == (y + 1) % lab.table.classes).mean())
    else:
        meter = lambda output, y: float((np.argmin(output, axis=1) == y).mean())
    run = lab.fit(settings, meter=meter)
    metric, losses = run.column("train_accuracy"), run.column("train_loss")
    drop = metric[: max(1, len(metric) // 10)].mean() - metric[-max(1, len(metric) // 10):].mean()
    drop_val = run.column("val_accuracy")[: 2].mean() - run.end("val_accuracy")
    order = np.corrcoef(np.argsort(np.argsort(losses)), np.argsort(np.argsort(metric)))[0, 1]
    if not np.isfinite(losses).all() or drop < 0.07 or drop_val < 0.02 or order < 0.35 or audit.fall(run) < 0.15:
        return None
    return Case(lab, run, ["training.metric_loss_mismatch"], f"{mechanism}: loss falls, accuracy falls by {drop:.2f}", grade(drop, 0.12, 0.25), params=params)


def no_shuffle(lab: Lab):
    rng = lab.rng
    order = np.argsort(lab.raw_y, kind="stable")
    if rng.random() < 0.3:
        # Sorted in blocks, as when files of one class each are read one after the other.
        blocks = np.array_split(order, int(rng.integers(4, 9)))
        order = np.concatenate([blocks[it] for it in rng.permutation(len(blocks))])
    optimizer = str(rng.choice(["adam", "adamw", "sgd", "momentum"]))
    low, high = {"sgd": (0.1, 0.3), "momentum": (0.01, 0.06)}.get(optimizer, (0.004, 0.03))
    settings = lab.settings(optimizer=optimizer, rate=float(f"{rng.uniform(low, high):.2g}"), batch=int(rng.choice([8, 16, 16, 32])), epochs=int(rng.integers(10, 25)), schedule="none", stopping=False, dropout=0.0, shuffle=False, batch_norm=False, rows_per_epoch=int(rng.choice([1, 4, 6, 8, 10])))
    healthy = lab.fit(settings.but(shuffle=True, rows_per_epoch=1))
    lab.raw_x, lab.raw_y = lab.raw_x[order], lab.raw_y[order]
    run = lab.fit(settings)
    lack = healthy.end(f"val_{run.metric}") - run.end(f"val_{run.metric}")
    if not np.isfinite(run.column("train_loss")).all() or lack < 0.05:
        return None
    params = {"shuffle": None} if settings.rows_per_epoch >= 4 and rng.random() < 0.3 else {"shuffle": False}
    return Case(lab, run, ["training.no_shuffle"], f"rows sorted, {settings.rows_per_epoch} log rows an epoch; val {lack:.2f} lower than shuffled", grade(lack, 0.12, 0.3), params=params)


def wrong_labels(lab: Lab, share: float) -> str:
    """Puts wrong labels into the training split, in one of the ways in which they come about."""
    rng, y = lab.rng, lab.raw_y
    if lab.task == "regression":
        how = str(rng.choice(["mixed up", "turned round", "gross errors"]))
        wrong = rng.random(len(y)) < share
        if how == "mixed up":
            y[wrong] = rng.permutation(y)[: wrong.sum()]
        elif how == "turned round":
            y[wrong] = 2 * np.median(y) - y[wrong]
        else:
            y[wrong] += rng.choice([-1, 1], wrong.sum()) * rng.uniform(1.5, 3, wrong.sum()) * y.std()
        return how
    how = str(rng.choice(["uniform", "next class", "one class as another", "unsure rows"]))
    if how == "one class as another":
        frequent = np.argsort(-np.bincount(y))[0]
        other = int(rng.choice([it for it in range(lab.table.classes) if it != frequent]))
        wrong = (y == frequent) & (rng.random(len(y)) < min(0.8, share * len(y) / max(1, (y == frequent).sum())))
        y[wrong] = other
        return how
    if how == "unsure rows":
        # Annotators err where a good model is unsure as well.
        (x, _), _ = lab.data()
        output, _ = forward(lab.reference().settings, lab.reference().layers, np.asarray(x, np.float32))
        ordered = np.sort(output, axis=1)
        unsure = np.argsort(ordered[:, -1] - ordered[:, -2] + rng.gumbel(0, 0.5, len(y)))[: int(share * len(y))]
        y[unsure] = np.argsort(output[unsure], axis=1)[:, -2]
        return how
    wrong = rng.random(len(y)) < share
    step = rng.integers(1, lab.table.classes, wrong.sum()) if how == "uniform" else 1
    y[wrong] = (y[wrong] + step) % lab.table.classes
    return how


def label_noise(lab: Lab):
    rng = lab.rng
    share = float(rng.choice([0.15, 0.2, 0.25, 0.3, 0.4]))
    clean, before = lab.reference(), lab.raw_y.copy()
    if not audit.learnt(clean, lab):
        return None
    how = wrong_labels(lab, share)
    changed = float((before != lab.raw_y).mean())
    if changed < 0.1:
        return None
    if rng.random() < 0.35:
        # Long enough, and wide enough, to learn them by heart.
        recipe = {"stopping": False, "epochs": int(rng.integers(60, 140)), "hidden": [int(it) for it in rng.choice([48, 64, 96], 2)]}
    else:
        recipe = {"stopping": bool(rng.random() < 0.6), "hidden": [int(it) for it in rng.choice([12, 16, 24, 32], 2)]}
    run = lab.fit(lab.settings(**recipe))
    if not np.isfinite(run.column("train_loss")).all():
        return None
    return Case(lab, run, ["dataset.label_noise"], f"{changed:.0%} of training labels wrong: {how}", "strong" if changed >= 0.3 else "medium")


ALL = [overfitting, early_stopping_missed, underfitting, lr_too_high, lr_too_low, exploding_gradients, vanishing_gradients, noisy_loss, plateau_no_schedule, metric_loss_mismatch, no_shuffle, label_noise]
__all__ = ["ALL", "is_plain"]
