"""A pathway in words, as Markdown: what ``docs/pathway.md`` holds, so that a clinician can read it without the file."""

from collections.abc import Iterable, Iterator

from tracker.domain.pathway.definition import (
    FollowUpRule,
    ObligationRule,
    Parameter,
    Pathway,
    Rung,
    ScanTask,
    Script,
    Stage,
    Transition,
)
from tracker.domain.pathway.requirements import Requirement
from tracker.domain.pathway.wording import ROLE_WORDS, met_sentence, people
from tracker.domain.words import Role, Told

#: How the rung of a plan reads.
PLAN = ", with a plan, and whoever is on call is paged until it is there"


def describe(pathway: Pathway, diagram: str) -> str:
    """The whole document; ``diagram`` is the address of the drawing."""
    return "\n".join(_lines(pathway, diagram)) + "\n"


def _lines(pathway: Pathway, diagram: str) -> Iterator[str]:
    yield f"# {pathway.label}, version {pathway.version}"
    yield from ("", "Written by `tracker pathway describe` from the file itself; a test keeps it in step.", "")
    if pathway.unapproved:
        yield f"**Not clinically approved: {len(pathway.unapproved)} of {len(pathway.parameters)} numbers below.**"
        yield ""
    yield from (f"![Phases as columns, stages as boxes, steps as arrows]({diagram})", "")
    yield from ("## Stages", "")
    yield from _table(("Stage", "Phase", "Owner", "Target", "Next step"), _stages(pathway))
    yield from (
        "",
        "## Steps",
        "",
        "A deviation is what was really done outside the plan, recorded with its reason.",
        "",
    )
    yield from _table(("From", "To", "Step", "Taken by", "Needs"), _steps(pathway))
    yield from ("", "## Numbers", "")
    yield from _table(("Number", "Value", "Source", "Approved"), map(_number, pathway.parameters.values()))
    yield from _after_a_dose(pathway)
    yield from ("", "## Scripts", "", "Read out to a caller, word for word.", "")
    yield from _table(("Script", "Words", "Source", "Approved"), map(_script, pathway.scripts.values()))
    yield from ("", "## Before an MRI", "")
    yield from _table(("Task", "Pumps", "Done by", "Source"), map(_scan_task, pathway.scan_tasks.values()))
    yield from ("", "## To-dos", "", "Days count from the anchor; negative is before it.", "")
    yield from _table(("To-do", "Counts from", "Due", "Warns", "Escalates", "Critical", "Ends with"), _rules(pathway))
    told = "While a to-do is open, one person after the other; days from the date that it counts from."
    yield from ("", "## Who is told", "", told, "")
    yield from _table(("To-do", "Who is told, and when", "May be put off for"), _ladders(pathway))
    yield from ("", "## Follow-ups", "")
    yield from _table(("Follow-up", "After", "Days", "Owner", "Ends with"), _follow_ups(pathway))


def _ladders(pathway: Pathway) -> Iterator[tuple[str, ...]]:
    rules: list[ObligationRule | FollowUpRule] = [*pathway.obligations.values(), *pathway.follow_ups.values()]
    for rule in rules:
        if rule.ladder:
            days = f"{rule.acknowledge_days} {'day' if rule.acknowledge_days == 1 else 'days'} at most"
            yield rule.label, "; ".join(map(_rung, rule.ladder)), days


def _rung(rung: Rung) -> str:
    who = "whoever is on call" if rung.who == Told.ON_CALL else ROLE_WORDS[Role(rung.who)]
    when = "from the beginning" if rung.days is None else f"{rung.days}"
    return f"{who} {when}{' while unplanned' if rung.is_unplanned else ''}{PLAN if rung.is_plan else ''}"


def _follow_ups(pathway: Pathway) -> Iterator[tuple[str, ...]]:
    for rule in pathway.follow_ups.values():
        days = ", ".join(str(day) for day in rule.days)
        more = f", then every {rule.every_days} days" if rule.every_days and rule.every_days > 1 else ""
        more = ", then every day" if rule.every_days == 1 else more
        ends = ", ".join(result for result in rule.results if result in rule.ends_on)
        yield rule.label, rule.after.replace("_", " "), days + more, ROLE_WORDS[rule.owner], ends


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield _row(head)
    yield _row(("---",) * len(head))
    yield from map(_row, rows)


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _stages(pathway: Pathway) -> Iterator[tuple[str, ...]]:
    for stage in pathway.stages.values():
        following = pathway.transition(stage.next, stage.name)
        owner = ROLE_WORDS[stage.owner] if stage.owner else ""
        yield stage.label, pathway.phases[stage.phase], owner, _target(stage), following.label if following else ""


def _target(stage: Stage) -> str:
    if stage.target_days is not None:
        return f"{stage.target_days} {'day' if stage.target_days == 1 else 'days'}"
    return {"": "", "catheter_out": "the ordered day"}.get(stage.target, "the booked day")


def _steps(pathway: Pathway) -> Iterator[tuple[str, ...]]:
    groups: dict[tuple[object, ...], list[Transition]] = {}
    for edge in pathway.transitions:
        groups.setdefault((edge.name, edge.target, edge.needs, edge.is_deviation), []).append(edge)
    for edges in groups.values():
        first = edges[0]
        sources = "; ".join(pathway.stages[edge.source].label for edge in edges)
        who = people(role for role in Role if role in first.roles)
        taken = "recorded as a deviation" if first.is_deviation else who or "follows from the facts"
        needs = "; ".join(dict.fromkeys(map(_need, first.needs)))
        yield sources, pathway.stages[first.target].label, first.label, taken, needs


def _need(need: Requirement) -> str:
    waived = f" (or waived by {people(need.waivable_by)})" if need.waivable_by else ""
    return f"{met_sentence(need)}{waived}"


def _number(parameter: Parameter) -> tuple[str, ...]:
    approved = f"{parameter.approved_by}, {parameter.approved_on}" if parameter.approved_by else "no"
    return parameter.name.replace("_", " "), f"{parameter.value} {parameter.unit}", parameter.source, approved


def _script(script: Script) -> tuple[str, ...]:
    approved = f"{script.approved_by}, {script.approved_on}" if script.approved_by else "no"
    return script.name.replace("_", " "), script.text, script.source, approved


def _after_a_dose(pathway: Pathway) -> Iterator[str]:
    """What is due after a test dose, and by what others call a trial passed; nothing where the file says neither."""
    rule = pathway.observation
    if rule is not None:
        yield from ("", "## After a test dose", "", "In hours from the injection; what passed is shown as missed.", "")
        approved = f"{rule.approved_by}, {rule.approved_on}" if rule.approved_by else "no"
        hours = (", ".join(f"{each} h" for each in each_list) for each_list in (rule.score_hours, rule.vital_hours))
        told = (*hours, f"{rule.tolerance_minutes} min", ", ".join(rule.muscles), rule.source, approved)
        yield from _table(("Scores", "Vital signs", "Counts within", "Muscle groups", "Source", "Approved"), [told])
    if pathway.pass_rules:
        yield from ("", "## By what a trial is called passed", "")
        yield "Shown beside the scores. Nothing is computed from them; a physician decides."
        yield ""
        yield from _table(
            ("Whose", "Rule", "Source", "Approved"),
            ((each.whose, each.text, each.source, each.approved_by or "no") for each in pathway.pass_rules),
        )


def _scan_task(task: ScanTask) -> tuple[str, ...]:
    return task.label, ", ".join(task.pumps), task.done_by, task.source


def _rules(pathway: Pathway) -> Iterator[tuple[str, ...]]:
    for rule in pathway.obligations.values():
        days = (rule.due_days, rule.warn_days, rule.escalate_days, rule.critical_days)
        told = tuple("" if day is None else str(day) for day in days)
        yield rule.label, rule.anchor.replace("_", " "), *told, ", ".join(rule.closed_by).replace("_", " ")
