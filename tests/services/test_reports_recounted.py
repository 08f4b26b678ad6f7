"""Every number of every report, counted again from the events by other code, for a clinic that the services played."""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select

from tests.support.devices import A_CATHETER
from tests.support.journey import COORDINATOR, NURSE, PHYSICIAN, Journey, a_finding, a_person, journey_in
from tests.support.mailers import RecordingMailer
from tests.support.messages_recounted import recount_messages, said_of_messages
from tests.support.recounting import charts
from tests.support.recounts import Recount
from tests.support.reoperating import anew, begun, on_the_day
from tests.support.reported import PANELS
from tests.support.waiting_recounted import recount_waits, rederived, said_of_waits, stored
from tests.support.web import WebWorld
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.facts import TrialDose
from tracker.domain.obligations import obligations
from tracker.domain.reporting.filters import Filter
from tracker.domain.reporting.filters import select as chosen
from tracker.domain.words import Role
from tracker.persistence.models import Case, Clinician, Room
from tracker.queries.clinic_history.making import make_history
from tracker.services import appointments, authorizations, corrections, decisions, evaluations, reoperations, trials
from tracker.services.appointments import Slot
from tracker.services.authorizations import Terms
from tracker.services.follow_ups import record_follow_up
from tracker.services.reconcile import reconcile_due
from tracker.services.reminders import Dispatcher
from tracker.services.reoperations import Operation
from tracker.services.visit_losses import Loss

DR_A, DR_B, ROOM = 501, 502, 601
LONG = {"from_on": date(2026, 1, 1), "until_on": date(2027, 12, 1)}


class Played:
    """A clinic over nine months: a dozen patients, one after the other, each in another way."""

    def __init__(self, world: WebWorld) -> None:
        self.world = world
        self._number = 0
        with world.database.writing() as session:
            for clinician in (DR_A, DR_B):
                session.execute(
                    insert(Clinician).values(
                        clinic_id=world.clinic_id, id=clinician, name=f"Dr {clinician}", kind="physician", version=1,
                        is_active=True,
                    )
                )  # fmt: skip
            session.execute(
                insert(Room).values(clinic_id=world.clinic_id, id=ROOM, name="One", version=1, is_active=True)
            )
        for part in (
            self.implanted_and_revised, self.refilled_late_and_infected, self.tested_twice, self.never_a_candidate,
            self.lost_and_moved_visits, self.denied_and_won, self.declined, self.taken_over, self.referred_in_error,
            self.came_back, self.told_and_missed, self.told_and_answered, self.asked_and_waiting,
        ):  # fmt: skip
            part()
            world.clock.advance(days=5)
        # As the scheduler would by now.
        reconcile_due(world.database, world.clock, world.ids, pause=lambda: None)

    def refer(self, **values: object) -> Journey:
        self._number += 1
        journey = journey_in(self.world)
        referrer = "Dr Lindqvist" if self._number % 3 else "Dr Oyelaran"
        usual = {"referred_by": referrer, "received_on": journey.today - timedelta(days=self._number % 4)}
        journey.refer(a_person(self._number), **{**usual, **values})
        return journey

    def implanted_and_revised(self) -> None:
        journey = self.refer().go("maintained")
        beside = on_the_day(begun(journey, "catheter_revision"))
        done = Operation(note="kinked")
        beside.do(NURSE, lambda w, r: reoperations.record_catheter_revision(w, r, done, catheter=A_CATHETER))
        # Seen at the wound and again as a reason: one leak, of the pump's case.
        self._leak(beside, "wound_check")
        self.world.clock.advance(days=2)
        anew(journey).step("device_review", reason="CSF leak")

    def refilled_late_and_infected(self) -> None:
        journey = self.refer(payer="Blue").go("recovering")
        self.world.clock.advance(days=1)
        self._leak(journey, "implant_call")
        self.world.clock.advance(days=91)
        journey.refill()
        self.world.clock.advance(days=88)
        journey.refill()
        journey.step("device_review", reason="infection")
        dose, nurse = journey.look().snapshot.of(TrialDose)[0], journey.user_ids[Role.NURSE]
        journey.do(
            PHYSICIAN, lambda w, r: corrections.strike(w, r, seq=dose.seq, reason="typed twice", second_by=nurse)
        )
        self.world.clock.advance(days=95)

    def _leak(self, journey: Journey, rule: str) -> None:
        case = journey.look()
        due = obligations(case.pathway, case.snapshot, self.world.clock.now()).of("follow_up")
        about = next(int(dict(each.params)["about"]) for each in due if dict(each.params)["rule"] == rule)
        leak = "CSF leak: physician told"
        journey.do(NURSE, lambda w, r: record_follow_up(w, r, rule=rule, about_seq=about, result=leak))

    def _letter(self, journey: Journey) -> int:
        """A letter to who referred, of this day."""
        kind, day = "referrer_letter", journey.today
        written = journey.do(COORDINATOR, lambda w, r: evaluations.record_document(w, r, kind=kind, dated_on=day))
        return written.fact_seqs[0]

    def tested_twice(self) -> None:
        journey = self.refer().go("evaluating")
        journey.do(PHYSICIAN, lambda w, r: evaluations.record_evaluation(w, r, a_finding(condition="stroke")))
        journey.score("3", "baseline")
        journey.step("candidate")
        journey.authorize("trial")
        visit = journey.book("trial", journey.in_days(3), clinician_id=DR_A, room_id=ROOM)
        journey.sign("trial")
        journey.come(visit)
        journey.go("trial_review")
        journey.do(PHYSICIAN, lambda w, r: trials.record_outcome(w, r, outcome="negative_repeatable"))
        self._letter(journey)
        journey.order("75")
        journey.step("another_dose")
        visit = journey.book("trial", journey.in_days(4), clinician_id=DR_B, room_id=ROOM)
        journey.come(visit)
        journey.order("75")
        journey.tick(visit, "before")
        journey.dose("75")
        journey._trial_review()
        journey.do(PHYSICIAN, lambda w, r: trials.record_outcome(w, r, outcome="negative_final"))
        journey.step("trial_unsuccessful", reason="no response")

    def never_a_candidate(self) -> None:
        journey = self.refer(indication="pain").go("evaluating")
        journey.step("not_a_candidate", reason="contraindicated")
        wrong = self._letter(journey)
        journey.do(NURSE, lambda w, r: corrections.strike(w, r, seq=wrong, reason="of another patient"))

    def lost_and_moved_visits(self) -> None:
        journey = self.refer(payer="Blue").go("trial_to_book")
        visit = journey.book("trial", journey.in_days(20), clinician_id=DR_B)
        for days in (12, 9):
            slot = Slot(starts=journey.in_days(days), minutes=90, clinician_id=DR_B)
            journey.do(COORDINATOR, lambda w, r, s=slot: appointments.move(w, r, appointment=visit, slot=s))
        journey.do(COORDINATOR, lambda w, r: appointments.cancel(w, r, appointment=visit, reason="holiday"))
        second = journey.book("trial", journey.in_days(6), clinician_id=DR_B)
        self.world.clock.advance(days=6, hours=2)
        loss = Loss("ill", "nothing")
        journey.do(COORDINATOR, lambda w, r: appointments.no_show(w, r, appointment=second, reason="ill", loss=loss))
        third = journey.book("trial", journey.in_days(2))
        self.world.clock.advance(days=2)
        loss = Loss("no_bed", "nothing")
        journey.do(COORDINATOR, lambda w, r: appointments.cancel(w, r, appointment=third, reason="bed", loss=loss))
        journey.book("trial", journey.in_days(4))

    def denied_and_won(self) -> None:
        journey = self.refer(payer="Blue").go("evaluating")
        journey.do(PHYSICIAN, lambda w, r: evaluations.record_evaluation(w, r, a_finding()))
        journey.score("3", "baseline")
        journey.step("candidate")
        seq = self._authorization(journey, None, Terms("requested", asked_on=journey.today))
        self.world.clock.advance(days=11)
        seq = self._authorization(journey, seq, Terms("denied", reason="not shown"))
        self.world.clock.advance(days=20)
        until = journey.today + timedelta(days=10)
        self._authorization(journey, seq, Terms("granted", number="A1", valid_from=journey.today, valid_to=until))

    def _authorization(self, journey: Journey, seq: int | None, terms: Terms) -> int:
        if seq is None:
            written = journey.do(
                COORDINATOR, lambda w, r: authorizations.ask_authorization(w, r, stage="trial", terms=terms)
            )
        else:
            written = journey.do(
                COORDINATOR, lambda w, r: authorizations.change_authorization(w, r, seq=seq, terms=terms)
            )
        return written.fact_seqs[0]

    def declined(self) -> None:
        journey = self.refer().go("implant_decision")
        journey.do(COORDINATOR, lambda w, r: decisions.record_decision(w, r, decision="declined", reason="no surgery"))
        self._letter(journey)

    def taken_over(self) -> None:
        self._number += 1
        journey_in(self.world).take_over(a_person(self._number))

    def referred_in_error(self) -> None:
        self.refer().step("entered_in_error", Role.LEAD_COORDINATOR, "wrong patient")

    def came_back(self) -> None:
        journey = self.refer().go("evaluating")
        journey.step("not_a_candidate", reason="active infection")
        self.world.clock.advance(days=30)
        journey.step("reopened", reason="condition changed")

    def told_and_missed(self) -> None:
        journey = self.refer()
        visit = journey.book("evaluation", journey.in_days(9))
        self._pass_days(10)
        loss = Loss("did_not_come")
        journey.do(COORDINATOR, lambda w, r: appointments.no_show(w, r, appointment=visit, reason="away", loss=loss))

    def told_and_answered(self) -> None:
        journey = self.refer(payer="Blue")
        visit = journey.book("evaluation", journey.in_days(9), clinician_id=DR_B)
        self._pass_days(8)
        journey.do(COORDINATOR, lambda w, r: appointments.confirm(w, r, appointment=visit, how="link"))
        self.world.clock.advance(days=1)
        journey.come(visit)

    def _pass_days(self, days: int) -> None:
        """The scheduler sends what is due every day."""
        mailer = RecordingMailer()
        for _ in range(days):
            self.world.clock.advance(days=1)
            reconcile_due(self.world.database, self.world.clock, self.world.ids, pause=lambda: None)
            Dispatcher(
                database=self.world.database, clock=self.world.clock, ids=self.world.ids, transports={"email": mailer},
                replies_at="https://replies.example", chance=lambda: 0.5, pause=lambda: None,
            ).dispatch_due()  # fmt: skip
        assert mailer.sent

    def asked_and_waiting(self) -> None:
        journey = self.refer()
        journey.book("evaluation", journey.in_days(30), clinician_id=DR_A)


@pytest.fixture
def played(world: WebWorld) -> WebWorld:
    Played(world)
    return world


def filters(world: WebWorld) -> dict[str, Filter]:
    with world.database.reading() as session:
        payers = Counter(session.scalars(select(Case.payer_id).where(Case.clinic_id == world.clinic_id)))
    payer = min(payer for payer in payers if payer)
    return {
        "all": Filter(**LONG),
        "three weeks": Filter(from_on=date(2026, 3, 20), until_on=date(2026, 4, 10)),
        "before": Filter(from_on=date(2020, 1, 1), until_on=date(2020, 2, 1)),
        "payer": Filter(**LONG, payer=payer),
        "diagnosis": Filter(**LONG, diagnosis="stroke"),
        "indication": Filter(**LONG, indication="pain"),
        "clinician": Filter(**LONG, clinician=DR_B),
        "version": Filter(**LONG, version=1),
        "version to come": Filter(**LONG, version=2),
        "several": Filter(**LONG, payer=payer, indication="spasticity", clinician=DR_A),
    }


def test_every_number_is_what_the_events_and_facts_say(played: WebWorld) -> None:
    """Blockers are worked out again from the facts; messages are no events, and are counted again from their rows."""
    now = played.clock.now()
    with played.database.reading() as session:
        history = make_history(session, played.clinic_id, now).history
        told = charts(session, played.clinic_id)
        assert [chart.case.id for chart in told] == list(history.cases.id)
        for place in (1, 2, 4, 5):
            assert rederived(session, told[place], ClinicCalendar(history.zone), now) == stored(session, told[place])
        for name, asked in filters(played).items():
            recount, selection = Recount(told, asked, date.fromordinal(history.today)), chosen(history, asked)
            for panel, (said, counted) in PANELS.items():
                assert said(history, selection) == counted(recount), f"{panel} of {name}"
            waits = recount_waits(session, recount, now, history.zone)
            assert said_of_waits(history, selection) == waits, f"waits of {name}"
            messages = recount_messages(session, recount)
            assert said_of_messages(history, selection) == messages, f"reminders of {name}"
