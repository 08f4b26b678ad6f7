"""The page of a case: who sees what, what is next, what stands in the way; every link on it leads somewhere."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from tests.support.journey import ORDER, Journey
from tests.support.statements import sent
from tests.support.web import WebWorld
from tracker.domain.words import Role
from tracker.persistence.models import AccessEntry
from tracker.services import checklists, corrections, decisions, steps, trials
from tracker.services.checklists import Answer

At = Callable[[str], tuple[WebWorld, Journey]]
LINK = re.compile(r'href="(/(?:cases|day)/[^"]+)"')
#: What the page may ask the database, signing in included.
MOST_STATEMENTS = 17


def page_of(world: WebWorld, journey: Journey, role: Role = Role.PHYSICIAN) -> str:
    """The page as a role sees it."""
    answer = world.sign_in(role).get(f"/cases/{journey.public_id}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


class TestThePage:
    @pytest.mark.slow
    @pytest.mark.parametrize("stage", ORDER)
    def test_has_only_links_that_its_reader_may_follow(self, at: At, stage: str) -> None:
        world, journey = at(stage)
        for role in (Role.COORDINATOR, Role.NURSE, Role.PHYSICIAN, Role.MANAGER, Role.THERAPIST, Role.FRONT_DESK):
            browser = world.sign_in(role)
            text = browser.get(f"/cases/{journey.public_id}").get_data(as_text=True)
            found = {url.replace("&amp;", "&") for url in LINK.findall(text)}
            assert {url: code for url in found if (code := browser.get(url).status_code) != 200} == {}

    def test_says_who_the_patient_is(self, at: At) -> None:
        text = page_of(*at("implant_booked"))
        for said in (
            "Okafor",
            "James",
            "12 Mar 1961",
            "MRN 004401",
            "allergy: latex",
            "prefers e-mail",
            "james1@example.org (patient)",
        ):
            assert said in text

    def test_says_what_stands_in_the_way_and_who_clears_it(self, at: At) -> None:
        text = page_of(*at("implant_booked"), Role.NURSE)
        assert "Consent for the implant is not signed" in text
        assert "Nurse or physician" in text
        assert "/consent?purpose=implant" in text

    def test_shows_the_trial_and_its_outcome_on_the_path(self, at: At) -> None:
        assert "positive, 50 mcg" in page_of(*at("implant_booked"))

    @pytest.mark.parametrize("stage", ["trial_review", "implant_decision"])
    def test_puts_no_answer_into_anybodys_mouth(self, at: At, stage: str) -> None:
        text = page_of(*at(stage))
        for presumed in ("Trial positive", "Implant accepted"):
            assert f'<p class="next-step">{presumed}' not in text

    def test_is_recorded_as_seen(self, at: At) -> None:
        world, journey = at("evaluating")
        page_of(world, journey, Role.MANAGER)
        with world.database.reading() as session:
            seen = session.execute(
                select(AccessEntry.user_id, AccessEntry.page).order_by(AccessEntry.id.desc()).limit(1)
            ).one()
        assert tuple(seen) == (world.user_ids[Role.MANAGER], "cases.show")

    def test_asks_the_database_little(self, at: At) -> None:
        world, journey = at("maintained")
        browser = world.sign_in(Role.PHYSICIAN)
        with sent(world.database.read) as asked:
            browser.get(f"/cases/{journey.public_id}")
        assert len(asked) <= MOST_STATEMENTS

    def test_of_an_unknown_case_is_not_found(self, at: At) -> None:
        world, _ = at("referred")
        assert world.sign_in(Role.PHYSICIAN).get(f"/cases/{'f' * 32}").status_code == 404

    def test_of_another_clinic_is_not_found(self, at: At) -> None:
        world, journey = at("referred")
        browser = world.sign_in(Role.PHYSICIAN, "north")
        assert browser.get(f"/cases/{journey.public_id}").status_code == 404


class TestTheFrontDesk:
    def test_sees_identity_and_visits_without_clinical_detail(self, at: At) -> None:
        world, journey = at("implant_booked")
        text = page_of(world, journey, Role.FRONT_DESK).partition("<main")[2].partition("</main>")[0]
        assert "12 Mar 1961" in text
        assert "james1@example.org" in text
        for hidden in ("latex", "implant", "Implant", "consent", "Trial", "sclerosis", "History", "mcg"):
            assert hidden not in text, hidden

    def test_marks_the_arrival_with_one_press(self, at: At) -> None:
        world, journey = at("trial_to_book")
        number = journey.book("trial", journey.in_days(3))
        journey.sign("trial")
        world.clock.advance(days=3)
        browser = world.sign_in(Role.FRONT_DESK)
        assert "Arrived" in browser.get(f"/cases/{journey.public_id}").get_data(as_text=True)
        url = f"/cases/{journey.public_id}/visit/{number}/arrive"
        answer = browser.post(url, {"expected_version": journey.version})
        assert answer.status_code == 303
        assert "Trial day" not in browser.get(answer.headers["Location"]).get_data(as_text=True)
        assert journey.stage == "trial_day"


class TestTheHistory:
    def test_strikes_through_what_was_wrong_beside_the_reason(self, at: At) -> None:
        world, journey = at("trial_review")
        journey.do(Role.PHYSICIAN, lambda w, r: trials.record_outcome(w, r, outcome="negative_final"))
        wrong = journey.look().snapshot.facts[-1].seq
        journey.do(Role.PHYSICIAN, lambda w, r: corrections.strike(w, r, seq=wrong, reason="read the wrong line"))
        text = page_of(world, journey)
        assert "<s>Trial outcome: negative, final.</s>" in text
        assert "read the wrong line" in text

    def test_says_when_something_was_written_later_than_it_happened(self, at: At) -> None:
        assert "written" in page_of(*at("referred"))

    def test_tells_a_checklist_in_one_line(self, at: At) -> None:
        world, journey = at("trial_day")
        visit = journey.visit_for("trial")
        for item in ("identity", "consent", "gown"):
            given = Answer(item=item)
            journey.do(Role.NURSE, lambda w, r, a=given: checklists.answer_item(w, r, appointment=visit, answer=a))
        assert "Checklist: 3 items answered." in page_of(world, journey)
        for given in (Answer("anaesthesia", value="sedation"), Answer("sedation", value="08:00", reason="in a hurry")):
            journey.do(Role.NURSE, lambda w, r, a=given: checklists.answer_item(w, r, appointment=visit, answer=a))
        text = page_of(world, journey)
        assert "Checklist: 4 items answered." in text and "in a hurry (missing: Sedative as ordered" in text

    def test_names_who_did_it(self, at: At) -> None:
        assert "Coordinator Person" in page_of(*at("referred"))

    def test_tells_a_deviation_with_its_reason(self, at: At) -> None:
        world, journey = at("trial_day")
        journey.dose(deviation_reason="bag pulled forward")
        text = page_of(world, journey)
        assert "Done against the plan: bag pulled forward" in text
        assert "Deviation to review" in text


class TestAClosedCase:
    def test_says_why_nothing_is_next_and_how_it_could_go_on(self, at: At) -> None:
        world, journey = at("implant_decision")
        journey.do(
            Role.COORDINATOR, lambda w, r: decisions.record_decision(w, r, decision="declined", reason="fears surgery")
        )
        text = page_of(world, journey)
        assert "Declined" in text
        assert "Reopen" in text
        assert "is-failed" in text

    def test_of_somebody_who_died_keeps_its_pump_in_sight(self, at: At) -> None:
        world, journey = at("maintained")
        second = world.user_ids[Role.NURSE]
        journey.do(
            Role.PHYSICIAN,
            lambda w, r: steps.record_death(w, r, died_on=journey.today, source="the daughter", second_by=second),
        )
        text = page_of(world, journey)
        assert "Deceased" in text
        assert "SynchroMed II" in text


class TestHold:
    def test_stands_above_everything_else(self, at: At) -> None:
        world, journey = at("evaluating")
        review = journey.in_days(14).date()
        journey.do(Role.PHYSICIAN, lambda w, r: steps.hold(w, r, until_on=review, reason="waits for records"))
        assert "waits for records" in page_of(world, journey)


def test_looking_takes_no_version(at: At) -> None:
    """Who looks at a page must not make somebody's form stale."""
    world, journey = at("evaluating")
    page_of(world, journey)
    assert journey.look().head.version == journey.version
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AccessEntry)) > 0
