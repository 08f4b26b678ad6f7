"""What somebody must look at because it was left open, done against the plan, or has lost the ground it stood on."""

from collections.abc import Iterator
from datetime import datetime

from tracker.domain.facts import Appointment, Authorization
from tracker.domain.obligations.obligation import Obligation, View
from tracker.domain.pathway.definition import Procedure
from tracker.domain.pathway.engine import DEATH
from tracker.domain.pathway.requirements.trial import TrialResult
from tracker.domain.pathway.requirements.visit import AuthorizationGranted
from tracker.domain.words import (
    LIVE_APPOINTMENT,
    AppointmentState,
    AuthorizationState,
    DeterminationKind,
    DeviceKind,
    DeviceOrigin,
    Purpose,
)

NO_GROUND = frozenset({"authorization_missing", "authorization_denied", "authorization_withdrawn"})
#: What a payer says that an implant can stand on.
GROUND = frozenset({AuthorizationState.GRANTED, AuthorizationState.NOT_REQUIRED})


def unmarked_days(view: View) -> Iterator[Obligation]:
    """A visit whose day is over and that still holds its place: nobody said whether the patient came, or left.

    With a trial catheter in, the trial's visit lasts for days, and the ordered day of removal is what is asked.
    """
    stays = any(each.kind == DeviceKind.TRIAL_CATHETER for each in view.snapshot.devices_in_place)
    for visit in view.snapshot.of(Appointment):
        over_on = view.day(visit.ends_at)
        if stays and (visit.purpose, visit.state) == (Purpose.TRIAL, AppointmentState.ARRIVED):
            continue
        if visit.state in LIVE_APPOINTMENT and over_on < view.today:
            yield view.due(
                "unmarked_day",
                f"appointment:{visit.appointment}",
                anchor_on=over_on,
                not_before=over_on,
                reason=f"visit_still_{visit.state}",
                params={"purpose": visit.purpose},
            )


def deviation_reviews(view: View) -> Iterator[Obligation]:
    """What was done against the plan stays open until a physician has reviewed it, or it is struck out."""
    snapshot = view.snapshot
    reviewed = {each.about_seq for each in snapshot.determinations(DeterminationKind.DEVIATION_REVIEWED)}
    for deviation in snapshot.determinations(DeterminationKind.DEVIATION):
        if deviation.seq not in reviewed:
            known_on = view.day(deviation.recorded_at)
            yield view.due(
                "deviation_review",
                f"deviation:{deviation.seq}",
                anchor_on=known_on,
                not_before=known_on,
                reason="deviation",
                params={"why": deviation.reason},
            )


def grounds_lost(view: View) -> Iterator[Obligation]:
    """A step was taken on a fact that no longer stands. The case stays where it is; somebody must decide."""
    if not view.is_open:
        yield from _death_lost(view)
        return
    yield from _trial_result_lost(view)
    yield from _authorization_lost(view)
    yield from _implant_papers_lost(view)


def _death_lost(view: View) -> Iterator[Obligation]:
    """The case was closed because the patient had died, and that was struck out: nothing else would ask for somebody
    who is alive. Anything but death ends a case with a person's own step."""
    snapshot = view.snapshot
    if snapshot.stage != DEATH or snapshot.is_dead:
        return
    ways = view.pathway.leaving(DEATH)
    open_ones = [edge.name for edge in ways if not any(need.blockers(snapshot, view.now) for need in edge.needs)]
    lost_on = view.day(snapshot.stage_entered_at)
    params: dict[str, object] = {"what": "death", "step": next(iter(open_ones), "")}
    yield view.due(
        "ground_lost",
        "ground:death",
        anchor_on=lost_on,
        not_before=lost_on,
        reason="death_struck_out",
        params=params,
    )


def _trial_result_lost(view: View) -> Iterator[Obligation]:
    """In the implant phase, and for the pump that was implanted on it: no positive trial stands, and nothing excuses
    that. A result that only became too old blocks the next step; it is not lost."""
    procedure = view.pathway.procedures.get(Purpose.IMPLANT)
    needs = [need for need in procedure.needs if isinstance(need, TrialResult)] if procedure else []
    if not any(b.code == "no_positive_trial" for need in needs for b in need.blockers(view.snapshot, view.now)):
        return
    outcome = view.snapshot.determination(DeterminationKind.OUTCOME)
    lost_at = outcome.recorded_at if outcome else view.snapshot.stage_entered_at
    if view.pathway.stages[view.snapshot.stage].phase == Purpose.IMPLANT:
        yield _lost(view, "trial_result", lost_at)
        return
    standing = {each.seq for each in view.snapshot.determinations(DeterminationKind.OUTCOME)}
    for pump in view.snapshot.devices_in_place:
        is_ours = pump.kind == DeviceKind.PUMP and pump.origin == DeviceOrigin.IMPLANTED_HERE
        if is_ours and pump.deviation_seq is None and pump.outcome_seq and pump.outcome_seq not in standing:
            yield _lost(view, f"device:{pump.device}", lost_at)


def _authorization_lost(view: View) -> Iterator[Obligation]:
    """From the stage in which the date is sought to the day itself, the payer's word must stand."""
    for procedure in view.pathway.procedures.values():
        if not _is_sought(view, procedure):
            continue
        needs = (need for need in procedure.needs if isinstance(need, AuthorizationGranted))
        for blocker in (found for need in needs for found in need.blockers(view.snapshot, view.now)):
            if blocker.code in NO_GROUND:
                standing = view.snapshot.authorization(procedure.purpose)
                lost_at = standing.recorded_at if standing else view.snapshot.stage_entered_at
                yield _lost(view, f"authorization.{procedure.purpose}", lost_at, why=blocker.code)


def _implant_papers_lost(view: View) -> Iterator[Obligation]:
    """The pump was implanted on a consent or an authorization that was struck out since, and none stands in its place.

    One that was written anew (signed again, extended, asked again for a replacement) is not lost, nor is a consent
    that the patient withdrew later: it stood on the day.
    """
    snapshot = view.snapshot
    is_consented = snapshot.consent(Purpose.IMPLANT) is not None
    is_granted = any(a.stage == Purpose.IMPLANT and a.state in GROUND for a in snapshot.of(Authorization))
    procedure = view.pathway.procedures.get(Purpose.IMPLANT)
    is_asked_for = procedure is not None and _is_sought(view, procedure)  # by ``_authorization_lost``
    for pump in snapshot.devices_in_place:
        is_ours = pump.kind == DeviceKind.PUMP and pump.origin == DeviceOrigin.IMPLANTED_HERE
        if not is_ours or pump.deviation_seq is not None:
            continue
        if pump.consent_seq is not None and not is_consented:
            yield _lost(view, "consent.implant", snapshot.stage_entered_at)
        if pump.authorization_seq is not None and not (is_granted or is_asked_for):
            yield _lost(view, "authorization.implant", snapshot.stage_entered_at)


def _is_sought(view: View, procedure: Procedure) -> bool:
    """Whether the case stands between the stage in which the date of a procedure is sought and that day itself."""
    stage = view.snapshot.stage
    leads_on = {edge.target for edge in view.pathway.leaving(stage) if not edge.is_deviation}
    return procedure.booked_stage in leads_on or stage in {procedure.booked_stage, procedure.day_stage}


def _lost(view: View, what: str, lost_at: datetime, why: str = "ground_lost") -> Obligation:
    lost_on = view.day(lost_at)
    return view.due(
        "ground_lost", f"ground:{what}", anchor_on=lost_on, not_before=lost_on, reason=why, params={"what": what}
    )
