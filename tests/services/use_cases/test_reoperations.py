"""A reoperation beside a pump: the refills go on, one act changes the pump, and nothing of it is forgotten."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.devices import a_catheter, a_filling
from tests.support.journey import COORDINATOR, NURSE, PHYSICIAN, Journey
from tests.support.reoperating import anew, begun, booked, on_the_day, replaced
from tracker.domain.errors import InvalidInput, NotFound, Refused
from tracker.domain.facts import Appointment, Device
from tracker.domain.words import DeviceKind
from tracker.persistence.models import Case, Obligation, PumpWatch
from tracker.queries.invariants import check_everything
from tracker.services import appointments, follow_ups, pumps, reoperations, steps
from tracker.services.reoperations import Operation

At = Callable[[str], Journey]
OperatingDay = Callable[[str], tuple[Journey, Journey]]


def todos(journey: Journey, kind: str) -> list[tuple[str, str, bool]]:
    with journey.database.reading() as session:
        rows = session.execute(
            select(Obligation.subject, Obligation.closed_by, Obligation.is_open)
            .join(Case, (Case.clinic_id == Obligation.clinic_id) & (Case.id == Obligation.case_id))
            .where(Case.public_id == journey.public_id, Obligation.kind == kind)
            .order_by(Obligation.id)
        )
        return [(row.subject, row.closed_by, row.is_open) for row in rows]


def planned(journey: Journey) -> bool:
    with journey.database.reading() as session:
        query = select(Obligation.planned_seq).where(Obligation.kind == "replacement", Obligation.is_open)
        return session.scalars(query).one() is not None


def is_whole(*ways: Journey) -> bool:
    """What is stored is what the facts say, but for who has been told: the scheduler does not run here."""
    with ways[0].database.reading() as session:
        found = check_everything(session, ways[0].clock.now()).violations
    return [each for each in found if each.invariant not in {"I17", "I16"}] == []


def device(journey: Journey, kind: str) -> Device:
    return next(each for each in journey.look().snapshot.devices_in_place if each.kind == kind)


class TestBeginning:
    def test_leaves_the_pumps_case_where_it_is(self, at: At) -> None:
        pump = at("maintained")
        beside = begun(pump)

        assert (pump.stage, beside.stage) == ("maintained", "reoperation_authorization")
        assert todos(pump, "refill")[-1][2]

    def test_waits_for_a_physician_where_a_coordinator_began_it(self, at: At) -> None:
        beside = begun(at("maintained"), role=COORDINATOR)
        assert beside.stage == "reoperation_decided"

        beside.step("reoperation_confirmed")
        assert beside.stage == "reoperation_authorization"

    def test_is_refused_a_second_time_while_the_first_is_open(self, at: At) -> None:
        pump = at("maintained")
        begun(pump)

        with pytest.raises(InvalidInput, match="kind"):
            begun(pump)

    def test_is_refused_without_a_pump(self, at: At) -> None:
        with pytest.raises(InvalidInput, match="kind"):
            begun(at("implant_booked"))

    def test_is_not_of_a_reoperation(self, at: At) -> None:
        with pytest.raises(NotFound):
            begun(begun(at("maintained")))

    def test_is_of_the_patient_of_the_pump(self, at: At) -> None:
        pump = at("maintained")
        beside = begun(pump)
        with pump.database.reading() as session:
            mine, other = (
                session.scalars(select(Case).where(Case.public_id == each.public_id)).one() for each in (pump, beside)
            )
        assert (other.about_case_id, other.patient_id) == (mine.id, mine.patient_id)


class TestTheReplacementToDo:
    def test_stands_while_no_day_is_booked(self, at: At) -> None:
        pump = at("maintained")
        beside = begun(pump)
        assert not planned(pump)

        visit = booked(beside)
        assert planned(pump)

        beside.do(COORDINATOR, lambda w, r: appointments.cancel(w, r, appointment=visit, reason="fever"))
        assert not planned(pump)

    def test_is_not_planned_by_another_kind_of_reoperation(self, at: At) -> None:
        pump = at("maintained")
        booked(begun(pump, kind="pocket_revision"))
        assert not planned(pump)

    def test_is_closed_by_the_new_pump_alone(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("replacement")
        old = device(pump, "pump").device
        assert todos(pump, "replacement") == [(f"device:{old}", "", True)]

        replaced(beside)
        first, second = todos(pump, "replacement")
        assert first[0] == f"device:{old}" and not first[2]
        assert second == (f"device:{device(pump, 'pump').device}", "", True)
        assert not planned(pump)


class TestReplacement:
    def test_exchanges_the_pump_in_one_act(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("replacement")
        old = device(pump, "pump")

        replaced(beside)
        snapshot = pump.look().snapshot
        (new,) = (each for each in snapshot.devices_in_place if each.kind == DeviceKind.PUMP)
        out = next(each for each in snapshot.of(Device) if each.device == old.device)
        assert (new.serial, new.origin, out.in_place) == ("NGV900", "reoperation", False)
        assert snapshot.last_fill is not None and snapshot.last_fill.device == new.device
        *_, closed, opened = todos(pump, "refill")
        assert closed == (f"device:{old.device}", f"device:{out.seq}", False)
        assert opened == (f"device:{new.device}", "", True)
        with pump.database.reading() as session:
            assert session.scalars(select(PumpWatch.device)).all() == [new.device]
        assert pump.stage == "maintained" and is_whole(pump)

    def test_leaves_both_cases_as_they_were_where_something_cannot_be(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("replacement")

        with pytest.raises(InvalidInput, match="alarm_on_again"):
            replaced(beside, filling=a_filling(alarm_on=beside.today + timedelta(days=90)))
        assert device(pump, "pump").serial == "NGP123"
        assert beside.look().snapshot.determinations("reoperation_done") == ()

    def test_without_consent_is_recorded_as_a_deviation(self, at: At) -> None:
        pump = at("maintained")
        beside = begun(pump)

        with pytest.raises(Refused):
            replaced(beside)
        replaced(beside, Operation(deviation_reason="the pump had stopped"))
        assert beside.stage == "reoperation_day"
        assert device(pump, "pump").serial == "NGV900"
        assert [is_open for *_, is_open in todos(beside, "deviation_review")] == [True]

    def test_is_recorded_once(self, operating_day: OperatingDay) -> None:
        _, beside = operating_day("replacement")
        replaced(beside)
        with pytest.raises(InvalidInput):
            replaced(beside)

    def test_takes_a_new_catheter_along(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("replacement")
        replaced(beside, catheter=a_catheter(model="Ascenda 8781"))
        assert device(pump, "catheter").model == "Ascenda 8781"

    def test_needs_the_name_of_a_catheter_that_was_replaced_too(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("replacement")
        old = device(pump, "catheter")
        with pytest.raises(InvalidInput, match="catheter_model: Write down the catheter"):
            replaced(beside, catheter=a_catheter(model=" "))
        assert (device(pump, "catheter"), device(pump, "pump").serial) == (old, "NGP123")

    def test_is_over_when_the_wound_has_healed(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("replacement")
        done = replaced(beside).fact_seqs[-1]
        beside.tick(beside.visit_for("reoperation"), "after")
        beside.step("reoperation_discharged", NURSE)
        assert beside.stage == "reoperation_recovering"
        assert beside.look().snapshot.visits("reoperation")[-1].state == "completed"

        beside.clock.advance(days=14)
        for rule, result in (("wound_check", "healing well"), ("sutures_out", "out")):
            beside.do(
                NURSE,
                lambda w, r, u=rule, s=result: follow_ups.record_follow_up(w, r, rule=u, about_seq=done, result=s),
            )
        assert (beside.stage, pump.stage) == ("reoperation_done", "maintained")
        assert is_whole(pump)


class TestOtherReoperations:
    def test_a_catheter_revision_changes_the_catheter_alone(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("catheter_revision")
        was = device(pump, "pump")
        beside.do(
            NURSE,
            lambda w, r: reoperations.record_catheter_revision(
                w, r, Operation(note="kinked"), catheter=a_catheter(model="Ascenda 8782")
            ),
        )
        assert device(pump, "pump") == was and device(pump, "catheter").model == "Ascenda 8782"
        assert is_whole(pump)

    def test_a_pocket_revision_changes_nothing_of_the_pumps_case(self, at: At) -> None:
        pump = at("maintained")
        was = pump.look().head.version
        beside = on_the_day(begun(pump, kind="pocket_revision"))
        beside.do(NURSE, lambda w, r: reoperations.record_pocket_revision(w, r, Operation(note="seroma drained")))
        assert pump.look().head.version == was + 1, "the decision, and nothing else"

    def test_an_explant_needs_a_second_person_and_ends_the_refills(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("explant")
        parts = [each.device for each in pump.look().snapshot.devices_in_place]

        def explant(second_by: int | None) -> None:
            beside.do(
                NURSE,
                lambda w, r: reoperations.record_explant(
                    w, r, Operation(note="infected"), devices=parts, second_by=second_by, document_seq=None
                ),
            )

        with pytest.raises(InvalidInput, match="second_by"):
            explant(None)
        explant(beside.user_ids[PHYSICIAN])
        assert pump.look().snapshot.devices_in_place == ()
        assert not todos(pump, "refill")[-1][2]
        assert any("withdrawal_watch" in subject for subject, _, is_open in todos(pump, "follow_up") if is_open)
        assert beside.stage == "reoperation_day", "the wound is still to be followed"
        assert is_whole(pump)


class TestGroundThatIsGone:
    def test_a_death_closes_it_and_frees_its_day(self, at: At) -> None:
        pump = at("maintained")
        beside = begun(pump)
        booked(beside)
        anew(pump).do(
            PHYSICIAN,
            lambda w, r: steps.record_death(
                w, r, died_on=pump.today, source="the family", second_by=pump.user_ids[NURSE]
            ),
        )
        assert beside.stage == "no_longer_needed"
        assert [each.state for each in beside.look().snapshot.of(Appointment)] == ["cancelled"]
        assert is_whole(pump)

    def test_a_pump_taken_out_otherwise_closes_it(self, at: At) -> None:
        pump = at("maintained")
        beside = begun(pump)
        out = device(pump, "pump").device
        anew(pump).do(
            NURSE,
            lambda w, r: pumps.remove_device(
                w, r, device=out, second_by=pump.user_ids[PHYSICIAN], document_seq=None, removed_at=None
            ),
        )
        assert beside.stage == "no_longer_needed"

    def test_a_death_after_the_operation_leaves_it_done(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("replacement")
        replaced(beside)
        anew(pump).do(
            PHYSICIAN,
            lambda w, r: steps.record_death(
                w, r, died_on=pump.today, source="the ward", second_by=pump.user_ids[NURSE]
            ),
        )
        assert beside.stage == "reoperation_done"


class TestWhatBelongsToThePumpsCase:
    def test_is_not_recorded_in_the_reoperation(self, at: At) -> None:
        beside = begun(at("maintained"))
        with pytest.raises(NotFound):
            beside.implant()
        with pytest.raises(NotFound):
            beside.do(
                PHYSICIAN,
                lambda w, r: steps.record_death(w, r, died_on=beside.today, source="x", second_by=None),
            )
        with pytest.raises(InvalidInput):
            beside.book("refill", beside.in_days(3))

    def test_a_refill_visit_cannot_lie_over_the_reoperation(self, at: At) -> None:
        pump = at("maintained")
        visit = next(each for each in pump.look().snapshot.of(Appointment) if each.state == "booked")
        beside = begun(pump)
        beside.authorize("reoperation")
        with pytest.raises(InvalidInput, match="starts"):
            beside.book("reoperation", pump.calendar.wall(visit.starts_at))

    def test_a_visit_of_a_whole_day_is_in_the_way_to_its_last_minute(self, at: At) -> None:
        pump = at("maintained")
        pump.book("follow_up", pump.in_days(8, hour=10), minutes=24 * 60)
        beside = begun(pump)
        beside.authorize("reoperation")
        with pytest.raises(InvalidInput, match="starts"):
            beside.book("reoperation", pump.in_days(9, hour=10) - timedelta(minutes=1))
        beside.book("reoperation", pump.in_days(9, hour=10))
