"""What a result shows."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

import deepfix
from deepfix.result import NO_FAULT, REASONER


@pytest.fixture(scope="module")
def result(leaky, diverging):
    with pytest.MonkeyPatch.context() as patch:
        from conftest import BINARY, ROOT

        patch.setenv("DEEPFIX_BINARY", str(BINARY))
        patch.setenv("DEEPFIX_CONFIG", str(ROOT / "deepfix.toml"))
        return deepfix.diagnose(train=leaky[0], test=leaky[1], label="y", history=diverging, dataset_name="demo")


def test_a_terminal_shows_the_causes(result):
    text = str(result)
    assert text.startswith("DeepFix demo")
    assert "1. high " in text
    assert "shown by: " in text
    assert max(len(line) for line in text.splitlines()) <= 110
    assert "high" in repr(result)


def test_texts_of_strangers_cannot_write_escape_sequences(result):
    evil = deepfix.Result({**result.raw, "dataset_name": "a\x1b[2Jb"})
    assert "\x1b" not in str(evil)


def test_a_notebook_shows_the_server_s_report_in_a_frame(result):
    page = result._repr_html_()
    assert page.startswith("<iframe srcdoc=")
    assert "&lt;!doctype html&gt;" in page.lower()
    assert 'sandbox="allow-scripts"' in page


def test_the_report_is_the_binary_s(result, monkeypatch):
    ours = {form: getattr(result, f"to_{form}")() for form in ("html", "markdown", "sarif")}
    monkeypatch.setitem(sys.modules, "deepfix_core", None)
    for form, text in ours.items():
        assert getattr(result, f"to_{form}")().strip() == text.strip(), form


def test_sarif_names_the_findings(result):
    log = json.loads(result.to_sarif())
    rules = {it["ruleId"] for it in log["runs"][0]["results"]}
    assert {it.code for it in result.conclusions} <= rules


def test_a_data_frame_has_a_row_a_finding(result):
    frame = result.to_dataframe()
    assert len(frame) == len(result.findings) + len(result.conclusions)
    assert set(frame.severity) <= {"low", "medium", "high"}


def test_it_is_saved_by_the_ending(result, tmp_path):
    for ending in ("html", "md", "sarif", "json"):
        assert result.save(tmp_path / f"report.{ending}").stat().st_size > 500
    assert deepfix.Result(json.loads((tmp_path / "report.json").read_text())).conclusions == result.conclusions
    with pytest.raises(ValueError, match="ending"):
        result.save(tmp_path / "report.pdf")


def test_severe_findings_are_raised(result):
    with pytest.raises(deepfix.FindingsError, match=r"high .*leak") as raised:
        result.raise_for("high")
    assert all(it.severity == "high" for it in raised.value.findings)
    with pytest.raises(ValueError, match="severity"):
        result.raise_for("fatal")


def test_a_healthy_experiment_passes(tables):
    result = deepfix.diagnose(train=tables[0], test=tables[1], label="y")
    assert result.healthy
    assert result.raise_for("medium") is result


def test_an_agent_that_failed_opens_no_gate(tables):
    raw = deepfix.diagnose(train=tables[0], test=tables[1], label="y").raw
    raw["error_messages"]["DatasetArtifactsAnalyzer"] = "out of memory"
    with pytest.raises(deepfix.UnavailableError, match="not everything was looked at"):
        deepfix.Result(raw).raise_for("high")


def test_where_nothing_could_be_examined_no_gate_opens(tables):
    raw = deepfix.diagnose(train=tables[0], test=tables[1], label="y").raw
    concluded = raw["agent_results"][REASONER]["analysis"][0]["findings"]
    assert concluded["code"] == "cross.healthy"
    concluded["code"] = "cross.not_examined"
    result = deepfix.Result(raw)
    assert not result.examined
    assert not result.healthy
    for severity in ("low", "high"):
        with pytest.raises(deepfix.UnavailableError, match="nothing could be examined"):
            result.raise_for(severity)


def test_a_poor_model_is_a_remark_and_not_healthy():
    finding = {"id": f"{REASONER}/0", "code": "cross.poor_unexplained", "severity": "low", "confidence": 0.6}
    agents = {REASONER: {"analysis": [{"findings": finding, "recommendations": {}}]}}
    result = deepfix.Result({"agent_results": agents, "summary": "s", "additional_outputs": {}})
    assert (result.severity, result.examined, result.healthy) == ("low", True, False)
    assert result.raise_for("medium") is result
    with pytest.raises(deepfix.FindingsError, match="poor_unexplained"):
        result.raise_for("low")


def test_what_is_no_fault_is_what_the_engine_says():
    from conftest import ROOT

    source = (ROOT / "host/core/src/response.rs").read_text()
    listed = re.search(r"const NO_FAULT: [^=]*= \[(.*?)\];", source, re.DOTALL).group(1)
    listed = listed.replace("NOT_EXAMINED", re.search(r'const NOT_EXAMINED: &str = (".*?");', source).group(1))
    assert set(re.findall(r'"(.*?)"', listed)) == NO_FAULT


def test_modules_are_there_without_an_import_of_their_own():
    program = "import deepfix; print(deepfix.errors.InputError.__name__, deepfix.result.Result is deepfix.Result)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["InputError", "True"], done.stderr


def test_french_is_french(diverging):
    result = deepfix.diagnose(history=diverging, language="french")
    assert "Causes" in result.to_markdown() or "causes" in result.to_markdown()
    assert "surapprentissage" in result.summary.lower() or "sur-apprentissage" in result.summary.lower()
