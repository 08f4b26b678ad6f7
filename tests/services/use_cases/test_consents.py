"""Consents signed on the tablet and on paper: what is kept, who may sign, and what takes the ground away again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from tests.support.journey import Journey
from tests.support.todos import codes, next_blockers, open_todos
from tracker.domain.consent_texts import WhichText, hash_of
from tracker.domain.errors import InvalidInput, NotFound, Refused
from tracker.domain.facts import ChecklistItem, Consent, TrialDose
from tracker.domain.signature import hash_of_strokes
from tracker.domain.words import DeterminationKind, Role
from tracker.persistence.models import Clinician, ConsentFormRow, Event, Patient
from tracker.queries.consent_texts import shipped
from tracker.services import appointments, checklists, consent_texts, consents, corrections
from tracker.services.checklists import Answer
from tracker.services.consents import Signing, TextRef
from tracker.services.work import Work, Written

At = Callable[[str], Journey]
NURSE, MANAGER = Role.NURSE, Role.MANAGER
DRAWN = "10,10 90,90;100,100 130,100"
ENGLISH = TextRef("en", 1)
SELF = Signing(signed_by="Ana Ruiz", relation="self")


def sign(journey: Journey, purpose: str = "implant", **given: Any) -> Written:
    said = {"text": ENGLISH, "signing": SELF, "strokes": DRAWN, **given}
    return journey.do(NURSE, lambda w, r: consents.sign_consent(w, r, purpose=purpose, **said))


def refused(journey: Journey, **given: Any) -> set[str]:
    with pytest.raises(InvalidInput) as caught:
        sign(journey, **given)
    return set(caught.value.problems)


def forms(journey: Journey) -> list[ConsentFormRow]:
    with journey.database.reading() as session:
        return list(session.scalars(select(ConsentFormRow).order_by(ConsentFormRow.made_at)))


def standing(journey: Journey, purpose: str = "implant") -> Consent:
    found = journey.look().snapshot.consent(purpose)
    assert found is not None
    return found


class TestSignedOnTheTablet:
    def test_keeps_the_text_as_it_was_read_and_the_signature_as_it_was_drawn(self, at: At) -> None:
        journey = at("implant_booked")
        written = sign(journey, signing=replace(SELF, witness="Dr Linden", interpreter="Ana"))
        (form,), consent = forms(journey), standing(journey)
        text = shipped(WhichText("implant", "en"))
        assert form.title == text.title and "$clinic" not in form.body and form.body != text.body
        assert (form.text_hash, form.strokes) == (hash_of(form.title, form.body), DRAWN)
        assert form.strokes_hash == hash_of_strokes(DRAWN)
        assert (consent.form, consent.signed_by, consent.witness) == (form.public_id, "Ana Ruiz", "Dr Linden")
        assert (consent.relation, consent.interpreter) == ("self", "Ana")
        with journey.database.reading() as session:
            body = session.scalars(select(Event.body).where(Event.seq == written.event_seq)).one()
        assert form.text_hash in body and form.strokes_hash in body

    def test_stands_on_its_own_words_when_the_clinic_changes_its_text(self, at: At) -> None:
        journey = at("implant_booked")
        sign(journey)
        before = forms(journey)[0].body
        self.change(journey)
        assert forms(journey)[0].body == before
        assert refused(journey) == {"strokes"}, "the text that was read is not the one that counts"
        sign(journey, text=TextRef("en", 1001))
        assert forms(journey)[-1].approved_by == "Dr Haddad"

    def change(self, journey: Journey) -> None:
        own = replace(
            shipped(WhichText("implant", "en")), title="New", approved_by="Dr Haddad", approved_on=journey.today
        )
        with journey.database.writing() as session:
            work = Work(session, journey.actor(MANAGER), journey.ids, journey.clock.now())
            consent_texts.change_text(work, own, expected_version=1)

    @pytest.mark.parametrize("strokes", ["", "5,5", "0,0 900,0", "<svg onload=alert(1)>"])
    def test_is_refused_without_a_signature_and_nothing_is_kept(self, at: At, strokes: str) -> None:
        journey = at("implant_booked")
        before = journey.look().head.version
        assert refused(journey, strokes=strokes) == {"strokes"}
        assert forms(journey) == [] and journey.look().head.version == before

    @pytest.mark.parametrize(("signing", "field"), [
        (replace(SELF, signed_by=" "), "signed_by"),
        (replace(SELF, relation=""), "relation"),
        (replace(SELF, relation="neighbour"), "relation"),
        (replace(SELF, assent="perhaps"), "assent"),
        (replace(SELF, clinician_id=99), "clinician_id"),
    ])  # fmt: skip
    def test_says_who_signed(self, at: At, signing: Signing, field: str) -> None:
        assert refused(at("implant_booked"), signing=signing) == {field}

    def test_of_a_procedure_or_text_that_there_is_not_is_refused(self, at: At) -> None:
        journey = at("implant_booked")
        assert refused(journey, purpose="surgery") == {"purpose"}
        with pytest.raises(NotFound):
            sign(journey, text=TextRef("fr", 1), signing=replace(SELF, interpreter="Ana"))

    def test_in_another_language_than_the_patients_names_who_interprets(self, at: At) -> None:
        journey = at("implant_booked")
        with journey.database.writing() as session:
            session.execute(update(Patient).values(language="Spanish"))
        assert refused(journey) == {"interpreter"}
        sign(journey, text=TextRef("es", 1))
        sign(journey, signing=replace(SELF, interpreter="Ana"))


class TestSignedOnPaper:
    def record(self, journey: Journey, **given: Any) -> Written:
        said = {"signed_on": journey.today, "signing": SELF, **given}
        return journey.do(NURSE, lambda w, r: consents.record_consent(w, r, purpose="implant", **said))

    def test_keeps_which_of_our_texts_it_was(self, at: At) -> None:
        journey = at("implant_booked")
        self.record(journey, text=ENGLISH)
        (form,) = forms(journey)
        assert (standing(journey).form, form.strokes, form.strokes_hash) == (form.public_id, "", "")
        with pytest.raises(NotFound):
            self.record(journey, text=TextRef("en", 7))

    def test_of_another_origin_has_no_text(self, at: At) -> None:
        journey = at("implant_booked")
        self.record(journey)
        assert standing(journey).form is None and forms(journey) == []


class TestWhatTakesItsGroundAway:
    def test_void_is_asked_anew(self, at: At) -> None:
        journey = at("implant_booked")
        journey.sign("implant")
        assert "consent_missing" not in next_blockers(journey)
        journey.do(NURSE, lambda w, r: consents.void_consent(w, r, purpose="implant", reason="another operation"))
        assert "consent_void" in next_blockers(journey) and "consent" in open_todos(journey)
        assert standing(journey).reason == "another operation"

    @pytest.mark.parametrize("end", [consents.void_consent, consents.withdraw_consent])
    def test_needs_a_reason_and_a_consent_that_stands(self, at: At, end: Callable[..., Written]) -> None:
        journey = at("implant_booked")
        with pytest.raises(NotFound):
            journey.do(NURSE, lambda w, r: end(w, r, purpose="implant", reason="x"))
        journey.sign("implant")
        with pytest.raises(InvalidInput):
            journey.do(NURSE, lambda w, r: end(w, r, purpose="implant", reason=" "))

    def test_a_withdrawn_one_keeps_what_was_signed(self, at: At) -> None:
        journey = at("implant_booked")
        sign(journey)
        journey.do(NURSE, lambda w, r: consents.withdraw_consent(w, r, purpose="implant", reason="afraid"))
        assert standing(journey).form == forms(journey)[0].public_id

    def test_another_clinician_than_was_named_asks_anew(self, at: At) -> None:
        journey = at("implant_booked")
        with journey.database.writing() as session:
            for number in (71, 72):
                known = {"clinic_id": journey.clinic_id, "name": f"Dr {number}", "kind": "physician", "is_active": True}
                session.execute(insert(Clinician).values(id=number, **known))
        sign(journey, signing=replace(SELF, clinician_id=71))
        assert "consent_other_surgeon" not in next_blockers(journey)
        for number, is_asked in ((72, True), (71, False)):
            slot = appointments.Slot(starts=journey.in_days(9), minutes=60, clinician_id=number)
            visit = journey.visit_for("implant")
            journey.do(NURSE, lambda w, r, v=visit, s=slot: appointments.move(w, r, appointment=v, slot=s))
            assert ("consent_other_surgeon" in next_blockers(journey)) is is_asked

    def test_who_turns_eighteen_until_the_day_is_asked_again(self, at: At) -> None:
        journey = at("implant_booked")
        visit = journey.look().snapshot.visit("implant")
        assert visit is not None
        day = date.fromisoformat(visit.wall[:10])
        for years in (17, 18):  # the birth date was wrong by a year
            with journey.database.writing() as session:
                session.execute(update(Patient).values(birth_on=day.replace(year=day.year - years)))
            if years == 17:
                sign(journey, signing=Signing(signed_by="Rosa Ruiz", relation="parent", assent="given"))
        assert "consent_of_age" in next_blockers(journey)
        earlier = journey.in_days((day - journey.today).days - 1)
        slot = appointments.Slot(starts=earlier, minutes=60)
        journey.do(NURSE, lambda w, r: appointments.move(w, r, appointment=visit.appointment, slot=slot))
        assert "consent_of_age" not in next_blockers(journey)


class TestTakenBackAtTheDoor:
    @pytest.mark.parametrize("end", [consents.void_consent, consents.withdraw_consent])
    def test_no_dose_may_follow_and_one_already_given_is_a_deviation(self, at: At, end: Callable[..., Written]) -> None:
        journey = at("trial_day")
        journey.order()
        journey.tick(journey.visit_for("trial"), "before")
        journey.do(NURSE, lambda w, r: end(w, r, purpose="trial", reason="afraid"))
        state = standing(journey, "trial").state
        with pytest.raises(Refused) as caught:
            journey.dose()
        assert codes(caught.value.blockers) == {f"consent_{state}", "checklist_open"}
        journey.dose(deviation_reason="given before the word came")
        deviation = journey.look().snapshot.determination(DeterminationKind.DEVIATION)
        assert deviation is not None and "consent.trial" in deviation.value
        assert "deviation_review" in open_todos(journey)

    def test_stops_the_next_dose_too_also_once_the_first_is_struck_out(self, at: At) -> None:
        """A deviation says what was missing at one dose. It lets nobody give another."""
        journey = at("trial_day")
        journey.order()
        journey.tick(journey.visit_for("trial"), "before")
        journey.do(NURSE, lambda w, r: consents.withdraw_consent(w, r, purpose="trial", reason="afraid"))
        journey.dose(deviation_reason="given before the word came")
        with pytest.raises(Refused) as caught:
            journey.dose()
        assert "consent_withdrawn" in codes(caught.value.blockers)
        dose, nurse = journey.look().snapshot.of(TrialDose)[-1], journey.user_ids[NURSE]
        said = {"seq": dose.seq, "reason": "not given", "second_by": nurse}
        journey.do(Role.PHYSICIAN, lambda w, r: corrections.strike(w, r, **said))
        with pytest.raises(Refused) as caught:
            journey.dose()
        assert codes(caught.value.blockers) == {"consent_withdrawn", "checklist_open"}


class TestReadAgainOnTheDay:
    def answer(self, journey: Journey, state: str = "done") -> None:
        given = Answer(item="consent", state=state, reason="" if state == "done" else "unconscious")
        visit = journey.visit_for("trial")
        journey.do(NURSE, lambda w, r: checklists.answer_item(w, r, appointment=visit, answer=given))

    def item(self, journey: Journey) -> ChecklistItem:
        return next(each for each in journey.look().snapshot.of(ChecklistItem) if each.item == "consent")

    def test_names_the_consent_that_was_read(self, at: At) -> None:
        journey = at("trial_day")
        self.answer(journey)
        assert self.item(journey).about_seq == standing(journey, "trial").seq

    def test_is_open_again_once_another_is_signed(self, at: At) -> None:
        journey = at("trial_day")
        journey.tick(journey.visit_for("trial"), "before")
        assert "checklist_open" not in next_blockers(journey)
        sign(journey, "trial")
        assert "checklist_open" in next_blockers(journey)
        self.answer(journey)
        assert "checklist_open" not in next_blockers(journey)

    def test_cannot_be_done_once_it_is_taken_back(self, at: At) -> None:
        journey = at("trial_day")
        journey.do(NURSE, lambda w, r: consents.withdraw_consent(w, r, purpose="trial", reason="afraid"))
        with pytest.raises(InvalidInput) as caught:
            self.answer(journey)
        assert set(caught.value.problems) == {"state"}
        with pytest.raises(InvalidInput, match="This always applies"):
            self.answer(journey, "not_applicable")
        assert "consent_withdrawn" in next_blockers(journey)


def test_old_papers_still_end_with_their_days(at: At) -> None:
    journey = at("implant_booked")
    journey.do(
        NURSE,
        lambda w, r: consents.record_consent(
            w, r, purpose="implant", signed_on=journey.today - timedelta(days=400), signing=SELF
        ),
    )
    assert "consent_out_of_date" in next_blockers(journey)
