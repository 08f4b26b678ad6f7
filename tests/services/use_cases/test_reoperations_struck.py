"""What was done in a reoperation, struck out: the pump that is really in is refilled again at once."""

from collections.abc import Callable

import pytest

from tests.support.devices import a_catheter
from tests.support.journey import COORDINATOR, NURSE, PHYSICIAN, Journey
from tests.support.reoperating import anew, replaced
from tests.support.todos import open_todos
from tracker.domain.errors import InvalidInput, NotPermitted
from tracker.domain.facts import Device, Fill
from tracker.domain.words import Role
from tracker.persistence.models import PumpWatch
from tracker.queries.invariants import check_everything
from tracker.services import corrections, pumps, reoperations
from tracker.services.device_parts import Component
from tracker.services.reoperations import Operation

OperatingDay = Callable[[str], tuple[Journey, Journey]]


def in_place(journey: Journey) -> set[tuple[str, int]]:
    return {(each.kind, each.device) for each in journey.look().snapshot.devices_in_place}


def refilled(journey: Journey) -> list[int]:
    """The pumps that the clinic watches over."""
    with journey.database.reading() as session:
        return [row.device for row in session.query(PumpWatch).all()]


def is_whole(journey: Journey) -> bool:
    with journey.database.reading() as session:
        found = check_everything(session, journey.clock.now()).violations
    return [each for each in found if each.invariant not in {"I16", "I17"}] == []


def explanted(beside: Journey, parts: set[int]) -> None:
    second = beside.user_ids[PHYSICIAN]
    beside.do(
        NURSE,
        lambda w, r: reoperations.record_explant(
            w, r, Operation(note="infected"), devices=parts, second_by=second, document_seq=None
        ),
    )


def strike(beside: Journey, role: Role = NURSE, second_by: Role | None = None) -> None:
    anew(beside)
    done = beside.look().snapshot.determination("reoperation_done")
    assert done is not None
    second = beside.user_ids[second_by] if second_by else None
    beside.do(role, lambda w, r: corrections.strike(w, r, seq=done.seq, reason="another patient's", second_by=second))


class TestAnExplant:
    @pytest.mark.parametrize("with_catheter", [True, False])
    def test_brings_back_what_was_said_to_be_out(self, operating_day: OperatingDay, *, with_catheter: bool) -> None:
        pump, beside = operating_day("explant")
        was, watched = in_place(pump), refilled(pump)
        explanted(beside, {device for kind, device in was if with_catheter or kind == "pump"})
        assert "refill" not in open_todos(pump) and refilled(pump) == []

        strike(beside)
        assert (in_place(pump), refilled(pump)) == (was, watched)
        assert "refill" in open_todos(pump) and "follow_up" not in open_todos(pump)
        assert beside.look().snapshot.determination("reoperation_done") is None
        assert is_whole(pump)

    def test_can_be_recorded_again(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("explant")
        was = in_place(pump)
        for _ in range(2):
            explanted(beside, {device for _, device in was})
            beside.clock.advance(hours=1)
            strike(beside)
        assert in_place(pump) == was

    def test_leaves_what_was_put_back_in_the_pumps_case_already(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("explant")
        was = in_place(pump)
        explanted(beside, {device for _, device in was})
        out = next(each for each in pump.look().snapshot.of(Device) if each.kind == "pump")
        anew(pump).do(NURSE, lambda w, r: corrections.strike(w, r, seq=out.seq, reason="another patient's"))

        strike(beside)
        assert in_place(pump) == was and is_whole(pump)

    def test_leaves_what_was_taken_out_otherwise(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("explant")
        was = in_place(pump)
        parts = dict(was)
        explanted(beside, {parts["pump"]})
        beside.clock.advance(hours=1)
        second = pump.user_ids[PHYSICIAN]
        anew(pump).do(
            NURSE,
            lambda w, r: pumps.remove_device(
                w, r, device=parts["catheter"], second_by=second, document_seq=None, removed_at=None
            ),
        )
        strike(beside)
        assert in_place(pump) == {("pump", parts["pump"])} and "refill" in open_todos(pump)

    def test_is_not_the_work_of_who_does_not_treat(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("explant")
        explanted(beside, {device for _, device in in_place(pump)})
        with pytest.raises(NotPermitted):
            strike(beside, COORDINATOR)


class TestAReplacement:
    @pytest.mark.parametrize("catheter", [None, a_catheter(model="Ascenda 8781")])
    def test_brings_the_old_pump_and_its_fill_back(
        self, operating_day: OperatingDay, catheter: Component | None
    ) -> None:
        pump, beside = operating_day("replacement")
        was, fill, watched = in_place(pump), pump.look().snapshot.last_fill, refilled(pump)
        replaced(beside, catheter=catheter)
        assert in_place(pump) != was

        strike(beside, second_by=PHYSICIAN)
        after = pump.look().snapshot
        assert (in_place(pump), refilled(pump), after.last_fill) == (was, watched, fill)
        assert {each.device for each in after.of(Fill)} == set(watched)
        assert "refill" in open_todos(pump) and is_whole(pump)

    def test_needs_a_second_person(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("replacement")
        replaced(beside)
        now_in = in_place(pump)
        with pytest.raises(InvalidInput, match="second_by"):
            strike(beside)
        assert in_place(pump) == now_in

    def test_stands_while_the_new_pump_has_entries_of_its_own(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("replacement")
        was = in_place(pump)
        replaced(beside)
        pump.clock.advance(days=1)
        anew(pump).refill()
        now_in = in_place(pump)
        with pytest.raises(InvalidInput) as caught:
            strike(beside, second_by=PHYSICIAN)
        assert "entries of its own" in caught.value.problems["reason"] and in_place(pump) == now_in

        fill, second = pump.look().snapshot.last_fill, pump.user_ids[PHYSICIAN]
        assert fill is not None
        anew(pump).do(NURSE, lambda w, r: corrections.strike(w, r, seq=fill.seq, reason="wrong", second_by=second))
        strike(beside, second_by=PHYSICIAN)
        assert in_place(pump) == was and is_whole(pump)

    def test_stands_while_the_new_pump_is_out(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("replacement")
        was = in_place(pump)
        replaced(beside)
        pump.clock.advance(days=1)
        new = next(device for kind, device in in_place(pump) if kind == "pump")
        second = pump.user_ids[PHYSICIAN]
        anew(pump).do(
            NURSE,
            lambda w, r: pumps.remove_device(w, r, device=new, second_by=second, document_seq=None, removed_at=None),
        )
        with pytest.raises(InvalidInput) as caught:
            strike(beside, second_by=PHYSICIAN)
        assert "taken out since" in caught.value.problems["reason"]

        out = next(each for each in pump.look().snapshot.of(Device) if each.device == new)
        anew(pump).do(NURSE, lambda w, r: corrections.strike(w, r, seq=out.seq, reason="wrong"))
        strike(beside, second_by=PHYSICIAN)
        assert in_place(pump) == was and is_whole(pump)

    def test_never_leaves_two_pumps_by_the_removal_of_the_old_one(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("replacement")
        replaced(beside)
        now_in = in_place(pump)
        out = next(each for each in pump.look().snapshot.of(Device) if each.kind == "pump" and not each.in_place)
        with pytest.raises(InvalidInput) as caught:
            anew(pump).do(NURSE, lambda w, r: corrections.strike(w, r, seq=out.seq, reason="another patient's"))
        assert "Another pump" in caught.value.problems["reason"] and in_place(pump) == now_in


def test_a_catheter_revision_brings_the_old_catheter_back(operating_day: OperatingDay) -> None:
    pump, beside = operating_day("catheter_revision")
    was = in_place(pump)
    catheter = a_catheter(model="Ascenda 8782")
    beside.do(
        NURSE,
        lambda w, r: reoperations.record_catheter_revision(w, r, Operation(note="kinked"), catheter=catheter),
    )
    strike(beside)
    assert in_place(pump) == was and is_whole(pump)


def test_a_pocket_revision_leaves_the_pumps_case_alone(operating_day: OperatingDay) -> None:
    pump, beside = operating_day("pocket_revision")
    was = in_place(pump)
    beside.do(NURSE, lambda w, r: reoperations.record_pocket_revision(w, r, Operation(note="seroma drained")))
    version = pump.look().head.version
    strike(beside)
    assert (in_place(pump), pump.look().head.version) == (was, version)


def test_the_new_pump_is_not_struck_out_by_itself(operating_day: OperatingDay) -> None:
    pump, beside = operating_day("replacement")
    replaced(beside)
    anew(pump)
    new = pump.look().snapshot.pump
    assert new is not None
    with pytest.raises(InvalidInput, match="reason"):
        pump.do(
            PHYSICIAN,
            lambda w, r: corrections.strike(w, r, seq=new.seq, reason="wrong", second_by=pump.user_ids[NURSE]),
        )
    assert refilled(pump) == [new.device]
