"""What there is to say of a model: its kind, its settings, and a file of its weights."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ._json import plain

#: The longest class documentation that is sent: it helps a language model, no rule reads it.
DOCUMENTATION = 10_000
#: Values longer than this are no settings but data.
LONGEST_VALUE = 500


@dataclass
class Described:
    """A model in the shape of the wire.

    Attributes:
        name: its class, or the name of its file.
        artifacts: `model_checkpoint_artifacts`.
        weights: the model itself, where its weights can be written to a file for the engine of this
            machine to examine.
    """

    name: str | None = None
    artifacts: dict[str, Any] | None = None
    weights: Any = field(default=None, repr=False)


def describe(model: Any) -> Described:
    """Describes a model object, or takes the path of its file."""
    if model is None:
        return Described()
    if isinstance(model, (str, os.PathLike)):
        path = Path(model)
        return Described(path.stem, {"path": str(path), **_empty()})
    kind = type(model)
    artifacts: dict[str, Any] = {
        "path": None,
        "config": _config(model),
        "model_type": _final(model),
        "hyperparameters": _hyperparameters(model),
        "context": {"class_docstring": (inspect.getdoc(kind) or "")[:DOCUMENTATION]},
    }
    return Described(kind.__name__, artifacts, model if _has_weights(model) else None)


def _empty() -> dict[str, Any]:
    return {"config": None, "model_type": None, "hyperparameters": None, "context": None}


def final_estimator(model: Any) -> Any:
    """The estimator that learns: a pipeline's last step, a search's best estimator."""
    steps = getattr(model, "steps", None)
    if isinstance(steps, list) and steps and isinstance(steps[-1], tuple):
        return final_estimator(steps[-1][1])
    best = getattr(model, "best_estimator_", None)
    return model if best is None else final_estimator(best)


def _final(model: Any) -> str:
    return type(final_estimator(model)).__name__


def _config(model: Any) -> dict[str, Any] | None:
    """A model of Hugging Face says what it is."""
    config = getattr(model, "config", None)
    if config is not None and callable(getattr(config, "to_dict", None)):
        found = _short(config.to_dict())
        return found or None
    return None


def _hyperparameters(model: Any) -> dict[str, Any] | None:
    if callable(get := getattr(model, "get_params", None)):
        try:
            settings = dict(final_estimator(model).get_params(deep=False))
            if steps := getattr(model, "steps", None):
                settings["pipeline"] = [type(it).__name__ for _, it in steps]
            return _short(settings)
        except (TypeError, ValueError, AttributeError):
            return _short(get())
    params = getattr(model, "params", None) or getattr(model, "hparams", None)
    if isinstance(params, Mapping):  # a Booster of LightGBM, a module of Lightning
        return _short(params)
    if callable(save := getattr(model, "save_config", None)) and "xgboost" in type(model).__module__:
        import json

        learner = json.loads(save()).get("learner", {})
        return _short({k: learner.get(k) for k in ("objective", "gradient_booster", "learner_train_param")})
    return None


def _short(settings: Mapping[Any, Any]) -> dict[str, Any]:
    """Settings without data among them."""
    short = {str(name): plain(value) for name, value in settings.items() if not hasattr(value, "shape")}
    return {name: it for name, it in short.items() if len(repr(it)) <= LONGEST_VALUE}


def _has_weights(model: Any) -> bool:
    return callable(getattr(model, "state_dict", None)) or (
        callable(getattr(model, "get_weights", None)) and type(model).__module__.split(".")[0] in ("keras", "tf_keras")
    )


def write_weights(model: Any, folder: Path) -> Path | None:
    """Writes a model's weights below a folder; none where that takes what is not installed."""
    if callable(getattr(model, "state_dict", None)):
        try:
            import torch
        except ImportError:
            return None
        path = folder / "model.pt"
        torch.save({name: it for name, it in model.state_dict().items() if hasattr(it, "dtype")}, path)
        return path
    import numpy

    path = folder / "model.npz"
    named = {it.path if hasattr(it, "path") else it.name: numpy.asarray(it) for it in model.weights}
    numpy.savez(path, allow_pickle=False, **{name.replace("/", "."): it for name, it in named.items()})
    return path
