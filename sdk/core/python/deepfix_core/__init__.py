"""DeepFix's statistics, data checks and reports, computed in Rust from Arrow data."""

from ._core import __version__, artifacts, report

__all__ = ["__version__", "artifacts", "report"]
