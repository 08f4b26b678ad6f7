"""What is typed anywhere loses the signs that turn text, and right-to-left text scrambles no line that it stands in."""

import html
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.support.journey import Journey, a_person
from tests.support.milestones import Milestones
from tests.support.web import PASSWORD, WebWorld, email_of
from tests.web.cases.scene import COORDINATOR
from tests.web.cases.test_asked_back import send
from tracker.domain.facts import Appointment
from tracker.domain.words import Role
from tracker.persistence.models import Event, Room, StaffTask
from tracker.services.table_file import read_table

At = Callable[[str], tuple[WebWorld, Journey]]
TURNED = "\u202ewons\u202c \u2067on the\u2069 road"
PLAIN = "wons on the road"
ARABIC = "\u0645\u0631\u064a\u0645"
FSI, PDI = "\u2068", "\u2069"


@pytest.fixture
def at(milestones: Milestones) -> At:
    return milestones.at


def history(world: WebWorld, journey: Journey) -> str:
    page = world.sign_in(COORDINATOR).get(f"/cases/{journey.public_id}").get_data(as_text=True)
    return html.unescape(page).partition('id="history"')[2]


class TestWhatIsTyped:
    def test_into_a_form_of_a_case_is_stored_without(self, at: At) -> None:
        world, journey = at("maintained")
        number = journey.visit_for("refill")
        status, page = send(world.sign_in(COORDINATOR), journey, f"visit/{number}/cancel", {"reason": TURNED})
        assert status == 303, page
        visit = [each for each in journey.look().snapshot.of(Appointment) if each.appointment == number][-1]
        assert visit.reason == PLAIN
        assert f"cancelled, {visit.wall[:4]}" not in TURNED and PLAIN in history(world, journey)
        with world.database.reading() as session:
            assert not any("\u202e" in str(event.body) for event in session.scalars(select(Event)))

    def test_into_any_other_form_too(self, at: At) -> None:
        world, _ = at("referred")
        assert world.sign_in(Role.MANAGER).submit("/admin/rooms", {"name": f"OR {TURNED}"}).status_code == 303
        values = {"phone": "303 555 0188\u202e", "words": TURNED}
        assert world.sign_in(Role.FRONT_DESK).submit("/pump-call", values).status_code == 303
        with world.database.reading() as session:
            assert session.scalars(select(Room.name)).all() == [f"OR {PLAIN}"]
            (task,) = session.scalars(select(StaffTask).where(StaffTask.kind == "pump_call_unknown"))
        assert (task.params["phone"], task.params["words"]) == ("303 555 0188", PLAIN)

    def test_is_shown_again_without_them_where_something_is_wrong(self, at: At) -> None:
        world, journey = at("maintained")
        number = journey.visit_for("refill")
        values = {"starts": "soon", "minutes": "30", "reason": TURNED}
        status, page = send(world.sign_in(COORDINATOR), journey, f"visit/{number}/move", values)
        assert status == 422 and f'value="{PLAIN}"' in page

    def test_as_a_password_stays_as_it_is(self, world: WebWorld) -> None:
        """It is compared, never shown."""
        browser = world.browser()
        given = {"email": email_of(Role.NURSE), "password": f"\u202e{PASSWORD}"}
        assert browser.submit("/sign-in", given).status_code != 303

    def test_into_a_file_is_read_without(self) -> None:
        (row,) = read_table(f"name,notes\nOkafor,{TURNED}\n".encode(), ["name", "notes"]).rows
        assert row.values == {"name": "Okafor", "notes": PLAIN}


class TestRightToLeftText:
    def test_stands_apart_in_a_line_of_the_history(self, at: At) -> None:
        world, journey = at("maintained")
        number = journey.visit_for("refill")
        said = f"{ARABIC} 12"
        send(world.sign_in(COORDINATOR), journey, f"visit/{number}/cancel", {"reason": said})
        assert f": {FSI}{said}{PDI}." in history(world, journey)

    def test_stands_apart_where_an_entry_is_struck_out(self, at: At) -> None:
        world, journey = at("evaluating")
        paper = {"kind": "other", "dated_on": journey.today.isoformat(), "title": ARABIC}
        assert send(world.sign_in(COORDINATOR), journey, "document", paper)[0] == 303
        journey.version = journey.look().head.version
        seq = journey.look().snapshot.facts[-1].seq
        assert send(world.sign_in(COORDINATOR), journey, f"correct/{seq}", {"reason": ARABIC})[0] == 303
        told = history(world, journey)
        assert f"Why: {FSI}{ARABIC}{PDI}" in told and f"({FSI}{ARABIC}{PDI})" in told

    def test_stands_apart_in_what_is_due_and_in_a_task(self, at: At) -> None:
        world, journey = at("maintained")
        browser = world.sign_in(Role.FRONT_DESK)
        values = {"tone": "one", "caller": ARABIC, "no_phone": "y"}
        assert send(browser, journey, "pump-call", values)[0] == 303
        assert browser.submit("/pump-call", {"phone": "303 555 0188", "words": f"{ARABIC} (sister)"}).status_code == 303
        page = html.unescape(world.sign_in(Role.PHYSICIAN).get("/today").get_data(as_text=True))
        assert f"Pump call from {FSI}{ARABIC}{PDI}: one tone" in page
        assert f"303 555 0188 \u00b7 {FSI}{ARABIC} (sister){PDI}" in page

    def test_of_a_name_stands_apart_wherever_it_stands_beside_something(self, at: At) -> None:
        world, _ = at("referred")
        journey = Journey(
            database=world.database, clock=world.clock, ids=world.ids, clinic_id=world.clinic_id,
            user_ids=world.user_ids,
        )  # fmt: skip
        journey.refer(a_person(7, family_name=ARABIC, given_name=ARABIC))
        for path in (f"/cases/{journey.public_id}", "/board", world.search(f"/find?q={ARABIC}")):
            page = html.unescape(world.sign_in(COORDINATOR).get(path).get_data(as_text=True))
            assert f"{ARABIC}</bdi>" in page, path
