"""Answers that a tablet kept until it reached the server: each is taken once, and none is dropped.

Whoever answered sends them, in the order in which they were made, and everything is decided here again: permission,
clinic, rules of the item, and whether somebody else answered meanwhile. What cannot be taken becomes a task that says
what was entered, in a transaction of its own: the one in which it was tried is over by then.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import Insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import DomainError, InvalidInput, NotFound, NotPermitted, StaleVersion
from tracker.domain.facts import ChecklistItem
from tracker.domain.task_words import NOT_TAKEN, TWO_ANSWERS
from tracker.domain.words import ItemState, Role
from tracker.persistence.models import ReceivedEntry, StaffTask
from tracker.persistence.vocabulary import EntryOutcome
from tracker.queries.offline_day import AnsweredPlace, StoredAnswer, find_place
from tracker.services.checklists import Answer, answer_item
from tracker.services.clinic_events import tell_clinic
from tracker.services.room_checks import check_room
from tracker.services.staff_tasks import opening
from tracker.services.work import CaseRef, Work

#: A tablet's clock may be ahead by this much; what it says then happened now.
CLOCKS_DIFFER = timedelta(minutes=2)
_STATES: dict[str, str] = {
    ItemState.DONE: "done",
    ItemState.NOT_APPLICABLE: "does not apply",
    ItemState.OVERRIDDEN: "left out",
}


class UsedId(DomainError):
    """Another entry of the same person came in under this id before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One answer as the tablet kept it. ``id``: 32 random hexadecimal digits; ``made_at``: when it was answered;
    ``answer.seen``: the number of the answer that the tablet knew of, 0 for none. ``after``: the id of an earlier entry
    of the same person to the same item: then this one takes the place of the answer that the earlier one became."""

    id: str
    case: str
    appointment: int
    answer: Answer
    made_at: datetime
    after: str = ""


def take_entry(work: Work, entry: Entry) -> EntryOutcome:
    """Write the answer down as made when it was made; what was received before changes nothing.

    :raises StaleVersion: if somebody else answered the item meanwhile
    :raises InvalidInput: for an answer that the item does not allow, and for a time in the future
    :raises NotFound: if the clinic has no such visit or item
    :raises NotPermitted: if the actor may not answer, or the id is that of somebody else's entry
    :raises UsedId: if the actor entered something else under the id, be it another value
    """
    place = _place(work, entry)
    case_id = place.case_id
    if case_id is None:
        raise NotFound(entry.case)
    # Its case is named once it is locked: a reference to it would hold it half, and two such wait for each other.
    before = _note(work, entry, place, EntryOutcome.SAVED, is_case_named=False)
    if before is not None:
        return before
    if entry.made_at > work.now + CLOCKS_DIFFER:
        raise InvalidInput({"made_at": "Its time is in the future: the clock of the tablet may be wrong."})
    answer = replace(entry.answer, done_at=min(entry.made_at, work.now), seen=_seen(work, entry, place))
    seq = _answer(work, entry, place, answer)
    work.session.execute(
        update(ReceivedEntry)
        .where(ReceivedEntry.clinic_id == work.actor.clinic_id, ReceivedEntry.entry_id == entry.id)
        .values(case_id=case_id, answer_seq=seq)
    )
    _settle_earlier(work, entry, case_id, _anew(work, entry, place))
    return EntryOutcome.SAVED


def keep_second(work: Work, entry: Entry, error: StaleVersion) -> None:
    """Keep an answer of the page of the checklist that met another one, as one of a tablet is kept; once while it is
    not decided."""
    waits = select(StaffTask.id).where(
        StaffTask.clinic_id == work.actor.clinic_id, StaffTask.key == f"entry:{entry.id}", StaffTask.done_at.is_(None)
    )
    if work.session.scalar(waits) is None:
        set_aside(work, entry, error)


def settle_second(work: Work, entry: Entry, *, is_left: bool) -> None:
    """End what waits to be decided of the actor's earlier answers to the item: they have answered anew, or leave what
    stands (``is_left``)."""
    place = _place(work, entry)
    if place.case_id is None:
        return
    stands = place.answer
    left = f"left what stands: {_said(stands, stands.by, stands.at, place.zone)}" if stands else "not recorded"
    _settle_earlier(work, entry, place.case_id, left if is_left else _anew(work, entry, place))


def _anew(work: Work, entry: Entry, place: AnsweredPlace) -> str:
    return f"answered anew: {_said(entry.answer, work.actor.name, entry.made_at, place.zone)}"


def _settle_earlier(work: Work, entry: Entry, case_id: int, outcome: str) -> None:
    """End the tasks about earlier answers of the same person to the same item: they have answered anew since, in the
    place of what stood, and another page of theirs may have sent the earlier one meanwhile."""
    earlier = (
        select(literal("entry:") + ReceivedEntry.entry_id)
        .where(
            ReceivedEntry.clinic_id == work.actor.clinic_id,
            ReceivedEntry.user_id == work.actor.user_id,
            ReceivedEntry.case_id == case_id,
            ReceivedEntry.appointment == entry.appointment,
            ReceivedEntry.item == entry.answer.item,
            ReceivedEntry.outcome != EntryOutcome.SAVED,
            ReceivedEntry.made_at <= entry.made_at,
        )
        .scalar_subquery()
    )
    open_ones = (
        select(StaffTask)
        .where(
            StaffTask.clinic_id == work.actor.clinic_id,
            StaffTask.case_id == case_id,
            StaffTask.done_at.is_(None),
            StaffTask.key.in_(earlier),
        )
        .order_by(StaffTask.id)
        .with_for_update()
    )
    for task in work.session.scalars(open_ones).all():
        task.done_at, task.done_by, task.outcome = work.now, work.actor.user_id, outcome
        tell_clinic(work, "task_ended", {"task": task.kind, "key": task.key, "outcome": task.outcome}, case_id=case_id)


def set_aside(work: Work, entry: Entry, error: DomainError) -> EntryOutcome:
    """Keep what could not be taken as a task for the nurses, with what was entered; what was received before changes
    nothing. ``error``: why ``take_entry`` did not take it; its transaction is over."""
    place = _place(work, entry)
    is_conflict = isinstance(error, (StaleVersion, UsedId)) and place.answer is not None
    outcome = EntryOutcome.CONFLICT if is_conflict else EntryOutcome.REFUSED
    try:
        before = _note(work, entry, place, outcome)
    except UsedId:
        return set_aside(work, replace(entry, id=_other_id(entry)), error)
    if before is not None:
        return before
    _open_task(work, entry, place, why=reason_of(error), is_conflict=is_conflict)
    said = {"entry": entry.id, "item": entry.answer.item, "outcome": outcome, "made_at": entry.made_at}
    tell_clinic(work, "entry_set_aside", said, case_id=place.case_id)
    return outcome


def about_of(work: Work, entry: Entry) -> str:
    """What an entry is about: the item, and the patient's family name where the clinic has the visit."""
    place = _place(work, entry)
    return ", ".join(filter(None, (place.label, place.family_name)))


def _place(work: Work, entry: Entry) -> AnsweredPlace:
    return find_place(work.session, work.actor, entry.case, entry.appointment, entry.answer.item)


def _answer(work: Work, entry: Entry, place: AnsweredPlace, answer: Answer) -> int | None:
    """Write the answer down as the page of the checklist does; its number, if the visit's checklist names it."""
    at = answer.done_at or work.now
    is_of_day = ClinicCalendar(place.zone).today(at) == place.on
    if place.room_id is not None and is_of_day and answer.state == ItemState.DONE:
        # Looked at once, for every visit in the room: whoever looked first is named, and no second look is in its way.
        check_room(work, room_id=place.room_id, item=answer.item, checked_at=at)
        work.session.flush()
        stands = _place(work, entry).answer
        return stands.seq if stands else None
    written = answer_item(work, CaseRef(entry.case, 0), appointment=entry.appointment, answer=answer)
    return next(fact.seq for fact in written.facts if isinstance(fact, ChecklistItem))


def reason_of(error: DomainError) -> str:
    """Why an entry was not taken, as a sentence."""
    if isinstance(error, InvalidInput):
        return " ".join(error.problems.values())
    if isinstance(error, StaleVersion):
        return "Somebody else answered this item meanwhile, or took the answer back."
    if isinstance(error, NotFound):
        return "There is no such visit or item any more."
    if isinstance(error, UsedId):
        return "The tablet sent another answer under the same number before."
    return "Whoever entered it may not answer checklists."


def _seen(work: Work, entry: Entry, place: AnsweredPlace) -> int:
    """The answer that this one takes the place of: what an earlier entry of theirs became, or what was shown. Their own
    answer of before it is nobody else's, whether or not the tablet knew of it."""
    stands = place.answer
    if stands is not None and stands.by_id == work.actor.user_id and stands.at <= entry.made_at:
        return stands.seq
    mine = (
        ReceivedEntry.clinic_id == work.actor.clinic_id,
        ReceivedEntry.entry_id == entry.after,
        ReceivedEntry.user_id == work.actor.user_id,
        ReceivedEntry.case_id == place.case_id,
        ReceivedEntry.appointment == entry.appointment,
        ReceivedEntry.item == entry.answer.item,
    )
    became = work.session.scalar(select(ReceivedEntry.answer_seq).where(*mine)) if entry.after else None
    return max(became or 0, entry.answer.seen or 0)


def _note(
    work: Work, entry: Entry, place: AnsweredPlace, outcome: EntryOutcome, *, is_case_named: bool = True
) -> EntryOutcome | None:
    """Write down that the entry came in; what became of it before, if it did. Of two at the same moment one waits."""
    inserted = work.session.scalar(
        _inserting(work.session)
        .values(
            clinic_id=work.actor.clinic_id,
            entry_id=entry.id,
            user_id=work.actor.user_id,
            case_id=place.case_id if is_case_named else None,
            appointment=entry.appointment,
            item=entry.answer.item,
            made_at=entry.made_at,
            received_at=work.now,
            outcome=outcome,
            digest=_digest(entry),
        )
        .returning(ReceivedEntry.entry_id)
    )
    if inserted is not None:
        return None
    row = work.session.scalars(
        select(ReceivedEntry).where(ReceivedEntry.clinic_id == work.actor.clinic_id, ReceivedEntry.entry_id == entry.id)
    ).one()
    if row.user_id != work.actor.user_id:
        raise NotPermitted(entry.id)
    is_other_case = None not in {row.case_id, place.case_id} and row.case_id != place.case_id
    told = (entry.appointment, entry.answer.item, entry.made_at)
    is_other_answer = row.digest not in {None, _digest(entry)}
    if is_other_case or is_other_answer or (row.appointment, row.item, row.made_at) != told:
        raise UsedId(entry.id)
    return EntryOutcome(row.outcome)


def _other_id(entry: Entry) -> str:
    """An id for what came under one that was used: the same one each time that it is sent."""
    said = (entry.id, entry.case, entry.appointment, entry.answer.item, entry.made_at.isoformat(), _digest(entry))
    return sha256(repr(said).encode()).hexdigest()[:32]


def _digest(entry: Entry) -> str:
    """What tells an answer from another one: of two alike it is the same only under the same id."""
    given = entry.answer
    return sha256(repr((entry.id, given.state, given.value, given.reason)).encode()).hexdigest()


def _inserting(session: Session) -> Insert:
    key = ["clinic_id", "entry_id"]
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(ReceivedEntry).on_conflict_do_nothing(index_elements=key)
    return sqlite.insert(ReceivedEntry).on_conflict_do_nothing(index_elements=key)


def _open_task(work: Work, entry: Entry, place: AnsweredPlace, *, why: str, is_conflict: bool) -> None:
    entered = _said(entry.answer, work.actor.name, entry.made_at, place.zone)
    params = {"item": place.label, "entered": entered}
    if is_conflict and place.answer is not None:
        params["stands"] = _said(place.answer, place.answer.by, place.answer.at, place.zone)
    else:
        params["why"] = why
    work.session.execute(
        opening(
            work.session,
            clinic_id=work.actor.clinic_id,
            case_id=place.case_id,
            kind=TWO_ANSWERS if is_conflict else NOT_TAKEN,
            key=f"entry:{entry.id}",
            params=params,
            owner=Role.NURSE,
            due_on=ClinicCalendar(place.zone).today(work.now),
            now=work.now,
            ids=work.ids,
        )
    )


def _said(answer: Answer | StoredAnswer, by: str, at: datetime, zone: str) -> str:
    """An answer in words, with who gave it and the wall time at the clinic."""
    words = _STATES.get(answer.state, answer.state)
    content = " · ".join(filter(None, (answer.value.strip(), answer.reason.strip())))
    local = at.astimezone(ZoneInfo(zone))
    return f"{words}{f': {content}' if content else ''} ({by}, {local.day} {local:%b %H:%M})"
