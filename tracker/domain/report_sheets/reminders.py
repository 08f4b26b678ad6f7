"""What messages went out, and whether who answered comes."""

from tracker.domain.report_sheets.drawing import Bar, Bars, Legend, Segment
from tracker.domain.report_sheets.sheet import Cell, Column, Kind, Row, Section, Sheet, Table, between, counted, shared
from tracker.domain.report_sheets.words import Names, first, key_of, percent, plural
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.reminders import (
    ANSWERS_DEFINITION,
    DEFINITION,
    ReminderReport,
    Sent,
    reminder_report,
)

CHANNEL_WORDS = {"email": "e-mail", "sms": "SMS", "phone": "telephone"}
_SENT = (
    Column("tried", "Tried"),
    Column("sent", "Sent"),
    Column("sent_share", "Share", Kind.SHARE),
    Column("reached", "Reached"),
    Column("reached_share", "Share", Kind.SHARE),
)


def reminders_sheet(history: History, selection: Selection, _names: Names) -> Sheet:
    """Messages by kind and channel, and no-shows with and without an answer."""
    found = reminder_report(history, selection)
    return Sheet(
        name="reminders",
        answer=_answer(found),
        sections=(_sent(found), _answers(found)),
        ids=history.cases.id,
    )


def _answer(found: ReminderReport) -> str:
    tried = found.everything.tried.n
    if not tried:
        return "No message went out in this period."
    told = found.answered.whole.n
    said = f" Patients answered about {found.answered.part.n:,} of {plural(told, 'visit')}." if told else ""
    return (
        f"{found.everything.sent.part.n:,} of {plural(tried, 'message')} were sent "
        f"({percent(found.everything.sent.proportion.share)}).{said}"
    )


def _label(each: Sent) -> str:
    return f"{first(each.kind.replace('_', ' '))}, {CHANNEL_WORDS.get(each.channel, each.channel)}"


def _cells(each: Sent) -> tuple[Cell, ...]:
    return (
        counted(each.tried),
        counted(each.sent.part),
        shared(each.sent),
        counted(each.reached.part),
        shared(each.reached),
    )


def _sent(found: ReminderReport) -> Section:
    rows = [Row(key_of(each.kind, each.channel), _label(each), _cells(each)) for each in found.kinds]
    return Section(
        key="sent",
        title="Messages",
        answer=_answer(found),
        definition=DEFINITION,
        table=Table(
            "Kind and way",
            _SENT,
            (*rows, Row("all", "All messages", _cells(found.everything), is_total=True)) if rows else (),
        ),
        drawing=Bars(
            caption="Messages by kind and way",
            label_header="Kind and way",
            figures_header="sent of tried",
            bars=tuple(
                Bar(
                    label=_label(each),
                    parts=(
                        Segment(value=each.sent.part.n),
                        Segment(value=each.tried.n - each.sent.part.n, style="open"),
                    ),
                    figures=f"{each.sent.part.n:,} of {each.tried.n:,}",
                )
                for each in found.kinds[:12]
            ),
            legend=(Legend(style="solid", label="sent"), Legend(style="open", label="not taken")),
        )
        if rows
        else None,
    )


def _answers(found: ReminderReport) -> Section:
    groups = (
        ("answered", "Answered a message", found.missed_answered),
        ("silent", "Had a message, did not answer", found.missed_silent),
        ("untold", "Had no message about the visit", found.missed_untold),
    )
    shares = [percent(share.proportion.share) if share.whole.n else "no such visit" for _, _, share in groups]
    return Section(
        key="answers",
        title="Who comes",
        answer=f"Visits missed by who answered: {shares[0]}; by who did not: {shares[1]}; by who had no message: "
        f"{shares[2]}.",
        definition=ANSWERS_DEFINITION,
        table=Table(
            "Visits of patients who",
            (
                Column("visits", "Came or missed"),
                Column("missed", "Missed"),
                Column("share", "Share missed", Kind.SHARE),
                Column("low", "95 % interval from", Kind.SHARE),
                Column("high", "to", Kind.SHARE),
            ),
            tuple(
                Row(key, label, (counted(share.whole), counted(share.part), shared(share), *between(share)))
                for key, label, share in groups
            ),
        ),
        drawing=Bars(
            caption="Share of visits missed",
            label_header="Visits of patients who",
            figures_header="missed",
            bars=tuple(
                Bar(label=label, parts=(Segment(value=share.proportion.share or 0),), figures=said)
                for (_, label, share), said in zip(groups, shares, strict=True)
            ),
        ),
    )
