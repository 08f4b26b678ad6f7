"""The page of the day: what each role reads of a visit, in which order, what can be pressed, and how it stays fresh."""

import re
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, update

from tests.factories.listed import Listed
from tests.support.day import CLINICAL, Today, page, words_of
from tests.support.journey import journey_in
from tests.support.statements import sent
from tests.support.web import Browser, WebWorld
from tracker.domain.facts import Arrangement, VisitLoss, VisitMoment
from tracker.domain.words import Role
from tracker.persistence.models import AccessEntry, Case, Clinic, Patient, SigninSession
from tracker.services import visit_day
from tracker.services.visit_day import Arranged

NURSE, DESK = Role.NURSE, Role.FRONT_DESK


def families(body: str) -> list[str]:
    """Whose visits are listed, in order."""
    return re.findall(r'class="person-family">([^<]+)<', body)


class TestRows:
    def test_say_who_is_late_with_word_and_time(self, world: WebWorld, today: Today) -> None:
        arrive_at = world.clock.now() - timedelta(minutes=1)
        today.visit("Late", arrive_at=arrive_at)
        today.visit("Punctual", hours=2, arrive_at=world.clock.now())
        body = page(world)
        assert "Late since 08:59, not here yet" in body
        assert body.count("Late since") == 1 and "1 late" in body

    def test_say_by_how_much_somebody_came_late(self, world: WebWorld, today: Today) -> None:
        today.visit("Slow", hours=-0.5, state="arrived", effective_at=world.clock.now())
        assert "Arrived 09:00, 30 min late" in page(world)
        today.visit("Slower", hours=-2.25, state="arrived", effective_at=world.clock.now())
        assert "Arrived 09:00, 2 h 15 min late" in page(world)

    @pytest.mark.parametrize(("state", "said"), [("booked", "Not confirmed"), ("confirmed", "Confirmed")])
    def test_say_whether_somebody_confirmed(self, world: WebWorld, today: Today, state: str, said: str) -> None:
        today.visit("Okafor", state=state)
        assert f">{said}<" in page(world)

    def test_name_escort_anaesthesia_and_interpreter(self, world: WebWorld, today: Today) -> None:
        case, _ = today.visit("Ruiz", patient={"language": "es"})
        assert "Escort not asked yet" in page(world) and "Speaks Spanish: interpreter not asked yet" in page(world)
        today.fact(case, Arrangement, 30)
        body = page(world)
        assert "Escort: the daughter, 303 555 0188" in body
        assert "Anaesthesia: sedation" in body and "Interpreter booked: Spanish" in body

    def test_name_the_one_thing_missing(self, world: WebWorld, today: Today) -> None:
        case, _ = today.visit("Okafor", stage="trial_day", state="arrived", hours=0)
        assert "Next: Two identifiers checked" in page(world)
        with world.database.writing() as session:
            missing = {"first_blocker": "consent_missing", "first_blocker_params": {"purpose": "trial"}}
            session.execute(update(Case).where(Case.id == case.id).values(blocker_count=2, **missing))
        assert "Consent for the trial is not signed (+1)" in page(world)

    def test_ask_for_an_escort_where_sedation_is_planned(self, world: WebWorld, today: Today) -> None:
        case, _ = today.visit("Okafor")
        nobody = {"escort": "nobody", "escort_name": "", "escort_phone": ""}
        today.fact(case, Arrangement, 30, anaesthesia="sedation", **nobody)
        assert "Nobody is named who takes the patient home" in page(world)

    @pytest.mark.parametrize("kind", ["preparation", "procedure"])
    def test_say_by_when_to_inject_and_when_that_has_passed(self, world: WebWorld, today: Today, kind: str) -> None:
        with world.database.writing() as session:
            session.execute(update(Clinic).values(closes_at="14:00"))
        case, _ = today.visit("Okafor", stage="trial_day", state="arrived", hours=0)
        today.fact(case, VisitMoment, 31, kind=kind)
        world.clock.advance(hours=1)
        assert "Inject by 10:00" in page(world) and "beyond closing" not in page(world)
        world.clock.advance(seconds=1)
        body = page(world)
        assert "An injection now is watched beyond closing at 14:00" in body and "Was to be injected by 10:00" in body

    @pytest.mark.parametrize("state", ["cancelled", "no_show"])
    def test_say_why_a_visit_was_lost_and_who_tells(self, world: WebWorld, today: Today, state: str) -> None:
        case, _ = today.visit("Okafor", hours=-1, state=state, effective_at=world.clock.now())
        teller = world.user_ids[Role.PHYSICIAN]
        today.fact(case, VisitLoss, 30, cause="no_bed", held="teller", teller_id=teller)
        body = page(world)
        assert ("Cancelled today" if state == "cancelled" else "Did not come") in body
        assert "Because: no bed" in body and "Physician Person tells the patient about held medicines" in body

    @pytest.mark.parametrize("state", ["booked", "arrived", "completed"])
    def test_say_nothing_of_a_loss_once_the_visit_was_put_back(self, world: WebWorld, today: Today, state: str) -> None:
        case, _ = today.visit("Okafor", "implant", hours=1, state=state, stage="implant_day")
        today.fact(case, VisitLoss, 30, cause="broken_off", held="teller", teller_id=world.user_ids[Role.PHYSICIAN])
        body = page(world)
        assert "Okafor" in body and "Because:" not in body and "tells the patient about held medicines" not in body
        assert ('Arrived<span class="sr">: Okafor' in body) is (state == "booked"), "who comes again is asked anew"

    def test_keep_who_was_operated_on_until_they_leave(self, world: WebWorld, today: Today) -> None:
        case, _ = today.visit("Okafor", hours=-1, state="cancelled", stage="implant_to_book", purpose="implant")
        today.fact(case, VisitLoss, 30, cause="broken_off", held="nothing", teller_id=None)
        body = page(world)
        assert "1 here now" in body and "Observing 09:00" in body and "Cancelled today" not in body


class TestRooms:
    def test_hold_their_visits_in_order_and_those_without_one_come_last(self, world: WebWorld, today: Today) -> None:
        today.visit("Nowhere", hours=0.5)
        today.visit("Second", hours=3, room="B")
        today.visit("First", hours=1, room="B")
        today.visit("Other", hours=2, room="A")
        assert families(page(world)) == ["Other", "First", "Second", "Nowhere"]
        assert families(page(world, path="/day?by=time")) == ["Nowhere", "First", "Other", "Second"]

    def test_change_their_order_without_moving_a_visit(self, world: WebWorld, today: Today) -> None:
        for number, name in enumerate(("One", "Two", "Three"), start=1):
            today.visit(name, "evaluation", hours=number, stage="evaluation_booked", room="A")
        browser = world.sign_in(DESK)
        assert self.press(browser, world, "Three", "earlier") == ["One", "Three", "Two"]
        assert self.press(browser, world, "Three", "earlier") == ["Three", "One", "Two"]
        assert self.press(browser, world, "Three", "earlier") == ["Three", "One", "Two"]
        assert self.press(browser, world, "One", "later") == ["Three", "Two", "One"]
        assert families(page(world, path="/day?by=time")) == ["One", "Two", "Three"]

    def press(self, browser: Browser, world: WebWorld, family: str, way: str) -> list[str]:
        browser.get("/day")
        with world.database.reading() as session:
            case = session.scalars(
                select(Case).join(Patient, Patient.id == Case.patient_id).where(Patient.family_name == family)
            ).one()
        url = f"/day/visits/{case.public_id}/20/turn"
        response = browser.post(url, {"expected_version": case.version, "way": way})
        assert response.status_code == 303
        return families(browser.get("/day").get_data(as_text=True))


class TestTheFrontDesk:
    @pytest.fixture
    def full_day(self, world: WebWorld, today: Today) -> None:
        """A visit in every state, with everything that there is to say of it."""
        kinds = ("preparation", "procedure", "observation", "ready", "discharged", "admitted", "transferred")
        for number, kind in enumerate(kinds):
            over = {"state": "completed"} if number > 3 else {"state": "arrived"}
            case, _ = today.visit(
                f"P{number}", hours=-1, stage="trial_day", effective_at=world.clock.now() - timedelta(hours=1),
                patient={"allergies": "latex"}, **over,
            )  # fmt: skip
            today.fact(case, VisitMoment, 31, kind=kind)
            today.fact(case, Arrangement, 32)
        for state in ("booked", "cancelled", "no_show"):
            case, _ = today.visit(f"Q{state}", hours=-1, state=state, effective_at=world.clock.now())
            today.fact(case, Arrangement, 32)
            if state != "booked":
                today.fact(case, VisitLoss, 33)
        with world.database.writing() as session:
            session.execute(update(Clinic).values(closes_at="17:00"))
            missing = {"first_blocker": "consent_missing", "first_blocker_params": {"purpose": "trial"}}
            session.execute(update(Case).values(blocker_count=1, **missing))

    def test_reads_no_clinical_detail(self, world: WebWorld, full_day: None) -> None:
        body = page(world, DESK)
        assert len(families(body)) == 10
        assert CLINICAL.findall(words_of(body)) == []
        assert CLINICAL.findall(words_of(page(world, NURSE))) != []

    def test_reads_where_people_are_in_plain_words(self, world: WebWorld, full_day: None) -> None:
        words = words_of(page(world, DESK))
        assert words.count("With a nurse 09:00") == 3
        assert words.count("May go 09:00") == 1 and words.count("Left 09:00") == 3
        assert "Escort: the daughter" in words and "Interpreter booked" in words

    @pytest.mark.parametrize(
        ("role", "said"),
        [
            (DESK, {"complete", "arrange", "no-show"}),
            (NURSE, {"complete", "arrange", "no-show", "stands", "cancel", "move"}),
            (Role.PHYSICIAN, {"arrange", "stands"}),
            (Role.THERAPIST, set()),
        ],
    )
    def test_says_of_a_visit_what_is_theirs_to_say(
        self, world: WebWorld, full_day: None, role: Role, said: set[str]
    ) -> None:
        browser = world.sign_in(role)
        body = browser.get("/day").get_data(as_text=True)
        pages = [browser.get(each).get_data(as_text=True) for each in re.findall(r'href="(/day/[^"]+/more)', body)]
        assert len(pages) == (5 if said else 0)
        assert set(re.findall(r"/visit/20/([a-z-]+)", "".join([body, *pages]))) == said
        assert role != DESK or CLINICAL.findall(" ".join(map(words_of, pages))) == []

    def test_sees_no_anaesthesia_on_the_form(self, world: WebWorld, today: Today) -> None:
        case, number = today.visit("Okafor")
        today.fact(case, Arrangement, 30)
        path = f"/cases/{case.public_id}/visit/{number}/arrange"
        body = page(world, DESK, path)
        assert "the daughter" in body and CLINICAL.findall(words_of(body)) == []
        assert "Anaesthesia planned" in page(world, NURSE, path)

    def test_cannot_slip_an_anaesthesia_into_the_form(self, world: WebWorld, today: Today) -> None:
        case, number = today.visit("Okafor")
        browser = world.sign_in(DESK)
        data = {"expected_version": case.version, "escort": "nobody", "anaesthesia": "general"}
        browser.submit(f"/cases/{case.public_id}/visit/{number}/arrange", data)
        assert "Anaesthesia" not in page(world, NURSE)


class TestFreshness:
    def test_is_asked_for_with_a_mark_alone(self, world: WebWorld, today: Today) -> None:
        today.visit("Okafor")
        browser = world.sign_in(NURSE)
        first = browser.get("/day/pulse")
        assert first.status_code == 200 and first.get_data() == b""
        again = browser.get("/day/pulse", headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304

    def test_changes_with_the_case_the_patient_and_the_clock(self, world: WebWorld, today: Today) -> None:
        arrive_at = world.clock.now() + timedelta(minutes=30)
        today.visit("Okafor", hours=1, arrive_at=arrive_at)
        marks = [self.mark(world)]
        for table, values in ((Case, {"version": 2}), (Case, {"blocker_count": 1}), (Patient, {"version": 2})):
            with world.database.writing() as session:
                session.execute(update(table).values(**values).execution_options(synchronize_session=False))
            marks.append(self.mark(world))
        assert len(set(marks)) == 4
        # Nothing is written: the patient becomes late, the visit should have begun, it is too late to inject.
        with world.database.writing() as session:
            session.execute(update(Clinic).values(closes_at="15:00"))
        for minutes in (30, 30, 60):
            world.clock.advance(minutes=minutes)
            assert self.mark(world) == marks[-1]
            world.clock.advance(seconds=1)
            marks.append(self.mark(world))
            assert marks[-1] != marks[-2]
            world.clock.advance(seconds=-1)

    def mark(self, world: WebWorld) -> str:
        return world.sign_in(NURSE).get("/day/pulse").headers["ETag"]

    def test_of_another_clinic_says_nothing_here(self, world: WebWorld, today: Today) -> None:
        before = self.mark(world)
        other = world.add_clinic("other")
        with world.database.writing() as session:
            listed = Listed(session, other, world.clock.now(), world.ids)
            listed.visit(listed.case(listed.patient("Theirs"), "trial_booked"), "trial", hours=1)
        assert self.mark(world) == before

    def test_leaves_no_entry_where_nobody_is_shown_but_the_list_does(self, world: WebWorld, today: Today) -> None:
        today.visit("Okafor")
        browser = world.sign_in(NURSE)
        browser.get("/day/pulse")
        assert self.entries(world) == 0
        rows = browser.get("/day/rows")
        assert rows.headers["Day-Mark"] == browser.get("/day/pulse").headers["ETag"].strip('"')
        assert self.entries(world) == 1

    def entries(self, world: WebWorld) -> int:
        with world.database.reading() as session:
            return session.scalar(select(func.count()).select_from(AccessEntry)) or 0

    @pytest.mark.parametrize(("path", "is_kept"), [("/day/pulse", False), ("/day/rows", False), ("/day", True)])
    def test_asked_for_by_itself_keeps_nobody_signed_in(self, world: WebWorld, path: str, is_kept: bool) -> None:
        browser = world.sign_in(NURSE)
        by_script = {} if is_kept else {"headers": {"Sec-Fetch-Dest": "empty"}}
        began = world.clock.now()
        world.clock.advance(minutes=10)
        browser.get(path, **by_script)
        assert (self.seen_at(world) > began) is is_kept
        world.clock.advance(minutes=6)
        assert (browser.get(path, **by_script).status_code == 200) is is_kept

    def seen_at(self, world: WebWorld) -> datetime:
        with world.database.reading() as session:
            seen_at = session.scalar(select(SigninSession.last_seen_at))
        assert seen_at is not None
        return seen_at

    def test_is_not_offered_on_another_day(self, world: WebWorld) -> None:
        assert "data-day-live" in page(world)
        assert "data-day-live" not in page(world, path="/day?on=2026-03-18")


def test_a_day_of_sixty_takes_few_statements(world: WebWorld, today: Today) -> None:
    """However many visits, and whatever is known of them."""
    for number in range(60):
        case, _ = today.visit(f"P{number}", hours=number / 8 - 2, stage="trial_day", state="arrived")
        today.fact(case, VisitMoment, 31, hours=-1, kind="procedure")
        today.fact(case, Arrangement, 32)
    browser = world.sign_in(NURSE)
    for path, most in (("/day", 8), ("/day/rows", 8), ("/day/pulse", 4)):
        with sent(world.database.read) as said:
            response = browser.get(path)
        assert response.status_code == 200
        assert len(said) <= most, f"{path} takes {len(said)} statements"


def test_a_pressed_arrival_of_a_visit_that_moved_meanwhile_is_refused(world: WebWorld) -> None:
    """The row was made from an older version: nothing is written over what is newer."""
    journey = journey_in(world).go("implant_booked")
    visit = journey.visit_for("implant")
    world.clock.set(journey.look().snapshot.booked("implant").starts_at)
    browser = world.sign_in(DESK)
    browser.get("/day")
    version = journey.look().head.version
    given = Arranged(escort="nobody", escort_name="", escort_phone="", interpreter="")
    journey.do(NURSE, partial(visit_day.arrange, appointment=visit, arranged=given))
    response = browser.post(f"/day/visits/{journey.public_id}/{visit}/arrive", {"expected_version": version})
    assert response.status_code == 409
    assert journey.stage == "implant_booked"
