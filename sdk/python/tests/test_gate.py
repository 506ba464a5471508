"""The gate, in a pipeline and in pytest."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import deepfix

pytest_plugins = ["pytester"]


def test_a_gate_fails_on_severe_findings_and_leaves_a_report(leaky, tmp_path):
    report = tmp_path / "report.sarif"
    with pytest.raises(AssertionError, match="leak"):
        deepfix.check(train=leaky[0], test=leaky[1], label="y", report=report)
    assert json.loads(report.read_text())["runs"][0]["results"]


def test_a_gate_opens_for_a_healthy_experiment(tables):
    assert deepfix.check(train=tables[0], test=tables[1], label="y").healthy


@pytest.mark.usefixtures("nobody")
def test_a_gate_that_cannot_see_does_not_open():
    client = deepfix.Client(on_error="warn")
    with pytest.warns(deepfix.DeepFixWarning), pytest.raises(deepfix.UnavailableError):
        deepfix.check(client=client, params={"lr": 1})


TESTS = """
sick = {"train_loss": [1.2 * 0.93**it for it in range(60)],
        "val_loss": [1.2 * 0.93 ** min(it, 10) + 0.03 * max(0, it - 10) for it in range(60)]}

healthy = {"train_loss": [0.1 + 1.1 * 0.9**it for it in range(60)],
           "val_loss": [0.12 + 1.1 * 0.9**it for it in range(60)]}

def test_sick(deepfix_check):
    deepfix_check(history=sick)

def test_healthy(deepfix_check):
    deepfix_check(history=healthy)
"""
#: Two checks in one test, one of which has a report of its own.
TWICE = """
healthy = {"train_loss": [0.1 + 1.1 * 0.9**it for it in range(60)],
           "val_loss": [0.12 + 1.1 * 0.9**it for it in range(60)]}

def test_twice(deepfix_check):
    deepfix_check(history=healthy)
    deepfix_check(history=healthy, params={"batch_size": 16}, report="own.json")
"""


def test_a_gate_does_not_open_where_nothing_could_be_judged():
    with pytest.raises(deepfix.UnavailableError):
        deepfix.check(params={"learning_rate": 0.001})


def test_the_fixture_fails_a_test_on_severe_findings_and_leaves_reports(pytester):
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_subprocess("-q", "--deepfix-reports=reports", "--deepfix-severity=medium")
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["*FindingsError: 1 finding*", "*high training.overfitting*"])
    written = sorted(it.name for it in (pytester.path / "reports").iterdir())
    assert [it.rsplit(".", 1)[1] for it in written] == ["html", "sarif"] * 2


def test_each_check_of_a_test_leaves_its_own_reports(pytester):
    pytester.makepyfile(TWICE)
    pytester.runpytest_subprocess("-q", "--deepfix-reports=reports").assert_outcomes(passed=1)
    written = sorted(it.name for it in (pytester.path / "reports").iterdir())
    stem = written[0].removesuffix("-2.html")
    assert written == [f"{stem}-2.html", f"{stem}-2.sarif", f"{stem}.html", f"{stem}.sarif"]
    assert json.loads((pytester.path / "own.json").read_text())["agent_results"]


def test_the_plugin_imports_nothing_until_it_is_used():
    script = (
        "import sys, deepfix.pytest_plugin; print(*(it for it in ('httpx', 'deepfix.client') if it in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
    assert all(getattr(deepfix, it) is not None for it in deepfix.__all__)
    assert set(deepfix.__all__) <= set(dir(deepfix))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = deepfix.nothing
