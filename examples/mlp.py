"""A multilayer perceptron that really learns, and that logs what a training usually logs.

Plain numpy, in double precision: with the same seed every run gives the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Settings:
    """How to train. The names are those that end up in params.yaml."""

    task: str  # "classification" or "regression"
    hidden_sizes: list[int]
    optimizer: str  # "sgd", "momentum" or "adam"
    learning_rate: float
    batch_size: int
    num_epochs: int
    seed: int
    weight_decay: float = 0.0
    dropout: float = 0.0
    lr_scheduler: str = "none"  # or "cosine"
    early_stopping: bool = False
    patience: int = 10
    log_start: bool = False  # a first row, measured before the first update


@dataclass
class Run:
    """What a training leaves behind."""

    settings: Settings
    history: list[dict[str, float]] = field(default_factory=list)
    parameters: list[np.ndarray] = field(default_factory=list)  # weight, bias, weight, bias, ...
    best_epoch: int = 0

    @property
    def metric(self) -> str:
        return "accuracy" if self.settings.task == "classification" else "r2"

    def column(self, name: str) -> np.ndarray:
        return np.array([row[name] for row in self.history])


def fit(settings: Settings, train, validation, outputs: int) -> Run:
    """Trains on `train` = (features, labels) and measures on both splits after every epoch.

    `train_loss` is the mean over the epoch's batches, with dropout, as most frameworks log it, and
    the gradient norms are means over the batches too; the rest is measured after the epoch,
    without dropout. With early stopping the parameters of the best epoch are kept.
    """
    rng = np.random.default_rng(settings.seed)
    x, y = train
    parameters = _initialise(rng, [x.shape[1], *settings.hidden_sizes, outputs])
    optimizer = _Optimizer(settings, parameters)
    run = Run(settings)
    batches = -(-len(x) // settings.batch_size)
    best, best_loss, step = [it.copy() for it in parameters], np.inf, 0

    def log(epoch, train_loss, rate, layers):
        loss, metric = measure(settings, parameters, *validation)
        row = {"step": step, "epoch": epoch, "train_loss": train_loss, "val_loss": loss}
        row |= {f"train_{run.metric}": measure(settings, parameters, x, y)[1], f"val_{run.metric}": metric}
        row |= {"learning_rate": rate, "grad_norm": np.mean(np.sqrt(np.sum(layers**2, axis=1)))}
        row |= {f"grad_norm/layers.{index}": norm for index, norm in enumerate(np.mean(layers, axis=0))}
        run.history.append(row)
        return loss

    first = 0
    if settings.log_start:
        loss, gradients = _gradients(settings, parameters, x, y, rng)
        log(0, loss, _rate(settings, 0, 1), np.array([_norms(gradients)]))
        first = 1

    for epoch in range(first, first + settings.num_epochs):
        order = rng.permutation(len(x))
        losses, norms = [], []
        for batch in np.array_split(order, batches):
            rate = _rate(settings, step, settings.num_epochs * batches)
            loss, gradients = _gradients(settings, parameters, x[batch], y[batch], rng)
            optimizer.update(gradients, rate)
            losses.append(loss)
            norms.append(_norms(gradients))
            step += 1

        validation_loss = log(epoch, np.mean(losses), rate, np.array(norms))
        if validation_loss < best_loss:
            best, best_loss, run.best_epoch = [it.copy() for it in parameters], validation_loss, epoch
        elif settings.early_stopping and epoch - run.best_epoch >= settings.patience:
            break

    run.parameters = best if settings.early_stopping else parameters
    return run


def measure(settings: Settings, parameters, x, y) -> tuple[float, float]:
    """The loss, and accuracy or R2."""
    output = _forward(parameters, x)[-1]
    loss = _loss(settings, output, y)[0]
    if settings.task == "classification":
        return loss, float(np.mean(np.argmax(output, axis=1) == y))
    return loss, float(1.0 - np.mean((output[:, 0] - y) ** 2) / np.var(y))


def _initialise(rng, sizes: list[int]) -> list[np.ndarray]:
    """He's initialisation before a ReLU, Glorot's before the output."""
    parameters = []
    for index, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        variance = 2.0 / inputs if index < len(sizes) - 2 else 2.0 / (inputs + outputs)
        parameters += [rng.normal(0.0, np.sqrt(variance), (outputs, inputs)), np.zeros(outputs)]
    return parameters


def _pairs(values: list[np.ndarray]):
    return zip(values[::2], values[1::2])


def _norms(gradients: list[np.ndarray]) -> list[float]:
    return [float(np.sqrt(np.sum(weight**2) + np.sum(bias**2))) for weight, bias in _pairs(gradients)]


def _forward(parameters, x, masks=None) -> list[np.ndarray]:
    """The input of every layer, then the output."""
    layers = list(_pairs(parameters))
    values = [x]
    for index, (weight, bias) in enumerate(layers):
        value = values[-1] @ weight.T + bias
        if index < len(layers) - 1:
            value = np.maximum(value, 0.0)
            if masks is not None:
                value = value * masks[index]
        values.append(value)
    return values


def _loss(settings: Settings, output, y) -> tuple[float, np.ndarray]:
    """Cross-entropy or the mean squared error, and its derivative with respect to the output."""
    if settings.task == "classification":
        shifted = output - output.max(axis=1, keepdims=True)
        logarithms = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        rows = np.arange(len(y))
        derivative = np.exp(logarithms)
        derivative[rows, y] -= 1.0
        return float(-logarithms[rows, y].mean()), derivative / len(y)
    error = output - y[:, None]
    return float(np.mean(error**2)), 2.0 * error / len(y)


def _gradients(settings: Settings, parameters, x, y, rng) -> tuple[float, list[np.ndarray]]:
    keep = 1.0 - settings.dropout
    masks = [(rng.random((len(x), size)) < keep) / keep for size in settings.hidden_sizes] if keep < 1.0 else None
    values = _forward(parameters, x, masks)
    loss, derivative = _loss(settings, values[-1], y)
    gradients = []
    for index in reversed(range(len(values) - 1)):
        gradients = [derivative.T @ values[index], derivative.sum(axis=0), *gradients]
        if index > 0:
            derivative = derivative @ parameters[2 * index] * (values[index] > 0.0)
            if masks is not None:
                derivative = derivative * masks[index - 1]
    return loss, gradients


def _rate(settings: Settings, step: int, steps: int) -> float:
    if settings.lr_scheduler == "cosine":
        return settings.learning_rate * 0.5 * (1.0 + np.cos(np.pi * step / steps))
    return settings.learning_rate


class _Optimizer:
    """SGD, with momentum 0.9, or Adam (0.9, 0.999); weight decay is decoupled and spares biases."""

    def __init__(self, settings: Settings, parameters: list[np.ndarray]):
        self.settings, self.parameters, self.steps = settings, parameters, 0
        self.first = [np.zeros_like(it) for it in parameters]
        self.second = [np.zeros_like(it) for it in parameters]

    def update(self, gradients: list[np.ndarray], rate: float) -> None:
        self.steps += 1
        for parameter, gradient, first, second in zip(self.parameters, gradients, self.first, self.second):
            if self.settings.weight_decay and parameter.ndim == 2:
                parameter *= 1.0 - rate * self.settings.weight_decay
            if self.settings.optimizer == "adam":
                first += 0.1 * (gradient - first)
                second += 0.001 * (gradient**2 - second)
                corrected = first / (1.0 - 0.9**self.steps)
                spread = np.sqrt(second / (1.0 - 0.999**self.steps)) + 1e-8
                parameter -= rate * corrected / spread
            elif self.settings.optimizer == "momentum":
                first *= 0.9
                first += gradient
                parameter -= rate * first
            else:
                parameter -= rate * gradient
