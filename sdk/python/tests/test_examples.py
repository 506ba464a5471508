"""The notebooks run, and the workflow is one."""

from __future__ import annotations

from pathlib import Path

import nbclient
import nbformat
import pytest
import yaml

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@pytest.mark.parametrize("name", ["tabular", "vision", "text"])
def test_a_notebook_runs_and_shows_a_report(name):
    notebook = nbformat.read(EXAMPLES / f"{name}.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "notebooks are kept without outputs"
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    pages = [
        output.data["text/html"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "execute_result" and "text/html" in output.data
    ]
    assert any(it.startswith("<iframe srcdoc=") for it in pages)


def test_the_workflow_uploads_what_the_gate_writes():
    workflow = yaml.safe_load((EXAMPLES / "github-action.yml").read_text())
    steps = workflow["jobs"]["diagnose"]["steps"]
    assert steps[-1]["with"]["sarif_file"] == "deepfix.sarif"
    assert workflow["permissions"]["security-events"] == "write"
