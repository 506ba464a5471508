"""The training loop and its log."""

from __future__ import annotations

import copy
import warnings

import numpy as np

from network import Optimizer, Run, Settings, forward, gradients, initialise, loss_of, metric_of, rate_at

warnings.filterwarnings("ignore", category=RuntimeWarning)


def fit(settings: Settings, train, validation, outputs: int, layers=None, meter=None) -> Run:
    """Trains on `train` = (features, labels) and measures on `validation`.

    `meter(output, labels)` replaces the metric, for metrics that are computed wrongly.
    """
    rng = np.random.default_rng(settings.seed)
    x, y = np.asarray(train[0], np.float32), train[1]
    vx, vy = np.asarray(validation[0], np.float32), validation[1]
    if settings.task == "regression":
        y, vy = np.asarray(y, np.float32), np.asarray(vy, np.float32)
    layers = copy.deepcopy(layers) if layers else initialise(settings, x.shape[1], outputs, rng)
    run = Run(settings, layers=layers, start=copy.deepcopy(layers))
    measure = meter or (lambda output, labels: metric_of(settings, output, labels))
    optimizer = Optimizer(settings, layers)
    steps = -(-len(x) // settings.batch)
    total, step, factor, waited = steps * settings.epochs, 0, 1.0, 0
    best, best_loss, broken = copy.deepcopy(layers), np.inf, 0
    # A log row every so many steps; the last row of an epoch takes what is left.
    marks = {round(steps * (it + 1) / min(settings.rows_per_epoch, steps)) for it in range(min(settings.rows_per_epoch, steps))}

    def log(epoch: int, losses, metrics, rate, found):
        output, _ = forward(settings, layers, vx)
        row = {"step": step, "epoch": epoch, "train_loss": float(np.mean(losses)), "val_loss": loss_of(settings, output, vy, False)[0]}
        if settings.running and settings.loss not in ("mae", "huber"):
            row[f"train_{run.metric}"] = float(np.mean(metrics))
        else:
            row[f"train_{run.metric}"] = measure(forward(settings, layers, x)[0], y)
        row[f"val_{run.metric}"] = measure(output, vy)
        found = np.mean(found, axis=0)
        row |= {"learning_rate": float(rate), "grad_norm": float(np.sqrt((found**2).sum()))}
        row |= {f"grad_norm/layers.{index}": float(it) for index, it in enumerate(found)}
        run.history.append(row)
        return row["val_loss"]

    if settings.log_start:
        loss, output, found = gradients(settings, layers, x, y, rng)
        log(0, [loss], [measure(output, y)], rate_at(settings, 0, total, 0, 1.0), [optimizer.gather(found)[1]])
    for epoch in range(settings.epochs):
        order = rng.permutation(len(x)) if settings.shuffle else np.arange(len(x))
        losses, metrics, found_norms = [], [], []
        for place in range(steps):
            batch = order[place * settings.batch:(place + 1) * settings.batch]
            rate = rate_at(settings, step, total, epoch, factor)
            loss, output, found = gradients(settings, layers, x[batch], y[batch], rng)
            gradient, layer_norms = optimizer.gather(found)
            whole = float(np.sqrt((layer_norms**2).sum()))
            if settings.clip and np.isfinite(whole) and whole > settings.clip:
                gradient = gradient * np.float32(settings.clip / whole)
            optimizer.step(gradient, rate)
            losses.append(loss)
            if settings.task == "classification":
                metrics.append(measure(output, y[batch]))
            found_norms.append(layer_norms)
            step += 1
            if place + 1 in marks:
                shown = losses, metrics, found_norms
                if settings.task == "regression":
                    # R² of single batches means little: the epoch's comes from its mean loss.
                    shown = losses, [1 - np.mean(losses) / float(np.var(y))], found_norms
                validation_loss = log(epoch + (1 if settings.log_start else 0), *shown[:2], rate, shown[2])
                losses, metrics, found_norms = [], [], []
        if not np.isfinite(run.history[-1]["train_loss"]):
            broken += 1
            if broken >= 4:
                break
        if validation_loss < best_loss:
            best, best_loss, run.best_epoch, waited = copy.deepcopy(layers), validation_loss, epoch, 0
        else:
            waited += 1
            if settings.schedule == "reduce_on_plateau" and waited % 5 == 0:
                factor *= 0.3
            if settings.stopping and waited >= settings.patience:
                break
    if settings.stopping and settings.restore_best:
        run.layers = best
    return run
