"""The address of a clinic's wall view: whoever has it sees times, rooms and states of today's visits, and nothing else.

Only the fingerprint is kept, as of every other token. A new address ends the one before.
"""

from tracker.domain.access import Permission
from tracker.domain.credentials import fingerprint
from tracker.domain.errors import NotFound
from tracker.persistence.models import Clinic
from tracker.services.clinic_events import tell_clinic
from tracker.services.work import Work


def make_wall_address(work: Work) -> str:
    """Give the wall view a new address, and return what stands in it; it is shown only now.

    :raises NotPermitted: for anybody who may not manage the clinic
    """
    work.require(Permission.MANAGE_CLINIC)
    token = work.ids.token()
    _keep(work, fingerprint(token), "wall_view_opened")
    return token


def end_wall_address(work: Work) -> None:
    """Let the wall view have no address any more.

    :raises NotPermitted: for anybody who may not manage the clinic
    """
    _keep(work, "", "wall_view_ended")


def _keep(work: Work, key: str, event: str) -> None:
    work.require(Permission.MANAGE_CLINIC)
    clinic = work.session.get(Clinic, work.actor.clinic_id, with_for_update=True)
    if clinic is None:
        raise NotFound("no such clinic")
    clinic.wall_key = key
    clinic.version += 1
    tell_clinic(work, event, {})
