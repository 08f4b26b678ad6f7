"""The tables of a case's page: lines with what can be done about each, and who is looking."""

from dataclasses import dataclass
from datetime import date

from flask import url_for

from tracker.domain.access import Actor, Permission
from tracker.queries.case_detail import Names, OpenedCase
from tracker.web.cases.links import Link, correcting


@dataclass(frozen=True, slots=True)
class Folded:
    """Something long behind a word that opens it; without ``text`` the word alone."""

    word: str
    title: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line: cells, perhaps one ``folded``, a badge, and what can be done with it. ``posts`` are done with one
    press."""

    cells: tuple[str, ...]
    folded: Folded | None = None
    badge: str = ""
    tone: str = "quiet"
    links: tuple[Link, ...] = ()
    posts: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A titled table; ``empty`` teaches where it has no rows."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    empty: str
    add: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSection:
    """A part of the page with its anchor."""

    id: str
    label: str
    tables: tuple[Table, ...]

    @property
    def count(self) -> int:
        """How many lines it has."""
        return sum(len(table.rows) for table in self.tables)


@dataclass(frozen=True, slots=True)
class Telling:
    """One case, told to one person."""

    case: OpenedCase
    names: Names
    viewer: Actor
    today: date
    is_clinical: bool = True

    def link(self, label: str, endpoint: str, permission: Permission, **values: str | int) -> tuple[Link, ...]:
        """A link, if this person may use what it opens."""
        if not self.viewer.may(permission):
            return ()
        return (Link(label=label, url=url_for(f"cases.{endpoint}", public_id=self.case.head.public_id, **values)),)  # type: ignore[arg-type]  # endpoint values, none of them url_for's own

    def correction(self, seq: int) -> tuple[Link, ...]:
        """The link that strikes out a fact, if this person may."""
        url = correcting(self.case, seq, self.viewer)
        return (Link(label="Correct", url=url),) if url else ()

    def add(self, label: str, endpoint: str, permission: Permission, **values: str | int) -> Link | None:
        """The link that adds a line."""
        return next(iter(self.link(label, endpoint, permission, **values)), None)
