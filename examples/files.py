"""Writes an experiment's folder: tables, metrics, parameters and the checkpoint."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np

from mlp import Run


def write_table(file: Path, columns: list[str], rows: np.ndarray, target: np.ndarray) -> None:
    lines = [",".join([*columns, "target"])]
    lines += [",".join(_number(it, 10) for it in [*row, label]) for row, label in zip(rows, target)]
    _write(file, "\n".join(lines) + "\n")


def write_metrics(file: Path, run: Run) -> None:
    """One row per epoch. What is not finite is written as `nan`, `inf` or `-inf`."""
    lines = [",".join(run.history[0])]
    lines += [",".join(_number(it, 6) for it in row.values()) for row in run.history]
    _write(file, "\n".join(lines) + "\n")


def write_params(file: Path, params: dict) -> None:
    """YAML, of which parameters need little."""
    lines = []
    for name, value in params.items():
        if isinstance(value, list):
            lines += [f"{name}:", *(f"- {it}" for it in value)]
        else:
            lines.append(f"{name}: {str(value).lower() if isinstance(value, bool) else value}")
    _write(file, "\n".join(lines) + "\n")


def write_config(file: Path, config: dict) -> None:
    _write(file, json.dumps(config, indent=2) + "\n")


def write_label(file: Path, label: dict) -> None:
    _write(file, json.dumps(label, indent=2) + "\n")


def write_request(file: Path, name: str, run: Run, params: dict) -> None:
    """A request as a client sends it over HTTP: curves and parameters, no files. One column a line."""
    columns = {it: [float(_number(row[it], 6)) for row in run.history] for it in run.history[0]}
    lines = [f"      {json.dumps(it)}: {json.dumps(values)}" for it, values in columns.items()]
    _write(file, f"""{{
  "dataset_name": {json.dumps(name)},
  "model_name": {json.dumps(params["model_name"])},
  "language": "english",
  "training_artifacts": {{
    "params": {json.dumps(params)},
    "metrics_values": {{
""" + ",\n".join(lines) + "\n    }\n  }\n}\n")


def write_checkpoint(file: Path, run: Run) -> None:
    """The parameters as 32-bit floats in the safetensors format: the header's length, the header
    as JSON padded to 8 bytes, then the numbers.

    Five decimals are kept. Libraries for linear algebra differ in the last bits of a double, and
    without rounding the file would not be the same on every machine.
    """
    header, data = {"__metadata__": {"format": "np"}}, b""
    for index, value in enumerate(run.parameters):
        name = f"layers.{index // 2}.{'bias' if index % 2 else 'weight'}"
        # NaN has many bit patterns: one of them.
        numbers = np.where(np.isnan(value), np.nan, np.round(value, 5)).astype("<f4") + np.float32(0.0)
        raw = numbers.tobytes()
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    file.write_bytes(struct.pack("<Q", len(text)) + text + data)


def write_readme(file: Path, text: str) -> None:
    _write(file, text.strip() + "\n")


def _number(value: float, digits: int) -> str:
    return "nan" if np.isnan(value) else f"{value + 0.0:.{digits}g}"


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")
