"""What the author of a DeepFix plugin in Python depends on.

    from deepfix_plugin import Finding, Plugin, Report, Severity

    plugin = Plugin("acme-epochs", "0.1.0", "Says how long a training was.",
                    requires=["training"], codes=["acme_epochs.long"])

    @plugin.analyzer
    def analyze(cx):
        metrics = cx.table("training", "metrics")
        report = Report("Looked at the length of the training.")
        if metrics.rows > 1000:
            report.add(
                Finding("acme_epochs.long", Severity.LOW, 0.9,
                        description="The training is very long.",
                        evidence=f"{metrics.rows} rows of metrics")
                .fact("rows", metrics.rows, metrics.rows_source()),
                action="Check whether the last half still pays.")
        return report

    Analyze = plugin.component()

The same module runs natively: ``plugin.run(FakeHost(request))`` needs neither WebAssembly nor a host.
In a component the types come from ``wit_world``, which componentize-py generates from the WIT.
"""

from __future__ import annotations

import json
import math
from array import array
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Callable, Optional, Protocol, Sequence, Union

KINDS = ("dataset", "deepchecks", "model_checkpoint", "training")
Scalar = Union[bool, int, float, str]


class Severity(Enum):
    """How bad a finding is for the person who trained the model."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class PluginError(Exception):
    """Why something could not be done: the kinds are those of ``types.error`` in the WIT."""

    KINDS = ("not-found", "invalid", "denied", "budget-exceeded", "timed-out", "unavailable", "internal")

    def __init__(self, kind: str, message: str):
        assert kind in self.KINDS, kind
        super().__init__(f"{kind}: {message}")
        self.kind, self.message = kind, message


def pointer(*parts: Union[str, int]) -> str:
    """An RFC 6901 pointer."""
    return "".join("/" + str(it).replace("~", "~0").replace("/", "~1") for it in parts)


@dataclass(frozen=True)
class Source:
    """Where in an artifact a value was read. The host reads it again."""

    artifact: str
    pointer: str


@dataclass
class Finding:
    """One thing that is wrong. It cannot be made without evidence."""

    code: str
    severity: Severity
    confidence: float
    description: str
    evidence: str
    facts: list = field(default_factory=list)
    extras: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("description", "evidence"):
            if not getattr(self, name).strip():
                raise ValueError(f"{self.code}: `{name}` is empty")
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"{self.code}: `confidence` is {self.confidence}, expected 0 to 1")

    def fact(self, label: str, value: Scalar, source: Source) -> "Finding":
        """A value and the place where it was read."""
        self.facts.append((label, value, source))
        return self

    def computed(self, label: str, value: Scalar) -> "Finding":
        """A value that was computed from others."""
        self.facts.append((label, value, None))
        return self


@dataclass
class Advice:
    """What to do about a finding."""

    action: str
    rationale: str = ""
    confidence: float = 0.5
    citations: Sequence[str] = ()


@dataclass
class Report:
    """All that a plugin has to say of one experiment."""

    summary: str
    extras: dict = field(default_factory=dict)
    analyses: list = field(default_factory=list)

    def add(self, finding: Finding, action: str, rationale: str = "", confidence: Optional[float] = None,
            citations: Sequence[str] = ()) -> None:
        """A finding with what to do about it."""
        confidence = finding.confidence if confidence is None else confidence
        self.analyses.append((finding, Advice(action, rationale, confidence, citations)))


class Host(Protocol):
    """The imports of the WIT, in Python's own types."""

    def available(self) -> list[str]: ...
    def read(self, kind: str, pointer: str) -> Optional[str]: ...
    def tables(self, kind: str) -> list[str]: ...
    def open_table(self, kind: str, name: str) -> Any: ...
    def blobs(self, kind: str) -> list[str]: ...
    def open_blob(self, kind: str, name: str) -> Any: ...
    def search(self, text: str, domain: Optional[str], code: Optional[str], limit: int) -> list: ...
    def secret(self, name: str) -> str: ...
    def log(self, level: str, message: str, fields: dict) -> None: ...
    def progress(self, fraction: float, message: str) -> None: ...


class Table:
    """An open table together with its name, so that every value can state its source."""

    def __init__(self, kind: str, name: str, table: Any):
        self.kind, self.name, self._table = kind, name, table
        self.rows: int = table.row_count()
        #: Names of the columns; true where one is numeric.
        self.columns: dict[str, bool] = table.columns()

    def numbers(self, column: str) -> list[float]:
        """A whole numeric column; NaN where a value is missing."""
        # As bytes: a list of floats takes fifty times as long to cross over.
        values = array("d")
        values.frombytes(self._table.number_bytes(column, 0, self.rows))
        return list(values)

    def texts(self, column: str) -> list[Optional[str]]:
        """A whole column as text."""
        return self._table.texts(column, 0, self.rows)

    def cell(self, column: str, row: int) -> Source:
        """Where one cell stands."""
        return Source(self.kind, pointer("@tables", self.name, column, row))

    def statistic(self, column: str, name: str) -> Source:
        """Where a summary stands: count, missing, nan, infinite, min, max, mean, first, last."""
        return Source(self.kind, pointer("@tables", self.name, column, "@" + name))

    def rows_source(self) -> Source:
        """Where the number of rows stands."""
        return Source(self.kind, pointer("@tables", self.name, "@rows"))


class Context:
    """An experiment, as a plugin sees it."""

    def __init__(self, host: Host, request: dict):
        self.host, self.request = host, request
        self.settings: dict = json.loads(request.get("settings") or "{}")
        self.language: str = request.get("language", "english")
        self.dataset_name: str = request.get("dataset_name", "")
        self.model_name: str = request.get("model_name", "")

    def read(self, kind: str, at: str = "") -> Any:
        """What stands at a pointer; None where nothing does."""
        text = self.host.read(kind, at)
        return None if text is None else json.loads(text)

    def table(self, kind: str, name: str) -> Table:
        """A table by name."""
        return Table(kind, name, self.host.open_table(kind, name))

    def source(self, kind: str, *parts: Union[str, int]) -> Source:
        """Where a value of a document stands."""
        return Source(kind, pointer(*parts))

    def search(self, text: str, domain: Optional[str] = None, code: Optional[str] = None, limit: int = 5) -> list:
        """Passages of the knowledge base; none where the capability is not granted."""
        try:
            return self.host.search(text, domain, code, limit)
        except PluginError:
            return []

    def log(self, message: str, level: str = "info", **fields: Any) -> None:
        """A structured log record."""
        self.host.log(level, message, {name: str(value) for name, value in fields.items()})


class Plugin:
    """A plugin: what it is, and the function that analyses."""

    def __init__(self, name: str, version: str, summary: str, *, codes: Sequence[str],
                 requires: Sequence[str] = (), reads: Sequence[str] = (), wants: Sequence[str] = (),
                 needs: Sequence[str] = (), settings_schema: Optional[dict] = None, secrets: Sequence[str] = ()):
        for kind in (*requires, *reads):
            if kind not in KINDS:
                raise ValueError(f"artifact kind {kind!r}, expected one of {KINDS}")
        self.name, self.version, self.summary, self.codes = name, version, summary, list(codes)
        self.consumes = [(it, True) for it in requires] + [(it, False) for it in reads]
        self.capabilities = [(it, False) for it in wants] + [(it, True) for it in needs]
        self.extras: dict = {}
        if settings_schema is not None:
            self.extras["settings_schema"] = settings_schema
        if secrets:
            self.extras["secrets"] = list(secrets)
        self._analyze: Optional[Callable[[Context], Report]] = None

    def analyzer(self, function: Callable[[Context], Report]) -> Callable[[Context], Report]:
        """Marks the function that analyses."""
        self._analyze = function
        return function

    def run(self, host: Host, request: Optional[dict] = None) -> Report:
        """Runs the plugin natively."""
        assert self._analyze is not None, "no function is marked with @plugin.analyzer"
        report = self._analyze(Context(host, request or {}))
        for finding, _ in report.analyses:
            assert finding.code in self.codes, f"{finding.code} is not among the plugin's codes"
        return report

    def component(self) -> type:
        """What a component exports: ``Analyze = plugin.component()``. Natively a class of no use."""
        try:
            import wit_world  # noqa: F401
        except ImportError:
            return type("Analyze", (), {})
        return _export(self)


class FakeHost:
    """A host for native tests: the artifacts of a request in wire form."""

    def __init__(self, request: dict, passages: Sequence[Any] = (), secrets: Optional[dict] = None):
        self.request, self.passages, self.secrets, self.logs = request, list(passages), secrets or {}, []

    def _document(self, kind: str) -> Any:
        document = self.request.get(f"{kind}_artifacts")
        if document is None:
            raise PluginError("not-found", f"the request carries no {kind} artifact")
        return document

    def available(self) -> list[str]:
        return [it for it in KINDS if self.request.get(f"{it}_artifacts") is not None]

    def read(self, kind: str, at: str) -> Optional[str]:
        place = self._document(kind)
        for part in at.split("/")[1:]:
            part = part.replace("~1", "/").replace("~0", "~")
            try:
                place = place[int(part)] if isinstance(place, list) else place[part]
            except (KeyError, IndexError, ValueError, TypeError):
                return None
        return json.dumps(place)

    def tables(self, kind: str) -> list[str]:
        return ["metrics"] if "metrics_values" in self._document(kind) else []

    def open_table(self, kind: str, name: str) -> "FakeTable":
        if name not in self.tables(kind):
            raise PluginError("not-found", f"no table `{name}`")
        return FakeTable(self._document(kind)["metrics_values"])

    def blobs(self, kind: str) -> list[str]:
        return []

    def open_blob(self, kind: str, name: str) -> Any:
        raise PluginError("not-found", f"no blob `{name}`")

    def search(self, text: str, domain: Optional[str], code: Optional[str], limit: int) -> list:
        return self.passages[:limit]

    def secret(self, name: str) -> str:
        if name not in self.secrets:
            raise PluginError("denied", f"the secret `{name}` is not granted")
        return self.secrets[name]

    def log(self, level: str, message: str, fields: dict) -> None:
        self.logs.append((level, message, fields))

    def progress(self, fraction: float, message: str) -> None:
        pass


class FakeTable:
    """Columns as lists."""

    def __init__(self, columns: dict):
        self._columns = columns

    def row_count(self) -> int:
        return max((len(it) for it in self._columns.values()), default=0)

    def columns(self) -> dict[str, bool]:
        return {name: all(it is None or isinstance(it, (int, float)) for it in values)
                for name, values in self._columns.items()}

    def number_bytes(self, column: str, offset: int, length: int) -> bytes:
        values = self._columns[column][offset:offset + length]
        return array("d", [math.nan if it is None else float(it) for it in values]).tobytes()

    def texts(self, column: str, offset: int, length: int) -> list[Optional[str]]:
        return [None if it is None else str(it) for it in self._columns[column][offset:offset + length]]


def _export(plugin: Plugin) -> type:
    """The glue between the generated types and those of this module."""
    from componentize_py_types import Err
    from wit_world.imports import artifacts, knowledge, logging, progress, secrets, types

    error_classes = {
        "not-found": types.Error_NotFound, "invalid": types.Error_Invalid, "denied": types.Error_Denied,
        "budget-exceeded": types.Error_BudgetExceeded, "timed-out": types.Error_TimedOut,
        "unavailable": types.Error_Unavailable, "internal": types.Error_Internal,
    }
    kind_of = {"dataset": types.ArtifactKind.DATASET, "deepchecks": types.ArtifactKind.DEEPCHECKS,
               "model_checkpoint": types.ArtifactKind.MODEL_CHECKPOINT, "training": types.ArtifactKind.TRAINING}
    name_of = {value: name for name, value in kind_of.items()}

    def asked(function: Callable, *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except Err as error:
            for kind, it in error_classes.items():
                if isinstance(error.value, it):
                    raise PluginError(kind, error.value.value) from None
            raise

    class WitTable:
        def __init__(self, table: Any):
            self._table = table

        def row_count(self) -> int:
            return self._table.row_count()

        def columns(self) -> dict[str, bool]:
            numeric = artifacts.ColumnType.NUMERIC
            return {it.name: it.column_type == numeric for it in self._table.columns()}

        def number_bytes(self, column: str, offset: int, length: int) -> bytes:
            return asked(self._table.number_bytes, column, offset, length)

        def texts(self, column: str, offset: int, length: int) -> list[Optional[str]]:
            return asked(self._table.texts, column, offset, length)

    class WitHost:
        def available(self) -> list[str]:
            return [name_of[it] for it in artifacts.available()]

        def read(self, kind: str, at: str) -> Optional[str]:
            return asked(artifacts.read, kind_of[kind], at)

        def tables(self, kind: str) -> list[str]:
            return asked(artifacts.tables, kind_of[kind])

        def open_table(self, kind: str, name: str) -> WitTable:
            return WitTable(asked(artifacts.open_table, kind_of[kind], name))

        def blobs(self, kind: str) -> list[str]:
            return asked(artifacts.blobs, kind_of[kind])

        def open_blob(self, kind: str, name: str) -> Any:
            return asked(artifacts.open_blob, kind_of[kind], name)

        def search(self, text: str, domain: Optional[str], code: Optional[str], limit: int) -> list:
            return asked(knowledge.search, knowledge.Query(text, domain, code, limit))

        def secret(self, name: str) -> str:
            return asked(secrets.get, name)

        def log(self, level: str, message: str, fields: dict) -> None:
            logging.log(logging.Level[level.upper()], message, list(fields.items()))

        def progress(self, fraction: float, message: str) -> None:
            progress.report(fraction, message)

    def value(it: Scalar) -> Any:
        if isinstance(it, bool):
            return types.Value_Boolean(it)
        if isinstance(it, int) and -2**63 <= it < 2**63:
            return types.Value_Integer(it)
        if isinstance(it, (int, float)):
            return types.Value_Number(float(it))
        return types.Value_Text(str(it))

    def source(it: Optional[Source]) -> Any:
        return None if it is None else types.Source(kind_of[it.artifact], it.pointer)

    def text(extras: dict) -> str:
        return json.dumps(extras) if extras else ""

    class Analyze:
        def describe(self) -> Any:
            return types.Description(
                plugin.name, plugin.version, plugin.summary,
                [types.ConsumedArtifact(kind_of[kind], required) for kind, required in plugin.consumes],
                plugin.codes,
                [types.RequestedCapability(types.Capability[name.upper()], required)
                 for name, required in plugin.capabilities],
                text(plugin.extras))

        def analyze(self, request: Any) -> Any:
            try:
                report = plugin.run(WitHost(), {
                    "dataset_name": request.dataset_name, "model_name": request.model_name,
                    "language": request.language, "settings": request.settings})
            except PluginError as error:
                raise Err(error_classes[error.kind](error.message)) from None
            return types.Report(
                [types.Analysis(
                    types.Finding(finding.code, finding.description, finding.evidence,
                                  [types.Fact(label, value(it), source(place)) for label, it, place in finding.facts],
                                  types.Severity[finding.severity.name], finding.confidence, text(finding.extras)),
                    types.Recommendation(advice.action, advice.rationale, advice.confidence, list(advice.citations)))
                 for finding, advice in report.analyses],
                report.summary, text(report.extras))

    return Analyze
