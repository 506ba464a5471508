"""What every integration shares: trainings that are watched one after the other, copies, processes, failures."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
import threading
from types import SimpleNamespace
from typing import Any

import joblib
import numpy
import pytest
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

import deepfix
from deepfix import _watch
from deepfix._model import Unwritten, write_weights
from deepfix._watch import Watch

X, Y = make_classification(120, 6, random_state=0)


class Answers(deepfix.Client):
    """A client that keeps what it is asked, and answers with its number."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[dict[str, Any]] = []
        self.threads: list[threading.Thread] = []
        self.is_asked = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()

    def diagnose(self, **arguments: Any) -> deepfix.Result:
        number = len(self.asked)
        self.asked.append(arguments)
        self.threads.append(threading.current_thread())
        self.is_asked.set()
        assert self.may_answer.wait(60)
        return deepfix.Result({"agent_results": {}, "summary": str(number)})


class Fails(deepfix.Client):
    """A client with a fault."""

    def diagnose(self, **arguments: Any) -> deepfix.Result:
        raise ZeroDivisionError("within DeepFix")


def boost(**arguments: Any) -> Any:
    import xgboost

    return xgboost.XGBClassifier(n_estimators=3, **arguments)


def test_a_second_training_has_its_own_record_settings_and_result():
    client = Answers()
    watch = Watch(client, params={"mine": 1}, show=False)
    for number, rate in enumerate((0.1, 0.2)):
        watch.begin()
        watch.add_params({"learning_rate": rate, "mine": 2})
        watch.record.epoch({"epoch": 0, "loss": rate})
        watch.finish()
        assert watch.result().summary == str(number)
    assert [it["params"] for it in client.asked] == [{"mine": 1, "learning_rate": it} for it in (0.1, 0.2)]
    assert [it["history"] for it in client.asked] == [[{"epoch": 0, "loss": it}] for it in (0.1, 0.2)]


def test_a_diagnosis_that_ends_late_is_not_taken_for_that_of_the_next_training():
    client, seen = Answers(), []
    client.may_answer.clear()
    watch = Watch(client, show=False, on_result=lambda it: seen.append(it.summary))
    watch.record.epoch({"loss": 1.0})
    watch.finish()
    late = watch._run
    # Else the next one may have its turn first.
    assert client.is_asked.wait(60)
    watch.begin()
    assert watch.result(0).unavailable == "it is not done yet"
    client.may_answer.set()
    late.thread.join(60)
    assert late.result.summary == "0"
    assert watch.result(60).summary == "1"
    assert sorted(seen) == ["0", "1"]


def test_diagnoses_in_the_background_take_turns():
    client, at_work = Answers(), threading.Lock()

    def diagnose(**arguments: Any) -> deepfix.Result:
        assert at_work.acquire(blocking=False)
        client.may_answer.wait(60)
        at_work.release()
        return deepfix.Result({"agent_results": {}, "summary": "fine"})

    client.may_answer.clear()
    client.diagnose = diagnose
    watch, runs = Watch(client, show=False), []
    for _ in range(5):
        watch.begin()
        watch.finish()
        runs.append(watch._run)
    client.may_answer.set()
    for run in runs:
        run.thread.join(60)
    assert [it.result.summary for it in runs] == ["fine"] * 5


def started(watches: list[Watch]) -> None:
    """Ends a training of each while none of them has its turn."""
    with _watch._turn:
        for watch in watches:
            watch.finish()


def test_a_diagnosis_that_waits_too_long_for_the_others_is_given_up(monkeypatch, recwarn):
    monkeypatch.setattr(_watch, "PATIENCE", 0.001)
    client = Answers()
    watch = Watch(client, show=False)
    with _watch._turn:
        watch.finish()
        found = watch.result(60)
    assert found.unavailable == "UnavailableError: the diagnoses before it took longer than 0.001 seconds"
    assert found.unavailable in str(recwarn.pop(deepfix.DeepFixWarning).message)
    assert client.asked == []


@pytest.mark.parametrize("on_error", ["raise", "warn"])
def test_where_nobody_answers_those_that_wait_are_not_asked_for(on_error, recwarn):
    class Away(Answers):
        def diagnose(self, **arguments: Any) -> deepfix.Result:
            super().diagnose(**arguments)
            return self._failed(deepfix.UnavailableError("nobody is there"))

    away, there = Away(), Answers()
    away.url, there.url, away.on_error = f"http://{on_error}", "http://there", on_error
    watches = [Watch(away, show=False) for _ in range(4)]
    other = Watch(there, show=False)
    started([*watches, other])
    reasons = sorted(it.result(60).unavailable for it in watches)
    asked = "UnavailableError: nobody is there" if on_error == "raise" else "nobody is there"
    waited = "UnavailableError: the diagnosis before it had no answer: nobody is there"
    assert reasons == sorted([asked, *[waited] * 3])
    assert len(away.asked) == 1
    # Whoever asks another server is asked for, and so is what ends later.
    assert other.result(60).summary == "0"
    watches[0].begin()
    assert watches[0].result(60).unavailable == asked
    assert "nobody is there" in str(recwarn.pop(deepfix.DeepFixWarning).message)
    assert len(away.asked) == 2


FORKED = """
import os, sys
import deepfix
from deepfix import _watch

class Answers(deepfix.Client):
    def diagnose(self, **arguments):
        return deepfix.Result({"agent_results": {}, "summary": "of the child"})

_watch._turn.acquire()  # As a diagnosis of the first process does.
child = os.fork()
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
watch = _watch.Watch(Answers(), show=False)
watch.finish()
os._exit(0 if watch.result(30).summary == "of the child" else 1)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
def test_a_process_that_was_forked_from_a_diagnosis_has_its_own_turn():
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_scikit_learn_fits_twice_with_one_watch():
    from deepfix.integrations.sklearn import fit

    client = Answers()
    watch = Watch(client, show=False)
    for number, regularisation in enumerate((1.0, 0.01)):
        model, same = fit(LogisticRegression(C=regularisation), X[number:], Y[number:], watch=watch)
        assert same.result().summary == str(number)
        asked = client.asked[number]
        assert asked["model"].get_params() == model.get_params()
        assert asked["params"]["C"] == regularisation
        assert len(asked["history"]) == 1
        assert len(asked["train"][0]) == len(X) - number
    assert all(it is not threading.main_thread() for it in client.threads)


def test_scikit_learn_scores_beside_the_program():
    from deepfix.integrations.sklearn import fit

    class Slow(LogisticRegression):
        def score(self, *arguments: Any) -> float:
            scored.append(threading.current_thread())
            return super().score(*arguments)

    scored: list[threading.Thread] = []
    _, watch = fit(Slow(), X, Y, X, Y, watch=Watch(Answers(), show=False))
    watch.result()
    assert len(scored) == 2
    assert threading.main_thread() not in scored


@pytest.mark.parametrize("copied", [True, False])
def test_scikit_learn_diagnoses_the_fit_that_ended_and_not_a_later_one(copied):
    from deepfix.integrations.sklearn import fit

    class Model(LogisticRegression):
        def __deepcopy__(self, memo: Any) -> Any:
            if not copied:
                raise TypeError("it holds a lock")
            again = clone(self)
            again.__dict__.update(self.__dict__)
            return again

    client = Answers()
    with _watch._turn:
        model, watch = fit(Model(C=1.0), X, Y, X, Y, watch=Watch(client, show=False))
        expected = model.score(X, Y)
        # Before the thread has its turn.
        model.set_params(C=0.5).fit(X, 1 - Y)
        assert model.score(X, Y) != expected
    watch.result()
    asked = client.asked[0]
    assert asked["params"]["C"] == 1.0
    assert asked["history"] == [{"epoch": 0, "train_accuracy": expected, "val_accuracy": expected}]


def test_xgboost_trains_twice_with_one_callback():
    from deepfix.integrations.xgboost import DeepFixCallback

    client = Answers()
    watch = DeepFixCallback(client, show=False)
    for number, depth in enumerate((2, 5)):
        boost(callbacks=[watch], max_depth=depth).fit(X, Y, eval_set=[(X, Y)], verbose=False)
        assert watch.result().summary == str(number)
        assert client.asked[number]["params"]["max_depth"] == depth
        assert len(client.asked[number]["history"]) == 3


def test_a_model_with_the_callback_is_saved_without_client_and_tables(tmp_path):
    from deepfix.integrations.xgboost import DeepFixCallback

    client = Answers()
    client._key = deepfix._wire.Secret("dfx-secret-key")
    watch = DeepFixCallback(client, show=False, on_result=lambda _: None, train=(X, Y), label="y", params={"a": 1})
    model = boost(callbacks=[watch]).fit(X, Y)
    assert watch.result().summary == "0"
    joblib.dump(model, tmp_path / "model.joblib")
    assert b"dfx-secret-key" not in (tmp_path / "model.joblib").read_bytes()
    found = joblib.load(tmp_path / "model.joblib").callbacks[0].watch
    assert (found.client, found.on_result, found.diagnosis) == (None, None, {"label": "y"})
    assert found._run.result is None
    assert found.params == {"a": 1}
    assert watch.watch.diagnosis["train"] is not None


def test_a_search_copies_models_and_tells_the_watch_of_the_user():
    from deepfix.integrations.xgboost import DeepFixCallback

    client = Answers()
    watch = DeepFixCallback(client, show=False)
    GridSearchCV(boost(callbacks=[watch]), {"max_depth": [1, 2]}, cv=2).fit(X, Y)
    watch.result()
    assert client.asked
    assert copy.deepcopy(watch).watch is watch.watch
    assert copy.copy(watch.watch) is watch.watch


def test_a_key_is_copied_and_not_pickled():
    key = deepfix._wire.Secret("k")
    assert copy.deepcopy(key) is key
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(key)


def test_another_process_of_the_training_diagnoses_nothing(monkeypatch):
    import xgboost

    from deepfix.integrations.xgboost import DeepFixCallback

    monkeypatch.setattr(xgboost.collective, "get_rank", lambda: 1)
    client = Answers()
    watch = DeepFixCallback(client, show=False)
    boost(callbacks=[watch]).fit(X, Y)
    assert "first process" in watch.result().unavailable
    assert client.asked == []
    monkeypatch.setattr(xgboost.collective, "get_rank", lambda: 0)
    boost(callbacks=[watch]).fit(X, Y)
    assert watch.result().summary == "0"


def test_another_process_of_jax_diagnoses_nothing(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    import jax

    from deepfix.integrations import keras

    assert not keras._is_other_process()
    monkeypatch.setattr(jax, "process_index", lambda: 1)
    client = Answers()
    watch = keras.DeepFixCallback(client, show=False)
    net().fit(X, Y, verbose=0, callbacks=[watch])
    assert "first process" in watch.result().unavailable
    assert client.asked == []


def net() -> Any:
    import keras

    model = keras.Sequential([keras.layers.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    return model


def of_scikit_learn(client: deepfix.Client) -> Any:
    from deepfix.integrations.sklearn import fit

    model, watch = fit(LogisticRegression(), X, Y, watch=Watch(client, show=False))
    assert model.coef_.shape == (1, 6)
    return watch


def of_xgboost(client: deepfix.Client) -> Any:
    from deepfix.integrations.xgboost import DeepFixCallback

    watch = DeepFixCallback(client, show=False)
    assert boost(callbacks=[watch]).fit(X, Y).get_booster().num_boosted_rounds() == 3
    return watch


def of_lightgbm(client: deepfix.Client) -> Any:
    import lightgbm

    from deepfix.integrations.lightgbm import DeepFixCallback

    watch = DeepFixCallback(client, show=False)
    model = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(X, Y, callbacks=[watch])
    assert model.n_estimators_ == 3
    return watch


def of_keras(client: deepfix.Client) -> Any:
    from deepfix.integrations.keras import DeepFixCallback

    watch = DeepFixCallback(client, show=False)
    assert len(net().fit(X, Y, epochs=2, verbose=0, callbacks=[watch]).epoch) == 2
    return watch


@pytest.mark.parametrize("of", [of_scikit_learn, of_xgboost, of_lightgbm, of_keras])
def test_a_fault_of_deepfix_is_a_warning_in_every_framework(of, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    # In the diagnosis, and in what is done while it trains.
    with pytest.warns(deepfix.DeepFixWarning, match="within DeepFix"):
        assert "within DeepFix" in of(Fails()).result().unavailable
    monkeypatch.setattr(Watch, "begin", lambda *_: 1 / 0)
    with pytest.warns(deepfix.DeepFixWarning, match="ZeroDivisionError"):
        of(Answers())


def test_weights_beyond_the_limit_are_left_out_and_it_is_said(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    model = net()
    model.build((None, 6))
    result = deepfix.Client(largest_weights=27).diagnose(model=model)
    assert any("found 28 bytes or more, expected at most 27" in it for it in result.remarks)
    assert "found 28 bytes" in str(result)
    assert deepfix.Client(largest_weights=28).diagnose(model=model).remarks == []


def test_a_weight_may_have_any_name(tmp_path):
    named = {"allow_pickle": numpy.ones(2), "file": numpy.ones(1), "a/kernel": numpy.zeros(3)}
    model = SimpleNamespace(weights=[Weight(path, value) for path, value in named.items()])
    with numpy.load(write_weights(model, tmp_path)) as found:
        values = {name: found[name].tolist() for name in found}
    assert values == {"allow_pickle": [1, 1], "file": [1], "a.kernel": [0, 0, 0]}
    with pytest.raises(Unwritten, match="expected at most 47"):
        write_weights(model, tmp_path, 47)


class Weight:
    """A weight as Keras has it."""

    def __init__(self, path: str, value: Any) -> None:
        self.path, self.value = path, value

    def __array__(self, *_: Any, **__: Any) -> Any:
        return self.value
