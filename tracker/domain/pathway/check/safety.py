"""The safety properties, each proved step by step: whatever happened before, this step asks for it itself.

An implant without a trial, a consent or an authorization; a case closed with a device in the patient; a pump followed
without a planned refill: what each step asks must rule it out. A deviation recorded with its reason and a waiver that
the file allows are the exceptions; ``permissions`` proves which waivers a file may allow.
"""

from collections.abc import Iterator

from tracker.domain.pathway.check.graph import Graph
from tracker.domain.pathway.check.violation import Violation
from tracker.domain.pathway.definition import Procedure, Transition
from tracker.domain.pathway.requirements.person import determined
from tracker.domain.words import DeterminationKind, DeviceKind

IMPLANT_PHASE, MAINTENANCE_PHASE = "implant", "maintenance"
#: What is asked of devices, their fills and doses: of a case that holds them.
OF_DEVICES = frozenset({"device", "catheter_out", "alarm_date", "refill_booked", "refill_done", "dose", "dose_order"})
#: A positive trial in date, or what stands for it.
SHOWN = ("yes", "both")


def is_death(graph: Graph, edge: Transition) -> bool:
    """Whether the step needs a recorded death."""
    return graph.certain(edge)[determined(DeterminationKind.DEATH)].excludes("none")


def implant_after_trial(graph: Graph) -> Iterator[Violation]:
    """No step into or within the implant phase, and none out of an implant, without what the trial must show."""
    stages, implant = graph.pathway.stages, graph.pathway.procedures.get(IMPLANT_PHASE)
    for edge in graph.possible:
        done = implant is not None and edge.source == implant.day_stage and not is_undone(graph, edge)
        if (stages[edge.target].phase == IMPLANT_PHASE or done) and not graph.asked(edge).ensures(
            "trial_result", *SHOWN
        ):
            yield graph.at("implant_after_trial", edge, "does not ask for a positive trial or what stands for it")


def phases_are_known(graph: Graph) -> Iterator[Violation]:
    """The phases and the procedure that the other properties speak of are there, so that none holds for want of it."""
    pathway = graph.pathway
    if pathway.beside:
        yield from _beside_faults(graph)
        return
    for phase in (IMPLANT_PHASE, MAINTENANCE_PHASE, "closed"):
        if not any(stage.phase == phase for stage in pathway.stages.values()):
            yield Violation("phases_known", f"no stage stands in the phase {phase}")
    implant = pathway.procedures.get(IMPLANT_PHASE)
    if implant is None:
        yield Violation("phases_known", "there is no implant procedure")
        return
    for name in (implant.booked_stage, implant.day_stage):
        if pathway.stages[name].phase != IMPLANT_PHASE:
            yield Violation("phases_known", f"{name} is a stage of the implant outside its phase", graph.to(name))


def _beside_faults(graph: Graph) -> Iterator[Violation]:
    """A file whose cases stand beside others has a procedure of its own, and leaves the devices to the others."""
    pathway = graph.pathway
    if not pathway.procedures:
        yield Violation("phases_known", "there is no procedure")
    for phase in (IMPLANT_PHASE, MAINTENANCE_PHASE):
        if phase in pathway.phases:
            yield Violation("phases_known", f"the phase {phase} belongs to the pathway {pathway.beside}")
    for edge in graph.possible:
        for need in edge.needs:
            if need.kind in OF_DEVICES:
                message = f"asks for {need.key}, and a case beside another holds no device"
                yield graph.at("beside_without_device", edge, message)


def is_undone(graph: Graph, edge: Transition) -> bool:
    """Whether the step leaves a procedure's day with nothing given, placed or done, or for want of its ground."""
    guard = graph.certain(edge)
    ended = guard[determined(DeterminationKind.REOPERATION_ENDED)].excludes("none")
    if ended or guard.ensures(determined(DeterminationKind.REOPERATION_DONE), "none"):
        return True
    no_dose = guard.ensures("dose", "none") and guard.ensures(f"device.{DeviceKind.TRIAL_CATHETER}", "out")
    return is_death(graph, edge) or no_dose or guard.ensures("device", "none")


def procedures_are_covered(graph: Graph) -> Iterator[Violation]:
    """Every procedure has a way into its day and asks consent, authorization and checklist there and again after."""
    for procedure in graph.pathway.procedures.values():
        day = procedure.day_stage
        ways_in = [edge for edge in graph.possible if edge.target == day and not edge.is_deviation]
        if not any(edge.source == procedure.booked_stage for edge in ways_in):
            message = f"no step from {procedure.booked_stage} enters the day of the {procedure.purpose}"
            yield Violation("procedure_day", message, graph.to(procedure.booked_stage))
        acts = [edge for edge in graph.possible if edge.source == day and not is_undone(graph, edge)]
        if not acts:
            yield Violation("procedure_day", f"no step records the {procedure.purpose}", graph.to(day))
        for edge in ways_in:
            if not graph.certain(edge).ensures(f"appointment.{procedure.purpose}", "arrived"):
                yield graph.at("procedure_day", edge, "does not ask that the patient has arrived")
        for edge in acts:
            if not _did(graph, edge):
                yield graph.at("procedure_day", edge, f"leaves the day without a recorded {procedure.purpose}")
        for edge in ways_in + acts:
            yield from _covered(graph, procedure, edge)
        for edge in acts + [each for each in graph.possible if each.is_deviation and _records(each, procedure)]:
            yield from _checked(graph, procedure, edge)


def _did(graph: Graph, edge: Transition) -> bool:
    """Whether the step needs that something was given, placed or operated on."""
    guard = graph.certain(edge)
    operated = guard[determined(DeterminationKind.REOPERATION_DONE)].excludes("none")
    return operated or guard.ensures("dose", "yes") or guard.ensures("device", "in")


def _records(edge: Transition, procedure: Procedure) -> bool:
    return edge.target != procedure.day_stage and any(need.of_procedure == procedure.purpose for need in edge.needs)


def _covered(graph: Graph, procedure: Procedure, edge: Transition) -> Iterator[Violation]:
    guard = graph.asked(edge)
    if not guard.ensures(f"consent.{procedure.purpose}", "yes"):
        yield graph.at("procedure_covered", edge, f"does not ask for the {procedure.purpose} consent")
    if not guard.ensures(f"authorization.{procedure.purpose}", "in_date"):
        yield graph.at("procedure_covered", edge, f"does not ask for the {procedure.purpose} authorization in date")


def _checked(graph: Graph, procedure: Procedure, edge: Transition) -> Iterator[Violation]:
    guard, name = graph.asked(edge), f"checklist.{procedure.checklist}"
    if not any(guard.ensures(f"{name}.{part}", "yes") for part in ("before", "all")):
        yield graph.at("procedure_day", edge, f"does not ask for the checklist {procedure.checklist}")


def closed_without_device(graph: Graph) -> Iterator[Violation]:
    """No case closes with a device in the patient, but by a completed transfer or by death. A case beside another
    holds none (``phases_are_known``, and the database)."""
    if graph.pathway.beside:
        return
    stages = graph.pathway.stages
    for edge in graph.possible:
        if stages[edge.target].is_open or not stages[edge.source].is_open:
            continue
        guard = graph.certain(edge)
        transfer = determined(DeterminationKind.TRANSFER)
        transferred = guard.ensures(transfer, "completed") and guard.ensures(f"{transfer}.second_person", "yes")
        if not (guard.ensures("device", "none") or transferred or is_death(graph, edge)):
            yield graph.at("closed_without_device", edge, "closes a case with a device in the patient")


def maintained_by_plan(graph: Graph) -> Iterator[Violation]:
    """Nobody is followed without a device; nobody is followed as planned without an alarm date and a refill visit."""
    stages = graph.pathway.stages
    for edge in graph.possible:
        target = stages[edge.target]
        if target.phase != MAINTENANCE_PHASE:
            continue
        guard = graph.certain(edge)
        if not guard.ensures("device", "in") and stages[edge.source].phase != MAINTENANCE_PHASE:
            yield graph.at("maintained_with_device", edge, "enters maintenance without a device in the patient")
        planned = all(guard.ensures(name, "yes") for name in ("alarm_date", "refill_booked"))
        pump = guard.ensures(f"device.{DeviceKind.PUMP}", "in")
        if not target.refill_pending and not (planned and pump):
            yield graph.at("maintained_with_plan", edge, "enters without a pump, its alarm date and a planned refill")


def pending_is_left(graph: Graph) -> Iterator[Violation]:
    """Where a refill is not planned yet, the next steps lead to where it is."""
    stages = graph.pathway.stages
    for stage in stages.values():
        if not stage.refill_pending:
            continue
        way = [stage.name]
        while stages[way[-1]].refill_pending:
            edge = graph.pathway.transition(stages[way[-1]].next, way[-1])
            if edge is None:
                break
            way.append(edge.target)
            if edge.target in way[:-1]:
                message = "the next steps from here never lead to where a refill is planned"
                yield Violation("maintained_with_plan", message, (*graph.to(stage.name), *way[1:]))
                break


def beside_ends_with_its_ground(graph: Graph) -> Iterator[Violation]:
    """A case beside another closes by itself, wherever it stands, when its ground is gone: a patient who died, a pump
    that is out. Nobody has to remember it."""
    pathway = graph.pathway
    ended = determined(DeterminationKind.REOPERATION_ENDED)
    for stage in pathway.stages.values() if pathway.beside else ():
        ways = [each for each in pathway.leaving(stage.name) if each.is_automatic]
        closing = [each for each in ways if not pathway.stages[each.target].is_open]
        if stage.is_open and not any(graph.certain(each)[ended].excludes("none") for each in closing):
            message = f"nothing closes {stage.name} when the pump is out or the patient has died"
            yield Violation("beside_ends", message, graph.to(stage.name))


def deviations_record_acts(graph: Graph) -> Iterator[Violation]:
    """A step outside the plan is taken only by a deed of a procedure, with a recorded deviation of this attempt."""
    purposes = graph.pathway.procedures
    for edge in graph.possible:
        if not edge.is_deviation:
            continue
        guard = graph.certain(edge)
        deviations = (determined(DeterminationKind.DEVIATION, purpose) for purpose in purposes)
        recorded = any(guard[deviation].excludes("none") for deviation in deviations)
        if not (edge.is_automatic and recorded and _did(graph, edge)):
            yield graph.at("deviation_records_act", edge, "leaves the plan without a recorded act and its deviation")
