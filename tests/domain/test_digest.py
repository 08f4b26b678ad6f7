"""What the morning's mail says to whom."""

from datetime import UTC, date, datetime

import pytest

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.digest import NOTHING, Due, Figures, Reader, digest, is_morning
from tracker.domain.words import Role

MONDAY, TUESDAY = date(2026, 3, 16), date(2026, 3, 17)
ANA = 7
FULL = Figures(
    todos=(
        Due(Role.COORDINATOR, "consent", ANA, True, 2),
        Due(Role.COORDINATOR, "arrival", None, False, 3),
        Due(Role.LEAD_COORDINATOR, "unreachable", None, False, 1),
        Due(Role.NURSE, "follow_up", None, False, 4),
        Due(Role.NURSE, "drug_in_stock", None, True, 5),
        Due(Role.PHYSICIAN, "deviation_review", None, True, 6),
        Due(Role.PHYSICIAN, "scan_decision", ANA, False, 7),
    ),
    calls=(Due(Role.COORDINATOR, "call", None, True, 8),),
    tasks=(
        Due(Role.COORDINATOR, "reach_doubts", None, False, 9),
        Due(Role.COORDINATOR, "reply_cannot", ANA, False, 22),
        Due(Role.COORDINATOR, "reply_unclear", None, True, 1),
        Due(Role.NURSE, "serial_twice", None, False, 10),
        Due(Role.PHYSICIAN, "serial_twice", None, False, 11),
        Due(Role.LEAD_COORDINATOR, "nobody_named", None, False, 12),
    ),
    to_plan=13,
    unplanned=14,
    critical=15,
    held=16,
    failed=17,
    visits=18,
    checklists=19,
    escalated=20,
    escalated_to={ANA: 21},
)
MESSAGES = ("Messages held back, to be decided: 16", "Messages that failed, still to be called about: 17")
OVERSIGHT = (
    "To-dos overdue: 13 (coordinators 2, nurses 5, physicians 6)",
    "Escalations open: 20",
    "Refills without a plan: 14, 15 critical",
    *MESSAGES,
)
LINES = {
    Role.COORDINATOR: (
        "To-dos of coordinators: 5, 2 overdue, 2 of patients you have taken",
        "Calls to make: 8, 8 overdue",
        "Answers of patients to act on: 23, 1 overdue, 22 of patients you have taken",
        "Tasks of coordinators: 9",
        "Refills to plan: 13, 15 critical",
        *MESSAGES,
    ),
    Role.NURSE: (
        "Visits today: 18",
        "Checklists to complete: 19",
        "Follow-ups: 4",
        "Other to-dos of nurses: 5, 5 overdue",
        "Tasks of nurses: 10",
    ),
    Role.PHYSICIAN: (
        "Reviews: 6, 6 overdue",
        "Decisions and other to-dos: 7, 7 of patients you have taken",
        "Tasks of physicians: 11",
        "Escalations with you: 21",
    ),
    Role.LEAD_COORDINATOR: (
        "To-dos of lead coordinators: 1",
        "Tasks of lead coordinators: 12",
        "Escalations with you: 21",
        *OVERSIGHT,
    ),
    Role.MANAGER: OVERSIGHT,
    Role.THERAPIST: (),
    Role.FRONT_DESK: (),
    Role.ADMINISTRATOR: (),
}


def of(*roles: Role, figures: Figures = FULL, today: date = TUESDAY, user_id: int = ANA) -> tuple[str, ...]:
    return digest(Reader(user_id, frozenset(roles)), figures, today)


class TestADigest:
    @pytest.mark.parametrize("role", Role)
    def test_says_what_the_role_answers_for(self, role: Role) -> None:
        assert of(role) == LINES[role]

    def test_says_a_line_once_to_somebody_of_several_roles(self) -> None:
        found = of(Role.COORDINATOR, Role.LEAD_COORDINATOR)
        assert set(found) == {*LINES[Role.COORDINATOR], *LINES[Role.LEAD_COORDINATOR]}
        assert len(found) == len(set(found))

    def test_leaves_out_what_is_of_others(self) -> None:
        assert "Escalations with you: 21" not in of(Role.PHYSICIAN, user_id=8)
        assert of(Role.COORDINATOR, user_id=8)[0] == "To-dos of coordinators: 5, 2 overdue"

    @pytest.mark.parametrize("role", Role)
    def test_says_nothing_where_nothing_waits(self, role: Role) -> None:
        assert of(role, figures=Figures()) == ()

    @pytest.mark.parametrize("role", Role)
    def test_says_so_on_mondays_to_whom_a_missing_mail_must_strike(self, role: Role) -> None:
        expected = (NOTHING,) if role in {Role.LEAD_COORDINATOR, Role.PHYSICIAN} else ()
        assert of(role, figures=Figures(), today=MONDAY) == expected
        assert NOTHING not in of(role, today=MONDAY)


class TestTheMorning:
    CALENDAR = ClinicCalendar("America/New_York", closed_on=frozenset({date(2026, 3, 18)}))

    @pytest.mark.parametrize(
        ("day", "hour", "minute", "expected"),
        [
            (17, 10, 59, False), (17, 11, 0, True), (17, 15, 59, True), (17, 16, 0, False),
            (18, 12, 0, False),  # closed
            (21, 12, 0, False),  # a Saturday
        ],
    )  # fmt: skip
    def test_is_from_seven_to_noon_of_an_open_day(self, day: int, hour: int, minute: int, expected: bool) -> None:
        assert is_morning(self.CALENDAR, datetime(2026, 3, day, hour, minute, tzinfo=UTC)) is expected

    def test_begins_once_where_the_clocks_change(self) -> None:
        """Seven is neither skipped nor doubled; the instant moves by an hour."""
        always = ClinicCalendar("America/New_York", open_weekdays=frozenset(range(1, 8)))
        assert not is_morning(always, datetime(2026, 3, 7, 11, 59, tzinfo=UTC))
        assert is_morning(always, datetime(2026, 3, 8, 11, 0, tzinfo=UTC))
