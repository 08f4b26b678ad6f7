"""A clinic's history as it was stored: one statement, whatever a panel needs of it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import String, and_, bindparam, case, cast, func, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.errors import NotPermitted
from tracker.domain.reporting.columns import PARTS, Part
from tracker.domain.reporting.history import FORM, History, unpacked, unpacked_words
from tracker.persistence.models import Clinic, ClinicHistory, EventChain
from tracker.queries.clinic_history.kept import Kept, Mark, shelf_of

WORDS = "words"
#: The job that makes it.
JOB = "history"
NAMES = {kind: name for name, kind in PARTS.items()}

#: Which part it is, and how long: two that were made at one instant of a clock that stands are told apart by that.
_NAMED: Any = ClinicHistory.part.concat(":").concat(cast(func.length(ClinicHistory.body), String))
_IS_KEPT = and_(
    ClinicHistory.as_of == bindparam("kept_as_of"),
    ClinicHistory.last_seq == bindparam("kept_seq"),
    Clinic.zone == bindparam("kept_zone"),
    _NAMED.in_(bindparam("kept", expanding=True)),
)
#: Without the bodies of what is kept already.
_PARTS: Any = (
    select(
        ClinicHistory.part,
        ClinicHistory.as_of,
        ClinicHistory.last_seq,
        _NAMED.label("named"),
        case((_IS_KEPT, None), else_=ClinicHistory.body).label("body"),
        Clinic.zone,
    )
    .join(Clinic, Clinic.id == ClinicHistory.clinic_id)
    .where(
        ClinicHistory.clinic_id == bindparam("clinic"),
        ClinicHistory.form == FORM,
        ClinicHistory.part.in_(bindparam("parts", expanding=True)),
    )
)
_HEAD = select(ClinicHistory.as_of).where(
    ClinicHistory.clinic_id == bindparam("clinic"), ClinicHistory.part == WORDS, ClinicHistory.form == FORM
)
_STANDINGS = (
    select(
        Clinic.id,
        Clinic.zone,
        EventChain.last_seq.label("newest_seq"),
        ClinicHistory.as_of,
        ClinicHistory.last_seq,
        func.coalesce(ClinicHistory.form, 0).label("form"),
    )
    .join(EventChain, EventChain.clinic_id == Clinic.id)
    .outerjoin(ClinicHistory, (ClinicHistory.clinic_id == Clinic.id) & (ClinicHistory.part == WORDS))
    .order_by(Clinic.id)
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a clinic's history has come. ``as_of`` is ``None`` where there is none that can be read."""

    clinic_id: int
    zone: str
    as_of: datetime | None
    last_seq: int
    newest_seq: int


def find_history(session: Session, viewer: Actor, *needed: type[Part]) -> History | None:
    """The history of the viewer's clinic with the parts that are needed, which its cases always are; ``None`` where
    none has been made yet.

    :raises NotPermitted: for whoever may not see reports
    """
    if not viewer.may(Permission.SEE_REPORTS):
        raise NotPermitted(Permission.SEE_REPORTS)
    return read_history(session, viewer.clinic_id, *needed)


def read_history(session: Session, clinic_id: int, *needed: type[Part]) -> History | None:
    """The same for the command line and the jobs, where nobody looks."""
    kinds, shelf = {PARTS["cases"], *needed}, shelf_of(session.connection())
    kept = shelf.find(clinic_id)
    rows = _rows(session, clinic_id, kinds, kept)
    if kept is not None and rows is not None and any(row.body is not None for row in _of_kept(rows, kept)):
        # Another one has taken its place. What was left out for the sake of the old one is read now.
        kept, rows = None, _rows(session, clinic_id, kinds, None)
    if rows is None:
        return None
    head = rows[WORDS]
    found = kept or Kept(
        Mark(head.as_of, head.last_seq),
        frozenset({head.named}),
        History(head.as_of, head.zone, unpacked_words(head.body), {}),
    )
    more = {kind: unpacked(kind, rows[NAMES[kind]].body) for kind in kinds - found.history.parts.keys()}
    if more:
        named = found.named | {rows[NAMES[kind]].named for kind in more}
        found = Kept(found.mark, named, replace(found.history, parts={**found.history.parts, **more}))
    shelf.put(clinic_id, found)
    return replace(found.history, parts={kind: found.history.parts[kind] for kind in kinds})


def _rows(
    session: Session, clinic_id: int, kinds: Collection[type[Part]], kept: Kept | None
) -> Mapping[str, Any] | None:
    """The words and these parts, without the bodies of what is kept; ``None`` where one of them is missing."""
    asked: dict[str, Any] = {"clinic": clinic_id, "parts": [WORDS, *sorted(NAMES[kind] for kind in kinds)]}
    asked |= {"kept": [], "kept_as_of": None, "kept_seq": None, "kept_zone": None}
    if kept is not None:
        asked |= {"kept": sorted(kept.named), "kept_as_of": kept.mark.as_of, "kept_seq": kept.mark.last_seq}
        asked["kept_zone"] = kept.history.zone
    rows = {row.part: row for row in session.connection().execute(_PARTS, asked)}
    return rows if len(rows) == len(kinds) + 1 else None


def _of_kept(rows: Mapping[str, Any], kept: Kept) -> Iterable[Any]:
    return (row for part, row in rows.items() if part == WORDS or PARTS[part] in kept.history.parts)


def has_history(session: Session, clinic_id: int) -> bool:
    """Whether one has been made that can be read."""
    return session.connection().execute(_HEAD, {"clinic": clinic_id}).first() is not None


def list_standings(session: Session) -> list[Standing]:
    """Of every clinic."""
    return [
        Standing(row.id, row.zone, row.as_of if row.form == FORM else None, row.last_seq or 0, row.newest_seq)
        for row in session.connection().execute(_STANDINGS)
    ]
