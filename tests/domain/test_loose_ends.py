"""A visit that nobody marked, and the grounds of a step that no longer stand: asked for once, while nothing replaces
them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.domain.builders import DAY, NOW, Case
from tracker.domain.facts import Authorization, Consent, Determination, Device
from tracker.domain.obligations import Obligation, obligations
from tracker.domain.pathway.requirements.trial import TrialResult
from tracker.domain.words import Role
from tracker.pathways.catalogue import current

ITB = current()
BESIDE = current("itb_reoperation")


def lost(case: Case) -> dict[str, Obligation]:
    """The lost grounds, by what was lost."""
    found = obligations(ITB, case.snapshot, NOW).of("ground_lost")
    return {each.subject.removeprefix("ground:"): each for each in found}


def implanted(stage: str = "maintained", **values: object) -> Case:
    """On outcome 1, consent 2 and authorization 3; the pump is fact 4."""
    case = Case(stage).outcome("positive").consented("implant").authorized("implant")
    known = {"origin": "implanted_here", "outcome_seq": 1, "consent_seq": 2, "authorization_seq": 3}
    return case.record(Device, **{**known, **values})


class TestTheVisitOfATrial:
    @pytest.mark.parametrize(
        ("device", "purpose", "state", "is_asked"),
        [
            ("trial_catheter", "trial", "arrived", False),
            ("trial_catheter", "trial", "booked", True),
            ("trial_catheter", "evaluation", "arrived", True),
            ("pump", "trial", "arrived", True),
        ],
    )
    def test_lasts_while_its_catheter_is_in(self, device: str, purpose: str, state: str, is_asked: bool) -> None:
        case = Case("trial_catheter_in").placed(device).visit(purpose, state, starts=NOW - timedelta(days=1))

        assert bool(obligations(ITB, case.snapshot, NOW).of("unmarked_day")) is is_asked

    def test_does_not_hide_the_other_visits(self) -> None:
        case = Case("trial_catheter_in").placed("trial_catheter").visit("trial", "arrived", starts=NOW)
        case.visit("evaluation", starts=NOW - timedelta(days=1))

        assert [each.subject for each in obligations(ITB, case.snapshot, NOW).of("unmarked_day")] == ["appointment:3"]


class TestTheResultOfATrial:
    def test_that_was_struck_out_is_lost_with_its_pump(self) -> None:
        (found,) = lost(implanted().without(Determination))

        assert found == "device:4"

    @pytest.mark.parametrize(
        "values", [{"origin": "already_in"}, {"kind": "catheter"}, {"deviation_seq": 9}, {"outcome_seq": None}]
    )
    def test_is_asked_only_of_a_pump_that_was_put_in_here_on_it(self, values: dict[str, object]) -> None:
        assert lost(implanted(**values).without(Determination)) == {}

    def test_stands_though_a_later_trial_failed(self) -> None:
        assert lost(implanted().outcome("negative_final")) == {}

    def test_that_only_grew_old_is_not_lost(self) -> None:
        """Also where the file asks at the implant whether it is too old."""
        (need,) = (each for each in ITB.procedures["implant"].needs if isinstance(each, TrialResult))
        implant = replace(ITB.procedures["implant"], needs=(replace(need, stale=True, max_age_days=1),))
        strict = replace(ITB, procedures={**ITB.procedures, "implant": implant})
        case = Case("implant_decision").outcome("positive", at=NOW - timedelta(days=9))

        assert obligations(strict, case.snapshot, NOW).of("ground_lost") == ()


class TestPapersOfAnImplant:
    def test_that_stand_are_not_lost(self) -> None:
        assert lost(implanted()) == {}

    @pytest.mark.parametrize(
        ("paper", "what"), [(Consent, "consent.implant"), (Authorization, "authorization.implant")]
    )
    def test_that_were_struck_out_are_lost(self, paper: type, what: str) -> None:
        (found,) = lost(implanted().without(paper)).items()

        assert found[0] == what
        assert (found[1].reason, found[1].anchor_on, found[1].params) == ("ground_lost", DAY, (("what", what),))

    @pytest.mark.parametrize("values", [{"origin": "already_in"}, {"deviation_seq": 9}, {"kind": "catheter"}])
    def test_are_asked_only_of_a_pump_that_was_put_in_here_by_the_book(self, values: dict[str, object]) -> None:
        case = implanted(**values).without(Consent).without(Authorization)

        assert lost(case) == {}

    def test_are_asked_of_every_pump_for_itself(self) -> None:
        elsewhere = Case("maintained").outcome("positive").placed(origin="already_in", outcome_seq=None)
        case = elsewhere.placed(origin="implanted_here", outcome_seq=1, consent_seq=9)

        assert set(lost(case)) == {"consent.implant"}, "the pump before it stops nothing"

    def test_that_were_never_there_are_not_lost(self) -> None:
        case = implanted(consent_seq=None, authorization_seq=None).without(Consent).without(Authorization)

        assert lost(case) == {}

    def test_of_the_trial_stand_for_nothing_here(self) -> None:
        case = implanted().without(Consent).without(Authorization).consented("trial").authorized("trial")

        assert set(lost(case)) == {"consent.implant", "authorization.implant"}

    @pytest.mark.parametrize(
        ("state", "is_lost"),
        [("granted", False), ("not_required", False), ("requested", True), ("denied", True), ("withdrawn", True)],
    )
    def test_are_the_payers_yes_and_no_other_word(self, state: str, is_lost: bool) -> None:
        case = implanted().without(Authorization).authorized("implant", state=state)

        assert ("authorization.implant" in lost(case)) is is_lost

    @pytest.mark.parametrize(
        ("stage", "reason"),
        [
            ("implant_authorization", "ground_lost"),
            ("implant_to_book", "authorization_missing"),
            ("implant_booked", "authorization_missing"),
            ("implant_day", "authorization_missing"),
            ("recovering", "ground_lost"),
        ],
    )
    def test_are_asked_for_once_on_the_way_to_the_next_implant(self, stage: str, reason: str) -> None:
        case = implanted(stage).without(Authorization)
        found = [each.reason for each in obligations(ITB, case.snapshot, NOW).of("ground_lost")]

        assert found == [reason]

    def test_that_were_taken_back_are_lost_since_that_was_known(self) -> None:
        known_at = NOW - timedelta(days=1)
        case = Case("implant_booked").outcome("positive").authorized("implant", state="denied", recorded_at=known_at)

        assert lost(case)["authorization.implant"].anchor_on == DAY - timedelta(days=1)

    def test_of_a_pump_that_is_out_are_nobodys_matter(self) -> None:
        case = implanted().without(Consent).record(Device, superseding=4, device=4, in_place=False)

        assert lost(case) == {}

    @pytest.mark.parametrize("stage", [each.name for each in BESIDE.stages.values() if each.is_open])
    def test_are_not_asked_on_a_pathway_without_an_implant(self, stage: str) -> None:
        found = obligations(BESIDE, Case(stage).snapshot, NOW).of("ground_lost")

        assert [each.subject for each in found if "implant" in each.subject] == []


class TestAClosedCase:
    def test_stands_on_the_death_that_closed_it(self) -> None:
        entered = replace(Case("deceased").snapshot, stage_entered_at=NOW - timedelta(days=2))
        (found,) = obligations(ITB, entered, NOW).of("ground_lost")
        assert (found.subject, found.owner, found.due_on) == ("ground:death", Role.PHYSICIAN, DAY - timedelta(days=2))
        assert (found.reason, dict(found.params)) == ("death_struck_out", {"what": "death", "step": "reopened"})

    def test_names_no_step_where_the_file_has_none(self) -> None:
        without = replace(ITB, transitions=tuple(each for each in ITB.transitions if each.source != "deceased"))
        (found,) = obligations(without, Case("deceased").snapshot, NOW).of("ground_lost")
        assert dict(found.params)["step"] == ""

    @pytest.mark.parametrize(("device", "step"), [("pump", "returned"), ("trial_catheter", "reopened")])
    def test_is_opened_by_what_is_in_the_patient(self, device: str, step: str) -> None:
        """A trial catheter alone leads back to the evaluation, never to where pumps are taken over."""
        case = Case("deceased").record(Device, kind=device)
        (found,) = obligations(ITB, case.snapshot, NOW).of("ground_lost")
        assert dict(found.params)["step"] == step

    @pytest.mark.parametrize(
        "case",
        [Case("deceased").determined("death", "died"), Case("declined"), Case("transferred"), Case("device_removed")],
    )
    def test_asks_for_nothing_where_it_stands_or_somebody_closed_it(self, case: Case) -> None:
        assert lost(case) == {}

    def test_of_the_dead_asks_about_a_visit_of_before_from_the_day_after_it(self) -> None:
        case = Case("deceased").visit("refill", starts=NOW).determined("death", "died")
        today = obligations(ITB, case.snapshot, NOW)
        assert today.of("unmarked_day") == ()
        assert today.next_change_at is not None
        (found,) = obligations(ITB, case.snapshot, today.next_change_at).of("unmarked_day")
        assert found.reason == "visit_still_booked"
