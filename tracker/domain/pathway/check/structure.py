"""What every file must have, whatever its procedures: owners, targets, next steps, roles, anchors, and no loose end.

Also what no file may do: let somebody waive what must never be waived.
"""

from collections.abc import Iterator

from tracker.domain.pathway.check.graph import Graph
from tracker.domain.pathway.check.violation import Violation
from tracker.domain.pathway.definition import FollowUpRule, ObligationRule, ReminderRule, Stage
from tracker.domain.pathway.requirements import Requirement
from tracker.domain.pathway.requirements.aftercare import FollowedUp
from tracker.domain.pathway.requirements.trial import TrialResult
from tracker.domain.ways import EMAIL, OWNERS, SMS
from tracker.domain.words import FollowedFact, Indication, Purpose, is_word

#: What a rule's days are counted from; the obligations know these and no others.
ANCHORS = frozenset(
    {
        "latest_refill_date", "fill", "stage_target", "stage_entered", "hold_review", "procedure", "visit_end",
        "deviation", "today", "answer_due", "denial", "dose", "catheter_out", "end_of_service", "device", "transfer",
        "follow_up", "call", "scan", "death", "advisory", "withdrawal",
    }
)  # fmt: skip
#: The facts that end an obligation.
ENDINGS = frozenset(
    {
        "fill", "device_removed", "transfer_completed", "death", "stage", "resume", "consent", "appointment",
        "authorization", "review", "correction", "outcome", "document", "interrogation", "follow_up",
        "drug_stock", "time_final",
    }
)  # fmt: skip
#: To-dos that any pathway comes by.
TODOS = frozenset(
    {
        "next_step", "hold_review", "consent", "document", "authorization_expiring", "authorization_ask",
        "authorization_answer", "authorization_denied", "arrival", "unmarked_day", "deviation_review", "ground_lost",
        "follow_up", "unreachable", "consent_physician", "consent_visit", "consent_withdrawn", "time_final",
    }
)  # fmt: skip
#: The one whose rule names an hour of the day from which it stands.
FROM_TIME = "time_final"
#: Those of a pathway whose cases hold devices.
TODOS_OF_DEVICES = frozenset(
    {
        "refill", "alarm_date", "drug_in_stock", "pump_call", "replacement", "end_of_service", "catheter_out",
        "observation", "discrepancy", "advisory", "pump_after_death", "scan_decision", "scan_task", "scan_reading",
        "transfer", "refill_visit",
    }
)  # fmt: skip
#: Numbers that every case asks for.
NUMBERS = frozenset({"authorization_answer_days", "visits_from_hour", "visits_until_hour"})
#: What ends a task before a scan: a reading of the pump, or a person's word.
SCAN_TASK_ENDINGS = frozenset({"reading", "word"})
#: Targets of a stage that are a date of their own; the name of a procedure is one too.
DATED_TARGETS = frozenset({"catheter_out"})
#: By what a message can go; a call is a rule's only channel.
WRITTEN = frozenset({EMAIL, SMS})
#: A reminder's kind says which rules cancel it; one that comes after the visit has a kind of its own.
REMINDER_KINDS = frozenset({"consent", "arrival", "refill", "preparation", "after"})
#: Messages there are words for.
TEMPLATES = frozenset(
    {
        "consent", "consent_visit", "arrival", "arrival_day", "refill", "checkup", "decision", "preparation", "after",
    }
)  # fmt: skip
#: What tells the day of a visit alone, and so can be said while its time is provisional.
WITHOUT_TIME = frozenset({"consent", "arrival_day", "preparation", "after"})
#: A paper or a payer's word may be waived by a named role. A trial, a consent, a dose or a device never.
WAIVABLE = frozenset({"authorization", "document"})
#: Whose trial may be waived: cancer pain (payers' criteria, NCD 280.14); spasticity must show a response (FDA label).
TRIAL_WAIVABLE_FOR = frozenset({Indication.PAIN})


def stages_are_complete(graph: Graph) -> Iterator[Violation]:
    """Every open stage has an owner, a target, a next step that people or facts take, and a to-do for it."""
    pathway = graph.pathway
    if not pathway.stages[pathway.initial].is_open:
        yield Violation("stage_complete", "a case begins in a closed stage", (pathway.initial,))
    if "next_step" not in pathway.obligations:
        yield Violation("stage_complete", "there is no to-do next_step: an open stage would have no dated next step")
    for stage in pathway.stages.values():
        for lack in _lacks(graph, stage) if stage.is_open else ():
            yield Violation("stage_complete", f"{stage.name} {lack}", graph.to(stage.name))


def _lacks(graph: Graph, stage: Stage) -> Iterator[str]:
    targets = DATED_TARGETS | set(graph.pathway.procedures)
    if stage.owner is None:
        yield "has no owner"
    if stage.target_days is None and stage.target not in targets:
        yield f"has no target: there is no date {stage.target!r}"
    following = graph.pathway.transition(stage.next, stage.name)
    if following is None or following.is_deviation:
        yield f"has no next step {stage.next!r}"


def steps_can_be_taken(graph: Graph) -> Iterator[Violation]:
    """No step contradicts itself, and somebody may take each."""
    for edge in graph.pathway.transitions:
        empty = sorted(name for name, values in graph.certain(edge).values.items() if values.is_empty)
        if empty:
            yield graph.at("step_possible", edge, f"needs contradict each other over {', '.join(empty)}")
        if not edge.is_automatic and not edge.roles:
            yield graph.at("step_has_role", edge, "nobody may take it")


def rules_are_anchored(graph: Graph) -> Iterator[Violation]:
    """Every rule counts from a date that exists, and every obligation ends by a fact that exists."""
    for rule in graph.pathway.obligations.values():
        for fault in _obligation_faults(rule):
            yield Violation("rule_anchored", f"obligation {rule.kind} {fault}")
    for reminder in graph.pathway.reminders:
        for fault in _reminder_faults(graph, reminder):
            yield Violation("rule_anchored", f"reminder {reminder.name} {fault}")


def times_are_of_visits(graph: Graph) -> Iterator[Violation]:
    """A time is provisional only of visits that there are."""
    for purpose in sorted(graph.pathway.final_times - graph.pathway.visit_purposes):
        yield Violation("rule_anchored", f"needs_final_time names {purpose!r}, which is no visit")


def _obligation_faults(rule: ObligationRule) -> Iterator[str]:
    if rule.anchor not in ANCHORS:
        yield f"counts from {rule.anchor!r}, which is no date"
    if not rule.closed_by:
        yield "is closed by nothing"
    if rule.from_time is not None and rule.kind != FROM_TIME:
        yield "names an hour from which it stands, which nobody reads"
    for ending in sorted(set(rule.closed_by) - ENDINGS):
        yield f"is closed by {ending!r}, which is no fact"
    days = [
        each for each in (rule.warn_days, rule.due_days, rule.escalate_days, rule.critical_days) if each is not None
    ]
    if days != sorted(days):
        yield "does not warn, fall due, escalate and become critical in that order"


def follow_ups_are_known(graph: Graph) -> Iterator[Violation]:
    """Every follow-up follows something there is, in stages there are, and its words are among its results."""
    for rule in graph.pathway.follow_ups.values():
        for fault in _follow_up_faults(graph, rule):
            yield Violation("rule_anchored", f"follow-up {rule.name} {fault}")


def _follow_up_faults(graph: Graph, rule: FollowUpRule) -> Iterator[str]:
    if "follow_up" not in graph.pathway.obligations:
        yield "has no to-do follow_up to stand in"
    if not is_word(rule.after, FollowedFact):
        yield f"follows {rule.after!r}, which is nothing there is"
    for stage in sorted(rule.stages - set(graph.pathway.stages)):
        yield f"is done in {stage!r}, which is no stage"
    for word in sorted((rule.ends_on | rule.missed) - set(rule.results)):
        yield f"knows {word!r}, which is no result of it"
    if not rule.results:
        yield "has no result"
    if list(rule.days) != sorted(set(rule.days)) or (rule.every_days or 1) < 1:
        yield "has days that do not follow each other"
    if (rule.days[0] < 0) is not (rule.after == FollowedFact.PROCEDURE):
        yield "comes before what it follows, or after what it prepares"


def follow_ups_asked_for_are_known(graph: Graph) -> Iterator[Violation]:
    """A step waits for a follow-up only where the file has it, with results that it has."""
    for edge in graph.possible:
        for need in edge.needs:
            if isinstance(need, FollowedUp):
                rule = graph.pathway.follow_ups.get(need.rule)
                if rule is None or not need.results or not need.results <= set(rule.results):
                    yield graph.at("rule_anchored", edge, f"waits for results that no follow-up {need.rule} has")


def todos_have_rules(graph: Graph) -> Iterator[Violation]:
    """Every to-do that can come about has its dates and its owner in the file."""
    needed = TODOS if graph.pathway.beside else TODOS | TODOS_OF_DEVICES
    for kind in sorted(needed - set(graph.pathway.obligations)):
        yield Violation("todo_has_rule", f"there is no to-do {kind}")


def scan_tasks_are_known(graph: Graph) -> Iterator[Violation]:
    """Every task before a scan is of some make of pump, and ends by something there is."""
    for task in graph.pathway.scan_tasks.values():
        if not task.pumps or any(make != make.casefold() or not make for make in task.pumps):
            yield Violation("rule_anchored", f"scan task {task.name} is of no make of pump in small letters")
        if task.done_by not in SCAN_TASK_ENDINGS:
            yield Violation("rule_anchored", f"scan task {task.name} is done by {task.done_by!r}, which is nothing")


def _reminder_faults(graph: Graph, rule: ReminderRule) -> Iterator[str]:
    if rule.kind not in REMINDER_KINDS:
        yield f"has an unknown kind {rule.kind!r}"
    for template in sorted(set(rule.templates) - TEMPLATES):
        yield f"has an unknown template {template!r}"
    visits = set(graph.pathway.procedures) if rule.kind == "consent" else set(Purpose)
    unknown = sorted(rule.purposes - visits)
    if unknown or not rule.purposes:
        yield f"is for no visit there is: {', '.join(unknown)}"
    if rule.is_after is not (rule.kind == "after"):
        yield "comes after its visit and speaks as if before, or the other way round"
    if rule.visit_template and rule.kind != "consent":
        yield "speaks of a visit to sign, and is about no consent"
    words = rule.day_template or rule.template
    if rule.purposes & graph.pathway.final_times and not rule.is_call and words not in WITHOUT_TIME:
        yield f"tells a time that is not final: it needs a day_template, one of {', '.join(sorted(WITHOUT_TIME))}"
    if rule.to not in OWNERS:
        yield f"goes to {rule.to!r}, who is nobody"
    if not rule.channels or (not rule.is_call and not set(rule.channels) <= WRITTEN):
        yield f"goes by {', '.join(rule.channels) or 'nothing'}; a call stands alone"


def waivers_are_allowed(graph: Graph) -> Iterator[Violation]:
    """Nothing is waivable that must not be, and a trial only for pain."""
    for edge in graph.possible:
        for need in edge.needs:
            for fault in _waiver_faults(need):
                yield graph.at("waiver_allowed", edge, fault)


def _waiver_faults(need: Requirement) -> Iterator[str]:
    if need.waivable_by and need.kind not in WAIVABLE:
        yield f"{need.key} must not be waivable"
    if isinstance(need, TrialResult) and not need.waiver_for <= TRIAL_WAIVABLE_FOR:
        yield f"the trial must not be waived for {', '.join(sorted(need.waiver_for - TRIAL_WAIVABLE_FOR))}"


def parameters_are_used(graph: Graph) -> Iterator[Violation]:
    """Every parameter has a positive value and a source: an unnamed number cannot be approved by a clinician."""
    for name in sorted(NUMBERS - set(graph.pathway.parameters)):
        yield Violation("parameter_sourced", f"there is no parameter {name}")
    for parameter in graph.pathway.parameters.values():
        if parameter.value <= 0 or not parameter.source:
            yield Violation("parameter_sourced", f"parameter {parameter.name} needs a positive value and a source")
