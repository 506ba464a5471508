"""Histories of every kind, in the shapes of the wire."""

from __future__ import annotations

import io
import json

import pandas
import pytest

import deepfix
from deepfix._history import metrics, set_names

#: As Lightning's CSVLogger writes it: a line for the training, another for the validation.
LIGHTNING = "epoch,grad_norm,step,train_loss,val_loss\n" + "".join(
    f"{it},{1.0 / (it + 1)},{10 * it + 9},{0.9**it},\n{it},,{10 * it + 9},,{0.92**it}\n" for it in range(12)
)
#: As `trainer.state.log_history` has it, with the totals at its end.
HUGGING_FACE = [
    row
    for it in range(12)
    for row in (
        {"loss": 0.9**it, "grad_norm": 1.0 / (it + 1), "learning_rate": 1e-3, "epoch": it + 1.0, "step": 10 * it},
        {"eval_loss": 0.92**it, "eval_runtime": 0.1, "epoch": it + 1.0, "step": 10 * it},
    )
] + [{"train_runtime": 3.0, "train_loss": 0.5, "epoch": 12.0, "step": 120}]


@pytest.mark.parametrize("rows", ["lightning", "hugging face"])
def test_gaps_of_a_data_frame_are_gaps_and_no_numbers(rows):
    if rows == "lightning":
        frame = pandas.read_csv(io.StringIO(LIGHTNING))
        plain = [{k: v for k, v in row.items() if v == v} for row in frame.to_dict(orient="records")]
    else:
        frame, plain = pandas.DataFrame(HUGGING_FACE), HUGGING_FACE
    assert frame.isna().any().any()
    found = deepfix.diagnose(history=frame)
    assert {it.code for it in found.findings} == {it.code for it in deepfix.diagnose(history=plain).findings}
    assert found.severity in (None, "low")
    columns = metrics(frame)
    assert None in columns["grad_norm"]
    assert not any(it != it for values in columns.values() for it in values)


def test_a_number_that_is_none_is_kept_where_gaps_can_be_told():
    assert str(metrics({"loss": [1.0, float("nan"), None]})["loss"]) == "[1.0, nan, None]"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["train", "eval"], ["train", "val"]),
        (["validation_0"], ["val"]),
        (["validation_0", "validation_1", "validation_2"], ["train", "val", "validation_2"]),
        (["training", "valid_1"], ["train", "val"]),
        (["valid_0", "valid_1"], ["val", "valid_1"]),
        (["train", "eval", "test"], ["train", "val", "test"]),
        (["test", "val"], ["test", "val"]),
        (["learn", "Train", "mine"], ["train", "Train", "mine"]),
    ],
)
def test_no_set_takes_the_place_of_another(names, expected):
    assert [set_names(names)[it] for it in names] == expected


def test_curves_of_every_set_are_kept():
    found = metrics({"train": {"auc": [0.9]}, "valid_0": {"auc": [0.8]}, "valid_1": {"auc": [0.7]}})
    assert found == {"train_auc": [0.9], "val_auc": [0.8], "valid_1_auc": [0.7]}


def test_lines_of_json_end_with_a_newline_only(tmp_path):
    rows = [{"epoch": it, "loss": 1.0, "note": "a\u2028b\x85c"} for it in range(3)]
    file = tmp_path / "log.jsonl"
    file.write_text("".join(json.dumps(it, ensure_ascii=False) + "\n" for it in rows), encoding="utf-8")
    assert metrics(file) == rows
