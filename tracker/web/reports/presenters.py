"""Reports: the answer as a sentence, then what is counted, the bars and the table that the file holds too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.wording import OUTCOME_WORDS
from tracker.queries.reports import DEFINITIONS, Counted, StageRow
from tracker.web.common.case_lines import days_since
from tracker.web.common.filters import at, on, plural

STEP_WORDS = {
    "referred": "Referred",
    "trial": "Had a test dose or trial catheter",
    "positive": "Trial positive",
    "implanted": "Implanted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From the first day to the last, both counted, at the clinic."""

    from_on: date
    to_on: date
    from_at: datetime
    until_at: datetime

    @property
    def words(self) -> str:
        """The period as a report says it."""
        return f"{on(self.from_on)} to {on(self.to_on)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a bar."""

    value: int
    style: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar with its figures."""

    label: str
    parts: tuple[Part, ...]
    figures: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report. ``rows`` are what the file holds; the first column names the row, the others are numbers."""

    name: str
    title: str
    answer: str
    definition: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]
    bars: tuple[Bar, ...] = ()
    bar_headers: tuple[str, str] = ("", "")
    caption: str = ""
    legend: tuple[tuple[str, str], ...] = ()
    period: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsPage:
    """What the page shows."""

    reports: tuple[Report, ...]
    as_of: str
    from_on: str
    to_on: str
    may_export: bool


def present_page(
    reports: Sequence[Report], period: Period, *, now: datetime, zone: str, may_export: bool
) -> ReportsPage:
    """Make the page."""
    return ReportsPage(
        reports=tuple(reports),
        as_of=at(now, zone),
        from_on=period.from_on.isoformat(),
        to_on=period.to_on.isoformat(),
        may_export=may_export,
    )


def present_stages(rows: Sequence[StageRow], pathway: Pathway) -> Report:
    """How many cases stand in each stage."""
    total = sum(row.count for row in rows)
    fullest = max(rows, key=lambda row: row.count, default=None)
    answer = "No case is open."
    if total and fullest:
        label = pathway.stages[fullest.stage].label
        answer = f"{plural(total, 'case is', 'cases are')} open; most of them, {fullest.count}, in “{label}”."
    return Report(
        name="stages",
        title="Cases by stage",
        answer=answer,
        definition=DEFINITIONS["stages"],
        headers=("Stage", "Phase", "Open cases"),
        rows=tuple(
            (pathway.stages[row.stage].label, pathway.phases[pathway.stages[row.stage].phase], row.count)
            for row in rows
        ),
        bars=tuple(
            Bar(
                label=pathway.stages[row.stage].label,
                parts=(Part(value=row.count, style="solid"),),
                figures=str(row.count),
            )
            for row in rows
        ),
        bar_headers=("Stage", "open cases"),
        caption="Open cases now",
    )


def present_ages(rows: Sequence[StageRow], pathway: Pathway, today: date, zone: str) -> Report:
    """How long cases have been in their stage."""
    over = sum(row.over_target for row in rows)
    worst = max(rows, key=lambda row: row.over_target, default=None)
    answer = "No open case is over its target."
    if over and worst:
        label = pathway.stages[worst.stage].label
        answer = f"{plural(over, 'open case is', 'open cases are')} over target, most of them in “{label}”."
    filled = [row for row in rows if row.count]
    return Report(
        name="ages",
        title="Time in stage",
        answer=answer,
        definition=DEFINITIONS["ages"],
        headers=("Stage", "Open cases", "Target, days", "Median, days", "One in ten older than, days", "Over target"),
        rows=tuple(
            (
                pathway.stages[row.stage].label,
                row.count,
                _target(pathway.stages[row.stage].target_days),
                _age(row.median_entered_at, today, zone),
                _age(row.tenth_entered_at, today, zone),
                row.over_target,
            )
            for row in filled
        ),
        bars=tuple(
            Bar(
                label=pathway.stages[row.stage].label,
                parts=(
                    Part(value=max(0, row.count - row.over_target), style="solid"),
                    Part(value=row.over_target, style="warn"),
                ),
                figures=f"{row.over_target} of {row.count}",
            )
            for row in filled
        ),
        bar_headers=("Stage", "over target"),
        caption="Open cases now, against their target",
        legend=(("solid", "within target"), ("warn", "over target")),
    )


def present_outcomes(found: Sequence[Counted], period: Period) -> Report:
    """What trials showed."""
    total = sum(each.count for each in found)
    positive = sum(each.count for each in found if each.name == "positive")
    answer = "No trial outcome was recorded in this period."
    if total:
        answer = f"{positive} of {plural(total, 'trial outcome')} {'was' if positive == 1 else 'were'} positive."
    return Report(
        name="outcomes",
        title="Trial outcomes",
        answer=answer,
        definition=DEFINITIONS["outcomes"],
        headers=("Outcome", "Trials", "Share, %"),
        rows=tuple((_outcome(each.name), each.count, _share(each.count, total)) for each in found),
        bars=tuple(
            Bar(
                label=_outcome(each.name),
                parts=(Part(value=each.count, style="ready" if each.name == "positive" else "solid"),),
                figures=str(each.count),
            )
            for each in found
        ),
        bar_headers=("Outcome", "trials"),
        caption="Trials by outcome",
        period=period.words,
    )


def present_conversions(found: Sequence[Counted], period: Period) -> Report:
    """How far the patients of a period have come."""
    counts = {each.name: each.count for each in found}
    referred = counts["referred"]
    answer = "No case began in this period."
    if referred:
        answer = f"Of {plural(referred, 'patient')} referred, {counts['implanted']} have a pump by now."
    return Report(
        name="conversions",
        title="From referral to pump",
        answer=answer,
        definition=DEFINITIONS["conversions"],
        headers=("Step", "Patients", "Share of referred, %"),
        rows=tuple((STEP_WORDS[each.name], each.count, _share(each.count, referred)) for each in found),
        bars=tuple(
            Bar(
                label=STEP_WORDS[each.name],
                parts=(
                    Part(value=each.count, style="solid"),
                    Part(value=referred - each.count, style="open"),
                ),
                figures=f"{each.count} of {referred}",
            )
            for each in found
        ),
        bar_headers=("Step", "patients"),
        caption="Patients by how far they have come",
        legend=(("solid", "came so far"), ("open", "not, or not yet")),
        period=period.words,
    )


def _outcome(name: str) -> str:
    words = OUTCOME_WORDS.get(name, name.replace("_", " "))
    return words[:1].upper() + words[1:]


def _target(days: int | None) -> str | int:
    return "booked date" if days is None else days


def _age(entered_at: datetime | None, today: date, zone: str) -> str | int:
    return "–" if entered_at is None else days_since(entered_at, today, zone)


def _share(count: int, total: int) -> str | int:
    """Whole percent, rounded to the nearest; a dash where there is nothing to share."""
    return "–" if not total else (200 * count + total) // (2 * total)
