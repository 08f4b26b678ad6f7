"""The pump is beeping: a call is written down whoever takes it, and a physician is asked at once.

Nothing is triaged here. A call of somebody who is not found is a task for the physician on call, with the number, and
whoever is on call is paged about it. No call waits for its number: a form that is refused keeps the physician waiting,
and the caller may hang up meanwhile. What cannot be a number is kept as it was typed, and put right afterwards.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.facts import Document, PumpCall
from tracker.domain.obligations.pump_calls import BY_DOCUMENT, DECIDED
from tracker.domain.words import CallTone, DeterminationKind, Role, is_word
from tracker.persistence.models import StaffTask
from tracker.persistence.models.messages import PAGED_TASK
from tracker.services.case_file import CaseFile, open_case
from tracker.services.clinic_events import tell_clinic
from tracker.services.contact_details import call_back_doubt
from tracker.services.named import paper_problems
from tracker.services.reach_doubts import ask_about_call_back
from tracker.services.staff_tasks import opening
from tracker.services.trials import determine
from tracker.services.work import CaseRef, Work, Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the caller said. What is not ticked was not said. ``none_known``: nobody knows a number to call back."""

    tone: str
    drowsy: bool = False
    feverish: bool = False
    itching: bool = False
    stiff: bool = False
    wound: bool = False
    caller: str = ""
    phone: str = ""
    none_known: bool = False
    words: str = ""

    def in_words(self) -> str:
        """What is kept in words: also that the number was asked for, so that the physician need not ask again."""
        words = self.words.strip()
        if not self.none_known or self.phone.strip():
            return words
        end = "" if not words or words.endswith((".", "!", "?")) else "."
        return f"{words}{end} No number to call back was known.".strip()


def record_pump_call(work: Work, ref: CaseRef, call: Call, *, called_at: datetime | None = None) -> Written:
    """Record a call about a pump, also of a closed case. A physician is asked, whatever was answered.

    :raises InvalidInput: without the tone or who called
    """
    file = open_case(work, ref, Permission.PUMP_CALL, effective_at=called_at)
    problems: dict[str, str] = {}
    if not is_word(call.tone, CallTone):
        problems["tone"] = "Choose what is heard; not sure is an answer."
    if not call.caller.strip():
        problems["caller"] = "Who called?"
    if problems:
        raise InvalidInput(problems)
    pump = file.snapshot.pump
    recorded = file.record(
        PumpCall,
        device=pump.device if pump else None,
        tone=call.tone,
        drowsy=call.drowsy,
        feverish=call.feverish,
        itching=call.itching,
        stiff=call.stiff,
        wound=call.wound,
        caller=call.caller.strip(),
        phone=call.phone.strip(),
        words=call.in_words(),
    )
    ask_about_call_back(work, case_id=file.case.id, call=recorded, today=file.snapshot.calendar.today(work.now))
    return file.finish("pump_call_taken")


def settle_pump_call(work: Work, ref: CaseRef, *, call_seq: int, document_seq: int | None, reason: str) -> Written:
    """Record that care elsewhere is documented, or what a physician has decided.

    :raises NotFound: if no such call stands
    :raises InvalidInput: without words; without a document, for whoever is no physician; for a document that is older
        than the call
    """
    file = open_case(work, ref, Permission.REFILL)
    call = next((each for each in file.snapshot.of(PumpCall) if each.seq == call_seq), None)
    if call is None:
        raise NotFound(str(call_seq))
    problems = paper_problems(file.snapshot, document_seq) or _paper_is_older(file, call, document_seq)
    if not reason.strip():
        problems["reason"] = "Say what was done for the patient."
    if document_seq is None and not work.actor.may(Permission.DECIDE_OUTCOME):
        problems["document_seq"] = "Without a document only a physician can close a pump call."
    if problems:
        raise InvalidInput(problems)
    value = DECIDED if document_seq is None else f"{BY_DOCUMENT}{document_seq}"
    determine(file, DeterminationKind.PUMP_CALL_SETTLED, value=value, reason=reason.strip(), about_seq=call_seq)
    return file.finish("pump_call_settled")


def _paper_is_older(file: CaseFile, call: PumpCall, document_seq: int | None) -> dict[str, str]:
    called_on = file.snapshot.calendar.today(call.effective_at)
    paper = next((each for each in file.snapshot.of(Document) if each.seq == document_seq), None)
    if paper is None or paper.dated_on >= called_on:
        return {}
    return {"document_seq": "This document is older than the call."}


def record_call_of_unknown(
    work: Work, calendar: ClinicCalendar, *, caller: str, phone: str, words: str, none_known: bool = False
) -> int:
    """Keep the call of somebody whose patient is not found, as a task of the physician on call, due today; return its
    id. ``none_known``: it was said that no number is known.

    :raises NotPermitted: for a role that takes no calls
    :raises InvalidInput: where neither a number is given nor a word on what it is about
    """
    work.require(Permission.PUMP_CALL)
    phone, words, caller = phone.strip(), words.strip(), caller.strip()
    if not phone and not words:
        raise InvalidInput({"phone": "Write down the number, or what the caller said."})
    doubt = call_back_doubt(phone, none_known=none_known).removesuffix(".") or ("" if phone else "no number is known")
    session, clinic_id = work.session, work.actor.clinic_id
    key = f"{PAGED_TASK}:{work.ids.row_id(work.now)}"
    session.execute(
        opening(
            session,
            clinic_id=clinic_id,
            case_id=None,
            kind=PAGED_TASK,
            key=key,
            params={"phone": phone, "caller": caller, "words": words, "doubt": doubt},
            owner=Role.PHYSICIAN,
            due_on=calendar.today(work.now),
            now=work.now,
            ids=work.ids,
        )
    )
    tell_clinic(work, "pump_call_of_unknown_taken", {"task": PAGED_TASK, "key": key})
    return session.scalars(select(StaffTask.id).where(StaffTask.clinic_id == clinic_id, StaffTask.key == key)).one()


def put_number_right(work: Work, *, task_id: int, phone: str) -> None:
    """Write the number to call back into the call of somebody unknown. What was given first stays beside it.

    :raises NotPermitted: for a role that takes no calls
    :raises NotFound: if there is no such call
    :raises InvalidInput: for what cannot be a number (nobody waits for this one), or once somebody has seen to the call
    """
    work.require(Permission.PUMP_CALL)
    is_call = (StaffTask.clinic_id == work.actor.clinic_id, StaffTask.id == task_id, StaffTask.kind == PAGED_TASK)
    task = work.session.scalars(select(StaffTask).where(*is_call).with_for_update()).one_or_none()
    if task is None:
        raise NotFound(str(task_id))
    if task.done_at is not None:
        raise InvalidInput({"phone": f"Somebody has seen to this call: {task.outcome} Tell a physician the number."})
    if doubt := call_back_doubt(phone):
        raise InvalidInput({"phone": doubt})
    before = (str(task.params.get(name) or "") for name in ("first", "phone"))
    first = ", ".join(each for each in before if each and each != phone.strip())
    task.params = {**task.params, "phone": phone.strip(), "first": first, "doubt": ""}
    tell_clinic(work, "call_back_number_given", {"task": task.kind, "key": task.key})
