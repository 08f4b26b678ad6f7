"""What is typed into an item on a day on which all goes well, and a whole part of a checklist answered at once."""

from collections.abc import Collection

from tracker.domain.access import Permission
from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.checklists.run import left_out
from tracker.domain.facts import Appointment, ChecklistItem
from tracker.domain.pathway.requirements.visit import circumstances
from tracker.services.case_file import open_case
from tracker.services.work import CaseRef, Work, Written

_BY_ITEM = {"allergies": "as on record", "anaesthesia": "local only", "incision": "08:40"}
_BY_VALUE = {
    "time": "08:10",
    "number": "12",
    "temperature": "36.8",
    "lot": "T-12",
    "expiry": "2099-12-31",
    "date": "2099-12-01",
    "text": "read aloud",
    "vital_signs": "120/80, 72, 98, 14",
}


def typical(rule: ChecklistItemRule) -> str:
    """The value of an item; empty where it takes none."""
    return _BY_ITEM.get(rule.key) or (rule.choices[0] if rule.choices else _BY_VALUE.get(rule.value, ""))


def answer_part(
    work: Work, ref: CaseRef, *, appointment: int, part: str, second_by: int, leave: Collection[str] = ()
) -> Written:
    """Write down every item of a part that is asked but those to ``leave``, in one go: no page can, and a test
    need not wait."""
    file = open_case(work, ref, Permission.CHECKLIST)
    visit = next(each for each in file.snapshot.of(Appointment) if each.appointment == appointment)
    rules, consent = file.pathway.checklists[visit.purpose], file.snapshot.consent(visit.purpose)
    for rule in rules:
        answers = {each.item: each for each in file.snapshot.of(ChecklistItem) if each.appointment == appointment}
        out = left_out(rules, circumstances(file.snapshot, answers, file.snapshot.calendar.today(visit.starts_at)))
        if rule.part == part and rule.stop != "note" and rule.key not in {*out, *answers, *leave}:
            values = {"state": "done", "value": typical(rule), "reason": "", "role": ""}
            people = {"second_by": second_by if rule.two_person else None, "room_id": None}
            item = {"appointment": appointment, "checklist": visit.purpose, "item": rule.key}
            named = consent.seq if rule.names_consent and consent else None
            file.record(ChecklistItem, **item, **values, **people, about_seq=named)
    return file.finish("checklist_answered")
