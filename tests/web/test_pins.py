"""A PIN is chosen with the password, proves who the second person is, and is locked before it could be guessed."""

import html

import pytest
from sqlalchemy import select, update

from tests.factories.listed import Listed
from tests.support.milestones import Milestones
from tests.support.web import PASSWORD, PIN, Browser, WebWorld
from tracker.domain.words import Role
from tracker.persistence.chain import verify_chain
from tracker.persistence.models import Case, ChecklistItemRow, Event, MemberPin, Membership, User

WRONG = "9031"


def text_of(answer: object) -> str:
    return html.unescape(answer.get_data(as_text=True))


def told(world: WebWorld) -> list[str]:
    """The events of the clinic that are not about a case, in order; the chain is whole."""
    with world.database.reading() as session:
        assert verify_chain(session, world.clinic_id).is_whole
        return list(session.scalars(select(Event.kind).where(Event.case_id.is_(None)).order_by(Event.seq)))


class TestChoosingOne:
    def choose(self, browser: Browser, pin: str = PIN, again: str = "", current: str = PASSWORD) -> tuple[int, str]:
        answer = browser.submit("/account/pin", {"pin": pin, "pin_again": again or pin, "current": current})
        return answer.status_code, text_of(answer)

    def test_takes_the_password_and_leaves_a_hash_that_nobody_else_could_use(self, world: WebWorld) -> None:
        nurse, physician = world.sign_in(Role.NURSE), world.sign_in(Role.PHYSICIAN)
        assert self.choose(nurse)[0] == 303
        assert self.choose(physician)[0] == 303
        assert self.choose(nurse, "7352")[0] == 303
        assert told(world) == ["pin_set", "pin_set", "pin_changed"]
        with world.database.reading() as session:
            hashes = session.scalars(select(MemberPin.pin_hash)).all()
            said = " ".join(session.scalars(select(Event.body)))
        assert all(each.startswith("$argon2id$") for each in hashes)
        assert not any(pin in said for pin in (PIN, "7352"))
        assert "You have none yet" not in text_of(nurse.get("/account/password"))

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"current": "not the password"}, "This is not your password."),
            ({"pin": "1234"}, "one of the first"),
            ({"again": "9031"}, "The two PINs differ."),
            ({"pin": "12"}, "Use 4 to 8 digits."),
        ],
    )
    def test_says_why_it_is_not_taken_and_repeats_nothing(
        self, world: WebWorld, values: dict[str, str], said: str
    ) -> None:
        status, page = self.choose(world.sign_in(Role.NURSE), **values)
        assert (status, said in page) == (422, True)
        assert PIN not in page and told(world) == []

    def test_is_taken_away_but_not_chosen_by_an_administrator(self, world: WebWorld) -> None:
        world.give_pin(Role.NURSE)
        admin = world.sign_in(Role.ADMINISTRATOR)
        with world.database.reading() as session:
            nurse = session.execute(select(User).where(User.id == world.user_ids[Role.NURSE])).scalar_one()
        page = f"/admin/users/{nurse.public_id}"
        assert "Take the PIN away" in text_of(admin.get(page))
        assert admin.post(f"{page}/clear-pin", {"expected_version": nurse.version}).status_code == 303
        assert told(world) == ["member_pin_cleared"]
        assert "Take the PIN away" not in text_of(admin.get(page))
        assert admin.post(f"{page}/clear-pin", {"expected_version": nurse.version + 1}).status_code == 400


class Checklist:
    """A nurse at the checklist of an implant, whose drug two must read; a colleague stands beside her."""

    def __init__(self, world: WebWorld) -> None:
        self.world = world
        with world.database.writing() as session:
            listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
            case = listed.case(listed.patient("Okafor", "James"), "implant_day")
            listed.visit(case, "implant", hours=0, state="arrived")
            self.url = f"/day/visits/{case.public_id}/20"
        self.browser = world.sign_in(Role.NURSE)
        self.browser.get(self.url)

    def answer(self, second: int | None, **values: str) -> tuple[int, str]:
        with self.world.database.reading() as session:
            version = session.scalars(select(Case.version)).one()
        data = {"item": "drug_check", "state": "done", "value": "lot 7", "second_by": second or "", **values}
        answer = self.browser.post(self.url, {**data, "expected_version": version})
        return answer.status_code, text_of(answer)

    @property
    def is_answered(self) -> bool:
        with self.world.database.reading() as session:
            return session.scalar(select(ChecklistItemRow.seq)) is not None


@pytest.fixture
def checklist(world: WebWorld) -> Checklist:
    world.give_pin(Role.PHYSICIAN)
    return Checklist(world)


class TestTheSecondPerson:
    def test_confirms_with_their_own_pin(self, world: WebWorld, checklist: Checklist) -> None:
        status, _ = checklist.answer(world.user_ids[Role.PHYSICIAN], pin=PIN)
        assert (status, checklist.is_answered) == (303, True)
        page = text_of(checklist.browser.get(checklist.url))
        assert "Physician Person 09:00" in page
        case = checklist.url.split("/")[3]
        assert "Physician Person confirmed with their own PIN" in text_of(checklist.browser.get(f"/cases/{case}"))

    def test_is_not_the_first_one_whoever_types_what(self, world: WebWorld, checklist: Checklist) -> None:
        mine = world.give_pin(Role.NURSE, pin="7352")
        for second, pin in ((Role.NURSE, mine), (Role.PHYSICIAN, mine), (Role.PHYSICIAN, ""), (Role.NURSE, "")):
            status, page = checklist.answer(world.user_ids[second], pin=pin)
            assert status == 422
            assert 'value="lot 7"' in page, "what was typed is kept"
            assert not pin or pin not in page, "but no PIN"
        assert not checklist.is_answered

    def test_is_told_when_the_pin_is_wrong_until_it_is_locked(self, world: WebWorld, checklist: Checklist) -> None:
        second = world.user_ids[Role.PHYSICIAN]
        status, page = checklist.answer(second, pin=WRONG)
        assert (status, "This is not the PIN of Physician Person. 4 more tries" in page) == (422, True)
        for _ in range(4):
            status, page = checklist.answer(second, pin=WRONG)
        assert "is locked after 5 wrong tries" in page
        assert told(world) == ["pin_refused"] * 5 + ["pin_locked"]

        status, page = checklist.answer(second, pin=PIN)
        assert (status, "is locked" in page, checklist.is_answered) == (422, True, False)
        world.sign_in_by_form(Role.PHYSICIAN)
        assert told(world)[-1] == "pin_unlocked"
        assert checklist.answer(second, pin=PIN)[0] == 303

    def test_works_at_the_clinic_has_a_pin_and_may_do_it(self, world: WebWorld, checklist: Checklist) -> None:
        world.add_clinic("north")
        stranger = world.clinics["north"][1][Role.PHYSICIAN]
        for role, clinic in ((Role.PHYSICIAN, "north"), (Role.FRONT_DESK, "main")):
            world.give_pin(role, clinic)
        for second, said in (
            (stranger, "Choose somebody of this clinic."),
            (world.user_ids[Role.FRONT_DESK], "Choose somebody of this clinic."),
        ):
            status, page = checklist.answer(second, pin=PIN)
            assert (status, said in page) == (422, True)
        gone = world.user_ids[Role.PHYSICIAN]
        with world.database.writing() as session:
            session.execute(update(Membership).where(Membership.user_id == gone).values(is_active=False))
        assert checklist.answer(gone, pin=PIN)[0] == 422
        assert not checklist.is_answered and told(world) == []

    def test_without_a_pin_is_told_where_to_choose_one(self, world: WebWorld, checklist: Checklist) -> None:
        with world.database.writing() as session:
            session.query(MemberPin).delete()
        status, page = checklist.answer(world.user_ids[Role.PHYSICIAN], pin=PIN)
        assert (status, "has no PIN yet. It is chosen under My account." in page) == (422, True)


@pytest.mark.parametrize(
    ("stage", "path"), [("trial_day", "give-dose"), ("implant_day", "implant"), ("maintained", "refill")]
)
def test_the_form_of_a_dose_or_fill_asks_for_the_pin_and_forgets_it(
    milestones: Milestones, stage: str, path: str
) -> None:
    world, journey = milestones.at(stage)
    browser, url = world.sign_in(Role.NURSE), f"/cases/{journey.public_id}/{path}"
    typed = {"second_by": world.user_ids[Role.PHYSICIAN], "lot": "L-9", "expected_version": journey.version}
    page = text_of(browser.submit(url, typed))
    assert "The second person types their own PIN." in page
    world.give_pin(Role.PHYSICIAN)
    page = text_of(browser.submit(url, {**typed, "pin": WRONG}))
    assert "This is not the PIN of Physician Person." in page
    assert 'value="L-9"' in page and WRONG not in page
