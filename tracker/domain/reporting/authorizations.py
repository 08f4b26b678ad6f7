"""How payers answer: how long it takes, how often they deny, what an appeal brings, and what expires unused."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.reporting.columns import Authorizations, Visits
from tracker.domain.reporting.counted import Count, Share, count
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.waiting_times import CAME, LEFT, WAITS, Wait, WaitingTimes, waiting_times
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
class _Request:
    """One authorization. ``answers``: the days and states of its versions that are a payer's, in their order;
    ``valid_from``: the day on which it was granted; ``valid_to`` is 0 unless it is granted and has an end."""

    case: int
    payer: int
    stage: str
    asked_on: int
    answers: tuple[tuple[int, str], ...]
    withdrawn_on: int
    valid_from: int
    valid_to: int


#: Days by case and purpose.
_Came = Mapping[tuple[int, str], Sequence[int]]


def authorization_report(history: History, selection: Selection) -> AuthorizationReport:
    """Count the requests of the period, and what expired in it."""
    requests = [
        each
        for each in _requests(history)
        if selection.has_paid_by(each.case, each.payer or history.cases.payer[each.case])
    ]
    used = _visits(history)
    groups: dict[tuple[int, str], list[_Request]] = defaultdict(list)
    for each in requests:
        groups[each.payer or history.cases.payer[each.case], each.stage].append(each)
    found = [_answered(history, selection, key, members, used) for key, members in groups.items()]
    shown = [each for each in found if each.asked.n or each.expired.whole.n]
    return AuthorizationReport(
        _answered(history, selection, (0, ""), requests, used),
        tuple(sorted(shown, key=lambda each: (-each.asked.n, each.payer, each.stage))),
    )


def _requests(history: History) -> Iterator[_Request]:
    table = history.of(Authorizations)
    rows: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row, case in enumerate(table.case):
        rows[case, table.number[row]].append(row)
    for (case, _number), versions in rows.items():
        yield _request(history, case, versions)


def _request(history: History, case: int, rows: Sequence[int]) -> _Request:
    table, words = history.of(Authorizations), history.words
    last = rows[-1]
    states = [(table.since_on[row], words[table.state[row]]) for row in rows]
    answers = tuple(each for each in states if each[1] in (AuthorizationState.GRANTED, AuthorizationState.DENIED))
    is_granted = states[-1][1] == AuthorizationState.GRANTED
    return _Request(
        case=case,
        payer=table.payer[last],
        stage=words[table.stage[last]],
        # A request that nobody asked for: none is required.
        asked_on=0
        if states[0][1] == AuthorizationState.NOT_REQUIRED
        else next((table.asked_on[row] for row in rows if table.asked_on[row]), states[0][0]),
        answers=answers,
        withdrawn_on=states[-1][0]
        if states[-1][1] in (AuthorizationState.WITHDRAWN, AuthorizationState.NOT_REQUIRED)
        else 0,
        valid_from=next((day for day, state in states if state == AuthorizationState.GRANTED), 0),
        valid_to=table.valid_to[last] if is_granted else 0,
    )


def _visits(history: History) -> _Came:
    """The days of the visits that patients came to."""
    visits, came = history.of(Visits), history.codes(*CAME_IN)
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for row, case in enumerate(visits.case):
        if visits.state[row] in came:
            found[case, history.words[visits.purpose[row]]].append(visits.on[row])
    return found


def _answered(
    history: History, selection: Selection, of: tuple[int, str], members: Sequence[_Request], used: _Came
) -> Answered:
    payer, stage = of
    asked = [each for each in members if each.asked_on and selection.falls_in(each.asked_on)]
    answered = [each for each in asked if each.answers]
    denied = [each for each in answered if each.answers[0][1] == AuthorizationState.DENIED]
    won = [each for each in denied if any(state == AuthorizationState.GRANTED for _, state in each.answers)]
    ended = [each for each in members if selection.falls_in(each.valid_to) and each.valid_to < history.today]
    unused = [
        each
        for each in ended
        if not any(each.valid_from <= day <= each.valid_to for day in used.get((each.case, each.stage), ()))
    ]
    return Answered(
        payer=payer,
        stage=stage,
        asked=_count(asked),
        turnaround=waiting_times(_wait(history, each) for each in asked),
        denied=Share(_count(denied), _count(answered)),
        won=Share(_count(won), _count(denied)),
        expired=Share(_count(unused), _count(ended)),
    )


def _wait(history: History, request: _Request) -> Wait:
    if request.answers:
        return Wait(request.case, request.answers[0][0] - request.asked_on, CAME)
    ended_on = request.withdrawn_on or history.cases.closed_on[request.case]
    if ended_on:
        return Wait(request.case, ended_on - request.asked_on, LEFT)
    return Wait(request.case, history.today - request.asked_on, WAITS)


def _count(requests: Iterable[_Request]) -> Count:
    return count(each.case for each in requests)
