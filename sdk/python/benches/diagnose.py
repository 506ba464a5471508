"""How long a diagnosis of tables takes, beside deepchecks and a profiler.

    target/sdk-env/bin/python sdk/python/benches/diagnose.py ours 1000000 50

`peers.py` beside it runs all three, and makes the environments of the others.

Each is a process of its own, so that its peak of memory is its own. `ours` has statistics, checks and the diagnosis;
deepchecks its suites of data integrity and of train-test validation; ydata-profiling its report of both tables in its
minimal mode. The tables are the same: numbers, each tenth column of categories, a label, a test table of a quarter of
the rows.
"""

from __future__ import annotations

import resource
import sys
import time
from typing import Any

import numpy
import pandas


def table(rows: int, columns: int, seed: int) -> Any:
    """A table of numbers and, each tenth column, of categories."""
    random = numpy.random.default_rng(seed)
    found: dict[str, Any] = {}
    for place in range(columns - 1):
        if place % 10 == 9:
            found[f"c{place}"] = pandas.Categorical.from_codes(
                random.integers(0, 20, rows), [f"v{it}" for it in range(20)]
            )
        else:
            found[f"n{place}"] = random.normal(size=rows)
    found["y"] = (found["n0"] + random.normal(size=rows) > 0).astype("int64")
    return pandas.DataFrame(found)


def ours(train: Any, test: Any) -> str:
    import deepfix

    begun = time.perf_counter()
    deepfix.ingest(train=train, test=test, label="y", checks=False)
    statistics = time.perf_counter() - begun
    begun = time.perf_counter()
    result = deepfix.diagnose(train=train, test=test, label="y")
    return f"{result!r}: diagnosis {time.perf_counter() - begun:.1f} s, statistics alone {statistics:.1f} s"


def deepchecks(train: Any, test: Any) -> str:
    from deepchecks.tabular import Dataset
    from deepchecks.tabular.suites import data_integrity, train_test_validation

    categories = [it for it in train if it.startswith("c")]
    data, held_out = (Dataset(it, label="y", cat_features=categories) for it in (train, test))
    results = [
        data_integrity().run(data, held_out),
        train_test_validation().run(data, held_out),
    ]
    return f"{sum(len(it.results) for it in results)} results"


def ydata(train: Any, test: Any) -> str:
    from ydata_profiling import ProfileReport

    found = [ProfileReport(it, minimal=True, progress_bar=False).to_html() for it in (train, test)]
    return f"{sum(map(len, found))} bytes"


def main() -> None:
    """Measures one of them once."""
    name, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    train, test = table(rows, columns, 0), table(rows // 4, columns, 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun, cpu = time.perf_counter(), time.process_time()
    said = {"ours": ours, "deepchecks": deepchecks, "ydata": ydata}[name](train, test)
    wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
    # Linux counts in KiB.
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{name} {rows} x {columns}: {wall:.1f} s, {cpu:.1f} s of CPU, {more:.0f} MiB more than the tables ({said})")


if __name__ == "__main__":
    main()
