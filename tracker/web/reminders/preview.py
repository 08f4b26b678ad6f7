"""The days to come in words: who gets nothing and why, and what will be sent to whom, when, how and why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from flask import request

from tracker.domain.dates import in_words
from tracker.domain.reminder_words import (
    CHANNELS,
    KINDS,
    OWNERS,
    REASONS,
    UNREACHED,
    rule_named,
    rule_times,
    when_sent,
)
from tracker.queries.reminder_preview import BURST, Comparison, Planned, Preview, Worded, current_rules
from tracker.queries.unbooked_refills import NO_VISIT, Unbooked
from tracker.web.common.case_lines import PersonLine, case_url, clinic_day, person_line
from tracker.web.common.filters import at, distance, plural
from tracker.web.common.listing import Pager, pager, url_with
from tracker.web.reminders.asking import CHANNELS as CHANNEL_CHOICES
from tracker.web.reminders.asking import Asked
from tracker.web.reminders.presenters import Tab

#: Rows of one list; where there are more, a link leads to all of them, a page at a time.
MOST_SHOWN = 100
PAUSED = "Sending is paused: nothing goes until it is resumed. Below is what goes if it is resumed now."
SENT, NOBODY, NOT_NEEDED = "sent", "nobody", "not_needed"
#: What the page can be narrowed to.
LISTS = {NOBODY: "Gets nothing", SENT: "Will be sent", NOT_NEEDED: "Needs no message"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRow:
    """One reminder. ``why``: why it comes when it does; ``why_not``: why nobody is written to."""

    person: PersonLine
    about: str
    when: str
    how: str
    why: str
    why_not: str = ""
    tone: str = "quiet"
    subject: str = ""
    body: str = ""
    was: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Some rows of one kind; where there are more than are shown, a sentence, and the address of all."""

    title: str
    rows: tuple[PreviewRow, ...]
    count: int
    more: str = ""
    all_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One entry of a list to choose from."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeForm:
    """One rule, to be tried otherwise; with what is tried now."""

    rules: tuple[Choice, ...]
    channels: tuple[Choice, ...]
    days_before: str
    wall_time: str
    said: str
    clear_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPage:
    """What the page shows. ``changes``: what a changed rule would change; ``only``: the list that it is narrowed to,
    page by page; ``days_sent``: where there is more than one list can show, each day with its messages."""

    lede: str
    paused: str
    burst: str
    only: str
    tabs: tuple[Tab, ...]
    days_sent: tuple[Tab, ...]
    pager: Pager | None
    problem: str
    from_on: str
    days: int
    form: ChangeForm
    changes: tuple[Listing, ...]
    unreached: Listing
    not_needed: Listing
    sent: tuple[Listing, ...]
    more_sent: Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The reminders of each kind, and which of them the page has room for: the first of each, or a ``page`` of the
    list that it is narrowed to."""

    unbooked: Sequence[Unbooked]
    lists: Mapping[str, Sequence[Planned]]
    changes: Comparison | None
    only: str
    page: int

    def count(self, name: str) -> int:
        """How many a list has."""
        return self._first(name) + len(self.lists[name])

    def part(self, name: str) -> Sequence[Planned]:
        """What is shown of a list, after those without a visit."""
        begins, ends = self._shown(name)
        first = self._first(name)
        return self.lists[name][max(0, begins - first) : max(0, ends - first)]

    def part_unbooked(self, name: str) -> Sequence[Unbooked]:
        """What is shown of those without a visit, who come first among those who get nothing."""
        begins, ends = self._shown(name)
        return self.unbooked[begins:ends] if self._first(name) else ()

    def _first(self, name: str) -> int:
        return len(self.unbooked) if name == NOBODY else 0

    def _shown(self, name: str) -> tuple[int, int]:
        if self.only not in {"", name}:
            return 0, 0
        begins = (self.page - 1) * MOST_SHOWN if self.only else 0
        return begins, begins + MOST_SHOWN

    def shown(self) -> list[Planned]:
        """All reminders among them, once."""
        found = [each for name in LISTS for each in self.part(name)]
        if self.changes is not None:
            found += [*self.changes.new[:MOST_SHOWN], *self.changes.gone[:MOST_SHOWN]]
            found += [after for _before, after in self.changes.moved[:MOST_SHOWN]]
        return found


def choose(preview: Preview, changes: Comparison | None, only: str = "", page: int = 1) -> Chosen:
    """Part those whom somebody must reach otherwise from those who need no message."""
    lists = {
        NOBODY: [each for each in preview.will_not if _is_unreached(each)],
        SENT: preview.will_send,
        NOT_NEEDED: [each for each in preview.will_not if not _is_unreached(each)],
    }
    return Chosen(unbooked=preview.unbooked, lists=lists, changes=None if only else changes, only=only, page=page)


def present(
    preview: Preview, chosen: Chosen, worded: Iterable[Worded], asked: Asked, *, today: date, zone: str
) -> PreviewPage:
    """Make the page."""
    desk = _Desk(today, zone, {_id(each.planned): each for each in worded}, chosen)
    until_on = clinic_day(preview.span.ends_at - timedelta(microseconds=1), zone)
    sent, unreached = chosen.lists[SENT], chosen.lists[NOBODY]
    bursts = sum(each.foreseen.why_not == BURST for each in unreached)
    return PreviewPage(
        lede=f"{in_words(asked.from_on, today)} to {in_words(until_on, today)}: "
        f"{plural(len(sent), 'message')} will be sent, {_people([*preview.unbooked, *unreached])} not reached."
        + (f" {preview.dealt_with} more went out or were called about already." if preview.dealt_with else ""),
        paused=PAUSED if preview.is_paused else "",
        burst=f"{plural(bursts, 'message')} would come at once and nobody foresaw it: held back until a person decides "
        "under Tasks."
        if bursts
        else "",
        only=chosen.only,
        tabs=_tabs(chosen),
        days_sent=_days_sent(chosen, today, zone),
        pager=_pager(chosen),
        problem=asked.problem,
        from_on=asked.from_on.isoformat(),
        days=asked.days,
        form=_form(asked),
        changes=desk.changes(chosen.changes) if chosen.changes is not None else (),
        unreached=desk.listing("Gets nothing, and why", NOBODY),
        not_needed=desk.listing("Needs no message", NOT_NEEDED),
        sent=tuple(
            Listing(
                title=f"{in_words(day, today)} · {distance((day - today).days)}", rows=tuple(map(desk.row, several)),
                count=count,
            )
            for day, several, count in _by_day(chosen, zone)
        ),
        more_sent=desk.listing("", SENT),
    )  # fmt: skip


def _tabs(chosen: Chosen) -> tuple[Tab, ...]:
    counts = {name: chosen.count(name) for name in LISTS}
    whole = Tab(label="All", url=url_with(list=None), count=sum(counts.values()), is_current=not chosen.only)
    parts = (
        Tab(label=label, url=url_with(list=name), count=counts[name], is_current=chosen.only == name)
        for name, label in LISTS.items()
    )
    return (whole, *parts)


def _by_day(chosen: Chosen, zone: str) -> Iterator[tuple[date, list[Planned], int]]:
    """What is shown of the messages, by the clinic's day, and how many that day has."""
    counts = Counter(clinic_day(each.foreseen.at, zone) for each in chosen.lists[SENT])
    for day, several in groupby(chosen.part(SENT), key=lambda each: clinic_day(each.foreseen.at, zone)):
        yield day, list(several), counts[day]


def _days_sent(chosen: Chosen, today: date, zone: str) -> tuple[Tab, ...]:
    sent = chosen.lists[SENT]
    if len(sent) <= MOST_SHOWN or chosen.only not in {"", SENT}:
        return ()
    counts = Counter(clinic_day(each.foreseen.at, zone) for each in sent)
    return tuple(
        Tab(label=in_words(day, today), url=_of_day(day), count=count, is_current=False)
        for day, count in sorted(counts.items())
    )


def _of_day(day: date) -> str:
    changes: dict[str, str | int | None] = {"from": day.isoformat(), "days": 0}
    return url_with("", **changes)


def _pager(chosen: Chosen) -> Pager | None:
    if not chosen.only:
        return None
    shown = len(chosen.part_unbooked(chosen.only)) + len(chosen.part(chosen.only))
    total = chosen.count(chosen.only)
    return pager(chosen.page, per_page=MOST_SHOWN, shown=shown, total=total) if total else None


class _Desk:
    """Makes rows, of what was read once."""

    def __init__(self, today: date, zone: str, worded: Mapping[object, Worded], chosen: Chosen) -> None:
        self._today, self._zone, self._worded, self._chosen = today, zone, worded, chosen

    def listing(self, title: str, name: str) -> Listing:
        """What is shown of a list, under a title."""
        count = self._chosen.count(name)
        is_cut = not self._chosen.only and count > MOST_SHOWN
        return Listing(
            title=title,
            rows=(*map(self._unbooked, self._chosen.part_unbooked(name)), *map(self.row, self._chosen.part(name))),
            count=count,
            more=f"The first {MOST_SHOWN} of {count} are shown." if is_cut else "",
            all_url=url_with(list=name) if is_cut else "",
        )

    def changes(self, changes: Comparison) -> tuple[Listing, ...]:
        """What a change brings, takes away and moves."""
        moved = tuple(self.row(after, was=before) for before, after in changes.moved[:MOST_SHOWN])
        return (
            self._changed("New", changes.new),
            self._changed("Gone from these days", changes.gone),
            Listing(title="Moved", rows=moved, count=len(changes.moved), more=_more(len(changes.moved))),
        )

    def _changed(self, title: str, several: Sequence[Planned]) -> Listing:
        rows = tuple(map(self.row, several[:MOST_SHOWN]))
        return Listing(title=title, rows=rows, count=len(several), more=_more(len(several)))

    def row(self, planned: Planned, was: Planned | None = None) -> PreviewRow:
        """One reminder."""
        foreseen, worded = planned.foreseen, self._worded[_id(planned)]
        text = worded.text
        return PreviewRow(
            person=person_line(worded.patient, self._today, url=case_url(planned.case_public_id)),
            about=KINDS.get(foreseen.rule.kind, foreseen.rule.kind),
            when=self._when(planned),
            how=_how(planned),
            why=when_sent(foreseen.rule, foreseen.visit, self._today),
            why_not=_first_upper(REASONS.get(foreseen.why_not, foreseen.why_not)),
            tone="warn" if _is_unreached(planned) else "quiet",
            subject=text.subject if text else "",
            body=text.body if text else "",
            was=f"{self._when(was)}, {_how(was)}" if was is not None else "",
        )

    def _unbooked(self, refill: Unbooked) -> PreviewRow:
        latest = in_words(refill.latest_on, self._today) if refill.latest_on is not None else "not known"
        return PreviewRow(
            person=person_line(refill.patient, self._today, url=case_url(refill.case_public_id)),
            about=KINDS[refill.rule.kind],
            when=f"latest refill date {latest}",
            how="",
            why=f"due {in_words(refill.due_on, self._today)}",
            why_not=_first_upper(REASONS[NO_VISIT]),
            tone="critical" if refill.latest_on is None or refill.latest_on <= self._today else "warn",
        )

    def _when(self, planned: Planned) -> str:
        """By the patient's clock, which is named where it is another than the clinic's. Of what does not go: when it
        would have."""
        foreseen = planned.foreseen
        zone = foreseen.zone
        said = at(foreseen.wanted_at if foreseen.why_not else foreseen.at, zone, self._today)
        return said if zone == self._zone else f"{said} ({zone.rpartition('/')[2].replace('_', ' ')})"


def _id(planned: Planned) -> object:
    return planned.key, planned.foreseen.at, planned.foreseen.way


def _is_unreached(planned: Planned) -> bool:
    return planned.foreseen.why_not in UNREACHED


def _people(several: Sequence[Planned | Unbooked]) -> str:
    return plural(len({each.patient_id for each in several}), "patient is", "patients are")


def _how(planned: Planned) -> str:
    channel = planned.foreseen.way.channel if planned.foreseen.way else ""
    return " ".join(part for part in (CHANNELS[channel], OWNERS.get(planned.owner, "")) if part)


def _more(count: int) -> str:
    return f"The first {MOST_SHOWN} of {count} are shown: choose fewer days." if count > MOST_SHOWN else ""


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _form(asked: Asked) -> ChangeForm:
    rules = current_rules()
    name = request.args.get("rule", "")
    rule = rules.get(name)
    tried = asked.change.of(rule) if asked.change is not None and rule is not None else rule
    channels = [
        Choice(
            value=value, label=", else ".join(CHANNELS[each] for each in ways),
            is_chosen=tried is not None and tried.channels == ways,
        )
        for value, ways in CHANNEL_CHOICES.items()
    ]  # fmt: skip
    return ChangeForm(
        rules=tuple(Choice(value=each, label=rule_named(rules[each]), is_chosen=each == name) for each in rules),
        channels=tuple(channels),
        days_before=str(abs(tried.days_before)) if tried is not None else "",
        wall_time=f"{tried.wall_time:%H:%M}" if tried is not None else "",
        said=f"{rule_named(rule)}: tried as {rule_times(tried)}"
        if rule is not None and tried is not rule and tried
        else "",
        clear_url=url_with(rule=None, before=None, at=None, channels=None),
    )
