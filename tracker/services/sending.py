"""Pausing and resuming the messages of a clinic, by a named person, on the record.

While sending is paused nothing is lost: reminders stay due, and one that is useless by the time it resumes expires
where people see it.
"""

from sqlalchemy import select

from tracker.domain.access import Permission
from tracker.domain.errors import NotFound, StaleVersion
from tracker.persistence.models import Clinic
from tracker.services.clinic_events import tell_clinic
from tracker.services.work import Work


def set_sending(work: Work, *, expected_version: int, is_paused: bool) -> None:
    """Pause or resume the clinic's messages. What is so already stays so, and is not recorded again.

    :raises NotPermitted: for anybody who may not pause sending
    :raises StaleVersion: when somebody changed the clinic meanwhile
    """
    work.require(Permission.PAUSE_SENDING)
    clinic = work.session.scalars(
        select(Clinic).where(Clinic.id == work.actor.clinic_id).with_for_update()
    ).one_or_none()
    if clinic is None:
        raise NotFound("no such clinic")
    if (clinic.sending_paused_at is not None) == is_paused:
        return
    if clinic.version != expected_version:
        raise StaleVersion(clinic.version)
    clinic.sending_paused_at = work.now if is_paused else None
    clinic.version += 1
    tell_clinic(work, "sending_paused" if is_paused else "sending_resumed", {})
