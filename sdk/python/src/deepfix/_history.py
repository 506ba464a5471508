"""What a training recorded, of any framework, in the shapes of the wire."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import Any

from .errors import InputError


def metrics(history: Any) -> Any:
    """Columns or rows of metrics.

    Takes a dictionary of columns, rows as dictionaries, Keras' `History`, what XGBoost and LightGBM record
    (`{set: {metric: [...]}}`), a trainer's `log_history`, a data frame, or a CSV, JSON or JSON-lines file.
    """
    if history is None:
        return None
    if isinstance(history, (str, PathLike)):
        return _file(fspath(history))
    if isinstance(history, Mapping):
        return _columns(history)
    inner = getattr(history, "history", None)  # Keras' History
    if isinstance(inner, Mapping):
        columns = dict(_columns(inner))
        epochs = getattr(history, "epoch", None)
        if isinstance(epochs, Sequence) and "epoch" not in columns:
            columns["epoch"] = list(epochs)
        return columns
    for method in ("to_dict", "to_pydict"):  # data frames
        if callable(getattr(history, method, None)):
            return _columns(_frame(history))
    if isinstance(history, Sequence) and all(isinstance(it, Mapping) for it in history):
        return [dict(it) for it in history]
    raise InputError(
        f"history: found {type(history).__qualname__}; expected columns {{name: [values]}}, a list of rows, a "
        "History of Keras, a data frame, or the path of a CSV or JSON file"
    )


def _frame(frame: Any) -> dict[str, Any]:
    if callable(getattr(frame, "to_pydict", None)):
        return dict(frame.to_pydict())
    try:
        return dict(frame.to_dict(as_series=False))  # Polars
    except TypeError:
        # pandas, which keeps a gap of a column of numbers as NaN: of either it is a gap that is meant. Lightning's
        # and Hugging Face's logs have one in every other row.
        return dict(frame.astype(object).where(frame.notna(), None).to_dict(orient="list"))


def _columns(columns: Mapping[Any, Any]) -> dict[str, Any]:
    """Columns of one level: `{"valid_0": {"auc": [...]}}` becomes `{"valid_0/auc": [...]}`, with the usual
    names of the sets in place of a library's own."""
    flat: dict[str, Any] = {}
    sets = set_names([str(name) for name, values in columns.items() if isinstance(values, Mapping)])
    for name, values in columns.items():
        if isinstance(values, Mapping):
            for inner, it in values.items():
                flat[f"{sets[str(name)]}_{inner}"] = _list(it, str(name))
        else:
            flat[str(name)] = _list(values, str(name))
    longest = max((len(it) for it in flat.values()), default=0)
    for it in flat.values():
        # A column that ends early has no value for the last steps.
        it.extend([None] * (longest - len(it)))
    return flat


#: What libraries call the rows that they learn from, and those that they do not.
TRAINING = ("validation_0", "training", "train", "learn")
VALIDATION = ("validation_1", "valid_0", "valid_1", "valid", "validation", "eval", "test", "val")


def set_names(names: Sequence[str]) -> dict[str, str]:
    """What to call sets of rows in a history: the first that a library learns from is `train`, the first of the others
    that has a usual name `val`. Every other one keeps its own name, so that no curve takes another's place."""
    different = list(dict.fromkeys(names))
    if different == ["validation_0"]:
        # A single set that XGBoost was given to evaluate is one that it does not learn from.
        return {"validation_0": "val"}
    found: dict[str, str] = {}
    for usual, known in (("train", TRAINING), ("val", VALIDATION)):
        likely = [it for it in different if it.lower() in known]
        # Whoever has the usual name keeps it.
        if likely:
            found[usual if usual in likely else likely[0]] = usual
    return {it: found.get(it, it) for it in different}


def _list(values: Any, name: str) -> list[Any]:
    if isinstance(values, (str, bytes)):
        raise InputError(f"history: column `{name}` is a text; expected numbers")
    if hasattr(values, "tolist"):
        values = values.tolist()
    return list(values) if isinstance(values, Sequence) else [values]


def _file(path: str) -> Any:
    try:
        with open(path, encoding="utf-8", newline="") as file:
            if path.lower().endswith(".csv"):
                return [{k: _number(v) for k, v in row.items() if k} for row in csv.DictReader(file)]
            text = file.read()
    except OSError as error:
        raise InputError(f"history: {path} cannot be read: {error}") from error
    try:
        found = json.loads(text)
    except ValueError:
        try:
            # Not `splitlines`: a text may hold what that takes for the end of a line.
            found = [json.loads(line) for line in text.split("\n") if line.strip()]
        except ValueError as error:
            raise InputError(f"history: {path} is neither CSV, JSON nor JSON lines: {error}") from error
    if isinstance(found, Mapping) and isinstance(found.get("log_history"), list):
        found = found["log_history"]  # trainer_state.json
    return metrics(found)


def _number(text: str | None) -> Any:
    if text is None or text == "":
        return None
    try:
        return float(text)
    except ValueError:
        return text
