"""What the client and its asynchronous twin share: settings, and requests made of arguments."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from . import _model, _request, _wire
from ._progress import Wanted
from .errors import DeepFixError, DeepFixWarning, InputError, MissingPackageError, UnavailableError
from .result import Result

OnError = Literal["raise", "warn"]

URL = "DEEPFIX_URL"
KEY = "DEEPFIX_API_KEY"
#: The file names of a folder that `deepfix analyse` reads.
FILES = {"dataset_artifacts": "dataset.json", "deepchecks_artifacts": "deepchecks.json"}


class Base:
    """Settings of a client.

    Args:
        url: the server's address; without one that of the variable DEEPFIX_URL, and without that the
            `deepfix` binary of this machine does the work.
        api_key: the server's key, else that of DEEPFIX_API_KEY. It is sent to `url` only and shown nowhere.
            Blanks around it, as the end of a file's line, are no part of it.
        timeout: seconds for a diagnosis, all attempts together.
        connect_timeout: seconds to reach the server.
        attempts: how often a request is sent at most, where the server is busy or away.
        language: the language of the texts.
        on_error: `raise`, or `warn`: then a diagnosis that cannot be had is a `DeepFixWarning` and a
            result whose `unavailable` says why.
        progress: a function that is told, True or False for bars; by default bars where somebody watches
            and rich is installed.
        largest_weights: of a model with more bytes of weights than this, the engine of this machine
            examines the settings alone: the weights go to it through a temporary file.
    """

    def __init__(
        self,
        url: str | None = None,
        api_key: str | None = None,
        *,
        timeout: float = 120.0,
        connect_timeout: float = 5.0,
        attempts: int = 4,
        language: str = "english",
        on_error: OnError = "raise",
        progress: Wanted = None,
        largest_weights: int = _model.LARGEST_WEIGHTS,
    ) -> None:
        if on_error not in ("raise", "warn"):
            raise InputError(f"on_error: found {on_error!r}, expected `raise` or `warn`")
        if attempts < 1:
            raise InputError(f"attempts: found {attempts}, expected 1 or more")
        url = url or os.environ.get(URL) or None
        key = _wire.key("api_key", api_key) if api_key else _wire.key(KEY, os.environ.get(KEY))
        self.url = _wire.base_url(url) if url else None
        self.timeout = timeout
        self.connect_timeout = connect_timeout
        self.attempts = attempts
        self.language = language
        self.on_error = on_error
        self.progress = progress
        self.largest_weights = largest_weights
        self._key = key

    @property
    def is_local(self) -> bool:
        """Whether the work is done on this machine."""
        return self.url is None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(url={self.url!r}, api_key={self._key!r})"

    def _build(self, arguments: dict[str, Any]) -> _request.Request:
        """A request of what `diagnose` was given."""
        given = {name: arguments[name] for name in _request.ARGUMENTS}
        if given["language"] is None:
            given["language"] = self.language
        return _request.build(**given)

    def _run(
        self,
        run_id: str | None,
        dataset_name: str | None,
        model: str | None,
        tracking_uri: str | None,
        write_back: bool,
        language: str | None,
    ) -> _request.Request:
        if tracking_uri is None and self.is_local and (mlflow := sys.modules.get("mlflow")) is not None:
            # What the script has set, which the binary cannot know. A server has its own.
            tracking_uri = str(mlflow.get_tracking_uri())
        return _request.of_run(
            run_id=run_id,
            dataset_name=dataset_name,
            model=model,
            tracking_uri=tracking_uri,
            write_back=write_back,
            language=language or self.language,
        )

    def _failed(self, error: Exception) -> Result:
        """What becomes of an error: raised, or a warning and no diagnosis."""
        if self.on_error == "raise":
            raise error
        reason = str(error) if isinstance(error, DeepFixError) else f"{type(error).__name__}: {error}"
        warnings.warn(f"no diagnosis: {reason}", DeepFixWarning, stacklevel=4)
        result = Result.none(reason)
        result._nobody_answered = nobody_answers(error)
        return result


def nobody_answers(error: BaseException) -> bool:
    """Whether others that ask the same will fare no better."""
    return isinstance(error, UnavailableError) and not isinstance(error, MissingPackageError)


def ingest(
    *,
    train: Any,
    test: Any = None,
    label: str | None = None,
    out: str | PathLike[str] | None = None,
    mlflow_run_id: str | None = None,
    dataset_name: str = "dataset",
    index: str | None = None,
    date: str | None = None,
    ignore: Sequence[str] = (),
    categorical: Sequence[str] = (),
    task: str | None = None,
    checks: bool = True,
) -> dict[str, Any]:
    """Statistics and data checks of tables, computed on this machine; nothing is sent to a server.

    Returns:
        `dataset_artifacts` and `deepchecks_artifacts` in the shape of the wire, and `remarks`.

    Args:
        out: a folder to write them to, which `deepfix analyse` reads.
        mlflow_run_id: a run of MLflow to log them to, in the layout that DeepFix reads.
        (the others): as of `Client.diagnose`.
    """
    from . import _tables

    artifacts = _tables.artifacts(
        train,
        test,
        name=dataset_name,
        label=label,
        index=index,
        date=date,
        ignore=ignore,
        categorical=categorical,
        task=task,
        checks=checks,
    )
    if out is not None:
        write(artifacts, Path(out))
    if mlflow_run_id is not None:
        from .integrations.mlflow import log_artifacts

        log_artifacts(artifacts, mlflow_run_id)
    return artifacts


def write(artifacts: Mapping[str, Any], folder: Path) -> None:
    """Writes artifacts as a folder that `deepfix analyse` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in FILES.items():
        if artifacts.get(name):
            (folder / file).write_text(json.dumps(artifacts[name], indent=2), encoding="utf-8")
