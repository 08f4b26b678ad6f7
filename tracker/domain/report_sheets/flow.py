"""How many get through, and how long it takes."""

from collections.abc import Sequence
from datetime import date

from tracker.domain.report_sheets import waiting
from tracker.domain.report_sheets.drawing import (
    Bar,
    Bars,
    Columns,
    Drawing,
    Funnel,
    FunnelStep,
    Legend,
    Segment,
    Spark,
)
from tracker.domain.report_sheets.sheet import Cell, Column, Kind, Row, Section, Sheet, Table, counted
from tracker.domain.report_sheets.words import NOBODY, Names, first, key_of, percent, plural, whole
from tracker.domain.reporting.counted import Count, Share
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.flow import DEFINITION, TIMES_DEFINITION, Cohort, Flow, Step, flow
from tracker.domain.reporting.history import History

STEP_WORDS = {
    "referred": "Referred",
    "evaluated": "Evaluated",
    "trial": "Test dose or trial catheter",
    "positive": "Trial positive",
    "implanted": "Implanted",
}


def flow_sheet(history: History, selection: Selection, names: Names) -> Sheet:
    """The funnel, the waiting times, and the cohorts by month and by referrer."""
    found = flow(history, selection)
    referred = found.everybody.steps[0].reached
    spark = Spark(
        title="Referrals per month of the period",
        values=tuple(month.steps[0].reached.n for month in found.months),
    )
    return Sheet(
        name="flow",
        answer=waiting.half_after(found.to_implant, "referred patients", "have an implant")
        if referred.n
        else "No referral was received in this period.",
        sections=(
            _funnel(found.everybody, names),
            _times(found),
            _stages(found, names),
            _cohorts("months", "By month of the referral", "Month", found.months),
            _cohorts("referrers", "By referrer", "Referrer", found.referrers),
        ),
        ids=history.cases.id,
        spark=spark,
    )


def _funnel(cohort: Cohort, names: Names) -> Section:
    referred, implanted = cohort.steps[0].reached, cohort.steps[-1].reached
    rows = tuple(
        Row(
            step.name,
            STEP_WORDS[step.name],
            (
                counted(step.reached),
                Cell(Share(step.reached, referred).proportion.share),
                counted(_all_left(step)),
                counted(step.waits),
                Cell("; ".join(f"{names.stage(stage)}: {left.n}" for stage, left in step.left)),
            ),
        )
        for step in cohort.steps
    )
    answer = "No referral was received in this period."
    if referred.n:
        answer = f"Of {plural(referred.n, 'patient')} referred, {implanted.n:,} have an implant by now."
    return Section(
        key="funnel",
        title="From referral to implant",
        answer=answer,
        definition=DEFINITION,
        table=Table(
            "Step",
            (
                Column("reached", "Came so far"),
                Column("share", "Share of referred", Kind.SHARE),
                Column("left", "Left here"),
                Column("waits", "Still under way here"),
                Column("how", "How they left", Kind.TEXT),
            ),
            rows,
            has_steps_down=True,
        ),
        drawing=_funnel_drawing(cohort, answer) if referred.n else None,
    )


def _funnel_drawing(cohort: Cohort, answer: str) -> Funnel:
    referred = cohort.steps[0].reached.n
    return Funnel(
        title="Patients by how far they have come",
        what=answer,
        steps=tuple(
            FunnelStep(
                label=STEP_WORDS[step.name],
                value=step.reached.n,
                figures=f"{step.reached.n} ({percent(step.reached.n / referred)})",
                note=""
                if step is cohort.steps[-1]
                else f"{_all_left(step).n} left, {step.waits.n} still under way before the next step",
            )
            for step in cohort.steps
        ),
    )


def _all_left(step: Step) -> Count:
    return Count(tuple(sorted(case for _, left in step.left for case in left.cases)))


def _times(found: Flow) -> Section:
    rows = (
        Row("to_trial", "Referral to first test dose", waiting.cells(found.to_trial)),
        Row("to_implant", "Referral to implant", waiting.cells(found.to_implant)),
        Row("trial_to_implant", "First test dose to implant", waiting.cells(found.trial_to_implant)),
    )
    return Section(
        key="times",
        title="How long it takes",
        answer=waiting.half_after(found.to_implant, "referred patients", "have an implant"),
        definition=TIMES_DEFINITION,
        table=Table("From – to", waiting.columns(), rows),
        drawing=waiting.curve(found.to_implant, "Referred patients without an implant", "days since the referral"),
    )


def _stages(found: Flow, names: Names) -> Section:
    slowest = max(found.in_stages.items(), key=lambda each: each[1].median.time or -1, default=None)
    answer = "Nobody came into a stage in this period."
    if slowest is not None and slowest[1].median.time is not None:
        answer = (
            f"Half of the stays in “{names.stage(slowest[0])}” take {whole(slowest[1].median.time)} days or more, "
            "longer than in any other stage."
        )
    return Section(
        key="stages",
        title="Time in each stage",
        answer=answer,
        definition="Days of the stays that began in the period, by stage; who is still there is counted as waiting "
        "(Kaplan–Meier).",
        table=Table(
            "Stage",
            waiting.columns("Stays"),
            tuple(Row(name, names.stage(name), waiting.cells(times)) for name, times in found.in_stages.items()),
        ),
        drawing=_stage_bars(found, names),
    )


def _stage_bars(found: Flow, names: Names) -> Bars | None:
    bars = tuple(
        Bar(
            label=names.stage(name),
            parts=(
                Segment(value=times.median.time),
                Segment(value=max(0, (times.slow.time or 0) - times.median.time), style="hatch"),
            ),
            figures=f"{whole(times.median.time)} / {'–' if times.slow.time is None else whole(times.slow.time)}",
        )
        for name, times in found.in_stages.items()
        if times.median.time is not None
    )
    if not bars:
        return None
    return Bars(
        caption="Days in each stage",
        label_header="Stage",
        figures_header="half / 9 of 10 after",
        bars=bars,
        legend=(
            Legend(style="solid", label="half have left"),
            Legend(style="hatch", label="until 9 of 10 have left, where known"),
        ),
    )


def _cohorts(key: str, title: str, header: str, cohorts: Sequence[Cohort]) -> Section:
    columns = tuple(Column(name, STEP_WORDS[name]) for name in STEP_WORDS)
    rows = tuple(
        Row(
            key_of(cohort.name),
            _cohort_label(key, cohort.name),
            (
                *(counted(step.reached) for step in cohort.steps),
                Cell(Share(cohort.steps[-1].reached, cohort.steps[0].reached).proportion.share),
            ),
        )
        for cohort in cohorts
    )
    answer = f"{plural(len(cohorts), 'referrer')} sent patients in this period."
    if key == "months":
        answer = f"Referrals were received in {plural(len(cohorts), 'month')} of the period."
    return Section(
        key=key,
        title=title,
        answer=answer,
        definition=DEFINITION + (" Later months have had less time." if key == "months" else ""),
        table=Table(
            header,
            (*columns, Column("share", "Implanted, share of referred", Kind.SHARE)),
            rows,
            has_steps_across=True,
        ),
        drawing=_cohort_columns(cohorts) if key == "months" else _cohort_bars(cohorts),
    )


def _cohort_label(key: str, name: str) -> str:
    if not name:
        return NOBODY
    return f"{date.fromisoformat(f'{name}-01'):%b %Y}" if key == "months" else first(name)


def _cohort_parts(cohort: Cohort) -> tuple[tuple[Segment, ...], str]:
    referred, implanted = cohort.steps[0].reached.n, cohort.steps[-1].reached.n
    waits = sum(step.waits.n for step in cohort.steps)
    return (
        (
            Segment(value=implanted),
            Segment(value=waits, style="hatch"),
            Segment(value=referred - implanted - waits, style="open"),
        ),
        f"{implanted} of {referred}",
    )


_COHORT_LEGEND = (
    Legend(style="solid", label="implanted"),
    Legend(style="hatch", label="still under way"),
    Legend(style="open", label="left"),
)


def _cohort_columns(cohorts: Sequence[Cohort]) -> Drawing | None:
    if not cohorts:
        return None
    bars = []
    for cohort in cohorts:
        parts, figures = _cohort_parts(cohort)
        bars.append(Bar(label=_cohort_label("months", cohort.name), parts=parts, figures=f"{figures} implanted"))
    return Columns(
        title="Patients referred in each month, by what became of them",
        what=f"{plural(len(bars), 'month')}; the table has the numbers.",
        unit="patients",
        bars=tuple(bars),
        legend=_COHORT_LEGEND,
    )


def _cohort_bars(cohorts: Sequence[Cohort]) -> Drawing | None:
    if not cohorts:
        return None
    bars = []
    for cohort in cohorts[:10]:
        parts, figures = _cohort_parts(cohort)
        bars.append(Bar(label=_cohort_label("", cohort.name), parts=parts, figures=figures))
    return Bars(
        caption="Patients by referrer, the most first",
        label_header="Referrer",
        figures_header="implanted of referred",
        bars=tuple(bars),
        legend=_COHORT_LEGEND,
    )
