"""Logs runs as trainings do, with MLflow's own client, and prints what it logged as JSON.

    log_runs.py TRACKING_URI EXAMPLES_FOLDER SCRATCH_FOLDER [--small]
"""

import csv
import json
import os
import sys

import mlflow
import yaml
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelOutput, Metric, Param, RunTag
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema

uri, examples, scratch = sys.argv[1:4]
small = "--small" in sys.argv
mlflow.set_tracking_uri(uri)
client = MlflowClient()
logged = {}


def example_run(experiment, name, example, leave_out=()):
    """A run with the metrics and parameters of an example's folder; what begins with `leave_out` is left out."""
    run = client.create_run(experiment, run_name=name).info.run_id
    with open(os.path.join(examples, example, "metrics.csv")) as file:
        rows = list(csv.DictReader(file))
    metrics = [
        # A folder store cannot keep `grad_norm` beside `grad_norm/layers.0`.
        Metric(key.replace("grad_norm/", "layer_grad_norm/"), float(value), 1_700_000_000_000 + step, step)
        for step, row in enumerate(rows)
        for key, value in row.items()
        if key != "epoch" and value != "" and not key.startswith(leave_out)
    ]
    with open(os.path.join(examples, example, "params.yaml")) as file:
        params = [Param(key, str(value)) for key, value in yaml.safe_load(file).items()]
    # A batch has room for 1,000 of all kinds.
    room = 999 - len(params)
    client.log_batch(run, metrics=metrics[:room], params=params, tags=[RunTag("team", "blue")])
    for start in range(room, len(metrics), 1000):
        client.log_batch(run, metrics=metrics[start : start + 1000])
    return run


def write(name, text):
    path = os.path.join(scratch, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    return path


# A run as anyone logs it: curves, parameters, a data set, a checkpoint in a folder.
plain = client.create_experiment("plain")
run = example_run(plain, "digits", "overfit-digits")
dataset = Dataset("digits-2024", "abc123", "local", "{}", '{"mlflow_colspec": []}', '{"num_rows": 150}')
client.log_inputs(run, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
for file in ["model.safetensors", "config.json"]:
    client.log_artifact(run, os.path.join(examples, "overfit-digits", file), "checkpoints/best")
client.log_artifact(run, write("notes.txt", "hello"))
client.set_terminated(run)
logged["plain"] = run

# A history of several pages, with a single NaN in the middle and an infinity.
run = client.create_run(plain, run_name="long").info.run_id
points = 12_000
for start in range(0, points, 1000):
    values = [float("nan") if step == 6001 else 1.0 / (1 + step) for step in range(start, start + 1000)]
    client.log_batch(run, metrics=[Metric("loss", v, 1, start + i) for i, v in enumerate(values)])
client.log_batch(run, metrics=[Metric("val_loss", float("inf") if s == 2 else 1.0, 1, s) for s in range(5)])
client.log_batch(run, metrics=[Metric("system/cpu_utilization_percentage", 50.0, 1, s) for s in range(5)])
client.set_terminated(run)
logged["long"] = run

logged["empty"] = client.create_run(plain, run_name="empty").info.run_id

# The layout that DeepFix clients write.
experiment = client.create_experiment("deepfix")
run = client.create_run(experiment, run_name="biopsy___forest").info.run_id
with open(os.path.join(examples, "leaky-biopsy", "deepchecks.json")) as file:
    checks = json.load(file)
checks = checks if "results" in checks else {"dataset_name": "biopsy", "results": checks}
client.log_artifact(run, write("dataset/dataset.yaml", yaml.dump({
    "dataset_name": "biopsy", "task_type": "tabular_classification",
    "train_statistics": {"number_unique_values": {"a": 3, "target": 2},
                         "percentage_unique_values": {"a": 0.75, "target": 0.5},
                         "numerical_features": ["a"], "categorical_features": []},
    "test_statistics": None})), "dataset")
client.log_artifact(run, write("deepchecks/deepchecks.yaml", yaml.dump(checks)), "deepchecks")
client.log_artifact(run, write("model_checkpoint/model_checkpoint.yaml", yaml.dump({
    "path": "/home/someone/model.pkl", "model_type": "RandomForestClassifier", "config": None,
    "hyperparameters": {"n_estimators": 100}})), "model_checkpoint")
for name in ["metrics.csv", "params.yaml"]:
    client.log_artifact(run, os.path.join(examples, "leaky-biopsy", name), "training_artifacts")
client.set_terminated(run)
logged["layout"] = run

# Documents that were made to hurt.
run = client.create_run(experiment, run_name="hostile").info.run_id
levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
levels += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
client.log_artifact(run, write("hostile/dataset.yaml", "\n".join(levels)), "dataset")
client.log_batch(run, params=[Param("lr", "0.1")])
logged["hostile"] = run

# A logged model and its registered name.
model = client.create_logged_model(plain, name="classifier", source_run_id=logged["plain"])
client.log_model_artifact(model.model_id, os.path.join(examples, "healthy-wine", "model.safetensors"))
client.finalize_logged_model(model.model_id, "READY")
run = client.create_run(plain, run_name="with-model").info.run_id
client.log_outputs(run, [LoggedModelOutput(model.model_id, 0)])
client.log_batch(run, metrics=[Metric("loss", 1.0 / (1 + s), 1, s) for s in range(5)])
logged["with_model"], logged["model_id"] = run, model.model_id
client.create_registered_model("wine classifier")
version = client.create_model_version(
    "wine classifier", f"models:/{model.model_id}", run_id=logged["plain"], model_id=model.model_id)
client.set_registered_model_alias("wine classifier", "champion", version.version)

# A model as `log_model` logs it, from code: without any file of weights, and what goes in and comes out in its signature.
run = client.create_run(plain, run_name="signed").info.run_id
client.log_batch(run, metrics=[Metric("loss", 1.0 / (1 + s), 1, s) for s in range(5)])
code = write("rule.py", "import mlflow\n\n\nclass Rule(mlflow.pyfunc.PythonModel):\n"
             "    def predict(self, context, model_input, params=None):\n        return model_input\n\n\n"
             "mlflow.models.set_model(Rule())\n")
signature = ModelSignature(
    inputs=Schema([ColSpec("double", "age"), ColSpec("string", "city")]), outputs=Schema([ColSpec("long", "churn")]))
with mlflow.start_run(run_id=run):
    mlflow.pyfunc.log_model(name="rule", python_model=code, signature=signature, pip_requirements=["mlflow"])
logged["signed"] = run

if not small:
    # Files that lie outside the server's own store.
    outside = client.create_experiment("outside", artifact_location="file://" + os.path.join(scratch, "outside"))
    run = example_run(outside, "outside", "healthy-wine")
    client.log_artifact(run, os.path.join(examples, "healthy-wine", "model.safetensors"))
    logged["outside"] = run

# Many runs, of two kinds, with their curves alone: the server takes its time for each point.
sweep = client.create_experiment("sweep")
logged["sweep"] = [
    example_run(sweep, f"{kind}-{i}", kind, ("step", "learning_rate", "grad_norm")) for i in range(3 if small else 60)
    for kind in ["overfit-digits", "healthy-wine"]
]
print(json.dumps(logged))
