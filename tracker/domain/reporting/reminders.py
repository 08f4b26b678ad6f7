"""What messages went out, what became of them, and whether who answered comes."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress

from tracker.domain.reporting.columns import Column, Reminders, Visits
from tracker.domain.reporting.counted import Count, Share, count
from tracker.domain.reporting.days import held_in
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.rows import rows_of
from tracker.domain.words import AppointmentState

NEEDS = (Reminders, Visits)
DEFINITION = (
    "Messages first tried in the period: sent where the provider or mail server took them, reached where it said that "
    "they arrived, which it does not always say. Both are shares of those tried."
)
ANSWERS_DEFINITION = (
    "Visits on days of the period that have come, about which a message was sent before: answered where the patient "
    "answered any message about it. Missed is a share of the visits that the patient came to or missed; cancelled ones "
    "are left out."
)
CAME = (AppointmentState.ARRIVED, AppointmentState.COMPLETED)
#: The state of a message that arrived.
REACHED = "delivered"


@dataclass(frozen=True, slots=True)
class Sent:
    """Messages of one kind by one channel; both empty: all."""

    kind: str
    channel: str
    tried: Count
    sent: Share
    reached: Share


@dataclass(frozen=True, slots=True)
class ReminderReport:
    """``answered`` is of the visits that were told about. ``missed_answered``, ``missed_silent`` and ``missed_untold``:
    no-shows of those who answered, of those who did not, and of those to whom no message about the visit went."""

    everything: Sent
    kinds: tuple[Sent, ...]
    answered: Share
    missed_answered: Share
    missed_silent: Share
    missed_untold: Share


def reminder_report(history: History, selection: Selection) -> ReminderReport:
    """Count the messages, and the visits, of the period."""
    table, words = history.of(Reminders), history.words
    meant = selection.with_own_clinician(history.once(rows_of, Reminders), history.once(_clinicians))
    rows = [row for row in compress(range(len(meant)), meant) if selection.falls_in(table.tried_on[row])]
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        groups[words[table.kind[row]], words[table.channel[row]]].append(row)
    kinds = (_sent(history, *key, members) for key, members in groups.items())
    told = history.once(_told)
    visits = held_in(history, selection)
    return ReminderReport(
        everything=_sent(history, "", "", rows),
        kinds=tuple(sorted(kinds, key=lambda each: (-each.tried.n, each.kind, each.channel))),
        answered=_answered(history, [row for row in visits if row in told]),
        missed_answered=_missed(history, [row for row in visits if row in told and history.of(Visits).answered[row]]),
        missed_silent=_missed(history, [row for row in visits if row in told and not history.of(Visits).answered[row]]),
        missed_untold=_missed(history, [row for row in visits if row not in told]),
    )


def _clinicians(history: History) -> Column:
    """The clinician of the visit that each message is about."""
    clinician = history.of(Visits).clinician
    return array("q", (clinician[visit] if visit >= 0 else 0 for visit in history.of(Reminders).visit))


def _sent(history: History, kind: str, channel: str, rows: Sequence[int]) -> Sent:
    table, reached = history.of(Reminders), history.code(REACHED)
    tried = count(table.case[row] for row in rows)
    return Sent(
        kind,
        channel,
        tried,
        Share(count(table.case[row] for row in rows if table.taken[row]), tried),
        Share(count(table.case[row] for row in rows if table.state[row] == reached), tried),
    )


def _told(history: History) -> frozenset[int]:
    """The visits about which a message was taken by the other side, on or before their day."""
    table, visits = history.of(Reminders), history.of(Visits)
    return frozenset(
        visit
        for row, visit in enumerate(table.visit)
        if visit >= 0 and table.taken[row] and table.tried_on[row] <= visits.on[visit]
    )


def _answered(history: History, rows: Iterable[int]) -> Share:
    visits, told = history.of(Visits), list(rows)
    return Share(
        count(visits.case[row] for row in told if visits.answered[row]), count(visits.case[row] for row in told)
    )


def _missed(history: History, rows: Iterable[int]) -> Share:
    visits, missed = history.of(Visits), history.code(AppointmentState.NO_SHOW)
    ended = history.codes(*CAME) | {missed}
    known = [row for row in rows if visits.state[row] in ended]
    return Share(
        count(visits.case[row] for row in known if visits.state[row] == missed),
        count(visits.case[row] for row in known),
    )
