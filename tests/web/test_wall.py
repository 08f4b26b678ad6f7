"""The wall view: who has its address sees times, rooms and states of today, and nothing that tells of a person."""

import re
from datetime import timedelta

import pytest

from tests.factories.facts import make
from tests.factories.listed import Listed
from tests.factories.rows import a_room
from tests.support.web import Browser, WebWorld
from tracker.domain.facts import Arrangement, VisitMoment
from tracker.domain.words import Role
from tracker.persistence.facts import insert_fact
from tracker.persistence.models import Case, Clinic


def address(world: WebWorld, clinic: str = "main") -> str:
    """The address of the wall view, as a manager makes it."""
    browser = world.sign_in(Role.MANAGER, clinic)
    browser.get("/admin/clinic")
    body = browser.post("/admin/wall-view").get_data(as_text=True)
    found = re.search(r'value="http://localhost(/wall/[^"]+)"', body)
    assert found is not None
    return found.group(1)


def add(world: WebWorld, hours: float, *kinds: str, clinic_id: int = 0, room: int = 1, **values: object) -> Case:
    """A visit of today with what was said of it."""
    with world.database.writing() as session:
        listed = Listed(session, clinic_id or world.clinic_id, world.clock.now(), world.ids)
        case = listed.case(listed.patient("Zzyzx", "Quill", mrn="771234567"), "trial_day")
        if room:
            values["room_id"] = a_room(session, session.get(Clinic, listed.clinic_id), room).id
        listed.visit(case, "trial", hours=hours, **values)
        for seq, kind in enumerate(kinds, start=31):
            fact = make(VisitMoment, seq, appointment=20, kind=kind, effective_at=listed.now, recorded_at=listed.now)
            insert_fact(session, listed.clinic_id, case.id, fact)
        arranged = make(Arrangement, 40, appointment=20, turn_at=None, effective_at=listed.now, recorded_at=listed.now)
        insert_fact(session, listed.clinic_id, case.id, arranged)
        session.expunge(case)
    return case


def look(world: WebWorld, url: str) -> str:
    """What a screen shows at which nobody is signed in."""
    return Browser(client=world.app.test_client()).get(url).get_data(as_text=True)


class TestTheWall:
    def test_shows_time_room_and_state(self, world: WebWorld) -> None:
        add(world, 1)
        body = look(world, address(world))
        assert "Room 1" in body and "10:00" in body and "Expected" in body

    @pytest.mark.parametrize(
        ("kind", "said"),
        [("preparation", "Being prepared"), ("procedure", "In the room"), ("observation", "Resting"),
         ("ready", "Ready to leave")],
    )  # fmt: skip
    def test_says_where_somebody_is_and_not_what_is_done(self, world: WebWorld, kind: str, said: str) -> None:
        add(world, -1, kind, state="arrived")
        assert said in look(world, address(world))

    def test_says_who_is_late_with_word_and_time(self, world: WebWorld) -> None:
        add(world, 1, arrive_at=world.clock.now() - timedelta(minutes=1))
        assert "Late since 08:59" in look(world, address(world))

    def test_names_nobody_and_nothing_of_what_is_done(self, world: WebWorld) -> None:
        add(world, -1, "procedure", state="arrived")
        body = look(world, address(world)).split("<body")[1]
        for word in ("Zzyzx", "Quill", "771234567", "1970", "trial", "pump", "daughter", "sedation", "case", "tracker"):
            assert word.casefold() not in body.casefold(), word

    @pytest.mark.parametrize(
        ("kind", "state"),
        [
            ("discharged", "completed"),
            ("admitted", "completed"),
            ("transferred", "completed"),
            ("", "cancelled"),
            ("", "no_show"),
        ],
    )
    def test_is_silent_about_who_has_left_or_was_lost(self, world: WebWorld, kind: str, state: str) -> None:
        add(world, -1, *filter(None, [kind]), state=state)
        assert "Nobody is expected or here." in look(world, address(world))

    def test_shows_nothing_of_another_clinic(self, world: WebWorld) -> None:
        add(world, 1, clinic_id=world.add_clinic("other"))
        assert "Nobody is expected or here." in look(world, address(world))
        assert "Expected" in look(world, address(world, "other"))

    def test_hears_whether_anything_changed(self, world: WebWorld) -> None:
        case, url = add(world, 1), address(world)
        client = world.app.test_client()
        first = client.get(url)
        assert client.get(url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
        assert case.id
        world.clock.advance(hours=1, seconds=1)
        assert client.get(url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


class TestItsAddress:
    @pytest.mark.parametrize("token", ["x", "0" * 43, "%20"])
    def test_that_was_never_made_is_not_found(self, world: WebWorld, token: str) -> None:
        assert world.browser().get(f"/wall/{token}").status_code == 404

    def test_of_a_clinic_without_one_is_not_found(self, world: WebWorld) -> None:
        """An empty fingerprint is nobody's."""
        assert world.browser().get("/wall/").status_code == 404

    def test_ends_with_a_new_one_and_with_its_end(self, world: WebWorld) -> None:
        old, new = address(world), address(world)
        assert world.browser().get(old).status_code == 404
        assert world.browser().get(new).status_code == 200
        browser = world.sign_in(Role.MANAGER)
        assert "End the wall view?" in browser.get("/admin/wall-view/end").get_data(as_text=True)
        browser.post("/admin/wall-view/end")
        assert world.browser().get(new).status_code == 404

    def test_opens_no_other_page(self, world: WebWorld) -> None:
        browser = world.browser()
        browser.get(address(world))
        assert browser.get("/day").headers["Location"].startswith("/sign-in")


class TestTheClosingTime:
    def test_is_a_setting_that_says_what_it_does(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.MANAGER)
        body = browser.get("/admin/clinic").get_data(as_text=True)
        assert "Empty: not known, and nothing is asked." in body
        fields = {"zone": "America/Denver", "open_weekdays": ["1", "2"], "arrive_minutes_before": "90",
                  "expected_version": "1"}  # fmt: skip
        wrong = browser.post("/admin/clinic", {**fields, "closes_at": "noon"})
        assert wrong.status_code == 422 and "Type a time, for example 21:00." in wrong.get_data(as_text=True)
        assert browser.post("/admin/clinic", {**fields, "closes_at": "17:30"}).status_code == 303
        assert 'value="17:30"' in browser.get("/admin/clinic").get_data(as_text=True)
