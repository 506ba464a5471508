"""What other libraries take for the same work: `python peers.py PEER FILE...`."""

import sys
import warnings

warnings.filterwarnings("ignore")


def pandas(file):
    import pandas as pd

    frame = pd.read_csv(file)
    return frame.describe(include="all"), frame.nunique(), frame.duplicated().sum()


def polars(file):
    import polars as pl

    frame = pl.read_csv(file)
    return frame.describe(), frame.select(pl.all().n_unique()), frame.is_duplicated().sum()


def duckdb(file):
    import duckdb

    return duckdb.sql(f"SUMMARIZE SELECT * FROM read_csv('{file}')").fetchall()


def deepchecks(train, test, label):
    import pandas as pd
    from deepchecks.tabular import Dataset
    from deepchecks.tabular.suites import train_test_validation

    tables = [Dataset(pd.read_csv(it), label=label, cat_features=["city"], label_type="binary") for it in (train, test)]
    return train_test_validation().run(*tables, with_display=False)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
