"""Faults of saved files. The training behind them is healthy, unless said otherwise."""

from __future__ import annotations

import copy
import json
import struct

import numpy as np

import audit
from controls import sound
from lab import Case, Lab
from network import Settings, initialise


def nan_weights(lab: Lab):
    rng = lab.rng
    run = sound(lab)
    if run is None:
        return None
    layers = copy.deepcopy(run.layers)
    layer = layers[int(rng.integers(len(layers)))]
    key = str(rng.choice([it for it in layer if layer[it].size > 2]))
    count = min(int(rng.choice([1, 2, 5, 20, 200])), layer[key].size)
    value = np.float32(rng.choice([np.nan, np.nan, np.inf, -np.inf]))
    layer[key].reshape(-1)[rng.choice(layer[key].size, count, replace=False)] = value
    return Case(lab, run, ["checkpoint.nan_weights"], f"{count} x {value} in {key}; metrics healthy", "strong" if count >= 5 else "medium", layers=layers, dtype=str(rng.choice(["F32", "F32", "F16", "F64"])))


def corrupted_file(lab: Lab):
    rng = lab.rng
    run = sound(lab)
    if run is None:
        return None
    mechanism = str(rng.choice(["truncated", "header_length", "header_json", "overlap", "size", "empty", "pointer", "tail"]))

    def damage(data: bytes) -> bytes:
        length = struct.unpack("<Q", data[:8])[0]
        header, body = json.loads(data[8:8 + length]), data[8 + length:]
        names = [it for it in header if it != "__metadata__"]
        if mechanism == "truncated":
            return data[: len(data) - max(4, int(len(body) * rng.uniform(0.02, 0.8)))]
        if mechanism == "tail":
            return data[:-int(rng.integers(1, 9))]
        if mechanism == "header_length":
            return struct.pack("<Q", int(rng.choice([0, length * 3 + 7, 1 << 40, length - 5]))) + data[8:]
        if mechanism == "header_json":
            text = bytearray(data[8:8 + length])
            for place in rng.integers(0, length, 4):
                text[place] = ord("#")
            return data[:8] + bytes(text) + body
        if mechanism == "empty":
            return b""
        if mechanism == "pointer":
            return b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4d7a" * 16 + b"\nsize 1890244\n"
        entry = header[names[int(rng.integers(1, len(names)))]]
        if mechanism == "overlap":
            entry["data_offsets"] = [entry["data_offsets"][0] + 4, entry["data_offsets"][1] + 64]
        else:
            entry["shape"] = [it + 3 for it in entry["shape"]]
        text = json.dumps(header, separators=(",", ":")).encode()
        return struct.pack("<Q", len(text)) + text + body

    return Case(lab, run, ["checkpoint.corrupted_file"], mechanism, "strong", damage=damage)


def config_mismatch(lab: Lab):
    rng = lab.rng
    run = sound(lab)
    if run is None or not run.settings.hidden:
        return None
    hidden, mechanism = run.settings.hidden, str(rng.choice(["widths", "depth", "inputs", "labels", "bias"]))
    change: dict = {}
    if mechanism == "widths":
        change = {"hidden_sizes": [it * 2 for it in hidden]}
    elif mechanism == "depth":
        change = {"hidden_sizes": hidden + [8] if rng.random() < 0.5 or len(hidden) < 2 else hidden[:-1]}
    elif mechanism == "inputs":
        change = {"input_dim": max(1, len(lab.columns) + int(rng.choice([-2, 3, 10])))}
    elif mechanism == "labels":
        if lab.task != "classification":
            return None
        count = lab.outputs + int(rng.integers(1, 6))
        change = {"num_labels": count, "id2label": {str(it): f"class_{it}" for it in range(count)}}
    else:
        change = {"bias": not run.settings.bias}
    return Case(lab, run, ["checkpoint.config_mismatch"], f"config says {change}", "strong" if mechanism != "bias" else "borderline", config=change)


def untrained(lab: Lab):
    rng = lab.rng
    run = sound(lab)
    if run is None or len(run.settings.hidden) < 1:
        return None
    init = str(rng.choice(["he", "xavier", "torch", "small"]))
    settings: Settings = run.settings.but(init=init, bias=run.settings.bias)
    layers = initialise(settings, len(lab.columns), lab.outputs, rng)
    return Case(lab, run, ["checkpoint.untrained"], f"saved weights are a fresh {init} initialisation", "strong" if init != "torch" else "medium", layers=layers)


def dead_units(lab: Lab):
    rng = lab.rng
    mechanism = str(rng.choice(["biases", "trained", "rows"]))
    settings = lab.settings(activation="relu", batch_norm=False, hidden=[int(rng.choice([24, 32, 48, 64])), int(rng.choice([16, 24]))], stopping=False, bias=True, decay=0.0)
    if mechanism == "trained":
        # A few huge steps push the biases down; then a usual rate goes on.
        run = lab.fit(settings.but(optimizer="adam", rate=float(rng.choice([0.1, 0.2, 0.4])), epochs=3, schedule="none"))
        run = lab.fit(settings.but(optimizer="adam", rate=2e-3), layers=run.layers)
    else:
        start = initialise(settings, len(lab.columns), lab.outputs, rng)
        kill = rng.random(settings.hidden[0]) < rng.uniform(0.45, 0.95)
        if mechanism == "biases":
            start[0]["bias"][kill] = -np.float32(rng.uniform(6, 25))
        else:
            start[0]["weight"][kill], start[0]["bias"][kill] = 0, 0
            start[1]["weight"][:, kill] = 0
        run = lab.fit(settings, layers=start)
    if not np.isfinite(run.column("train_loss")).all() or audit.dead(run, lab) < 0.45:
        return None
    share = audit.dead(run, lab)
    also = ["training.lr_too_high"] if mechanism == "trained" else []
    return Case(lab, run, ["checkpoint.dead_units"], f"{mechanism}: {share:.0%} of the first layer never fire", "strong" if share >= 0.7 else "medium", also=also)


ALL = [nan_weights, corrupted_file, config_mismatch, untrained, dead_units]
