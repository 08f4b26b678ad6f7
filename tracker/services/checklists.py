"""The checklist of a visit: each item answered once, by a person, with what was read or measured.

What was done is always written down. What speaks against it (a lot out of date, an antibiotic too early) stops the next
step, and the rules say so; what comes before its turn is a deviation with a reason.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from tracker.domain.access import Permission
from tracker.domain.allergies import named_allergies
from tracker.domain.checklists.rules import ESCORT, ChecklistItemRule
from tracker.domain.checklists.run import Fault, left_out, mends, standing_answers
from tracker.domain.checklists.unusual import is_above_reservoir, why_asked
from tracker.domain.checklists.values import UnreadableValue, read_value
from tracker.domain.checklists.vital_signs import alarms_of
from tracker.domain.dates import in_words
from tracker.domain.errors import InvalidInput, NotFound, StaleVersion
from tracker.domain.facts import Appointment, Arrangement, ChecklistItem
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.requirements.visit import act_left, circumstances, faults_of
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.pathway.wording import people, sentence_of
from tracker.domain.task_words import CHECKLIST_ALARM
from tracker.domain.typed_text import isolated
from tracker.domain.words import ConsentState, Escort, ItemState, Role, is_word
from tracker.persistence.models import Patient
from tracker.services.case_file import CaseFile, open_case
from tracker.services.deviations import above_reservoir, require_reason
from tracker.services.named import reader_problems
from tracker.services.physician_calls import call_physician
from tracker.services.work import CaseRef, Work, Written


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one item. ``second_by``: the other person where two must read, or where a change meets a rule.

    ``done_at``: when it was done, where that is not now. ``seen``: the number of the answer that stood when the form
    was made, 0 for none: then the answer stands on its own, and only another answer to the same item is in its way.
    ``None``: the version of the whole case decides.
    """

    item: str
    state: str = ItemState.DONE
    value: str = ""
    reason: str = ""
    second_by: int | None = None
    seen: int | None = None
    done_at: datetime | None = None


def answer_item(work: Work, ref: CaseRef, *, appointment: int, answer: Answer) -> Written:
    """Answer an item of the visit's checklist; a second answer takes the place of the first.

    :raises NotFound: if there is no such visit or item
    :raises StaleVersion: if somebody answered the item meanwhile
    :raises InvalidInput: for an answer that the item does not allow, and before the day of the visit
    """
    work.require(Permission.CHECKLIST)
    if answer.done_at is not None and answer.done_at > work.now:
        raise InvalidInput({"done_at": "This time is in the future."})
    checks_version = answer.seen is None
    file = open_case(work, ref, Permission.CHECKLIST, effective_at=answer.done_at, checks_version=checks_version)
    visit = next((each for each in file.snapshot.of(Appointment) if each.appointment == appointment), None)
    if visit is None:
        raise NotFound(str(appointment))
    rules = file.pathway.checklists.get(visit.purpose, ())
    rule = next((each for each in rules if each.key == answer.item), None)
    if rule is None:
        raise NotFound(answer.item)
    written = _written(file, visit, rule)
    if answer.seen is not None and answer.seen != (written.seq if written else 0):
        raise StaleVersion(file.case.version)
    problems, value = _problems(file, visit, rule, answer)
    if problems:
        raise InvalidInput(problems)
    before = _faults(file.pathway, file.snapshot, visit)
    fact = _write(file, visit, rule, answer, value)
    _refuse_mending_alone(file, visit, before, answer)
    if answer.state == ItemState.DONE:
        _record_what_came_early(file, visit, rule, fact)
        _record_what_cannot_be_right(file, visit, rule, fact)
        if rule.value == "vital_signs" and (signs := alarms_of(fact.value)):
            call_physician(file, CHECKLIST_ALARM, fact, (signs,))
    return file.finish("checklist_answered", item=answer.item)


def _written(file: CaseFile, visit: Appointment, rule: ChecklistItemRule) -> ChecklistItem | None:
    """What is written down for the item, also where it does not count any more."""
    found = file.snapshot.of(ChecklistItem)
    return next((each for each in found if (each.appointment, each.item) == (visit.appointment, rule.key)), None)


def _write(file: CaseFile, visit: Appointment, rule: ChecklistItemRule, answer: Answer, value: str) -> ChecklistItem:
    values: dict[str, object] = {
        "state": answer.state,
        "value": value,
        "reason": answer.reason.strip(),
        "second_by": answer.second_by,
        "room_id": visit.room_id if rule.per_room else None,
        "role": _role(file.work, rule) if answer.state == ItemState.OVERRIDDEN else "",
        "about_seq": _consent_named(file, visit, rule, answer),
    }
    written = _written(file, visit, rule)
    if written is not None:
        return file.change(written, **values)
    return file.record(ChecklistItem, appointment=visit.appointment, checklist=visit.purpose, item=rule.key, **values)


def _consent_named(file: CaseFile, visit: Appointment, rule: ChecklistItemRule, answer: Answer) -> int | None:
    """The consent that was read again with the patient: the answer counts for that one alone."""
    if not rule.names_consent or answer.state != ItemState.DONE:
        return None
    standing = file.snapshot.consent(visit.purpose)
    if standing is None or standing.state != ConsentState.SIGNED:
        raise InvalidInput({"state": "No signed consent stands: there is nothing to read again. Have it signed first."})
    return standing.seq


def _refuse_mending_alone(file: CaseFile, visit: Appointment, before: tuple[Fault, ...], answer: Answer) -> None:
    """A change by which a rule is met that was not needs a second person, whatever was changed."""
    mended = mends(before, _faults(file.pathway, file.snapshot, visit))
    if mended and answer.second_by in (None, file.work.actor.user_id):
        why = sentence_of(Blocker(mended[0].code, mended[0].params))
        raise InvalidInput({"second_by": f"This takes back: {why}. A second person must see such a change."})


def is_mended_without(pathway: Pathway, snapshot: Snapshot, fact: ChecklistItem) -> bool:
    """Whether a rule is met that was not once an answer is struck out: that is changed by two people too."""
    visit = next((each for each in snapshot.of(Appointment) if each.appointment == fact.appointment), None)
    if visit is None:
        return False
    return bool(mends(_faults(pathway, snapshot, visit), _faults(pathway, snapshot.without(fact.seq), visit)))


def _record_what_came_early(file: CaseFile, visit: Appointment, rule: ChecklistItemRule, fact: ChecklistItem) -> None:
    """What was done before its turn is written down all the same, as a deviation with a reason."""
    first = _left_before(file, visit, rule)
    if not first:
        return
    if not fact.reason:
        asked = f"“{first}” is not answered. Answer it first; if this was done all the same, say why."
        raise InvalidInput({"reason": asked})
    early = Blocker("checklist_order", (("first", first), ("item", rule.label)), requirement="checklist_order")
    require_reason(file, visit.purpose, [early], fact.reason, about_seq=fact.seq, begun_in=file.case.stage)


def _record_what_cannot_be_right(
    file: CaseFile, visit: Appointment, rule: ChecklistItemRule, fact: ChecklistItem
) -> None:
    """More than the pump holds was measured: it is written down all the same, and a physician looks at it."""
    held = _reservoir_ml(file)
    if is_above_reservoir(rule, fact.value, held):
        found = above_reservoir(Decimal(fact.value), held)
        require_reason(file, visit.purpose, found, fact.reason, about_seq=fact.seq, begun_in=file.case.stage)


def _reservoir_ml(file: CaseFile) -> Decimal | None:
    """What the pump in the patient holds; ``None``: none is in, or nobody knows."""
    return file.snapshot.pump.reservoir_ml if file.snapshot.pump else None


def _faults(pathway: Pathway, snapshot: Snapshot, visit: Appointment) -> tuple[Fault, ...]:
    return faults_of(pathway.checklists.get(visit.purpose, ()), visit, snapshot)


def _left_before(file: CaseFile, visit: Appointment, rule: ChecklistItemRule) -> str:
    """What must be answered before this item and is not: its words; empty if nothing is."""
    rules = file.pathway.checklists.get(visit.purpose, ())
    answers = standing_answers(file.snapshot.of(ChecklistItem), visit, file.snapshot.calendar)
    out = left_out(rules, circumstances(file.snapshot, answers, file.snapshot.calendar.today(visit.starts_at)))
    labels = {each.key: each.label for each in rules}
    return _act_left(file, visit, rule) or next(
        (labels[key] for key in rule.needs if key not in answers and key not in out), ""
    )


def _act_left(file: CaseFile, visit: Appointment, rule: ChecklistItemRule) -> str:
    """The dose that an item of the part after it waits for: its words; empty where it waits for none."""
    rules = file.pathway.checklists.get(visit.purpose, ())
    return act_left(rules, visit, file.snapshot) if rule.part == "after" else ""


def _role(work: Work, rule: ChecklistItemRule) -> str:
    """In which of their roles the actor leaves an item out."""
    return min(work.actor.roles & (rule.override_by or work.actor.roles), default="")


def _problems(
    file: CaseFile, visit: Appointment, rule: ChecklistItemRule, answer: Answer
) -> tuple[dict[str, str], str]:
    """What the item does not allow, as a sentence per field; and its value as it is kept."""
    found, value = dict[str, str](), ""
    if rule.record:
        return {"state": "This is recorded on the patient's page; the checklist shows it from there."}, ""
    calendar = file.snapshot.calendar
    day = calendar.today(visit.starts_at)
    if calendar.today(file.effective_at) < day:
        said = f"The visit is on {in_words(day)}: its checklist is answered on that day."
        found["done_at" if answer.done_at else "state"] = said
    found |= _state_problems(file, visit, rule, answer)
    if answer.state == ItemState.DONE and rule.value:
        value, refused = _value(file, rule, answer.value, day)
        found |= refused
        if (asked := why_asked(rule, value, _reservoir_ml(file))) and not answer.reason.strip():
            found["reason"] = asked
    if answer.state == ItemState.DONE and rule.two_person and answer.second_by in (None, file.work.actor.user_id):
        found["second_by"] = "A second person must read it too."
    return found | reader_problems(file.work, answer.second_by, Permission.CHECKLIST), value


def _value(file: CaseFile, rule: ChecklistItemRule, typed: str, day: date) -> tuple[str, dict[str, str]]:
    """The value as it is kept, or a sentence for one that cannot be, or that the patient's record contradicts."""
    try:
        value = read_value(rule, typed, day=day, now=file.snapshot.calendar.wall(file.work.now))
    except UnreadableValue as error:
        return "", {"value": str(error)}
    if rule.denies and value == rule.denies and (known := _allergies(file)):
        return "", {"value": f"On record: {isolated(known)}. Choose another answer, or put the record right first."}
    return value, {}


def _allergies(file: CaseFile) -> str:
    """What the patient's record names."""
    patient = file.work.session.get_one(Patient, (file.case.clinic_id, file.case.patient_id))
    return named_allergies(patient.allergies)


def _state_problems(file: CaseFile, visit: Appointment, rule: ChecklistItemRule, answer: Answer) -> dict[str, str]:
    """A sentence where the item cannot be left out, or not yet, or not without a reason."""
    found = dict[str, str]()
    if not is_word(answer.state, ItemState):
        found["state"] = "Choose done, not applicable or overridden."
    if answer.state == ItemState.OVERRIDDEN:
        found |= _override_problems(file.work, rule)
    if answer.state == ItemState.NOT_APPLICABLE and rule.stop == "hard":
        found |= _not_applicable_problems(file.work, rule, answer)
    if answer.state != ItemState.DONE and (act := _act_left(file, visit, rule)):
        found["state"] = f"“{act}” is not recorded: whether this applies is answered after it."
    if answer.state == ItemState.DONE and rule.is_arranged and rule.key == ESCORT and _comes_alone(file, visit):
        found["state"] = "The visit says that nobody comes along. Name the escort there first, or answer otherwise."
    if answer.state != ItemState.DONE and not answer.reason.strip():
        found["reason"] = "Say why."
    return found


def _comes_alone(file: CaseFile, visit: Appointment) -> bool:
    """Whether somebody wrote down that nobody takes the patient home."""
    arranged = (each for each in file.snapshot.of(Arrangement) if each.appointment == visit.appointment)
    return any(each.escort == Escort.NOBODY for each in arranged)


def _not_applicable_problems(work: Work, rule: ChecklistItemRule, answer: Answer) -> dict[str, str]:
    """Of a hard stop: some always apply, and that another does not is said by a physician, or by two."""
    if rule.is_always:
        return {"state": "This always applies. Do it."}
    if Role.PHYSICIAN in work.actor.roles or answer.second_by not in (None, work.actor.user_id):
        return {}
    return {"second_by": "That a hard stop does not apply is said by a physician, or confirmed by a second person."}


def _override_problems(work: Work, rule: ChecklistItemRule) -> dict[str, str]:
    if rule.stop == "hard":
        way = "Do it." if rule.is_always else "Do it, or say why it does not apply."
        return {"state": f"A hard stop cannot be overridden. {way}"}
    if rule.override_by and not rule.override_by & work.actor.roles:
        return {"state": f"This is left out by {people(rule.override_by)} only."}
    return {}
