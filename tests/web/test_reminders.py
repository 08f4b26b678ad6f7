"""The switch that stops a clinic's messages."""

from sqlalchemy import select

from tests.support.web import WebWorld
from tracker.domain.words import Role
from tracker.persistence.models import Clinic, Event


def clinic(world: WebWorld) -> Clinic:
    """The clinic as it is stored."""
    with world.database.reading() as session:
        return session.scalars(select(Clinic).where(Clinic.id == world.clinic_id)).one()


class TestSending:
    def test_is_paused_and_resumed_on_the_record(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.LEAD_COORDINATOR)
        assert "Pause sending" in browser.get("/reminders").get_data(as_text=True)
        browser.post("/reminders/sending", {"wanted": "pause", "expected_version": clinic(world).version})
        body = browser.get("/reminders").get_data(as_text=True)
        assert "Sending is paused since Tue 17 Mar 2026 09:00" in body and "Resume sending" in body
        assert clinic(world).sending_paused_at == world.clock.now()
        browser.post("/reminders/sending", {"wanted": "resume", "expected_version": clinic(world).version})
        assert clinic(world).sending_paused_at is None
        with world.database.reading() as session:
            kinds = session.scalars(select(Event.kind).order_by(Event.seq)).all()
        assert list(kinds) == ["sending_paused", "sending_resumed"]

    def test_pressed_on_an_old_page_changes_nothing(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.LEAD_COORDINATOR)
        browser.get("/reminders")
        data = {"wanted": "pause", "expected_version": clinic(world).version + 1}
        assert browser.post("/reminders/sending", data).status_code == 409
        assert clinic(world).sending_paused_at is None

    def test_takes_no_nonsense(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.LEAD_COORDINATOR)
        browser.get("/reminders")
        for data in ({}, {"wanted": "x", "expected_version": "1"}, {"wanted": "pause", "expected_version": "x"}):
            assert browser.post("/reminders/sending", data).status_code == 400

    def test_offers_no_switch_to_those_who_may_not(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.NURSE)
        assert "Pause sending" not in browser.get("/reminders").get_data(as_text=True)
        assert browser.post("/reminders/sending", {"wanted": "pause", "expected_version": "1"}).status_code == 403
