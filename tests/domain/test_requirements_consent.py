"""Boundary tables: who may sign. A day before and on the birthday, for the child and by the child, asked or not."""

from datetime import date, datetime, timedelta

import pytest

from tests.domain.builders import DAY, NOW, Case
from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.facts import ChecklistItem
from tracker.domain.pathway.requirements import Requirement
from tracker.domain.pathway.requirements.consent import ConsentValid
from tracker.domain.pathway.requirements.visit import ChecklistDone

ONE = timedelta(days=1)
NEED = ConsentValid(purpose="trial", max_age_days=90, of_age_years=18, assent_years=7, of_procedure="trial")
RULE = ChecklistItemRule(key="consent", label="Consent read again", stop="hard", part="before", names_consent=True)
READ = ChecklistDone(checklist="trial", purpose="trial", part="before", rules=(RULE,))


def codes(need: Requirement, case: Case, at: datetime = NOW) -> list[str]:
    return [blocker.code for blocker in need.blockers(case.snapshot, at)]


def years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years)


def case(born: date, *, relation: str, assent: str = "", signed_on: date = DAY - 10 * ONE) -> Case:
    return Case().born(born).visit("trial").consented("trial", signed_on, relation=relation, assent=assent)


class TestWhoTurnsEighteen:
    @pytest.mark.parametrize("relation", ["parent", "guardian", "representative", ""])
    def test_is_asked_again_on_the_very_day_and_not_the_day_before(self, relation: str) -> None:
        on_the_day, day_after = years_before(DAY, 18), years_before(DAY, 18) + ONE
        assert codes(NEED, case(on_the_day, relation=relation, assent="given")) == ["consent_of_age"]
        assert codes(NEED, case(day_after, relation=relation, assent="given")) == []

    def test_is_asked_by_the_day_of_the_procedure_and_not_by_today(self) -> None:
        child = case(years_before(DAY, 18) + ONE, relation="parent", assent="given")
        assert codes(NEED, child, NOW + 400 * ONE) == []
        moved = child.visit("trial", starts=child.snapshot.visits("trial")[-1].starts_at + ONE)
        assert codes(NEED, moved) == ["consent_of_age"]

    @pytest.mark.parametrize(("relation", "expected"), [
        ("self", []), ("representative", []), ("", []), ("emancipated_minor", []),
        ("parent", ["consent_of_age"]), ("guardian", ["consent_of_age"]),
    ])  # fmt: skip
    def test_and_signs_as_a_grown_up_may_have_a_representative_and_no_parent(
        self, relation: str, expected: list[str]
    ) -> None:
        assert codes(NEED, case(years_before(DAY, 40), relation=relation)) == expected

    def test_and_signed_alone_before_must_sign_again(self) -> None:
        signed_on = DAY - 10 * ONE
        assert codes(NEED, case(years_before(signed_on, 18), relation="self", signed_on=signed_on)) == []
        late = years_before(signed_on, 18) + ONE
        assert codes(NEED, case(late, relation="self", signed_on=signed_on)) == ["consent_by_child"]

    def test_is_not_asked_where_the_file_names_no_age(self) -> None:
        need = ConsentValid(purpose="trial", max_age_days=90)
        assert codes(need, case(years_before(DAY, 18), relation="parent")) == []


class TestAChild:
    @pytest.mark.parametrize(("relation", "expected"), [
        ("self", ["consent_by_child"]), ("emancipated_minor", []), ("parent", []), ("guardian", []),
        ("representative", []),
    ])  # fmt: skip
    def test_does_not_sign_alone(self, relation: str, expected: list[str]) -> None:
        assert codes(NEED, case(years_before(DAY, 12), relation=relation, assent="given")) == expected

    @pytest.mark.parametrize(("assent", "expected"), [
        ("given", []), ("not_able", []), ("declined", ["assent_declined"]), ("", ["assent_missing"]),
    ])  # fmt: skip
    def test_is_asked_from_the_age_of_the_file_on(self, assent: str, expected: list[str]) -> None:
        seven, six = years_before(DAY, 7), years_before(DAY, 7) + ONE
        assert codes(NEED, case(seven, relation="parent", assent=assent)) == expected
        assert codes(NEED, case(six, relation="parent", assent=assent)) == []

    def test_was_not_asked_before_anybody_said_who_signed(self) -> None:
        assert codes(NEED, case(years_before(DAY, 12), relation="")) == []


class TestWhatHasChanged:
    def test_void_is_asked_anew(self) -> None:
        assert codes(NEED, Case().visit("trial").consented("trial", state="void")) == ["consent_void"]

    @pytest.mark.parametrize(("signed_for", "booked_with", "expected"), [
        (5, 5, []), (5, 6, ["consent_other_surgeon"]), (5, None, []), (None, 6, []),
    ])  # fmt: skip
    def test_another_clinician_is_asked_anew(
        self, signed_for: int | None, booked_with: int | None, expected: list[str]
    ) -> None:
        found = Case().visit("trial", clinician_id=booked_with).consented("trial", clinician_id=signed_for)
        assert codes(NEED, found) == expected


class TestReadAgainOnTheDay:
    def ready(self) -> Case:
        return Case().visit("trial").consented("trial")

    def read(self, found: Case, about_seq: int | None, state: str = "done") -> Case:
        visit = found.snapshot.visit("trial")
        assert visit is not None
        known = {"appointment": visit.appointment, "item": "consent", "checklist": "trial", "state": state}
        return found.record(ChecklistItem, about_seq=about_seq, **known)

    def test_counts_for_the_consent_that_was_read(self) -> None:
        found = self.ready()
        consent = found.snapshot.consent("trial")
        assert consent is not None
        assert codes(READ, self.read(found, consent.seq)) == []

    def test_does_not_count_for_one_that_was_signed_or_taken_back_since(self) -> None:
        for state in ("signed", "withdrawn"):
            found = self.ready()
            consent = found.snapshot.consent("trial")
            assert consent is not None
            found = self.read(found, consent.seq)
            assert codes(READ, found.consented("trial", state=state)) == ["checklist_open"]

    def test_counts_as_it_is_where_it_names_none(self) -> None:
        assert codes(READ, self.read(self.ready(), None, "not_applicable")) == []
