"""A request in the shape of the wire, from what a training script has at hand."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import _history, _model, _tables
from ._json import plain
from .errors import InputError


@dataclass
class Request:
    """A request.

    Attributes:
        body: the JSON object of the wire.
        remarks: what the user should know of how tables were read.
        weights: a model whose weights the engine of this machine may examine.
    """

    body: dict[str, Any]
    remarks: list[str] = field(default_factory=list)
    weights: Any = field(default=None, repr=False)


def build(
    *,
    train: Any = None,
    test: Any = None,
    label: str | None = None,
    model: Any = None,
    history: Any = None,
    params: Mapping[str, Any] | None = None,
    dataset: Mapping[str, Any] | None = None,
    checks: Mapping[str, Any] | bool = True,
    dataset_name: str | None = None,
    model_name: str | None = None,
    language: str = "english",
    index: str | None = None,
    date: str | None = None,
    ignore: Sequence[str] = (),
    categorical: Sequence[str] = (),
    task: str | None = None,
) -> Request:
    """A request of everything that is given.

    `dataset` and `checks` take artifacts that were computed before (of images or texts, or the results of
    deepchecks' suites), in place of those of tables.

    Raises:
        InputError: nothing is given, or an argument has the wrong shape.
        MissingPackageError: tables were given, and deepfix-core is not installed.
    """
    described = _model.describe(model)
    name = dataset_name or (str(dataset["dataset_name"]) if dataset and "dataset_name" in dataset else "dataset")
    request = Request({"dataset_name": name, "model_name": model_name or described.name, "language": language})
    if test is not None and train is None:
        raise InputError("train: found none beside a test table; expected both, or the training table alone")
    if train is not None:
        computed = _tables.artifacts(
            train,
            test,
            name=name,
            label=label,
            index=index,
            date=date,
            ignore=ignore,
            categorical=categorical,
            task=task,
            checks=checks is True,
        )
        request.body["dataset_artifacts"] = computed["dataset_artifacts"]
        request.body["deepchecks_artifacts"] = computed["deepchecks_artifacts"]
        request.remarks = computed["remarks"]
    if dataset is not None:
        request.body["dataset_artifacts"] = {"dataset_name": name, **plain(dataset)}
    if isinstance(checks, Mapping):
        given = plain(checks)
        request.body["deepchecks_artifacts"] = given if "results" in given else {"dataset_name": name, "results": given}
    if described.artifacts is not None:
        request.body["model_checkpoint_artifacts"] = described.artifacts
        request.weights = described.weights
    metrics = _history.metrics(history)
    if metrics or params:
        request.body["training_artifacts"] = {
            "metrics_path": None,
            "metrics_values": plain(metrics) if metrics else None,
            "params": plain(params) if params else None,
        }
    if not any(value for key, value in request.body.items() if key.endswith("_artifacts")):
        raise InputError(
            "there is nothing to diagnose; expected at least one of train, dataset, checks, model, history and params"
        )
    return request


#: What `build` takes, and so does `diagnose` of every client.
ARGUMENTS = tuple(inspect.signature(build).parameters)


def of_run(
    *,
    run_id: str | None,
    dataset_name: str | None,
    model: str | None,
    tracking_uri: str | None,
    write_back: bool,
    language: str,
) -> Request:
    """A request that names a run of MLflow, which the engine gets itself."""
    named = {"run_id": run_id, "dataset_name": dataset_name, "model": model}
    given = {name: it for name, it in named.items() if it is not None}
    if len(given) != 1:
        raise InputError(f"found {len(given)} of run_id, dataset_name and model; expected exactly one")
    source = dict(given, **({"tracking_uri": tracking_uri} if tracking_uri else {}))
    return Request({"language": language, "mlflow": {**source, "write_back": write_back}})
