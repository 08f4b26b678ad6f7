"""Two patients of one name on one day: a warning at both lines, on their checklists, and on what is printed."""

import re
from datetime import date

import pytest

from tests.factories.listed import Listed
from tests.support.day import Today, page
from tests.support.web import WebWorld
from tracker.domain.facts import VisitLoss
from tracker.domain.words import Role

NURSE, DESK = Role.NURSE, Role.FRONT_DESK
WARNING = "Another Okafor today: check birth date"


@pytest.fixture
def today(world: WebWorld) -> Today:
    return Today(world)


def two(today: Today, **values: object) -> str:
    """Two Okafors and somebody else; returns the first one's case."""
    case, _ = today.visit("Okafor", stage="trial_day", state="arrived", hours=0, patient={"given": "James"})
    today.visit("Ruiz", hours=1)
    today.visit("Okafor", **{"hours": 2, "patient": {"given": "Ada", "birth_on": date(1988, 7, 3)}, **values})
    return str(case.public_id)


class TestTwoOfOneName:
    @pytest.mark.parametrize("role", [NURSE, DESK])
    @pytest.mark.parametrize("path", ["/day", "/day?by=time", "/day/rows"])
    def test_are_told_at_both_lines(self, world: WebWorld, today: Today, role: Role, path: str) -> None:
        two(today)
        assert page(world, role, path).count(WARNING) == 2

    @pytest.mark.parametrize("where", ["", "/paper", "/paper?blank=1", "/more"])
    def test_are_told_on_their_checklists_and_in_print(self, world: WebWorld, today: Today, where: str) -> None:
        case = two(today)
        body = page(world, NURSE, f"/day/visits/{case}/20{where}")
        assert WARNING in body
        assert "Ada" not in body and "1988" not in body, "what is printed goes into one chart"

    def test_are_told_where_the_time_out_is_read_aloud(self, world: WebWorld, today: Today) -> None:
        checklist = page(world, NURSE, f"/day/visits/{two(today)}/20")
        (url,) = set(re.findall(r'class="aloud-link no-print" href="([^"]+)"', checklist))
        assert WARNING in page(world, NURSE, url)

    def test_are_told_to_a_tablet_without_network(self, world: WebWorld, today: Today) -> None:
        two(today)
        world.give_pin(NURSE)
        browser = world.sign_in(NURSE)
        browser.get("/day")
        visits = browser.get("/day/along").get_json()["visits"]
        assert [each["alike"] for each in visits] == [[WARNING], [], [WARNING]]

    def test_are_told_of_nobody_who_does_not_come(self, world: WebWorld, today: Today) -> None:
        case = two(today, state="cancelled")
        assert WARNING not in page(world) and WARNING not in page(world, NURSE, f"/day/visits/{case}/20")

    def test_are_told_while_one_is_here_after_a_broken_off_operation(self, world: WebWorld, today: Today) -> None:
        case, _ = today.visit("Okafor", "implant", state="cancelled", stage="implant_to_book", hours=-1)
        today.fact(case, VisitLoss, 30, cause="broken_off", held="nothing", teller_id=None)
        today.visit("Okafor", hours=1)
        assert page(world).count(WARNING) == 2

    def test_are_told_of_no_other_day(self, world: WebWorld, today: Today) -> None:
        case = two(today, hours=48)
        assert WARNING not in page(world) and WARNING not in page(world, NURSE, f"/day/visits/{case}/20")

    def test_are_not_told_of_two_visits_of_one_patient(self, world: WebWorld, today: Today) -> None:
        with world.database.writing() as session:
            listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
            case = listed.case(listed.patient("Okafor"), "trial_day")
            for number, purpose in ((20, "trial"), (40, "follow_up")):
                listed.visit(case, purpose, hours=number / 10, seq=number, appointment=number)
        assert WARNING not in page(world)
