"""A consent as it was signed: the text, the signature, and who was there; and which consent stands for a visit."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.errors import NotFound
from tracker.persistence.models import BlockerInterval, Case, Clinician, ConsentFormRow, ConsentRow, User
from tracker.persistence.types import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedForm:
    """A text as it was signed, with its signature (empty: on paper) and both hashes. ``state``: the last word on it,
    said at ``said_at``; ``is_replaced``: another consent stands in its place."""

    procedure: str
    language: str
    text_version: int
    title: str
    body: str
    approved_by: str
    text_hash: str
    strokes: str
    strokes_hash: str
    made_at: datetime
    made_by: str
    state: str
    said_at: datetime
    reason: str
    signed_on: date
    signed_by: str
    relation: str
    assent: str
    witness: str
    interpreter: str
    clinician: str
    is_replaced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingConsent:
    """The latest word on a consent. ``text_version`` is ``None`` where the text is not one of ours, or not known;
    ``missing``: what the next step of the case lacks of it, as codes with their parameters."""

    seq: int
    state: str
    signed_on: date
    signed_by: str
    relation: str
    reason: str
    form: str | None
    language: str | None
    text_version: int | None
    missing: tuple[tuple[str, JsonObject], ...] = ()


_OF_FORM: tuple[Any, ...] = (
    ConsentFormRow.procedure, ConsentFormRow.language, ConsentFormRow.text_version, ConsentFormRow.title,
    ConsentFormRow.body, ConsentFormRow.approved_by, ConsentFormRow.text_hash, ConsentFormRow.strokes,
    ConsentFormRow.strokes_hash, ConsentFormRow.made_at,
)  # fmt: skip
_OF_CONSENT: tuple[Any, ...] = (
    ConsentRow.state, ConsentRow.effective_at.label("said_at"), ConsentRow.reason, ConsentRow.signed_on,
    ConsentRow.signed_by, ConsentRow.relation, ConsentRow.assent, ConsentRow.witness, ConsentRow.interpreter,
)  # fmt: skip
_IS_ITS_FORM = and_(
    ConsentFormRow.clinic_id == ConsentRow.clinic_id,
    ConsentFormRow.case_id == ConsentRow.case_id,
    ConsentFormRow.public_id == ConsentRow.form,
)
_SIGNED: Select[Any] = (
    select(
        *_OF_FORM,
        *_OF_CONSENT,
        ConsentRow.superseded_by,
        User.name.label("made_by"),
        Clinician.name.label("clinician"),
    )
    .join(ConsentRow, _IS_ITS_FORM)
    .join(User, User.id == ConsentFormRow.made_by)
    .outerjoin(Clinician, and_(Clinician.clinic_id == ConsentRow.clinic_id, Clinician.id == ConsentRow.clinician_id))
    .where(
        ConsentFormRow.clinic_id == bindparam("clinic"),
        ConsentFormRow.case_id == bindparam("case"),
        ConsentFormRow.public_id == bindparam("form"),
    )
    .order_by(ConsentRow.seq.desc())
    .limit(1)
)
_OF_STANDING: tuple[Any, ...] = (
    ConsentRow.seq, ConsentRow.state, ConsentRow.signed_on, ConsentRow.signed_by, ConsentRow.relation,
    ConsentRow.reason, ConsentRow.form, ConsentFormRow.language, ConsentFormRow.text_version,
)  # fmt: skip
_STANDING: Select[Any] = (
    select(*_OF_STANDING)
    .join(Case, and_(Case.clinic_id == ConsentRow.clinic_id, Case.id == ConsentRow.case_id))
    .outerjoin(ConsentFormRow, _IS_ITS_FORM)
    .where(
        ConsentRow.clinic_id == bindparam("clinic"),
        Case.public_id == bindparam("case"),
        ConsentRow.purpose == bindparam("purpose"),
        ConsentRow.superseded_by.is_(None),
    )
    .order_by(ConsentRow.seq.desc())
    .limit(1)
)


_OF_BLOCKER: tuple[Any, ...] = (BlockerInterval.code, BlockerInterval.params)
_MISSING: Select[Any] = (
    select(*_OF_BLOCKER)
    .join(Case, and_(Case.clinic_id == BlockerInterval.clinic_id, Case.id == BlockerInterval.case_id))
    .where(
        BlockerInterval.clinic_id == bindparam("clinic"),
        Case.public_id == bindparam("case"),
        BlockerInterval.until_at.is_(None),
    )
    .order_by(BlockerInterval.code)
)
_OF_CONSENTS = ("consent_", "assent_")


def get_signed_form(session: Session, viewer: Actor, case_id: int, public_id: str) -> SignedForm:
    """A text as it was signed in a case, with the latest word on the consent.

    :raises NotFound: if the case has no such form
    """
    row = session.execute(_SIGNED, {"clinic": viewer.clinic_id, "case": case_id, "form": public_id}).one_or_none()
    if row is None:
        raise NotFound("no such form")
    return _signed(row)


def find_standing(session: Session, viewer: Actor, case_public_id: str, purpose: str) -> StandingConsent | None:
    """The latest word on the consent for a procedure; ``None`` where nobody signed."""
    asked = {"clinic": viewer.clinic_id, "case": case_public_id, "purpose": purpose}
    row = session.execute(_STANDING, asked).one_or_none()
    if row is None:
        return None
    missing = session.execute(_MISSING, {"clinic": viewer.clinic_id, "case": case_public_id})
    of_it = ((code, said) for code, said in missing if code.startswith(_OF_CONSENTS) and said.get("purpose") == purpose)
    return StandingConsent(**row._mapping, missing=tuple(of_it))


def _signed(row: Row[Any]) -> SignedForm:
    known = {name: value for name, value in row._mapping.items() if name not in {"superseded_by", "clinician"}}
    return SignedForm(**known, clinician=row.clinician or "", is_replaced=row.superseded_by is not None)
