"""What a tablet is given to go on without network, and what it is not."""

import re

import pytest
from sqlalchemy import select

from tests.factories.facts import make
from tests.factories.listed import Listed
from tests.support.statements import sent
from tests.support.web import Browser, WebWorld
from tracker.domain.access import Actor, Permission
from tracker.domain.facts import Determination, TrialDose
from tracker.domain.words import Role
from tracker.persistence.facts import insert_fact
from tracker.persistence.models import AccessEntry, Case
from tracker.web.common.security_headers import CONTENT_SECURITY_POLICY


def fill(world: WebWorld, patients: int = 2) -> list[str]:
    """Patients who come for a trial today, the first of another day; returns their cases."""
    cases = []
    with world.database.writing() as session:
        listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
        for number in range(patients):
            case = listed.case(listed.patient(f"Okafor{number}", "James"), "trial_day")
            listed.visit(case, "trial", hours=0 if number else 48, state="arrived" if number else "booked")
            cases.append(case.public_id)
    return cases


def nurse(world: WebWorld) -> Browser:
    world.give_pin(Role.NURSE)
    browser = world.sign_in(Role.NURSE)
    browser.get("/day")
    return browser


class TestTheDayToTakeAlong:
    def test_is_todays_list_and_its_checklists(self, world: WebWorld) -> None:
        cases = fill(world)
        browser = nurse(world)
        browser.post(f"/day/visits/{cases[1]}/20", {"item": "identity", "state": "done", "seen": 0})
        response = browser.get("/day/along")
        said = response.get_json()
        assert [visit["name"] for visit in said["visits"]] == ["Okafor1, James"]
        [visit] = said["visits"]
        assert [each["item"] for each in visit["answers"]] == ["identity"]
        assert visit["answers"][0]["said"].startswith("Done · Nurse Person")
        rules = said["checklists"][visit["checklist"]]
        assert [rule["stops"] for rule in rules if rule["key"] == "identity"] == [True]
        assert response.headers["Cache-Control"] == "no-store"

    def test_holds_no_more_than_the_list_shows(self, world: WebWorld) -> None:
        fill(world)
        [visit] = nurse(world).get("/day/along").get_json()["visits"]
        assert set(visit) == {
            "case", "appointment", "time", "name", "born", "procedure", "room", "state", "stops", "checklist",
            "not_asked", "waits_for", "answers", "allergies", "known", "alike", "warnings",
            "arranged", "reservoir_ml",
        }  # fmt: skip

    def test_holds_what_the_time_out_asks_for(self, world: WebWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        with world.database.writing() as session:
            listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
            for number, purpose in enumerate(("trial", "implant")):
                case = listed.case(listed.patient(f"Okafor{number}", "James", allergies="latex"), f"{purpose}_day")
                listed.visit(case, purpose, hours=number, state="arrived")
                for seq, kind, value in ((40, "dose_order", "50"), (41, "dose_order", "75"), (42, "pump_order", "x")):
                    order = make(Determination, seq, kind=kind, value=value, reason="SynchroMed II")
                    insert_fact(session, world.clinic_id, case.id, order)
        browser = nurse(world)
        trial, implant = browser.get("/day/along").get_json()["visits"]
        assert trial["allergies"] == implant["allergies"] == "latex"
        assert [(each["label"], each["text"]) for each in trial["known"]] == [
            ("Ordered", "75 mcg baclofen"),
            ("Allergies", "latex"),
        ]
        assert [(each["label"], each["text"], each["item"]) for each in implant["known"]] == [
            ("Pump ordered", "SynchroMed II", ""),
            ("Catheter ordered", "not ordered", ""),
            ("Side", "not marked yet", "site"),
            ("Allergies", "latex", ""),
        ]
        is_let = Actor.may
        monkeypatch.setattr(Actor, "may", lambda self, what: what != Permission.SEE_CLINICAL and is_let(self, what))
        for visit in browser.get("/day/along").get_json()["visits"]:
            assert (visit["allergies"], visit["known"]) == ("", [])

    def test_says_which_dose_is_waited_for_until_it_is_recorded(self, world: WebWorld) -> None:
        [_, public_id] = fill(world)
        browser = nurse(world)
        [visit] = browser.get("/day/along").get_json()["visits"]
        assert visit["waits_for"] == "Test dose"
        with world.database.writing() as session:
            case, now = session.scalars(select(Case).where(Case.public_id == public_id)).one(), world.clock.now()
            dose = make(TrialDose, 40, appointment=20, effective_at=now, recorded_at=now)
            insert_fact(session, world.clinic_id, case.id, dose)
        [visit] = browser.get("/day/along").get_json()["visits"]
        assert visit["waits_for"] == ""

    def test_is_recorded_as_seen(self, world: WebWorld) -> None:
        fill(world)
        nurse(world).get("/day/along")
        with world.database.reading() as session:
            entry = session.scalars(select(AccessEntry).where(AccessEntry.page == "day.along")).one()
        assert (entry.user_id, entry.row_count) == (world.user_ids[Role.NURSE], 1)

    def test_is_empty_for_whoever_has_no_pin(self, world: WebWorld) -> None:
        fill(world)
        browser = world.sign_in(Role.NURSE)
        browser.get("/day")
        said = browser.get("/day/along").get_json()
        assert said["pin_set_at"] is None and "visits" not in said

    def test_takes_as_many_statements_for_many_visits_as_for_one(self, world: WebWorld) -> None:
        fill(world)
        browser = nurse(world)
        with sent(world.database.read) as few:
            browser.get("/day/along")
        fill(world, 9)
        with sent(world.database.read) as many:
            browser.get("/day/along")
        assert len(few) == len(many)

    def test_is_locked_with_the_right_pin_only(self, world: WebWorld) -> None:
        browser = nurse(world)
        assert browser.post("/day/along/pin", {"pin": "4711"}).status_code == 200
        wrong = browser.post("/day/along/pin", {"pin": "4712"})
        assert wrong.status_code == 422 and "4 more tries" in wrong.get_json()["problem"]


class TestThePageWithoutNetwork:
    def test_is_the_same_for_everybody_and_sets_no_cookie(self, world: WebWorld) -> None:
        fill(world)
        anybody, somebody = world.browser().get("/day/offline"), nurse(world).get("/day/offline")
        assert anybody.status_code == 200
        assert anybody.get_data() == somebody.get_data()
        assert "Set-Cookie" not in anybody.headers

    def test_and_its_files_are_all_that_the_worker_keeps(self, world: WebWorld) -> None:
        browser = world.browser()
        parts = browser.get("/day/offline/parts").get_json()["parts"]
        body = browser.get("/day/offline").get_data(as_text=True)
        needed = [each for each in re.findall(r'(?:href|src)="(/[^"]+)"', body) if each != "/day"]
        assert set(needed) <= set(parts)
        assert [each for each in parts if not each.startswith("/static/")] == ["/day/offline"]
        for part in parts:
            response = browser.get(part)
            assert response.status_code == 200
            imported = re.findall(r'from "\./([^"]+)"', response.get_data(as_text=True))
            assert {f"/static/offline/{each}" for each in imported} <= set(parts)

    def test_has_a_worker_that_looks_after_the_day_alone(self, world: WebWorld) -> None:
        response = world.browser().get("/day/offline-worker.js?v=1")
        assert response.headers["Service-Worker-Allowed"] == "/day"
        assert response.mimetype == "text/javascript"
        assert response.headers["Cache-Control"] == "no-store"
        assert "worker-src 'self'" in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(("role", "is_asked"), [(Role.NURSE, True), (Role.COORDINATOR, False)])
def test_the_day_asks_only_who_answers_checklists(world: WebWorld, role: Role, is_asked: bool) -> None:
    body = world.sign_in(role).get("/day").get_data(as_text=True)
    assert ("data-offline=" in body) == is_asked


def test_signing_out_leaves_what_is_not_saved(world: WebWorld) -> None:
    for fields, cleared in (({}, '"cache"'), ({"unsaved": "none"}, '"cache", "storage"')):
        browser = world.sign_in(Role.NURSE)
        browser.get("/day")
        assert browser.post("/sign-out", fields).headers["Clear-Site-Data"] == cleared
