"""What can be pressed on the page of the day, and where it leads."""

import re
from functools import partial

from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.support.day import CLINICAL, Today, page, words_of
from tests.support.journey import Journey, journey_in
from tests.support.web import Browser, WebWorld
from tracker.domain.facts import VisitLoss, VisitMoment
from tracker.domain.words import Role
from tracker.persistence.models import Case
from tracker.services import visit_day

NURSE, DESK = Role.NURSE, Role.FRONT_DESK


class TestPressing:
    def test_leads_through_the_day_and_back_to_it(self, world: WebWorld) -> None:
        journey = journey_in(world).go("trial_day")
        journey.order()
        browser = world.sign_in(NURSE)
        for label, said in (("In preparation", "In preparation"), ("In procedure", "In procedure"),
                            ("Observing", "Observing"), ("Ready for discharge", "Ready for discharge"),
                            ("Discharged", "Discharged")):  # fmt: skip
            response = self.press(browser, journey, label)
            if label in {"In procedure", "Observing", "Ready for discharge"}:
                # Of a trial without answers and without a dose it is asked back.
                assert response.status_code == 422
                response = self.say_yes(browser, journey, label, response.get_data(as_text=True))
            assert response.headers["Location"].startswith("/day?on=")
            assert f"{said} {self.wall(world)}" in browser.get("/day").get_data(as_text=True)
            world.clock.advance(minutes=1)

    def say_yes(self, browser: Browser, journey: Journey, label: str, page: str) -> TestResponse:
        [meant] = re.findall(r'name="meant" value="([^"]+)"', page)
        [action] = re.findall(r'<form class="form" method="post" action="([^"]+)"', page)
        [kind] = re.findall(rf'<option selected value="(\w+)">{label}<', page)
        data = {"kind": kind, "meant": meant, "expected_version": journey.look().head.version}
        return browser.submit(action.replace("&amp;", "&"), data)

    def wall(self, world: WebWorld) -> str:
        return f"{journey_in(world).calendar.wall(world.clock.now()):%H:%M}"

    def press(self, browser: Browser, journey: Journey, label: str) -> TestResponse:
        """Press a button of a visit's row, or of the page with everything else."""
        url = f"/day/visits/{journey.public_id}/{journey.visit_for('trial')}/more"
        body = "".join(browser.get(each).get_data(as_text=True) for each in ("/day", url))
        forms = re.findall(r"<form.*?</form>", body, re.DOTALL)
        form = next(each for each in forms if f">{label}<" in each)
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        button = re.search(rf'<button[^>]*?(?:name="(\w+)" value="(\w+)")?>{label}<', form)
        fields |= {button.group(1): button.group(2)} if button is not None and button.group(1) else {}
        action = re.search(rf'formaction="([^"]+)"[^>]*>{label}<', form) or re.search(r'action="([^"]+)"', form)
        assert action is not None
        return browser.post(action.group(1).replace("&amp;", "&"), fields)

    def test_leads_first_to_a_watched_dose_and_keeps_what_is_pressed_beside_it(
        self, world: WebWorld, today: Today
    ) -> None:
        case, number = today.visit("Okafor", stage="trial_observation", state="arrived", hours=0)
        row = page(world)
        assert f'href="/cases/{case.public_id}/observation">Observation<' in row and ">In preparation<" not in row
        assert ">In preparation<" in page(world, path=f"/day/visits/{case.public_id}/{number}/more")
        assert '/observation"' not in page(world, DESK)

    def test_discharged_too_early_asks_on_the_form_and_records_a_yes(self, world: WebWorld) -> None:
        journey = journey_in(world).go("trial_observation")
        journey.do(NURSE, partial(visit_day.record_moment, appointment=journey.visit_for("trial"), kind="ready"))
        browser = world.sign_in(NURSE)
        response = self.press(browser, journey, "Discharged")
        body = response.get_data(as_text=True)
        assert response.status_code == 422 and "is watched until" in body
        code = re.search(r'name="meant" value="([^"]+)"', body)
        assert code is not None
        url = f"/cases/{journey.public_id}/visit/{journey.visit_for('trial')}/complete"
        done = browser.post(url, {"expected_version": journey.look().head.version, "meant": code.group(1)})
        assert done.status_code == 303
        assert "Discharged " in page(world)

    def test_of_somebody_who_came_without_a_visit(self, world: WebWorld) -> None:
        journey = journey_in(world).go("maintained")
        browser = world.sign_in(DESK)
        body = browser.get(world.search("/day/walk-in?q=oka")).get_data(as_text=True)
        found = re.search(r'href="(/cases/[^"]+/walk-in[^"]*)"', body)
        assert found is not None
        url = found.group(1).replace("&amp;", "&")
        assert CLINICAL.findall(words_of(browser.get(url).get_data(as_text=True))) == []
        data = {"expected_version": journey.look().head.version, "purpose": "follow_up", "minutes": "20"}
        response = browser.post(url, data)
        assert response.headers["Location"] == "/day"
        assert "Arrived" in page(world, DESK)


class TestAfterABrokenOffOperation:
    """Whoever was operated on leaves as anybody else does: a nurse says that they may, and whoever sees it writes down
    that they have left."""

    def broken_off(self, world: WebWorld, today: Today) -> str:
        case, _ = today.visit("Okafor", hours=-1, state="cancelled", stage="implant_to_book", purpose="implant")
        today.fact(case, VisitLoss, 30, cause="broken_off", held="nothing", teller_id=None)
        return str(case.public_id)

    def leaves(self, browser: Browser, case: str, **data: str) -> TestResponse:
        return browser.submit(f"/cases/{case}/visit/20/complete?back=/day", {"expected_version": "1", **data})

    def test_the_front_desk_is_asked_whether_a_nurse_let_them_go(self, world: WebWorld, today: Today) -> None:
        case = self.broken_off(world, today)
        for where in (f"/day/visits/{case}/20/more", f"/cases/{case}"):
            assert f"/cases/{case}/visit/20/complete" in page(world, DESK, where)
        browser = world.sign_in(DESK)
        form = browser.get(f"/cases/{case}/visit/20/complete").get_data(as_text=True)
        assert "Whether the patient may go, a nurse says." in form and not CLINICAL.search(words_of(form))
        asked = self.leaves(browser, case)
        body = asked.get_data(as_text=True)
        assert asked.status_code == 422 and "No nurse has said that this patient may go." in body
        (meant,) = re.findall(r'type="checkbox" name="meant" value="([^"]+)"', body)
        assert self.leaves(browser, case, meant=meant).status_code == 303
        assert f"/cases/{case}/visit/20/complete" not in page(world, DESK, f"/cases/{case}")
        assert "Left 09:00" in page(world, DESK) and "0 here now" in page(world, DESK)

    def test_the_front_desk_ends_it_with_one_press_once_they_may(self, world: WebWorld, today: Today) -> None:
        case = self.broken_off(world, today)
        today.fact(self.row(world, case), VisitMoment, 31, kind="ready")
        body = page(world, DESK)
        assert f'action="/cases/{case}/visit/20/complete' in body and ">Left<" in body
        assert self.leaves(world.sign_in(DESK), case).status_code == 303
        assert "0 here now" in page(world, DESK)

    def test_a_nurse_does_too(self, world: WebWorld, today: Today) -> None:
        case = self.broken_off(world, today)
        today.fact(self.row(world, case), VisitMoment, 31, kind="ready")
        assert ">Discharged<" in page(world)

    def row(self, world: WebWorld, public_id: str) -> Case:
        with world.database.reading() as session:
            return session.scalars(select(Case).where(Case.public_id == public_id)).one()
