"""A host for native tests of a plugin in Python."""

from __future__ import annotations

import json
import math
from array import array
from typing import Any, Callable, Optional, Sequence, Union

from deepfix_plugin import KINDS, Completion, Passage, PluginError, Question


class FakeHost:
    """A host for native tests: the artifacts of a request in wire form."""

    def __init__(self, request: dict, passages: Sequence[Passage] = (), secrets: Optional[dict[str, str]] = None,
                 blobs: Optional[dict[str, bytes]] = None, model: Optional[Callable[[Question], str]] = None):
        self.request, self.passages, self.secrets = request, list(passages), secrets or {}
        self.files, self.model = blobs or {}, model
        self.logs: list[tuple[str, str, dict[str, str]]] = []

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
        return sorted(self.files) if kind == "model_checkpoint" else []

    def open_blob(self, kind: str, name: str) -> "FakeBlob":
        if name not in self.blobs(kind):
            raise PluginError("not-found", f"no blob `{name}`")
        return FakeBlob(self.files[name])

    def search(self, text: str, domain: Optional[str], code: Optional[str], limit: int) -> list[Passage]:
        return self.passages[:limit]

    def model_available(self) -> bool:
        return self.model is not None

    def complete_all(self, questions: Sequence[Question]) -> list[Union[Completion, PluginError]]:
        if self.model is None:
            return [PluginError("unavailable", "no language model is configured") for _ in questions]
        model = self.model
        return [Completion([model(it) for _ in range(it.samples)], "fake", 0, 0, False) for it in questions]

    def secret(self, name: str) -> str:
        if name not in self.secrets:
            raise PluginError("denied", f"the secret `{name}` is not granted")
        return self.secrets[name]

    def log(self, level: str, message: str, fields: dict[str, str]) -> None:
        self.logs.append((level, message, fields))

    def progress(self, fraction: float, message: str) -> None:
        pass


class FakeBlob:
    """Bytes as they are."""

    def __init__(self, data: bytes):
        self._data = data

    def size(self) -> int:
        return len(self._data)

    def read(self, offset: int, length: int) -> bytes:
        return self._data[offset:offset + length]


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

    def summarize(self, column: str, offset: int, length: int) -> dict[str, float]:
        cells = self._columns[column][offset:offset + length]
        values = [float(it) for it in cells if it is not None]
        finite = [it for it in values if math.isfinite(it)]
        nan = math.nan
        return {"count": len(finite), "missing": len(cells) - len(values),
                "nan": sum(math.isnan(it) for it in values), "infinite": sum(math.isinf(it) for it in values),
                "min": min(finite, default=nan), "max": max(finite, default=nan),
                "mean": sum(finite) / len(finite) if finite else nan,
                "first": finite[0] if finite else nan, "last": finite[-1] if finite else nan}
