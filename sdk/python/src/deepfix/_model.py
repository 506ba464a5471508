"""What there is to say of a model: its kind, its settings, and a file of its weights."""

from __future__ import annotations

import inspect
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ._json import plain

#: The longest class documentation that is sent: it helps a language model, no rule reads it.
DOCUMENTATION = 10_000
#: Values longer than this are no settings but data.
LONGEST_VALUE = 500
#: Bytes of weights that are written to a temporary file for the engine of this machine: a folder of temporary
#: files often lies in memory, and 2 GiB take it some seconds to write and to read.
LARGEST_WEIGHTS = 2 * 1024**3


class Unwritten(Exception):
    """Why weights were not written to a file."""


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
    for name in ("params", "hparams"):  # a Booster of LightGBM, a module of Lightning
        # Of a model of the user's own it may be anything, an array for example.
        if isinstance(params := getattr(model, name, None), Mapping) and params:
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


def write_weights(model: Any, folder: Path, largest: int = LARGEST_WEIGHTS) -> Path:
    """Writes a model's weights below a folder.

    Raises:
        Unwritten: they are not written, with the reason.
    """
    if callable(getattr(model, "state_dict", None)):
        return _write_torch(model, folder, largest)
    import numpy

    named: dict[str, Any] = {}
    for it in model.weights:
        name = (it.path if hasattr(it, "path") else it.name).replace("/", ".")
        named[name] = numpy.asarray(it)
        _within(sum(it.nbytes for it in named.values()), largest)
    path = folder / "model.npz"
    # As `numpy.savez` does, whose own arguments are names that no weight could have.
    with zipfile.ZipFile(path, "w") as archive:
        for name, it in named.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                numpy.lib.format.write_array(file, it, allow_pickle=False)
    return path


def _write_torch(model: Any, folder: Path, largest: int) -> Path:
    try:
        import torch
    except ImportError as error:
        raise Unwritten("PyTorch is not installed") from error
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        processes = torch.distributed.get_world_size()
        if processes > 1:
            # Where they are spread over processes, all of these have to ask for them at once.
            raise Unwritten(f"the model is trained by {processes} processes; expected one, or the path of a file")
    tensors = {name: it for name, it in model.state_dict().items() if hasattr(it, "dtype")}
    _within(sum(it.numel() * it.element_size() for it in tensors.values() if hasattr(it, "numel")), largest)
    path = folder / "model.pt"
    torch.save(tensors, path)
    return path


def _within(found: int, largest: int) -> None:
    if found > largest:
        raise Unwritten(f"found {found:,} bytes or more, expected at most {largest:,} (`Client(largest_weights=...)`)")
