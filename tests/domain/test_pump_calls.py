"""A call about a pump is critical at once, whatever was said, until somebody has seen to the patient."""

from datetime import date, datetime, timedelta

import pytest

from tests.domain.builders import NOW, Case
from tracker.domain.facts import Document, Fill, Interrogation, PumpCall
from tracker.domain.obligations import Obligation, obligations
from tracker.domain.words import CallTone, Role
from tracker.pathways.catalogue import current

ITB = current()
TODAY = date(2026, 3, 17)
MINUTE = timedelta(minutes=1)


def due(case: Case) -> tuple[Obligation, ...]:
    return obligations(ITB, case.snapshot, NOW).of("pump_call")


def called(stage: str = "maintained", at: datetime = NOW - timedelta(hours=2), **said: object) -> Case:
    """The pump is fact 1, the call fact 2."""
    return Case(stage).placed().record(PumpCall, device=1, effective_at=at, **said)


class TestACall:
    @pytest.mark.parametrize("tone", CallTone)
    @pytest.mark.parametrize("stiff", [True, False])
    def test_is_a_physicians_and_critical_on_its_day_whatever_was_said(self, tone: str, stiff: bool) -> None:
        (found,) = due(called(tone=tone, stiff=stiff))

        assert found.owner == Role.PHYSICIAN
        assert {found.due_on, found.warn_on, found.escalate_on, found.critical_on} == {TODAY}

    def test_on_a_closed_day_is_due_that_day(self) -> None:
        (found,) = due(called(at=NOW - timedelta(days=2)))

        assert found.critical_on == date(2026, 3, 15), "a Sunday"

    @pytest.mark.parametrize("stage", ["referred", "therapy_stopped", "transferred", "entered_in_error"])
    def test_is_due_wherever_the_case_stands(self, stage: str) -> None:
        assert len(due(called(stage))) == 1

    def test_without_a_pump_on_record_is_due_too(self) -> None:
        assert len(due(Case("referred").record(PumpCall, device=None, effective_at=NOW))) == 1

    def test_of_the_dead_is_not(self) -> None:
        assert due(called().determined("death", "died")) == ()


class TestItEnds:
    @pytest.mark.parametrize(("minutes", "is_open"), [(-1, True), (0, True), (1, False)])
    @pytest.mark.parametrize("kind", [Interrogation, Fill])
    def test_with_the_pump_read_or_filled_after_it(self, kind: type, minutes: int, is_open: bool) -> None:
        case = called()
        call = case.last
        case.record(kind, device=1, effective_at=call.effective_at + minutes * MINUTE)

        assert bool(due(case)) is is_open

    def test_not_with_what_was_found_at_a_take_over(self) -> None:
        assert due(called().record(Fill, device=1, kind="taken_over", effective_at=NOW))

    def test_each_for_itself(self) -> None:
        case = called().record(PumpCall, device=1, effective_at=NOW)
        case.record(Interrogation, device=1, effective_at=NOW - timedelta(hours=1))

        assert [each.subject for each in due(case)] == ["pump_call:3"]

    def test_with_a_physicians_decision(self) -> None:
        assert not due(called().determined("pump_call_settled", "decided", about_seq=2))

    def test_with_a_document_while_it_stands(self) -> None:
        case = called().document("other").determined("pump_call_settled", "document:3", about_seq=2)
        assert not due(case)

        assert due(case.without(Document))

    @pytest.mark.parametrize(("value", "about"), [("decided", 1), ("document:9", 2), ("", 2), ("called back", 2)])
    def test_with_nothing_else(self, value: str, about: int) -> None:
        assert due(called().determined("pump_call_settled", value, about_seq=about))
