"""Who refers patients, how soon they are seen to, and how far they come."""

from tracker.domain.report_sheets import waiting
from tracker.domain.report_sheets.drawing import Bar, Bars, Legend, Segment
from tracker.domain.report_sheets.sheet import Cell, Column, Kind, Row, Section, Sheet, Table, counted
from tracker.domain.report_sheets.words import NOBODY, Names, key_of, plural
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.referrers import (
    DEFINITION,
    LETTERS_DEFINITION,
    Referrer,
    ReferrerReport,
    referrer_report,
)

_COLUMNS = (
    Column("referrals", "Referrals"),
    Column("trials", "Trials"),
    Column("implants", "Implants"),
    Column("waits", "Under way"),
    Column("left", "Left"),
    Column("owed", "Letters owed"),
    Column("contact", "First contact for half after, days", Kind.DAYS),
)


def referrers_sheet(history: History, selection: Selection, _names: Names) -> Sheet:
    """Referrals by who made them."""
    found = referrer_report(history, selection)
    return Sheet(
        name="referrers",
        answer=_answer(found),
        sections=(_referrers(found), _contact(found)),
        ids=history.cases.id,
    )


def _answer(found: ReferrerReport) -> str:
    if not found.everybody.referrals.n:
        return "No referral was received in this period."
    named = [each for each in found.referrers if each.name]
    most = f"; most, {named[0].referrals.n:,}, from {named[0].name}" if named else ""
    owed = found.everybody.owed.n
    letters = f" {plural(owed, 'letter')} {'is' if owed == 1 else 'are'} owed." if owed else ""
    return f"{plural(found.everybody.referrals.n, 'referral')} from {plural(len(named), 'referrer')}{most}.{letters}"


def _cells(each: Referrer) -> tuple[Cell, ...]:
    counts = (each.referrals, each.trials, each.implants, each.waits, each.left, each.owed)
    return (*map(counted, counts), Cell(each.first_contact.median.time))


def _referrers(found: ReferrerReport) -> Section:
    rows = [Row(key_of(each.name), each.name or NOBODY, _cells(each)) for each in found.referrers]
    return Section(
        key="referrers",
        title="Referrals by referrer",
        answer=_answer(found),
        definition=f"{DEFINITION} {LETTERS_DEFINITION}",
        table=Table(
            "Referrer",
            _COLUMNS,
            (*rows, Row("all", "All referrers", _cells(found.everybody), is_total=True)) if rows else (),
        ),
        drawing=Bars(
            caption="Referrals by referrer, the most first",
            label_header="Referrer",
            figures_header="implants of referrals",
            bars=tuple(
                Bar(
                    label=each.name or NOBODY,
                    parts=(
                        Segment(value=each.implants.n),
                        Segment(value=each.waits.n, style="hatch"),
                        Segment(value=each.left.n, style="open"),
                    ),
                    figures=f"{each.implants.n:,} of {each.referrals.n:,}",
                )
                for each in found.referrers[:12]
            ),
            legend=(
                Legend(style="solid", label="implanted"),
                Legend(style="hatch", label="under way"),
                Legend(style="open", label="left"),
            ),
        )
        if rows
        else None,
    )


def _contact(found: ReferrerReport) -> Section:
    times = found.everybody.first_contact
    return Section(
        key="contact",
        title="Until the first contact",
        answer=waiting.half_after(times, "referred patients", "have a first visit booked"),
        definition=DEFINITION,
        table=Table("Patients", waiting.columns(), (Row("all", "Referral to first contact", waiting.cells(times)),)),
        drawing=waiting.curve(times, "Referred patients without a first contact", "days since the referral"),
    )
