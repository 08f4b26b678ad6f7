"""The refill list as a coordinator works with it: filters in the address, booking from the row, the same as a file."""

import csv
import html
import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from tests.factories.facts import make
from tests.factories.listed import Listed
from tests.support.journey import Journey
from tests.support.milestones import Milestones
from tests.support.web import WebWorld
from tracker.domain.facts import Fill
from tracker.domain.words import Role
from tracker.persistence.facts import insert_fact
from tracker.persistence.models import Case, ClosedDay, Obligation

At = Callable[[str], tuple[WebWorld, Journey]]
SEES = (Role.COORDINATOR, Role.LEAD_COORDINATOR, Role.NURSE, Role.PHYSICIAN, Role.MANAGER)


def pump(world: WebWorld, name: str, latest: int | None, **values: object) -> Case:
    """A patient with a filled pump."""
    with world.database.writing() as session:
        listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
        case = listed.case(listed.patient(name), "maintained", **values)
        listed.pump(case, latest=latest)
        fact = make(
            Fill, 12, device=10, drug="baclofen", concentration_mcg_ml=Decimal(2000), daily_dose_mcg=Decimal("312.5"),
            effective_at=listed.now - timedelta(days=30), recorded_at=listed.now,
        )  # fmt: skip
        insert_fact(session, world.clinic_id, case.id, fact)
        return case


def shown(world: WebWorld, query: str = "", role: Role = Role.COORDINATOR) -> str:
    """The list."""
    response = world.sign_in(role).get(f"/refills{query}")
    assert response.status_code == 200
    return response.get_data(as_text=True).partition("<main")[2]


class TestARow:
    @pytest.mark.parametrize(
        ("latest", "said"), [(None, "not booked"), (-1, "overdue, not booked"), (2, "not booked"), (60, "book by")]
    )
    def test_says_in_words_what_is_planned(self, world: WebWorld, latest: int | None, said: str) -> None:
        pump(world, "Lee", latest)
        assert said in shown(world)

    def test_leads_to_the_visit_that_comes_too_late(self, world: WebWorld) -> None:
        case = pump(world, "Lee", 20)
        with world.database.writing() as session:
            row = session.scalars(select(Obligation)).one()
            row.params = {**row.params, "late": "2026-04-08", "visit": "31"}
        page = shown(world)
        assert "booked too late: Wed 8 Apr" in page
        assert f'href="/cases/{case.public_id}/visit/31/move?back=%2Frefills">Move visit' in page
        assert "book-visit" not in page

    @pytest.mark.parametrize(
        ("latest", "left"), [(-1, "1 day past"), (0, "about 0 days left"), (1, "about 1 day left")]
    )
    def test_counts_whole_days(self, world: WebWorld, latest: int, left: str) -> None:
        pump(world, "Lee", latest)
        assert f'<span class="sub">{left}</span>' in shown(world)

    @pytest.mark.parametrize("role", SEES)
    def test_tells_drug_and_dose_to_those_who_see_clinical_detail(self, world: WebWorld, role: Role) -> None:
        pump(world, "Lee", 20)
        page = shown(world, role=role)
        assert "baclofen 2000 mcg/mL" in page
        assert "312.5 mcg/day" in page

    def test_says_that_a_date_is_void(self, world: WebWorld) -> None:
        with world.database.writing() as session:
            listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
            case = listed.case(listed.patient("Lee"), "maintained")
            listed.pump(case, latest=60, reason="refill_by_earliest_known")
        assert "void: a new print-out is needed" in shown(world)


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("", {"Unknown", "Overdue", "Soon", "Later"}),
            ("?state=overdue", {"Unknown", "Overdue"}),
            ("?within=14", {"Unknown", "Overdue", "Soon"}),
            ("?within=28&owner=me", {"Soon"}),
            ("?owner=nobody&state=overdue", {"Unknown", "Overdue"}),
            ("?state=nonsense&within=3&owner=-", {"Unknown", "Overdue", "Soon", "Later"}),
        ],
    )
    def test_stand_in_the_address(self, world: WebWorld, query: str, names: set[str]) -> None:
        for name, latest in (("Unknown", None), ("Overdue", -3), ("Soon", 14), ("Later", 40)):
            pump(world, name, latest, owner_user_id=world.user_ids[Role.COORDINATOR] if name == "Soon" else None)
        page = shown(world, query)
        found = {name for name in ("Unknown", "Overdue", "Soon", "Later") if f">{name}</bdi>" in page}
        assert found == names

    def test_say_so_where_no_pump_fits(self, world: WebWorld) -> None:
        pump(world, "Lee", 40)
        page = shown(world, "?state=overdue")
        assert "No pump fits" in page
        assert 'href="/refills">Show all' in page


@pytest.fixture
def at(milestones: Milestones) -> At:
    """Go to a stage of the pathway with one patient."""
    return milestones.at


class TestTheDrug:
    def test_is_asked_for_near_the_latest_date(self, world: WebWorld) -> None:
        pump(world, "Later", 29)
        assert "Drug here" not in shown(world)
        pump(world, "Soon", 28)
        page = shown(world)
        assert "drug not in stock" in page
        assert page.count("Drug ordered") == page.count("Drug here") == 1

    @pytest.mark.parametrize("role", [Role.PHYSICIAN, Role.MANAGER])
    def test_is_recorded_only_by_those_who_see_to_it(self, world: WebWorld, role: Role) -> None:
        pump(world, "Soon", 5)
        page = shown(world, role=role)
        assert "drug not in stock" in page
        assert "Drug here" not in page

    @pytest.mark.parametrize("role", [Role.COORDINATOR, Role.NURSE])
    def test_is_recorded_by_one_press_with_who_and_when(self, at: At, role: Role) -> None:
        world, journey = at("maintained")
        world.clock.set(world.clock.now() + timedelta(days=70))
        browser = world.sign_in(role)
        page = browser.get("/refills?within=28").get_data(as_text=True)
        address = html.unescape(page.partition("/drug-stock")[2].partition('"')[0])
        url = f"/cases/{journey.public_id}/drug-stock{address}"
        version = journey.look().head.version
        assert f'name="expected_version" value="{version}"' in page

        ordered = browser.post(url, {"state": "ordered", "expected_version": version})
        assert (ordered.status_code, ordered.headers["Location"]) == (303, "/refills?within=28")
        page = browser.get("/refills?within=28").get_data(as_text=True).partition("<main")[2]
        assert "drug ordered, " in page
        assert "Drug ordered<" not in page

        assert browser.post(url, {"state": "here", "expected_version": version}).status_code == 409
        browser.post(url, {"state": "here", "expected_version": version + 1})
        page = browser.get("/refills?within=28").get_data(as_text=True)
        assert "drug here, " in page
        assert "Drug here<" not in page


class TestBookingFromTheRow:
    def test_comes_back_to_the_list_as_it_was_filtered(self, world: WebWorld) -> None:
        pump(world, "Lee", 20)
        page = shown(world, "?state=not_booked&within=28")
        address = page.partition('class="button is-secondary is-small" href="')[2].partition('"')[0]
        address = address.replace("&amp;", "&")
        assert parse_qs(urlsplit(address).query) == {
            "purpose": ["refill"], "back": ["/refills?state=not_booked&within=28"],
        }  # fmt: skip
        browser = world.sign_in(Role.COORDINATOR)
        form = browser.get(address).get_data(as_text=True)
        assert 'href="/refills?state=not_booked&amp;within=28">Leave without saving' in form

    @pytest.mark.parametrize(
        "back", ["//elsewhere.example", "https://elsewhere.example", "/refillsx", "/admin", "\\\\x"]
    )
    def test_leads_nowhere_else(self, world: WebWorld, back: str) -> None:
        case = pump(world, "Lee", 20)
        form = world.sign_in(Role.COORDINATOR).get(f"/cases/{case.public_id}/book-visit", query_string={"back": back})
        assert f'href="/cases/{case.public_id}">Leave without saving' in form.get_data(as_text=True)


def load_page(world: WebWorld) -> str:
    """The twelve-week load."""
    return world.sign_in(Role.COORDINATOR).get("/refills/load").get_data(as_text=True).partition("<main")[2]


def set_places(world: WebWorld, per_day: str) -> int:
    """An administrator says how many refills fit on a day; the status of the answer."""
    values = {"zone": "America/Denver", "open_weekdays": ["1", "2", "3", "4", "5"], "arrive_minutes_before": "90",
              "phone": "", "expected_version": "1", "refills_per_day": per_day}  # fmt: skip
    return world.sign_in(Role.ADMINISTRATOR).submit("/admin/clinic", values).status_code


class TestTheLoad:
    def test_says_that_nobody_knows_how_many_fit(self, world: WebWorld) -> None:
        pump(world, "Lee", 20)
        page = load_page(world)
        assert "How many refills fit into a week is not known" in page
        assert "too many" not in page
        assert "0 booked, 1 not booked<" in page

    def test_counts_open_days_only_and_of_this_week_those_to_come(self, world: WebWorld) -> None:
        for number in range(3):
            pump(world, f"P{number}", 20 + number)  # due 27 March, or the open day before
        assert set_places(world, "2") == 303
        page = load_page(world)
        assert "0 booked, 0 not booked, 8 places" in page  # this week from Tuesday on
        assert "0 booked, 3 not booked, 10 places" in page
        assert "over capacity" not in page

        with world.database.writing() as session:
            for day in (23, 24, 25, 26):
                closed = date(2026, 3, day)
                session.add(ClosedDay(clinic_id=world.clinic_id, on_date=closed, label="Away"))
        page = load_page(world)
        assert "0 booked, 3 not booked, 2 places: 1 too many" in page
        assert "The week of 23 Mar has 3 refills for 2 places: 1 too many." in page
        assert "over capacity" in page

    def test_says_on_a_sunday_where_the_overdue_are_to_be_booked(self, world: WebWorld) -> None:
        """This week has no day to come: nothing of it is too much, and the overdue stand in the next."""
        pump(world, "Overdue", 5)
        assert set_places(world, "2") == 303
        world.clock.set(world.clock.now() + timedelta(days=5))  # Sunday 22 March
        page = load_page(world)
        assert "0 booked, 0 not booked, no open day<" in page
        assert "0 booked, 1 not booked, 10 places<" in page
        assert "over capacity" not in page and "booked on a closed day" not in page

    def test_says_what_is_booked_on_a_closed_day(self, world: WebWorld) -> None:
        case = pump(world, "Sunday", 20)
        with world.database.writing() as session:
            listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
            listed.visit(session.merge(case), "refill", hours=24 * 5)  # Sunday 22 March
        assert set_places(world, "0") == 303
        page = load_page(world)
        assert "0 booked, 0 not booked, 1 on a closed day, 0 places<" in page
        assert "1 refill is booked in the next 12 weeks" in page and "booked on a closed day" in page

    def test_knows_a_clinic_without_places(self, world: WebWorld) -> None:
        set_places(world, "0")
        assert "0 places" in load_page(world)

    @pytest.mark.parametrize("typed", ["-1", "201", "many"])
    def test_takes_no_number_that_cannot_be(self, world: WebWorld, typed: str) -> None:
        assert set_places(world, typed) == 422

    def test_knows_no_places_where_the_field_is_empty(self, world: WebWorld) -> None:
        assert set_places(world, "") == 303
        assert "not known" in load_page(world)


class TestTheFile:
    def test_holds_every_page_of_the_list_and_no_formula(self, world: WebWorld) -> None:
        for number in range(51):
            pump(world, f"P{number}", 20 + number)
        pump(world, "=HYPERLINK(1)", None)
        response = world.sign_in(Role.MANAGER).get("/refills.csv?within=28")
        rows = list(csv.reader(io.StringIO(response.get_data(as_text=True).removeprefix("\ufeff"))))
        assert rows[0][0] == "Family name"
        assert rows[1][0] == "'=HYPERLINK(1)"
        assert rows[1][6] == "unknown"
        assert len(rows) == 1 + 1 + 9
        assert rows[2][8:11] == ["baclofen", "2000", "312.5"]
        everything = world.sign_in(Role.MANAGER).get("/refills.csv").get_data(as_text=True)
        assert everything.count("baclofen") == 52

    def test_is_offered_to_those_who_may_export(self, world: WebWorld) -> None:
        assert "/refills.csv" in shown(world, role=Role.MANAGER)
        assert "/refills.csv" not in shown(world, role=Role.NURSE)
