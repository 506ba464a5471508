"""The client against a real server, and against one that fails."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import ClassVar

import pytest
from conftest import TARGET
from fake import ok, refusal, serving

import deepfix
from deepfix import _wire


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr("deepfix.client.time.sleep", waited.append)
    return waited


def test_a_server_diagnoses_tables_history_and_model(server, leaky, diverging):
    train, test = leaky
    with deepfix.Client(server.url) as client:
        result = client.diagnose(train=train, test=test, label="y", history=diverging, dataset_name="demo")
    assert {"checks.train_test_leakage", "training.overfitting"} <= {it.code for it in result.findings}
    assert result.root_causes[0].severity == "high"
    assert result.actions[0].rank == 1
    assert result.raw["dataset_name"] == "demo"
    assert result.url is not None
    assert result.url.startswith(server.url)


def test_the_local_engine_says_what_the_server_says(server, leaky, diverging):
    arguments = {"train": leaky[0], "test": leaky[1], "label": "y", "history": diverging}
    answers = [deepfix.Client(url).diagnose(**arguments).raw for url in (server.url, None)]
    for it in answers:
        it["additional_outputs"].pop("timings_ms")
    assert answers[0] == answers[1]


def test_the_asynchronous_client_answers_many_at_once(server, diverging):
    async def run() -> list[deepfix.Result]:
        async with deepfix.AsyncClient(server.url) as client:
            return await asyncio.gather(*(client.diagnose(history=diverging) for _ in range(4)))

    results = asyncio.run(run())
    assert all(it.conclusions[0].code == "training.overfitting" for it in results)


def test_the_asynchronous_client_works_without_a_server(diverging):
    result = asyncio.run(deepfix.AsyncClient().diagnose(history=diverging))
    assert result.conclusions[0].code == "training.overfitting"


def test_a_key_opens_a_server_that_wants_one(locked_server, diverging):
    with pytest.raises(deepfix.AuthenticationError) as refused:
        deepfix.Client(locked_server.url).diagnose(history=diverging)
    assert refused.value.status == 401
    assert deepfix.Client(locked_server.url, locked_server.key).diagnose(history=diverging).conclusions


def test_a_key_is_shown_nowhere(locked_server, diverging, caplog):
    key = "dfx-not-a-real-key-0123456789"
    client = deepfix.Client(locked_server.url, key)
    with caplog.at_level(logging.DEBUG), pytest.raises(deepfix.ServerError) as refused:
        client.diagnose(history=diverging)
    shown = repr(client) + str(refused.value) + repr(refused.value.problem) + caplog.text + repr(vars(client))
    assert key not in shown
    assert key not in repr(client._http.headers)


def test_a_key_from_a_file_has_a_line_end_that_is_no_part_of_it(locked_server, diverging, tmp_path):
    (tmp_path / "key").write_text(f"{locked_server.key}\n")
    client = deepfix.Client(locked_server.url, api_key=(tmp_path / "key").read_text())
    assert client.diagnose(history=diverging).conclusions


@pytest.mark.parametrize(
    "key", ["dfx-no\nkey", "dfx-no key", "dfx-no-key-\u00e9", "dfx-no-key\x00", b"dfx-no-key", " \n"]
)
def test_a_key_that_cannot_be_sent_is_refused_without_showing_it(key, monkeypatch):
    given = {"api_key": key}
    if isinstance(key, str) and "\x00" not in key:
        monkeypatch.setenv("DEEPFIX_API_KEY", key)
        given = {}
    for kind in (deepfix.Client, deepfix.AsyncClient):
        for arguments in ({"api_key": key}, given):
            with pytest.raises(deepfix.InputError, match=r"^(api_key|DEEPFIX_API_KEY): found ") as refused:
                kind("http://127.0.0.1:9", **arguments)
            assert "dfx-no" not in str(refused.value)


class Odd(dict):
    """Settings that cannot be read."""

    def items(self):
        raise ZeroDivisionError("odd settings")


def test_whatever_fails_is_a_warning_where_that_is_asked_for():
    with pytest.warns(deepfix.DeepFixWarning, match="ZeroDivisionError: odd settings"):
        result = deepfix.Client(on_error="warn").diagnose(params=Odd(lr=1))
    assert "odd settings" in result.unavailable
    with pytest.warns(deepfix.DeepFixWarning, match="ZeroDivisionError: odd settings"):
        result = asyncio.run(deepfix.AsyncClient(on_error="warn").diagnose(params=Odd(lr=1)))
    assert "odd settings" in result.unavailable
    with pytest.raises(ZeroDivisionError):
        deepfix.Client().diagnose(params=Odd(lr=1))


def test_a_model_whose_settings_are_an_array_is_described():
    import numpy

    from deepfix._model import describe

    class Model:
        params = numpy.arange(3)
        hparams: ClassVar = {"lr": 0.1}

    assert describe(Model()).artifacts["hyperparameters"] == {"lr": 0.1}


def test_a_problem_keeps_its_fields(server):
    with pytest.raises(deepfix.ServerError) as refused:
        deepfix.Client(server.url).diagnose_request({"dataset_artifacts": 3})
    problem = refused.value
    assert (problem.status, problem.code, problem.pointer) == (422, "invalid_field", "/dataset_artifacts")
    assert problem.found is not None
    assert problem.expected is not None
    assert problem.request_id


def test_a_busy_server_is_asked_again_when_it_says_so(waits):
    busy = refusal(429, {"Retry-After": "3"}, code="overloaded", detail="busy")
    with serving(busy, ok()) as (url, seen):
        result = deepfix.Client(url).diagnose(params={"lr": 1})
    assert result.summary == "fine"
    assert len(seen) == 2
    assert waits == [3.0]


def test_a_connection_that_breaks_is_tried_again(waits):
    with serving((0, {}, None), (0, {}, None), ok()) as (url, seen):
        deepfix.Client(url).diagnose(params={"lr": 1})
    assert len(seen) == 3
    assert 0 < waits[0] <= 0.5 < waits[1] <= 1.0


def test_attempts_are_bounded(waits):
    busy = refusal(503, code="shutting_down", detail="going")
    with serving(busy, busy, busy) as (url, seen), pytest.raises(deepfix.ServerError, match="shutting_down"):
        deepfix.Client(url, attempts=2).diagnose(params={"lr": 1})
    assert len(seen) == 2


def test_a_wait_beyond_the_timeout_is_not_begun(waits):
    busy = refusal(429, {"Retry-After": "3600"}, code="overloaded", detail="busy")
    with serving(busy) as (url, _), pytest.raises(deepfix.ServerError, match="overloaded"):
        deepfix.Client(url, timeout=5).diagnose(params={"lr": 1})
    assert waits == []


def test_a_wrong_request_is_not_sent_again(waits):
    with serving(refusal(422, code="invalid_field", detail="no")) as (url, seen):
        with pytest.raises(deepfix.ServerError):
            deepfix.Client(url).diagnose(params={"lr": 1})
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("named", "expected"),
    [("analyses/1", "/below/v1/analyses/1"), ("/v1/analyses/1", "/below/v1/analyses/1")],
)
def test_where_an_analysis_is_kept_holds_below_a_path(named, expected):
    status, headers, body = ok()
    with serving((status, {**headers, "Content-Location": named}, body)) as (url, _):
        result = deepfix.Client(f"{url}/below").diagnose(params={"lr": 1})
        assert result.url == f"{url}{expected}"


def test_a_stream_tells_where_its_analysis_is_kept():
    text = f'event: kept\ndata: {{"id": "1"}}\n\nevent: response\ndata: {ok()[2]}\n\n'
    with serving((200, {"Content-Type": "text/event-stream"}, text)) as (url, _):
        result = deepfix.Client(url).diagnose(params={"lr": 1}, progress=lambda _: None)
        assert result.url == f"{url}/v1/analyses/1"


def test_a_stranger_s_answer_is_named():
    with serving((200, {"Content-Type": "text/html"}, "<html>")) as (url, _):
        with pytest.raises(deepfix.DeepFixError, match="is it a server of DeepFix"):
            deepfix.Client(url).diagnose(params={"lr": 1})


def test_where_nobody_listens_it_is_said_or_warned():
    with serving() as (url, _):
        pass
    with pytest.raises(deepfix.UnavailableError, match="does not answer"):
        deepfix.Client(url, attempts=1).diagnose(params={"lr": 1})
    with pytest.warns(deepfix.DeepFixWarning, match="does not answer"):
        result = deepfix.Client(url, attempts=1, on_error="warn").diagnose(params={"lr": 1})
    assert result.unavailable
    with pytest.raises(deepfix.UnavailableError):
        result.raise_for("high")


@pytest.mark.usefixtures("nobody")
def test_without_a_binary_it_says_how_to_get_one():
    with pytest.raises(deepfix.UnavailableError, match=r"pip install .deepfix\[local\]"):
        deepfix.diagnose(params={"lr": 1})


def test_the_wheel_of_the_binary_diagnoses_by_itself(monkeypatch, diverging, tmp_path):
    monkeypatch.delenv("DEEPFIX_BINARY")
    monkeypatch.delenv("DEEPFIX_CONFIG")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    engine = deepfix._local.find()
    assert engine.origin == "deepfix-bin"
    assert engine.environment["DEEPFIX_ENGINE__CACHE_DIR"] == str(tmp_path / "deepfix" / "components")
    # What the user says stands; here it saves half a minute of compiling.
    monkeypatch.setenv("DEEPFIX_ENGINE__CACHE_DIR", str(TARGET / "component-cache"))
    assert deepfix.diagnose(history=diverging).conclusions[0].code == "training.overfitting"


def test_a_local_engine_that_takes_too_long_is_ended(diverging):
    with pytest.raises(deepfix.UnavailableError, match="timeout"):
        deepfix.Client(timeout=0.001).diagnose(history=diverging)


def test_a_local_model_file_is_examined(tmp_path: Path):
    import numpy

    weights = numpy.full((4, 4), numpy.nan, dtype="float32")
    numpy.savez(tmp_path / "model.npz", layer=weights)
    result = deepfix.diagnose(model=tmp_path / "model.npz")
    assert "checkpoint.nan_weights" in {it.code for it in result.findings}


def test_addresses_of_endpoints_are_addresses_of_the_server():
    for url in ("http://h:1", "http://h:1/", "http://h:1/v1/analyse", "http://h:1/v2/analyse"):
        assert _wire.base_url(url) == "http://h:1"
    assert _wire.base_url("http://h:1/api/v1/analyse") == "http://h:1/api"
    for url in ("h:1", "ftp://h", "http://u:p@h"):
        with pytest.raises(deepfix.InputError):
            deepfix.Client(url)


def test_the_address_and_the_key_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("DEEPFIX_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("DEEPFIX_API_KEY", "k")
    assert repr(deepfix.Client()) == "Client(url='http://127.0.0.1:9', api_key=***)"


def test_what_json_lacks_is_sent_as_text():
    import numpy

    found = json.loads(
        deepfix._json.dumps({"a": [float("nan"), numpy.float32("inf")], numpy.int64(1): numpy.arange(2)})
    )
    assert found == {"a": ["NaN", "Infinity"], "1": [0, 1]}
