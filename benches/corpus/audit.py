"""What a run really shows, measured on its curves; independent of what was injected."""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2_contingency

from lab import Lab
from network import Run, forward


def roughness(curve: np.ndarray, start: float = 0.2) -> float:
    """The spread about a centred mean of five, relative to the level."""
    curve = curve[int(len(curve) * start):]
    if len(curve) < 7 or not np.isfinite(curve).all():
        return 0.0
    padded = np.convolve(curve, np.ones(5) / 5, mode="valid")
    rest = curve[2:-2] - padded
    return float(np.std(rest) / max(1e-12, abs(np.mean(curve))))


def rise(run: Run) -> tuple[float, int, float]:
    """Last over best validation loss, the best epoch, and its share of the run."""
    losses = run.column("val_loss")
    if not np.isfinite(losses).all():
        return 1.0, 0, 1.0
    # A single lucky epoch is no best one.
    width = max(1, len(losses) // 20) * 2 + 1
    smooth = np.convolve(np.pad(losses, width // 2, mode="edge"), np.ones(width) / width, mode="valid")
    best = int(np.argmin(smooth))
    return float(run.end("val_loss") / smooth[best]), best, best / max(1, len(losses) - 1)


def gap(run: Run) -> float:
    """How much better the metric is on the training rows at the end."""
    return run.end(f"train_{run.metric}") - run.end(f"val_{run.metric}")


def fall(run: Run, name: str = "train_loss") -> float:
    losses = run.column(name)
    return float((losses[0] - run.end(name)) / abs(losses[0]))


def dead(run: Run, lab: Lab, layers=None) -> float:
    """The largest share, over the layers, of units that no training row switches on."""
    if run.settings.activation not in ("relu", "leaky_relu") or not run.settings.hidden or run.settings.batch_norm:
        return 0.0
    signal, worst = np.asarray(lab.data()[0][0], np.float32), 0.0
    for layer in (layers or run.layers)[:-1]:
        before = signal @ layer["weight"].T + layer.get("bias", 0)
        worst = max(worst, float((~(before > 0).any(axis=0)).mean()))
        signal = np.maximum(before, 0.01 * before if run.settings.activation == "leaky_relu" else 0)
    return worst


def findings(run: Run, lab: Lab) -> dict:
    """The codes that are really there, with their numbers."""
    found: dict = {}
    losses = run.column("val_loss")
    if not np.isfinite(run.column("train_loss")).all():
        return {"training.exploding_gradients": 1}
    ratio, _, share = rise(run)
    if gap(run) > 0.1:
        found["training.overfitting"] = round(gap(run), 4)
    if ratio >= 1.1:
        found["training.overfitting"] = found.get("training.overfitting", round(ratio - 1, 4))
        if share < 0.8:
            found["training.early_stopping_missed"] = round(ratio, 4)
    if roughness(losses) >= 0.08:
        found["training.noisy_loss"] = round(roughness(losses), 4)
    reference = lab.reference()
    if run.end(f"val_{run.metric}") < reference.end(f"val_{run.metric}") - (0.08 if lab.task == "classification" else 0.12):
        found["training.underfitting"] = round(run.end(f"val_{run.metric}"), 4)
    if run.settings.schedule == "none" and len(losses) >= 15 and roughness(losses, 0.4) >= 0.05:
        found["training.plateau_no_schedule"] = 1
    if dead(run, lab) >= 0.2:
        found["checkpoint.dead_units"] = round(dead(run, lab), 4)
    if -(-len(lab.raw_y) // run.settings.batch) <= 2:
        found["cross.batch_size_vs_dataset"] = 1
    if lab.task == "classification":
        counts = np.bincount(lab.raw_y, minlength=lab.table.classes)
        if counts.min() / counts.max() < 0.3:
            found["dataset.class_imbalance"] = round(float(counts.min() / counts.max()), 4)
            found["cross.imbalance_accuracy_metric"] = 1
    if len(lab.raw_test_y) < 30:
        found["dataset.test_too_small"] = len(lab.raw_test_y)
    return found


def data(lab: Lab) -> dict:
    """What the rows show, whatever was injected."""
    found: dict = {}
    constant = int((lab.raw_x.std(0) <= 1e-12).sum())
    if constant:
        found["dataset.constant_feature"] = constant
    if len(lab.raw_y) < 200:
        found["dataset.small_dataset"] = len(lab.raw_y)
    varied = lab.raw_x[:, lab.raw_x.std(0) > 1e-12]
    if varied.shape[1] > 1 and len(varied) > 2:
        likeness = np.abs(np.corrcoef(varied.T) - np.eye(varied.shape[1])).max()
        if likeness >= 0.95:
            found["dataset.correlated_features"] = round(float(likeness), 4)
    if lab.task == "classification":
        size = max(lab.raw_y.max(initial=0), lab.raw_test_y.max(initial=0)) + 1
        a, b = np.bincount(lab.raw_y, minlength=size), np.bincount(lab.raw_test_y, minlength=size)
        variation = 0.5 * np.abs(a / a.sum() - b / b.sum()).sum()
        kept = (a + b) > 0
        p = float(chi2_contingency([a[kept], b[kept]])[1]) if kept.sum() > 1 else 1.0
        if variation >= 0.1 and p < 0.02:
            found["checks.label_drift"] = round(float(variation), 4)
    return found


def weights(layers) -> dict:
    """What the saved weights show."""
    broken = sum(int((~np.isfinite(it)).sum()) for layer in layers for it in layer.values())
    return {"checkpoint.nan_weights": broken} if broken else {}


def healthy(run: Run, lab: Lab, slack: float = 0.06) -> bool:
    """Nothing to object to: it learnt, it does not overfit, it is calm, and no recipe does much better."""
    if not np.isfinite(run.column("train_loss")).all() or not np.isfinite(run.column("val_loss")).all():
        return False
    found = findings(run, lab)
    if set(found) - {"training.plateau_no_schedule", "dataset.class_imbalance", "cross.imbalance_accuracy_metric", "dataset.test_too_small"}:
        return False
    ratio, _, _ = rise(run)
    reference = lab.reference().end(f"val_{run.metric}")
    return ratio < 1.06 and run.end(f"val_{run.metric}") >= reference - slack and learnt(run, lab)


def learnt(run: Run, lab: Lab) -> bool:
    end = run.end(f"val_{run.metric}")
    if lab.task == "regression":
        return end > 0.25
    majority = np.bincount(lab.raw_test_y).max() / len(lab.raw_test_y)
    return end > majority + 0.05 or end > 0.93
