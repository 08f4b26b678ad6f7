"""What two patients who share a telephone answer, in any order, while visits are booked, moved and cancelled and time
passes: nothing they say is lost, nothing is cancelled by it, and nothing is sent where they wanted no more.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from random import Random

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import insert, select, update

from tests.stateful.clinic import CALENDAR, OURS, TwoClinics, a_referral
from tests.stateful.holding import violations
from tests.support.databases import SqliteDatabases
from tests.support.mailers import RecordingMailer
from tests.support.thoroughness import examples
from tracker.domain.errors import DomainError
from tracker.domain.replies import Reply, meaning_of
from tracker.domain.words import LIVE_APPOINTMENT
from tracker.persistence.models import AppointmentRow, Case, Clinic, ContactPoint, InboundMessage, Patient, StaffTask
from tracker.queries.replies import find_reply_page
from tracker.services import appointments
from tracker.services.appointments import Slot
from tracker.services.referrals import refer
from tracker.services.reminders import Dispatcher
from tracker.services.replying.forgetting import READ_IN
from tracker.services.replying.links import answer_by_link
from tracker.services.replying.texts import InboundText, receive_text
from tracker.services.task_endings import end_task

MOBILE, HOST = "+13035550142", "https://visits.example"
TYPED = (
    "C", "Yes, thank you", "Sí!", "N", "no puedo", "I can't make it", "call me", "Stop. Thank you", "STOP", "START",
    "NO STOP", "please don't stop", "C U there", "thanks", "👍", "😢", "", "yes 但是不能来", "HELP",
    "what time?", "x" * 5000,
)  # fmt: skip
BUTTONS = ("confirm", "cannot", "call", "stop", "start", "es", "en")
#: What need not be read once the visit is confirmed.
COURTEOUS = frozenset({"C U there", "thanks", "👍", ""})
#: The task that an answer stands for.
TASK_OF = {"cannot": "reply_cannot", "call": "reply_call", "cancelled": "reply_off", "moved": "reply_off"}
#: Of whom, which visit, in which state at which time.
Visits = Mapping[tuple[int, int], tuple[str, str]]


class AnswerMachine(RuleBasedStateMachine):
    """Ada and Ada, one telephone, a mailbox each, the clinic, and time."""

    def __init__(self, databases: SqliteDatabases) -> None:
        super().__init__()
        self.opened = databases.fresh()
        self.clinic = TwoClinics(self.opened.__enter__())
        self.texter, self.mailer = RecordingMailer(), RecordingMailer()
        self.cases: list[str] = []
        self.stopped: set[str] = set()
        self.handed_over: list[InboundText] = []

    def teardown(self) -> None:
        """Close the database."""
        self.opened.__exit__(None, None, None)

    @initialize(hours=st.sampled_from((30, 60, 24 * 8)), prefers=st.sampled_from(("sms", "email")))
    def two_are_expected(self, hours: int, prefers: str) -> None:
        """Both are referred and booked, and told."""
        for number in (1, 3):
            new = a_referral(number)
            self.cases.append(
                self.clinic.perform(
                    self.clinic.actors[0], lambda work, new=new: refer(work, new, CALENDAR)
                ).case_public_id
            )
        now = self.clinic.clock.now()
        with self.clinic.database.writing() as session:
            session.execute(update(Clinic).where(Clinic.id == OURS).values(sends_texts=True))
            for case in session.scalars(select(Case).order_by(Case.id)):
                session.execute(
                    insert(ContactPoint).values(
                        clinic_id=OURS, id=self.clinic.ids.row_id(now), patient_id=case.patient_id, kind="phone",
                        value=MOBILE, as_typed="303 555 0142", owner="patient", is_possible=True, texts_agreed_at=now,
                        created_at=now,
                    )
                )  # fmt: skip
        self.prefers(1, prefers)
        self.books(0, hours)
        self.books(1, hours + 2)

    def books(self, who: int, hours: int) -> None:
        """Another visit, if there is none to come."""
        self._act(lambda work, ref: appointments.book(work, ref, purpose="evaluation", slot=self._slot(hours)), who)

    def moves(self, who: int, hours: int) -> None:
        """Their visit is at another time."""
        visit = self._visit_of(who)
        self._act(lambda work, ref: appointments.move(work, ref, appointment=visit, slot=self._slot(hours)), who)

    def cancels(self, who: int) -> None:
        """Their visit is off."""
        visit = self._visit_of(who)
        self._act(lambda work, ref: appointments.cancel(work, ref, appointment=visit, reason="asked for"), who)

    def prefers(self, who: int, prefers: str) -> None:
        """Mails with a link, or texts."""
        with self.clinic.database.writing() as session:
            mine = select(Case.patient_id).where(Case.public_id == self.cases[who]).scalar_subquery()
            session.execute(update(Patient).where(Patient.id == mine).values(prefers=prefers))
            session.execute(
                update(Case).where(Case.public_id == self.cases[who]).values(reconcile_at=self.clinic.clock.now())
            )
        self.clinic.tick()

    def time_passes(self, hours: int) -> None:
        """With the scheduler running, and messages leaving."""
        for _ in range(max(hours // 6, 1)):
            self.clinic.pass_until(self.clinic.clock.now() + timedelta(hours=min(hours, 6)))
            self._send()

    def somebody_texts(self, text: str) -> None:
        """From the telephone that both have."""
        self._hand_over(InboundText(provider_id=f"SM{len(self.handed_over)}", sender=MOBILE, text=text))

    def the_provider_repeats_itself(self, back: int) -> None:
        """It changes nothing."""
        if not self.handed_over:
            return
        text = self.handed_over[-1 - min(back, len(self.handed_over) - 1)]
        before = self._all()
        with self.clinic.database.writing() as session:
            receive_text(session, text, now=self.clinic.clock.now(), ids=self.clinic.ids)
        assert self._all() == before

    def somebody_presses(self, back: int, button: str) -> None:
        """A button behind the link of some mail, also of one that tells of another time."""
        if not self.mailer.sent:
            return
        mail = self.mailer.sent[-1 - min(back, len(self.mailer.sent) - 1)]
        token = next(line for line in mail.body.splitlines() if f"{HOST}/r/" in line).rpartition("/r/")[2].strip()
        before = self._visits()
        try:
            with self.clinic.database.writing() as session:
                page = find_reply_page(session, token, self.clinic.clock.now())
                if page is None or page.is_expired:
                    return
                answer = answer_by_link(session, page, button, now=self.clinic.clock.now(), ids=self.clinic.ids)
        except DomainError as error:
            hypothesis.event(type(error).__name__)
            assert self._visits() == before
            return
        hypothesis.event(f"link {button}: {answer}")
        self._at_most_confirmed(before, button == "confirm")
        told = page.told
        if button in {"stop", "start"}:
            self._opted(mail.recipient, is_out=button == "stop")
        elif answer == "confirmed":
            assert self._visits()[told.case_id, told.appointment] == ("confirmed", told.wall)
        elif answer in TASK_OF:
            assert (TASK_OF[answer], told.case_id) in self._open_tasks(), f"{button} by link left no task"
        else:
            assert answer in {"past", "language"}

    def staff_end_a_task(self, _who: int) -> None:
        """The first that is open."""
        with self.clinic.database.writing() as session:
            task_id = session.scalar(select(StaffTask.id).where(StaffTask.done_at.is_(None)).limit(1))
        if task_id is not None:
            self.clinic.perform(self.clinic.actors[0], lambda work: end_task(work, task_id=task_id, outcome="called"))

    @rule(seed=st.integers(0, 2**32))
    def something_happens(self, seed: int) -> None:
        """Mostly that somebody answers. The chance is even: what is drawn directly is mostly the first of all."""
        dice = Random(seed)
        for _ in range(3):
            who, hours = dice.choice((0, 1)), dice.randint(20, 24 * 8)
            match dice.choice("aaaaaaaabbbbbbcccccdddeefghh"):
                case "a":
                    self.somebody_texts(dice.choice(TYPED))
                case "b":
                    self.somebody_presses(dice.randint(0, 4), dice.choice(BUTTONS))
                case "c":
                    self.time_passes(dice.choice((1, 12, 24, 24, 24 * 3)))
                case "d":
                    self.books(who, hours)
                case "e":
                    self.moves(who, hours)
                case "f":
                    self.prefers(who, dice.choice(("", "email", "sms")))
                case "g":
                    self.the_provider_repeats_itself(dice.randint(0, 3))
                case _:
                    dice.choice((self.cancels, self.staff_end_a_task))(who)

    @invariant()
    def all_is_well(self) -> None:
        """After everything."""
        found = violations(self.clinic)
        assert not found, "\n".join(found)

    def _hand_over(self, text: InboundText) -> None:
        before, now = self._visits(), self.clinic.clock.now()
        self.handed_over.append(text)
        with self.clinic.database.writing() as session:
            receive_text(session, text, now=now, ids=self.clinic.ids)
        meant = meaning_of(text.text)
        self._at_most_confirmed(before, meant == Reply.CONFIRM)
        if meant in {Reply.STOP, Reply.START}:
            self._opted(text.sender, is_out=meant == Reply.STOP)
        row, *_ = self._stored()
        hypothesis.event(f"text {meant}: {row.answer}")
        if meant not in {Reply.STOP, Reply.START, Reply.HELP}:
            assert self._is_heard(text, row), f"{text.text[:40]!r} was lost, answered {row.answer!r}"

    def _stored(self) -> list[InboundMessage]:
        """The texts that came in, the latest first: each once."""
        with self.clinic.database.reading() as session:
            rows = list(session.scalars(select(InboundMessage).order_by(InboundMessage.id.desc())))
        assert sorted(each.provider_id for each in rows) == sorted(each.provider_id for each in self.handed_over)
        return rows

    def _is_heard(self, text: InboundText, row: InboundMessage) -> bool:
        """Whether a visit is confirmed by it, a person is asked to act on it or to read it, or its sender was told that
        the visit is over. Said again within the hour, and after a stop, nothing is answered, but all the rest is so."""
        of_case = {state for (case_id, _), (state, _) in self._visits().items() if case_id == row.case_id}
        tasks = self._open_tasks()
        if row.answer == "confirmed":
            return "confirmed" in of_case
        if row.answer in TASK_OF:
            return (TASK_OF[row.answer], row.case_id) in tasks
        if row.answer == "past":
            return True
        is_read = text.provider_id in self._to_be_read()
        if row.answer in {"unclear", "shared"}:
            return is_read
        assert row.answer == ""
        if meaning_of(text.text) == Reply.UNCLEAR:
            return is_read or (text.text in COURTEOUS and "confirmed" in of_case)
        is_asked = any((kind, row.case_id) in tasks for kind in TASK_OF.values())
        is_confirmed = meaning_of(text.text) == Reply.CONFIRM and "confirmed" in of_case
        return is_read or is_asked or is_confirmed or not of_case & {"booked", "confirmed"} or self._is_over(row)

    def _is_over(self, row: InboundMessage) -> bool:
        """Whether the last visit that can be meant has begun."""
        mine = [each for each in self._rows() if each.case_id == row.case_id and each.state in LIVE_APPOINTMENT]
        return any(each.starts_at <= self.clinic.clock.now() for each in mine)

    def _to_be_read(self) -> str:
        """The keys of what a person has to read."""
        with self.clinic.database.reading() as session:
            keys = select(StaffTask.key).where(StaffTask.kind.in_(READ_IN), StaffTask.done_at.is_(None))
            return " ".join(session.scalars(keys)).replace("#", " ")

    def _at_most_confirmed(self, before: Visits, may_confirm: bool) -> None:
        after = self._visits()
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        assert len(changed) <= may_confirm, (before, after)
        for key in changed:
            assert before[key] == ("booked", after[key][1]) and after[key][0] == "confirmed", (before, after)

    def _opted(self, value: str, *, is_out: bool) -> None:
        with self.clinic.database.reading() as session:
            found = session.scalars(select(ContactPoint.opted_out_at).where(ContactPoint.value == value)).all()
        assert {each is not None for each in found} == {is_out}
        (self.stopped.add if is_out else self.stopped.discard)(value)

    def _send(self) -> None:
        clinic = self.clinic
        texts, mails = len(self.texter.sent), len(self.mailer.sent)
        Dispatcher(
            database=clinic.database, clock=clinic.clock, ids=clinic.ids, replies_at=HOST,
            transports={"sms": self.texter, "email": self.mailer}, chance=lambda: 0.5, pause=lambda: None,
        ).dispatch_due()  # fmt: skip
        reached = {each.recipient for each in (*self.texter.sent[texts:], *self.mailer.sent[mails:])}
        assert self.stopped.isdisjoint(reached), "somebody who wanted no messages got one"

    def _act(self, act, who: int) -> None:
        seen = self.clinic.see(self.cases[who], self.clinic.actors[0])
        try:
            self.clinic.perform(self.clinic.actors[0], lambda work: act(work, seen.ref))
        except DomainError as error:
            hypothesis.event(type(error).__name__)
        self.clinic.tick()
        self._send()

    def _slot(self, hours: int) -> Slot:
        day = CALENDAR.today(self.clinic.clock.now() + timedelta(hours=hours))
        while not CALENDAR.is_open(day):
            day += timedelta(days=1)
        return Slot(datetime.combine(day, time(9 + hours % 7)), 60)

    def _visit_of(self, who: int) -> int:
        live = [each for each in self._rows() if each.state in LIVE_APPOINTMENT and each.case_id == self._case_id(who)]
        return live[-1].appointment if live else 999

    def _case_id(self, who: int) -> int:
        return self.clinic.see(self.cases[who], self.clinic.actors[0]).case.id

    def _rows(self) -> list[AppointmentRow]:
        with self.clinic.database.reading() as session:
            rows = select(AppointmentRow).where(AppointmentRow.superseded_by.is_(None)).order_by(AppointmentRow.seq)
            return list(session.scalars(rows))

    def _visits(self) -> Visits:
        return {(each.case_id, each.appointment): (each.state, each.wall) for each in self._rows()}

    def _open_tasks(self) -> set[tuple[str, int | None]]:
        with self.clinic.database.reading() as session:
            rows = session.execute(select(StaffTask.kind, StaffTask.case_id).where(StaffTask.done_at.is_(None)))
            return {(row.kind, row.case_id) for row in rows}

    def _all(self) -> object:
        with self.clinic.database.reading() as session:
            points = session.execute(select(ContactPoint.id, ContactPoint.opted_out_at).order_by(ContactPoint.id)).all()
            tasks = session.execute(select(StaffTask.id, StaffTask.done_at).order_by(StaffTask.id)).all()
            texts = session.execute(select(InboundMessage.id, InboundMessage.answer).order_by(InboundMessage.id)).all()
        return self._visits(), points, tasks, texts


def test_nothing_that_is_answered_is_lost_or_cancels_anything(sqlite_databases: SqliteDatabases) -> None:
    """Short with every run; ``--hypothesis-profile=long`` looks further."""
    is_long = hypothesis.settings.get_current_profile_name() == "long"
    short = hypothesis.settings(
        max_examples=examples(7),
        stateful_step_count=20,
        derandomize=True,
        database=None,
        phases=[hypothesis.Phase.generate],
    )
    run_state_machine_as_test(
        lambda: AnswerMachine(sqlite_databases), settings=hypothesis.settings() if is_long else short
    )
