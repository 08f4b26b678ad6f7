"""What a booked visit lacks, what the payer owes, and a transfer that is not over."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.domain.builders import DAY, NOW, Case
from tracker.domain.facts import Authorization
from tracker.domain.obligations import Obligation, obligations
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.requirements.visit import DocumentInDate
from tracker.domain.words import AppointmentState
from tracker.pathways.catalogue import current

ITB = current()
REOPERATION = current("itb_reoperation")
ASKED = {"authorization_ask", "authorization_denied"}
#: Tuesday in three weeks, 10:00 in New York.
LATER = datetime(2026, 4, 7, 14, 0, tzinfo=UTC)


def due(case: Case) -> dict[str, Obligation]:
    return {each.kind: each for each in obligations(ITB, case.snapshot, NOW).items}


def subjects(case: Case, kind: str) -> list[str]:
    return [each.subject for each in obligations(ITB, case.snapshot, NOW).of(kind)]


class TestPapers:
    def test_are_asked_for_before_a_booked_implant(self) -> None:
        case = Case("implant_booked").evaluated().visit("implant", starts=LATER)

        assert subjects(case, "document") == [
            "document:history_and_physical:implant:1",
            "document:laboratory:implant:1",
        ]

    def test_are_due_five_open_days_before(self) -> None:
        case = Case("implant_booked").evaluated().visit("implant", starts=LATER)

        assert due(case)["document"].due_on == date(2026, 3, 31)

    def test_are_judged_on_the_day_of_the_procedure(self) -> None:
        case = Case("implant_booked").evaluated().visit("implant", starts=LATER)
        case.document("laboratory", date(2026, 3, 7)).document("history_and_physical", date(2026, 3, 8))

        assert subjects(case, "document") == ["document:laboratory:implant:1"], "31 days old on the day"

    def test_are_judged_today_where_the_file_names_no_procedure(self) -> None:
        implant = ITB.procedures["implant"]
        needs = tuple(replace(each, purpose="") for each in implant.needs if isinstance(each, DocumentInDate))
        file = replace(ITB, procedures={**ITB.procedures, "implant": replace(implant, needs=needs)})
        case = Case("implant_booked").evaluated().visit("implant", starts=LATER)
        case.document("laboratory", date(2026, 2, 15)).document("history_and_physical", date(2026, 2, 14))

        found = obligations(file, case.snapshot, NOW).of("document")
        assert [each.subject for each in found] == ["document:history_and_physical:implant:1"], "31 days old today"

    def test_of_nobody_booked_are_not_asked_for(self) -> None:
        assert subjects(Case("implant_to_book").evaluated(), "document") == []


class TestAVisit:
    def test_is_confirmed_two_open_days_before(self) -> None:
        monday = datetime(2026, 4, 6, 14, 0, tzinfo=UTC)
        found = due(Case("evaluation_booked").visit("evaluation", starts=monday))["arrival"]

        assert found.due_on == date(2026, 4, 2), "Thursday and Friday lie between"

    @pytest.mark.parametrize("state", sorted(AppointmentState))
    def test_asks_until_somebody_answers(self, state: str) -> None:
        case = Case("evaluation_booked").visit("evaluation", state, starts=LATER)

        assert ("arrival" in due(case)) is (state == "booked")

    def test_whose_day_is_over_is_marked_instead(self) -> None:
        case = Case("evaluation_booked").visit("evaluation", starts=datetime(2026, 3, 16, 14, tzinfo=UTC))

        assert "arrival" not in due(case)
        assert subjects(case, "unmarked_day") == [f"appointment:{case.last.seq}"]

    def test_over_midnight_is_one_or_the_other_on_every_day(self) -> None:
        late = datetime(2026, 3, 17, 3, 30, tzinfo=UTC)
        case = Case("evaluation_booked").visit("evaluation", starts=late, ends_at=late + timedelta(hours=2))
        for day in range(4):
            now = late + timedelta(days=day)
            found = obligations(ITB, case.snapshot, now)
            assert len(found.of("arrival")) + len(found.of("unmarked_day")) == 1, now


class TestThePayer:
    def test_is_asked_within_two_open_days_of_the_stage(self) -> None:
        found = due(Case("trial_authorization"))["authorization_ask"]

        assert (found.due_on, found.escalate_on) == (date(2026, 3, 19), date(2026, 3, 24))

    def test_is_not_asked_where_the_way_does_not_wait_for_it(self) -> None:
        assert "authorization_ask" not in due(Case("evaluating"))

    @pytest.mark.parametrize(
        ("file", "stage", "purpose"),
        [
            (REOPERATION, "reoperation_decided", "reoperation"),
            (REOPERATION, "reoperation_booked", "reoperation"),
            (ITB, "evaluating", "trial"),
            (ITB, "implant_decision", "implant"),
        ],
    )
    def test_is_asked_for_wherever_a_procedure_is_booked_without_one(
        self, file: Pathway, stage: str, purpose: str
    ) -> None:
        def asked(case: Case) -> list[str]:
            return [each.reason for each in obligations(file, case.snapshot, NOW).items if each.kind in ASKED]

        case = Case(stage).visit(purpose)
        assert asked(case) == ["authorization_missing"]
        assert asked(Case(stage).visit(purpose).authorized(purpose, state="denied")) == ["authorization_denied"]
        assert asked(Case(stage).visit(purpose).authorized(purpose)) == []
        assert asked(Case(stage).visit(purpose, "cancelled")) == []

    def test_is_not_asked_where_it_was_waived(self) -> None:
        case = Case("reoperation_booked").visit("reoperation")
        case.determined("waiver", "authorization.reoperation", second_by=2)
        assert not ASKED & {each.kind for each in obligations(REOPERATION, case.snapshot, NOW).items}

    @pytest.mark.parametrize(
        ("values", "due_on"),
        [
            ({"asked_on": date(2026, 3, 10)}, date(2026, 3, 20)),
            ({"asked_on": date(2026, 3, 10), "answer_due_on": date(2026, 3, 18)}, date(2026, 3, 18)),
            ({"asked_on": None}, date(2026, 3, 27)),
        ],
    )
    def test_is_chased_by_the_day_an_answer_is_due(self, values: dict[str, object], due_on: date) -> None:
        case = Case("trial_authorization").authorized("trial", state="requested", **values)

        assert due(case)["authorization_answer"].due_on == due_on
        assert "authorization_ask" not in due(case)

    def test_that_denies_is_answered_in_time(self) -> None:
        found = due(Case("implant_authorization").outcome("positive").authorized("implant", state="denied"))

        assert found["authorization_denied"].due_on == date(2026, 3, 19)
        assert found["authorization_denied"].critical_on == date(2026, 3, 31)

    def test_that_grants_owes_nothing(self) -> None:
        found = due(Case("trial_authorization").authorized("trial"))

        assert not {"authorization_ask", "authorization_answer", "authorization_denied"} & set(found)

    def test_that_took_it_back_is_asked_again(self) -> None:
        case = Case("trial_authorization").authorized("trial", state="withdrawn")

        assert "authorization_ask" in due(case)

    def test_whose_units_are_used_up_is_asked_before_the_day(self) -> None:
        case = Case("trial_booked").authorized("trial", units=1).dosed().next_attempt("trial")
        case.visit("trial", starts=LATER)

        assert due(case)["authorization_expiring"].reason == "authorization_used_up"

    def test_owes_nothing_to_a_closed_case(self) -> None:
        assert due(Case("declined").record(Authorization, stage="trial", state="requested")) == {}

    def test_is_not_asked_about_a_visit_that_a_closed_case_left_behind(self) -> None:
        assert "authorization_ask" in due(Case("implant_booked").visit("implant", starts=LATER))
        assert "authorization_ask" not in due(Case("declined").visit("implant", starts=LATER))


class TestATransfer:
    def asked(self) -> Case:
        return Case("maintained").determined("transfer", "requested", until_on=date(2026, 3, 31), reason="Mesa Clinic")

    def test_that_was_asked_for_is_looked_after(self) -> None:
        found = due(self.asked())["transfer"]

        assert (found.due_on, dict(found.params)["clinic"]) == (date(2026, 3, 31), "Mesa Clinic")

    def test_is_over_once_the_first_refill_was_done_there(self) -> None:
        assert "transfer" not in due(self.asked().determined("transfer", "completed"))

    def test_that_was_never_asked_for_is_nothing(self) -> None:
        assert "transfer" not in due(Case("maintained"))


def test_days_are_counted_as_the_clinic_is_open() -> None:
    assert DAY.isoweekday() == 2, "the examples above are told from a Tuesday"
