"""MLflow: runs that are read, reports that are written back, runs that are diagnosed as they end."""

from __future__ import annotations

import json

import mlflow
import pytest
from mlflow.tracking import MlflowClient

import deepfix


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A store in a file, which takes MLflow seconds to make."""
    return tmp_path_factory.mktemp("mlflow")


@pytest.fixture
def store(folder, monkeypatch):
    """The store, set as a script does."""
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.chdir(folder)
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    mlflow.set_experiment("e")
    yield MlflowClient()
    mlflow.end_run()


def log(history) -> str:
    with mlflow.start_run() as run:
        mlflow.log_params({"learning_rate": 0.01, "batch_size": 32})
        for epoch in history["epoch"]:
            mlflow.log_metrics({name: history[name][epoch] for name in ("train_loss", "val_loss")}, step=epoch)
    return run.info.run_id


def test_a_run_is_read_from_the_store_that_the_script_has_set(store, diverging):
    result = deepfix.diagnose_run(log(diverging))
    assert result.conclusions[0].code == "training.overfitting"


def test_the_report_goes_back_to_the_run(store, diverging):
    import deepfix.integrations.mlflow as integration

    run = log(diverging)
    result = integration.diagnose(run)
    tags = store.get_run(run).data.tags
    assert tags["deepfix.severity"] == result.severity
    assert "training.overfitting" in tags["deepfix.codes"]
    files = {it.path for it in store.list_artifacts(run, "deepfix")}
    assert files == {"deepfix/report.html", "deepfix/response.json"}
    page = mlflow.artifacts.load_text(f"runs:/{run}/deepfix/report.html")
    assert page.lower().startswith("<!doctype html>")


def test_what_the_engine_cannot_write_back_is_a_warning(store, diverging):
    result = deepfix.diagnose_run(log(diverging), write_back=True)
    assert result.conclusions
    assert any("written back" in it or "write" in it for it in result.warnings)


def test_tables_are_ingested_into_a_run_and_diagnosed_from_it(store, leaky):
    run = log({"epoch": [0], "train_loss": [1.0], "val_loss": [1.0]})
    deepfix.ingest(train=leaky[0], test=leaky[1], label="y", mlflow_run_id=run)
    result = deepfix.diagnose_run(run)
    assert "checks.train_test_leakage" in {it.code for it in result.findings}


def test_runs_are_diagnosed_as_they_end(store, diverging):
    import deepfix.integrations.mlflow as integration

    seen: dict[str, deepfix.Result] = {}
    integration.autolog(on_result=seen.__setitem__)
    try:
        run = log(diverging)
        integration.wait()
    finally:
        integration.autolog(disable=True)
    assert seen[run].conclusions[0].code == "training.overfitting"
    assert store.get_run(run).data.tags["deepfix.severity"] == "high"
    other = log(diverging)
    assert other not in seen


def test_what_autologging_of_mlflow_records_is_enough(store):
    from sklearn.linear_model import LogisticRegression

    import deepfix.integrations.mlflow as integration

    seen: dict[str, deepfix.Result] = {}
    integration.autolog(on_result=seen.__setitem__)
    mlflow.sklearn.autolog(log_models=False, log_datasets=False, silent=True)
    try:
        LogisticRegression().fit([[0.0], [1.0], [0.1], [0.9]], [0, 1, 0, 1])
        integration.wait()
    finally:
        mlflow.sklearn.autolog(disable=True)
        integration.autolog(disable=True)
    assert [it.unavailable for it in seen.values()] == [None]


@pytest.mark.usefixtures("nobody")
def test_a_run_ends_well_where_nobody_diagnoses(store, diverging, recwarn):
    import deepfix.integrations.mlflow as integration

    integration.autolog()
    try:
        run = log(diverging)
        integration.wait()
    finally:
        integration.autolog(disable=True)
    assert store.get_run(run).info.status == "FINISHED"
    assert json.dumps(store.get_run(run).data.params)
