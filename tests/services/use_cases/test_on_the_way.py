"""The rules of single use cases that no form shows: spacing, series, grounds, second readers, what comes back."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import select

from tests.support.journey import Journey
from tests.support.todos import codes, next_blockers, open_todos
from tracker.domain.errors import InvalidInput, NotFound, NotPermitted, Refused
from tracker.domain.facts import Appointment, Consent, Device, Fill
from tracker.domain.words import DeterminationKind, DeviceKind, Role
from tracker.persistence.models import Case, Obligation, Patient
from tracker.services import appointments, consents, corrections, decisions, patients, pumps, refills, steps, trials
from tracker.services.visit_losses import Loss
from tracker.services.work import Work

At = Callable[[str], Journey]
COORDINATOR, NURSE, PHYSICIAN = Role.COORDINATOR, Role.NURSE, Role.PHYSICIAN


def another_trial(journey: Journey, dose: str) -> None:
    """The last dose did nothing: another one is ordered."""
    journey.do(PHYSICIAN, lambda w, r: trials.record_outcome(w, r, outcome="negative_repeatable"))
    journey.order(dose)
    journey.step("another_dose")


class TestTestDoses:
    def test_are_at_least_a_day_apart(self, at: At) -> None:
        journey = at("trial_review")
        another_trial(journey, "75")
        journey.book("trial", journey.in_days(0, hour=23))
        assert journey.stage == "trial_to_book"
        assert "too_soon" in next_blockers(journey)
        journey.do(
            COORDINATOR,
            lambda w, r: appointments.move(
                w,
                r,
                appointment=journey.visit_for("trial"),
                slot=appointments.Slot(starts=journey.in_days(1, hour=12), minutes=60),
            ),
        )
        assert journey.stage == "trial_booked"

    def test_are_at_most_three_in_a_series(self, at: At) -> None:
        journey = at("trial_review")
        for number, dose in enumerate(("75", "100"), start=2):
            another_trial(journey, dose)
            journey.come(journey.book("trial", journey.in_days(2)))
            journey.tick(journey.visit_for("trial"), "before")
            journey.dose(dose)
            assert len(journey.look().snapshot.doses) == number
            journey.clock.advance(hours=4)
            journey.score("3", "after_dose")
            journey.ask_after_dose()
            journey.tick(journey.visit_for("trial"), "after")
            journey.step("observation_closed", NURSE)
        journey.do(PHYSICIAN, lambda w, r: trials.record_outcome(w, r, outcome="negative_repeatable"))
        journey.order("100")
        with pytest.raises(Refused) as caught:
            journey.step("another_dose")
        assert codes(caught.value.blockers) == {"series_full"}
        journey.step("trial_unsuccessful", reason="no response")
        assert journey.stage == "trial_unsuccessful"

    def test_that_differ_from_the_order_are_deviations(self, at: At) -> None:
        journey = at("trial_day")
        journey.order("50")
        journey.tick(journey.visit_for("trial"), "before")
        with pytest.raises(Refused) as caught:
            journey.dose("75")
        assert codes(caught.value.blockers) == {"dose_differs"}
        journey.dose("75", deviation_reason="order changed by phone")
        assert "deviation_review" in open_todos(journey)
        deviation = journey.look().snapshot.determination(DeterminationKind.DEVIATION)
        assert deviation is not None
        with pytest.raises(NotPermitted):
            journey.do(NURSE, lambda w, r: decisions.review_deviation(w, r, seq=deviation.seq, finding="fine"))
        journey.do(PHYSICIAN, lambda w, r: decisions.review_deviation(w, r, seq=deviation.seq, finding="right"))
        assert "deviation_review" not in open_todos(journey)

    def test_that_were_not_watched_to_the_end_are_not_called_positive(self, at: At) -> None:
        journey = at("trial_observation")
        journey.do(NURSE, lambda w, r: trials.end_observation(w, r, reason="went home"))
        journey.ask_after_dose()
        journey.tick(journey.visit_for("trial"), "after")
        journey.step("observation_closed", NURSE)
        with pytest.raises(InvalidInput):
            journey.do(PHYSICIAN, lambda w, r: trials.record_outcome(w, r, outcome="positive"))
        journey.do(PHYSICIAN, lambda w, r: trials.record_outcome(w, r, outcome="not_assessable"))
        assert journey.stage == "trial_review"


class TestVisits:
    def test_of_a_missed_trial_go_back_and_begin_a_new_attempt(self, at: At) -> None:
        journey = at("trial_to_book")
        number = journey.book("trial", journey.in_days(3))
        lost = Loss("did_not_come", "nothing")
        missed = partial(appointments.no_show, appointment=number, reason="no answer", loss=lost)
        with pytest.raises(InvalidInput, match="The time of the visit has not come"):
            journey.do(NURSE, missed)
        journey.clock.advance(days=3, hours=2)
        journey.do(NURSE, missed)
        assert journey.stage == "trial_to_book"
        assert journey.look().snapshot.trial_attempt == 2

    def test_are_not_booked_before_a_day_that_was_ruled_out(self, at: At) -> None:
        journey = at("implant_booked")
        number = journey.visit_for("implant")
        not_before = journey.in_days(30)
        journey.do(
            COORDINATOR,
            lambda w, r: appointments.cancel(w, r, appointment=number, reason="infection", not_before=not_before),
        )
        with pytest.raises(InvalidInput) as caught:
            journey.book("implant", journey.in_days(29))
        day = not_before
        assert caught.value.problems["starts"].startswith(f"Not before {day:%a} {day.day} {day:%b}")
        assert caught.value.problems["starts"].endswith(": infection")
        journey.book("implant", journey.in_days(30))
        assert journey.stage == "implant_booked"

    def test_must_be_confirmed_again_once_they_were_moved(self, at: At) -> None:
        journey = at("implant_booked")
        number = journey.visit_for("implant")
        booked_at = journey.look().snapshot.of(Appointment)[-1].time_known_at
        journey.clock.advance(hours=1)
        journey.do(COORDINATOR, lambda w, r: appointments.confirm(w, r, appointment=number, how="by phone"))
        assert journey.look().snapshot.of(Appointment)[-1].time_known_at == booked_at
        slot = appointments.Slot(starts=journey.in_days(9), minutes=60)
        journey.do(COORDINATOR, lambda w, r: appointments.move(w, r, appointment=number, slot=slot))
        visit = journey.look().snapshot.of(Appointment)[-1]
        assert (visit.state, visit.version) == ("booked", 3)
        assert visit.time_known_at == journey.clock.now()


class TestConsents:
    def test_once_withdrawn_block_and_signed_anew_free(self, at: At) -> None:
        journey = at("implant_booked")
        journey.sign("implant")
        journey.do(NURSE, lambda w, r: consents.withdraw_consent(w, r, purpose="implant", reason="afraid"))
        assert "consent_withdrawn" in next_blockers(journey)
        assert "consent" in open_todos(journey)
        journey.sign("implant")
        assert not {"consent_withdrawn", "consent_missing"} & next_blockers(journey)
        assert len([each for each in journey.look().snapshot.of(Consent) if each.purpose == "implant"]) == 1


class TestTheImplant:
    def test_names_the_very_facts_it_relied_on(self, at: At) -> None:
        snapshot = at("recovering").look().snapshot
        pump, outcome, consent = snapshot.pump, snapshot.standing_positive, snapshot.consent("implant")
        authorization = snapshot.authorization("implant")
        assert pump is not None and outcome is not None and consent is not None and authorization is not None
        assert (pump.outcome_seq, pump.consent_seq) == (outcome.seq, consent.seq)
        assert (pump.authorization_seq, pump.deviation_seq) == (authorization.seq, None)

    def test_cannot_be_discharged_without_the_next_refill(self, at: At) -> None:
        journey = at("implant_day")
        visit = journey.visit_for("implant")
        journey.tick(visit, "before")
        journey.implant()
        journey.tick(visit, "after")
        with pytest.raises(Refused) as caught:
            journey.step("implant_discharged", NURSE)
        assert codes(caught.value.blockers) == {"refill_not_booked"}

    def test_is_followed_by_a_refill_to_do_at_once(self, at: At) -> None:
        journey = at("implant_day")
        journey.tick(journey.visit_for("implant"), "before")
        journey.implant()
        assert "refill" in open_todos(journey)


class TestRefills:
    def test_close_the_one_that_was_due_and_open_the_next(self, at: At) -> None:
        journey = at("maintained")
        with journey.database.reading() as session:
            rows = session.execute(
                select(Obligation.is_open, Obligation.closed_by).where(Obligation.kind == "refill").order_by("id")
            ).all()
        assert [row.is_open for row in rows] == [False, True]
        fills = journey.look().snapshot.of(Fill)
        assert rows[0].closed_by == f"fill:{fills[-1].seq}"

    def test_take_the_longest_that_a_pump_can_last_and_no_more(self, at: At) -> None:
        journey = at("recovering")
        longest, impossible = (journey.today + timedelta(days=days) for days in (833, 834))
        with pytest.raises(InvalidInput) as caught:
            journey.refill(alarm_on=impossible, alarm_on_again=impossible)
        assert set(caught.value.problems) == {"alarm_on"}
        journey.refill(alarm_on=longest, alarm_on_again=longest)

    def test_printed_too_late_wait_for_a_second_reader_who_is_somebody_else(self, at: At) -> None:
        journey = at("recovering")
        late = journey.today + timedelta(days=150)
        journey.refill(alarm_on=late, alarm_on_again=late)
        assert "alarm_date" in open_todos(journey)
        with pytest.raises(InvalidInput):
            journey.do(NURSE, lambda w, r: refills.confirm_alarm_date(w, r, alarm_on=late))
        journey.do(PHYSICIAN, lambda w, r: refills.confirm_alarm_date(w, r, alarm_on=late))
        assert "alarm_date" not in open_todos(journey)
        with pytest.raises(NotFound):
            journey.do(PHYSICIAN, lambda w, r: refills.confirm_alarm_date(w, r, alarm_on=late))

    def test_have_their_alarm_date_typed_twice_alike(self, at: At) -> None:
        journey = at("recovering")
        read = journey.today + timedelta(days=60)
        with pytest.raises(InvalidInput) as caught:
            journey.refill(alarm_on=read, alarm_on_again=read + timedelta(days=1))
        assert list(caught.value.problems) == ["alarm_on_again"]

    def test_without_a_known_date_are_saved_and_critical(self, at: At) -> None:
        journey = at("recovering")
        journey.refill(alarm_on=None, alarm_on_again=None)
        with journey.database.reading() as session:
            due = session.scalars(
                select(Obligation.due_on).where(Obligation.kind == "refill", Obligation.is_open)
            ).one()
        assert due <= journey.today

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"volume_ml": Decimal(21)}, "volume_ml"),
            ({"volume_ml": Decimal(2)}, "alarm_volume_ml"),
            ({"daily_dose_mcg": Decimal(0)}, "daily_dose_mcg"),
            ({"drug": "water"}, "drug"),
            ({"concentration_mcg_ml": Decimal(700)}, "concentration_reason"),
            ({"lot": " "}, "lot"),
            ({"second_by": None}, "second_by"),
        ],
    )
    def test_that_cannot_have_been_are_refused(self, at: At, wrong: dict[str, object], field: str) -> None:
        journey = at("recovering")
        with pytest.raises(InvalidInput) as caught:
            journey.refill(**wrong)
        assert field in caught.value.problems


class TestWhatEndsACase:
    def test_needs_a_second_person_while_a_pump_is_in(self, at: At) -> None:
        journey = at("maintained")
        with pytest.raises(InvalidInput):
            journey.do(
                PHYSICIAN,
                lambda w, r: steps.record_death(w, r, died_on=journey.today, source="daughter", second_by=None),
            )

    def test_once_struck_out_brings_the_refill_back(self, at: At) -> None:
        journey = at("maintained")
        second = journey.user_ids[NURSE]
        journey.do(
            PHYSICIAN,
            lambda w, r: steps.record_death(w, r, died_on=journey.today, source="daughter", second_by=second),
        )
        assert journey.stage == "deceased"
        assert "refill" not in open_todos(journey)
        death = journey.look().snapshot.determination(DeterminationKind.DEATH)
        assert death is not None
        journey.do(PHYSICIAN, lambda w, r: corrections.strike(w, r, seq=death.seq, reason="other patient"))
        assert "refill" in open_todos(journey)
        journey.step("returned", NURSE, reason="closed by mistake")
        assert journey.look().head.is_open

    def test_by_transfer_is_a_confirmed_fact_and_then_a_step(self, at: At) -> None:
        journey = at("maintained")
        with pytest.raises(Refused):
            journey.step("transferred", COORDINATOR, reason="moved away")
        second = journey.user_ids[NURSE]
        journey.do(COORDINATOR, lambda w, r: steps.record_transfer(w, r, to_clinic="North", second_by=second))
        journey.step("transferred", COORDINATOR, reason="moved away")
        assert journey.stage == "transferred"

    def test_by_removal_waits_for_the_watch(self, at: At) -> None:
        journey = at("maintained")
        journey.step("device_review", PHYSICIAN, reason="infection")
        second = journey.user_ids[NURSE]
        for device in [each.device for each in journey.look().snapshot.devices_in_place]:
            journey.do(
                PHYSICIAN,
                lambda w, r, d=device: pumps.remove_device(
                    w, r, device=d, second_by=second, document_seq=None, removed_at=None
                ),
            )
        with pytest.raises(Refused):
            journey.step("device_removed", PHYSICIAN, reason="infection")
        journey.do(PHYSICIAN, lambda w, r: steps.close_withdrawal_watch(w, r, reason="well for three days"))
        journey.step("device_removed", PHYSICIAN, reason="infection")
        assert journey.stage == "device_removed"


class TestCorrections:
    def test_of_the_outcome_leave_the_case_where_it_is_and_block_it(self, at: At) -> None:
        journey = at("implant_booked")
        outcome = journey.look().snapshot.standing_positive
        assert outcome is not None
        journey.do(PHYSICIAN, lambda w, r: corrections.strike(w, r, seq=outcome.seq, reason="wrong patient"))
        assert journey.stage == "implant_booked"
        assert {"no_positive_trial", "outcome_missing"} & next_blockers(journey)
        assert "ground_lost" in open_todos(journey)

    def test_of_a_dose_are_not_for_coordinators(self, at: At) -> None:
        journey = at("trial_observation")
        dose = journey.look().snapshot.attempt_dose
        assert dose is not None
        with pytest.raises(NotPermitted):
            journey.do(COORDINATOR, lambda w, r: corrections.strike(w, r, seq=dose.seq, reason="typo"))

    def test_of_a_consent_are_not_for_therapists(self, at: At) -> None:
        journey = at("trial_day")
        consent = journey.look().snapshot.consent("trial")
        assert consent is not None
        with pytest.raises(NotPermitted):
            journey.do(Role.THERAPIST, lambda w, r: corrections.strike(w, r, seq=consent.seq, reason="typo"))

    def test_of_a_removal_put_the_device_back(self, at: At) -> None:
        journey = at("maintained")
        pump = journey.look().snapshot.pump
        assert pump is not None
        second = journey.user_ids[NURSE]
        journey.do(
            PHYSICIAN,
            lambda w, r: pumps.remove_device(
                w, r, device=pump.device, second_by=second, document_seq=None, removed_at=None
            ),
        )
        assert "refill" not in open_todos(journey)
        out = next(each for each in journey.look().snapshot.of(Device) if each.kind == DeviceKind.PUMP)
        journey.do(PHYSICIAN, lambda w, r: corrections.strike(w, r, seq=out.seq, reason="catheter only"))
        assert journey.look().snapshot.pump is not None
        assert "refill" in open_todos(journey)


class TestHoldAndOwner:
    def test_pauses_the_stage_but_never_the_pump(self, at: At) -> None:
        journey = at("maintained")
        until = journey.in_days(20).date()
        journey.do(PHYSICIAN, lambda w, r: steps.hold(w, r, until_on=until, reason="travels"))
        assert {"hold_review", "refill"} <= open_todos(journey)
        assert "next_step" not in open_todos(journey)
        journey.do(PHYSICIAN, lambda w, r: steps.resume(w, r, reason="is back"))
        assert "next_step" in open_todos(journey)

    def test_goes_to_people_of_the_clinic_only(self, at: At) -> None:
        journey = at("evaluating")
        with pytest.raises(InvalidInput):
            journey.do(COORDINATOR, lambda w, r: steps.assign(w, r, user_id=12345))
        journey.do(COORDINATOR, lambda w, r: steps.assign(w, r, user_id=journey.user_ids[NURSE]))
        with journey.database.reading() as session:
            assert session.scalars(select(Case.owner_user_id)).one() == journey.user_ids[NURSE]


class TestWaivers:
    def test_of_the_trial_are_for_pain_only(self, at: At) -> None:
        journey = at("evaluating")
        second = journey.user_ids[NURSE]
        with pytest.raises(InvalidInput) as caught:
            journey.do(
                PHYSICIAN,
                lambda w, r: decisions.waive(w, r, requirement="trial_result", reason="x", second_by=second),
            )
        assert "requirement" in caught.value.problems


class TestAPatientsDetails:
    def test_are_kept_as_an_event_without_the_old_text(self, at: At) -> None:
        journey = at("evaluating")
        with journey.database.writing() as session:
            patient = session.scalars(select(Patient)).one()
            person = patients.Person(
                mrn=patient.mrn, family_name="Okafor-Hill", given_name="James", birth_on=patient.birth_on
            )
            work = Work(session, journey.actor(COORDINATOR), journey.ids, journey.clock.now())
            patients.change_patient(work, patient.public_id, patient.version, person, journey.today)
        with journey.database.reading() as session:
            changed = session.scalars(select(Patient)).one()
        assert (changed.family_name, changed.version) == ("Okafor-Hill", 2)
        assert changed.name_key == "okafor hill james"
