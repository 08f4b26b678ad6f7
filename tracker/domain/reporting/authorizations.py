"""How payers answer: how long it takes, how often they deny, what an appeal brings, and what expires unused."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import chain

from tracker.domain.reporting.columns import Authorizations, Visits
from tracker.domain.reporting.counted import Count, Share, count
from tracker.domain.reporting.dated import Dated, dated
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.waiting_times import Spans, WaitingTimes, times_of
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


@dataclass(frozen=True, slots=True)
class _Asked:
    """The authorizations of one payer and stage. By the day on which they were asked for, with the days of the wait for
    the first answer: ``granted`` at first, ``denied`` for good, ``won`` after a denial, ``left`` without an answer, and
    those of which one ``waits``. By the last day of a grant that is over: those that were ``used``, and not."""

    payer: int
    stage: str
    granted: Dated
    denied: Dated
    won: Dated
    left: Dated
    waits: Dated
    used: Dated
    unused: Dated


@dataclass(frozen=True, slots=True)
class _Picked:
    """The same of one filter: cases, and the days of each."""

    granted: Spans
    denied: Spans
    won: Spans
    left: Spans
    waits: Spans
    used: Spans
    unused: Spans


_KINDS = tuple(each.name for each in fields(_Picked))


#: A day and the state from then on.
_State = tuple[int, str]
#: Days by case and purpose.
_Came = Mapping[tuple[int, str], Sequence[int]]


def authorization_report(history: History, selection: Selection) -> AuthorizationReport:
    """Count the requests of the period, and what expired in it."""
    everything: list[_Picked] = []
    groups: list[Answered] = []
    for asked in history.once(_requests):
        chosen = selection.of_payer(asked.payer)
        picked = _Picked(*(getattr(asked, kind).picked(selection, chosen) for kind in _KINDS))
        if any(getattr(picked, kind)[0] for kind in _KINDS):
            everything.append(picked)
            groups.append(_answered(asked.payer, asked.stage, [picked]))
    return AuthorizationReport(
        _answered(0, "", everything),
        tuple(sorted(groups, key=lambda each: (-each.asked.n, each.payer, each.stage))),
    )


def _requests(history: History) -> Sequence[_Asked]:
    """Every authorization, by what a report tells apart. ``payer``: its own, else that of the case."""
    table, came = history.of(Authorizations), _visits(history)
    versions: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row, key in enumerate(zip(table.case, table.number, strict=True)):
        versions[key].append(row)
    found: dict[tuple[int, str], dict[str, list[tuple[int, int, int]]]] = defaultdict(lambda: defaultdict(list))
    for (case, _number), rows in versions.items():
        stage = history.words[table.stage[rows[-1]]]
        group = found[table.payer[rows[-1]] or history.cases.payer[case], stage]
        for kind, on, days in _kinds(history, case, rows, came.get((case, stage), ())):
            group[kind].append((case, on, days))
    return [
        _Asked(payer, stage, *(dated(history, group[kind]) for kind in _KINDS))
        for (payer, stage), group in found.items()
    ]


def _kinds(history: History, case: int, rows: Sequence[int], came: Sequence[int]) -> Iterator[tuple[str, int, int]]:
    """As what one authorization counts: the kind, its day, and the days of the wait."""
    table, words = history.of(Authorizations), history.words
    last = rows[-1]
    states = [(table.since_on[row], words[table.state[row]]) for row in rows]
    answers = [each for each in states if each[1] in (AuthorizationState.GRANTED, AuthorizationState.DENIED)]
    granted_on = next((day for day, state in answers if state == AuthorizationState.GRANTED), 0)
    asked_on = _asked_on(table, rows, states)
    if answers:
        is_denied = answers[0][1] == AuthorizationState.DENIED
        kind = ("won" if granted_on else "denied") if is_denied else "granted"
        yield kind, asked_on, answers[0][0] - asked_on
    else:
        yield _unanswered(history, case, asked_on, states[-1])
    valid_to = table.valid_to[last] if states[-1][1] == AuthorizationState.GRANTED else 0
    if 0 < valid_to < history.today:
        is_used = any(granted_on <= day <= valid_to for day in came)
        yield ("used" if is_used else "unused"), valid_to, 0


def _asked_on(table: Authorizations, rows: Sequence[int], states: Sequence[_State]) -> int:
    """0: none is required, and nobody asked for it."""
    if states[0][1] == AuthorizationState.NOT_REQUIRED:
        return 0
    return next((table.asked_on[row] for row in rows if table.asked_on[row]), states[0][0])


def _unanswered(history: History, case: int, asked_on: int, last: _State) -> tuple[str, int, int]:
    is_withdrawn = last[1] in (AuthorizationState.WITHDRAWN, AuthorizationState.NOT_REQUIRED)
    ended_on = last[0] if is_withdrawn else history.cases.closed_on[case]
    return ("left", asked_on, ended_on - asked_on) if ended_on else ("waits", asked_on, history.today - asked_on)


def _visits(history: History) -> _Came:
    """The days of the visits that patients came to."""
    visits, came, words = history.of(Visits), history.codes(*CAME_IN), history.words
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for case, purpose, state, on in zip(visits.case, visits.purpose, visits.state, visits.on, strict=True):
        if state in came:
            found[case, words[purpose]].append(on)
    return found


def _answered(payer: int, stage: str, picked: Sequence[_Picked]) -> Answered:
    def joined(*kinds: str) -> Spans:
        spans = [getattr(each, kind) for each in picked for kind in kinds]
        return list(chain(*(cases for cases, _ in spans))), list(chain(*(days for _, days in spans)))

    def counted(*kinds: str) -> Count:
        return count(joined(*kinds)[0])

    answered, denied = ("granted", "denied", "won"), counted("denied", "won")
    return Answered(
        payer=payer,
        stage=stage,
        asked=counted(*answered, "left", "waits"),
        turnaround=times_of(joined(*answered), joined("left"), joined("waits")),
        denied=Share(denied, counted(*answered)),
        won=Share(counted("won"), denied),
        expired=Share(counted("unused"), counted("used", "unused")),
    )
