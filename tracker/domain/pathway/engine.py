"""The engine: which steps a case may take, and everything that stands in the way of each.

The same blockers enforce (a service refuses with them), explain (pages), verify (the pathway check) and report (why
patients wait). Nothing here reads a clock: ``now`` comes in, and ``next_change_at`` says when time alone will change
the answer.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.errors import NotFound
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.definition import Pathway, Stage, Transition
from tracker.domain.pathway.needs import checklist_need
from tracker.domain.pathway.requirements import Requirement
from tracker.domain.pathway.requirements.visit import ChecklistDone
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import LIVE_APPOINTMENT, AppointmentState, Purpose, Role

DEATH = "deceased"
#: How a blocker is cleared that something on record makes: by striking that out, and by nothing else.
RULED_OUT = "correct"


@dataclass(frozen=True, slots=True)
class Offer:
    """One step out of the case's stage: what stands in its way, and what is met."""

    transition: Transition
    blockers: tuple[Blocker, ...]
    met: tuple[Requirement, ...]

    @property
    def is_allowed(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.blockers

    def may_be_taken_by(self, roles: Collection[Role]) -> bool:
        """Whether one of the roles may ask for this step. Nobody asks for an automatic one."""
        return not self.transition.is_automatic and bool(self.transition.roles & set(roles))


@dataclass(frozen=True, slots=True)
class Offered:
    """Every step out of the stage, in the order of the file, and the next instant at which time changes one."""

    offers: tuple[Offer, ...]
    next_name: str
    next_change_at: datetime | None

    @property
    def next(self) -> Offer | None:
        """The step that "ready" and "blocked" speak of; ``None`` in a closed stage."""
        return next((offer for offer in self.offers if offer.transition.name == self.next_name), None)

    def named(self, name: str) -> Offer | None:
        """The offer of that name, if the stage has it."""
        return next((offer for offer in self.offers if offer.transition.name == name), None)


def unmet(needs: tuple[Requirement, ...], snapshot: Snapshot, now: datetime) -> tuple[Blocker, ...]:
    """Every blocker of a list of needs, each thing once for each need that it keeps from being met, in the order of the
    list: without a booked day neither consent nor authorization is shown to hold, and a deviation must name both."""
    found: dict[tuple[object, ...], Blocker] = {}
    for need in needs:
        for blocker in need.blockers(snapshot, now):
            found.setdefault((*blocker.key, blocker.requirement), blocker)
    return tuple(found.values())


def offered(pathway: Pathway, snapshot: Snapshot, now: datetime) -> Offered:
    """Every step out of the case's stage: allowed, or the complete list of its blockers."""
    edges = pathway.leaving(snapshot.stage)
    turns = (need.turns_at(snapshot, now) for edge in edges for need in edge.needs)
    offers = {edge.name: _offer(edge, snapshot, now) for edge in edges if not edge.is_deviation}
    return Offered(
        offers=tuple(offers.values()),
        next_name=_following(pathway.stages[snapshot.stage], edges, lambda edge: offers[edge.name].blockers),
        next_change_at=min((turn for turn in turns if turn is not None), default=None),
    )


def following(pathway: Pathway, snapshot: Snapshot, now: datetime) -> str:
    """The name of the step that comes next: the stage's own, or where what is recorded rules that out, the first in
    the order of the file that is not ruled out, those that a person takes before the others. After a negative
    outcome nobody waits for a positive one. Empty in a closed stage."""
    edges = pathway.leaving(snapshot.stage)
    return _following(pathway.stages[snapshot.stage], edges, lambda edge: unmet(edge.needs, snapshot, now))


def _following(stage: Stage, edges: Iterable[Transition], blockers: Callable[[Transition], tuple[Blocker, ...]]) -> str:
    possible = [edge for edge in edges if stage.is_open and not edge.is_deviation]
    own = [edge for edge in possible if edge.name == stage.next]
    if any(not _is_ruled_out(blockers(edge)) for edge in own):
        return stage.next
    others = sorted((edge for edge in possible if edge.name != stage.next), key=lambda edge: edge.is_automatic)
    return next((edge.name for edge in others if not _is_ruled_out(blockers(edge))), stage.next)


def _is_ruled_out(blockers: Iterable[Blocker]) -> bool:
    return any(blocker.clear_with == RULED_OUT for blocker in blockers)


def _offer(edge: Transition, snapshot: Snapshot, now: datetime) -> Offer:
    found: dict[tuple[object, ...], Blocker] = {}
    met = []
    for need in edge.needs:
        blockers = need.blockers(snapshot, now)
        for blocker in blockers:
            found.setdefault(blocker.key, blocker)
        if not blockers and need.shows(snapshot):
            met.append(need)
    return Offer(edge, tuple(found.values()), tuple(met))


def automatic_step(pathway: Pathway, snapshot: Snapshot, now: datetime) -> Transition | None:
    """The automatic step that the facts complete, if any. Death comes first and shuts out every other; what was
    done against the plan comes before the plan."""
    ready = [
        edge for edge in pathway.leaving(snapshot.stage) if edge.is_automatic and not unmet(edge.needs, snapshot, now)
    ]
    deaths = [edge for edge in ready if edge.target == DEATH]
    deviations = [edge for edge in ready if edge.is_deviation]
    return next(iter(deaths or deviations or ready), None)


def act_blockers(pathway: Pathway, snapshot: Snapshot, purpose: str, now: datetime) -> tuple[Blocker, ...]:
    """What stands in the way of the act of a procedure itself: its needs and the first part of its checklist.

    With blockers the act is still recordable, as a deviation that names them. What excused an earlier act is asked
    again: a consent that was taken back stops every dose.

    :raises NotFound: for a procedure that the pathway does not have
    """
    procedure = pathway.procedures.get(purpose)
    if procedure is None:
        raise NotFound(purpose)
    before = checklist_need(procedure.checklist, purpose, "before", pathway.checklists[procedure.checklist])
    return unmet((*procedure.needs, *before), snapshot.without_deviations(), now)


def refill_blockers(pathway: Pathway, snapshot: Snapshot, filled_at: datetime) -> tuple[Blocker, ...]:
    """What stands in the way of filling a pump in a refill visit of that day: the first part of its checklist. A fill
    for which nobody was booked has no checklist.
    """
    day, rules = snapshot.calendar.today(filled_at), pathway.checklists.get(Purpose.REFILL, ())
    of_day = [
        visit
        for visit in snapshot.visits(Purpose.REFILL)
        if visit.state in LIVE_APPOINTMENT and snapshot.calendar.today(visit.starts_at) == day
    ]
    if not of_day or not rules:
        return ()
    here = next((visit for visit in of_day if visit.state == AppointmentState.ARRIVED), of_day[0])
    need = ChecklistDone(checklist=Purpose.REFILL, purpose=Purpose.REFILL, part="before", rules=rules)
    return need.missing_of(here, snapshot)
