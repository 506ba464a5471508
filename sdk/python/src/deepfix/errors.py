"""What can go wrong. Every error says what was found, what was expected and what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .result import Finding


class DeepFixError(Exception):
    """The base of all errors of this package."""


class DeepFixWarning(UserWarning):
    """DeepFix could not do its work, and the program went on without it."""


class InputError(DeepFixError, ValueError):
    """An argument has the wrong shape."""


class UnavailableError(DeepFixError):
    """Nobody answered: no server, no binary, or none in time."""


class MissingPackageError(UnavailableError, ImportError):
    """A package that this call needs is not installed."""


class LocalError(DeepFixError):
    """The local binary refused the work; its own words are in the message."""


class ServerError(DeepFixError):
    """The server answered with a problem.

    Attributes:
        status: the HTTP status.
        code: the problem's stable code (`invalid_field`, `overloaded`, ...), or "" where the answer
            is no problem document of DeepFix.
        detail: the server's explanation.
        pointer: the JSON pointer of the field to blame, where one is.
        found: what stood there.
        expected: what should have stood there.
        request_id: names the request in the server's log.
        problem: the whole document.
    """

    def __init__(self, status: int, problem: dict[str, Any], text: str = "") -> None:
        self.status = status
        self.problem = problem
        self.code = str(problem.get("code") or "")
        self.detail = str(problem.get("detail") or problem.get("title") or text[:200] or "no explanation")
        self.pointer: str | None = problem.get("pointer")
        self.found: Any = problem.get("found")
        self.expected: Any = problem.get("expected")
        self.request_id: str | None = problem.get("request_id")
        super().__init__(self._message())

    def _message(self) -> str:
        parts = [f"{self.code or 'HTTP'} ({self.status}): {self.detail}"]
        if self.pointer:
            parts.append(f"at {self.pointer}")
        if self.found is not None:
            parts.append(f"found {self.found}")
        if self.expected is not None:
            parts.append(f"expected {self.expected}")
        if self.request_id:
            parts.append(f"request {self.request_id}")
        return "; ".join(parts)


class AuthenticationError(ServerError):
    """The server wants a key, or another one (401, 403)."""


class FindingsError(DeepFixError, AssertionError):
    """A diagnosis has findings as severe as the gate allows none.

    Attributes:
        findings: those findings, the most important first.
    """

    def __init__(self, message: str, findings: list[Finding]) -> None:
        super().__init__(message)
        self.findings = findings
