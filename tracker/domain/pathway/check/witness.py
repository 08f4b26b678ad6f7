"""Witnesses: concrete facts that let a step be taken, so that "can be reached" is shown on the real functions.

A ``Draft`` is a case that is given whatever a need asks for. It knows one easy way to meet each need, nothing more: if
that way fails, the step has no witness and the check says so.
"""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import TypeVar, get_type_hints

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.facts import (
    AdverseEvent,
    Appointment,
    Assessment,
    Authorization,
    ChecklistItem,
    Consent,
    Determination,
    Device,
    Document,
    Evaluation,
    Fact,
    Fill,
    FollowUp,
    TrialDose,
)
from tracker.domain.pathway.definition import Transition
from tracker.domain.pathway.requirements import Requirement
from tracker.domain.pathway.requirements.aftercare import FollowedUp
from tracker.domain.pathway.requirements.consent import ConsentValid
from tracker.domain.pathway.requirements.device import (
    AlarmDateKnown,
    DeviceRemoved,
    DeviceState,
    RefillDone,
    RefillPlanned,
)
from tracker.domain.pathway.requirements.person import ContraindicationsAnswered, Determined, EvaluationComplete
from tracker.domain.pathway.requirements.trial import (
    AdverseEventsAnswered,
    AssessmentRecorded,
    DoseGiven,
    DoseOrdered,
    Observed,
    OutcomeIs,
    TrialResult,
)
from tracker.domain.pathway.requirements.visit import (
    AppointmentMade,
    AuthorizationGranted,
    ChecklistDone,
    DocumentInDate,
)
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import (
    ASKED_ADVERSE,
    DeterminationKind,
    DeviceKind,
    FillKind,
    Happened,
    Indication,
    Occasion,
    Outcome,
)

F = TypeVar("F", bound=Fact)

#: Any instant will do; noon in most zones of the United States.
NOW = datetime(2026, 3, 17, 17, 0, tzinfo=UTC)
TODAY = NOW.date()
_EMPTY: dict[object, object] = {str: "", int: 0, bool: False, date: TODAY, datetime: NOW, Decimal: Decimal(0)}


@cache
def _blanks(kind: type[Fact]) -> dict[str, object]:
    """An empty value for every field of a fact that has no default."""
    hints = get_type_hints(kind)
    return {each.name: _EMPTY.get(hints[each.name]) for each in fields(kind) if each.default is MISSING}


@dataclass
class Draft:
    """One made-up case: its snapshot, and where its facts stand."""

    snapshot: Snapshot

    @classmethod
    def at(cls, stage: str) -> "Draft":
        """A grown-up of whom nothing is known."""
        born, calendar = date(1980, 1, 1), ClinicCalendar("America/New_York")
        return cls(Snapshot(stage=stage, stage_entered_at=NOW, birth_on=born, calendar=calendar))

    def add(self, table: type[F], /, *, instead_of: Fact | None = None, **known: object) -> F:
        """Write a fact, in place of another if that is named."""
        seq = 1 + max((fact.seq for fact in self.snapshot.facts), default=0)
        made = table(**{**_blanks(table), **known, "seq": seq})  # type: ignore[arg-type]  # blanks follow the field types
        self.snapshot = self.snapshot.with_fact(made, superseding=instead_of.seq if instead_of else None)
        return made

    def strike(self, kind: type[Fact], wanted: Callable[[Fact], bool] = lambda _fact: True) -> None:
        """Strike out facts of a kind."""
        for fact in self.snapshot.of(kind):
            if wanted(fact):
                self.snapshot = self.snapshot.without(fact.seq)

    def visit(self, purpose: str) -> Appointment:
        """The visit for a purpose, booked now if there is none."""
        return self.snapshot.visit(purpose) or self.add(
            Appointment, purpose=purpose, state="booked", attempt=self.snapshot.attempt(purpose), version=1
        )

    def device(self, kind: str) -> Device:
        """The device of that kind in the patient, placed now if there is none."""
        here = [each for each in self.snapshot.devices_in_place if each.kind == kind]
        return here[0] if here else self.add(Device, kind=kind, in_place=True, device=len(self.snapshot.facts) + 1)

    def dose(self) -> TrialDose:
        """This attempt's dose, given long enough ago to have been observed."""
        snapshot, given = self.snapshot, NOW - timedelta(days=1)
        return snapshot.attempt_dose or self.add(
            TrialDose, attempt=snapshot.trial_attempt, series=snapshot.trial_series, effective_at=given
        )

    def determine(self, kind: DeterminationKind, value: str, purpose: str = "", at: datetime = NOW) -> None:
        """Determine it in place of whatever was determined of that kind before."""
        self.strike(Determination, lambda fact: isinstance(fact, Determination) and fact.kind == kind)
        attempt = self.snapshot.attempt(purpose) if purpose else 1
        self.add(Determination, kind=kind, value=value, attempt=attempt, second_by=2, effective_at=at)


def meet(draft: Draft, edge: Transition) -> None:
    """Write facts until nothing that the step needs is missing, or no easy way is left."""
    for _round in range(2):
        for need in edge.needs:
            if need.blockers(draft.snapshot, NOW):
                _WAYS.get(type(need), _no_way)(draft, need)


def take(draft: Draft, edge: Transition) -> None:
    """Stand where the step leads, with the attempts it begins."""
    begins, now = edge.begins, draft.snapshot
    draft.snapshot = replace(
        now,
        stage=edge.target,
        trial_attempt=now.trial_attempt + ("trial" in begins),
        trial_series=now.trial_series + ("series" in begins),
        implant_attempt=now.implant_attempt + ("implant" in begins),
    )


def _no_way(_draft: Draft, _need: Requirement) -> None:
    """Time or age cannot be given to a case."""


def _appointment(draft: Draft, need: AppointmentMade) -> None:
    if need.state == "none":
        draft.strike(Appointment, lambda fact: isinstance(fact, Appointment) and fact.purpose == need.purpose)
        return
    visit = draft.visit(need.purpose)
    if need.state == "arrived":
        draft.strike(Appointment, lambda fact: fact.seq == visit.seq)
        draft.add(Appointment, purpose=need.purpose, state="arrived", attempt=visit.attempt)


def _consent(draft: Draft, need: ConsentValid) -> None:
    draft.visit(need.purpose)
    draft.add(Consent, purpose=need.purpose, state="signed", signed_on=TODAY)


def _authorization(draft: Draft, need: AuthorizationGranted) -> None:
    if need.in_date_on:
        draft.visit(need.stage)
    draft.add(Authorization, stage=need.stage, state="granted", authorization=len(draft.snapshot.facts) + 1)


def _document(draft: Draft, need: DocumentInDate) -> None:
    if need.purpose:
        draft.visit(need.purpose)
    draft.add(Document, kind=need.document)


def _checklist(draft: Draft, need: ChecklistDone) -> None:
    visit = draft.visit(need.purpose)
    for rule in need.items:
        draft.add(ChecklistItem, appointment=visit.appointment, checklist=need.checklist, item=rule.key, state="done")


def _assessment(draft: Draft, need: AssessmentRecorded) -> None:
    if need.occasion == Occasion.BASELINE:
        draft.add(Assessment, occasion=need.occasion)
        return
    dose = draft.dose()
    at = dose.effective_at + timedelta(hours=need.from_hours)
    draft.add(Assessment, occasion=need.occasion, dose_seq=dose.seq, effective_at=at)


def _adverse_events(draft: Draft, need: AdverseEventsAnswered) -> None:
    dose = draft.dose()
    at = dose.effective_at + timedelta(hours=need.from_hours)
    for event in ASKED_ADVERSE:
        draft.add(AdverseEvent, dose_seq=dose.seq, event=event, happened=Happened.NO, effective_at=at)


def _dose(draft: Draft, need: DoseGiven) -> None:
    if need.absent:
        draft.strike(TrialDose)
    else:
        draft.dose()


def _observed(draft: Draft, _need: Observed) -> None:
    draft.dose()


def _dose_order(draft: Draft, _need: DoseOrdered) -> None:
    draft.determine(DeterminationKind.DOSE_ORDER, "50")


def _outcome(draft: Draft, need: OutcomeIs) -> None:
    draft.determine(DeterminationKind.OUTCOME, min(need.outcomes), "trial")


def _trial_result(draft: Draft, need: TrialResult) -> None:
    long_ago = NOW - timedelta(days=need.max_age_days + 2)
    draft.determine(DeterminationKind.OUTCOME, Outcome.POSITIVE, "trial", long_ago if need.stale else NOW)


def _device(draft: Draft, need: DeviceState) -> None:
    if need.in_place:
        draft.device(DeviceKind.PUMP if need.device == "any" else need.device)
        return
    for each in draft.snapshot.devices_in_place:
        if need.device in ("any", each.kind):
            draft.add(Device, instead_of=each, kind=each.kind, device=each.device, in_place=False, tip_intact=True)


def _catheter_out(draft: Draft, _need: DeviceRemoved) -> None:
    here = [each for each in draft.snapshot.of(Device) if each.kind == DeviceKind.TRIAL_CATHETER]
    kind, instead_of = DeviceKind.TRIAL_CATHETER, here[-1] if here else None
    draft.add(Device, instead_of=instead_of, kind=kind, in_place=False, tip_intact=True)


def _alarm_date(draft: Draft, _need: AlarmDateKnown) -> None:
    pump = draft.device(DeviceKind.PUMP)
    draft.add(Fill, device=pump.device, kind=FillKind.TAKEN_OVER, alarm_on=TODAY + timedelta(days=60))


def _refill_booked(draft: Draft, _need: RefillPlanned) -> None:
    draft.visit("refill")


def _refill_done(draft: Draft, _need: RefillDone) -> None:
    pump = draft.device(DeviceKind.PUMP)
    draft.add(Fill, device=pump.device, kind=FillKind.REFILL, alarm_on=TODAY + timedelta(days=60))


def _evaluation(draft: Draft, _need: EvaluationComplete | ContraindicationsAnswered) -> None:
    draft.strike(Evaluation)
    draft.add(
        Evaluation,
        indication=Indication.SPASTICITY,
        spasticity_origin="spinal",
        oral_therapy_failed=True,
        hypersensitivity=False,
        active_infection=False,
        anticoagulated=False,
        body_too_small=False,
        spinal_anomaly=False,
    )


def _determined(draft: Draft, need: Determined) -> None:
    if need.absent:
        draft.strike(Determination, lambda fact: isinstance(fact, Determination) and fact.kind == need.determination)
    else:
        draft.determine(need.determination, need.value or "yes", need.purpose)


def _followed_up(draft: Draft, need: FollowedUp) -> None:
    draft.add(FollowUp, rule=need.rule, result=min(need.results))


_WAYS: dict[type[Requirement], Callable[..., None]] = {
    AppointmentMade: _appointment,
    ConsentValid: _consent,
    AuthorizationGranted: _authorization,
    DocumentInDate: _document,
    ChecklistDone: _checklist,
    AssessmentRecorded: _assessment,
    AdverseEventsAnswered: _adverse_events,
    DoseGiven: _dose,
    Observed: _observed,
    DoseOrdered: _dose_order,
    OutcomeIs: _outcome,
    TrialResult: _trial_result,
    DeviceState: _device,
    DeviceRemoved: _catheter_out,
    AlarmDateKnown: _alarm_date,
    RefillPlanned: _refill_booked,
    RefillDone: _refill_done,
    EvaluationComplete: _evaluation,
    ContraindicationsAnswered: _evaluation,
    Determined: _determined,
    FollowedUp: _followed_up,
}
