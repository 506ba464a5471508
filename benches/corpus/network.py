"""A multilayer perceptron that really learns, with what goes wrong in real trainings left in.

Plain numpy. Arithmetic is in single precision, so that numbers overflow as they do on a GPU.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

PLAIN = ("sgd", "momentum", "nesterov")


@dataclass
class Settings:
    """How to train."""

    task: str  # "classification" or "regression"
    hidden: list[int]
    optimizer: str = "adam"  # or adamw, rmsprop, sgd, momentum, nesterov
    rate: float = 3e-3
    batch: int = 32
    epochs: int = 40
    seed: int = 0
    activation: str = "relu"  # or tanh, sigmoid, gelu, leaky_relu
    decay: float = 0.0  # decoupled for adamw, in the gradient for the others
    dropout: float = 0.0
    batch_norm: bool = False
    bias: bool = True
    schedule: str = "none"  # or cosine, linear, step, exponential, cosine_restarts, one_cycle, reduce_on_plateau
    warmup: int = 0  # steps
    clip: float | None = None
    stopping: bool = False
    patience: int = 8
    restore_best: bool = True
    shuffle: bool = True
    loss: str = "cross_entropy"  # or mse, mae, huber
    class_weights: list[float] | None = None
    smoothing: float = 0.0
    init: str = "he"  # or xavier, torch, small; times `gain`
    gain: float = 1.0
    frozen: int = 0  # the first layers that do not learn
    rows_per_epoch: int = 1  # log rows
    running: bool = True  # training metrics are averages over the epoch's batches, with dropout
    log_start: bool = False

    def but(self, **changes) -> "Settings":
        return replace(self, **changes)


@dataclass
class Run:
    """What a training leaves behind."""

    settings: Settings
    history: list[dict] = field(default_factory=list)
    layers: list[dict] = field(default_factory=list)
    start: list[dict] = field(default_factory=list)
    best_epoch: int = 0

    @property
    def metric(self) -> str:
        return "accuracy" if self.settings.task == "classification" else "r2"

    def column(self, name: str) -> np.ndarray:
        """One value per epoch."""
        epochs = sorted({row["epoch"] for row in self.history})
        means = []
        for epoch in epochs:
            values = [row[name] for row in self.history if row["epoch"] == epoch]
            means.append(values[-1] if name.startswith("val") else np.mean(values))
        return np.array(means, dtype=float)

    def end(self, name: str) -> float:
        column = self.column(name)
        return float(np.mean(column[-max(1, len(column) // 10):]))


def initialise(settings: Settings, inputs: int, outputs: int, rng) -> list[dict]:
    layers, sizes = [], [inputs, *settings.hidden, outputs]
    for index, (fan_in, fan_out) in enumerate(zip(sizes, sizes[1:])):
        bias = np.zeros(fan_out)
        if settings.init == "torch":
            bound = 1.0 / np.sqrt(fan_in)
            weight, bias = rng.uniform(-bound, bound, (fan_out, fan_in)), rng.uniform(-bound, bound, fan_out)
        else:
            variance = {"he": 2.0 / fan_in, "xavier": 2.0 / (fan_in + fan_out), "small": 0.02**2}[settings.init]
            if settings.init == "he" and index == len(sizes) - 2:
                variance = 1.0 / fan_in
            weight = rng.normal(0.0, np.sqrt(variance), (fan_out, fan_in))
        layer = {"weight": (weight * settings.gain).astype(np.float32)}
        if settings.bias:
            layer["bias"] = bias.astype(np.float32)
        if settings.batch_norm and index < len(sizes) - 2:
            layer |= {"scale": np.ones(fan_out, np.float32), "shift": np.zeros(fan_out, np.float32)}
            layer |= {"mean": np.zeros(fan_out, np.float32), "var": np.ones(fan_out, np.float32)}
        layers.append(layer)
    return layers


LEARNT = ("weight", "bias", "scale", "shift")


def _activate(name: str, x):
    """The value and its derivative."""
    if name == "relu":
        return np.maximum(x, 0), (x > 0).astype(x.dtype)
    if name == "leaky_relu":
        slope = np.where(x > 0, 1, 0.01).astype(x.dtype)
        return x * slope, slope
    if name == "tanh":
        value = np.tanh(x)
        return value, 1 - value * value
    if name == "sigmoid":
        value = 1 / (1 + np.exp(-np.clip(x, -60, 60)))
        return value, value * (1 - value)
    gate = 1 / (1 + np.exp(-np.clip(1.702 * x, -60, 60)))
    return x * gate, gate + 1.702 * x * gate * (1 - gate)


def forward(settings: Settings, layers, x, rng=None):
    """The output, and what backpropagation needs. With a generator: training mode."""
    tape = []
    for index, layer in enumerate(layers):
        entry = {"input": x}
        x = x @ layer["weight"].T
        if "bias" in layer:
            x = x + layer["bias"]
        if index < len(layers) - 1:
            if "scale" in layer:
                if rng is not None and len(x) > 1:
                    mean, var = x.mean(axis=0), x.var(axis=0)
                    layer["mean"] += np.float32(0.1) * (mean - layer["mean"])
                    layer["var"] += np.float32(0.1) * (var - layer["var"])
                else:
                    mean, var = layer["mean"], layer["var"]
                deviation = np.sqrt(var + 1e-5).astype(np.float32)
                entry |= {"normal": (x - mean) / deviation, "deviation": deviation}
                x = entry["normal"] * layer["scale"] + layer["shift"]
            x, entry["slope"] = _activate(settings.activation, x)
            if rng is not None and settings.dropout > 0:
                keep = 1 - settings.dropout
                entry["mask"] = (rng.random(x.shape) < keep).astype(np.float32) / np.float32(keep)
                x = x * entry["mask"]
        tape.append(entry)
    return x, tape


def loss_of(settings: Settings, output, y, train: bool):
    """The mean loss, and its derivative with respect to the output."""
    if settings.task == "classification":
        shifted = output - output.max(axis=1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        target = np.eye(output.shape[1], dtype=np.float32)[y]
        if train and settings.smoothing:
            target = target * (1 - settings.smoothing) + settings.smoothing / output.shape[1]
        weights = np.asarray(settings.class_weights, np.float32)[y] if settings.class_weights else np.ones(len(y), np.float32)
        loss = -(target * logs).sum(axis=1) * weights
        return float(loss.mean()), (np.exp(logs) - target) * weights[:, None] / np.float32(len(y))
    error = output[:, 0] - y
    if settings.loss == "mae":
        return float(np.abs(error).mean()), np.sign(error)[:, None] / np.float32(len(y))
    if settings.loss == "huber":
        small = np.abs(error) <= 1
        loss = np.where(small, 0.5 * error**2, np.abs(error) - 0.5)
        return float(loss.mean()), np.where(small, error, np.sign(error))[:, None] / np.float32(len(y))
    return float((error**2).mean()), 2 * error[:, None] / np.float32(len(y))


def metric_of(settings: Settings, output, y) -> float:
    if settings.task == "classification":
        return float((np.argmax(output, axis=1) == y).mean())
    variance = float(np.var(y))
    return float(1 - np.mean((output[:, 0] - y) ** 2) / variance) if variance > 0 else float("nan")


def gradients(settings: Settings, layers, x, y, rng):
    output, tape = forward(settings, layers, x, rng)
    loss, delta = loss_of(settings, output, y, True)
    found = [None] * len(layers)
    for index in reversed(range(len(layers))):
        layer, entry = layers[index], tape[index]
        gradient = {}
        if index < len(layers) - 1:
            if "mask" in entry:
                delta = delta * entry["mask"]
            delta = delta * entry["slope"]
            if "normal" in entry:
                gradient["scale"], gradient["shift"] = (delta * entry["normal"]).sum(axis=0), delta.sum(axis=0)
                delta = delta * layer["scale"]
                spread = delta - delta.mean(axis=0) - entry["normal"] * (delta * entry["normal"]).mean(axis=0)
                delta = (spread if len(x) > 1 else delta) / entry["deviation"]
        gradient["weight"] = delta.T @ entry["input"]
        if "bias" in layer:
            gradient["bias"] = delta.sum(axis=0)
        found[index] = gradient
        delta = delta @ layer["weight"]
    return loss, output, found


class Optimizer:
    """The usual update rules, with the usual constants, on all parameters as one vector."""

    def __init__(self, settings: Settings, layers):
        self.settings, self.steps = settings, 0
        places = [(index, key) for index, layer in enumerate(layers) for key in LEARNT if key in layer]
        self.values = np.concatenate([layers[index][key].ravel() for index, key in places])
        self.places, offset = [], 0
        decays, learns = np.zeros_like(self.values), np.ones_like(self.values)
        self.starts = []
        for index, key in places:
            shape, size = layers[index][key].shape, layers[index][key].size
            # The layers become views of the vector.
            layers[index][key] = self.values[offset:offset + size].reshape(shape)
            decays[offset:offset + size] = key == "weight"
            learns[offset:offset + size] = index >= settings.frozen
            if not self.places or self.places[-1][0] != index:
                self.starts.append(offset)
            self.places.append((index, key))
            offset += size
        self.decays, self.learns = decays * learns, learns
        self.first, self.second = np.zeros_like(self.values), np.zeros_like(self.values)

    def gather(self, found) -> tuple[np.ndarray, np.ndarray]:
        """The gradient as one vector, and its norm in each layer."""
        gradient = np.concatenate([found[index][key].ravel() for index, key in self.places]) * self.learns
        return gradient, np.sqrt(np.add.reduceat(gradient.astype(np.float64) ** 2, self.starts))

    def step(self, slope: np.ndarray, rate: float) -> None:
        self.steps += 1
        settings, first, second = self.settings, self.first, self.second
        if settings.decay:
            if settings.optimizer == "adamw":
                self.values *= 1 - np.float32(rate * settings.decay) * self.decays
            else:
                slope = slope + np.float32(settings.decay) * self.decays * self.values
        if settings.optimizer in ("adam", "adamw"):
            first += np.float32(0.1) * (slope - first)
            second += np.float32(0.001) * (slope * slope - second)
            move = first / np.float32(1 - 0.9**self.steps) / (np.sqrt(second / np.float32(1 - 0.999**self.steps)) + np.float32(1e-8))
        elif settings.optimizer == "rmsprop":
            second += np.float32(0.01) * (slope * slope - second)
            move = slope / (np.sqrt(second) + np.float32(1e-8))
        elif settings.optimizer in ("momentum", "nesterov"):
            first *= np.float32(0.9)
            first += slope
            move = slope + np.float32(0.9) * first if settings.optimizer == "nesterov" else first
        else:
            move = slope
        self.values -= np.float32(rate) * move


def rate_at(settings: Settings, step: int, total: int, epoch: int, factor: float) -> float:
    share = step / max(1, total)
    base = settings.rate * factor
    if settings.warmup and step < settings.warmup:
        return base * (step + 1) / settings.warmup
    if settings.warmup:
        share = (step - settings.warmup) / max(1, total - settings.warmup)
    match settings.schedule:
        case "cosine":
            return base * 0.5 * (1 + np.cos(np.pi * share))
        case "linear":
            return base * (1 - share)
        case "step":
            return base * 0.3 ** int(share * 3)
        case "exponential":
            return base * 0.95**epoch
        case "cosine_restarts":
            return base * 0.5 * (1 + np.cos(np.pi * (share * 4 % 1.0)))
        case "one_cycle":
            return base * (0.04 + 0.96 * share / 0.3 if share < 0.3 else 0.5 * (1 + np.cos(np.pi * (share - 0.3) / 0.7)))
        case "growing":
            return base * 1.6**epoch
    return base
