"""What the morning's mail says to whom: numbers by role, never whom or what they are about.

Each role reads what it answers for. Numbers are the clinic's, because whoever is there has to know also of what belongs
to somebody who is away; how many of them are about patients that the reader has taken stands beside them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.words import Role

#: Before the first patients come and not in the night: the same time from which people are paged.
FROM = time(7)
#: From noon on it tells nothing that Today does not: after a silence of the scheduler nobody gets the morning's late.
UNTIL = time(12)
#: To-dos that ask a physician to look at what was done, and those that are counted as follow-ups.
REVIEWS = frozenset({"deviation_review", "discrepancy", "ground_lost"})
FOLLOW_UPS = frozenset({"follow_up"})
#: Who is told on Mondays that nothing is waiting, so that a mail that stays away is noticed.
TOLD_OF_NOTHING = frozenset({Role.LEAD_COORDINATOR, Role.PHYSICIAN})
NOTHING = "Nothing is waiting for you."
MONDAY = 1
#: Who reads on the first morning of a week what the last four weeks were like.
READS_WEEKS = frozenset({Role.MANAGER})
PLURALS = {
    Role.COORDINATOR: "coordinators", Role.LEAD_COORDINATOR: "lead coordinators", Role.NURSE: "nurses",
    Role.PHYSICIAN: "physicians", Role.THERAPIST: "therapists", Role.FRONT_DESK: "front desk",
    Role.MANAGER: "managers", Role.ADMINISTRATOR: "administrators",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Due:
    """So many to-dos or tasks of one kind that are due: the role that owes them, and who has taken their cases."""

    role: Role
    kind: str
    taken_by: int | None
    is_overdue: bool
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A clinic on one morning. ``to_plan``: refills that are to be planned by now; ``unplanned``: of all pumps, as the
    page of Today counts them, ``critical`` of them. ``failed``: messages whose call nobody has made. ``escalated``:
    what stands by now; ``escalated_to``: of that, by member."""

    todos: tuple[Due, ...] = ()
    calls: tuple[Due, ...] = ()
    tasks: tuple[Due, ...] = ()
    to_plan: int = 0
    unplanned: int = 0
    critical: int = 0
    held: int = 0
    failed: int = 0
    visits: int = 0
    checklists: int = 0
    escalated: int = 0
    escalated_to: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reader:
    """A member who may get a digest."""

    user_id: int
    roles: frozenset[Role]


def is_morning(calendar: ClinicCalendar, now: datetime) -> bool:
    """Whether the digests of today may leave: an open day of the clinic, between two of its wall times."""
    return calendar.is_open(calendar.today(now)) and FROM <= calendar.wall(now).time() < UNTIL


def monday_of(today: date) -> date:
    """The Monday of the week of a day."""
    return today - timedelta(days=today.isoweekday() - MONDAY)


def digest(reader: Reader, figures: Figures, today: date) -> tuple[str, ...]:
    """The lines for one member; none: nothing is to be said."""
    found = dict.fromkeys(line for role in Role if role in reader.roles for line in _LINES[role](reader, figures))
    if not found and reader.roles & TOLD_OF_NOTHING and today.isoweekday() == MONDAY:
        return (NOTHING,)
    return tuple(found)


def _coordinator(reader: Reader, figures: Figures) -> Iterator[str]:
    yield from _due("To-dos of coordinators", _of(figures.todos, Role.COORDINATOR), reader)
    yield from _due("Calls to make", figures.calls, reader)
    tasks = _of(figures.tasks, Role.COORDINATOR)
    yield from _due("Answers of patients to act on", [each for each in tasks if _is_reply(each)], reader)
    yield from _due("Tasks of coordinators", [each for each in tasks if not _is_reply(each)], reader)
    yield from _counted("Refills to plan", figures.to_plan, (figures.critical, "critical"))
    yield from _messages(figures)


def _nurse(reader: Reader, figures: Figures) -> Iterator[str]:
    yield from _counted("Visits today", figures.visits)
    yield from _counted("Checklists to complete", figures.checklists)
    todos = _of(figures.todos, Role.NURSE)
    yield from _due("Follow-ups", [each for each in todos if each.kind in FOLLOW_UPS], reader)
    yield from _due("Other to-dos of nurses", [each for each in todos if each.kind not in FOLLOW_UPS], reader)
    yield from _due("Tasks of nurses", _of(figures.tasks, Role.NURSE), reader)


def _physician(reader: Reader, figures: Figures) -> Iterator[str]:
    todos = _of(figures.todos, Role.PHYSICIAN)
    yield from _due("Reviews", [each for each in todos if each.kind in REVIEWS], reader)
    yield from _due("Decisions and other to-dos", [each for each in todos if each.kind not in REVIEWS], reader)
    yield from _due("Tasks of physicians", _of(figures.tasks, Role.PHYSICIAN), reader)
    yield from _counted("Escalations with you", figures.escalated_to.get(reader.user_id, 0))


def _lead(reader: Reader, figures: Figures) -> Iterator[str]:
    yield from _due("To-dos of lead coordinators", _of(figures.todos, Role.LEAD_COORDINATOR), reader)
    yield from _due("Tasks of lead coordinators", _of(figures.tasks, Role.LEAD_COORDINATOR), reader)
    yield from _counted("Escalations with you", figures.escalated_to.get(reader.user_id, 0))
    yield from _manager(reader, figures)


def _manager(_reader: Reader, figures: Figures) -> Iterator[str]:
    overdue = {role: _sum(each for each in _of(figures.todos, role) if each.is_overdue) for role in Role}
    by_whom = ", ".join(f"{PLURALS[role]} {count}" for role, count in overdue.items() if count)
    if by_whom:
        yield f"To-dos overdue: {sum(overdue.values())} ({by_whom})"
    yield from _counted("Escalations open", figures.escalated)
    yield from _counted("Refills without a plan", figures.unplanned, (figures.critical, "critical"))
    yield from _messages(figures)


def _nobody(_reader: Reader, _figures: Figures) -> Iterator[str]:
    yield from ()


_LINES = {
    Role.COORDINATOR: _coordinator,
    Role.LEAD_COORDINATOR: _lead,
    Role.NURSE: _nurse,
    Role.PHYSICIAN: _physician,
    Role.THERAPIST: _nobody,
    Role.FRONT_DESK: _nobody,
    Role.MANAGER: _manager,
    Role.ADMINISTRATOR: _nobody,
}


def _messages(figures: Figures) -> Iterator[str]:
    yield from _counted("Messages held back, to be decided", figures.held)
    yield from _counted("Messages that failed, still to be called about", figures.failed)


def _due(label: str, found: "tuple[Due, ...] | list[Due]", reader: Reader) -> Iterator[str]:
    overdue = _sum(each for each in found if each.is_overdue)
    mine = _sum(each for each in found if each.taken_by == reader.user_id)
    yield from _counted(label, _sum(found), (overdue, "overdue"), (mine, "of patients you have taken"))


def _counted(label: str, count: int, *more: tuple[int, str]) -> Iterator[str]:
    if count:
        yield ", ".join((f"{label}: {count}", *(f"{part} {words}" for part, words in more if part)))


def _is_reply(due: Due) -> bool:
    """Whether a patient said something that somebody has to do something about."""
    return due.kind.startswith("reply_")


def _of(found: tuple[Due, ...], role: Role) -> tuple[Due, ...]:
    return tuple(each for each in found if each.role == role)


def _sum(found: "Iterator[Due] | tuple[Due, ...] | list[Due]") -> int:
    return sum(each.count for each in found)
