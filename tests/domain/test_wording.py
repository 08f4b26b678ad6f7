"""Every blocker has its sentence, and the sentences say the dates and the words of the clinic."""

import ast

import pytest

from tests.support.source import sources
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.definition import Transition
from tracker.domain.pathway.requirements import VOCABULARY, Requirement
from tracker.domain.pathway.requirements.device import DeviceState
from tracker.domain.pathway.requirements.person import Determined
from tracker.domain.pathway.requirements.trial import DoseGiven, TrialResult
from tracker.domain.pathway.requirements.visit import AppointmentMade
from tracker.domain.pathway.wording import SENTENCES, met_sentence, people, sentence, sentence_of
from tracker.domain.words import DeterminationKind, Role
from tracker.pathways.catalogue import CURRENT, current

EDGES = [edge for name in CURRENT for edge in current(name).transitions]

#: Made from the state of an authorization, by a service when the act is recorded, or the reasons of to-dos.
_MADE_ELSEWHERE = {
    "advisory",
    "authorization_requested",
    "authorization_denied",
    "authorization_withdrawn",
    "determined",
    "not_determined",
    "day_not_begun",
    "alarm_date_unconfirmed",
    "alarm_date_void",
    "consent_taken_back",
    "consent_visit_not_booked",
    "death_struck_out",
    "dose_before_arrival",
    "dose_differs",
    "dose_not_listed",
    "expiry_missing",
    "wrong_drug",
    "wrong_strength",
    "drug_not_in_stock",
    "drug_ordered",
    "end_of_service_by_age",
    "end_of_service_by_battery",
    "end_of_service_indicated",
    "end_of_service_printed",
    "refill_without_pump",
    "end_of_service_unknown",
    "follow_up",
    "observation_open",
    "pump_after_death",
    "pump_call",
    "residual_differs",
    "reading_differs",
    "scan_decision",
    "scan_read_after",
    "scan_read_before",
    "scan_task",
    "time_not_final",
    "transfer_asked",
    "unreachable",
    "visit_unconfirmed",
    "lot_expired",
    "residual_above_reservoir",
    "catheter_length_unknown",
    "implant_incomplete",
    "checklist_expired",
    "checklist_fever",
    "checklist_signs",
    "checklist_order",
    "checklist_time",
    "checklist_value",
}


def codes() -> set[str]:
    """The codes that requirements write down."""
    calls = (
        node
        for each in sources("tracker/domain/pathway/requirements")
        for node in each.nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "blocker"
    )
    return {str(call.args[0].value) for call in calls if isinstance(call.args[0], ast.Constant)}


class TestSentences:
    def test_stand_for_every_code_and_no_other(self) -> None:
        assert set(SENTENCES) - _MADE_ELSEWHERE == codes()

    @pytest.mark.parametrize("code", SENTENCES)
    def test_never_break_on_missing_parameters(self, code: str) -> None:
        assert sentence(code, {})

    def test_say_the_purpose_in_plain_words(self) -> None:
        blocker = Blocker("consent_missing", (("purpose", "implant"),))
        assert sentence_of(blocker) == "Consent for the implant is not signed"

    def test_say_how_old_a_document_will_be(self) -> None:
        params = {"document": "history_and_physical", "dated": "2026-10-31", "on": "2026-12-04"}
        assert sentence("document_out_of_date", params) == "H&P will be 34 days old on Fri 4 Dec 2026"

    def test_say_when_an_authorization_begins_too_late(self) -> None:
        params = {"stage": "trial", "starts": "2026-12-07", "ends": "2026-12-31", "on": "2026-12-04"}
        assert sentence("authorization_out_of_date", params) == (
            "Prior auth for the trial begins Mon 7 Dec 2026, the procedure is Fri 4 Dec 2026"
        )

    def test_read_a_code_of_an_older_version_as_words(self) -> None:
        assert sentence("moon_is_full", {}) == "Moon is full"


class TestPeople:
    @pytest.mark.parametrize(
        ("roles", "words"),
        [
            ((), ""),
            ((Role.PHYSICIAN,), "physician"),
            ((Role.THERAPIST, Role.NURSE, Role.PHYSICIAN), "therapist, nurse or physician"),
        ],
    )
    def test_are_named_as_one_would_say_it(self, roles: tuple[Role, ...], words: str) -> None:
        assert people(roles) == words


class TestWhatIsMet:
    @pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge.source}-{edge.name}")
    def test_is_said_without_a_code_word(self, edge: Transition) -> None:
        for need in edge.needs:
            assert met_sentence(need) and "_" not in met_sentence(need)

    @pytest.mark.parametrize("kind", VOCABULARY.values(), ids=list(VOCABULARY))
    def test_has_words_for_every_kind(self, kind: type[Requirement]) -> None:
        assert any(type(need) is kind for edge in EDGES for need in edge.needs)

    def test_says_the_opposite_of_what_must_not_be(self) -> None:
        assert met_sentence(AppointmentMade(purpose="trial", state="none")) == "no visit for the trial stands"
        assert met_sentence(AppointmentMade(purpose="trial")) == "trial booked"
        assert met_sentence(Determined(determination=DeterminationKind.DEATH, absent=True)) == "not: patient deceased"
        assert met_sentence(DeviceState(device="pump", in_place=False)) == "no pump in the patient"
        assert met_sentence(DoseGiven(absent=True)) == "no test dose given"
        assert met_sentence(TrialResult(max_age_days=365, stale=True)) == "trial result too old"
