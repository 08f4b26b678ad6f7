"""The day at the clinic: arrivals by the front desk, the checklist item by item, and two people at the same time."""

import re

import pytest
from sqlalchemy import select, update

from tests.factories.listed import Listed
from tests.support.web import Browser, WebWorld
from tracker.domain.words import Role
from tracker.persistence.models import Case


def visit_of(world: WebWorld, stage: str, purpose: str, *, hours: float, state: str = "booked") -> str:
    """The address of the visit of a patient at a stage, which begins in ``hours``."""
    with world.database.writing() as session:
        listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
        case = listed.case(listed.patient("Okafor", "James"), stage)
        listed.visit(case, purpose, hours=hours, state=state)
        return f"/day/visits/{case.public_id}/20"


@pytest.fixture
def booked(world: WebWorld) -> str:
    """The address of an evaluation this afternoon."""
    return visit_of(world, "evaluation_booked", "evaluation", hours=6)


@pytest.fixture
def trial_day(world: WebWorld) -> str:
    """The address of the visit of a patient who has arrived for the trial."""
    return visit_of(world, "trial_day", "trial", hours=0, state="arrived")


def case_of(world: WebWorld) -> Case:
    """The one case there is."""
    with world.database.reading() as session:
        return session.scalars(select(Case)).one()


def version_of(world: WebWorld) -> int:
    """The version of the one case there is."""
    return case_of(world).version


def answer(browser: Browser, world: WebWorld, url: str, item: str, **values: object) -> tuple[int, str]:
    """Answer an item as the page does; returns the status and the page that follows."""
    data = {"item": item, "state": "done", "expected_version": version_of(world), **values}
    response = browser.post(url, data)
    body = browser.get(url).get_data(as_text=True) if response.status_code == 303 else response.get_data(as_text=True)
    return response.status_code, body


class TestArriving:
    def test_is_one_press_for_the_front_desk(self, world: WebWorld, booked: str) -> None:
        browser = world.sign_in(Role.FRONT_DESK)
        assert f'action="{booked}/arrive"' in browser.get("/day").get_data(as_text=True)
        response = browser.post(f"{booked}/arrive", {"expected_version": version_of(world), "on": "2026-03-17"})
        assert response.headers["Location"] == "/day?on=2026-03-17"
        body = browser.get("/day").get_data(as_text=True)
        assert "Arrived 09:00" in body and "Marked as arrived." in body

    def test_on_another_day_says_what_to_do(self, world: WebWorld) -> None:
        visit = visit_of(world, "evaluation_booked", "evaluation", hours=72)
        browser = world.sign_in(Role.FRONT_DESK)
        browser.get("/day")
        browser.post(f"{visit}/arrive", {"expected_version": version_of(world)})
        assert "The visit is on another day. Move it first" in browser.get("/day").get_data(as_text=True)

    def test_from_an_old_page_changes_nothing(self, world: WebWorld, booked: str) -> None:
        browser = world.sign_in(Role.FRONT_DESK)
        browser.get("/day")
        with world.database.writing() as session:
            session.execute(update(Case).values(version=3).execution_options(synchronize_session=False))
        assert browser.post(f"{booked}/arrive", {"expected_version": 2}).status_code == 409
        assert version_of(world) == 3

    @pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999999"])
    def test_with_a_version_that_is_none_is_stale(self, world: WebWorld, booked: str, version: str) -> None:
        browser = world.sign_in(Role.FRONT_DESK)
        browser.get("/day")
        assert browser.post(f"{booked}/arrive", {"expected_version": version}).status_code == 409

    @pytest.mark.parametrize("on", ["tomorrow", "2026-3-17", "//evil.example"])
    def test_comes_back_to_a_day_or_to_today(self, world: WebWorld, booked: str, on: str) -> None:
        browser = world.sign_in(Role.FRONT_DESK)
        browser.get("/day")
        response = browser.post(f"{booked}/arrive", {"expected_version": version_of(world), "on": on, "by": "x"})
        assert response.headers["Location"] == "/day"

    def test_for_nobody_is_not_found(self, world: WebWorld, booked: str) -> None:
        browser = world.sign_in(Role.FRONT_DESK)
        browser.get("/day")
        for url in (
            booked.replace("/20", "/99"),
            "/day/visits/" + "f" * 32 + "/1",
            booked.replace("/20", f"/{10**30}"),
        ):
            data = {"expected_version": version_of(world)}
            assert browser.post(f"{url}/arrive", data).status_code == 404


class TestChecklist:
    def test_is_answered_item_by_item(self, world: WebWorld, trial_day: str) -> None:
        browser = world.sign_in(Role.NURSE)
        body = browser.get(trial_day).get_data(as_text=True)
        assert "0 of 24 answered" in body and "Stop: Two identifiers checked" in body
        status, body = answer(browser, world, trial_day, "identity")
        assert status == 303 and "1 of 24 answered" in body and "Done · Nurse Person" in body

    def test_asks_for_the_value_and_the_second_person(self, world: WebWorld) -> None:
        url = visit_of(world, "implant_day", "implant", hours=0, state="arrived")
        browser = world.sign_in(Role.NURSE)
        browser.get(url)
        status, body = answer(browser, world, url, "drug_check", value="lot <7>")
        assert status == 422
        assert "A second person must read it too." in body and 'value="lot &lt;7&gt;"' in body
        other, pin = world.user_ids[Role.PHYSICIAN], world.give_pin(Role.PHYSICIAN)
        status, body = answer(browser, world, url, "drug_check", value="lot 7", second_by=other, pin=pin)
        assert status == 303 and "Nurse Person and Physician Person" in body

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"item": "xray", "value": "L2", "second_by": "12345"}, "Choose somebody of this clinic."),
            ({"item": "identity", "state": "overridden", "reason": "x"}, "A hard stop cannot be overridden."),
            ({"item": "identity", "state": "nonsense"}, "Choose done, not applicable or overridden."),
            ({"item": "gown", "state": "not_applicable"}, "Say why."),
            ({"item": "gown", "reason": "y" * 501, "state": "overridden"}, "Use at most 500 characters."),
        ],
    )
    def test_says_beside_the_item_what_cannot_be(
        self, world: WebWorld, trial_day: str, values: dict[str, str], said: str
    ) -> None:
        browser = world.sign_in(Role.NURSE)
        browser.get(trial_day)
        status, body = answer(browser, world, trial_day, values.pop("item"), **values)
        assert status == 422 and said in body

    def test_of_two_people_keeps_what_the_second_typed(self, world: WebWorld, trial_day: str) -> None:
        browser = world.sign_in(Role.NURSE)
        browser.get(trial_day)
        old = version_of(world)
        answer(browser, world, trial_day, "identity")
        status, body = answer(browser, world, trial_day, "xray", value="L2/L3", expected_version=old)
        assert status == 409
        assert "Somebody else answered this item meanwhile." in body and 'value="L2/L3"' in body

    def test_is_shared_by_two_people_who_answer_different_items(self, world: WebWorld, trial_day: str) -> None:
        nurse = world.sign_in(Role.NURSE)
        nurse.get(trial_day)
        old = version_of(world)
        for item in ("identity", "gown"):
            status, _ = answer(nurse, world, trial_day, item, expected_version=old, seen=0)
            assert status == 303, item

    def test_of_one_item_twice_is_not_overwritten(self, world: WebWorld, trial_day: str) -> None:
        nurse = world.sign_in(Role.NURSE)
        nurse.get(trial_day)
        status, body = answer(nurse, world, trial_day, "xray", value="L2/L3", seen=0)
        assert status == 303
        shown = re.findall(r'value="xray"><input type="hidden" name="seen" value="(\d+)"', body)
        assert shown and set(shown) != {"0"}
        status, body = answer(nurse, world, trial_day, "xray", value="L4", seen=0)
        assert status == 409
        assert "Somebody else answered this item meanwhile." in body
        assert answer(nurse, world, trial_day, "xray", value="L4", seen=shown[0])[0] == 303

    def test_can_be_changed_with_a_reason(self, world: WebWorld, trial_day: str) -> None:
        browser = world.sign_in(Role.NURSE)
        browser.get(trial_day)
        answer(browser, world, trial_day, "gown")
        status, body = answer(browser, world, trial_day, "gown", state="overridden", reason="wheelchair")
        assert status == 303 and "Left out: wheelchair" in body

    def test_of_nothing_known_is_not_found(self, world: WebWorld, trial_day: str) -> None:
        browser = world.sign_in(Role.NURSE)
        browser.get(trial_day)
        assert answer(browser, world, trial_day, "nonsense")[0] == 404

    def test_is_for_looking_only_where_the_role_records_nothing(self, world: WebWorld, trial_day: str) -> None:
        body = world.sign_in(Role.COORDINATOR).get(trial_day).get_data(as_text=True)
        assert "Two identifiers checked" in body
        assert not re.search(rf'<form[^>]*action="{trial_day}"', body)

    def test_of_another_clinic_is_not_found(self, world: WebWorld, trial_day: str) -> None:
        world.add_clinic("other")
        browser = world.sign_in(Role.NURSE, "other")
        assert browser.get(trial_day).status_code == 404
        assert answer(browser, world, trial_day, "identity")[0] == 404
