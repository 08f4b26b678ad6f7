"""What a form names by number must be of the actor's clinic: people, rooms, clinicians, payers, and papers of the case.

The database refuses most of these too, but says neither which one it was nor anything a person could read. A document
stands in for a second person only if it is there.
"""

from sqlalchemy import select

from tracker.domain.access import Permission, roles_that_may
from tracker.domain.facts import Document
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.pathway.wording import people
from tracker.persistence.models import Clinician, Membership, MembershipRole, Payer, Room
from tracker.services.work import Work


def person_problems(work: Work, user_id: int | None, field: str = "second_by") -> dict[str, str]:
    """A sentence at ``field`` unless the person is nobody, the actor, or works at the actor's clinic."""
    if user_id in (None, work.actor.user_id):
        return {}
    member = select(Membership.user_id).where(
        Membership.clinic_id == work.actor.clinic_id, Membership.user_id == user_id, Membership.is_active
    )
    return {} if work.session.scalar(member) is not None else {field: "Choose somebody of this clinic."}


def reader_problems(work: Work, user_id: int | None, permission: Permission) -> dict[str, str]:
    """A sentence at ``second_by`` unless the person may do themselves what they are said to have read or checked, and
    one at ``pin`` unless they confirmed it with their own PIN.

    A second reading is worth what the reader knows of it: the front desk cannot vouch for a dose. And a name that the
    first person chose from a list is nobody's reading: whoever reads beside them types what nobody else knows.
    """
    found = person_problems(work, user_id)
    if found or user_id in (None, work.actor.user_id):
        return found
    roles = roles_that_may(permission)
    role = select(MembershipRole.role).where(
        MembershipRole.clinic_id == work.actor.clinic_id,
        MembershipRole.user_id == user_id,
        MembershipRole.role.in_(roles),
    )
    if work.session.scalar(role.limit(1)) is None:
        return {"second_by": f"Choose somebody who may do this too: {people(roles)}."}
    return _pin_problems(work, user_id)


def _pin_problems(work: Work, user_id: int | None) -> dict[str, str]:
    """A sentence unless this very person's PIN came with what is written, and was right."""
    if not work.readers_confirm:
        return {}
    if work.second is None or work.second.user_id != user_id:
        return {"pin": "The second person confirms with their own PIN."}
    return {"pin": work.second.problem} if work.second.problem else {}


def place_problems(work: Work, room_id: int | None, clinician_id: int | None) -> dict[str, str]:
    """A sentence for a room or a clinician that the clinic does not have."""
    clinic_id, found = work.actor.clinic_id, dict[str, str]()
    if room_id is not None and work.session.get(Room, (clinic_id, room_id)) is None:
        found["room_id"] = "Choose a room of this clinic."
    if clinician_id is not None and work.session.get(Clinician, (clinic_id, clinician_id)) is None:
        found["clinician_id"] = "Choose a clinician of this clinic."
    return found


def payer_problems(work: Work, payer_id: int | None) -> dict[str, str]:
    """A sentence for a payer that the clinic does not have."""
    if payer_id is None or work.session.get(Payer, (work.actor.clinic_id, payer_id)) is not None:
        return {}
    return {"payer_id": "Choose a payer of this clinic."}


def paper_problems(snapshot: Snapshot, document_seq: int | None) -> dict[str, str]:
    """A sentence for a document that does not stand in the case."""
    if document_seq is None or any(each.seq == document_seq for each in snapshot.of(Document)):
        return {}
    return {"document_seq": "Choose a document of this patient."}
