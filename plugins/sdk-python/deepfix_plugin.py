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

It runs natively too: ``plugin.run(FakeHost(request))``, of ``deepfix_testing``, needs neither WebAssembly nor a
host. In a component the types come from ``wit_world``, which componentize-py generates from the WIT.
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
        if not action.strip():
            raise ValueError(f"{finding.code}: `action` is empty")
        confidence = finding.confidence if confidence is None else confidence
        self.analyses.append((finding, Advice(action, rationale, confidence, citations)))


@dataclass(frozen=True)
class Passage:
    """A passage of the knowledge base. A recommendation cites it by its id."""

    id: str
    title: str
    text: str
    domain: str
    source: str
    score: float


@dataclass(frozen=True)
class Question:
    """What a language model is asked."""

    #: A user's message, or pairs of a role (system, user, assistant) and a text.
    messages: Union[str, Sequence[tuple[str, str]]]
    #: A JSON Schema that the answer must satisfy; the host validates it.
    schema: Optional[dict] = None
    max_tokens: Optional[int] = None
    temperature: Optional[float] = None
    #: How many independent answers. Each counts as one call.
    samples: int = 1

    def pairs(self) -> list[tuple[str, str]]:
        """The messages as pairs of a role and a text."""
        return [("user", self.messages)] if isinstance(self.messages, str) else list(self.messages)


@dataclass(frozen=True)
class Completion:
    """What it answered: a text per sample. It is data from a stranger: check it before it reaches a finding."""

    texts: list[str]
    model: str
    input_tokens: int
    output_tokens: int
    cached: bool

    @property
    def text(self) -> str:
        """The first answer."""
        return self.texts[0]

    def json(self) -> Any:
        """The first answer, where a schema was asked for."""
        return json.loads(self.texts[0])


class HostTable(Protocol):
    """A table of the WIT."""

    def row_count(self) -> int: ...
    def columns(self) -> dict[str, bool]: ...
    def number_bytes(self, column: str, offset: int, length: int) -> bytes: ...
    def texts(self, column: str, offset: int, length: int) -> list[Optional[str]]: ...
    def summarize(self, column: str, offset: int, length: int) -> dict[str, float]: ...


class HostBlob(Protocol):
    """A blob of the WIT."""

    def size(self) -> int: ...
    def read(self, offset: int, length: int) -> bytes: ...


class Host(Protocol):
    """The imports of the WIT, in Python's own types."""

    def available(self) -> list[str]: ...
    def read(self, kind: str, at: str) -> Optional[str]: ...
    def tables(self, kind: str) -> list[str]: ...
    def open_table(self, kind: str, name: str) -> HostTable: ...
    def blobs(self, kind: str) -> list[str]: ...
    def open_blob(self, kind: str, name: str) -> HostBlob: ...
    def search(self, text: str, domain: Optional[str], code: Optional[str], limit: int) -> list[Passage]: ...
    def model_available(self) -> bool: ...
    def complete_all(self, questions: Sequence[Question]) -> list[Union[Completion, PluginError]]: ...
    def secret(self, name: str) -> str: ...
    def log(self, level: str, message: str, fields: dict[str, str]) -> None: ...
    def progress(self, fraction: float, message: str) -> None: ...


class Table:
    """An open table together with its name, so that every value can state its source."""

    def __init__(self, kind: str, name: str, table: HostTable):
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

    def summary(self, column: str) -> dict[str, float]:
        """What the host computes of a numeric column: count, missing, nan, infinite, min, max, mean, first, last."""
        return self._table.summarize(column, 0, self.rows)

    def cell(self, column: str, row: int) -> Source:
        """Where one cell stands."""
        return Source(self.kind, pointer("@tables", self.name, column, row))

    def statistic(self, column: str, name: str) -> Source:
        """Where a summary stands: count, missing, nan, infinite, min, max, mean, first, last."""
        return Source(self.kind, pointer("@tables", self.name, column, "@" + name))

    def rows_source(self) -> Source:
        """Where the number of rows stands."""
        return Source(self.kind, pointer("@tables", self.name, "@rows"))


class Blob:
    """Bytes of any size, such as a checkpoint, with their name."""

    #: The host hands over at most so many in one call.
    PIECE = 4 << 20

    def __init__(self, kind: str, name: str, blob: HostBlob):
        self.kind, self.name, self._blob = kind, name, blob
        self.size: int = blob.size()

    def read(self, offset: int, length: int) -> bytes:
        """So many bytes, in as many calls as it takes; fewer only at the end."""
        pieces, end = [], min(offset + length, self.size)
        while offset < end:
            piece = self._blob.read(offset, min(end - offset, self.PIECE))
            if not piece:
                break
            pieces.append(piece)
            offset += len(piece)
        return b"".join(pieces)

    def size_source(self) -> Source:
        """Where its size stands."""
        return Source(self.kind, pointer("@blobs", self.name, "@size"))

    def scalar_source(self, kind: str, offset: int) -> Source:
        """Where one little-endian scalar stands: u8, u64, f16, bf16, f32 or f64."""
        return Source(self.kind, pointer("@blobs", self.name, kind, offset))


class Context:
    """An experiment, as a plugin sees it."""

    def __init__(self, host: Host, request: dict):
        self.host, self.request = host, request
        self.settings: dict = json.loads(request.get("settings") or "{}")
        self.language: str = request.get("language", "english")
        self.dataset_name: str = request.get("dataset_name", "")
        self.model_name: str = request.get("model_name", "")
        time = json.loads(request.get("extras") or "{}").get("time_ms")
        #: Seconds that the analysis has from its start on, where the host says so.
        self.time: Optional[float] = None if time is None else time / 1000

    def has(self, kind: str) -> bool:
        """Whether the request carries this artifact and the plugin may read it."""
        return kind in self.host.available()

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

    def blob(self, kind: str, name: Optional[str] = None) -> Optional[Blob]:
        """A blob by name, or the first one; None where the artifact has none."""
        names = [name] if name else self.host.blobs(kind)[:1]
        return Blob(kind, names[0], self.host.open_blob(kind, names[0])) if names else None

    def search(self, text: str, domain: Optional[str] = None, code: Optional[str] = None,
               limit: int = 5) -> list[Passage]:
        """Passages of the knowledge base; none where the capability is not granted."""
        try:
            return self.host.search(text, domain, code, limit)
        except PluginError:
            return []

    def model_available(self) -> bool:
        """Whether a language model is configured and granted."""
        return self.host.model_available()

    def complete(self, messages: Union[str, Sequence[tuple[str, str]]], schema: Optional[dict] = None,
                 max_tokens: Optional[int] = None, temperature: Optional[float] = None,
                 samples: int = 1) -> Completion:
        """One question to the language model."""
        answer = self.host.complete_all([Question(messages, schema, max_tokens, temperature, samples)])[0]
        if isinstance(answer, PluginError):
            raise answer
        return answer

    def complete_all(self, questions: Sequence[Question]) -> list[Union[Completion, PluginError]]:
        """Several questions at once; one that fails does not touch the others."""
        return self.host.complete_all(questions)

    def secret(self, name: str) -> str:
        """A secret that the operator granted by name."""
        return self.host.secret(name)

    def progress(self, fraction: float, message: str) -> None:
        """Tells the user how far the analysis is."""
        self.host.progress(fraction, message)

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
        from deepfix_host import export

        return export(self)
