"""Tables of every kind give the same artifacts, and errors that teach."""

from __future__ import annotations

import json
import subprocess
import threading
import time

import deepfix_core
import numpy
import pandas
import polars
import pyarrow
import pytest
import yaml
from conftest import BINARY, ROOT

import deepfix


def test_pandas_polars_and_arrow_give_the_same(tables):
    train, test = tables
    kinds = {
        "pandas": lambda it: it,
        "polars": polars.from_pandas,
        "lazy": lambda it: polars.from_pandas(it).lazy(),
        "arrow": pyarrow.Table.from_pandas,
        "columns": lambda it: {name: it[name].to_numpy() for name in it.columns},
        "pair": lambda it: (it.drop(columns="y"), it.y),
    }
    found = {name: deepfix.ingest(train=of(train), test=of(test), label="y") for name, of in kinds.items()}
    for name, it in found.items():
        assert it == found["pandas"], name


def test_the_binary_computes_the_same_from_a_file(tables, tmp_path):
    train, test = tables
    train.to_parquet(tmp_path / "train.parquet", index=False)
    test.to_parquet(tmp_path / "test.parquet", index=False)
    subprocess.run(
        [BINARY, "--config", ROOT / "deepfix.toml", "ingest", "--train", tmp_path / "train.parquet", "--test",
         tmp_path / "test.parquet", "--label", "y", "--out", tmp_path / "out", "--dataset-name", "dataset"],
        check=True, capture_output=True,
    )  # fmt: skip
    ours = deepfix.ingest(train=train, test=test, label="y", out=tmp_path / "ours")
    for kind, name in (("dataset", "dataset_artifacts"), ("deepchecks", "deepchecks_artifacts")):
        assert yaml.safe_load((tmp_path / "out" / kind / f"{kind}.yaml").read_text()) == ours[name]
        assert json.loads((tmp_path / "ours" / f"{kind}.json").read_text()) == ours[name]


def test_many_rows_in_many_pieces_count_once():
    rows = 100_003
    frame = polars.DataFrame({"a": numpy.arange(rows), "y": numpy.arange(rows) % 2})
    frame = polars.concat([frame[:7], frame[7:50_000], frame[50_000:]], rechunk=False)
    found = deepfix.ingest(train=frame, label="y")["dataset_artifacts"]["train_statistics"]
    assert found["feature_statistics"]["a"]["count"] == rows
    assert found["feature_statistics"]["a"]["mean"] == (rows - 1) / 2
    assert found["class_distribution"] == {"0": 50002, "1": 50001}


def test_the_lock_is_free_while_tables_are_read():
    frame = polars.DataFrame({f"x{it}": numpy.random.default_rng(it).normal(size=200_000) for it in range(20)})
    frame = frame.with_columns(y=polars.lit(1))

    def ticks_during() -> int:
        ticks, done = [], threading.Event()

        def tick() -> None:
            while not done.wait(0.002):
                ticks.append(time.monotonic())

        thread = threading.Thread(target=tick)
        thread.start()
        start = time.monotonic()
        deepfix_core.artifacts(frame, name="d", label="y")
        end = time.monotonic()
        done.set()
        thread.join()
        return sum(start < it < end for it in ticks)

    # With the lock held the thread would tick at the ends only, however often; where other programs have the
    # processors it may tick as little once or twice.
    assert any(ticks_during() > 10 for _ in range(20))


def test_missing_values_dates_and_categories_are_told():
    frame = pandas.DataFrame(
        {
            "n": [1.0, None, 3.0, numpy.inf],
            "c": pandas.Categorical(["a", "b", "a", None]),
            "d": pandas.to_datetime(["2024-01-01", "2024-02-01", None, "2024-03-01"]),
            "m": [1, "x", 2.5, None],
            "l": [[1], [2], [3], [4]],
            "y": [True, False, True, False],
        }
    )
    found = deepfix.ingest(train=frame, label="y")
    columns = found["dataset_artifacts"]["train_statistics"]["other_statistics"]["columns"]
    assert columns["n"]["missing"] == 1
    assert columns["n"]["infinite"] == 1
    assert columns["d"]["dates"] == {"first": "2024-01-01", "last": "2024-03-01"}
    assert columns["c"]["type"] == "categorical"
    assert columns["m"]["missing"] == 1
    assert "l" not in columns
    assert any("`l` is left out" in it for it in found["remarks"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"train": {"a": [1], "y": [0]}, "label": "z"}, "label: the train table has no column `z`"),
        ({"train": {"a": [1], "y": [0]}, "label": "y", "ignore": ["b"]}, "ignore: .* no column `b`"),
        ({"train": {"a": [1], "y": [0]}}, "label: nothing tells which column is predicted"),
        ({"train": {"a": [], "y": []}, "label": "y"}, "train: the table has no rows"),
        ({"train": {"a": [1], "y": [0]}, "test": {"y": [0]}, "label": "y"}, "test lacks `a`"),
        ({"train": {"a": [1], "y": [0]}, "label": "y", "task": "ranking"}, "task: found `ranking`"),
        ({"train": 3, "label": "y"}, "train: found builtins.int"),
        ({"train": "data.xlsx", "label": "y"}, r"expected \.csv"),
        ({"train": (numpy.zeros((3, 2)), [1, 2])}, "found 3 rows of features and 2 of the target"),
    ],
)
def test_a_wrong_argument_is_explained(arguments, message):
    with pytest.raises(deepfix.InputError, match=message):
        deepfix.ingest(**arguments)


def test_columns_of_one_name_are_refused():
    frame = pandas.DataFrame([[1, 2, 0]], columns=["a", "a", "y"])
    with pytest.raises(deepfix.InputError, match="two columns are called `a`"):
        deepfix.ingest(train=frame, label="y")


def test_without_anything_there_is_nothing_to_diagnose():
    with pytest.raises(deepfix.InputError, match="nothing to diagnose"):
        deepfix.diagnose()


def test_without_the_native_part_it_says_what_to_install(monkeypatch, tables):
    monkeypatch.setitem(__import__("sys").modules, "deepfix_core", None)
    with pytest.raises(deepfix.MissingPackageError, match=r"deepfix\[core\]"):
        deepfix.diagnose(train=tables[0], label="y")


class Lying:
    """A stream whose batches have fewer columns than it says."""

    def __arrow_c_stream__(self, schema: object = None) -> object:
        batch = pyarrow.record_batch({"a": [1, 2, 3], "y": [0, 1, 0]})
        said = pyarrow.schema([*batch.schema, pyarrow.field("z", pyarrow.int64())])
        return pyarrow.RecordBatchReader.from_batches(said, [batch]).__arrow_c_stream__(schema)


def test_a_panic_is_an_ordinary_exception_and_a_warning_where_that_is_asked_for():
    with pytest.raises(deepfix.DeepFixError, match="a fault in deepfix-core"):
        deepfix.ingest(train=Lying(), label="y")
    with pytest.warns(deepfix.DeepFixWarning, match="a fault in deepfix-core"):
        result = deepfix.Client(on_error="warn").diagnose(train=Lying(), label="y")
    assert result.unavailable
