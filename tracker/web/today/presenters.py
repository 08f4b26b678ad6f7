"""To-dos as sentences: what, by when, why it is here, and the one link that opens the form."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from tracker.domain.access import Actor, Permission
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.wording import PURPOSE_WORDS
from tracker.domain.pump_comparison import OWNER, Pressing
from tracker.domain.refill_visits import LATEST_BY
from tracker.domain.task_words import task_words
from tracker.domain.typed_text import isolated
from tracker.domain.words import AppointmentState
from tracker.queries.case_columns import WAITS_FOR_THE_DAY
from tracker.queries.today import ROWS_ON_PAGE, Task, TodayFilter, TodayList, Todo, Urgency
from tracker.web.common.case_lines import (
    Action,
    PersonLine,
    action_for,
    case_url,
    clinic_day,
    days_since,
    missing,
    owner_words,
    pathway_of,
    person_line,
    refill_action,
)
from tracker.web.common.filters import ago, distance, on, plural
from tracker.web.common.listing import Pager, pager, url_with
from tracker.web.common.pump_list_words import DueLine
from tracker.web.today.folding import Folded, fold

LABELS = {Urgency.CRITICAL: "Critical", Urgency.DUE: "Due", Urgency.SOON: "Coming up"}
TONES = {Urgency.CRITICAL: "critical", Urgency.DUE: "warn", Urgency.SOON: "quiet"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoLine:
    """One row."""

    tone: str
    person: PersonLine | None
    what: str
    why: str
    due: str
    action: Action | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The rows of one urgency on this page, and how many there are on all. ``more_url``: where the others are; empty
    where the pages lead to them."""

    id: str
    label: str
    tone: str
    count: int
    rows: tuple[TodoLine, ...]
    more_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindChoice:
    """One kind of to-do in the filter."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayPage:
    """What the page shows. ``pumps_tone``: ready where every pump is planned, critical where one is nearly too late;
    ``safety_url``: empty for whoever does not see those figures; ``whole_url``: from the tasks back to all of it."""

    day: str
    total: str
    critical: int
    pumps: str
    pumps_tone: str
    safety_url: str
    compared: str
    groups: tuple[Group, ...]
    kinds: tuple[KindChoice, ...]
    is_mine: bool
    pager: Pager | None
    everybody_url: str
    whole_url: str


def present(
    found: TodayList,
    wanted: TodayFilter,
    *,
    viewer: Actor,
    pathway: Pathway,
    now: datetime,
    zone: str,
    page: int,
    pump_list: DueLine | None = None,
) -> TodayPage:
    """Make the page. ``pump_list``: when the pumps are next held against another list, for whoever does that."""
    today = clinic_day(now, zone)
    pages = _pager(found, wanted, page)
    is_whole = not (pages.previous_url or pages.next_url)
    folded = fold(found.todos)
    of_clinic = _of_clinic(pump_list, today)
    listed = _counts(found, folded) if is_whole and not wanted.is_tasks else found.counts
    counts = {urgency: listed[urgency] + len(of_clinic.get(urgency, ())) for urgency in Urgency}
    counts[Urgency.CRITICAL] += found.tasks_critical
    calls = [_task_line(task, today) for task in found.tasks if task.is_critical]
    rows = {
        urgency: (
            *(calls if urgency is Urgency.CRITICAL else ()),
            *of_clinic.get(urgency, ()),
            *(
                _line(_Telling(each.todo, viewer, today, zone), each.others)
                for each in folded
                if each.todo.urgency is urgency
            ),
        )
        for urgency in Urgency
    }
    return TodayPage(
        day=on(today, today),
        total=f"{sum(counts.values()) + found.tasks_total - found.tasks_critical} to do",
        critical=counts[Urgency.CRITICAL],
        pumps=_pumps(found),
        pumps_tone="critical" if found.pumps_critical else "quiet" if found.pumps_unplanned else "ready",
        safety_url=url_for("safety.index") if viewer.may(Permission.SEE_SAFETY) else "",
        compared=f"({ago(found.compared_at, now)})" if found.compared_at else "(not compared yet)",
        groups=(*_groups(rows, counts), *_tasks(found, wanted, today)),
        kinds=tuple(
            KindChoice(value=kind, label=rule.label, is_chosen=kind == wanted.kind)
            for kind, rule in pathway.obligations.items()
        ),
        is_mine=wanted.is_mine,
        pager=None if is_whole else pages,
        everybody_url=url_with(mine=None, kind=None, tasks=None),
        whole_url=url_with(tasks=None) if wanted.is_tasks else "",
    )


def _pager(found: TodayList, wanted: TodayFilter, page: int) -> Pager:
    shown, total = (found.tasks, found.tasks_total) if wanted.is_tasks else (found.todos, found.total)
    return pager(page, per_page=ROWS_ON_PAGE, shown=len(shown), total=total)


def _counts(found: TodayList, folded: Sequence[Folded]) -> Mapping[Urgency, int]:
    """The rows of each urgency, where all stand on one page. Of several, nobody knows what is folded on the others."""
    return {urgency: sum(each.todo.urgency is urgency for each in folded) for urgency in found.counts}


def _groups(rows: Mapping[Urgency, tuple[TodoLine, ...]], counts: Mapping[Urgency, int]) -> Iterator[Group]:
    """The urgencies in which something stands."""
    for urgency, lines in rows.items():
        if lines:
            yield Group(id=urgency.value, label=LABELS[urgency], tone=TONES[urgency], count=counts[urgency], rows=lines)


def _tasks(found: TodayList, wanted: TodayFilter, today: date) -> Iterator[Group]:
    """The tasks that are not critical. Those that do not fit beneath the to-dos are counted and a link away, also where
    nothing but calls fitted."""
    lines = tuple(_task_line(task, today) for task in found.tasks if not task.is_critical)
    hidden = not wanted.is_tasks and found.tasks and len(found.tasks) < found.tasks_total
    if lines or hidden:
        count, more = found.tasks_total - found.tasks_critical, url_with(tasks=1) if hidden else ""
        yield Group(id="tasks", label="Tasks", tone="quiet", count=count, rows=lines, more_url=more)


def _of_clinic(pump_list: DueLine | None, today: date) -> Mapping[Urgency, tuple[TodoLine, ...]]:
    """What the clinic does as a whole, of no one patient."""
    if pump_list is None or pump_list.pressing is Pressing.LATER:
        return {}
    urgency = Urgency(pump_list.pressing.value)
    line = TodoLine(
        tone=TONES[urgency],
        person=None,
        what="Compare the pump list with billing or the programmers",
        why=f"{pump_list.last} · {owner_words('', OWNER)}",
        due=_due(pump_list.due_on, today),
        action=Action(label="Compare", url=url_for("pump_comparisons.index")),
    )
    return {urgency: (line,)}


def _pumps(found: TodayList) -> str:
    if not found.pumps:
        return "no pumps yet"
    if found.pumps_unplanned:
        critical = f", {found.pumps_critical} critical" if found.pumps_critical else ""
        return f"{found.pumps_unplanned} of {plural(found.pumps, 'pump')} unplanned{critical}"
    return f"all {plural(found.pumps, 'pump')} planned"


@dataclass(frozen=True, slots=True)
class _Telling:
    """One to-do, told to one person on one day."""

    todo: Todo
    viewer: Actor
    today: date
    zone: str

    def text(self, name: str) -> str:
        """One of the to-do's parameters; empty if it has none of that name."""
        return isolated(str(self.todo.params.get(name, "")))

    def day(self, name: str) -> date | None:
        """One of the to-do's parameters that is a date."""
        text = self.text(name)
        return date.fromisoformat(text) if text else None

    def open_case(self) -> Action:
        """Where nothing more special helps."""
        return Action(label="Open case", url=case_url(self.todo.case_public_id))

    def clear(self, code: str, params: Mapping[str, object]) -> Action:
        """The form that clears a missing thing."""
        return action_for(self.viewer, self.todo.case_public_id, code, params)


_Said = tuple[str, str, Action]


def _line(telling: _Telling, others: Sequence[Todo] = ()) -> TodoLine:
    todo, today = telling.todo, telling.today
    what, why, action = _SAY.get(todo.kind, _by_its_reason)(telling)
    also = dict.fromkeys(_also(other) for other in others)
    return TodoLine(
        tone=TONES[todo.urgency],
        person=person_line(todo.patient, today, url=case_url(todo.case_public_id)),
        what=what,
        why=" · ".join(
            part for part in (_beside(todo), why, *also, owner_words(todo.owner_name, todo.owner_role)) if part
        ),
        due=_due(todo.due_on, today),
        action=action,
    )


def _beside(todo: Todo) -> str:
    """Which case of the patient it is, where that is not the case of the pump."""
    pathway = pathway_of(todo.pathway, todo.pathway_version)
    return pathway.label if pathway.beside else ""


def _also(other: Todo) -> str:
    """What else waits for the same thing."""
    pathway = pathway_of(other.pathway, other.pathway_version)
    if other.kind == "next_step":
        return f"holds up: {_lower(pathway.stages[other.stage].label)}"
    rule = pathway.obligations.get(other.kind)
    return f"also: {_lower(rule.label)}" if rule else "also due for another reason"


def _due(due_on: date | None, today: date) -> str:
    if due_on is None:
        return "due now"
    if due_on == today:
        return "due today"
    days = (due_on - today).days
    return f"due {on(due_on, today)} · {distance(days)}"


def _refill(telling: _Telling) -> _Said:
    today, latest, filled = telling.today, telling.day("latest"), telling.day("filled")
    since = f"last filled {on(filled, today)}" if filled else ""
    late = telling.day("late")
    book = refill_action(telling.viewer, telling.todo.case_public_id, telling.todo.params)
    booked = "not booked" if late is None else f"booked too late, {on(late, today)}"
    if latest is None:
        return f"Refill {booked}: its latest date is unknown", since, book
    days = (latest - today).days
    left = f"about {plural(days, 'day')} left" if days >= 0 else f"{plural(-days, 'day')} past"
    what = f"Refill {booked}: latest date {on(latest, today)}, {left}"
    return what, " · ".join(part for part in (LATEST_BY.get(telling.todo.reason, ""), since) if part), book


def _alarm_date(telling: _Telling) -> _Said:
    printed = telling.day("printed")
    if printed is None:
        action = telling.clear("alarm_date_unknown", {})
        return "Low-reservoir alarm date unknown", "the programmer's print-out holds it", action
    if telling.todo.reason == "alarm_date_void":
        why = "the pump was set anew; until a new print-out the earlier of this date and arithmetic counts"
        return f"Alarm date {on(printed, telling.today)} no longer holds", why, telling.clear("alarm_date_void", {})
    what = f"Alarm date {on(printed, telling.today)} is to be read by a second person"
    why = "later than arithmetic allows, so the earlier date counts until then"
    return what, why, telling.clear("alarm_date_unconfirmed", {})


def _next_step(telling: _Telling) -> _Said:
    todo = telling.todo
    pathway = pathway_of(todo.pathway, todo.pathway_version)
    stage = pathway.stages[todo.stage]
    since = f"here for {plural(days_since(todo.entered_at, telling.today, telling.zone), 'day')}"
    if stage.target_days is not None:
        since += f", target {stage.target_days}"
    if todo.first_blocker == WAITS_FOR_THE_DAY:
        return f"{stage.label}: its day", f"booked for {on(_booked(todo), telling.today)}", telling.open_case()
    if todo.first_blocker:
        more = f" (+{todo.blocker_count - 1})" if todo.blocker_count > 1 else ""
        what = f"{stage.label}: {_lower(missing(todo.first_blocker, todo.blocker_params))}{more}"
        return what, since, telling.clear(todo.first_blocker, todo.blocker_params)
    step = pathway.transition(todo.next_step, todo.stage)
    what = f"{stage.label}: ready for “{step.label}”" if step else f"{stage.label}: next step"
    if step and not step.is_automatic and telling.viewer.may(Permission.MOVE_CASE):
        return what, since, Action(label="Take step", url=case_url(todo.case_public_id, "take-step", step=step.name))
    return what, since, telling.open_case()


def _booked(todo: Todo) -> date | None:
    """The day of the visit that the case waits for."""
    text = str(todo.blocker_params.get("on", ""))
    return date.fromisoformat(text) if text else todo.target_on


def _lower(text: str) -> str:
    """A sentence in the middle of a line; abbreviations such as H&P keep their capitals."""
    return text if text[1:2].isupper() or text[1:2] == "&" else text[:1].lower() + text[1:]


def _blocked_visit(telling: _Telling) -> _Said:
    todo = telling.todo
    label = pathway_of(todo.pathway, todo.pathway_version).stages[todo.stage].label
    return missing(todo.reason, todo.params), label, telling.clear(todo.reason, todo.params)


def _unmarked_day(telling: _Telling) -> _Said:
    due_on = telling.todo.due_on
    purpose = PURPOSE_WORDS.get(telling.text("purpose"), "visit")
    came = telling.todo.reason == f"visit_still_{AppointmentState.ARRIVED}"
    question = "not marked as done: is it over?" if came else "not marked: did the patient come?"
    what = f"Visit for the {purpose} on {on(due_on, telling.today)} is {question}"
    if due_on is None or not telling.viewer.may(Permission.SEE_DAY):
        return what, "", telling.open_case()
    return what, "", Action(label="Open day", url=url_for("day.index", on=due_on.isoformat()))


def _deviation(telling: _Telling) -> _Said:
    return "Done against the plan: to be reviewed by a physician", telling.text("why"), telling.open_case()


def _ground_lost(telling: _Telling) -> _Said:
    if telling.todo.reason == "death_struck_out":
        return _by_its_reason(telling)
    what = telling.text("what").replace("_", " ").replace(".", " for ")
    return f"Stands on a fact that no longer holds: {what}", "decide how to go on", telling.open_case()


def _hold(telling: _Telling) -> _Said:
    return "On hold: look at it again", telling.text("hold_reason"), telling.open_case()


def _by_its_reason(telling: _Telling) -> _Said:
    todo = telling.todo
    return missing(todo.reason, todo.params), "", telling.clear(todo.reason, todo.params)


_SAY: Mapping[str, Callable[[_Telling], _Said]] = {
    "refill": _refill,
    "alarm_date": _alarm_date,
    "next_step": _next_step,
    "consent": _blocked_visit,
    "authorization_expiring": _blocked_visit,
    "unmarked_day": _unmarked_day,
    "deviation_review": _deviation,
    "ground_lost": _ground_lost,
    "hold_review": _hold,
}


def _task_line(task: Task, today: date) -> TodoLine:
    is_late = task.due_on < today
    what, why = task_words(task.kind, task.params)
    return TodoLine(
        tone="critical" if task.is_critical else "warn" if is_late else "quiet",
        person=person_line(task.patient, today, url=case_url(task.case_public_id)) if task.patient else None,
        what=what,
        why=" · ".join(part for part in (why, owner_words("", task.owner_role)) if part),
        due=_due(task.due_on, today),
        action=Action(label="Do it", url=url_for("tasks.show", task_id=task.id)),
    )
