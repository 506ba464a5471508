"""Reads the artifacts of a run as a client in Python does: `python read_artifacts.py URI RUN`."""

import json
import sys
import tempfile

import mlflow
import yaml


def texts(value):
    """Texts of a document that look like numbers: what YAML 1.1 makes of `1e-5`."""
    if isinstance(value, dict):
        return sum(texts(it) for it in value.values())
    if isinstance(value, list):
        return sum(texts(it) for it in value)
    if isinstance(value, str):
        try:
            float(value)
            return int("e" in value.lower() and any(it.isdigit() for it in value))
        except ValueError:
            return 0
    return 0


def main():
    uri, run_id = sys.argv[1:]
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient()
    run = client.get_run(run_id)
    with tempfile.TemporaryDirectory() as folder:
        read = lambda path: yaml.safe_load(open(client.download_artifacts(run_id, path, folder)))
        dataset, checks = read("dataset/dataset.yaml"), read("deepchecks/deepchecks.yaml")
    print(json.dumps({
        "name": run.info.run_name,
        "status": run.info.status,
        "folders": sorted(it.path for it in client.list_artifacts(run_id)),
        "dataset": dataset,
        "texts_that_look_like_numbers": texts(dataset) + texts(checks),
    }))


if __name__ == "__main__":
    main()
