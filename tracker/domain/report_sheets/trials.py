"""What trials showed, who came from a trial to an implant, and why patients leave."""

from collections.abc import Callable, Sequence

from tracker.domain.pathway.wording import OUTCOME_WORDS
from tracker.domain.report_sheets.drawing import Bar, Bars, Legend, Segment
from tracker.domain.report_sheets.sheet import Cell, Column, Kind, Row, Section, Sheet, Table, between, counted, shared
from tracker.domain.report_sheets.words import CONDITION_WORDS, NOBODY, Names, first, key_of, percent, plural
from tracker.domain.reporting.counted import Share
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.trials import (
    CONVERSION_DEFINITION,
    DEFINITION,
    LEAVING_DEFINITION,
    Conversion,
    Leaving,
    Tested,
    TrialReport,
    trial_report,
)

_COLUMNS = (
    Column("trials", "Trials"),
    Column("decided", "With an outcome"),
    Column("positive", "Positive"),
    Column("share", "Share positive", Kind.SHARE),
    Column("low", "95 % interval from", Kind.SHARE),
    Column("high", "to", Kind.SHARE),
    Column("open", "No outcome yet"),
)


def trials_sheet(history: History, selection: Selection, names: Names) -> Sheet:
    """Trials of the period in several groups, and what followed."""
    found = trial_report(history, selection)
    return Sheet(
        name="trials",
        answer=_answer(found.everybody),
        sections=(
            _outcomes(found),
            _grouped("doses", "By test dose", "Test dose", found.by_dose, _dose),
            _grouped("diagnoses", "By diagnosis", "Diagnosis", found.by_diagnosis, _diagnosis),
            _grouped(
                "clinicians",
                "By clinician",
                "Clinician",
                found.by_clinician,
                lambda name: names.clinicians.get(int(name), NOBODY),
            ),
            _conversion(found.conversion, names),
            _leaving(found.leaving, names),
        ),
        ids=history.cases.id,
    )


def _dose(name: str) -> str:
    return f"{name} mcg" if name else "No dose reached the patient"


def _diagnosis(name: str) -> str:
    return CONDITION_WORDS.get(name, first(name.replace("_", " ")) or NOBODY)


def _outcome(name: str) -> str:
    return first(OUTCOME_WORDS.get(name, name.replace("_", " ")))


def _answer(tested: Tested) -> str:
    share = tested.positive
    if not share.whole.n:
        return "No outcome of a trial was recorded for this period."
    low, high = share.proportion.interval
    return (
        f"{share.part.n:,} of {plural(share.whole.n, 'trial')} with an outcome "
        f"{'was' if share.part.n == 1 else 'were'} positive: "
        f"{percent(share.proportion.share)} ({percent(low)} to {percent(high)})."
    )


def _cells(tested: Tested) -> tuple[Cell, ...]:
    return (
        counted(tested.trials),
        counted(tested.positive.whole),
        counted(tested.positive.part),
        shared(tested.positive),
        *between(tested.positive),
        counted(tested.open),
    )


def _outcomes(found: TrialReport) -> Section:
    whole = found.everybody.positive.whole
    rows = tuple(
        Row(key_of(name), _outcome(name), (counted(trials), shared(Share(trials, whole))))
        for name, trials in found.everybody.outcomes
    )
    total = Row("all", "With an outcome", (counted(whole), Cell()), is_total=True)
    return Section(
        key="outcomes",
        title="Outcomes",
        answer=_answer(found.everybody),
        definition=DEFINITION,
        table=Table(
            "Outcome",
            (Column("trials", "Trials"), Column("share", "Share", Kind.SHARE)),
            (*rows, total) if rows else (),
        ),
        drawing=Bars(
            caption="Trials by outcome",
            label_header="Outcome",
            figures_header="trials",
            bars=tuple(
                Bar(label=_outcome(name), parts=(Segment(value=trials.n),), figures=f"{trials.n:,}")
                for name, trials in found.everybody.outcomes
            ),
        )
        if rows
        else None,
    )


def _grouped(key: str, title: str, header: str, groups: Sequence[Tested], label: Callable[[str], str]) -> Section:
    most = max(groups, key=lambda each: each.trials.n, default=None)
    answer = "There was no trial in this period."
    if most is not None:
        positive = f"{most.positive.part.n:,} of {most.positive.whole.n:,} with an outcome positive"
        answer = f"Most trials, {most.trials.n:,}: {label(most.name)}; {positive}."
    return Section(
        key=key,
        title=title,
        answer=answer,
        definition=DEFINITION,
        table=Table(header, _COLUMNS, tuple(Row(key_of(each.name), label(each.name), _cells(each)) for each in groups)),
        drawing=Bars(
            caption=f"Trials, {title[:1].lower()}{title[1:]}",
            label_header=header,
            figures_header="positive of those with an outcome",
            bars=tuple(
                Bar(
                    label=label(each.name),
                    parts=(
                        Segment(value=each.positive.part.n),
                        Segment(value=each.positive.whole.n - each.positive.part.n, style="hatch"),
                        Segment(value=each.open.n, style="open"),
                    ),
                    figures=f"{each.positive.part.n:,} of {each.positive.whole.n:,}",
                )
                for each in groups[:12]
            ),
            legend=(
                Legend(style="solid", label="positive"),
                Legend(style="hatch", label="another outcome"),
                Legend(style="open", label="no outcome yet"),
            ),
        )
        if groups
        else None,
    )


def _conversion(found: Conversion, names: Names) -> Section:
    whole = found.implanted.whole
    rows = [
        Row("implanted", "Have a pump by now", (counted(found.implanted.part), shared(found.implanted))),
        *(
            Row(key_of("left", stage), f"Left: {names.stage(stage)}", (counted(left), shared(Share(left, whole))))
            for stage, left in found.left
        ),
        Row("waits", "Still on the way", (counted(found.waits), shared(Share(found.waits, whole)))),
        Row("all", "Patients with a first positive outcome", (counted(whole), Cell()), is_total=True),
    ]
    answer = "No trial of this period was positive."
    if whole.n:
        answer = (
            f"{found.implanted.part.n:,} of {plural(whole.n, 'patient')} with a positive trial "
            f"{'has' if found.implanted.part.n == 1 else 'have'} a pump by now; {found.waits.n:,} still on the way."
        )
    return Section(
        key="conversion",
        title="From a positive trial to the implant",
        answer=answer,
        definition=CONVERSION_DEFINITION,
        table=Table(
            "What became of them",
            (Column("patients", "Patients"), Column("share", "Share", Kind.SHARE)),
            tuple(rows) if whole.n else (),
        ),
        drawing=None,
    )


def _leaving(found: Sequence[Leaving], names: Names) -> Section:
    def label(each: Leaving) -> str:
        return f"{names.stage(each.closed_as)}: {each.reason}" if each.reason else names.stage(each.closed_as)

    total = sum(each.cases.n for each in found)
    answer = "Nobody left the way to a pump in this period."
    if found:
        answer = (
            f"{plural(total, 'patient')} left the way to a pump; most often from “{names.stage(found[0].stage)}”: "
            f"{label(found[0])} ({found[0].cases.n:,})."
        )
    return Section(
        key="leaving",
        title="Why patients leave",
        answer=answer,
        definition=LEAVING_DEFINITION,
        table=Table(
            "Why",
            (Column("stage", "From stage", Kind.TEXT), Column("patients", "Patients")),
            tuple(
                Row(
                    key_of(each.stage, each.closed_as, each.reason),
                    label(each),
                    (Cell(names.stage(each.stage)), counted(each.cases)),
                )
                for each in found
            ),
        ),
        drawing=Bars(
            caption="Patients who left, by reason",
            label_header="Why",
            figures_header="patients",
            bars=tuple(
                Bar(label=label(each), parts=(Segment(value=each.cases.n),), figures=f"{each.cases.n:,}")
                for each in found[:12]
            ),
        )
        if found
        else None,
    )
