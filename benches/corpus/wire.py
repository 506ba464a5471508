"""What a client sends, and the files behind it."""

from __future__ import annotations

import json
import struct

import numpy as np

from lab import Case

STYLES = {
    "default": {},
    "keras": {"train_loss": "loss", "train_accuracy": "accuracy", "train_r2": "r2", "learning_rate": "lr"},
    "hf": {"train_loss": "loss", "val_loss": "eval_loss", "val_accuracy": "eval_accuracy", "val_r2": "eval_r2", "val_f1_macro": "eval_f1_macro"},
    "lightning": {"train_loss": "train_loss_epoch", "train_accuracy": "train_acc", "val_accuracy": "val_acc", "learning_rate": "lr-Adam"},
    "slashes": {"train_loss": "train/loss", "val_loss": "valid/loss", "train_accuracy": "train/acc", "val_accuracy": "valid/acc", "train_r2": "train/r2", "val_r2": "valid/r2", "learning_rate": "optim/lr"},
}
PARAMETERS = {
    "default": {},
    "keras": {"learning_rate": "lr", "num_epochs": "epochs"},
    "hf": {"batch_size": "per_device_train_batch_size", "num_epochs": "num_train_epochs", "lr_scheduler": "lr_scheduler_type", "gradient_clip": "max_grad_norm"},
    "lightning": {"num_epochs": "max_epochs", "gradient_clip": "gradient_clip_val", "learning_rate": "lr"},
    "slashes": {"batch_size": "bs", "num_epochs": "n_epochs", "weight_decay": "wd"},
}


def six(value: float) -> float:
    return float(f"{value:.6g}")


def number(value, null: bool):
    """JSON has no NaN."""
    if value is None or not isinstance(value, float):
        return value
    if np.isnan(value):
        return None if null else "NaN"
    if np.isinf(value):
        return None if null else "Infinity" if value > 0 else "-Infinity"
    return six(value)


def metrics(case: Case, style: str, layers: bool) -> dict[str, list]:
    """The columns of the log."""
    columns: dict[str, list] = {}
    for name in case.run.history[0]:
        if name.startswith("grad_norm/") and not layers:
            continue
        columns[STYLES[style].get(name, name)] = [row[name] for row in case.run.history]
    for name, values in case.extra_metrics.items():
        columns[STYLES[style].get(name, name)] = values
    return columns


def params(case: Case, style: str, rng) -> dict:
    """The parameters; any optional one may be missing."""
    settings, lab = case.run.settings, case.lab
    if case.run.layers:
        values = {
            "model_name": "MLPClassifier" if lab.task == "classification" else "MLPRegressor",
            "optimizer": settings.optimizer, "learning_rate": settings.rate, "batch_size": settings.batch,
            "num_epochs": settings.epochs, "weight_decay": settings.decay, "dropout": settings.dropout,
            "lr_scheduler": settings.schedule, "warmup_steps": settings.warmup, "gradient_clip": settings.clip,
            "early_stopping": settings.stopping, "shuffle": settings.shuffle, "feature_scaling": lab.feature_scaling,
            "loss": settings.loss, "monitor_metric": "val_loss", "hidden_sizes": settings.hidden,
            "activation": settings.activation, "seed": settings.seed,
        }
        if settings.stopping:
            values["patience"] = settings.patience
        if lab.task == "regression":
            values["target_scaling"] = lab.target_scaling
        if settings.batch_norm:
            values["batch_norm"] = True
    else:
        values = {"loss": settings.loss, "seed": settings.seed}
    optional = ["weight_decay", "dropout", "lr_scheduler", "warmup_steps", "early_stopping", "shuffle", "feature_scaling", "monitor_metric", "hidden_sizes", "activation", "seed", "patience"]
    for name in optional:
        if rng.random() < 0.14 and name not in case.params:
            values.pop(name, None)
    values |= case.params
    return {PARAMETERS[style].get(name, name): it for name, it in values.items() if it is not None}


def statistics(columns: list[str], x, y, task: str) -> dict:
    table = {name: x[:, index] for index, name in enumerate(columns)} | {"target": y.astype(float)}
    described, unique = {}, {}
    for name, values in table.items():
        low, first, median, third, high = (six(it) for it in np.quantile(values, [0, 0.25, 0.5, 0.75, 1]))
        described[name] = {"count": float(len(values)), "mean": six(values.mean()), "std": six(values.std(ddof=1)), "min": low, "25%": first, "50%": median, "75%": third, "max": high}
        unique[name] = len(np.unique(values))
    rows = max(1, len(y))
    return {"feature_statistics": described, "number_unique_values": unique, "percentage_unique_values": {name: round(100 * it / rows, 2) for name, it in unique.items()}, "categorical_features": [], "numerical_features": list(columns)}


def config(case: Case) -> dict:
    settings, lab = case.run.settings, case.lab
    name = "MLPClassifier" if lab.task == "classification" else "MLPRegressor"
    values = {"architectures": [name], "model_type": "mlp", "input_dim": len(lab.columns), "hidden_sizes": settings.hidden, "num_labels": lab.outputs, "activation": settings.activation, "dropout": settings.dropout, "bias": settings.bias, "torch_dtype": {"F32": "float32", "F16": "float16", "BF16": "bfloat16", "F64": "float64"}[case.dtype]}
    if settings.batch_norm:
        values["batch_norm"] = True
    if lab.task == "classification":
        values["id2label"] = {str(it): f"class_{it}" for it in range(lab.outputs)}
        values["problem_type"] = "single_label_classification"
    else:
        values["problem_type"] = "regression"
    return values | case.config


def safetensors(case: Case) -> bytes:
    names = {"scale": "norms.{}.weight", "shift": "norms.{}.bias", "mean": "norms.{}.running_mean", "var": "norms.{}.running_var", "weight": "layers.{}.weight", "bias": "layers.{}.bias"}
    tensors = {names[key].format(index): it for index, layer in enumerate(case.layers or case.run.layers) for key, it in layer.items()}
    header, body = {"__metadata__": {"format": "np"}}, b""
    for name in sorted(tensors):
        data = encode(tensors[name], case.dtype)
        header[name] = {"dtype": case.dtype, "shape": list(tensors[name].shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    data = struct.pack("<Q", len(text)) + text + body
    return case.damage(data) if case.damage else data


def encode(values: np.ndarray, dtype: str) -> bytes:
    values = np.ascontiguousarray(values, np.float32)
    if dtype == "BF16":
        return (values.view(np.uint32) >> 16).astype("<u2").tobytes()
    return values.astype({"F32": "<f4", "F16": "<f2", "F64": "<f8"}[dtype]).tobytes()
