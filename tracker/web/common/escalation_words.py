"""Who has what, since when and for how long, in the clinic's words."""

from datetime import date

from tracker.domain.access import Actor, Permission
from tracker.domain.escalation.ladders import rule_of
from tracker.domain.pathway.rungs import PLAN_LEVEL
from tracker.domain.pathway.wording import ROLE_WORDS
from tracker.domain.words import Role, Told
from tracker.queries.escalations import Standing
from tracker.web.common.case_lines import Action, action_for, case_url, clinic_day, pathway_of, refill_action
from tracker.web.common.filters import day, plural

TONES = ("quiet", "warn", "critical", "critical", "critical")


def what(row: Standing) -> str:
    """What is still open."""
    rule = rule_of(pathway_of(row.pathway, row.pathway_version), row.kind, row.params)
    return rule.label if rule else row.kind.replace("_", " ")


def latest(row: Standing, today: date) -> str:
    """The date it counts from, and the whole days left."""
    left = (row.anchor_on - today).days
    far = "today" if left == 0 else f"{plural(left, 'day')} left" if left > 0 else f"{plural(-left, 'day')} ago"
    called = "latest date" if row.kind == "refill" else "counts from"
    booked = "booked too late" if "late" in row.params else "not booked"
    planned = "" if row.kind != "refill" else " · booked or planned" if row.is_planned else f" · {booked}"
    return f"{called} {row.anchor_on:%a} {row.anchor_on.day} {row.anchor_on:%b} · {far}{planned}"


def who_has_it(row: Standing) -> str:
    """The person, or everybody with the role."""
    return row.user_name or f"everybody: {ROLE_WORDS[Role(row.role)]}"


def rung(row: Standing, today: date, zone: str) -> str:
    """Which rung it stands on, since when, who was told, and who is told next."""
    since = day(row.on_date or clinic_day(row.opened_at, zone), today)
    name = "on call" if row.who == Told.ON_CALL else ROLE_WORDS[Role(row.who)]
    name = "physician's plan" if row.level == PLAN_LEVEL else name
    parts = [f"{name} since {since}", f"told: {who_has_it(row)}"]
    if row.level == PLAN_LEVEL and not row.is_resting(today):
        parts.append("whoever is on call is paged until a physician has a plan")
    if row.paged:
        last = " to" if row.paged == 1 else ", the last to"
        parts.append(f"{plural(row.paged, 'page')} sent{last} {row.paged_user_name}")
    if row.is_resting(today) and row.acknowledged_until is not None:
        parts.append(f"acknowledged until {day(row.acknowledged_until, today)}")
    elif row.acknowledged:
        parts.append(f"acknowledged {plural(row.acknowledged, 'time')}, and still open")
    if row.next_on is not None:
        parts.append(f"next is told {day(row.next_on, today)}")
    return " · ".join(parts)


def closing(row: Standing, viewer: Actor) -> Action:
    """The form that closes it."""
    if row.kind != "refill":
        return action_for(viewer, row.case_public_id, row.reason, row.params)
    if not row.is_planned and viewer.may(Permission.BOOK):
        action = refill_action(viewer, row.case_public_id, row.params)
        return Action(label="Book refill", url=action.url) if action.label == "Book" else action
    if viewer.may(Permission.REFILL):
        return Action(label="Record refill", url=case_url(row.case_public_id, "refill"))
    return Action(label="Open case", url=case_url(row.case_public_id))
