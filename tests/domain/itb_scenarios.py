"""What the intrathecal baclofen file must ask, step by step: a case that may take the step, and one change too many.

Written from the clinical facts, not from the file. Each scenario holds twice: the ready case is allowed the step, the
spoilt one is blocked for exactly the reason named. ``test_removals`` takes every requirement out of the file in turn
and expects the pathway check or one of these to notice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from tests.domain.builders import DAY, NOW, STARTS, Case, evaluated, for_implant, for_trial, with_pump
from tracker.domain.facts import (
    AdverseEvent,
    Assessment,
    Authorization,
    Determination,
    DeviceLabel,
    Document,
    Fill,
)
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.engine import unmet

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Scenario:
    """``about``: a parameter of the blocker, where its code alone does not say what is missing."""

    source: str
    step: str
    code: str
    ready: Callable[[Pathway], Case]
    spoil: Callable[[Case], Case]
    about: str = ""

    def __str__(self) -> str:
        return f"{self.source}-{self.step}-{self.code}{'-' + self.about if self.about else ''}"

    def hold(self, pathway: Pathway) -> None:
        """Both halves, on any file that should behave like this.

        :raises AssertionError: where it does not
        """
        edge = pathway.transition(self.step, self.source)
        assert edge is not None, f"{self.source} has no step {self.step}"
        assert unmet(edge.needs, self.ready(pathway).snapshot, NOW) == ()
        blockers = unmet(edge.needs, self.spoil(self.ready(pathway)).snapshot, NOW)
        named = [blocker for blocker in blockers if blocker.code == self.code]
        assert any(self.about in ("", *dict(blocker.params).values()) for blocker in named), (self.code, blockers)


def _ready(make: Callable[[str], Case], stage: str) -> Callable[[Pathway], Case]:
    return lambda _pathway: make(stage)


def _arrived(_: Pathway) -> Case:
    return for_trial("trial_booked", "arrived", _)


def _dosed(pathway: Pathway) -> Case:
    return for_trial("trial_day", "arrived", pathway).dosed()


def _observed(pathway: Pathway) -> Case:
    return _dosed(pathway).at_stage("trial_observation").scored().asked()


def _catheter(pathway: Pathway) -> Case:
    return for_trial("trial_day", "arrived", pathway).placed("trial_catheter")


def _implant(pathway: Pathway) -> Case:
    return for_implant("implant_booked", "arrived", pathway)


def _in_pain(pathway: Pathway) -> Case:
    return _implant(pathway).in_pain().document("psychological_evaluation")


def _implanted(pathway: Pathway) -> Case:
    case = for_implant("implant_day", "arrived", pathway).placed().placed("catheter").filled("implant")
    return case.visit("refill", starts=STARTS + timedelta(days=40))


def _earlier_dose(case: Case) -> Case:
    """A dose 23 hours before this visit, in an earlier attempt."""
    return case.dosed(STARTS - 23 * HOUR, attempt=0)


def _reviewed(_: Pathway) -> Case:
    return Case("trial_review").dosed().outcome("negative_repeatable").ordered()


def _pain_candidate(_: Pathway) -> Case:
    return evaluated("evaluating").in_pain().document("psychological_evaluation")


def _waived(_: Pathway) -> Case:
    return _pain_candidate(_).determined("waiver", "trial_result", second_by=2)


def _stale(_: Pathway) -> Case:
    return Case("implant_to_book").outcome("positive", NOW - timedelta(days=400))


_FOLLOWED = (
    ("first_refill", "recovering", "no_device"),
    ("intake_done", "pump_intake", "device_out"),
    ("device_in_order", "device_review", "device_out"),
)


def _followed(stage: str) -> Case:
    return with_pump(stage).filled("refill")


SCENARIOS: tuple[Scenario, ...] = (
    Scenario("evaluating", "candidate", "evaluation_lacks", _ready(evaluated, "evaluating"),
             lambda c: c.evaluated(spasticity_origin="")),
    Scenario("evaluating", "candidate", "not_answered", _ready(evaluated, "evaluating"),
             lambda c: c.evaluated(active_infection=None)),
    Scenario("evaluating", "candidate", "baseline_missing", _ready(evaluated, "evaluating"),
             lambda c: c.without(Assessment)),
    Scenario("evaluating", "candidate", "too_young", _ready(evaluated, "evaluating"),
             lambda c: c.born(date(2022, 3, 18))),
    Scenario("evaluating", "candidate", "document_missing", _pain_candidate,
             lambda c: c.without(Document), about="psychological_evaluation"),
    Scenario("evaluating", "trial_waived", "evaluation_lacks", _waived,
             lambda c: c.in_pain(off_label_reason="")),
    Scenario("evaluating", "trial_waived", "not_answered", _waived,
             lambda c: c.in_pain(anticoagulated=None)),
    Scenario("evaluating", "trial_waived", "baseline_missing", _waived, lambda c: c.without(Assessment)),
    Scenario("evaluating", "trial_waived", "no_positive_trial", _waived, lambda c: c.evaluated()),
    Scenario("trial_to_book", "trial_booked", "authorization_out_of_date",
             lambda p: for_trial("trial_to_book", "booked", p),
             lambda c: c.without(Authorization).authorized("trial", valid_to=DAY - timedelta(days=1))),
    Scenario("trial_to_book", "trial_booked", "too_soon", lambda p: for_trial("trial_to_book", "booked", p),
             _earlier_dose),
    Scenario("trial_booked", "trial_day", "too_soon", _arrived, _earlier_dose),
    Scenario("trial_booked", "trial_day", "not_answered", _arrived, lambda c: c.evaluated(spinal_anomaly=None)),
    Scenario("trial_booked", "trial_day", "too_young", _arrived, lambda c: c.born(date(2022, 3, 18))),
    Scenario("trial_day", "dose_given", "dose_not_ordered", _dosed,
             lambda c: c.without(Determination, kind="dose_order")),
    Scenario("trial_day", "dose_given", "baseline_missing", _dosed, lambda c: c.without(Assessment)),
    Scenario("trial_day", "catheter_placed", "baseline_missing", _catheter, lambda c: c.without(Assessment)),
    Scenario("trial_observation", "observation_closed", "observation_running", _observed,
             lambda c: c.dosed(NOW - 4 * HOUR + timedelta(seconds=1)).scored(2)),
    Scenario("trial_observation", "observation_closed", "adverse_events_open", _observed,
             lambda c: c.without(AdverseEvent, event="seizure")),
    Scenario("trial_observation", "observation_closed", "score_missing", _observed,
             lambda c: c.without(Assessment, occasion="after_dose").scored(1.9)),
    Scenario("trial_catheter_in", "catheter_out", "catheter_in",
             lambda _: Case("trial_catheter_in").placed("trial_catheter").removed("trial_catheter"),
             lambda c: c.placed("trial_catheter").removed("trial_catheter", tip_intact=False)),
    Scenario("trial_review", "trial_positive", "outcome_missing",
             lambda _: Case("trial_review").outcome("positive"), lambda c: c.next_attempt("trial")),
    Scenario("trial_review", "another_dose", "outcome_is", _reviewed, lambda c: c.outcome("negative_final")),
    Scenario("trial_review", "another_dose", "dose_not_ordered", _reviewed,
             lambda c: c.without(Determination, kind="dose_order")),
    Scenario("trial_review", "another_dose", "series_full", _reviewed, lambda c: c.dosed().dosed()),
    Scenario("trial_review", "units_used_up", "outcome_is", _reviewed, lambda c: c.outcome("positive")),
    Scenario("trial_review", "units_used_up", "dose_not_ordered", _reviewed,
             lambda c: c.without(Determination, kind="dose_order")),
    Scenario("implant_to_book", "result_too_old", "result_in_date", _stale, lambda c: c.outcome("positive")),
    Scenario("implant_to_book", "result_too_old", "visit_stands", _stale, lambda c: c.visit("implant")),
    Scenario("trial_review", "trial_unsuccessful", "outcome_is", _reviewed, lambda c: c.outcome("positive")),
    Scenario("implant_booked", "ground_lost", "determined", lambda _: Case("implant_booked"),
             lambda c: c.outcome("positive")),
    Scenario("implant_booked", "ground_lost", "visit_stands", lambda _: Case("implant_booked"),
             lambda c: c.visit("implant")),
    Scenario("implant_booked", "coverage_changed", "visit_stands",
             lambda _: Case("implant_booked").outcome("positive"), lambda c: c.visit("implant")),
    Scenario("implant_authorization", "implant_authorized", "authorization_denied",
             lambda _: Case("implant_authorization").outcome("positive").authorized("implant"),
             lambda c: c.without(Authorization).authorized("implant", state="denied")),
    Scenario("implant_to_book", "implant_booked", "authorization_out_of_date",
             lambda p: for_implant("implant_to_book", "booked", p),
             lambda c: c.without(Authorization).authorized("implant", valid_from=DAY + timedelta(days=1))),
    Scenario("implant_booked", "implant_day", "document_out_of_date", _implant,
             lambda c: c.without(Document).document("laboratory").document(
                 "history_and_physical", DAY - timedelta(days=31)),
             about="history_and_physical"),
    Scenario("implant_booked", "implant_day", "document_missing", _implant,
             lambda c: c.without(Document, kind="laboratory"), about="laboratory"),
    Scenario("implant_booked", "implant_day", "document_missing", _in_pain,
             lambda c: c.without(Document, kind="psychological_evaluation"), about="psychological_evaluation"),
    Scenario("implant_booked", "implant_day", "device_expired", _implant,
             lambda c: c.record(DeviceLabel, expires_on=DAY - timedelta(days=1))),
    Scenario("implant_day", "implant_discharged", "no_device", _implanted, lambda c: c.removed("pump")),
    *(Scenario(stage, step, code, _ready(_followed, stage), lambda c: c.removed("pump"))
      for step, stage, code in _FOLLOWED),
    Scenario("recovering", "first_refill", "refill_not_done", _ready(_followed, "recovering"),
             lambda c: c.without(Fill, kind="refill")),
    Scenario("maintained", "therapy_stopped", "device_out",
             lambda _: with_pump("maintained").determined("therapy_stopped", second_by=2), lambda c: c.removed("pump")),
    Scenario("maintained", "therapy_stopped", "not_determined",
             lambda _: with_pump("maintained").determined("therapy_stopped", second_by=2),
             lambda c: c.determined("therapy_stopped")),
    Scenario("device_review", "device_removed", "not_determined",
             lambda _: Case("device_review").determined("withdrawal_watch_closed"),
             lambda c: c.without(Determination)),
    Scenario("device_review", "replacement_needed", "device_in_place",
             lambda _: Case("device_review").outcome("positive"), lambda c: c.placed()),
    Scenario("declined", "reopened", "device_in_place", lambda _: Case("declined"), lambda c: c.placed()),
    Scenario("deceased", "reopened", "determined", lambda _: Case("deceased"), lambda c: c.determined("death")),
    Scenario("deceased", "returned", "determined", lambda _: Case("deceased").placed(),
             lambda c: c.determined("death")),
)  # fmt: skip
