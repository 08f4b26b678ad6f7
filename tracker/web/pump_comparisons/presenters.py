"""What differs between the two lists, in words, with the one thing to do next; the same as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from tracker.domain.access import Actor, Permission
from tracker.domain.pump_comparison import Comparison, Difference, Finding, Standing, Unlike
from tracker.domain.spreadsheets import safe_cell
from tracker.queries.identity import Identity
from tracker.queries.pump_comparisons import Compared, TaskState
from tracker.web.common.case_lines import Action, PersonLine, case_url, person_line
from tracker.web.common.filters import at, on, plural

TITLES = {
    Finding.NOT_LISTED: "On our list, not on theirs",
    Finding.NOT_FOLLOWED: "On theirs, not followed here",
    Finding.DIFFERENT: "On both, with something different",
    Finding.UNREADABLE: "Rows that could not be read",
}
ABOUT = {
    Finding.NOT_LISTED: "Is the pump still in, and does somebody else bill or program it? Open the case and find out.",
    Finding.NOT_FOLLOWED: "Nobody asks for the refills of these pumps here. Find out at once whether there is one.",
    Finding.DIFFERENT: "One of the two lists is wrong. Correct the case, or have the other list corrected.",
    Finding.UNREADABLE: "Somebody may stand in them whom nobody follows. Put the row right and choose the list again.",
}
LABELS = {"mrn": "Record number", "name": "Name", "born": "Birth date", "serial": "Serial"}
_STANDINGS = {
    Standing.UNKNOWN: "no such patient here",
    Standing.NO_PUMP: "patient here, without a pump",
    Standing.CASE_CLOSED: "case closed, no pump on record",
    Standing.DIED: "the patient has died",
    Standing.TRANSFERRED: "transferred: another clinic does the refills",
}
_SHOWN = 60
CSV_HEADERS = (
    "Finding", "What", "Row of their list", "Family name", "Given name", "Birth date", "MRN", "Serial here",
    "Name there", "Birth date there", "MRN there", "Serial there", "Task or reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat:
    """One figure."""

    value: str
    label: str
    tone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceRow:
    """One difference. ``person`` is empty for somebody whom nobody knows here; then ``there`` says how they are called
    there. ``problem``: why it keeps the comparison open."""

    key: str
    id: str
    person: PersonLine | None
    there: str
    typed: str
    what: tuple[str, ...]
    actions: tuple[Action, ...]
    task_url: str
    task: str
    reason: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingPart:
    """The differences of one finding."""

    id: str
    title: str
    about: str
    rows: tuple[DifferenceRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonPage:
    """What the two lists say. ``without_task``: how many differences have neither a task nor a reason yet."""

    stats: tuple[Stat, ...]
    parts: tuple[FindingPart, ...]
    doubts: tuple[str, ...]
    without_task: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was made of the differences so far, by their keys: tasks that were opened, reasons as typed, problems."""

    tasks: Mapping[str, TaskState]
    reasons: Mapping[str, str]
    problems: Mapping[str, str]


def present_comparison(
    found: Comparison, answers: Answers, *, viewer: Actor, today: date, doubts: Sequence[str] = ()
) -> ComparisonPage:
    """Make the page."""
    numbers = {each.key: number for number, each in enumerate(found.differences, start=1)}
    return ComparisonPage(
        stats=(
            Stat(value=str(found.agreed), label="agree", tone="ready" if found.agreed else ""),
            *(
                Stat(
                    value=str(len(found.of(finding))),
                    label=TITLES[finding][:1].lower() + TITLES[finding][1:],
                    tone="warn" if found.of(finding) else "",
                    url=f"#{finding}" if found.of(finding) else "",
                )
                for finding in Finding
            ),
        ),
        parts=tuple(
            FindingPart(
                id=finding.value,
                title=TITLES[finding],
                about=ABOUT[finding],
                rows=tuple(_row(each, numbers[each.key], answers, viewer, today) for each in found.of(finding)),
            )
            for finding in Finding
            if found.of(finding)
        ),
        doubts=tuple(doubts),
        without_task=sum(
            each.key not in answers.tasks and not answers.reasons.get(each.key, "").strip()
            for each in found.differences
        ),
    )


def _row(difference: Difference, number: int, answers: Answers, viewer: Actor, today: date) -> DifferenceRow:
    known, listed = difference.known, difference.listed
    task = answers.tasks.get(difference.key)
    there = _short(listed.name) or "No name" if listed else ""
    return DifferenceRow(
        key=difference.key,
        id=f"difference-{number}",
        person=_person(difference, today),
        there="" if known else there,
        typed=_typed(difference),
        what=what_differs(difference, today),
        actions=_actions(difference, viewer),
        task_url=url_for("tasks.show", task_id=task.id) if task and viewer.may(Permission.SEE_TODAY) else "",
        task="" if task is None else "Task done" if task.is_done else "Task open",
        reason=answers.reasons.get(difference.key, ""),
        problem=answers.problems.get(difference.key, ""),
    )


def _person(difference: Difference, today: date) -> PersonLine | None:
    known = difference.known
    if known is None:
        return None
    identity = Identity(known.family_name, known.given_name, known.birth_on, known.mrn)
    return person_line(identity, today, url=case_url(known.case) if known.case else "")


def _typed(difference: Difference) -> str:
    """Where it stands on their list, and what it says there of somebody whom nobody knows."""
    row = difference.listed
    if row is None:
        return f"serial {difference.known.serial or 'not known'}" if difference.known else ""
    parts = [f"row {row.row} of their list"]
    if difference.finding is Finding.NOT_FOLLOWED:
        said = (("MRN", row.mrn), ("born", row.born), ("serial", row.serial))
        parts += [f"{label} {_short(value)}" for label, value in said if value]
    return " · ".join(parts)


def what_differs(difference: Difference, today: date) -> tuple[str, ...]:
    """What a person looks at."""
    if difference.finding is Finding.NOT_LISTED:
        return ("no row for this pump",)
    if difference.finding is Finding.UNREADABLE and difference.listed:
        column = LABELS.get(difference.listed.field, "Row")
        return (f"{column}: {difference.listed.unreadable}",)
    unlike = tuple(_unlike(each, today) for each in difference.unlike)
    return unlike if difference.finding is Finding.DIFFERENT else (_standing(difference, today), *unlike)


def _standing(difference: Difference, today: date) -> str:
    """What is known here of whom nobody follows."""
    if difference.standing is not Standing.REMOVED or difference.known is None:
        return _STANDINGS[difference.standing]
    ended = difference.known.ended_on
    return f"pump taken out on {on(ended, today)}" if ended else "pump taken out, nobody knows when"


def _unlike(each: Unlike, today: date) -> str:
    here = on(date.fromisoformat(each.here), today) if each.what == "born" else each.here
    return f"{LABELS[each.what]}: {here or 'none'} here, {_short(each.there)} there"


def _actions(difference: Difference, viewer: Actor) -> tuple[Action, ...]:
    """The one thing to do next; for somebody whom nobody knows, the two ways in."""
    if difference.known and difference.known.case:
        return (Action(label="Open case", url=case_url(difference.known.case)),)
    if difference.finding is not Finding.NOT_FOLLOWED:
        return ()
    ways = (
        ("Take over the pump", "cases.take_over", Permission.TAKE_OVER_PUMP),
        ("Refer", "cases.refer", Permission.REFER),
    )
    return tuple(Action(label=label, url=url_for(way)) for label, way, needed in ways if viewer.may(needed))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def csv_rows(found: Comparison, answers: Answers, today: date) -> list[list[str | int]]:
    """The differences as cells, none of which a spreadsheet would run as a formula."""
    return [[safe_cell(cell) for cell in _cells(each, answers, today)] for each in found.differences]


def _cells(difference: Difference, answers: Answers, today: date) -> tuple[str | int, ...]:
    known, row = difference.known, difference.listed
    task = answers.tasks.get(difference.key)
    here = (
        (known.family_name, known.given_name, known.birth_on.isoformat(), known.mrn, known.serial)
        if known
        else ("", "", "", "", "")
    )
    return (
        TITLES[difference.finding], "; ".join(what_differs(difference, today)), row.row if row else "", *here,
        *((row.name, row.born, row.mrn, row.serial) if row else ("", "", "", "")),
        answers.reasons.get(difference.key, "") if task is None else "task done" if task.is_done else "task open",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One comparison that was recorded. ``reasons``: what was said instead of a task, with the case it is about."""

    when: str
    by: str
    file: str
    digest: str
    agreed: int
    differences: str
    note: str
    reasons: tuple[tuple[str, str], ...]


def present_history(compared: Sequence[Compared], zone: str) -> tuple[HistoryRow, ...]:
    """What was compared lately."""
    return tuple(
        HistoryRow(
            when=at(each.at, zone),
            by=each.by,
            file=f"{_short(each.name)}, {each.size_bytes:,} bytes",
            digest=each.digest[:12],
            agreed=each.agreed,
            differences=_counted(each),
            note=each.note,
            reasons=tuple(
                (f"{TITLES[Finding(finding)]}{f', row {row}' if row else ''}: {reason}", case_url(case) if case else "")
                for finding, case, row, reason in each.reasons
            ),
        )
        for each in compared
    )


def _counted(each: Compared) -> str:
    words = {
        Finding.NOT_LISTED: "not on theirs", Finding.NOT_FOLLOWED: "not followed here", Finding.DIFFERENT: "different",
        Finding.UNREADABLE: "not readable",
    }  # fmt: skip
    parts = [f"{each.counts[finding]} {label}" for finding, label in words.items() if each.counts[finding]]
    return f"{', '.join(parts)}; {plural(each.tasks, 'task')}" if parts else "none"
