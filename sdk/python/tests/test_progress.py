"""Progress: streams of events, bars, and what the engine of this machine tells."""

from __future__ import annotations

import asyncio
import io
import json
import re
import sys
import threading

import pytest
from fake import RESPONSE, ok, serving

import deepfix
from deepfix import _wire
from deepfix._local import NAME


def test_progress_is_streamed_and_ends_in_the_same_response(server, diverging):
    seen: list[deepfix.Progress] = []
    client = deepfix.Client(server.url)
    streamed = client.diagnose(history=diverging, progress=seen.append)
    plain = client.diagnose(history=diverging, progress=False)
    assert "TrainingArtifactsAnalyzer" in {it.agent for it in seen}
    assert all(0 <= it.fraction <= 1 for it in seen)
    assert streamed.conclusions == plain.conclusions


def test_a_stream_that_ends_early_is_tried_again(monkeypatch):
    monkeypatch.setattr("deepfix.client.time.sleep", lambda _: None)
    half = (200, {"Content-Type": "text/event-stream"}, 'event: progress\ndata: {"agent": "A", "fraction": 0.5}\n\n')
    with serving(half, ok()) as (url, _):
        seen: list[deepfix.Progress] = []
        assert deepfix.Client(url).diagnose(params={"lr": 1}, progress=seen.append).summary == "fine"
    assert [it.fraction for it in seen] == [0.5]


#: What `str.splitlines` takes for the end of a line, and JSON leaves in its texts.
ENDS = "a\x0b\x0c\x1c\x85\u2028\u2029b"


def test_a_text_in_a_stream_keeps_what_python_takes_for_line_ends():
    final = json.dumps({**RESPONSE, "additional_outputs": {"summary": ENDS}}, ensure_ascii=False)
    text = f"event: response\ndata: {final}\n\n"
    stream = (200, {"Content-Type": "text/event-stream"}, text)

    async def ask(url: str) -> deepfix.Result:
        async with deepfix.AsyncClient(url) as client:
            return await client.diagnose(params={"lr": 1}, progress=lambda _: None)

    with serving(stream, stream) as (url, _):
        assert deepfix.Client(url).diagnose(params={"lr": 1}, progress=lambda _: None).summary == ENDS
        assert asyncio.run(ask(url)).summary == ENDS


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_stream_may_be_cut_anywhere(size, end):
    lines = ["event: progress", 'data: {"agent": "A", "fraction": 0.5, "message": "x\u2028y"}', "", ": ping", ""]
    lines += ["event: response", f"data: {json.dumps(RESPONSE)}", "", ""]
    text, events = end.join(lines), _wire.Events()
    seen = [it for at in range(0, len(text), size) for it in events.text(text[at : at + size])]
    assert [(it.fraction, it.message) for it in seen] == [(0.5, "x\u2028y")]
    assert events.final == RESPONSE


def test_a_problem_in_a_stream_is_raised():
    text = 'event: problem\ndata: {"status": 504, "code": "timed_out", "detail": "late"}\n\n'
    with serving((200, {"Content-Type": "text/event-stream"}, text)) as (url, _):
        with pytest.raises(deepfix.ServerError, match="timed_out"):
            deepfix.Client(url).diagnose(params={"lr": 1}, progress=lambda _: None)


class Terminal(io.StringIO):
    """Somebody watches."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("where", ["server", "here"])
def test_a_terminal_shows_bars_and_a_file_none(server, where, diverging, monkeypatch):
    for name in ("NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    client = deepfix.Client(server.url if where == "server" else None)
    terminal, file = Terminal(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", terminal)
    client.diagnose(history=diverging)
    monkeypatch.setattr(sys, "stderr", file)
    client.diagnose(history=diverging)
    shown = terminal.getvalue()
    assert "TrainingArtifactsAnalyzer" in shown
    assert "\u2501" in shown
    assert file.getvalue() == ""


def test_the_local_engine_tells_of_each_agent_between_its_beginning_and_its_end(diverging):
    seen: list[deepfix.Progress] = []
    result = deepfix.Client().diagnose(history=diverging, progress=seen.append)
    first, *agents, last = seen
    assert (first.agent, first.fraction, last.agent, last.fraction) == (NAME, 0.0, NAME, 1.0)
    assert "TrainingArtifactsAnalyzer" in {it.agent for it in agents}
    assert result.conclusions == deepfix.Client().diagnose(history=diverging, progress=False).conclusions


@pytest.fixture
def engine(monkeypatch, tmp_path):
    """A program in the place of the binary."""

    def made(script: str) -> None:
        path = tmp_path / "deepfix"
        path.write_text(f"#!{sys.executable}\nimport json, sys\nasked = sys.stdin.read()\n{script}")
        path.chmod(0o755)
        monkeypatch.setenv("DEEPFIX_BINARY", str(path))

    return made


#: More than a pipe holds.
MUCH = 200_000


def test_lines_that_are_no_events_are_the_errors_of_the_local_engine(engine):
    engine(
        """
event = {"event": "progress", "data": {"agent": "A", "fraction": 0.5, "message": "x\\u2028y"}}
print("remark\\n" + json.dumps(event, ensure_ascii=False) + "\\n{not an event\\n{}\\n", end="", file=sys.stderr)
sys.exit(3)
"""
    )
    seen: list[deepfix.Progress] = []
    with pytest.raises(deepfix.LocalError, match=re.escape("remark\n{not an event\n{}")):
        deepfix.Client().diagnose(params={"lr": 1}, progress=seen.append)
    assert [(it.agent, it.message) for it in seen] == [(NAME, "at work"), ("A", "x\u2028y")]


def test_an_answer_of_a_local_engine_that_could_examine_nothing_is_an_answer(engine):
    engine(f"print(json.dumps({RESPONSE!r}))\nprint('nothing could be examined', file=sys.stderr)\nsys.exit(2)")
    assert deepfix.Client().diagnose(params={"lr": 1}).summary == "fine"
    engine("print('no such thing', file=sys.stderr)\nsys.exit(2)")
    with pytest.raises(deepfix.LocalError, match="no such thing"):
        deepfix.Client().diagnose(params={"lr": 1})


def test_long_questions_and_answers_of_the_local_engine_hold_nobody_up(engine):
    engine(
        f"""
print(json.dumps({RESPONSE!r}) + " " * {MUCH})
print("r" * {MUCH}, file=sys.stderr)
"""
    )
    assert deepfix.Client().diagnose(params={"it": "x" * MUCH}, progress=lambda _: None).summary == "fine"


def test_a_local_engine_that_is_older_than_its_events_is_asked_without(engine):
    engine(
        f"""
if any(it.startswith("--progress") for it in sys.argv):
    sys.exit(print("error: unexpected argument '--progress' found", file=sys.stderr) or 2)
print(json.dumps({RESPONSE!r}))
"""
    )
    seen: list[deepfix.Progress] = []
    assert deepfix.Client().diagnose(params={"lr": 1}, progress=seen.append).summary == "fine"
    assert [it.fraction for it in seen] == [0.0, 1.0]


def test_a_local_engine_that_is_late_is_ended_while_it_tells(engine):
    engine("import threading\nthreading.Event().wait()")
    with pytest.raises(deepfix.UnavailableError, match="timeout"):
        deepfix.Client(timeout=0.5).diagnose(params={"lr": 1}, progress=lambda _: None)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_thread_that_cannot_be_started_is_told_and_ends_the_local_engine(engine, monkeypatch, number):
    engine("import threading\nthreading.Event().wait()")
    plain, started = threading.Thread.start, []

    def start(self) -> None:
        if len(started) == number:
            raise RuntimeError("can't start new thread")
        started.append(self)
        plain(self)

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        deepfix.Client().diagnose(params={"lr": 1}, progress=lambda _: None)
    assert not any(it.is_alive() for it in started)


def test_a_listener_that_fails_ends_the_local_engine(engine):
    engine(
        """
print(json.dumps({"event": "progress", "data": {"agent": "A"}}), file=sys.stderr, flush=True)
import threading
threading.Event().wait()
"""
    )

    def listen(it: deepfix.Progress) -> None:
        if it.agent == "A":
            raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        deepfix.Client().diagnose(params={"lr": 1}, progress=listen)


def test_a_listener_is_told_in_the_thread_of_its_loop(diverging):
    seen: list[tuple[float, threading.Thread]] = []

    def listen(it: deepfix.Progress) -> None:
        seen.append((it.fraction, threading.current_thread()))

    asyncio.run(deepfix.AsyncClient().diagnose(history=diverging, progress=listen))
    assert {it for _, it in seen} == {threading.main_thread()}
    assert (seen[0][0], seen[-1][0]) == (0.0, 1.0)
