"""What a pathway file says about how its cases flow, as far as a simulation needs it. Nothing is listed a second time.

A stage waits for a payer if its next step needs an authorization as such, not one that holds on a procedure's day. A
procedure is done on the day its case enters the procedure's day stage from its booked stage; the way back is the
automatic step that needs the visit to be gone. All else is how long stages last and where they lead, which the file
cannot know.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tracker.domain.pathway.definition import Pathway, Stage, Transition
from tracker.domain.pathway.requirements.visit import AppointmentMade, AuthorizationGranted


@dataclass(frozen=True, slots=True)
class Booking:
    """A procedure: cases wait in ``booked`` for its date; then ``day``, or ``lost`` where they are booked anew."""

    procedure: str
    booked: str
    day: str
    lost: str


@dataclass(frozen=True, slots=True)
class Flow:
    """``bookings`` by booked stage. ``payers``: the procedure that a stage waits for the payer's answer about.

    ``ways``: the stages that each stage leads to. ``targets``: how many days the file wants a stage to last, and where
    it leads next. ``ends``: stages that are not followed further: closed ones, and the phases after the last procedure.
    """

    initial: str
    bookings: Mapping[str, Booking]
    payers: Mapping[str, str]
    ways: Mapping[str, frozenset[str]]
    targets: Mapping[str, tuple[int, str]]
    ends: frozenset[str]

    @property
    def procedures(self) -> tuple[str, ...]:
        """In the order of the file."""
        return tuple(each.procedure for each in self.bookings.values())


def flow_of(pathway: Pathway) -> Flow:
    """The flow of a file.

    :raises ValueError: for a procedure whose visit cannot be lost, because the file has no way back
    """
    bookings = {
        each.booked_stage: Booking(name, each.booked_stage, each.day_stage, _lost(pathway, name, each.booked_stage))
        for name, each in pathway.procedures.items()
    }
    open_stages = [stage for stage in pathway.stages.values() if stage.is_open]
    phases = list(pathway.phases)
    last = max((phases.index(pathway.stages[each.day].phase) for each in bookings.values()), default=-1)
    return Flow(
        initial=pathway.initial,
        bookings=bookings,
        payers={stage.name: payer for stage in open_stages if (payer := _payer(pathway, stage))},
        ways={stage.name: frozenset(edge.target for edge in pathway.leaving(stage.name)) for stage in open_stages},
        targets={stage.name: (stage.target_days or 0, _next(pathway, stage).target) for stage in open_stages},
        ends=frozenset(
            stage.name for stage in pathway.stages.values() if not stage.is_open or phases.index(stage.phase) > last
        ),
    )


def _next(pathway: Pathway, stage: Stage) -> Transition:
    edge = pathway.transition(stage.next, stage.name)
    if edge is None:
        raise ValueError(f"{stage.name} has no step {stage.next}")
    return edge


def _payer(pathway: Pathway, stage: Stage) -> str:
    asked = (need for need in _next(pathway, stage).needs if isinstance(need, AuthorizationGranted))
    return next((need.stage for need in asked if not need.in_date_on), "")


def _lost(pathway: Pathway, procedure: str, booked: str) -> str:
    for edge in pathway.leaving(booked):
        for need in edge.needs:
            is_gone = isinstance(need, AppointmentMade) and (need.purpose, need.state) == (procedure, "none")
            if edge.is_automatic and is_gone:
                return edge.target
    raise ValueError(f"no way back from {booked}")
