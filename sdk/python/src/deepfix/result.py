"""The result of a diagnosis."""

from __future__ import annotations

import html as _html
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from . import _render
from .errors import FindingsError, MissingPackageError, UnavailableError

Severity = Literal["low", "medium", "high"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high")
REASONER = "CrossArtifactReasoningAgent"
#: The reasoner's word for that nobody could look: of what was given, no agent could examine anything.
NOT_EXAMINED = "cross.not_examined"
#: Codes of the reasoner that say that there is no fault, or that nobody could look: those of the engine.
NO_FAULT = frozenset({"cross.healthy", NOT_EXAMINED, "cross.no_synthesis"})
#: The reasoner's word for a model that is hardly better than a constant answer, for no reason that it found: a remark.
POOR = "cross.poor_unexplained"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, with what shows it and what to do about it."""

    agent: str
    code: str
    severity: Severity
    confidence: float
    description: str
    evidence: str
    verified: bool
    action: str
    rationale: str
    citations: tuple[str, ...] = ()
    id: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.severity} {self.code} ({self.confidence:.0%}): {self.description}"


@dataclass(frozen=True)
class RootCause:
    """A fault at the root, with what follows from it."""

    code: str
    title: str
    severity: Severity
    confidence: float
    consequences: tuple[str, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True)
class Action:
    """What to do, in the order in which to try it."""

    rank: int
    action: str
    how_to_tell: str
    root_cause: str
    effort: str
    expected_effect: str


class Result:
    """A diagnosis. `print` shows it, a notebook renders the same report as the server's.

    Attributes:
        raw: the response as the engine gave it.
        remarks: what should be known of how the tables were read.
        url: where the server keeps the analysis, where it does.
        unavailable: why there is no diagnosis, where there is none.
    """

    def __init__(
        self,
        raw: dict[str, Any],
        *,
        remarks: list[str] | None = None,
        url: str | None = None,
        unavailable: str | None = None,
    ) -> None:
        self.raw = raw
        self.remarks = remarks or []
        self.url = url
        self.unavailable = unavailable
        self._nobody_answered = False

    @classmethod
    def none(cls, reason: str) -> Result:
        """No diagnosis, and why."""
        return cls({"agent_results": {}, "summary": None, "additional_outputs": {}}, unavailable=reason)

    @property
    def summary(self) -> str:
        """The paragraph for a busy person."""
        return str(self._outputs.get("summary") or self.raw.get("summary") or "")

    @property
    def _outputs(self) -> dict[str, Any]:
        found = self.raw.get("additional_outputs")
        return found if isinstance(found, dict) else {}

    @property
    def conclusions(self) -> list[Finding]:
        """What the reasoner concludes, the most important first; each is a root cause."""
        return [it for it in self._findings(REASONER) if it.code not in NO_FAULT]

    @property
    def findings(self) -> list[Finding]:
        """What the analyzers found, the most severe first. What follows from something else and what was
        ruled out is among them: `conclusions` is the last word."""
        agents = [it for it in self.raw.get("agent_results", {}) if it != REASONER]
        found = [it for agent in agents for it in self._findings(agent)]
        return sorted(found, key=lambda it: (-SEVERITIES.index(it.severity), -it.confidence))

    @property
    def standing(self) -> list[Finding]:
        """Every finding that was not ruled out, the reasoner's among them."""
        gone = _named(self._outputs.get("ruled_out"))
        found = [it for agent in self.raw.get("agent_results", {}) for it in self._findings(agent)]
        return [it for it in found if it.id not in gone]

    @property
    def root_causes(self) -> list[RootCause]:
        """The faults at the root, the most important first."""
        return [
            RootCause(
                code=it.get("code", ""),
                title=it.get("title", ""),
                severity=it.get("severity", "low"),
                confidence=float(it.get("confidence", 0.0)),
                consequences=tuple(c.get("code", "") for c in it.get("consequences", [])),
                findings=tuple(it.get("findings", [])),
            )
            for it in self._outputs.get("root_causes", [])
        ]

    @property
    def actions(self) -> list[Action]:
        """What to do first, second, ..."""
        names = ("action", "how_to_tell", "root_cause", "effort", "expected_effect")
        return [
            Action(rank=int(it.get("rank", place)), **{name: str(it.get(name) or "") for name in names})
            for place, it in enumerate(self._outputs.get("actions", []), 1)
        ]

    @property
    def warnings(self) -> list[str]:
        """What the engine warns of."""
        return [str(it) for it in self._outputs.get("warnings", [])]

    @property
    def failed_agents(self) -> dict[str, str]:
        """The agents that could not do their work, with the reason."""
        return {name: str(it) for name, it in (self.raw.get("error_messages") or {}).items() if it}

    @property
    def severity(self) -> Severity | None:
        """The worst severity that stands."""
        return max((it.severity for it in self.conclusions), key=SEVERITIES.index, default=None)

    @property
    def healthy(self) -> bool:
        """Whether it was looked at, nothing above a remark was found, and the model is better than a constant
        answer."""
        if self.unavailable is not None or self.failed_agents or not self.examined:
            return False
        return self.severity in (None, "low") and all(it.code != POOR for it in self.conclusions)

    @property
    def examined(self) -> bool:
        """Whether there was anything that could be examined."""
        if self.unavailable is not None:
            return False
        return all(it.code != NOT_EXAMINED for it in self._findings(REASONER))

    def _findings(self, agent: str) -> Iterator[Finding]:
        result = self.raw.get("agent_results", {}).get(agent) or {}
        for analysis in result.get("analysis") or []:
            found, advice = analysis.get("findings") or {}, analysis.get("recommendations") or {}
            yield Finding(
                agent=agent,
                code=found.get("code", ""),
                severity=found.get("severity", "low"),
                confidence=float(found.get("confidence", 0.0)),
                description=found.get("description", ""),
                evidence=found.get("evidence", ""),
                verified=bool(found.get("evidence_verified", False)),
                action=advice.get("action", ""),
                rationale=advice.get("rationale", ""),
                citations=tuple(advice.get("citations") or ()),
                id=found.get("id"),
                raw=analysis,
            )

    def raise_for(self, severity: Severity = "high") -> Result:
        """Raises where something as severe stands; returns itself otherwise, so that calls chain.

        Raises:
            FindingsError: there is a finding of this severity or worse.
            UnavailableError: there is no diagnosis, nothing could be examined, or an agent failed: nobody knows.
        """
        if severity not in SEVERITIES:
            raise ValueError(f"severity: found {severity!r}, expected one of {', '.join(SEVERITIES)}")
        if self.unavailable is not None:
            raise UnavailableError(f"there is no diagnosis to judge by: {self.unavailable}")
        bad = [it for it in self.conclusions if SEVERITIES.index(it.severity) >= SEVERITIES.index(severity)]
        if bad:
            lines = "\n".join(f"  {it}\n    {it.evidence}\n    do: {it.action}" for it in bad)
            raise FindingsError(f"{len(bad)} finding(s) of severity {severity} or worse:\n{lines}", bad)
        if failed := self.failed_agents:
            reasons = "; ".join(f"{name}: {why}" for name, why in failed.items())
            raise UnavailableError(f"nothing as severe was found, but not everything was looked at: {reasons}")
        if not self.examined:
            raise UnavailableError(
                "nothing was found, but nothing could be examined; expected tables, a history or a model with weights"
            )
        return self

    def to_json(self, indent: int | None = 2) -> str:
        """The response as JSON."""
        return json.dumps(self.raw, indent=indent, ensure_ascii=False)

    def to_markdown(self, language: str | None = None) -> str:
        """The report for an issue or a wiki."""
        return _render.report(self.to_json(None), "markdown", language)

    def to_html(self, language: str | None = None) -> str:
        """The report as a page in one file, which needs no network."""
        return _render.report(self.to_json(None), "html", language)

    def to_sarif(self) -> str:
        """The findings for code hosts and editors."""
        return _render.report(self.to_json(None), "sarif")

    def save(self, path: str | PathLike[str]) -> Path:
        """Writes it to a file whose ending says how: .html, .md, .sarif or .json."""
        path = Path(path)
        forms = {".html": self.to_html, ".md": self.to_markdown, ".sarif": self.to_sarif, ".json": self.to_json}
        if path.suffix not in forms:
            raise ValueError(f"path: found the ending {path.suffix!r}, expected one of {', '.join(forms)}")
        path.write_text(forms[path.suffix](), encoding="utf-8")
        return path

    def to_dataframe(self) -> Any:
        """Every finding and conclusion as a data frame of pandas, or of Polars where there is no pandas."""
        rows = [
            {
                "agent": it.agent,
                "code": it.code,
                "severity": it.severity,
                "confidence": it.confidence,
                "verified": it.verified,
                "description": it.description,
                "evidence": it.evidence,
                "action": it.action,
            }
            for it in [*self.conclusions, *self.findings]
        ]
        columns = ["agent", "code", "severity", "confidence", "verified", "description", "evidence", "action"]
        try:
            import pandas
        except ImportError:
            try:
                import polars
            except ImportError as error:
                raise MissingPackageError("a data frame takes pandas or Polars; neither is installed") from error
            return polars.DataFrame(rows, schema=columns)
        return pandas.DataFrame(rows, columns=columns)

    def __str__(self) -> str:
        return _render.text(self)

    def __repr__(self) -> str:
        if self.unavailable is not None:
            return f"<deepfix.Result: no diagnosis ({self.unavailable})>"
        codes = ", ".join(f"{it.severity} {it.code}" for it in self.conclusions) or "no fault found"
        return f"<deepfix.Result: {codes}>"

    def _repr_html_(self) -> str:
        if self.unavailable is not None:
            return f"<p>No diagnosis: {_html.escape(self.unavailable)}</p>"
        try:
            page = self.to_html()
        except MissingPackageError:
            return f"<pre>{_html.escape(str(self))}</pre>"
        # In a frame of its own: the page's style must not reach the notebook, nor the notebook's the page.
        return (
            f'<iframe srcdoc="{_html.escape(page, quote=True)}" title="DeepFix report" sandbox="allow-scripts" '
            'style="width:100%;height:720px;border:1px solid #8884"></iframe>'
        )


def _named(entries: Any) -> set[str]:
    """The ids of the findings that entries of the reasoner's name, those of their consequences included."""
    found: set[str] = set()
    for it in entries or []:
        found |= {*it.get("findings", []), *_named(it.get("consequences"))}
    return found
