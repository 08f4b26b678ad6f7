"""What was counted lately: said again as it was, and counted anew once anything it says is called otherwise."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from tests.domain.report_sheets.test_sheets import FILTERS, HISTORY, NAMES, sheet
from tests.support.stored_history import fill
from tests.support.told_clinic import CLINICIANS
from tests.support.web import WebWorld
from tests.web.test_reports import body_of, links
from tracker.domain.report_sheets.small import without_small_numbers
from tracker.domain.words import Role
from tracker.persistence.models import Clinician
from tracker.web.reports.lately import Lately

ASKED = FILTERS["a payer"]


@pytest.fixture
def lately() -> Lately:
    found = Lately(HISTORY, most=2)
    found.keep(sheet("flow", "a payer"), ASKED, NAMES)
    return found


class TestWhatWasCounted:
    def test_is_found_by_its_report_and_filter(self, lately: Lately) -> None:
        assert lately.find("trials", ASKED, NAMES, with_patients=True) is None
        assert lately.find("flow", FILTERS["everybody"], NAMES, with_patients=True) is None
        found = lately.find("flow", ASKED, NAMES, with_patients=True)
        assert found is not None and found.answer == sheet("flow", "a payer").answer

    def test_shows_no_small_number_to_who_may_not_see_patients(self, lately: Lately) -> None:
        found = lately.find("flow", ASKED, NAMES, with_patients=False)
        assert found is not None and found.answer == without_small_numbers(sheet("flow", "a payer")).answer

    def test_is_not_said_under_an_old_name(self, lately: Lately) -> None:
        renamed = replace(NAMES, payers={**NAMES.payers, 32: "Aetna East"})
        assert lately.find("flow", ASKED, renamed, with_patients=True) is None

    def test_goes_when_others_were_counted_since(self, lately: Lately) -> None:
        for name in ("trials", "days"):
            lately.keep(sheet(name, "a payer"), ASKED, NAMES)
        assert lately.find("flow", ASKED, NAMES, with_patients=True) is None
        assert lately.find("days", ASKED, NAMES, with_patients=True) is not None


class TestAPage:
    def test_says_the_same_again_and_leads_to_the_same_lists(self, world: WebWorld) -> None:
        fill(world)
        browser = world.sign_in(Role.MANAGER)
        once, again = (links(body_of(browser, f"/reports/trials?clinician={CLINICIANS[0]}")) for _ in range(2))
        assert once == again and once
        url, number = again[0]
        assert body_of(browser, url).count('class="person"') == int(number)

    def test_of_the_index_leads_to_what_it_has_counted(self, world: WebWorld) -> None:
        fill(world)
        browser = world.sign_in(Role.MANAGER)
        body_of(browser, f"/reports?clinician={CLINICIANS[0]}")
        with world.database.writing() as session:
            session.execute(update(Clinician).where(Clinician.id == CLINICIANS[0]).values(name="Dr. Renamed"))
        assert "Dr. Renamed" in body_of(browser, f"/reports/trials?clinician={CLINICIANS[0]}")
