"""What the page "How to reach them" shows of each number and address, made from the rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.typed_text import isolated
from tracker.persistence.vocabulary import ContactChange
from tracker.queries.reach import PatientReach, Point, ReachChange
from tracker.web.cases.reach_words import HOW, OWNER_WORDS, change_words, recorded_by
from tracker.web.common.filters import at


@dataclass(frozen=True, slots=True, kw_only=True)
class PointLine:
    """One number or address. ``notes``: what was agreed, verified and stopped, as sentences; ``badges``: tone, word."""

    id: int
    as_typed: str
    kind: str
    owner: str
    badges: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    is_phone: bool
    can_text: bool
    is_agreed: bool
    is_stopped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedLine:
    """A number or address that is history."""

    as_typed: str
    owner: str
    ended: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One entry, as the ``timeline`` macro takes it."""

    when: str
    who: str
    text: str
    written: str = ""
    struck: bool = False
    correct_url: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachPage:
    """Everything of the page that is read. ``sends_texts``: whether the clinic sends text messages at all."""

    sends_texts: bool
    clinic_zone: str
    postal_address: str
    points: tuple[PointLine, ...]
    ended: tuple[EndedLine, ...]
    history: tuple[HistoryLine, ...]


def reach_page(reach: PatientReach, today: date, zone: str) -> ReachPage:
    """Make the page's lines, with times in the clinic's ``zone``."""
    telling = _Telling(reach.latest(), today, zone)
    points = {each.id: each for each in reach.points}
    history = (
        HistoryLine(
            when=telling.at(each.changed_at),
            who=each.by or "their own answer to a message",
            text=change_words(each, points),
        )
        for each in reach.changes
    )
    return ReachPage(
        sends_texts=reach.sends_texts,
        clinic_zone=reach.clinic_zone,
        postal_address=reach.postal_address,
        points=tuple(telling.line(each) for each in reach.standing),
        ended=tuple(
            EndedLine(as_typed=each.as_typed, owner=OWNER_WORDS[each.owner], ended=telling.ended(each))
            for each in reach.ended
        ),
        history=tuple(history),
    )


@dataclass(frozen=True, slots=True)
class _Telling:
    """Words about numbers and addresses; ``latest``: the last time that each thing was done."""

    latest: Mapping[tuple[int | None, str], ReachChange]
    today: date
    zone: str

    def at(self, moment: datetime | None) -> str:
        return at(moment, self.zone, self.today)

    def ended(self, point: Point) -> str:
        change = self.latest.get((point.id, ContactChange.ENDED))
        why = isolated(change.detail) if change else ""
        return ", ".join(filter(None, (self.at(point.ended_at), why, recorded_by(change))))

    def line(self, point: Point) -> PointLine:
        is_phone = point.kind == "phone"
        return PointLine(
            id=point.id,
            as_typed=point.as_typed,
            kind="Telephone" if is_phone else "E-mail",
            owner=OWNER_WORDS[point.owner],
            badges=tuple(_badges(point)),
            notes=tuple(self._notes(point)),
            is_phone=is_phone,
            can_text=is_phone and point.is_possible,
            is_agreed=point.texts_agreed_at is not None,
            is_stopped=point.opted_out_at is not None,
        )

    def _notes(self, point: Point) -> Iterator[str]:
        if point.opted_out_at:
            yield self._said("Messages stopped", point, point.opted_out_at, ContactChange.STOPPED)
        if point.texts_agreed_at:
            yield self._said("Agreed to text messages", point, point.texts_agreed_at, ContactChange.TEXTS_AGREED)
        elif point.kind == "phone" and point.is_possible:
            yield "No agreement to text messages is recorded: none go here."
        if point.verified_at:
            change = self.latest.get((point.id, ContactChange.VERIFIED))
            how = HOW.get(change.detail, "") if change else ""
            yield self._said(f"Verified{': ' if how else ''}{how}", point, point.verified_at, ContactChange.VERIFIED)
        else:
            yield "Not verified yet."

    def _said(self, what: str, point: Point, moment: datetime, done: ContactChange) -> str:
        by = recorded_by(self.latest.get((point.id, done)))
        return f"{', '.join(filter(None, (what, self.at(moment), by)))}."


def _badges(point: Point) -> list[tuple[str, str]]:
    found = []
    if not point.is_possible:
        found.append(("critical", "cannot be right"))
    if point.opted_out_at:
        found.append(("warn", "messages stopped"))
    elif point.texts_agreed_at:
        found.append(("ready", "takes text messages"))
    if point.verified_at:
        found.append(("quiet", "verified"))
    return found
