"""Users, roles, one-time links, and what the clinic books with, through the real forms."""

import json
import re
from datetime import date

import pytest
from sqlalchemy import insert, select

from tests.support.web import Browser, WebWorld, email_of
from tracker.domain.words import Role
from tracker.persistence.chain import verify_chain
from tracker.persistence.models import Clinic, ClosedDay, Event, Membership, User
from tracker.queries.clinic import list_clinicians, list_payers, list_rooms

_NEW = "seven amber lanterns"
_LINK = re.compile(r'value="http://localhost:8000(/set-password/[^"]+)"')


@pytest.fixture
def admin(world: WebWorld) -> Browser:
    """The administrator's browser."""
    return world.sign_in(Role.ADMINISTRATOR)


def public_id(world: WebWorld, role: Role) -> str:
    with world.database.reading() as session:
        found = session.scalar(select(User.public_id).where(User.id == world.user_ids[role]))
    assert found is not None
    return found


def version_of(world: WebWorld, role: Role) -> int:
    with world.database.reading() as session:
        found = session.scalar(select(User.version).where(User.id == world.user_ids[role]))
    assert found is not None
    return found


def event_kinds(world: WebWorld) -> list[str]:
    with world.database.reading() as session:
        assert verify_chain(session, world.clinic_id).is_whole
        return list(session.scalars(select(Event.kind).where(Event.clinic_id == world.clinic_id).order_by(Event.seq)))


class TestAnInvitation:
    def test_makes_a_link_with_which_the_person_comes_in(self, world: WebWorld, admin: Browser) -> None:
        answer = admin.submit(
            "/admin/users/invite", {"email": "Ana@main.example", "name": "Ana Ruiz", "roles": ["nurse", "physician"]}
        )
        assert answer.status_code == 200
        found = _LINK.search(answer.get_data(as_text=True))
        assert found is not None
        newcomer = world.browser()
        assert newcomer.submit(found.group(1), {"password": _NEW, "again": _NEW}).status_code == 303
        assert "Nurse, Physician" in newcomer.get("/account/password").get_data(as_text=True)
        assert event_kinds(world) == ["member_invited"]

    def test_writes_no_name_and_no_address_into_the_event(self, world: WebWorld, admin: Browser) -> None:
        admin.submit("/admin/users/invite", {"email": "ana@main.example", "name": "Ana Ruiz", "roles": ["nurse"]})
        with world.database.reading() as session:
            body = session.scalar(select(Event.body))
        assert body is not None
        assert "ana" not in body.casefold()
        assert json.loads(body)["actor_id"] is not None

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            ({"email": "not an address", "name": "Ana", "roles": ["nurse"]}, "This is not an e-mail address."),
            ({"email": "a@b.example", "name": "", "roles": ["nurse"]}, "Give a name."),
            ({"email": "a@b.example", "name": "Ana"}, "Choose at least one role."),
            ({"email": "a@b.example", "name": "Ana", "roles": ["king"]}, "&#39;king&#39; is not a valid choice"),
            ({"email": "NURSE@main.example", "name": "Ana", "roles": ["nurse"]}, "on the list already"),
        ],
    )
    def test_is_refused_with_a_sentence_and_keeps_what_was_typed(
        self, admin: Browser, data: dict[str, object], sentence: str
    ) -> None:
        answer = admin.submit("/admin/users/invite", data)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert sentence in text
        assert f'value="{data["email"]}"' in text

    def test_of_somebody_with_an_account_elsewhere_gives_no_link(self, world: WebWorld, admin: Browser) -> None:
        world.add_clinic("north")
        answer = admin.submit(
            "/admin/users/invite", {"email": email_of(Role.NURSE, "north"), "name": "Ana", "roles": ["nurse"]}
        )
        assert answer.status_code == 303
        page = admin.get(answer.headers["Location"]).get_data(as_text=True)
        assert "has an account already" in page
        assert "set-password" not in page


class TestAOneTimeLink:
    def test_is_shown_once_and_lets_the_person_choose_a_password(self, world: WebWorld, admin: Browser) -> None:
        path = f"/admin/users/{public_id(world, Role.NURSE)}"
        admin.get(path)
        answer = admin.post(f"{path}/link", {"expected_version": version_of(world, Role.NURSE)})
        found = _LINK.search(answer.get_data(as_text=True))
        assert found is not None
        assert "set-password" not in admin.get(path).get_data(as_text=True)
        assert world.browser().submit(found.group(1), {"password": _NEW, "again": _NEW}).status_code == 303

    def test_is_not_made_for_somebody_who_works_elsewhere_too(self, world: WebWorld, admin: Browser) -> None:
        other = world.add_clinic("north")
        nurse = world.user_ids[Role.NURSE]
        with world.database.writing() as session:
            session.execute(insert(Membership).values(clinic_id=other, user_id=nurse, is_active=True))
        path = f"/admin/users/{public_id(world, Role.NURSE)}"
        admin.get(path)
        answer = admin.post(f"{path}/link", {"expected_version": version_of(world, Role.NURSE)})
        assert answer.status_code == 400
        assert "works in another clinic too" in answer.get_data(as_text=True)


class TestRoles:
    def test_hold_from_the_next_page_on(self, world: WebWorld, admin: Browser) -> None:
        nurse = world.sign_in(Role.NURSE)
        assert nurse.get("/admin/rooms").status_code == 403
        answer = admin.submit(f"/admin/users/{public_id(world, Role.NURSE)}", _roles(world, Role.NURSE, ["manager"]))
        assert answer.status_code == 303
        assert nurse.get("/admin/rooms").status_code == 200

    def test_from_an_older_form_are_refused(self, world: WebWorld, admin: Browser) -> None:
        path = f"/admin/users/{public_id(world, Role.NURSE)}"
        older = _roles(world, Role.NURSE, ["manager"])
        admin.submit(path, _roles(world, Role.NURSE, ["therapist"]))
        answer = admin.post(path, older)
        assert answer.status_code == 409
        assert "Somebody changed this meanwhile" in answer.get_data(as_text=True)
        assert event_kinds(world) == ["member_roles_changed"]

    def test_leave_the_clinic_its_last_administrator(self, world: WebWorld, admin: Browser) -> None:
        path = f"/admin/users/{public_id(world, Role.ADMINISTRATOR)}"
        answer = admin.submit(path, _roles(world, Role.ADMINISTRATOR, ["nurse"]))
        assert answer.status_code == 422
        assert "without an administrator" in answer.get_data(as_text=True)
        answer = admin.post(f"{path}/end-access", {"expected_version": version_of(world, Role.ADMINISTRATOR)})
        assert answer.status_code == 400
        assert admin.get("/admin/users").status_code == 200


class TestEndingAccess:
    def test_ends_every_session_at_once_and_can_be_undone(self, world: WebWorld, admin: Browser) -> None:
        nurse = world.sign_in(Role.NURSE)
        path = f"/admin/users/{public_id(world, Role.NURSE)}"
        admin.get(path)
        admin.post(f"{path}/end-access", {"expected_version": version_of(world, Role.NURSE)})
        assert nurse.get("/account/password").status_code == 303
        assert "Give access back" in admin.get(path).get_data(as_text=True)
        admin.post(f"{path}/restore-access", {"expected_version": version_of(world, Role.NURSE)})
        world.sign_in(Role.NURSE)
        assert event_kinds(world) == ["member_access_ended", "member_access_restored"]

    def test_from_a_version_that_no_number_holds_is_refused_in_words(self, world: WebWorld, admin: Browser) -> None:
        path = f"/admin/users/{public_id(world, Role.NURSE)}"
        admin.get(path)
        assert admin.post(f"{path}/end-access", {"expected_version": "9" * 400}).status_code == 400


class TestAnotherClinic:
    def test_has_no_people_here(self, world: WebWorld, admin: Browser) -> None:
        world.add_clinic("north")
        with world.database.reading() as session:
            stranger = session.scalar(select(User.public_id).where(User.email == email_of(Role.NURSE, "north")))
        path = f"/admin/users/{stranger}"
        assert admin.get(path).status_code == 404
        admin.get("/admin/users/invite")
        for action in ("", "/link", "/end-access", "/restore-access"):
            assert admin.post(path + action, {"expected_version": 1, "roles": ["nurse"]}).status_code == 404

    def test_has_no_rooms_here(self, world: WebWorld, admin: Browser) -> None:
        world.add_clinic("north")
        theirs = world.sign_in(Role.ADMINISTRATOR, "north")
        theirs.submit("/admin/rooms", {"name": "OR 9"})
        path = re.search(r"/admin/rooms/\d+", theirs.get("/admin/rooms").get_data(as_text=True))
        assert path is not None
        assert admin.get(path.group()).status_code == 404
        admin.get("/admin/rooms")
        assert admin.post(path.group(), {"expected_version": 1, "name": "mine"}).status_code == 404


class TestTheClinic:
    def test_keeps_zone_weekdays_arrival_and_phone(self, world: WebWorld, admin: Browser) -> None:
        answer = admin.submit("/admin/clinic", _clinic(zone="Asia/Kathmandu", open_weekdays=["7", "1"]))
        assert answer.status_code == 303
        with world.database.reading() as session:
            clinic = session.get_one(Clinic, world.clinic_id)
        assert (clinic.zone, clinic.open_weekdays, clinic.arrive_minutes_before) == ("Asia/Kathmandu", "17", 60)
        assert (clinic.phone, clinic.version) == ("+1 303 555 0100", 2)

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"zone": "Mars/Olympus"}, "This is not a time zone."),
            ({"zone": "../etc/passwd"}, "This is not a time zone."),
            ({"zone": "America"}, "This is not a time zone."),
            ({"open_weekdays": []}, "Choose at least one weekday."),
            ({"open_weekdays": ["8"]}, "is not a valid choice"),
            ({"arrive_minutes_before": "-1"}, "Type a whole number."),
            ({"arrive_minutes_before": "601"}, "Give 0 to 600 minutes."),
            ({"arrive_minutes_before": "soon"}, "Type a whole number."),
        ],
    )
    def test_refuses_what_cannot_be_with_a_sentence(
        self, admin: Browser, change: dict[str, object], sentence: str
    ) -> None:
        answer = admin.submit("/admin/clinic", _clinic(**change))
        assert answer.status_code == 422
        assert sentence in answer.get_data(as_text=True)

    def test_refuses_an_older_form(self, admin: Browser) -> None:
        admin.submit("/admin/clinic", _clinic())
        assert admin.post("/admin/clinic", _clinic(phone="1")).status_code == 409

    def test_is_closed_on_a_day_and_opened_again(self, world: WebWorld, admin: Browser) -> None:
        data = {"on_date": "2026-11-26", "label": "Thanksgiving"}
        assert admin.submit("/admin/clinic", _clinic()).status_code == 303
        assert admin.post("/admin/closed-days", data).status_code == 303
        text = admin.get("/admin/clinic").get_data(as_text=True)
        assert "Thu 26 Nov · in 254 days" in text
        assert "Thanksgiving" in text
        again = admin.post("/admin/closed-days", data)
        assert again.status_code == 422
        assert "This day is closed already." in again.get_data(as_text=True)
        assert admin.post("/admin/closed-days/2026-11-26/open").status_code == 303
        assert admin.post("/admin/closed-days/2026-11-26/open").status_code == 404
        assert admin.post("/admin/closed-days/tomorrow/open").status_code == 404
        with world.database.reading() as session:
            assert session.get(ClosedDay, (world.clinic_id, date(2026, 11, 26))) is None
        assert event_kinds(world) == ["clinic_changed", "day_closed", "day_opened"]


class TestTheLists:
    def test_hold_rooms_payers_and_clinicians(self, world: WebWorld, admin: Browser) -> None:
        admin.submit("/admin/rooms", {"name": "OR 2"})
        admin.submit("/admin/payers", {"name": "Medicare"})
        nurse = world.user_ids[Role.NURSE]
        admin.submit("/admin/clinicians", {"name": "Dr Haddad", "kind": "physician", "user_id": str(nurse)})
        with world.database.reading() as session:
            assert [room.name for room in list_rooms(session, world.clinic_id)] == ["OR 2"]
            assert [payer.name for payer in list_payers(session, world.clinic_id)] == ["Medicare"]
            (clinician,) = list_clinicians(session, world.clinic_id)
        assert (clinician.name, clinician.kind, clinician.user_id) == ("Dr Haddad", "physician", nurse)
        assert event_kinds(world) == ["room_added", "payer_added", "clinician_added"]

    def test_take_no_name_twice(self, admin: Browser) -> None:
        admin.submit("/admin/payers", {"name": "Blue Cross"})
        answer = admin.submit("/admin/payers", {"name": "  blue  CROSS "})
        assert answer.status_code == 422
        assert "on the list already" in answer.get_data(as_text=True)

    @pytest.mark.parametrize("name", ["", "   ", "x" * 201, "—"])
    def test_take_no_name_that_says_nothing(self, admin: Browser, name: str) -> None:
        assert admin.submit("/admin/rooms", {"name": name}).status_code == 422

    def test_change_an_entry_and_take_it_out_of_use(self, world: WebWorld, admin: Browser) -> None:
        admin.submit("/admin/rooms", {"name": "OR 2"})
        path = re.search(r"/admin/rooms/\d+", admin.get("/admin/rooms").get_data(as_text=True))
        assert path is not None
        answer = admin.submit(path.group(), {"name": "OR 2 (old)", "expected_version": "1"})
        assert answer.status_code == 303
        with world.database.reading() as session:
            (room,) = list_rooms(session, world.clinic_id)
        assert (room.name, room.is_active, room.version) == ("OR 2 (old)", False, 2)
        assert admin.post(path.group(), {"name": "OR 2", "expected_version": "1"}).status_code == 409

    def test_know_nothing_of_impossible_numbers(self, admin: Browser) -> None:
        for number in ("0", "9223372036854775807", "9223372036854775808", "9" * 40):
            assert admin.get(f"/admin/rooms/{number}").status_code == 404


class TestTextThatNoDatabaseStores:
    def test_is_said_beside_the_field_and_never_written(self, admin: Browser) -> None:
        admin.get("/admin/rooms")
        answer = admin.post("/admin/rooms", {"name": "OR\x002"})
        assert answer.status_code == 422
        body = answer.get_data(as_text=True)
        assert "This held a sign that cannot be stored" in body
        assert 'value="OR2"' in body
        assert admin.get("/admin/rooms?x=%00").status_code == 400


def _roles(world: WebWorld, role: Role, roles: list[str]) -> dict[str, object]:
    return {"roles": roles, "expected_version": version_of(world, role)}


def _clinic(**change: object) -> dict[str, object]:
    return {
        "zone": "America/Denver",
        "open_weekdays": ["1", "2"],
        "arrive_minutes_before": "60",
        "phone": "+1 303 555 0100",
        "expected_version": "1",
        **change,
    }
