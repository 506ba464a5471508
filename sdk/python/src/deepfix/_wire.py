"""HTTP without a connection: what is sent, when it is tried again, and how an answer is read."""

from __future__ import annotations

import email.utils
import json
import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .errors import AuthenticationError, DeepFixError, InputError, ServerError, UnavailableError

#: The server is busy or restarts: the same request may go through later. A diagnosis changes nothing but
#: the history, so sending it twice does no harm.
AGAIN = frozenset({408, 429, 502, 503, 504})
#: The first wait, doubled each time, and the longest one.
BACKOFF = 0.5
LONGEST_WAIT = 30.0

PATHS = ("/v1/analyse", "/v1/analyze", "/v2/analyse")


class Secret:
    """A key that no message shows."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "***"

    def __reduce__(self) -> Any:
        raise TypeError("a key is not pickled")

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        # Within one process, where it is known already.
        return self


def key(name: str, value: Any) -> Secret | None:
    """A key that can be sent; none where there is none. What is wrong with it is said without showing it: a
    library that refuses a header shows the whole of it.

    Raises:
        InputError: it is no text, or has characters that no key has.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise InputError(f"{name}: found {type(value).__qualname__}, expected a text")
    text = value.strip()
    if not text or not all("!" <= it <= "~" for it in text):
        found = "nothing but blanks" if not text else "blanks, control characters or letters beyond ASCII in it"
        raise InputError(f"{name}: found {found}; expected visible characters of ASCII")
    return Secret(text)


def base_url(url: str) -> str:
    """The address below which the endpoints are. The address of one of them will do as well."""
    found = urlsplit(url)
    if found.scheme not in ("http", "https") or not found.hostname:
        raise InputError("url: expected http://HOST:PORT or https://HOST")
    if found.username or found.password:
        raise InputError("url: found credentials in it; expected api_key=... beside it")
    url = url.split("?")[0].rstrip("/")
    for path in PATHS:
        url = url.removesuffix(path)
    return url


def headers(key: Secret | None) -> dict[str, str]:
    """The headers of every request."""
    from . import __version__

    found = {"User-Agent": f"deepfix-python/{__version__}"}
    if key is not None:
        found["Authorization"] = f"Bearer {key.reveal()}"
    return found


@dataclass
class Patience:
    """When to try again.

    Attributes:
        attempts: how often at most.
        timeout: seconds for all attempts together.
    """

    attempts: int
    timeout: float
    tried: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return max(0.0, self.timeout - (time.monotonic() - self.started))

    def wait(self, retry_after: str | None = None) -> float | None:
        """How long to wait before the next attempt; none when it was the last one."""
        self.tried += 1
        if self.tried >= self.attempts:
            return None
        asked = _seconds(retry_after)
        # Half of it by chance, so that clients that failed together do not come back together.
        backoff = min(LONGEST_WAIT, BACKOFF * 2 ** (self.tried - 1)) * random.uniform(0.5, 1.0)
        wait = backoff if asked is None else max(asked, backoff)
        return wait if wait < self.left else None


def _seconds(retry_after: str | None) -> float | None:
    if not retry_after:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def problem(status: int, text: str) -> ServerError:
    """The error that an answer means."""
    try:
        found = json.loads(text)
    except ValueError:
        found = {}
    document = found if isinstance(found, dict) else {}
    kind = AuthenticationError if status in (401, 403) and document.get("code") != "source_not_allowed" else ServerError
    return kind(status, document, text)


def response(text: str) -> dict[str, Any]:
    """The response that an answer holds."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise DeepFixError(f"the server answered no JSON ({error}); is it a server of DeepFix?") from error
    if not isinstance(found, dict) or "agent_results" not in found:
        raise DeepFixError("the answer is JSON without `agent_results`; is it a server of DeepFix?")
    return found


@dataclass(frozen=True)
class Progress:
    """How far an agent is.

    Attributes:
        agent: its name.
        fraction: from 0 to 1.
        message: what it does.
    """

    agent: str
    fraction: float
    message: str = ""


def progress(name: str, data: Mapping[str, Any]) -> Progress | None:
    """What an event says of progress; None where it is about something else."""
    if name == "agent":
        return Progress(str(data.get("agent_name", "")), 1.0, "")
    if name == "progress":
        return Progress(str(data.get("agent", "")), float(data.get("fraction", 0.0)), str(data.get("message", "")))
    return None


class Events:
    """Reads `text/event-stream` piece by piece; gives progress, and keeps the last word."""

    def __init__(self) -> None:
        self.final: dict[str, Any] | None = None
        #: Where the server keeps the response, relative to the request.
        self.kept: str | None = None
        self._rest: list[str] = []
        self._name = ""
        self._data: list[str] = []

    def text(self, text: str) -> Iterator[Progress]:
        """Takes a piece of the stream, which may end within a line.

        A line ends with its newline and nothing else: texts may hold what Python takes for the end of one
        (U+2028, U+0085, ...).

        Raises:
            ServerError: the server ends with a problem.
        """
        *lines, rest = text.split("\n")
        for line in lines:
            whole = "".join([*self._rest, line]).removesuffix("\r")
            self._rest.clear()
            if (progress := self._line(whole)) is not None:
                yield progress
        self._rest.append(rest)

    def _line(self, line: str) -> Progress | None:
        """Takes a line. Gives progress where one is complete."""
        if line.startswith("event:"):
            self._name = line[6:].strip()
        elif line.startswith("data:"):
            self._data.append(line[5:].removeprefix(" "))
        elif line == "" and self._data:
            name, text = self._name, "\n".join(self._data)
            self._name, self._data = "", []
            return self._event(name, text)
        return None

    def _event(self, name: str, text: str) -> Progress | None:
        if name == "response":
            self.final = response(text)
            return None
        found: Mapping[str, Any] = json.loads(text)
        if name == "kept":
            self.kept = f"analyses/{found.get('id', '')}"
        if name == "problem":
            raise problem(int(found.get("status") or 500), text)
        return progress(name, found)


class Busy(Exception):
    """An answer after which the same request may go through later."""

    def __init__(self, error: ServerError, after: str | None) -> None:
        super().__init__(str(error))
        self.error = error
        self.after = after


class Deadline:
    """When a stream of events has lasted too long."""

    def __init__(self, left: float) -> None:
        self._left = left
        self._end = time.monotonic() + left

    def check(self) -> None:
        """Raises when the time is over."""
        if time.monotonic() > self._end:
            raise UnavailableError(f"no response after {self._left:.0f} s (timeout)")


def accept(events: bool) -> str:
    """What an answer may be."""
    return "text/event-stream, application/json" if events else "application/json"


def is_stream(answer: Any) -> bool:
    """Whether an answer is a stream of events."""
    kind = str(answer.headers.get("Content-Type", ""))
    return answer.status_code == 200 and kind.startswith("text/event-stream")


def place(url: str, named: str | None) -> str | None:
    """Where a kept analysis is: servers name it relative to the request, older ones below their root."""
    if not named:
        return None
    return f"{url}{named}" if named.startswith("/") else f"{url}/v1/{named}"


def judge(status: int, text: str, retry_after: str | None) -> None:
    """Raises for an answer that is no response.

    Raises:
        Busy: the same request may go through later.
        ServerError: it will not.
    """
    if status == 200:
        return
    error = problem(status, text)
    # MLflow is down, not the server; who asked decides whether to ask again.
    if status in AGAIN and error.code not in ("source_denied", "source_unavailable", "timed_out"):
        raise Busy(error, retry_after)
    raise error
