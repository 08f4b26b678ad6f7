"""To-dos of today: grouped by urgency, then by date; counted exactly; nobody else's."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert

from tests.factories.listed import Listed
from tracker.domain.access import Actor, Permission
from tracker.domain.words import Role
from tracker.persistence.models import Heartbeat, StaffTask
from tracker.queries.today import ROWS_ON_PAGE, TASKS_ON_PAGE, TodayFilter, TodayList, Urgency, get_today

#: More than two pages.
MANY = 2 * ROWS_ON_PAGE + 7


def today(listed: Listed, viewer: Actor, page: int = 1, **wanted: object) -> TodayList:
    """The page as the viewer sees it."""
    return get_today(listed.session, viewer, TodayFilter(**wanted), listed.today, page)


def who(found: TodayList) -> list[tuple[str, str]]:
    """Urgency and family name of each row."""
    return [(todo.urgency.value, todo.patient.family_name) for todo in found.todos]


def open_tasks(listed: Listed, ids: range, kind: str, owner: str = "administrator", due: int = 0) -> None:
    """Tasks of the clinic with these ids."""
    for number in ids:
        listed.session.execute(
            insert(StaffTask).values(
                clinic_id=1, id=number, kind=kind, key=f"{kind}:{number}", params={}, owner_role=owner,
                due_on=listed.today + timedelta(days=due), opened_at=listed.now,
            )
        )  # fmt: skip


class TestToday:
    def test_groups_by_urgency_then_by_date(self, listed: Listed, viewer: Actor) -> None:
        soon = {"critical_on": listed.today + timedelta(days=9)}
        for name, due, values in (
            ("Soon", 2, {}),
            ("Later", 3, {}),
            ("Today", 0, soon),
            ("Late", -4, {}),
            ("Critical", -1, {"critical_on": listed.today}),
            ("Worst", 0, {"critical_on": listed.today - timedelta(days=1)}),
        ):
            listed.todo(listed.case(listed.patient(name)), due=due, **values)
        found = today(listed, viewer)
        assert who(found) == [
            ("critical", "Worst"),
            ("critical", "Critical"),
            ("due", "Late"),
            ("due", "Today"),
            ("soon", "Soon"),
        ]
        assert found.counts == {Urgency.CRITICAL: 2, Urgency.DUE: 2, Urgency.SOON: 1}

    def test_leaves_out_what_is_closed_and_what_is_planned(self, listed: Listed, viewer: Actor) -> None:
        closed = {"is_open": False, "closed_at": listed.now, "closed_by": "stage"}
        listed.todo(listed.case(listed.patient("Closed")), **closed)
        listed.pump(listed.case(listed.patient("Booked"), "maintained"), latest=1, planned_seq=20)
        found = today(listed, viewer)
        assert (found.todos, found.total, found.pumps, found.pumps_unplanned) == ((), 0, 1, 0)

    def test_counts_the_pumps_that_are_unplanned_and_those_that_are_critical(
        self, listed: Listed, viewer: Actor
    ) -> None:
        for name, latest in (("Late", -1), ("Near", 3), ("Far", 4), ("Unknown", None)):
            listed.pump(listed.case(listed.patient(name), "maintained"), latest=latest)
        listed.pump(listed.case(listed.patient("Booked"), "maintained"), latest=1, planned_seq=20)
        found = today(listed, viewer)
        assert (found.pumps, found.pumps_unplanned, found.pumps_critical) == (5, 4, 3)

    def test_never_ages_anything_out(self, listed: Listed, viewer: Actor) -> None:
        listed.todo(listed.case(listed.patient("Forgotten")), due=-4000)
        assert who(today(listed, viewer)) == [("due", "Forgotten")]

    def test_pages_through_every_row_once(self, listed: Listed, viewer: Actor) -> None:
        for number in range(MANY):
            critical = {"critical_on": listed.today} if number < 20 else {}
            listed.todo(listed.case(listed.patient(f"P{number}")), due=-(number % 4), **critical)
        pages = [today(listed, viewer, page) for page in (1, 2, 3, 4)]
        assert [len(page.todos) for page in pages] == [ROWS_ON_PAGE, ROWS_ON_PAGE, 7, 0]
        assert len({name for page in pages for name in who(page)}) == MANY
        assert pages[0].total == MANY

    def test_narrows_to_mine_and_to_one_kind(self, listed: Listed, viewer: Actor) -> None:
        taken = listed.case(listed.patient("Mine"), "evaluating", owner_user_id=viewer.user_id)
        untaken = listed.case(listed.patient("My role"), "referred")
        other_role = listed.case(listed.patient("Physician's"), "evaluating")
        for case in (taken, untaken, other_role):
            listed.todo(case)
        listed.todo(untaken, "consent", subject="consent:trial:1")
        assert {name for _, name in who(today(listed, viewer, is_mine=True))} == {"Mine", "My role"}
        assert today(listed, viewer, is_mine=True).counts[Urgency.DUE] == 3
        assert who(today(listed, viewer, kind="consent")) == [("due", "My role")]
        assert today(listed, viewer, kind="consent").total == 1

    def test_shows_open_tasks_by_date(self, listed: Listed, viewer: Actor) -> None:
        case = listed.case(listed.patient("Called"))
        for number, (days, done) in enumerate([(1, None), (0, None), (-1, listed.now)]):
            listed.session.execute(
                insert(StaffTask).values(
                    clinic_id=1, id=number + 1, case_id=case.id if days else None, kind="call", key=f"k{number}",
                    params={}, owner_role="coordinator", due_on=listed.today + timedelta(days=days),
                    opened_at=listed.now, done_at=done, outcome="called" if done else "",
                )
            )  # fmt: skip
        tasks = today(listed, viewer).tasks
        assert [(task.due_on, task.patient is None) for task in tasks] == [
            (listed.today, True),
            (listed.today + timedelta(days=1), False),
        ]

    def test_counts_every_task_and_pages_through_them(self, listed: Listed, viewer: Actor) -> None:
        open_tasks(listed, range(1, MANY + 1), "nobody_named")
        first = today(listed, viewer)
        assert (len(first.tasks), first.tasks_total) == (TASKS_ON_PAGE, MANY)
        pages = [today(listed, viewer, page, is_tasks=True) for page in (1, 2, 3, 4)]
        assert [len(page.tasks) for page in pages] == [ROWS_ON_PAGE, ROWS_ON_PAGE, 7, 0]
        assert len({task.id for page in pages for task in page.tasks}) == MANY
        assert {page.tasks_total for page in pages} == {MANY}

    def test_puts_a_pump_call_before_every_older_task(self, listed: Listed, viewer: Actor) -> None:
        open_tasks(listed, range(1, 2 * TASKS_ON_PAGE + 1), "nobody_named", due=-30)
        open_tasks(listed, range(900, 901), "pump_call_unknown", "physician")
        found = today(listed, viewer)
        assert (found.tasks[0].id, found.tasks_total, found.tasks_critical) == (900, 41, 1)
        assert [task.is_critical for task in found.tasks].count(True) == 1

    def test_a_pump_call_is_of_everybody_who_may_take_calls(self, listed: Listed, viewer: Actor) -> None:
        open_tasks(listed, range(1, 2), "nobody_named", "physician")
        open_tasks(listed, range(900, 901), "pump_call_unknown", "physician")
        assert viewer.may(Permission.PUMP_CALL)
        found = today(listed, viewer, is_mine=True)
        assert ([task.id for task in found.tasks], found.tasks_total) == ([900], 1)
        administrator = replace(viewer, roles=frozenset({Role.ADMINISTRATOR}))
        assert today(listed, administrator, is_mine=True).tasks == ()

    def test_says_when_the_list_was_last_compared_with_the_facts(self, listed: Listed, viewer: Actor) -> None:
        assert today(listed, viewer).compared_at is None
        listed.session.execute(insert(Heartbeat).values(name="reconcile", beat_at=listed.now, detail=""))
        assert today(listed, viewer).compared_at == listed.now

    def test_shows_nothing_of_another_clinic(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        case = elsewhere.case(elsewhere.patient("Theirs"), "maintained")
        elsewhere.todo(case, owner_role="coordinator")
        elsewhere.pump(case, latest=None)
        found = today(listed, viewer)
        assert (found.todos, found.tasks, found.total, found.pumps, found.pumps_unplanned) == ((), (), 0, 0, 0)
