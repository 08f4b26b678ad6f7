"""What a changed rule would do: for the page, its files and the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.forecast.forecast import TooFew
from tracker.domain.report_sheets.sheet import Sheet
from tracker.domain.report_sheets.what_if import NEEDS, Played, observe_history, too_few_sheet, what_if_sheet
from tracker.domain.report_sheets.what_if_words import AS_IT_IS
from tracker.domain.reporting.history import History
from tracker.domain.what_if.comparison import compare
from tracker.domain.what_if.flow import flow_of
from tracker.domain.what_if.observed import Observed
from tracker.domain.what_if.question import Question, changed, key_of
from tracker.pathways import catalogue
from tracker.queries.clinic_history.stored import read_history
from tracker.queries.what_if import Refined, find_refined
from tracker.web.reports.levers import AskedRules, Typed, read_levers

#: A clinic with more referrals a year is not played while a page waits: two seconds' work becomes ten.
MOST_REFERRALS = 1000
TOO_LARGE = (
    "So large a clinic is played in the background, because it takes longer than a page should. Have it played; the "
    "answer is here within minutes."
)


@dataclass(frozen=True, slots=True)
class ToldWhatIf:
    """``asked`` is ``None`` where there is nothing to ask about: too few patients, or no history yet. ``sheet`` is
    ``None`` where nothing was made, or something is wrong with what was asked. ``refined``: what the background has;
    ``on``: the clinic's day of the history; ``problem``: why nothing was played."""

    asked: AskedRules | None
    sheet: Sheet | None
    as_of: datetime
    pairs: int = 0
    refined: Refined | None = None
    on: date | None = None
    problem: str = ""


def tell_what_if(
    session: Session, clinic_id: int, typed: Typed, *, now: datetime, pairs: int, at_once: bool = False
) -> ToldWhatIf:
    """Play it, or read what the background has played. ``at_once``: play however long it takes, and read nothing."""
    told, observed = _asked(session, clinic_id, typed, now)
    question = question_of(told)
    if observed is None or not question or told.on is None:
        return told
    refined = None if at_once else find_refined(session, clinic_id, key_of(question, told.on))
    if refined is not None and refined.sheet is not None and refined.as_of is not None:
        return replace(told, sheet=refined.sheet, as_of=refined.as_of, refined=refined)
    if observed.referrals > MOST_REFERRALS and not at_once:
        return replace(told, refined=refined, problem=TOO_LARGE)
    other = changed(observed, question)
    found = compare(observed.clinic, observed.policy, other, seed=told.on.toordinal(), replications=pairs)
    return replace(told, sheet=what_if_sheet(observed, question, Played(pairs, found)), pairs=pairs, refined=refined)


def read_what_if(session: Session, clinic_id: int, typed: Typed, *, now: datetime) -> ToldWhatIf:
    """Only what is asked, without playing it."""
    return _asked(session, clinic_id, typed, now)[0]


def _asked(session: Session, clinic_id: int, typed: Typed, now: datetime) -> tuple[ToldWhatIf, Observed | None]:
    """What is asked, and of what. Where nothing is changed the sheet has the rules as they are."""
    history = read_history(session, clinic_id, *NEEDS)
    if history is None:
        return ToldWhatIf(None, None, now), None
    observed = history.once(_observed)
    if isinstance(observed, TooFew):
        return ToldWhatIf(None, too_few_sheet(observed), history.as_of), None
    asked = read_levers(typed, observed)
    is_unchanged = asked.question is not None and not asked.question
    sheet = what_if_sheet(observed, {}, None) if is_unchanged else None
    return ToldWhatIf(asked, sheet, history.as_of, on=date.fromordinal(history.today)), observed


def _observed(history: History) -> Observed | TooFew:
    return observe_history(history, flow_of(catalogue.current()))


def question_of(told: ToldWhatIf) -> Question:
    """What was asked; nothing where it could not be."""
    return (told.asked.question if told.asked else None) or {}


def words_of(told: ToldWhatIf) -> tuple[str, ...]:
    """What was asked, in the words of the sheet: for files."""
    if told.sheet is None:
        return ()
    rules: Mapping[str, tuple[object, object]] = {
        row.label: (row.cells[0].value, row.cells[1].value)
        for section in told.sheet.sections
        if section.key == "rules"
        for row in section.table.rows
    }
    return tuple(
        f"{label}: {changed} instead of {now}" for label, (now, changed) in rules.items() if changed != AS_IT_IS
    )
