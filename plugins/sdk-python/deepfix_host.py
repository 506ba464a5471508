"""The imports of the WIT as the host that ``deepfix_plugin`` takes, and its exports. Only a component can
import this: ``wit_world`` is generated from the WIT when it is built, and lies in ``typings/`` for editors."""

from __future__ import annotations

import json
import math
from typing import Callable, Optional, ParamSpec, Sequence, TypeVar, Union

from componentize_py_types import Err, Ok
from wit_world.imports import artifacts, knowledge, llm, logging, progress, secrets, types

import deepfix_plugin as sdk
from deepfix_plugin import Completion, Passage, PluginError, Question

_ERRORS: dict[str, type] = {
    "not-found": types.Error_NotFound, "invalid": types.Error_Invalid, "denied": types.Error_Denied,
    "budget-exceeded": types.Error_BudgetExceeded, "timed-out": types.Error_TimedOut,
    "unavailable": types.Error_Unavailable, "internal": types.Error_Internal,
}
_KINDS = {"dataset": types.ArtifactKind.DATASET, "deepchecks": types.ArtifactKind.DEEPCHECKS,
          "model_checkpoint": types.ArtifactKind.MODEL_CHECKPOINT, "training": types.ArtifactKind.TRAINING}
_NAMES = {kind: name for name, kind in _KINDS.items()}

P = ParamSpec("P")
T = TypeVar("T")


def _told(error: types.Error) -> PluginError:
    kind = next(name for name, it in _ERRORS.items() if isinstance(error, it))
    return PluginError(kind, error.value)


def _asked(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    try:
        return function(*arguments, **named)
    except Err as error:
        raise _told(error.value) from None


class _Table:
    def __init__(self, table: artifacts.Table):
        self._table = table

    def row_count(self) -> int:
        return self._table.row_count()

    def columns(self) -> dict[str, bool]:
        return {it.name: it.column_type == artifacts.ColumnType.NUMERIC for it in self._table.columns()}

    def number_bytes(self, column: str, offset: int, length: int) -> bytes:
        return _asked(self._table.number_bytes, column, offset, length)

    def texts(self, column: str, offset: int, length: int) -> list[Optional[str]]:
        return _asked(self._table.texts, column, offset, length)

    def summarize(self, column: str, offset: int, length: int) -> dict[str, float]:
        it = _asked(self._table.summarize, column, offset, length)
        return {"count": it.count, "missing": it.missing, "nan": it.nan, "infinite": it.infinite, "min": it.min,
                "max": it.max, "mean": it.mean, "first": it.first, "last": it.last}


class _Blob:
    def __init__(self, blob: artifacts.Blob):
        self._blob = blob

    def size(self) -> int:
        return self._blob.size()

    def read(self, offset: int, length: int) -> bytes:
        return _asked(self._blob.read, offset, length)


def _question(it: Question) -> llm.CompletionRequest:
    messages = [llm.Message(llm.Role[role.upper()], text) for role, text in it.pairs()]
    schema = None if it.schema is None else json.dumps(it.schema)
    return llm.CompletionRequest(messages, schema, it.max_tokens, it.temperature, it.samples)


def _completion(it: llm.Completion) -> Completion:
    return Completion(it.texts, it.model, it.usage.input_tokens, it.usage.output_tokens, it.cached)


class _Host:
    def available(self) -> list[str]:
        return [_NAMES[it] for it in artifacts.available()]

    def read(self, kind: str, at: str) -> Optional[str]:
        return _asked(artifacts.read, _KINDS[kind], at)

    def tables(self, kind: str) -> list[str]:
        return _asked(artifacts.tables, _KINDS[kind])

    def open_table(self, kind: str, name: str) -> _Table:
        return _Table(_asked(artifacts.open_table, _KINDS[kind], name))

    def blobs(self, kind: str) -> list[str]:
        return _asked(artifacts.blobs, _KINDS[kind])

    def open_blob(self, kind: str, name: str) -> _Blob:
        return _Blob(_asked(artifacts.open_blob, _KINDS[kind], name))

    def search(self, text: str, domain: Optional[str], code: Optional[str], limit: int) -> list[Passage]:
        found = _asked(knowledge.search, knowledge.Query(text, domain, code, limit))
        return [Passage(it.id, it.title, it.text, it.domain, it.source, it.score) for it in found]

    def model_available(self) -> bool:
        return llm.available()

    def complete_all(self, questions: Sequence[Question]) -> list[Union[Completion, PluginError]]:
        answers = llm.complete_all([_question(it) for it in questions])
        return [_completion(it.value) if isinstance(it, Ok) else _told(it.value) for it in answers]

    def secret(self, name: str) -> str:
        return _asked(secrets.get, name)

    def log(self, level: str, message: str, fields: dict[str, str]) -> None:
        logging.log(logging.Level[level.upper()], message, list(fields.items()))

    def progress(self, fraction: float, message: str) -> None:
        progress.report(fraction, message)


def _value(it: sdk.Scalar) -> types.Value:
    if isinstance(it, bool):
        return types.Value_Boolean(it)
    if isinstance(it, int) and -2**63 <= it < 2**63:
        return types.Value_Integer(it)
    if isinstance(it, (int, float)):
        return types.Value_Number(float(it))
    return types.Value_Text(str(it))


def _finite(it: object) -> object:
    # JSON has no such numbers: they are texts, as in the artifacts.
    if isinstance(it, float) and not math.isfinite(it):
        return "NaN" if math.isnan(it) else "Infinity" if it > 0 else "-Infinity"
    if isinstance(it, dict):
        return {name: _finite(value) for name, value in it.items()}
    return [_finite(value) for value in it] if isinstance(it, (list, tuple)) else it


def _extras(it: dict) -> str:
    return json.dumps(_finite(it)) if it else ""


def _finding(it: sdk.Finding) -> types.Finding:
    facts = [types.Fact(label, _value(value),
                        None if place is None else types.Source(_KINDS[place.artifact], place.pointer))
             for label, value, place in it.facts]
    return types.Finding(it.code, it.description, it.evidence, facts, types.Severity[it.severity.name],
                         it.confidence, _extras(it.extras))


def _report(it: sdk.Report) -> types.Report:
    analyses = [
        types.Analysis(_finding(finding), types.Recommendation(
            advice.action, advice.rationale, advice.confidence, list(advice.citations)))
        for finding, advice in it.analyses
    ]
    return types.Report(analyses, it.summary, _extras(it.extras))


def export(plugin: sdk.Plugin) -> type:
    """The interface ``analyze`` of a plugin."""

    class Analyze:
        def describe(self) -> types.Description:
            return types.Description(
                plugin.name, plugin.version, plugin.summary,
                [types.ConsumedArtifact(_KINDS[kind], required) for kind, required in plugin.consumes],
                plugin.codes,
                [types.RequestedCapability(types.Capability[name.upper()], required)
                 for name, required in plugin.capabilities],
                _extras(plugin.extras))

        def analyze(self, request: types.Request) -> types.Report:
            try:
                return _report(plugin.run(_Host(), {
                    "dataset_name": request.dataset_name, "model_name": request.model_name,
                    "language": request.language, "settings": request.settings, "extras": request.extras}))
            except PluginError as error:
                raise Err(_ERRORS[error.kind](error.message)) from None

    return Analyze
