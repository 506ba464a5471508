"""MLflow: runs that are read, reports that are written back, runs that are diagnosed as they end."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading
from pathlib import Path

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
    assert tags["deepfix.verdict"] == result.severity
    assert "training.overfitting" in tags["deepfix.root_causes"].split(",")
    assert tags["deepfix.summary"] == result.summary
    assert tags["deepfix.report"] == "deepfix/report.html"
    files = {it.path for it in store.list_artifacts(run, "deepfix")}
    assert files == {"deepfix/report.html", "deepfix/response.json"}
    page = mlflow.artifacts.load_text(f"runs:/{run}/deepfix/report.html")
    assert page.lower().startswith("<!doctype html>")


def test_the_tags_are_those_that_the_engine_writes(tmp_path, diverging):
    import deepfix.integrations.mlflow as integration

    written = folder_of_a_run(tmp_path, diverging)
    result = deepfix.diagnose_run(RUN, tracking_uri=str(tmp_path), write_back=True)
    assert result.warnings == []
    found = {it.name: it.read_text() for it in (written / "tags").iterdir() if it.name.startswith("deepfix.")}
    assert found["deepfix.verdict"] == "high"
    assert integration.tags(result) == found


RUN = "ab" * 16


def folder_of_a_run(store, history) -> Path:
    """A store of files with a run that overfits, in the layout that MLflow gives it."""
    (store / "0").mkdir()
    (store / "0" / "meta.yaml").write_text(
        f"artifact_location: {store}/0\nexperiment_id: '0'\nname: e\nlifecycle_stage: active\n"
    )
    run = store / "0" / RUN
    for name in ("artifacts", "metrics", "params", "tags"):
        (run / name).mkdir(parents=True)
    (run / "meta.yaml").write_text(
        f"artifact_uri: {run}/artifacts\nend_time: 2\nentry_point_name: ''\nexperiment_id: '0'\n"
        f"lifecycle_stage: active\nrun_id: {run.name}\nrun_name: r\nrun_uuid: {run.name}\n"
        "source_name: ''\nsource_type: 4\nsource_version: ''\n"
        "start_time: 1\nstatus: 3\nuser_id: u\n"
    )
    for name, values in history.items():
        text = "".join(f"{step} {value} {step}\n" for step, value in enumerate(values))
        (run / "metrics" / name).write_text(text)
    return run


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
    assert store.get_run(run).data.tags["deepfix.verdict"] == "high"
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
    assert store.get_run(run).data.params == {"learning_rate": "0.01", "batch_size": "32"}
    said = [str(it.message) for it in recwarn if it.category is deepfix.DeepFixWarning]
    assert len(said) == 1
    assert f"run {run} was not diagnosed" in said[0]


def test_a_fault_of_deepfix_in_the_report_is_a_warning(store, diverging, monkeypatch):
    import deepfix.integrations.mlflow as integration

    run = log(diverging)
    monkeypatch.setattr(deepfix.Result, "to_html", lambda *_: 1 / 0)
    with pytest.warns(deepfix.DeepFixWarning, match="ZeroDivisionError"):
        result = integration.diagnose(run)
    assert result.conclusions


def test_runs_that_end_together_are_diagnosed_one_after_the_other():
    from deepfix.integrations.mlflow import Worker

    worker, seen, at_work = Worker(), [], threading.Lock()
    first = threading.Event()

    def work(number: int) -> None:
        assert at_work.acquire(blocking=False)
        first.wait(60)
        seen.append(number)
        at_work.release()

    for number in range(20):
        worker.add(functools.partial(work, number))
    first.set()
    worker.wait(60)
    assert seen == list(range(20))
    worker.add(functools.partial(work, 20))
    worker.wait(60)
    assert seen[-1] == 20


def test_only_so_many_runs_wait_and_none_where_nobody_answers(monkeypatch, recwarn):
    import deepfix.integrations.mlflow as integration

    begun, away, asked = threading.Event(), threading.Event(), []

    def diagnose(run_id: str, **_: object) -> deepfix.Result:
        asked.append(run_id)
        begun.set()
        away.wait(60)
        raise deepfix.UnavailableError("nobody is there")

    monkeypatch.setattr(integration, "diagnose", diagnose)
    monkeypatch.setattr(integration, "MOST_WAITING", 2)
    integration._start("0", None, None, True)
    assert begun.wait(60)
    for number in range(1, 4):
        integration._start(str(number), None, None, True)
    away.set()
    integration.wait(60)
    assert asked == ["0"]
    texts = [str(it.message) for it in recwarn if it.category is deepfix.DeepFixWarning]
    assert len(texts) == 3
    for text in (
        "run 3 was not diagnosed: UnavailableError: 2 runs wait",
        "run 0 was not diagnosed: UnavailableError: nobody is there",
        "2 runs that ended after it were not diagnosed",
    ):
        assert any(text in it for it in texts), texts


def test_a_worker_goes_on_after_what_ends_a_thread(recwarn):
    from deepfix.integrations.mlflow import Worker

    worker, seen = Worker(), []
    worker.add(lambda: sys.exit(1))
    worker.add(lambda: seen.append(1))
    worker.wait(60)
    assert seen == [1]
    assert "SystemExit" in str(recwarn.pop(deepfix.DeepFixWarning).message)


FORKED = """
import os, sys, threading
import deepfix.integrations.mlflow as integration

begun, may_end, done = threading.Event(), threading.Event(), []

def work():
    begun.set()
    may_end.wait(60)

integration._worker.add(work)
begun.wait(60)
child = os.fork()
if child:
    status = os.waitpid(child, 0)[1]
    may_end.set()
    sys.exit(os.waitstatus_to_exitcode(status))
integration._worker.add(lambda: done.append(1))
integration.wait(30)
os._exit(0 if done else 1)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
def test_a_process_that_was_forked_has_its_own_worker():
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


LEFT_OPEN = """
import sys
import mlflow, deepfix.integrations.mlflow as integration

mlflow.set_tracking_uri(sys.argv[1])
integration.autolog(on_result=lambda run, result: print(run, result.severity, flush=True))
print(mlflow.start_run().info.run_id, flush=True)
for step in range(60):
    worse = 0.03 * max(0, step - 10)
    mlflow.log_metrics({"train_loss": 1.2 * 0.93**step, "val_loss": 1.2 * 0.93 ** min(step, 10) + worse}, step=step)
"""


def test_a_run_that_the_end_of_the_program_ends_is_diagnosed(store, folder):
    uri = f"sqlite:///{folder}/mlflow.db"
    done = subprocess.run([sys.executable, "-c", LEFT_OPEN, uri], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    run, *rest = done.stdout.split()
    assert rest[-2:] == [run, "high"], done.stdout + done.stderr
