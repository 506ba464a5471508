"""A server for the faults that a real one does not produce on demand."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

RESPONSE: dict[str, Any] = {
    "agent_results": {},
    "summary": "fine",
    "additional_outputs": {"summary": "fine"},
    "error_messages": {},
    "dataset_name": "d",
}

#: Status, headers and body; a body of None closes the connection without a word.
Answer = tuple[int, dict[str, str], "str | None"]


def ok() -> Answer:
    return 200, {"Content-Type": "application/json"}, json.dumps(RESPONSE)


def refusal(status: int, headers: dict[str, str] | None = None, **problem: Any) -> Answer:
    return status, {"Content-Type": "application/problem+json", **(headers or {})}, json.dumps(problem)


@contextmanager
def serving(*answers: Answer) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Gives these answers, one a request; and what was asked."""
    left, seen = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            seen.append(dict(self.headers))
            status, headers, body = left.pop(0)
            if body is None:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body.encode()))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
