"""JSON as the server takes it: no bare NaN, no types of other libraries."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence, Set
from typing import Any


def plain(value: Any) -> Any:
    """A value in types that JSON has. Numbers that JSON lacks become the texts "NaN", "Infinity" and
    "-Infinity", arrays become lists, anything unknown its `repr`."""
    if value is None or isinstance(value, (bool, int, str)):
        # Subclasses (numpy's strings, enums) as what they hold.
        return _base(value)
    if isinstance(value, float):
        value = float(value)
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return value
    if isinstance(value, Mapping):
        return {str(_base(key)): plain(it) for key, it in value.items()}
    if isinstance(value, (bytes, bytearray)):
        return repr(value)
    if isinstance(value, (Sequence, Set)):
        return [plain(it) for it in value]
    for method in ("item", "tolist"):
        if (convert := getattr(value, method, None)) is not None:
            try:
                return plain(convert())
            except (TypeError, ValueError, RuntimeError):
                continue
    if isinstance(value, type) or callable(value):
        return getattr(value, "__name__", repr(value))
    return repr(value)


def _base(value: Any) -> Any:
    for base in (bool, int, str):
        if isinstance(value, base):
            return base(value) if type(value) is not base and base is not bool else value
    return value


def dumps(value: Any) -> bytes:
    """A value as JSON in UTF-8."""
    return json.dumps(plain(value), allow_nan=False, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "replace"
    )
