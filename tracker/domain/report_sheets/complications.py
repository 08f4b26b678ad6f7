"""What goes wrong with pumps, per pump-year."""

from tracker.domain.report_sheets.drawing import Bar, Bars, Segment
from tracker.domain.report_sheets.sheet import Cell, Column, Kind, Row, Section, Sheet, Table, between, counted, shared
from tracker.domain.report_sheets.words import Names, percent, plural
from tracker.domain.reporting.complications import (
    DEFINITION,
    INFECTION_DEFINITION,
    ComplicationReport,
    complication_report,
)
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History

KIND_WORDS = {
    "infection": "Infection",
    "csf_leak": "CSF leak",
    "catheter_revision": "Catheter revision",
    "catheter_trouble": "Catheter trouble",
    "pocket_revision": "Pocket revision",
    "pump_failure": "Pump failure",
    "withdrawal": "Withdrawal",
    "wound": "Wound",
    "explant": "Pump taken out",
}


def complications_sheet(history: History, selection: Selection, _names: Names) -> Sheet:
    """Rates by kind, and infections soon after the implant."""
    found = complication_report(history, selection)
    return Sheet(
        name="complications",
        answer=_answer(found),
        sections=(_kinds(found), _early(found)),
        ids=history.cases.id,
    )


def _answer(found: ComplicationReport) -> str:
    if not found.years.value:
        return "No pump was followed in this period."
    most = max(found.kinds, key=lambda each: each.episodes.n)
    years = f"{found.years.value:,.1f} pump-years"
    if not most.episodes.n:
        return f"Nothing is on record in {years}."
    return (
        f"In {years} most often: {_within(KIND_WORDS[most.kind])}, {plural(most.episodes.n, 'time')}, "
        f"{most.per_year.per_unit or 0:.2f} per pump-year."
    )


def _within(words: str) -> str:
    """As they stand within a sentence: an abbreviation keeps its capitals."""
    return words if words[:2].isupper() else words.lower()


def _kinds(found: ComplicationReport) -> Section:
    rows = tuple(
        Row(
            each.kind,
            KIND_WORDS[each.kind],
            (
                counted(each.episodes),
                Cell(each.per_year.per_unit),
                Cell(each.per_year.interval.low if found.years.value else None),
                Cell(each.per_year.interval.high if found.years.value else None),
            ),
        )
        for each in found.kinds
    )
    return Section(
        key="kinds",
        title="Per pump-year",
        answer=_answer(found),
        definition=DEFINITION,
        table=Table(
            "Complication",
            (
                Column("episodes", "Complications"),
                Column("rate", "Per pump-year", Kind.RATE),
                Column("low", "95 % interval from", Kind.RATE),
                Column("high", "to", Kind.RATE),
            ),
            rows,
        ),
        drawing=Bars(
            caption=f"Complications in {found.years.value:,.1f} pump-years",
            label_header="Complication",
            figures_header="per pump-year",
            bars=tuple(
                Bar(
                    label=KIND_WORDS[each.kind],
                    parts=(Segment(value=each.per_year.per_unit or 0),),
                    figures=f"{each.per_year.per_unit or 0:.3f}",
                )
                for each in found.kinds
            ),
        )
        if found.years.value
        else None,
    )


def _early(found: ComplicationReport) -> Section:
    share = found.early_infection
    answer = "No pump was put in here early enough in this period to tell."
    if share.whole.n:
        answer = (
            f"Of {plural(share.whole.n, 'pump')} put in, {share.part.n:,} infected within 90 days: "
            f"{percent(share.proportion.share)}."
        )
    return Section(
        key="early",
        title="Infection within 90 days",
        answer=answer,
        definition=INFECTION_DEFINITION,
        table=Table(
            "Pumps",
            (
                Column("pumps", "Pumps put in"),
                Column("infected", "Infected within 90 days"),
                Column("share", "Share", Kind.SHARE),
                Column("low", "95 % interval from", Kind.SHARE),
                Column("high", "to", Kind.SHARE),
                Column("not_yet", "90 days not over"),
            ),
            (
                Row(
                    "all",
                    "Put in here",
                    (
                        counted(share.whole),
                        counted(share.part),
                        shared(share),
                        *between(share),
                        counted(found.not_yet),
                    ),
                ),
            ),
        ),
    )
