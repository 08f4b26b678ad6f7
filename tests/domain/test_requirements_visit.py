"""Boundary tables: what a visit needs. A day early, on the day, a day late; waived, deviated, other attempt."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.domain.builders import DAY, NOW, STARTS, Case
from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.facts import Appointment, TrialDose
from tracker.domain.pathway.requirements import Requirement
from tracker.domain.pathway.requirements.consent import ConsentValid
from tracker.domain.pathway.requirements.visit import (
    AppointmentMade,
    AuthorizationGranted,
    ChecklistDone,
    DocumentInDate,
)
from tracker.domain.words import Role

ONE = timedelta(days=1)
#: 23:30 in New York, already tomorrow in UTC.
LATE = datetime(2026, 3, 18, 3, 30, tzinfo=UTC)
#: 00:30 in New York on the night the clocks went forward, 8 March 2026.
CLOCKS_CHANGE = datetime(2026, 3, 8, 5, 30, tzinfo=UTC)


def codes(need: Requirement, case: Case, at: datetime = NOW) -> list[str]:
    return [blocker.code for blocker in need.blockers(case.snapshot, at)]


def trial(state: str = "booked") -> Case:
    return Case().visit("trial", state)


class TestAppointment:
    @pytest.mark.parametrize(
        ("visit", "booked", "arrived", "none"),
        [
            (None, ["not_booked"], ["not_booked"], []),
            ("booked", [], ["not_arrived"], ["visit_stands"]),
            ("confirmed", [], ["not_arrived"], ["visit_stands"]),
            ("arrived", [], [], ["visit_stands"]),
            ("completed", [], [], ["visit_stands"]),
            ("cancelled", ["not_booked"], ["not_booked"], []),
            ("no_show", ["not_booked"], ["not_booked"], []),
        ],
    )
    def test_is_asked_in_a_state(
        self, visit: str | None, booked: list[str], arrived: list[str], none: list[str]
    ) -> None:
        case = trial(visit) if visit else Case()
        asked = {
            state: codes(AppointmentMade(purpose="trial", state=state), case) for state in ("booked", "arrived", "none")
        }
        assert asked == {"booked": booked, "arrived": arrived, "none": none}

    def test_of_an_earlier_attempt_does_not_count(self) -> None:
        assert codes(AppointmentMade(purpose="trial"), trial("arrived").next_attempt("trial")) == ["not_booked"]

    def test_of_another_purpose_does_not_count(self) -> None:
        assert codes(AppointmentMade(purpose="implant"), trial()) == ["not_booked"]

    def test_is_never_excused_by_a_deviation(self) -> None:
        need = AppointmentMade(purpose="trial", state="arrived", of_procedure="trial")
        assert codes(need, trial().deviated("trial", "appointment.trial")) == ["not_arrived"]


class TestConsent:
    NEED = ConsentValid(purpose="trial", max_age_days=90, of_procedure="trial")

    @pytest.mark.parametrize(
        ("signed_on", "valid_to", "expected"),
        [
            (DAY, None, []),
            (DAY + ONE, None, ["consent_out_of_date"]),
            (DAY - 90 * ONE, None, []),
            (DAY - 91 * ONE, None, ["consent_out_of_date"]),
            (DAY - 10 * ONE, DAY, []),
            (DAY - 10 * ONE, DAY - ONE, ["consent_out_of_date"]),
            (DAY - 91 * ONE, DAY + ONE, ["consent_out_of_date"]),
        ],
    )
    def test_is_judged_on_the_day_of_the_procedure(
        self, signed_on: date, valid_to: date | None, expected: list[str]
    ) -> None:
        assert codes(self.NEED, trial().consented("trial", signed_on, valid_to=valid_to)) == expected

    @pytest.mark.parametrize(("starts", "signed_on"), [(LATE, DAY), (CLOCKS_CHANGE, date(2026, 3, 8))])
    def test_counts_civil_days_of_the_clinic(self, starts: datetime, signed_on: date) -> None:
        case = Case().visit("trial", starts=starts)
        assert codes(ConsentValid(purpose="trial", max_age_days=0), case.consented("trial", signed_on)) == []
        assert codes(ConsentValid(purpose="trial", max_age_days=0), case.consented("trial", signed_on - ONE)) != []

    def test_says_what_is_missing(self) -> None:
        assert codes(self.NEED, trial()) == ["consent_missing"]
        assert codes(self.NEED, Case().consented("trial")) == ["no_date_yet"]
        assert codes(self.NEED, trial().consented("trial").consented("trial", state="withdrawn")) == [
            "consent_withdrawn"
        ]
        assert codes(self.NEED, trial().consented("implant")) == ["consent_missing"]

    def test_does_not_change_while_time_passes(self) -> None:
        case = trial().consented("trial")
        assert codes(self.NEED, case, NOW + 400 * ONE) == []
        assert self.NEED.turns_at(case.snapshot, NOW) is None

    def test_is_excused_by_a_deviation_of_this_attempt_only(self) -> None:
        case = trial().deviated("trial", "authorization.trial", "consent.trial")
        assert codes(self.NEED, case) == []
        assert codes(self.NEED, case.next_attempt("trial").visit("trial")) == ["consent_missing"]

    def test_is_not_excused_by_the_deviation_of_a_dose_that_was_struck_out(self) -> None:
        case = trial().dosed(NOW)
        (dose,) = case.snapshot.of(TrialDose)
        attempt = case.snapshot.attempt("trial")
        case = case.determined("deviation", "consent.trial", attempt=attempt, about_seq=dose.seq)
        assert codes(self.NEED, case) == []
        case.snapshot = case.snapshot.without(dose.seq)
        assert codes(self.NEED, case) == ["consent_missing"]

    def test_is_not_excused_by_a_deviation_that_names_something_else(self) -> None:
        assert codes(self.NEED, trial().deviated("trial", "authorization.trial")) == ["consent_missing"]

    def test_is_not_excused_by_a_waiver(self) -> None:
        case = trial().determined("waiver", "consent.trial", second_by=2)
        assert codes(self.NEED, case) == ["consent_missing"]


class TestAuthorization:
    GRANTED = AuthorizationGranted(stage="trial")
    IN_DATE = AuthorizationGranted(stage="trial", in_date_on="procedure")
    WAIVABLE = AuthorizationGranted(
        stage="implant", in_date_on="procedure", waivable_by=(Role.MANAGER,), of_procedure="implant"
    )

    @pytest.mark.parametrize(
        ("state", "expected"),
        [
            ("granted", []),
            ("not_required", []),
            ("requested", ["authorization_requested"]),
            ("denied", ["authorization_denied"]),
            ("withdrawn", ["authorization_withdrawn"]),
        ],
    )
    def test_is_granted_or_not_required(self, state: str, expected: list[str]) -> None:
        assert codes(self.GRANTED, Case().authorized("trial", state=state)) == expected

    @pytest.mark.parametrize(
        ("start", "end", "expected"),
        [
            (None, None, []),
            (DAY, DAY, []),
            (DAY + ONE, None, ["authorization_out_of_date"]),
            (None, DAY - ONE, ["authorization_out_of_date"]),
        ],
    )
    @pytest.mark.parametrize("starts", [STARTS, LATE])
    def test_covers_the_day_of_the_procedure(
        self, start: date | None, end: date | None, expected: list[str], starts: datetime
    ) -> None:
        case = Case().visit("trial", starts=starts).authorized("trial", valid_from=start, valid_to=end)
        assert codes(self.IN_DATE, case) == expected
        assert codes(self.GRANTED, case) == []

    def test_has_no_date_to_cover_yet(self) -> None:
        assert codes(self.IN_DATE, Case().authorized("trial")) == ["no_date_yet"]
        assert codes(self.IN_DATE, trial()) == ["authorization_missing"]
        assert codes(self.IN_DATE, trial().authorized("implant")) == ["authorization_missing"]

    @pytest.mark.parametrize(
        ("units", "earlier", "expected"), [(2, 1, []), (2, 2, ["authorization_used_up"]), (None, 9, [])]
    )
    def test_units_are_used_by_the_doses_of_earlier_attempts(
        self, units: int | None, earlier: int, expected: list[str]
    ) -> None:
        case = Case().authorized("trial", units=units)
        for _ in range(earlier):
            case = case.dosed().next_attempt("trial")
        assert codes(self.GRANTED, case) == expected
        assert codes(self.GRANTED, case.dosed()) == expected, "this attempt's own dose is what it was granted for"

    def test_a_unit_is_used_by_an_earlier_implant(self) -> None:
        need = AuthorizationGranted(stage="implant")
        case = Case().authorized("implant", units=1).visit("implant").placed(appointment=2)
        assert codes(need, case) == []
        assert codes(need, case.next_attempt("implant")) == ["authorization_used_up"]
        assert codes(need, case.authorized("implant", units=1)) == []

    def test_the_latest_one_asked_for_stands(self) -> None:
        case = Case().authorized("trial").authorized("trial", state="denied")
        assert codes(self.GRANTED, case) == ["authorization_denied"]

    def test_is_waived_where_the_file_allows_it(self) -> None:
        case = Case().visit("implant").determined("waiver", "authorization.implant", attempt=1, second_by=2)
        assert codes(self.WAIVABLE, case) == []
        assert codes(self.WAIVABLE, case.next_attempt("implant").visit("implant")) == ["authorization_missing"]
        plain = AuthorizationGranted(stage="implant", in_date_on="procedure", of_procedure="implant")
        assert codes(plain, case) == ["authorization_missing"]

    def test_is_excused_by_a_deviation(self) -> None:
        assert codes(self.WAIVABLE, Case().deviated("implant", "authorization.implant")) == []


class TestDocument:
    ON_THE_DAY = DocumentInDate(document="laboratory", max_age_days=30, purpose="implant", of_procedure="implant")
    TODAY = DocumentInDate(document="laboratory", max_age_days=30)

    @pytest.mark.parametrize(
        ("dated_on", "expected"),
        [
            (DAY - 30 * ONE, []),
            (DAY - 31 * ONE, ["document_out_of_date"]),
            (DAY, []),
            (DAY + ONE, ["document_out_of_date"]),
        ],
    )
    def test_is_at_most_so_old_on_the_day(self, dated_on: date, expected: list[str]) -> None:
        case = Case().visit("implant").document("laboratory", dated_on)
        assert codes(self.ON_THE_DAY, case) == expected
        assert codes(self.TODAY, case) == expected

    def test_has_no_date_to_be_judged_on_yet(self) -> None:
        assert codes(self.ON_THE_DAY, Case().document("laboratory")) == ["no_date_yet"]
        assert codes(self.ON_THE_DAY, Case().visit("implant")) == ["document_missing"]
        assert codes(self.ON_THE_DAY, Case().visit("implant").document("other")) == ["document_missing"]

    def test_any_one_in_date_is_enough(self) -> None:
        case = Case().visit("implant").document("laboratory", DAY - ONE).document("laboratory", DAY - 90 * ONE)
        assert codes(self.ON_THE_DAY, case) == []

    def test_judged_today_it_turns_at_midnight_of_the_clinic(self) -> None:
        case = Case().document("laboratory", DAY - 30 * ONE)
        midnight = datetime(2026, 3, 18, 4, 0, tzinfo=UTC)
        assert self.TODAY.turns_at(case.snapshot, NOW) == midnight
        assert codes(self.TODAY, case, midnight - timedelta(seconds=1)) == []
        assert codes(self.TODAY, case, midnight) == ["document_out_of_date"]
        assert self.TODAY.turns_at(case.snapshot, midnight) is None
        assert self.ON_THE_DAY.turns_at(case.visit("implant").snapshot, NOW) is None

    @pytest.mark.parametrize(("indication", "expected"), [("pain", ["document_missing"]), ("spasticity", [])])
    def test_is_asked_of_one_indication_only(self, indication: str, expected: list[str]) -> None:
        need = DocumentInDate(document="psychological_evaluation", max_age_days=365, indication="pain")
        assert codes(need, Case().evaluated(indication=indication)) == expected


class TestChecklist:
    ITEMS = (("identity", "Two identifiers"), ("consent", "Consent read again"))
    RULES = tuple(ChecklistItemRule(key=key, label=label, stop="hard", part="before") for key, label in ITEMS)
    NEED = ChecklistDone(checklist="trial", purpose="trial", part="before", rules=RULES, of_procedure="trial")

    def test_lists_what_is_open(self) -> None:
        (blocker,) = self.NEED.blockers(trial().snapshot, NOW)
        assert (blocker.code, blocker.param("left"), blocker.param("first")) == (
            "checklist_open",
            "2",
            "Two identifiers",
        )

    def test_is_done_when_every_item_is_answered(self) -> None:
        case = trial()
        for item, _label in self.ITEMS:
            assert codes(self.NEED, case) == ["checklist_open"]
            case = answered(case, item)
        assert codes(self.NEED, case) == []

    def test_belongs_to_its_visit(self) -> None:
        case = trial()
        for item, _label in self.ITEMS:
            case = answered(case, item)
        assert codes(self.NEED, case.next_attempt("trial").visit("trial")) == ["checklist_open"]
        assert codes(self.NEED, case.without(Appointment)) == ["checklist_open"]

    def test_is_excused_by_a_deviation(self) -> None:
        assert codes(self.NEED, trial().deviated("trial", "checklist.trial.before")) == []
        assert codes(self.NEED, trial().deviated("trial", "checklist.trial.all")) == ["checklist_open"]


def answered(case: Case, item: str) -> Case:
    visit = case.snapshot.visit("trial")
    assert visit is not None
    return case.answered(visit.appointment, "trial", item)
