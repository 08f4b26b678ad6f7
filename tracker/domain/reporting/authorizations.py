"""How payers answer: how long it takes, how often they deny, what an appeal brings, and what expires unused."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import NamedTuple

from tracker.domain.reporting.columns import Authorizations, Visits
from tracker.domain.reporting.counted import Count, Share, count
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.waiting_times import CAME, LEFT, WAITS, WaitingTimes, waiting_times
from tracker.domain.words import AppointmentState, AuthorizationState

NEEDS = (Authorizations, Visits)
DEFINITION = (
    "Authorizations asked for in the period: days until the payer's first answer, who has none yet counted as waiting "
    "(Kaplan–Meier), withdrawn requests until that day. Denied is a share of those with a first answer; won on appeal: "
    "granted later after a denial, a share of those denied."
)
EXPIRED_DEFINITION = (
    "Expired before use: of the granted authorizations whose last day fell into the period and has passed, those of a "
    "patient who came to no visit for that procedure while they were valid."
)
CAME_IN = (AppointmentState.ARRIVED, AppointmentState.COMPLETED)


@dataclass(frozen=True, slots=True)
class Answered:
    """Of one payer (the id of its row, 0: none is known) and one stage (``trial``, ``implant``, ``reoperation``), or of
    all (0 and an empty text)."""

    payer: int
    stage: str
    asked: Count
    turnaround: WaitingTimes
    denied: Share
    won: Share
    expired: Share


@dataclass(frozen=True, slots=True)
class AuthorizationReport:
    """The groups with the most requests first."""

    everything: Answered
    groups: tuple[Answered, ...]


class _Request(NamedTuple):
    """One authorization, whatever is asked for. ``payer``: its own, else that of the case; ``days`` and ``ended``: of
    the wait for the first answer; ``denied`` at first, ``won`` later; ``ended_on``: the last day of a grant, where that
    is over, else 0; ``unused``: nobody came while it was valid."""

    case: int
    payer: int
    stage: str
    asked_on: int
    days: int
    ended: str
    is_denied: bool
    is_won: bool
    ended_on: int
    is_unused: bool


#: A day and the state from then on.
_State = tuple[int, str]
#: Days by case and purpose.
_Came = Mapping[tuple[int, str], Sequence[int]]


def authorization_report(history: History, selection: Selection) -> AuthorizationReport:
    """Count the requests of the period, and what expired in it."""
    everything = history.once(_requests)
    meant = selection.with_own_payer([each.case for each in everything], [each.payer for each in everything])
    first, after = selection.from_day, selection.until_day
    requests = [
        each for each in compress(everything, meant) if first <= each.asked_on < after or first <= each.ended_on < after
    ]
    groups: dict[tuple[int, str], list[_Request]] = defaultdict(list)
    for each in requests:
        groups[each.payer, each.stage].append(each)
    shown = [_answered(selection, key, members) for key, members in groups.items()]
    return AuthorizationReport(
        _answered(selection, (0, ""), requests),
        tuple(sorted(shown, key=lambda each: (-each.asked.n, each.payer, each.stage))),
    )


def _requests(history: History) -> Sequence[_Request]:
    table, used = history.of(Authorizations), _visits(history)
    rows: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row, key in enumerate(zip(table.case, table.number, strict=True)):
        rows[key].append(row)
    return [_request(history, case, versions, used) for (case, _number), versions in rows.items()]


def _request(history: History, case: int, rows: Sequence[int], used: _Came) -> _Request:
    table, words = history.of(Authorizations), history.words
    last = rows[-1]
    states = [(table.since_on[row], words[table.state[row]]) for row in rows]
    stage, asked_on = words[table.stage[last]], _asked_on(table, rows, states)
    answers = [each for each in states if each[1] in (AuthorizationState.GRANTED, AuthorizationState.DENIED)]
    is_denied = bool(answers) and answers[0][1] == AuthorizationState.DENIED
    granted_on = next((day for day, state in answers if state == AuthorizationState.GRANTED), 0)
    valid_to = table.valid_to[last] if states[-1][1] == AuthorizationState.GRANTED else 0
    ended_on = valid_to if valid_to < history.today else 0
    return _Request(
        case,
        table.payer[last] or history.cases.payer[case],
        stage,
        asked_on,
        *_wait(history, case, asked_on, answers, states[-1]),
        is_denied,
        is_denied and granted_on > 0,
        ended_on,
        ended_on > 0 and not any(granted_on <= day <= ended_on for day in used.get((case, stage), ())),
    )


def _asked_on(table: Authorizations, rows: Sequence[int], states: Sequence[_State]) -> int:
    """0: none is required, and nobody asked for it."""
    if states[0][1] == AuthorizationState.NOT_REQUIRED:
        return 0
    return next((table.asked_on[row] for row in rows if table.asked_on[row]), states[0][0])


def _wait(history: History, case: int, asked_on: int, answers: Sequence[_State], last: _State) -> tuple[int, str]:
    if answers:
        return answers[0][0] - asked_on, CAME
    is_withdrawn = last[1] in (AuthorizationState.WITHDRAWN, AuthorizationState.NOT_REQUIRED)
    ended_on = last[0] if is_withdrawn else history.cases.closed_on[case]
    return (ended_on - asked_on, LEFT) if ended_on else (history.today - asked_on, WAITS)


def _visits(history: History) -> _Came:
    """The days of the visits that patients came to."""
    visits, came, words = history.of(Visits), history.codes(*CAME_IN), history.words
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for case, purpose, state, on in zip(visits.case, visits.purpose, visits.state, visits.on, strict=True):
        if state in came:
            found[case, words[purpose]].append(on)
    return found


def _answered(selection: Selection, of: tuple[int, str], members: Sequence[_Request]) -> Answered:
    payer, stage = of
    first, after = selection.from_day, selection.until_day
    asked = [each for each in members if first <= each.asked_on < after]
    answered = [each for each in asked if each.ended == CAME]
    denied = [each for each in answered if each.is_denied]
    ended = [each for each in members if first <= each.ended_on < after]
    return Answered(
        payer=payer,
        stage=stage,
        asked=_count(asked),
        turnaround=waiting_times((each.case, each.days, each.ended) for each in asked),
        denied=Share(_count(denied), _count(answered)),
        won=Share(_count(each for each in denied if each.is_won), _count(denied)),
        expired=Share(_count(each for each in ended if each.is_unused), _count(ended)),
    )


def _count(requests: Iterable[_Request]) -> Count:
    return count(each.case for each in requests)
