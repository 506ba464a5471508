"""Tables of any kind as Arrow streams, and from them the artifacts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import Any

from .errors import DeepFixError, InputError, MissingPackageError

LABEL = "target"


def artifacts(
    train: Any,
    test: Any,
    *,
    name: str,
    label: str | None,
    index: str | None = None,
    date: str | None = None,
    ignore: Sequence[str] = (),
    categorical: Sequence[str] = (),
    task: Any = None,
    checks: bool = True,
) -> dict[str, Any]:
    """`dataset_artifacts`, `deepchecks_artifacts` and `remarks` of the tables."""
    try:
        import deepfix_core
    except ImportError as error:
        raise MissingPackageError(
            "statistics of tables are computed by the package deepfix-core, which is not installed; "
            'expected: pip install "deepfix[core]"'
        ) from error
    if label is None and not _is_pair(train):
        raise InputError("label: nothing tells which column is predicted; expected label=COLUMN, or train=(X, y)")
    name_of_label = label or LABEL
    streams: list[Any] = [
        None if it is None else _stream(it, split, name_of_label) for split, it in (("train", train), ("test", test))
    ]
    try:
        text = deepfix_core.artifacts(
            *streams,
            name=name,
            label=name_of_label,
            index=index,
            date=date,
            ignore=list(ignore),
            categorical=list(categorical),
            task=task,
            checks=checks,
        )
    except (ValueError, TypeError) as error:
        raise InputError(str(error)) from error
    except RuntimeError as error:
        raise DeepFixError(str(error)) from error
    result: dict[str, Any] = json.loads(text)
    return result


def _is_pair(table: Any) -> bool:
    return isinstance(table, tuple) and len(table) == 2


def _stream(table: Any, split: str, label: str) -> Any:
    """Something with `__arrow_c_stream__`."""
    if _is_pair(table):
        return _joined(*table, split=split, label=label)
    if isinstance(table, (str, PathLike)):
        return _file(fspath(table), split)
    if _is_pandas(table):
        return _of_pandas(table, split)
    if hasattr(table, "__arrow_c_stream__"):
        return table
    if hasattr(table, "collect") and hasattr(table, "collect_schema"):  # a lazy frame of Polars
        return table.collect()
    if isinstance(table, Mapping):
        return _pyarrow("a dictionary of columns").table({str(k): _column(v) for k, v in table.items()})
    if hasattr(table, "ndim") and hasattr(table, "shape"):
        return _pyarrow("an array").table(_matrix(table, split))
    raise InputError(
        f"{split}: found {type(table).__module__}.{type(table).__qualname__}; expected a data frame (pandas, "
        "Polars), an Arrow table, a dictionary of columns, a pair (X, y), or the path of a CSV, Parquet or "
        "Arrow file"
    )


def _is_pandas(table: Any) -> bool:
    kind = type(table)
    return kind.__name__ == "DataFrame" and kind.__module__.split(".")[0] == "pandas"


def _pyarrow(what: str) -> Any:
    try:
        import pyarrow
    except ImportError as error:
        raise MissingPackageError(
            f"{what} is handed over through PyArrow, which is not installed; expected: pip install pyarrow"
        ) from error
    return pyarrow


def _of_pandas(frame: Any, split: str) -> Any:
    """Column by column, so that one of mixed objects costs itself only."""
    arrow = _pyarrow("a data frame of pandas")
    names = [str(it) for it in frame.columns]
    if len(set(names)) < len(names):
        twice = next(it for it in names if names.count(it) > 1)
        raise InputError(f"{split}: two columns are called `{twice}`; expected names that differ")
    columns = [_series(arrow, frame.iloc[:, place]) for place in range(len(names))]
    return arrow.table(columns, names=names)


def _series(arrow: Any, series: Any) -> Any:
    try:
        return arrow.Array.from_pandas(series)
    except (arrow.ArrowInvalid, arrow.ArrowTypeError, arrow.ArrowNotImplementedError):
        missing = series.isna()
        texts = [None if gone else str(it) for it, gone in zip(series, missing, strict=True)]
        return arrow.array(texts, arrow.string())


def _column(values: Any) -> Any:
    arrow = _pyarrow("a column")
    if hasattr(values, "__arrow_c_array__") or hasattr(values, "__arrow_c_stream__"):
        return values
    try:
        return arrow.array(values, from_pandas=True)
    except (arrow.ArrowInvalid, arrow.ArrowTypeError, TypeError):
        return arrow.array([None if it is None else str(it) for it in values])


def _matrix(values: Any, split: str) -> dict[str, Any]:
    if hasattr(values, "toarray"):  # a sparse matrix of SciPy
        values = values.toarray()
    if values.ndim != 2:
        raise InputError(f"{split}: found an array of {values.ndim} dimensions; expected rows and columns")
    return {f"feature_{place}": _column(values[:, place]) for place in range(values.shape[1])}


def _joined(features: Any, target: Any, *, split: str, label: str) -> Any:
    """Features and target as one table."""
    arrow = _pyarrow("a pair (X, y)")
    if hasattr(features, "ndim") and not _is_pandas(features) and not hasattr(features, "__arrow_c_stream__"):
        table = arrow.table(_matrix(features, split))
    else:
        table = arrow.table(_stream(features, split, label))
    if hasattr(target, "ravel") and getattr(target, "ndim", 1) != 1:
        target = target.ravel()
    values = _series(arrow, target) if type(target).__module__.startswith("pandas") else _column(target)
    if not hasattr(values, "type"):
        values = arrow.chunked_array(values)
    if len(values) != table.num_rows:
        raise InputError(f"{split}: found {table.num_rows} rows of features and {len(values)} of the target")
    if label in table.column_names:
        raise InputError(f"{split}: the features have a column `{label}` as well; expected another label=NAME")
    return table.append_column(label, values)


def _file(path: str, split: str) -> Any:
    arrow = _pyarrow("a file")
    suffix = path.rsplit(".", 1)[-1].lower()
    try:
        if suffix in ("parquet", "pq"):
            import pyarrow.parquet as parquet

            return parquet.read_table(path)
        if suffix in ("arrow", "feather", "ipc"):
            import pyarrow.feather as feather

            return feather.read_table(path)
        if suffix in ("csv", "tsv", "txt"):
            import pyarrow.csv as csv

            separator = csv.ParseOptions(delimiter="\t" if suffix == "tsv" else ",")
            # As `deepfix ingest`: an empty text is a missing one.
            return csv.read_csv(
                path, parse_options=separator, convert_options=csv.ConvertOptions(strings_can_be_null=True)
            )
    except (OSError, arrow.ArrowException) as error:
        raise InputError(f"{split}: {path} cannot be read: {error}") from error
    raise InputError(f"{split}: {path} ends in .{suffix}; expected .csv, .tsv, .parquet or .arrow")
