"""scikit-learn: estimators and pipelines.

```python
from deepfix.integrations.sklearn import fit

model, watch = fit(pipeline, X_train, y_train, X_test, y_test)
result = watch.result()  # waits for it; it has been written to standard error by then
```
"""

from __future__ import annotations

import copy
from typing import Any

from .._model import final_estimator
from .._watch import Run, Watch, harmless, number
from ..client import Client
from ..result import Result

#: Curves that estimators keep, and what they are called in a history. Scores of boosting on the rows that it
#: learns from are losses or the negative of losses, by estimator.
CURVES = {"loss_curve_": "train_loss", "validation_scores_": "val_score"}


def history(estimator: Any) -> dict[str, list[float]]:
    """The curves that a fitted estimator keeps; none where it keeps none."""
    model = final_estimator(estimator)
    found: dict[str, list[float]] = {}
    for attribute, name in CURVES.items():
        values = getattr(model, attribute, None)
        if values is not None and len(values):
            found[name] = [float(it) for it in values]
    kind = type(model).__name__
    if kind.startswith("GradientBoosting") and getattr(model, "train_score_", None) is not None:
        found["train_loss"] = [float(it) for it in model.train_score_]
    if kind.startswith("HistGradientBoosting"):
        # With the default `scoring="loss"` a score is the negative of a loss.
        sign, measure = (-1.0, "loss") if getattr(model, "scoring", None) == "loss" else (1.0, "score")
        for split, attribute in (("train", "train_score_"), ("val", "validation_score_")):
            values = getattr(model, attribute, None)
            if values is not None and len(values):
                found[f"{split}_{measure}"] = [sign * float(it) for it in values]
    longest = max((len(it) for it in found.values()), default=0)
    return {name: it for name, it in found.items() if len(it) == longest}


def scores(estimator: Any, train: tuple[Any, Any], test: tuple[Any, Any] | None) -> dict[str, float]:
    """What the estimator reaches on both splits: accuracy or R², by its own `score`."""
    name = "accuracy" if getattr(estimator, "_estimator_type", "") == "classifier" or _classifies(estimator) else "r2"
    found = {f"train_{name}": number(estimator.score(*train))}
    if test is not None:
        found[f"val_{name}"] = number(estimator.score(*test))
    return {key: it for key, it in found.items() if it is not None}


def _classifies(estimator: Any) -> bool:
    from sklearn.base import is_classifier

    return bool(is_classifier(estimator))


def _kept(estimator: Any) -> dict[str, Any]:
    """What an estimator itself tells of its training, as `Client.diagnose` is given it."""
    steps = [type(it).__name__ for _, it in getattr(estimator, "steps", [])]
    scaler = next((it for it in steps if it.endswith(("Scaler", "Normalizer", "Transformer"))), None)
    params = dict(final_estimator(estimator).get_params(deep=False))
    if scaler is not None:
        params["feature_scaling"] = scaler
    return {
        "history": history(estimator),
        "params": {name: it for name, it in params.items() if not hasattr(it, "shape")},
        "model_name": type(final_estimator(estimator)).__name__,
    }


def _with_scores(curves: dict[str, list[float]], reached: dict[str, float]) -> dict[str, list[Any]]:
    """The curves beside the scores, which are known at the end only."""
    length = max((len(it) for it in curves.values()), default=1)
    ends = {name: [None] * (length - 1) + [value] for name, value in reached.items()}
    return {"epoch": list(range(length)), **curves, **ends}


def diagnose(
    estimator: Any, X: Any, y: Any, X_test: Any = None, y_test: Any = None, *, client: Client | None = None, **more: Any
) -> Result:
    """Diagnoses a fitted estimator with the rows that it was fitted on, and rows that it has not seen.

    `more` is what `Client.diagnose` takes beside.
    """
    test = None if X_test is None else (X_test, y_test)
    asked = client or Client()
    try:
        found = _kept(estimator)
        found["history"] = _with_scores(found["history"], scores(estimator, (X, y), test))
    except Exception as error:
        return asked._failed(error)
    return asked.diagnose(**{"train": (X, y), "test": test, "model": estimator, **found, **more})


def fit(
    estimator: Any,
    X: Any,
    y: Any,
    X_test: Any = None,
    y_test: Any = None,
    *,
    watch: Watch | None = None,
    **fit_params: Any,
) -> tuple[Any, Watch]:
    """Fits an estimator and starts its diagnosis in the background.

    Returns:
        The fitted estimator, and the watch whose `result()` is the diagnosis.
    """
    watch = watch or Watch()
    estimator.fit(X, y, **fit_params)
    _finish(watch, estimator, (X, y), None if X_test is None else (X_test, y_test))
    return estimator, watch


@harmless
def _finish(watch: Watch, estimator: Any, train: tuple[Any, Any], test: tuple[Any, Any] | None) -> None:
    watch.begin()
    # The program may fit the estimator again, or change its settings, before the thread comes to it.
    kept = _kept(estimator)
    fitted, reached = estimator, None
    try:
        fitted = copy.deepcopy(estimator)
    except Exception:
        reached = scores(estimator, train, test)

    def prepare(run: Run) -> dict[str, Any]:
        # Scores take a prediction of every row: beside the program, as all of the diagnosis.
        columns = _with_scores(kept["history"], scores(fitted, train, test) if reached is None else reached)
        for place in range(len(columns["epoch"])):
            run.record.epoch({name: it[place] for name, it in columns.items() if it[place] is not None})
        run.add_params(kept["params"])
        return {"train": train, "test": test, "model_name": kept["model_name"]}

    watch.finish(fitted, prepare)
