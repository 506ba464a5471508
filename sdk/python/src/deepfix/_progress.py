"""A bar for each agent, in terminals and notebooks; nothing elsewhere, and nothing without rich."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ._wire import Progress

Listener = Callable[[Progress], None]
#: A function that is told, whether to draw bars, or None: where somebody watches.
Wanted = Listener | bool | None


@contextmanager
def listening(wanted: Wanted) -> Iterator[Listener | None]:
    """Whom to tell of progress; nobody where nobody listens, so that no events need be sent."""
    if callable(wanted):
        yield wanted
        return
    if wanted is False or (wanted is None and not _watched()):
        yield None
        return
    try:
        from rich.console import Console
        from rich.progress import BarColumn, SpinnerColumn, TextColumn
        from rich.progress import Progress as Bars
    except ImportError:
        yield None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description:38}"), BarColumn(20), TextColumn("{task.fields[said]}"))
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def tell(it: Progress) -> None:
            if it.agent not in tasks:
                tasks[it.agent] = bars.add_task(_plain(it.agent), total=1.0, said="")
            bars.update(tasks[it.agent], completed=it.fraction, said=_plain(it.message)[:60])

        yield tell


def in_loop(listener: Listener | None) -> Listener | None:
    """A listener that another thread may tell, and that is told in the event loop's."""
    if listener is None:
        return None
    loop = asyncio.get_running_loop()

    def tell(it: Progress) -> None:
        loop.call_soon_threadsafe(listener, it)

    return tell


def _plain(text: str) -> str:
    """Without control characters and without rich's markup."""
    return "".join(it for it in text if it.isprintable()).replace("[", "(").replace("]", ")")


def _watched() -> bool:
    if "ipykernel" in sys.modules and getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)() is not None:
        return True
    return bool(sys.stderr is not None and sys.stderr.isatty())
