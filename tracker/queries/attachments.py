"""Scans that were attached to cases: one of a case, and all that there are, to be held against the files."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.errors import NotFound
from tracker.persistence.models import Attachment, Case, ConsentFormRow

_ONE: Select[Any] = select(Attachment.media_type).where(
    Attachment.clinic_id == bindparam("clinic"),
    Attachment.case_id == bindparam("case"),
    Attachment.digest == bindparam("digest"),
)
_OF_SCAN: tuple[Any, ...] = (Attachment.clinic_id, Case.public_id, Attachment.digest)
_OF_FORM: tuple[Any, ...] = (
    Case.public_id, ConsentFormRow.title, ConsentFormRow.body, ConsentFormRow.text_hash, ConsentFormRow.strokes,
    ConsentFormRow.strokes_hash,
)  # fmt: skip
_IN_CASE = and_(Case.clinic_id == Attachment.clinic_id, Case.id == Attachment.case_id)
_ALL: Select[Any] = (
    select(*_OF_SCAN).join(Case, _IN_CASE).order_by(Attachment.clinic_id, Attachment.case_id, Attachment.digest)
)
_FORMS: Select[Any] = (
    select(*_OF_FORM)
    .join(Case, and_(Case.clinic_id == ConsentFormRow.clinic_id, Case.id == ConsentFormRow.case_id))
    .order_by(ConsentFormRow.clinic_id, ConsentFormRow.case_id, ConsentFormRow.public_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """One scan, by the case that it belongs to."""

    clinic_id: int
    case: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptForm:
    """A text as it was signed, with the hashes that stand in the event."""

    case: str
    title: str
    body: str
    text_hash: str
    strokes: str
    strokes_hash: str


def media_type_of(session: Session, viewer: Actor, case_id: int, digest: str) -> str:
    """The media type of a scan of a case.

    :raises NotFound: if the case has no such scan
    """
    asked = {"clinic": viewer.clinic_id, "case": case_id, "digest": digest}
    found: str | None = session.execute(_ONE, asked).scalar_one_or_none()
    if found is None:
        raise NotFound("no such scan")
    return found


def all_attached(session: Session) -> Iterator[Attached]:
    """Every scan of every clinic."""
    for row in session.execute(_ALL.execution_options(yield_per=500)):
        yield Attached(clinic_id=row.clinic_id, case=row.public_id, digest=row.digest)


def all_forms(session: Session) -> Iterator[KeptForm]:
    """Every text that was signed."""
    for row in session.execute(_FORMS.execution_options(yield_per=100)):
        values = {name: value for name, value in row._mapping.items() if name != "public_id"}
        yield KeptForm(case=row.public_id, **values)
