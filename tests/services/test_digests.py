"""The morning's mails: who gets one, once, about what, and never a word about a patient."""

from datetime import date, timedelta
from threading import Thread

import pytest
from sqlalchemy import delete, insert, select, update

from tests.factories.desk import ADMINISTRATOR, COORDINATOR, LEAD, NURSE, PHYSICIAN, SECOND, Desk, no_pause
from tests.factories.rows import a_case, a_clinic, a_member, a_patient
from tests.support.fixed import FixedClock, SeededIds
from tests.support.histories import Told
from tests.support.mailers import RecordingMailer
from tests.support.statements import sent
from tracker.domain.digest import NOTHING
from tracker.domain.facts import PumpCall
from tracker.domain.mail import MailRejected, MailUncertain
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.persistence.models import (
    Absence,
    Case,
    Clinic,
    ClinicHistory,
    ClosedDay,
    DeploymentValue,
    Digest,
    Membership,
    MembershipRole,
    StaffTask,
    User,
)
from tracker.queries.clinic_history.making import Made
from tracker.services.clinic_histories import pack, store
from tracker.services.digests import ENDING, KEPT, Digested, DigestSender, purge_digests
from tracker.services.reminders import pause_sending

URL = "https://tracker.clinic.example"
#: A Friday, four days before the latest date: the refill is critical, and nobody has planned it.
DAY = date(2026, 6, 12)


@pytest.fixture
def desk(database: Database, clock: FixedClock, ids: SeededIds) -> Desk:
    """At eleven o'clock, with a person named for each role; of two physicians the first."""
    desk = Desk(database, clock, ids)
    desk.name_everybody()
    desk.name(Role.NURSE, NURSE)
    desk.on(DAY)
    desk.ring()
    return desk


@pytest.fixture
def mailer() -> RecordingMailer:
    return RecordingMailer()


def sender(desk: Desk, mailer: RecordingMailer) -> DigestSender:
    return DigestSender(database=desk.database, clock=desk.clock, mailer=mailer, base_url=URL, pause=no_pause)


def send(desk: Desk, mailer: RecordingMailer) -> Digested:
    return sender(desk, mailer).send_due()


def readers(mailer: RecordingMailer) -> dict[int, list[str]]:
    """The lines between clinic and address, by who got them."""
    return {
        1000 + int(each.recipient.partition("@")[0].removeprefix("user")): each.body.split("\n\n")[1].splitlines()
        for each in mailer.sent
    }


def rows(desk: Desk) -> dict[int, str]:
    with desk.database.reading() as session:
        return {each.user_id: each.outcome for each in session.scalars(select(Digest))}


class TestADigest:
    def test_says_to_each_what_waits_in_numbers(self, desk: Desk, mailer: RecordingMailer) -> None:
        done = send(desk, mailer)
        found = readers(mailer)
        assert found[COORDINATOR] == ["To-dos of coordinators: 1, 1 overdue", "Refills to plan: 1, 1 critical"]
        assert found[NURSE] == ["Other to-dos of nurses: 1, 1 overdue"]
        assert found[PHYSICIAN] == ["Escalations with you: 1"]
        assert found[LEAD] == [
            "To-dos overdue: 2 (coordinators 1, nurses 1)",
            "Escalations open: 1",
            "Refills without a plan: 1, 1 critical",
        ]
        assert rows(desk) == {
            COORDINATOR: "accepted", LEAD: "accepted", PHYSICIAN: "accepted", NURSE: "accepted", SECOND: "nothing",
            ADMINISTRATOR: "nothing",
        }  # fmt: skip
        assert done == Digested(6, 4, 4)

    def test_is_numbers_of_a_clinic_and_an_address_and_nothing_else(self, desk: Desk, mailer: RecordingMailer) -> None:
        send(desk, mailer)
        for each in mailer.sent:
            lines = each.body.splitlines()
            assert lines[-4:] == ["", URL, "", ENDING]
            assert lines[:2] == ["Riverside Clinic, Fri 12 Jun", ""]
            assert each.subject == "This morning at Riverside Clinic"
            assert (each.html, each.attachments) == ("", ())
            for word in ("Ada", "Family1", "M1", "baclofen", "User", "refill of"):
                assert word not in each.subject + each.body

    def test_counts_todos_as_the_page_of_today(self, desk: Desk, mailer: RecordingMailer) -> None:
        desk.write(PumpCall, device=desk.fill.device)
        desk.ring()
        with desk.database.writing() as session:
            session.execute(update(Case).values(owner_user_id=PHYSICIAN))
        send(desk, mailer)
        found = readers(mailer)
        assert "Decisions and other to-dos: 1, 1 of patients you have taken" in found[PHYSICIAN]
        assert "Decisions and other to-dos: 1" in found[SECOND]

    def test_counts_calls_tasks_and_messages(self, desk: Desk, mailer: RecordingMailer) -> None:
        a_task(desk, "call", why="rejected")
        a_task(desk, "call", why="prefers_call", due_on=date(2026, 6, 11))
        a_task(desk, "call", why="rejected", done_at=desk.clock.now(), outcome="Called")
        a_task(desk, "call", why="unknown", due_on=date(2026, 6, 13))
        a_task(desk, "held_burst", messages="25", owner_role="lead_coordinator")
        a_task(desk, "serial_twice", owner_role="nurse", with_case=True)
        send(desk, mailer)
        found = readers(mailer)
        assert {"Calls to make: 2, 1 overdue", "Messages held back, to be decided: 25"} <= set(found[COORDINATOR])
        assert "Messages that failed, still to be called about: 2" in found[COORDINATOR]
        assert "Tasks of nurses: 1" in found[NURSE]
        assert not [line for line in found[LEAD] if line.startswith("Tasks")]

    def test_counts_the_visits_of_the_day_and_their_checklists(self, desk: Desk, mailer: RecordingMailer) -> None:
        desk.book("refill", "2026-06-12T23:00")
        gone = desk.book("follow_up", "2026-06-12T14:00")
        desk.change(gone, state="cancelled")
        desk.book("follow_up", "2026-06-13T00:30")
        send(desk, mailer)
        assert {"Visits today: 1", "Checklists to complete: 1"} <= set(readers(mailer)[NURSE])

    def test_leaves_out_escalations_that_somebody_has_for_now(self, desk: Desk, mailer: RecordingMailer) -> None:
        desk.acknowledge(PHYSICIAN, date(2026, 6, 13))
        send(desk, mailer)
        assert PHYSICIAN not in readers(mailer)
        assert not [line for line in readers(mailer)[LEAD] if line.startswith("Escalations")]

    def test_says_on_a_monday_that_nothing_waits(self, desk: Desk, mailer: RecordingMailer) -> None:
        desk.on(date(2026, 6, 15))
        send(desk, mailer)
        assert readers(mailer)[SECOND] == [NOTHING]


def a_task(desk: Desk, kind: str, *, with_case: bool = False, **more: object) -> None:
    """A task of coordinators that is due today."""
    columns = {name: more.pop(name) for name in ("owner_role", "due_on", "done_at", "outcome") if name in more}
    usual = {"owner_role": "coordinator", "due_on": DAY, "case_id": desk.case_id if with_case else None}
    row_id = desk.ids.row_id(desk.clock.now())
    with desk.database.writing() as session:
        session.execute(
            insert(StaffTask).values(
                clinic_id=desk.clinic_id, id=row_id, kind=kind, key=f"{kind}:{row_id}", params=more,
                opened_at=desk.clock.now(), **{**usual, **columns},
            )
        )  # fmt: skip


class TestAMorning:
    def test_has_one_for_each_however_often_the_bell_rings(self, desk: Desk, mailer: RecordingMailer) -> None:
        send(desk, mailer)
        desk.clock.advance(minutes=5)
        a_task(desk, "serial_twice", owner_role="physician")
        assert send(desk, mailer) == Digested(0, 0, 0)
        assert len(mailer.sent) == 4

    def test_comes_again_the_next_day(self, desk: Desk, mailer: RecordingMailer) -> None:
        send(desk, mailer)
        desk.on(date(2026, 6, 15))
        assert send(desk, mailer).tried == 5

    def test_is_forgotten_long_after(self, desk: Desk, mailer: RecordingMailer) -> None:
        send(desk, mailer)
        for days, left in ((KEPT.days, 6), (KEPT.days + 1, 0)):
            with desk.database.writing() as session:
                purge_digests(session, at=desk.clock.now() + timedelta(days=days))
            assert len(rows(desk)) == left

    def test_has_one_for_each_from_many_senders(self, desk: Desk, mailer: RecordingMailer) -> None:
        threads = [Thread(target=send, args=(desk, mailer)) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sorted(readers(mailer)) == [COORDINATOR, LEAD, PHYSICIAN, NURSE]
        assert len(mailer.sent) == 4

    @pytest.mark.parametrize(("day", "hour"), [(12, 10), (12, 16), (13, 15), (11, 15)])
    def test_is_none_in_the_night_after_noon_or_where_the_clinic_is_closed(
        self, desk: Desk, mailer: RecordingMailer, day: int, hour: int
    ) -> None:
        with desk.database.writing() as session:
            session.add(ClosedDay(clinic_id=desk.clinic_id, on_date=date(2026, 6, 11), label="holiday"))
        desk.on(date(2026, 6, day), hour)
        assert send(desk, mailer) == Digested(0, 0, 0)
        assert rows(desk) == {}

    def test_costs_as_many_statements_whoever_works_there(self, desk: Desk, mailer: RecordingMailer) -> None:
        def statements() -> int:
            with desk.database.writing() as session:
                session.execute(delete(Digest))
            with sent(desk.database.read) as said:
                send(desk, mailer)
            return len(said)

        few = statements()
        with desk.database.writing() as session:
            clinic = session.scalars(select(Clinic)).one()
            for number in range(20, 40):
                a_member(session, clinic, number, Role.LEAD_COORDINATOR)
        assert statements() == few
        assert few < 20


class TestAMember:
    def test_gets_none_who_left_is_away_has_no_address_or_no_role_for_it(
        self, desk: Desk, mailer: RecordingMailer
    ) -> None:
        with desk.database.writing() as session:
            session.execute(update(Membership).where(Membership.user_id == COORDINATOR).values(is_active=False))
            session.execute(update(User).where(User.id == NURSE).values(email=""))
            session.add(Absence(clinic_id=desk.clinic_id, id=1, user_id=LEAD, from_on=DAY, until_on=DAY))
            session.execute(update(User).where(User.id == SECOND).values(is_active=False))
            session.execute(update(MembershipRole).where(MembershipRole.user_id == PHYSICIAN).values(role="front_desk"))
        send(desk, mailer)
        assert mailer.sent == []
        assert rows(desk) == {PHYSICIAN: "nothing", ADMINISTRATOR: "nothing"}

    def test_of_another_clinic_reads_that_clinics_numbers(self, desk: Desk, mailer: RecordingMailer) -> None:
        with desk.database.writing() as session:
            other = a_clinic(session, 2, zone="America/New_York")
            a_member(session, other, 30, Role.COORDINATOR)
            a_case(session, a_patient(session, other, 50), 50)
            a_other_task = {"clinic_id": 2, "id": 9, "kind": "reach_doubts", "key": "k", "params": {}}
            session.execute(
                insert(StaffTask).values(
                    **a_other_task, owner_role="coordinator", due_on=DAY, opened_at=desk.clock.now()
                )
            )
        send(desk, mailer)
        assert readers(mailer)[1030] == ["Tasks of coordinators: 1"]
        assert "Tasks of coordinators: 1" not in readers(mailer)[COORDINATOR]

    def test_of_two_clinics_gets_one_of_each_by_its_neutral_name(self, desk: Desk, mailer: RecordingMailer) -> None:
        with desk.database.writing() as session:
            other = a_clinic(session, 2, name="Mesa Pain & Pump Center", message_name="Mesa Associates")
            session.add(Membership(clinic_id=2, user_id=LEAD))
            session.flush()
            session.add(MembershipRole(clinic_id=2, user_id=LEAD, role="lead_coordinator"))
            task = {"clinic_id": other.id, "id": 9, "kind": "reach_doubts", "key": "k", "params": {}}
            row = {**task, "owner_role": "lead_coordinator", "due_on": DAY, "opened_at": desk.clock.now()}
            session.execute(insert(StaffTask).values(row))
        send(desk, mailer)
        address = f"user{LEAD - 1000}@clinic.example"
        mine = {each.subject: each.body.splitlines() for each in mailer.sent if each.recipient == address}
        assert set(mine) == {"This morning at Riverside Clinic", "This morning at Mesa Associates"}
        assert mine["This morning at Mesa Associates"][:3] == [
            "Mesa Associates, Fri 12 Jun", "", "Tasks of lead coordinators: 1",
        ]  # fmt: skip

    def test_of_a_clinic_whose_name_tells_reads_no_name(self, desk: Desk, mailer: RecordingMailer) -> None:
        with desk.database.writing() as session:
            session.execute(update(Clinic).values(name="Mesa Pain & Pump Center"))
        send(desk, mailer)
        assert {each.subject for each in mailer.sent} == {"This morning at your clinic"}
        assert "Pump" not in "".join(each.body for each in mailer.sent)


class TestAWeek:
    """The first mail of a manager's week says what the last four weeks were like."""

    @pytest.fixture
    def managed(self, desk: Desk) -> Desk:
        """The administrator manages the clinic too; of six patients who were referred last week a history tells."""
        story = Told(desk.clock.now())
        for _ in range(6):
            story.case(referred_on=DAY - timedelta(days=7))
        with desk.database.writing() as session:
            roles = {"clinic_id": desk.clinic_id, "user_id": ADMINISTRATOR, "role": Role.MANAGER}
            session.execute(insert(MembershipRole).values(roles))
            store(session, desk.clinic_id, Made(story.history(), 1), pack(story.history()))
        return desk

    def test_is_told_to_managers_alone_and_once(self, managed: Desk, mailer: RecordingMailer) -> None:
        send(managed, mailer)
        bodies = {each.recipient: each.body for each in mailer.sent}
        (told,) = [address for address, body in bodies.items() if "Referrals: 6 (none)" in body]
        assert told == f"user{ADMINISTRATOR - 1000}@clinic.example"
        assert "To-dos overdue: 2" in bodies[told] and "Four weeks until Sun 7 Jun" in bodies[told]
        managed.on(DAY + timedelta(days=2))  # a Sunday
        assert not send(managed, mailer).tried
        mailer.sent.clear()
        managed.on(DAY + timedelta(days=3))
        send(managed, mailer)
        assert ["Four weeks until Sun 14 Jun" in each.body for each in mailer.sent].count(True) == 1
        mailer.sent.clear()
        managed.on(DAY + timedelta(days=4))
        send(managed, mailer)
        assert mailer.sent and not any("Four weeks" in each.body for each in mailer.sent)

    def test_is_told_also_to_whom_another_clinic_wrote_on_monday(self, managed: Desk, mailer: RecordingMailer) -> None:
        with managed.database.writing() as session:
            other = a_clinic(session, 2)
            session.add(Membership(clinic_id=other.id, user_id=ADMINISTRATOR))
            session.flush()
            monday = {"on_date": DAY - timedelta(days=4), "begun_at": managed.clock.now(), "outcome": "accepted"}
            session.add(Digest(clinic_id=other.id, user_id=ADMINISTRATOR, **monday))
        send(managed, mailer)
        assert any("Four weeks" in each.body for each in mailer.sent)

    def test_without_a_history_is_left_out_and_the_morning_told(self, managed: Desk, mailer: RecordingMailer) -> None:
        with managed.database.writing() as session:
            session.execute(delete(ClinicHistory))
        send(managed, mailer)
        assert any("To-dos overdue: 2" in each.body for each in mailer.sent)
        assert not any("Four weeks" in each.body for each in mailer.sent)

    def test_whose_history_cannot_be_read_holds_up_no_morning(self, managed: Desk, mailer: RecordingMailer) -> None:
        with managed.database.writing() as session:
            session.execute(update(ClinicHistory).values(body=b"broken"))
        with pytest.raises(ExceptionGroup, match="digests"):
            send(managed, mailer)
        assert any("To-dos overdue: 2" in each.body for each in mailer.sent)


class TestWhatGoesWrong:
    @pytest.mark.parametrize("error", [MailRejected("no"), MailUncertain("silence")])
    def test_for_one_is_written_down_and_not_tried_again(
        self, desk: Desk, mailer: RecordingMailer, error: Exception
    ) -> None:
        mailer.failing = lambda number: error if number == 1 else None
        assert send(desk, mailer) == Digested(6, 4, 3)
        assert rows(desk)[COORDINATOR] == "failed"
        send(desk, mailer)
        assert mailer.tried == 4

    def test_in_our_own_code_holds_up_nobody_and_is_raised_at_the_end(
        self, desk: Desk, mailer: RecordingMailer
    ) -> None:
        mailer.failing = lambda number: ZeroDivisionError("ours") if number == 1 else None
        with pytest.raises(ExceptionGroup, match="digests") as raised:
            send(desk, mailer)
        assert [type(each) for each in raised.value.exceptions] == [ZeroDivisionError]
        assert len(mailer.sent) == 3
        # As after a crash: it was begun, nobody knows, and nobody gets it twice.
        assert rows(desk)[COORDINATOR] == ""
        assert send(desk, mailer).tried == 0

    def test_is_written_down_before_the_call(self, desk: Desk, mailer: RecordingMailer) -> None:
        seen: list[dict[int, str]] = []
        mailer.failing = lambda _number: seen.append(rows(desk))
        send(desk, mailer)
        assert seen[0] == {COORDINATOR: ""}


class TestNothingIsSent:
    @pytest.fixture(params=["clinic", "all"])
    def paused(self, desk: Desk, request: pytest.FixtureRequest) -> Desk:
        with desk.database.writing() as session:
            clinic_id = desk.clinic_id if request.param == "clinic" else None
            pause_sending(session, now=desk.clock.now(), clinic_id=clinic_id)
        return desk

    def test_while_sending_is_paused_and_nothing_is_written_down(self, paused: Desk, mailer: RecordingMailer) -> None:
        assert send(paused, mailer) == Digested(0, 0, 0)
        assert rows(paused) == {}

    def test_after_a_pause_that_begins_in_between(self, desk: Desk, mailer: RecordingMailer) -> None:
        def pause(_number: int) -> None:
            with desk.database.writing() as session:
                pause_sending(session, now=desk.clock.now())

        mailer.failing = pause
        send(desk, mailer)
        assert len(mailer.sent) == 1

    def test_to_people_from_a_demonstration(self, desk: Desk, mailer: RecordingMailer) -> None:
        with desk.database.writing() as session:
            session.add(DeploymentValue(name="is_demo", value="yes"))
        with pytest.raises(PermissionError):
            send(desk, mailer)
        files = RecordingMailer(reaches_people=False)
        assert send(desk, files).tried == 4
