from collections.abc import Sequence
from typing import Literal, Protocol

__version__: str

class ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

def artifacts(
    train: ArrowStream,
    test: ArrowStream | None = None,
    *,
    name: str,
    label: str | None = None,
    index: str | None = None,
    date: str | None = None,
    ignore: Sequence[str] = (),
    categorical: Sequence[str] = (),
    task: Literal["classification", "regression"] | None = None,
    checks: bool = True,
    threads: int = 0,
) -> str:
    """Statistics and checks as JSON: `dataset_artifacts`, `deepchecks_artifacts`, `remarks`.

    Raises:
        ValueError: a table has no rows, the two have different columns, or a column that an argument
            names is not there.
    """

def report(
    response: str, format: Literal["html", "markdown", "sarif"], language: str | None = None
) -> str:
    """A response (as JSON) as a page, as Markdown or as SARIF.

    Raises:
        ValueError: it is no response.
    """
