"""Payers by name: a referral names one in words, and the clinic's list holds it once."""

from sqlalchemy import select

from tracker.domain.names import fold
from tracker.persistence.models import Payer
from tracker.services.work import Work


def payer_named(work: Work, name: str) -> int | None:
    """The id of the clinic's payer of that name, added to the list if it is new; ``None`` for an empty name."""
    key = fold(name)
    if not key:
        return None
    mine = (Payer.clinic_id == work.actor.clinic_id, Payer.name_key == key)
    found = work.session.scalar(select(Payer.id).where(*mine))
    if found is not None:
        return found
    payer = Payer(
        clinic_id=work.actor.clinic_id,
        id=work.ids.row_id(work.now),
        name=name.strip(),
        name_key=key,
        is_active=True,
        version=1,
    )
    work.session.add(payer)
    work.session.flush()
    return payer.id
