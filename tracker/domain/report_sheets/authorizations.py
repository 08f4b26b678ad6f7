"""How payers answer."""

from tracker.domain.pathway.wording import PURPOSE_WORDS
from tracker.domain.report_sheets import waiting
from tracker.domain.report_sheets.drawing import Bar, Bars, Segment
from tracker.domain.report_sheets.sheet import Cell, Column, Kind, Row, Section, Sheet, Table, counted, shared
from tracker.domain.report_sheets.words import NOBODY, Names, first, percent, whole
from tracker.domain.reporting.authorizations import (
    DEFINITION,
    EXPIRED_DEFINITION,
    Answered,
    AuthorizationReport,
    authorization_report,
)
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History

_ANSWERS = (
    Column("asked", "Asked"),
    Column("answered", "With an answer"),
    Column("denied", "Denied at first"),
    Column("denied_share", "Share denied", Kind.SHARE),
    Column("won", "Won on appeal"),
    Column("won_share", "Share of denied", Kind.SHARE),
    Column("ended", "Grants that ended"),
    Column("expired", "Expired before use"),
    Column("expired_share", "Share of ended", Kind.SHARE),
)


def authorizations_sheet(history: History, selection: Selection, names: Names) -> Sheet:
    """Turnaround and answers, by payer and stage."""
    found = authorization_report(history, selection)
    return Sheet(
        name="authorizations",
        answer=_answer(found.everything),
        sections=(_turnaround(found, names), _answers(found, names)),
        ids=history.cases.id,
    )


def _answer(all_of: Answered) -> str:
    if not all_of.asked.n:
        return "No authorization was asked for in this period."
    return (
        f"{waiting.half_after(all_of.turnaround, 'requests', 'have an answer')} {all_of.denied.part.n:,} of "
        f"{all_of.denied.whole.n:,} answered were denied at first ({percent(all_of.denied.proportion.share)})."
    )


def _label(each: Answered, names: Names) -> str:
    return f"{names.payers.get(each.payer, NOBODY)}, {PURPOSE_WORDS.get(each.stage, each.stage)}"


def _key(each: Answered) -> str:
    return f"{each.payer}-{each.stage}"


def _turnaround(found: AuthorizationReport, names: Names) -> Section:
    rows = [Row(_key(each), _label(each, names), waiting.cells(each.turnaround)) for each in found.groups]
    total = Row("all", "All", waiting.cells(found.everything.turnaround), is_total=True)
    return Section(
        key="turnaround",
        title="Until the payer's first answer",
        answer=waiting.half_after(found.everything.turnaround, "requests", "have an answer"),
        definition=DEFINITION,
        table=Table("Payer and stage", waiting.columns("Requests"), (*rows, total) if rows else ()),
        drawing=waiting.curve(found.everything.turnaround, "Requests without an answer", "days since the request"),
    )


def _answers(found: AuthorizationReport, names: Names) -> Section:
    rows = [Row(_key(each), _label(each, names), _cells(each)) for each in found.groups]
    total = Row("all", "All", _cells(found.everything), is_total=True)
    everything = found.everything
    return Section(
        key="answers",
        title="Denials, appeals, grants that ran out",
        answer=f"{everything.denied.part.n:,} denied at first, {everything.won.part.n:,} of them won on appeal; "
        f"{everything.expired.part.n:,} of {everything.expired.whole.n:,} grants that ended were not used.",
        definition=f"{DEFINITION} {EXPIRED_DEFINITION}",
        table=Table("Payer and stage", _ANSWERS, (*rows, total) if rows else ()),
        drawing=_bars(found, names),
    )


def _cells(each: Answered) -> tuple[Cell, ...]:
    return (
        counted(each.asked),
        counted(each.denied.whole),
        counted(each.denied.part),
        shared(each.denied),
        counted(each.won.part),
        shared(each.won),
        counted(each.expired.whole),
        counted(each.expired.part),
        shared(each.expired),
    )


def _bars(found: AuthorizationReport, names: Names) -> Bars | None:
    bars = tuple(
        Bar(
            label=first(_label(each, names)),
            parts=(Segment(value=each.turnaround.median.time),),
            figures=whole(each.turnaround.median.time),
        )
        for each in found.groups[:12]
        if each.turnaround.median.time is not None
    )
    if not bars:
        return None
    return Bars(
        caption="Days until half of the requests have an answer",
        label_header="Payer and stage",
        figures_header="days",
        bars=bars,
    )
