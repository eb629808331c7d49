"""What every step of a run shares: whose run it is, when, and what it has counted."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from data_access.sources.event_details import json_details
from data_access.sources.problems import Problem


@dataclass(frozen=True, slots=True)
class Run:
    """A run over one source.

    mapped: the fields that the mapping fills; others are not the source's to say
    """

    source: str
    mapped: frozenset[str]
    now: datetime

    @property
    def actor(self) -> str:
        """Who the events name."""
        return f"import:{self.source}"

    def event(
        self, kind: str, authorization_id: int, said: dict[str, tuple[Any, Any]]
    ) -> dict[str, Any]:
        """The row of an event. A grant or renewal happened when the seller consented, everything
        else when the desk saw it; nothing happened later than now."""
        at = min(said["granted_at"][1], self.now) if kind in ("granted", "renewed") else self.now
        return {
            "at": at,
            "kind": kind,
            "authorization_id": authorization_id,
            "actor": self.actor,
            "details": json_details(said),
            "told_at": self.now if at < self.now else None,
        }


@dataclass(slots=True)
class Counts:
    """How many events of each kind a run wrote."""

    granted: int = 0
    renewed: int = 0
    changed: int = 0
    removed: int = 0

    def add(self, kind: str, number: int = 1) -> None:
        """Counts events."""
        setattr(self, kind, getattr(self, kind) + number)

    @property
    def total(self) -> int:
        """All of them."""
        return self.granted + self.renewed + self.changed + self.removed


@dataclass(frozen=True, slots=True)
class Result:
    """What one reading of a source did, or would have done.

    rows_read  = rows_taken + rows_rejected + rows_merged; each row is in the database or in the
               problems
    counts     events: granted, renewed, changed, removed
    reasons    how many problems of each reason, and whether such rows were taken
    problems   the first of them
    held_back  why accounts that are missing in the source were kept, "" where none were
    """

    source: str
    dry_run: bool
    rows_read: int
    rows_taken: int
    rows_rejected: int
    rows_merged: int
    counts: Counts
    reasons: dict[tuple[str, bool], int]
    problems: list[Problem] = field(default_factory=list)
    held_back: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the source came in as it is; sellers who were erased on request are no fault."""
        return not self.held_back and self.rows_rejected == self.reasons.get(("erased", False), 0)
