"""A pathway in words. Nothing here is computed: the page says what the file says."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from flask import url_for

from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.pathway.definition import Parameter, Pathway, Stage, Transition
from tracker.domain.pathway.requirements import Requirement
from tracker.domain.pathway.wording import ROLE_WORDS, met_sentence, people
from tracker.domain.words import Role
from tracker.pathways.catalogue import CURRENT, current
from tracker.web.common.filters import on, plural


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """One stage."""

    id: str
    label: str
    phase: str
    owner: str
    target: str
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step out of a stage: where to, who takes it, what it needs."""

    label: str
    source: str
    target: str
    who: str
    needs: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepGroup:
    """The steps out of one stage, or out of several at once, which stand last."""

    source: str
    rows: tuple[StepRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRow:
    """One clinical number."""

    name: str
    value: str
    source: str
    approved: str
    is_approved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One item of a checklist."""

    label: str
    when: str
    stop: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistView:
    """One checklist."""

    title: str
    lines: tuple[ItemRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One pathway."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayPage:
    """What the page shows. ``unapproved`` is empty once a clinician has confirmed every number."""

    label: str
    tabs: tuple[Tab, ...]
    version: int
    diagram_url: str
    unapproved: str
    stages: tuple[StageRow, ...]
    steps: tuple[StepGroup, ...]
    numbers: tuple[NumberRow, ...]
    checklists: tuple[ChecklistView, ...]


def present(pathway: Pathway) -> PathwayPage:
    """Make the page."""
    count = len(pathway.unapproved)
    unapproved = ""
    if count:
        unapproved = (
            f"Not clinically approved: {plural(count, 'number')} of this pathway "
            f"{'has' if count == 1 else 'have'} no clinician's confirmation yet. They are listed below."
        )
    return PathwayPage(
        label=pathway.label,
        tabs=tuple(
            Tab(label=current(name).label, url=url_for("pathways.show", name=name), is_current=name == pathway.name)
            for name in CURRENT
        ),
        version=pathway.version,
        diagram_url=url_for("pathways.diagram", name=pathway.name),
        unapproved=unapproved,
        stages=tuple(_stage(pathway, stage) for stage in pathway.stages.values() if stage.is_open),
        steps=_steps(pathway),
        numbers=tuple(_number(each) for each in pathway.parameters.values()),
        checklists=tuple(
            ChecklistView(
                title=f"Checklist: {name.replace('_', ' ')}",
                lines=tuple(
                    ItemRow(
                        label=item.label + (" (two people)" if item.two_person else ""),
                        when=f"{item.section}, {item.part} the act{_only(item, items)}",
                        stop=_stop(item),
                        source=item.source,
                    )
                    for item in items
                ),
            )
            for name, items in pathway.checklists.items()
        ),
    )


def _stop(item: ChecklistItemRule) -> str:
    if item.stop == "soft":
        return f"may be left out with a reason{f', by {people(item.override_by)}' if item.override_by else ''}"
    return {"hard": "must be answered"}.get(item.stop, "note")


def _only(item: ChecklistItemRule, items: Iterable[ChecklistItemRule]) -> str:
    """When the item is asked, where it is not always."""
    labels, only = {each.key: each.label for each in items}, item.only
    said = [f"{labels[key]}: {' or '.join(sorted(wanted))}" for key, wanted in only.chosen]
    said += [word for word in (only.indication, only.sex) if word]
    if only.from_years is not None or only.to_years is not None:
        said.append(f"{only.from_years or 0} to {only.to_years or 'any'} years")
    return f"; only {', '.join(said)}" if said else ""


def _stage(pathway: Pathway, stage: Stage) -> StageRow:
    step = pathway.transition(stage.next, stage.name)
    return StageRow(
        id=f"stage-{stage.name}",
        label=stage.label,
        phase=pathway.phases[stage.phase],
        owner=ROLE_WORDS[stage.owner] if stage.owner else "–",
        target=_target(stage),
        next=step.label if step else "–",
    )


def _target(stage: Stage) -> str:
    if stage.target_days is None:
        return "the day that is booked" if stage.target != "catheter_out" else "the day ordered"
    return "the same day" if stage.target_days == 0 else plural(stage.target_days, "day")


def _steps(pathway: Pathway) -> tuple[StepGroup, ...]:
    """The steps of the file by the stage they leave: one row for a step, however many stages those are."""
    sources: dict[Transition, list[str]] = {}
    first: dict[tuple[str, str], Transition] = {}
    for edge in pathway.transitions:
        if not edge.is_deviation:
            one = first.setdefault((edge.name, edge.target), edge)
            sources.setdefault(one, []).append(edge.source)
    groups: dict[str, list[StepRow]] = {stage.label: [] for stage in pathway.stages.values()}
    for edge, left in sources.items():
        row = _step(pathway, edge, left)
        groups.setdefault(row.source if len(left) == 1 else "Several stages", []).append(row)
    return tuple(StepGroup(source=source, rows=tuple(rows)) for source, rows in groups.items() if rows)


def _step(pathway: Pathway, edge: Transition, sources: list[str]) -> StepRow:
    is_any = set(sources) == {stage.name for stage in pathway.stages.values() if stage.is_open}
    labels = "any open stage" if is_any else ", ".join(pathway.stages[source].label for source in sources)
    return StepRow(
        label=edge.label,
        source=labels,
        target=pathway.stages[edge.target].label,
        who="follows by itself" if edge.is_automatic else people(sorted(edge.roles, key=_order)),
        needs=tuple(dict.fromkeys(_need(need) for need in edge.needs)),
        reasons=edge.reasons,
    )


def _order(role: Role) -> int:
    return list(Role).index(role)


def _need(need: Requirement) -> str:
    words = met_sentence(need)
    return words[:1].upper() + words[1:]


def _number(parameter: Parameter) -> NumberRow:
    who = parameter.approved_by
    return NumberRow(
        name=parameter.name.replace("_", " "),
        value=f"{_plain(parameter.value)} {parameter.unit}",
        source=parameter.source,
        approved=f"{who}, {on(parameter.approved_on)}" if who else "not approved",
        is_approved=bool(who),
    )


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
