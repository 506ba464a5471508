"""The asynchronous client."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from . import _json, _local, _wire
from ._base import Base, ingest
from ._progress import Listener, Wanted, in_loop, listening
from ._request import Request
from .errors import DeepFixError, UnavailableError
from .result import Result


class AsyncClient(Base):
    """Diagnoses experiments, without holding up an event loop: by a server, or on this machine.

    ```python
    client = deepfix.AsyncClient("http://127.0.0.1:8844", api_key=key)
    result = await client.diagnose(train=train, test=test, label="churned", model=model, history=history)
    ```

    It keeps connections open; `await close()` or `async with` ends them.
    """

    _http: httpx.AsyncClient | None = None

    async def diagnose(
        self,
        *,
        train: Any = None,
        test: Any = None,
        label: str | None = None,
        model: Any = None,
        history: Any = None,
        params: Mapping[str, Any] | None = None,
        dataset: Mapping[str, Any] | None = None,
        checks: Mapping[str, Any] | bool = True,
        dataset_name: str | None = None,
        model_name: str | None = None,
        language: str | None = None,
        index: str | None = None,
        date: str | None = None,
        ignore: Sequence[str] = (),
        categorical: Sequence[str] = (),
        task: str | None = None,
        progress: Wanted = None,
    ) -> Result:
        """Diagnoses an experiment from what the training script has at hand.

        Args:
            train: the training table: a data frame of pandas or Polars, an Arrow table, a dictionary of
                columns, a pair (X, y), or the path of a CSV, Parquet or Arrow file.
            test: the test table, with the same columns.
            label: the column that is predicted.
            model: the model, or the path of its file.
            history: the metrics of the training: columns, rows, a `History` of Keras, what XGBoost and
                LightGBM record, a data frame, or a file.
            params: the settings of the training: learning rate, batch size, epochs, optimizer, ...
            dataset: `dataset_artifacts` that were computed before, as of images or texts.
            checks: whether to check the tables; or the results of check suites, `{suite: [...]}`.
            dataset_name: its name, for people.
            model_name: the model's; its class by default.
            language: of the texts, instead of the client's.
            index: the column that numbers the rows and that the model does not see.
            date: the column with a row's date, which the model does not see.
            ignore: columns that the model does not see either.
            categorical: columns of numbers that are codes.
            task: `classification` or `regression`, where the label does not tell.

        Raises:
            InputError: an argument has the wrong shape.
            UnavailableError: nobody answers.
            ServerError: the server answers with a problem.
            LocalError: the local binary refuses the request.
        """
        given = dict(locals())  # The arguments, by their names.
        try:
            request = await asyncio.to_thread(self._build, given)
            return await self._send(request, progress)
        except Exception as error:
            return self._failed(error)

    async def diagnose_run(
        self,
        run_id: str | None = None,
        *,
        dataset_name: str | None = None,
        model: str | None = None,
        tracking_uri: str | None = None,
        write_back: bool = False,
        language: str | None = None,
        progress: Wanted = None,
    ) -> Result:
        """Diagnoses a run of MLflow, which the server or the local binary gets itself.

        Args:
            run_id: the run.
            dataset_name: or the newest run that recorded this data set.
            model: or the run of a model: NAME, NAME/VERSION, NAME@ALIAS.
            tracking_uri: of MLflow; by default the server's own, or for the local binary what the script
                has set.
            write_back: whether a report and tags go to the run.
        """
        try:
            request = self._run(run_id, dataset_name, model, tracking_uri, write_back, language)
            return await self._send(request, progress)
        except Exception as error:
            return self._failed(error)

    async def diagnose_request(self, body: Mapping[str, Any], *, progress: Wanted = None) -> Result:
        """Diagnoses a request that has the shape of the wire already."""
        try:
            return await self._send(Request(dict(body)), progress)
        except Exception as error:
            return self._failed(error)

    async def ingest(self, **arguments: Any) -> dict[str, Any]:
        """Statistics and data checks of tables, computed on this machine: `deepfix.ingest`."""
        return await asyncio.to_thread(ingest, **arguments)

    async def close(self) -> None:
        """Ends the connections."""
        if self._http is not None:
            http, self._http = self._http, None
            await http.aclose()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _send(self, request: Request, progress: Wanted) -> Result:
        with listening(self.progress if progress is None else progress) as listener:
            if self.url is None:
                tell = in_loop(listener)
                arguments = (request, self.timeout, self.largest_weights, tell)
                response = await asyncio.to_thread(_local.diagnose, *arguments)
                return Result(response, remarks=request.remarks)
            body = _json.dumps(request.body)
            response, kept = await self._ask(self.url, body, listener)
        return Result(response, remarks=request.remarks, url=kept)

    async def _ask(self, url: str, body: bytes, listener: Listener | None) -> tuple[dict[str, Any], str | None]:
        """Sends a request until there is an answer."""
        patience = _wire.Patience(self.attempts, self.timeout)
        while True:
            after: str | None = None
            failed: DeepFixError
            try:
                return await self._once(url, body, listener, patience.left)
            except _wire.Busy as busy:
                after, failed = busy.after, busy.error
            except httpx.TransportError as error:
                # Which says what failed; the address is ours to add, without the key.
                failed = UnavailableError(f"{url} does not answer: {type(error).__name__}: {error}")
                failed.__cause__ = error
            wait = patience.wait(after)
            if wait is None:
                raise failed
            await asyncio.sleep(wait)

    async def _once(
        self, url: str, body: bytes, listener: Listener | None, left: float
    ) -> tuple[dict[str, Any], str | None]:
        http = self._connected(url)
        headers = {"Content-Type": "application/json", "Accept": _wire.accept(listener is not None)}
        # Of each read: where there are events, the server sends one at least every ten seconds.
        timeout = httpx.Timeout(max(left, 0.001), connect=min(self.connect_timeout, max(left, 0.001)))
        deadline = _wire.Deadline(left)
        async with http.stream("POST", "/v1/analyse", content=body, headers=headers, timeout=timeout) as answer:
            if not _wire.is_stream(answer):
                await answer.aread()
                _wire.judge(answer.status_code, answer.text, answer.headers.get("Retry-After"))
                place = _wire.place(url, answer.headers.get("Content-Location"))
                return _wire.response(answer.text), place
            events = _wire.Events()
            async for piece in answer.aiter_text():
                deadline.check()
                for progress in events.text(piece):
                    if listener is not None:
                        listener(progress)
        if events.final is None:
            raise httpx.RemoteProtocolError("the stream of events ended without a response")
        return events.final, _wire.place(url, events.kept)

    def _connected(self, url: str) -> httpx.AsyncClient:
        if self._http is None:
            self._http = httpx.AsyncClient(base_url=url, headers=_wire.headers(self._key))
        return self._http
