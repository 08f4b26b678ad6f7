"""What a visit of the day is called, what stands in its way, and how it stands: the words of the day's pages."""

from dataclasses import replace
from datetime import date, datetime
from functools import cache
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from tracker.domain.checklists.arranged import against_arranged, arranged_answers
from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.namesakes import namesake_words
from tracker.domain.pathway.wording import sentence
from tracker.domain.visit_day import GONE, HERE, DayState
from tracker.domain.words import AppointmentState
from tracker.queries.case_columns import OPEN_ITEMS, THE_ACT, WAITS_FOR_THE_DAY
from tracker.queries.day import Visit, asked_of, rules_of
from tracker.web.common.case_lines import PersonLine, case_url, clinic_day, missing, pathway_of, person_line
from tracker.web.common.visit_words import PLAIN_STATE_WORDS, STATE_WORDS

#: What is missing because the day, or what is to be done on it, has not come; and what the list shows by itself.
_NOT_SAID = THE_ACT | {WAITS_FOR_THE_DAY, OPEN_ITEMS}


def visit_url(visit: Visit, action: str = "", **query: object) -> str:
    """The address of a visit's checklist, or of what is shown or recorded about it from the day."""
    path = f"/day/visits/{visit.case_public_id}/{visit.appointment}"
    asked = f"?{urlencode(query)}" if query else ""
    return f"{path}/{action}{asked}" if action else path + asked


def visit_person(visit: Visit, today: date, *, is_clinical: bool) -> PersonLine:
    """Whose visit it is, with allergies for those who see clinical detail, and who else of the day is easily taken for
    them."""
    person = person_line(
        visit.patient,
        today,
        url=case_url(visit.case_public_id),
        sex=visit.sex,
        allergies=visit.allergies if is_clinical else "",
    )
    return replace(person, alerts=(*namesake_words(visit.patient, visit.namesakes), *person.alerts))


def checklist_of(visit: Visit) -> tuple[ChecklistItemRule, ...]:
    """The items of the visit's checklist that must be answered, in order; none where its purpose has none."""
    return asked_of(visit)


def open_stops(visit: Visit, part: str = "before") -> tuple[ChecklistItemRule, ...]:
    """The hard items of a part that nobody has answered."""
    return tuple(
        rule
        for rule in checklist_of(visit)
        if rule.stop == "hard" and rule.part == part and rule.key not in visit.answered
    )


def blocked_by(visit: Visit) -> str:
    """What stands in the way of a procedure that is still to come, besides open items; empty if nothing does."""
    if not visit.first_blocker or not _waits_for(visit) or visit.first_blocker in _NOT_SAID:
        return ""
    more = f" (+{visit.blocker_count - 1})" if visit.blocker_count > 1 else ""
    return missing(visit.first_blocker, visit.blocker_params) + more


def spoken_against(visit: Visit) -> tuple[str, ...]:
    """What speaks against the answers of somebody who is here, in words: before the act against those before it, then
    against those after it. Of the act nobody can take it back."""
    if visit.standing.state not in HERE:
        return ()
    part = "after" if visit.has_act else "before"
    judged = {rule.key for rule in asked_of(visit, notes=True) if rule.part == part}
    said = (sentence(fault.code, dict(fault.params)) for fault in visit.faults if fault.item in judged)
    blocker = missing(visit.first_blocker, visit.blocker_params) if blocked_by(visit) else ""
    return tuple(each for each in said if each != blocker)


def alarming_signs(visit: Visit) -> str:
    """The alarming vital signs of somebody who is here for an act to come, in words; empty where there are none."""
    if visit.standing.state not in HERE or visit.has_act:
        return ""
    found = (each for each in visit.faults if each.code == "checklist_signs")
    return next((sentence(each.code, dict(each.params)) for each in found), "")


def differences_of(visit: Visit) -> dict[str, str]:
    """What is answered otherwise than it was arranged, in words, by item."""
    return against_arranged(rules_of(visit), visit.chosen, arranged_answers(visit.anaesthesia))


def _waits_for(visit: Visit) -> bool:
    """Whether the case waits for a procedure's very visit, so that what blocks it is what the visit lacks."""
    return visit.stage in _waiting_stages(visit.pathway, visit.pathway_version)


@cache
def _waiting_stages(pathway: str, version: int) -> frozenset[str]:
    procedures = pathway_of(pathway, version).procedures.values()
    return frozenset(stage for each in procedures for stage in (each.booked_stage, each.day_stage))


def hour(instant: datetime, zone: str) -> str:
    """The wall time of an instant of the day."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local.hour:02}:{local.minute:02}"


def due_at(visit: Visit) -> datetime:
    """When the patient was told to come."""
    return visit.arrive_at or visit.starts_at


def is_late(visit: Visit, now: datetime) -> bool:
    """Whether the patient is still to come, and was told an earlier time."""
    return visit.standing.is_late(due_at(visit), now)


def state_of(visit: Visit, now: datetime, zone: str, *, is_clinical: bool = True) -> tuple[str, str]:
    """Tone and words for how a visit stands now, with the time since when; without clinical detail in plain words."""
    stands = visit.standing
    tone, words = (STATE_WORDS if is_clinical else PLAIN_STATE_WORDS)[stands.state]
    if stands.state is DayState.EXPECTED:
        return _expected(visit, now, zone) if is_late(visit, now) else (tone, words)
    if stands.since is None:
        return tone, words
    if visit.state == AppointmentState.COMPLETED and stands.state not in GONE and _was_before_today(visit, now, zone):
        return "quiet", "Visit over"
    if stands.state is DayState.CANCELLED:
        days = {clinic_day(each, zone) for each in (stands.since, visit.starts_at, now)}
        return tone, f"{words} today" if len(days) == 1 else words
    if stands.state in HERE | GONE:
        words = f"{words} {hour(stands.since, zone)}"
    minutes = int((stands.since - due_at(visit)).total_seconds() // 60)
    is_behind = stands.state is DayState.ARRIVED and minutes > 0
    return ("warn", f"{words}, {_long(minutes)} late") if is_behind else (tone, words)


def _long(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return " ".join(filter(None, (f"{hours} h" if hours else "", f"{rest} min" if rest else "")))


def _was_before_today(visit: Visit, now: datetime, zone: str) -> bool:
    return clinic_day(visit.starts_at, zone) < clinic_day(now, zone)


def _expected(visit: Visit, now: datetime, zone: str) -> tuple[str, str]:
    if _was_before_today(visit, now, zone):
        return "warn", "Not marked: nobody said whether the patient came"
    return "warn", f"Late since {hour(due_at(visit), zone)}, not here yet"
