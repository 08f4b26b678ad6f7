"""What chance found once, told again plainly: chance alone must never be the proof."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from tests.stateful import acts, pump_acts
from tests.stateful.clinic import BEGAN, CALENDAR, Act, TwoClinics, a_referral
from tests.stateful.dice import Careful, Making
from tests.stateful.holding import faults, violations
from tests.support.databases import SqliteDatabases
from tracker.domain.errors import DomainError, InvalidInput, NotFound
from tracker.persistence.models import Case, Obligation, StageVisit
from tracker.services import appointments, authorizations, corrections, decisions, pumps, refills, steps
from tracker.services.appointments import Slot
from tracker.services.authorizations import Terms
from tracker.services.device_parts import Component
from tracker.services.pumps import PumpInPlace, take_over_pump
from tracker.services.referrals import refer
from tracker.services.reminders import resume_sending
from tracker.services.work import Written

CAREFUL = Careful(Random(0))
STRANGER, NOBODY = 1004, 999


@pytest.fixture
def clinic(sqlite_databases: SqliteDatabases):
    with sqlite_databases.fresh() as database:
        yield TwoClinics(database)


@pytest.fixture
def referred(clinic: TwoClinics) -> str:
    """A patient who was referred."""
    return clinic.perform(clinic.actors[0], lambda work: refer(work, a_referral(1), CALENDAR)).case_public_id


@pytest.fixture
def with_pump(clinic: TwoClinics) -> str:
    """A patient who came with a pump."""
    day = a_referral(2).received_on
    found = PumpInPlace(
        pump=Component(model="SynchroMed II"), placed_on=None, drug="baclofen", filled_on=day,
        alarm_on=day + timedelta(days=90), alarm_on_again=day + timedelta(days=90), source="letter",
        second_by=clinic.actors[1].user_id,
    )  # fmt: skip
    return clinic.perform(clinic.actors[0], lambda work: take_over_pump(work, a_referral(2), found, CALENDAR)).public_id


def do(clinic: TwoClinics, case: str, act: Act) -> Written:
    """The first person does it, from a fresh page; and all must hold."""
    seen = clinic.see(case, clinic.actors[0])
    written = clinic.perform(clinic.actors[0], lambda work: act(work, seen.ref))
    assert (faults(clinic), violations(clinic)) == ([], [])
    return written


def open_refills(clinic: TwoClinics) -> int:
    with clinic.database.reading() as session:
        return session.scalar(select(func.count()).where(Obligation.is_open, Obligation.kind == "refill")) or 0


def take_out(clinic: TwoClinics, case: str) -> int:
    """The pump is taken out; returns the fact that says so."""
    pump = clinic.see(case, clinic.actors[0]).snapshot.pump
    assert pump is not None
    out = do(
        clinic,
        case,
        lambda work, ref: pumps.remove_device(
            work, ref, device=pump.device, second_by=clinic.actors[1].user_id, document_seq=None, removed_at=None
        ),
    )
    return out.fact_seqs[0]


class TestARemovalThatWasStruckOut:
    def test_brings_the_pump_and_its_refill_back(self, clinic: TwoClinics, with_pump: str) -> None:
        removal = take_out(clinic, with_pump)
        assert open_refills(clinic) == 0
        do(clinic, with_pump, lambda work, ref: corrections.strike(work, ref, seq=removal, reason="another patient"))
        assert open_refills(clinic) == 1

    def test_can_be_made_again(self, clinic: TwoClinics, with_pump: str) -> None:
        removal = take_out(clinic, with_pump)
        do(clinic, with_pump, lambda work, ref: corrections.strike(work, ref, seq=removal, reason="another patient"))
        take_out(clinic, with_pump)
        assert open_refills(clinic) == 0

    def test_leaves_a_way_back_into_care_where_the_case_is_closed(self, clinic: TwoClinics, with_pump: str) -> None:
        do(clinic, with_pump, lambda work, ref: steps.take_step(work, ref, step="device_review", reason="infection"))
        removal = take_out(clinic, with_pump)
        do(clinic, with_pump, lambda work, ref: steps.close_withdrawal_watch(work, ref, reason="no signs"))
        do(clinic, with_pump, lambda work, ref: steps.take_step(work, ref, step="device_removed", reason="infection"))
        do(clinic, with_pump, lambda work, ref: corrections.strike(work, ref, seq=removal, reason="another patient"))
        assert open_refills(clinic) == 1
        do(clinic, with_pump, lambda work, ref: steps.take_step(work, ref, step="returned", reason="closed by mistake"))
        assert clinic.see(with_pump, clinic.actors[0]).case.is_open


class TestAnOldCopy:
    def test_is_whole_once_it_was_brought_up_to_the_present(self, clinic: TwoClinics, with_pump: str) -> None:
        clinic.pass_until(clinic.clock.now() + timedelta(hours=1))
        clinic.back_up()
        clinic.clock.advance(days=80)
        clinic.restore()
        assert (faults(clinic), violations(clinic)) == ([], [])

    def test_sends_nothing_until_somebody_resumes_it(self, clinic: TwoClinics, referred: str) -> None:
        do(clinic, referred, lambda work, ref: appointments.book(work, ref, purpose="evaluation", slot=Slot(AT, 30)))
        clinic.back_up()
        clinic.clock.set(AT.replace(tzinfo=UTC) - timedelta(hours=37))
        clinic.restore()
        assert (clinic.is_paused(), clinic.send()) == (True, 0)
        with clinic.database.writing() as session:
            resume_sending(session)
        assert clinic.send() == 1


class TestAMonthWithoutAScheduler:
    def test_is_healed_by_one_pass(self, clinic: TwoClinics, with_pump: str) -> None:
        do(clinic, with_pump, _book()(clinic))
        clinic.pass_without_scheduler(clinic.clock.now() + timedelta(days=31))
        assert (faults(clinic), violations(clinic)) == ([], [])


def _dead(clinic: TwoClinics, case: str) -> int:
    return do(clinic, case, _die(clinic.actors[1].user_id, None)(clinic)).fact_seqs[0]


def _handed_over(clinic: TwoClinics, case: str) -> int:
    signs = clinic.actors[1].user_id
    done = do(clinic, case, lambda work, ref: steps.record_transfer(work, ref, to_clinic="Mesa", second_by=signs))
    do(clinic, case, lambda work, ref: steps.take_step(work, ref, step="transferred", reason="moved away"))
    return done.fact_seqs[0]


class TestWhatEndedARefillByMistake:
    @pytest.mark.parametrize("days", [0, 31, 400])
    @pytest.mark.parametrize("end", [_dead, _handed_over, take_out])
    def test_brings_the_refill_back_whenever_it_comes_to_light(
        self, clinic: TwoClinics, with_pump: str, end: Callable[[TwoClinics, str], int], days: int
    ) -> None:
        ended = end(clinic, with_pump)
        assert open_refills(clinic) == 0
        clinic.pass_without_scheduler(clinic.clock.now() + timedelta(days=days))
        do(clinic, with_pump, acts.strike_one(clinic.see(with_pump, clinic.actors[0]), ended))
        assert open_refills(clinic) == 1


class TestAClosedCase:
    @pytest.fixture
    def closed(self, clinic: TwoClinics, referred: str) -> str:
        reason = "does not want the trial"
        do(clinic, referred, lambda work, ref: steps.take_step(work, ref, step="declined", reason=reason))
        return referred

    @pytest.mark.parametrize("making", [acts.implant, acts.place_trial_catheter])
    def test_takes_no_device_in(self, clinic: TwoClinics, closed: str, making: Making) -> None:
        act = making(clinic.see(closed, clinic.actors[0]), CAREFUL)
        assert act is not None
        with pytest.raises(InvalidInput, match="closed"):
            do(clinic, closed, act)

    def test_stays_in_its_stage_when_something_is_written(self, clinic: TwoClinics, closed: str) -> None:
        do(clinic, closed, lambda work, ref: decisions.document_earlier_benefit(work, ref, finding="an old pump"))
        with clinic.database.reading() as session:
            stays = session.scalars(select(StageVisit.stage).order_by(StageVisit.number)).all()
        assert stays == ["referred", "declined"]


AT = datetime.fromisoformat("2026-03-20T09:00")
Asking = Callable[[TwoClinics], Act]


def _book(**values: object) -> Asking:
    slot = Slot(**{"starts": AT, "minutes": 30, **values})
    return lambda _clinic: lambda work, ref: appointments.book(work, ref, purpose="refill", slot=slot)


def _remove(second: int | None, paper: int | None) -> Asking:
    return lambda _clinic: (
        lambda work, ref: pumps.remove_device(
            work, ref, device=2, second_by=second, document_seq=paper, removed_at=None
        )
    )


def _die(second: int | None, paper: int | None) -> Asking:
    return lambda _clinic: (
        lambda work, ref: steps.record_death(
            work, ref, died_on=BEGAN.date(), source="family", second_by=second, document_seq=paper
        )
    )


def _transfer(second: int | None, paper: int | None) -> Asking:
    return lambda _clinic: (
        lambda work, ref: steps.record_transfer(work, ref, to_clinic="Mesa", second_by=second, document_seq=paper)
    )


def _authorize(clinic: TwoClinics) -> Act:
    terms = Terms(state="requested", payer_id=NOBODY)
    return lambda work, ref: authorizations.ask_authorization(work, ref, stage="trial", terms=terms)


def _refill(clinic: TwoClinics) -> Act:
    filling = pump_acts.filling(clinic.see(_only(clinic), clinic.actors[0]), CAREFUL)
    return lambda work, ref: refills.record_refill(work, ref, filling, appointment=NOBODY)


def _only(clinic: TwoClinics) -> str:
    with clinic.database.reading() as session:
        return session.scalars(select(Case.public_id)).one()


class TestWhatAClinicDoesNotHave:
    @pytest.mark.parametrize(
        ("asking", "error", "field"),
        [
            (_book(room_id=NOBODY), InvalidInput, "room_id"),
            (_book(room_id=4002), InvalidInput, "room_id"),
            (_book(clinician_id=NOBODY), InvalidInput, "clinician_id"),
            (_authorize, InvalidInput, "payer_id"),
            (_remove(STRANGER, None), InvalidInput, "second_by"),
            (_remove(NOBODY, None), InvalidInput, "second_by"),
            (_remove(None, NOBODY), InvalidInput, "document_seq"),
            (_die(STRANGER, None), InvalidInput, "second_by"),
            (_die(None, NOBODY), InvalidInput, "document_seq"),
            (_transfer(STRANGER, None), InvalidInput, "second_by"),
            (_transfer(1002, NOBODY), InvalidInput, "document_seq"),
            (_refill, NotFound, ""),
        ],
    )
    def test_is_refused_in_words(
        self, clinic: TwoClinics, with_pump: str, asking: Asking, error: type[DomainError], field: str
    ) -> None:
        with pytest.raises(error) as told:
            do(clinic, with_pump, asking(clinic))
        if isinstance(told.value, InvalidInput):
            assert set(told.value.problems) == {field}
        assert open_refills(clinic) == 1
