"""Consents on their pages: read and signed on the tablet, printed blank and filled, and shown only to their clinic."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.support.journey import Journey
from tests.support.web import WebWorld
from tracker.domain.consent_texts import WhichText
from tracker.domain.own_words import LAST_SHIPPED
from tracker.domain.words import Role
from tracker.persistence.models import ConsentFormRow, ConsentRow, Patient
from tracker.queries.consent_texts import shipped
from tracker.services import consent_texts
from tracker.services.work import Work
from tracker.web.common.filters import at as at_time

OnPage = tuple[WebWorld, Journey]
NURSE = Role.NURSE
DRAWN = "10,10 90,90"


@pytest.fixture
def booked(at: Callable[[str], OnPage]) -> OnPage:
    """A patient whose implant is booked, and the application."""
    return at("implant_booked")


def url(journey: Journey, rest: str = "sign-consent?purpose=implant") -> str:
    return f"/cases/{journey.public_id}/{rest}"


def typed(journey: Journey, **values: object) -> dict[str, object]:
    usual = {"signed_by": "James Okafor", "relation": "self", "text_version": "1", "strokes": DRAWN}
    return {**usual, "expected_version": journey.look().head.version, **values}


def plain(answer: Any) -> str:
    return html.unescape(answer.get_data(as_text=True))


def consents(world: WebWorld) -> list[ConsentRow]:
    with world.database.reading() as session:
        return list(session.scalars(select(ConsentRow).where(ConsentRow.purpose == "implant")))


def change_text(world: WebWorld, journey: Journey) -> None:
    text = shipped(WhichText("implant", "en"))
    own = replace(text, title="Ours now", approved_by="Dr Haddad", approved_on=journey.today)
    with world.database.writing() as session:
        work = Work(session, journey.actor(Role.MANAGER), journey.ids, journey.clock.now())
        consent_texts.change_text(work, own, expected_version=text.version)


class TestOnTheTablet:
    def test_the_text_is_read_in_the_patients_language_and_names_the_clinic(self, booked: OnPage) -> None:
        world, journey = booked
        nurse = world.sign_in(NURSE)
        page = plain(nurse.get(url(journey)))
        assert shipped(WhichText("implant", "en")).title in page and "$clinic" not in page
        assert "not clinically approved" in page and "James" in page
        with world.database.writing() as session:
            session.execute(update(Patient).values(language="Spanish"))
        page = plain(nurse.get(url(journey)))
        assert shipped(WhichText("implant", "es")).title in page and 'lang="es"' in page
        assert "no tiene aprobación clínica" in page

    def test_without_scripts_leads_to_paper(self, booked: OnPage) -> None:
        world, journey = booked
        page = plain(world.sign_in(NURSE).get(url(journey)))
        assert '<div class="sign-pad" hidden data-sign-pad>' in page
        without = page.partition("<noscript>")[2].partition("</noscript>")[0]
        assert (
            url(journey, "consent-form?purpose=implant") in without
            and url(journey, "consent?purpose=implant") in without
        )

    def test_there_is_no_way_from_it_to_another_patient(self, booked: OnPage) -> None:
        world, journey = booked
        page = plain(world.sign_in(NURSE).get(url(journey)))
        links = {each for each in re.findall(r'href="(/[^"]*)"', page) if not each.startswith("/static/")}
        assert all(journey.public_id in each for each in links), links

    def test_is_signed_and_shown_as_it_was_signed(self, booked: OnPage) -> None:
        world, journey = booked
        nurse = world.sign_in(NURSE)
        answer = nurse.submit(url(journey), typed(journey, signed_by="James <b>Okafor"))
        assert answer.status_code == 303
        (consent,) = consents(world)
        case = nurse.get(url(journey, "")[:-1]).get_data(as_text=True)
        address = f"/cases/{journey.public_id}/consents/{consent.form}"
        assert f'href="{address}"' in case
        page = nurse.get(address).get_data(as_text=True)
        assert f'<polyline points="{DRAWN}" />' in page and "James &lt;b&gt;Okafor" in page and "<b>Okafor" not in page
        with world.database.reading() as session:
            form = session.scalars(select(ConsentFormRow)).one()
        assert form.text_hash in page and form.strokes_hash in page

    @pytest.mark.parametrize(("change", "field", "sentence"), [
        ({"strokes": ""}, "strokes", "Sign in the field."),
        ({"strokes": '9,9"/><script>alert(1)</script>'}, "strokes", "did not arrive whole"),
        ({"strokes": "1" * 70_000}, "strokes", "longer than a signature"),
        ({"signed_by": " "}, "signed_by", "Say who signed"),
        ({"relation": "neighbour"}, "relation", ""),
        ({"clinician_id": "77"}, "clinician_id", ""),
    ])  # fmt: skip
    def test_what_cannot_be_taken_gets_a_sentence_and_keeps_the_rest(
        self, booked: OnPage, change: dict[str, str], field: str, sentence: str
    ) -> None:
        world, journey = booked
        answer = world.sign_in(NURSE).submit(url(journey), typed(journey, witness="Dr Linden", **change))
        page = plain(answer)
        assert answer.status_code == 422 and "Dr Linden" in page
        assert sentence in page.partition(f'id="{field}-error"')[2]
        assert consents(world) == [] and "<script>alert" not in answer.get_data(as_text=True)

    def test_under_a_text_that_was_changed_meanwhile_must_be_signed_anew(self, booked: OnPage) -> None:
        world, journey = booked
        nurse, asked = world.sign_in(NURSE), typed(journey)
        change_text(world, journey)
        answer = nurse.submit(url(journey), asked)
        page = plain(answer)
        assert answer.status_code == 422 and "The text was changed while it was read" in page and "Ours now" in page
        assert DRAWN not in page and f'value="{LAST_SHIPPED + 1}"' in page and consents(world) == []
        assert nurse.submit(url(journey), typed(journey, text_version=LAST_SHIPPED + 1)).status_code == 303

    def test_when_the_case_was_changed_meanwhile_keeps_the_signature(self, booked: OnPage) -> None:
        world, journey = booked
        asked = typed(journey)
        journey.sign("trial")
        answer = world.sign_in(NURSE).submit(url(journey), asked)
        assert answer.status_code == 409 and DRAWN in plain(answer) and consents(world) == []

    def test_a_grown_up_is_not_asked_for_the_childs_word_and_a_child_is(self, booked: OnPage) -> None:
        world, journey = booked
        nurse = world.sign_in(NURSE)
        assert 'name="assent"' not in plain(nurse.get(url(journey)))
        with world.database.writing() as session:
            session.execute(update(Patient).values(birth_on=journey.today.replace(year=journey.today.year - 12)))
        assert 'name="assent"' in plain(nurse.get(url(journey)))
        asked = typed(journey, relation="parent", signed_by="Rosa Okafor")
        assert "The child was not asked about the implant" in plain(nurse.submit(url(journey), asked))
        assert nurse.submit(url(journey), {**asked, "meant": "assent:not asked"}).status_code == 303
        assert "The child was not asked about the implant" in plain(nurse.get(url(journey, "")[:-1]))
        nurse.submit(url(journey), typed(journey, relation="parent", signed_by="Rosa Okafor", assent="given"))
        assert "The child was not asked" not in plain(nurse.get(url(journey, "")[:-1]))

    @pytest.mark.parametrize("rest", [
        "sign-consent", "sign-consent?purpose=surgery", "sign-consent?purpose=implant&language=fr", "consent-form",
        "sign-consent?purpose=reoperation", "consents/" + "0" * 32,
    ])  # fmt: skip
    def test_what_there_is_not_is_not_found(self, booked: OnPage, rest: str) -> None:
        world, journey = booked
        assert world.sign_in(NURSE).get(url(journey, rest)).status_code == 404


class TestBesideTheChecklist:
    def panel(self, world: WebWorld, journey: Journey) -> str:
        page = world.sign_in(NURSE).get(f"/day/visits/{journey.public_id}/{journey.visit_for('trial')}")
        return plain(page).partition('id="consent-title"')[2].partition("</section>")[0]

    def test_it_is_signed_only_where_it_holds_on_the_day(self, at: Callable[[str], OnPage]) -> None:
        world, journey = at("trial_day")
        panel = self.panel(world, journey)
        assert "is-ready" in panel and "takes it back" in panel and "Have it signed" not in panel
        signed = typed(journey, relation="parent", signed_by="Rosa Okafor", meant="relation:parent")
        world.sign_in(NURSE).submit(url(journey, "sign-consent?purpose=trial"), signed)
        panel = self.panel(world, journey)
        assert "does not hold" in panel and "ask the patient again" in panel and "is-ready" not in panel
        assert "takes it back" in panel and "Have it signed" in panel


class TestOnPaper:
    def test_a_blank_form_has_lines_and_no_signature(self, booked: OnPage) -> None:
        world, journey = booked
        page = plain(world.sign_in(NURSE).get(url(journey, "consent-form?purpose=implant&language=es")))
        lines = re.findall(r'class="consent-line( is-tall)?"', page)
        assert len(lines) == 8 and "<svg class" not in page
        assert "Firma" in page and "Spanish, version 1" in page

    def test_which_of_our_texts_was_signed_is_kept_with_it(self, booked: OnPage) -> None:
        world, journey = booked
        given = {
            "purpose": "implant", "text": "en.1", "signed_on": journey.today.isoformat(), "relation": "self",
            "signed_by": "James Okafor", "expected_version": journey.look().head.version,
        }  # fmt: skip
        nurse = world.sign_in(NURSE)
        assert nurse.submit(url(journey, "consent?purpose=implant"), given).status_code == 303
        (consent,) = consents(world)
        page = plain(nurse.get(url(journey, f"consents/{consent.form}")))
        assert "Signed on paper." in page and "<svg class" not in page

    def test_says_on_it_that_it_was_taken_back(self, booked: OnPage) -> None:
        world, journey = booked
        nurse = world.sign_in(NURSE)
        nurse.submit(url(journey), typed(journey))
        (consent,) = consents(world)
        given = {"purpose": "implant", "reason": "afraid", "expected_version": journey.look().head.version}
        nurse.submit(url(journey, "withdraw-consent"), given)
        said = f"Withdrawn, {at_time(journey.clock.now(), journey.zone)}: afraid"
        page = plain(nurse.get(url(journey, f"consents/{consent.form}")))
        assert said in page and DRAWN in page
        nurse.submit(url(journey), typed(journey))
        assert said in plain(nurse.get(url(journey, f"consents/{consent.form}")))


def test_nobody_of_another_clinic_finds_it(booked: OnPage) -> None:
    world, journey = booked
    world.sign_in(NURSE).submit(url(journey), typed(journey))
    (consent,) = consents(world)
    stranger = world.sign_in(NURSE, "north")
    for rest in (f"consents/{consent.form}", "consent-form?purpose=implant", "sign-consent?purpose=implant"):
        assert stranger.get(url(journey, rest)).status_code == 404
