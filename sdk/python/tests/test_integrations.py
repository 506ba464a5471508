"""The integrations against the real libraries."""

from __future__ import annotations

import warnings

import numpy
import pytest
from sklearn.datasets import load_digits, make_classification
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import deepfix
from deepfix._watch import Budget, Record, Watch, harmless


@pytest.fixture(scope="module")
def noisy():
    """Labels of which a quarter is wrong: who learns long enough learns them by heart."""
    X, y = make_classification(400, 20, n_informative=4, flip_y=0.5, random_state=0)
    return train_test_split(X, y, test_size=0.4, random_state=0)


#: A training that went on after it was best is found by one of these.
LEARNT_BY_HEART = {"training.overfitting", "training.early_stopping_missed"}


def codes(result: deepfix.Result) -> set[str]:
    return {it.code for it in [*result.conclusions, *result.findings]}


def sent(monkeypatch) -> list[dict]:
    """What clients are asked for, beside their answers."""
    seen: list[dict] = []
    plain = deepfix.Client._build

    def build(self, arguments):
        request = plain(self, arguments)
        seen.append(request.body)
        return request

    monkeypatch.setattr(deepfix.Client, "_build", build)
    return seen


def test_scikit_learn_tells_curves_scores_and_settings(monkeypatch):
    from deepfix.integrations.sklearn import fit

    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    seen = sent(monkeypatch)
    pipeline = make_pipeline(StandardScaler(), MLPClassifier((16,), max_iter=30, early_stopping=True, random_state=0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model, watch = fit(pipeline, X, y, X_test, y_test, watch=Watch(show=False))
    assert watch.result().unavailable is None
    assert model is pipeline
    body = seen[0]
    rows = body["training_artifacts"]["metrics_values"]
    assert len(rows) == len(pipeline[-1].loss_curve_)
    assert {"train_loss", "val_score", "train_accuracy", "val_accuracy"} <= set(rows[-1])
    assert body["training_artifacts"]["params"]["feature_scaling"] == "StandardScaler"
    assert body["model_checkpoint_artifacts"]["model_type"] == "MLPClassifier"
    assert body["dataset_artifacts"]["train_statistics"]["label_column"] == "target"


@pytest.mark.parametrize(
    "model",
    [GradientBoostingClassifier(n_estimators=5), HistGradientBoostingClassifier(max_iter=5, early_stopping=True)],
)
def test_scikit_learn_boosting_tells_its_curve(model, noisy):
    from deepfix.integrations.sklearn import diagnose, history

    X, X_test, y, y_test = noisy
    model.fit(X, y)
    curve = history(model)["train_loss"]
    assert curve == sorted(curve, reverse=True)
    assert diagnose(model, X, y, X_test, y_test).unavailable is None


def test_scikit_learn_regression_is_told_apart(noisy, monkeypatch):
    from deepfix.integrations.sklearn import diagnose

    X, X_test, _, _ = noisy
    seen = sent(monkeypatch)
    model = RandomForestRegressor(5, random_state=0).fit(X, X[:, 0] * 3)
    diagnose(model, X, X[:, 0] * 3, X_test, X_test[:, 0] * 3, label="price")
    assert seen[0]["dataset_artifacts"]["task_type"] == "tabular_regression"
    assert "val_r2" in seen[0]["training_artifacts"]["metrics_values"]


def test_xgboost_overfitting_is_found(noisy):
    import xgboost

    from deepfix.integrations.xgboost import DeepFixCallback

    X, X_test, y, y_test = noisy
    train, held_out = xgboost.DMatrix(X, y), xgboost.DMatrix(X_test, y_test)
    watch = DeepFixCallback(show=False)
    params = {"objective": "binary:logistic", "eta": 0.3, "max_depth": 8}
    xgboost.train(
        params, train, 150, evals=[(train, "train"), (held_out, "val")], callbacks=[watch], verbose_eval=False
    )
    assert watch.watch.params["learning_rate"] == pytest.approx(0.3)
    assert watch.watch.params["max_depth"] == 8
    assert len(watch.watch.record.epochs) == 150
    assert codes(watch.result()) & LEARNT_BY_HEART


def test_xgboost_of_scikit_learn_takes_the_callback(noisy):
    import xgboost

    from deepfix.integrations.xgboost import DeepFixCallback

    X, X_test, y, y_test = noisy
    watch = DeepFixCallback(show=False)
    model = xgboost.XGBClassifier(n_estimators=20, callbacks=[watch])
    model.fit(X, y, eval_set=[(X, y), (X_test, y_test)], verbose=False)
    assert {"train_logloss", "val_logloss"} <= set(watch.watch.record.epochs[0])
    assert watch.result().unavailable is None


def test_lightgbm_overfitting_is_found(noisy):
    import lightgbm

    from deepfix.integrations.lightgbm import DeepFixCallback

    X, X_test, y, y_test = noisy
    data = lightgbm.Dataset(X, y)
    watch = DeepFixCallback(show=False)
    lightgbm.train(
        {"objective": "binary", "learning_rate": 0.05, "min_data_in_leaf": 1, "num_leaves": 63, "verbose": -1},
        data, 150,
        valid_sets=[data, data.create_valid(X_test, y_test)], valid_names=["train", "val"], callbacks=[watch],
    )  # fmt: skip
    assert watch.watch.params["learning_rate"] == 0.05
    assert codes(watch.result()) & LEARNT_BY_HEART


def test_a_test_set_beside_the_validation_set_keeps_its_curve(noisy):
    import lightgbm
    import xgboost

    from deepfix.integrations import lightgbm as of_lightgbm
    from deepfix.integrations import xgboost as of_xgboost

    X, X_test, y, y_test = noisy
    halves = [(X_test[:80], y_test[:80]), (X_test[80:], y_test[80:])]
    watch = of_xgboost.DeepFixCallback(show=False)
    sets = [xgboost.DMatrix(*it) for it in [(X, y), *halves]]
    named = list(zip(sets, ["train", "eval", "test"], strict=True))
    kept = {}
    xgboost.train({}, sets[0], 3, evals=named, evals_result=kept, callbacks=[watch], verbose_eval=False)
    row = watch.watch.record.epochs[-1]
    expected = {"train_rmse": "train", "val_rmse": "eval", "test_rmse": "test"}
    assert {name: row[name] for name in expected} == {name: kept[it]["rmse"][-1] for name, it in expected.items()}

    data = lightgbm.Dataset(X, y)
    watch, kept = of_lightgbm.DeepFixCallback(show=False), {}
    lightgbm.train(
        {"objective": "binary", "verbose": -1}, data, 3,
        valid_sets=[data.create_valid(*it) for it in halves], valid_names=["valid", "test"],
        callbacks=[watch, lightgbm.record_evaluation(kept)],
    )  # fmt: skip
    row = watch.watch.record.epochs[-1]
    assert row["val_binary_logloss"] == kept["valid"]["binary_logloss"][-1]
    assert row["test_binary_logloss"] == kept["test"]["binary_logloss"][-1]


def test_lightgbm_with_early_stopping_is_diagnosed_when_asked(noisy):
    import lightgbm

    from deepfix.integrations.lightgbm import DeepFixCallback

    X, X_test, y, y_test = noisy
    watch = DeepFixCallback(show=False)
    model = lightgbm.LGBMClassifier(n_estimators=200, learning_rate=0.3, verbose=-1)
    model.fit(X, y, eval_set=[(X_test, y_test)], callbacks=[watch, lightgbm.early_stopping(5, verbose=False)])
    rows = watch.watch.record.epochs
    assert len(rows) == model.best_iteration_ + 5
    assert watch.result().unavailable is None


def test_keras_tells_metrics_rate_and_weights(monkeypatch, noisy):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    import keras

    from deepfix.integrations.keras import DeepFixCallback

    X, X_test, y, y_test = noisy
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.layers.Dense(256, "relu"), keras.layers.Dense(256, "relu"), keras.layers.Dense(1, "sigmoid")]
    )
    model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", metrics=["accuracy"])
    watch, seen = DeepFixCallback(show=False), sent(monkeypatch)
    model.fit(X, y, validation_data=(X_test, y_test), epochs=40, batch_size=32, verbose=0, callbacks=[watch])
    result = watch.result()
    assert watch.watch.params["optimizer"] == "adam"
    assert watch.watch.params["learning_rate"] == pytest.approx(0.003)
    row = watch.watch.record.epochs[-1]
    assert {"epoch", "train_loss", "val_loss", "train_accuracy", "val_accuracy", "learning_rate"} <= set(row)
    assert codes(result) & LEARNT_BY_HEART
    assert "checkpoint.nan_weights" not in codes(result)
    assert seen[0]["model_checkpoint_artifacts"]["model_type"] == "Sequential"


def test_keras_weights_are_examined(monkeypatch, noisy):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    import keras

    from deepfix.integrations.keras import DeepFixCallback

    X, _, y, _ = noisy
    model = keras.Sequential([keras.layers.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy")

    def spoil(logs=None) -> None:
        model.weights[0].assign(numpy.full(model.weights[0].shape, numpy.nan))

    watch = DeepFixCallback(show=False)
    model.fit(X, y, verbose=0, callbacks=[keras.callbacks.LambdaCallback(on_train_end=spoil), watch])
    assert "checkpoint.nan_weights" in codes(watch.result())


def test_a_failure_within_deepfix_is_a_warning_and_no_failed_training(noisy, monkeypatch):
    import xgboost

    from deepfix.integrations.xgboost import DeepFixCallback

    X, _, y, _ = noisy
    monkeypatch.setattr(Record, "epoch", lambda *_: 1 / 0)
    watch = DeepFixCallback(show=False)
    with pytest.warns(deepfix.DeepFixWarning, match="ZeroDivisionError"):
        model = xgboost.train({}, xgboost.DMatrix(X, y), 3, evals=[(xgboost.DMatrix(X, y), "train")], callbacks=[watch])
    assert model.num_boosted_rounds() == 3


def test_where_warnings_are_errors_the_training_goes_on_all_the_same(caplog):
    @harmless
    def hook() -> None:
        raise RuntimeError("broken")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert hook() is None
    assert "broken" in caplog.text


@pytest.mark.usefixtures("nobody")
def test_a_diagnosis_that_cannot_be_had_is_a_warning():
    watch = Watch(background=False, show=False)
    watch.record.epoch({"epoch": 0, "train_loss": 1.0})
    with pytest.warns(deepfix.DeepFixWarning, match="no diagnosis"):
        watch.finish()
    assert watch.result().unavailable


def test_measuring_stops_when_its_share_of_time_is_spent(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("deepfix._watch.time.perf_counter", lambda: now[0])
    budget = Budget(0.01)
    assert budget.allows()
    with budget.measuring():
        now[0] += 1.0
    assert not budget.allows()
    now[0] = 99.0
    assert not budget.allows()
    now[0] = 101.0
    assert budget.allows()


def test_rows_of_steps_are_bounded_and_cover_the_whole_training():
    record = Record(most=100)
    for step in range(10_000):
        record.step({"step": step})
    steps = [it["step"] for it in record.steps]
    assert len(steps) < 100
    assert steps == sorted(steps)
    assert steps[0] < 500
    assert steps[-1] > 9_500
    assert len(set(numpy.diff(steps))) == 1


def test_a_linear_model_is_described_with_its_settings():
    from deepfix._model import describe

    found = describe(make_pipeline(StandardScaler(), LogisticRegression(C=10)))
    assert found.artifacts["model_type"] == "LogisticRegression"
    assert found.artifacts["hyperparameters"]["C"] == 10
    assert found.artifacts["hyperparameters"]["pipeline"] == ["StandardScaler", "LogisticRegression"]
