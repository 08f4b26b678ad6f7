"""Serials in a range, and the to-do of a part that an advisory is about."""

from datetime import date

import pytest

from tests.domain.builders import NOW, Case
from tracker.domain.facts import Advisory, Device
from tracker.domain.obligations import Obligation, obligations
from tracker.domain.serials import is_in_range
from tracker.domain.words import Role
from tracker.pathways.catalogue import current


@pytest.mark.parametrize(
    ("serial", "first", "last", "is_in"),
    [
        ("NGP100", "NGP100", "NGP200", True),
        ("NGP200", "NGP100", "NGP200", True),
        ("NGP99", "NGP100", "NGP200", False),
        ("NGP201", "NGP100", "NGP200", False),
        ("ngp-0150", "NGP 100", "NGP200", True),
        ("NGQ150", "NGP100", "NGP200", False),
        ("NGP150", "", "NGP200", True),
        ("NGP150", "NGP151", "", False),
        ("NGP150", "", "", True),
        ("", "NGP100", "NGP200", True),
        ("NGPX", "NGP100", "NGP200", False),
    ],
)
def test_a_serial_is_in_a_range(serial: str, first: str, last: str, is_in: bool) -> None:
    assert is_in_range(serial, first, last) is is_in


def due(case: Case) -> tuple[Obligation, ...]:
    return obligations(current(), case.snapshot, NOW).of("advisory")


class TestAnAdvisory:
    def about(self) -> Case:
        return Case("maintained").placed().record(Advisory, device=1)

    def test_is_a_physicians_within_two_weeks(self) -> None:
        (found,) = due(self.about())

        assert (found.due_on, found.critical_on, found.owner) == (date(2026, 3, 31), date(2026, 4, 14), Role.PHYSICIAN)

    @pytest.mark.parametrize(("about", "is_open"), [(2, False), (1, True), (None, True)])
    def test_ends_with_what_was_done_about_it(self, about: int | None, is_open: bool) -> None:
        assert bool(due(self.about().determined("advisory_settled", "done", about_seq=about))) is is_open

    def test_ends_with_the_part_out(self) -> None:
        assert not due(self.about().record(Device, superseding=1, device=1, in_place=False))
