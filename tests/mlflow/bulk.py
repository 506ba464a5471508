"""Adds many runs at once to the database of a server that `serve.py` runs: as many rows as trainings
would log, in seconds rather than minutes.

    bulk.py FOLDER TRACKING_URI RUNS POINTS METRICS
"""

import math
import sqlite3
import sys
import uuid

import mlflow
from mlflow import MlflowClient

folder, uri, runs, points, metrics = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
mlflow.set_tracking_uri(uri)
experiment = MlflowClient().create_experiment("bulk")
names = ["train_loss", "val_loss", "train_accuracy", "val_accuracy", "learning_rate", "grad_norm"][:metrics]


def value(name, run, step):
    share = step / points
    if name == "learning_rate":
        return 0.01
    if "accuracy" in name:
        return 0.9 - 0.5 * math.exp(-5 * share) - (0.03 if name.startswith("val") else 0)
    floor = 0.3 + 0.4 * max(0, share - 0.3) if name == "val_loss" and run % 2 else 0.3
    return floor + 2 * math.exp(-6 * share) + 0.01 * math.sin(7 * step + run)


database = sqlite3.connect(f"{folder}/mlflow.db", timeout=60)
started = 1_700_000_000_000
for run in range(runs):
    name = uuid.uuid4().hex
    database.execute(
        "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, "
        "end_time, source_version, lifecycle_stage, artifact_uri, experiment_id) VALUES (?, ?, 'LOCAL', '', '', 'x', "
        "'FINISHED', ?, ?, '', 'active', ?, ?)",
        (name, f"run-{run}", started + run, started + run + 1000,
         f"mlflow-artifacts:/{experiment}/{name}/artifacts", int(experiment)),
    )
    database.executemany("INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)",
                         [("learning_rate", "0.01", name), ("epochs", str(points), name), ("batch_size", "32", name)])
    for metric in names:
        rows = [(metric, value(metric, run, step), started + step, name, step, 0) for step in range(points)]
        database.executemany(
            "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)", rows)
        database.execute(
            "INSERT INTO latest_metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)", rows[-1])
database.commit()
print("{}")
