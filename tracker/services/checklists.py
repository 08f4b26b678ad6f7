"""The checklist of a visit: each item answered once, by a person, with what was read or measured."""

from dataclasses import dataclass

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound, StaleVersion
from tracker.domain.facts import Appointment, ChecklistItem
from tracker.domain.pathway.definition import ChecklistItemRule
from tracker.domain.words import ConsentState, ItemState, is_word
from tracker.services.case_file import CaseFile, open_case
from tracker.services.named import reader_problems
from tracker.services.work import CaseRef, Work, Written


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one item. ``second_by``: the other person where two must read.

    ``seen``: the number of the answer that stood when the form was made, 0 for none: then the answer stands on its own,
    and only another answer to the same item is in its way. ``None``: the version of the whole case decides.
    """

    item: str
    state: str = ItemState.DONE
    value: str = ""
    reason: str = ""
    second_by: int | None = None
    seen: int | None = None


def answer_item(work: Work, ref: CaseRef, *, appointment: int, answer: Answer) -> Written:
    """Answer an item of the visit's checklist; a second answer takes the place of the first.

    :raises NotFound: if there is no such visit or item
    :raises StaleVersion: if somebody answered the item meanwhile
    :raises InvalidInput: for an answer that the item does not allow
    """
    file = open_case(work, ref, Permission.CHECKLIST, checks_version=answer.seen is None)
    visit = next((each for each in file.snapshot.of(Appointment) if each.appointment == appointment), None)
    if visit is None:
        raise NotFound(str(appointment))
    checklist, rule = _rule(file, visit, answer.item)
    standing = [
        item for item in file.snapshot.of(ChecklistItem) if item.appointment == appointment and item.item == answer.item
    ]
    if answer.seen is not None and answer.seen != (standing[-1].seq if standing else 0):
        raise StaleVersion(file.case.version)
    problems = _problems(rule, answer, work.actor.user_id)
    problems |= reader_problems(work, answer.second_by, Permission.CHECKLIST)
    if problems:
        raise InvalidInput(problems)
    values: dict[str, object] = {
        "state": answer.state,
        "value": answer.value.strip(),
        "reason": answer.reason.strip(),
        "second_by": answer.second_by,
        "about_seq": _consent_named(file, visit, rule, answer),
    }
    if standing:
        file.change(standing[-1], **values)
    else:
        file.record(ChecklistItem, appointment=appointment, checklist=checklist, item=answer.item, **values)
    return file.finish("checklist_answered", item=answer.item)


def _consent_named(file: CaseFile, visit: Appointment, rule: ChecklistItemRule, answer: Answer) -> int | None:
    """The consent that was read again with the patient: the answer counts for that one alone."""
    if not rule.names_consent or answer.state != ItemState.DONE:
        return None
    standing = file.snapshot.consent(visit.purpose)
    if standing is None or standing.state != ConsentState.SIGNED:
        raise InvalidInput({"state": "No signed consent stands: there is nothing to read again. Have it signed first."})
    return standing.seq


def _rule(file: CaseFile, visit: Appointment, item: str) -> tuple[str, ChecklistItemRule]:
    for rule in file.pathway.checklists.get(visit.purpose, ()):
        if rule.key == item:
            return visit.purpose, rule
    raise NotFound(item)


def _problems(rule: ChecklistItemRule, answer: Answer, answered_by: int) -> dict[str, str]:
    found: dict[str, str] = {}
    if not is_word(answer.state, ItemState):
        found["state"] = "Choose done, not applicable or overridden."
    if answer.state == ItemState.OVERRIDDEN and rule.stop == "hard":
        found["state"] = "A hard stop cannot be overridden. Do it, or say why it does not apply."
    if answer.state != ItemState.DONE and not answer.reason.strip():
        found["reason"] = "Say why."
    if answer.state == ItemState.DONE and rule.value and not answer.value.strip():
        found["value"] = "Write down what was read or measured."
    if answer.state == ItemState.DONE and rule.two_person and answer.second_by in (None, answered_by):
        found["second_by"] = "A second person must read it too."
    return found
