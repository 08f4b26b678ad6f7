"""Numbers and addresses that cannot be right come in as they were typed, and a task asks for the right ones."""

import hashlib
from collections.abc import Sequence
from datetime import date

from tracker.domain.facts import PumpCall
from tracker.domain.words import Role
from tracker.services.contact_details import call_back_doubt, doubts_about
from tracker.services.patients import Reach
from tracker.services.staff_tasks import opening
from tracker.services.work import Work

KIND = "reach_doubts"


def ask_about_reach(work: Work, *, case_id: int, reach: Sequence[Reach], today: date) -> None:
    """Have the coordinator ask for what is doubtful, once. ``today`` is the clinic's civil date."""
    doubts = doubts_about(reach)
    if not doubts:
        return
    said = [sentence for _kind, sentence in doubts]
    digest = hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]
    _open(work, case_id, key=digest, said=said, today=today)


def ask_about_call_back(work: Work, *, case_id: int, call: PumpCall, today: date) -> None:
    """Have the coordinator ask for the number to call back after a pump call, where what was typed cannot be one: for
    each call anew."""
    doubt = call_back_doubt(call.phone, none_known=True)
    if doubt:
        said = f"{doubt.removesuffix('.')} (pump call, {call.caller})."
        _open(work, case_id, key=f"call:{call.seq}", said=[said], today=today)


def _open(work: Work, case_id: int, *, key: str, said: Sequence[str], today: date) -> None:
    work.session.execute(
        opening(
            work.session,
            clinic_id=work.actor.clinic_id,
            case_id=case_id,
            kind=KIND,
            key=f"{KIND}:{case_id}:{key}",
            params={str(number): sentence for number, sentence in enumerate(said)},
            owner=Role.COORDINATOR,
            due_on=today,
            now=work.now,
            ids=work.ids,
        )
    )
