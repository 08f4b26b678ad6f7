"""Messages in words: to whom, about what, when, how it stands, and why somebody gets nothing."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from tracker.domain.access import Actor, Permission
from tracker.domain.dates import in_words
from tracker.domain.reminder_words import CHANNELS, KINDS, OWNERS, REASONS
from tracker.queries.reminders import NO_RECEIPT, ROWS_ON_PAGE, UNREACHED, Ledger, LedgerRow, Sending
from tracker.web.common.case_lines import PersonLine, case_url, clinic_day, person_line
from tracker.web.common.filters import at, distance, plural
from tracker.web.common.listing import Pager, pager

GROUP_LABELS = {
    "failed": "Went wrong",
    "nobody": "A person calls",
    "sending": "Going out",
    "planned": "Planned",
    "sent": "Sent",
    "cancelled": "Not needed",
}
TONES = {
    "failed": "critical",
    "nobody": "warn",
    "sending": "quiet",
    "planned": "quiet",
    "sent": "ready",
    "cancelled": "quiet",
}
STATES = {
    "planned": "planned",
    "due": "due, goes out next",
    "claimed": "being sent",
    "in_flight": "being sent",
    "accepted": "sent",
    "delivered": "delivered",
    "undelivered": "not delivered",
    "unknown": "not known whether it was sent",
    "expired": "too late, not sent",
    "cancelled": "cancelled",
    "tasked": "a person calls",
    "passed_on": "went on another way",
    "held": "held back: a person decides",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """One message. ``task_label``: what the link to the task that stands in for it is called; ``letter_url``: of the
    letter that may stand in for its call."""

    person: PersonLine
    about: str
    visit: str
    when: str
    away: str
    how: str
    tone: str
    state: str
    why: str
    task_url: str
    task_label: str
    letter_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One group of the filter."""

    label: str
    url: str
    count: int
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """The button that pauses or resumes; ``wanted`` is what it asks for."""

    wanted: str
    label: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPage:
    """What the page shows. ``switch``: ``None`` for whoever may not use it, or where it would change nothing."""

    lede: str
    paused: str
    switch: Switch | None
    tabs: tuple[Tab, ...]
    rows: tuple[MessageRow, ...]
    pager: Pager


def present(
    ledger: Ledger, sending: Sending, group: str, *, viewer: Actor, now: datetime, zone: str, page: int
) -> LedgerPage:
    """Make the page."""
    today = clinic_day(now, zone)
    counts = {**ledger.counts, UNREACHED: ledger.unreached}
    total = counts[group] if group else ledger.total
    tabs = [Tab(label="All", url=url_for("reminders.index"), count=ledger.total, is_current=not group)]
    tabs += [
        Tab(
            label=label,
            url=url_for("reminders.index", state=name),
            count=counts[name],
            is_current=name == group,
        )
        for name, label in ({UNREACHED: "Not reached"} | GROUP_LABELS).items()
    ]
    return LedgerPage(
        lede=f"{plural(ledger.people, 'person', 'people')} not reached yet · {ledger.counts['failed']} went wrong · "
        f"{ledger.counts['planned'] + ledger.counts['sending']} waiting · {ledger.counts['sent']} sent",
        paused=_paused(sending, zone),
        switch=_switch(sending, viewer),
        tabs=tuple(tabs),
        rows=tuple(_row(row, today, zone, viewer) for row in ledger.rows),
        pager=pager(page, per_page=ROWS_ON_PAGE, shown=len(ledger.rows), total=total),
    )


def _paused(sending: Sending, zone: str) -> str:
    if sending.is_paused_for_all:
        return "Sending is paused for every clinic of this system. Whoever runs it resumes it: tracker sending resume."
    if sending.paused_at is not None:
        return f"Sending is paused since {at(sending.paused_at, zone)}. Nothing is lost: due messages wait."
    return ""


def _switch(sending: Sending, viewer: Actor) -> Switch | None:
    if not viewer.may(Permission.PAUSE_SENDING):
        return None
    if sending.paused_at is not None:
        return Switch(wanted="resume", label="Resume sending", version=sending.version)
    return Switch(wanted="pause", label="Pause sending", version=sending.version)


def _row(row: LedgerRow, today: date, zone: str, viewer: Actor) -> MessageRow:
    to = " ".join(part for part in (CHANNELS.get(row.channel, row.channel), OWNERS.get(row.address_owner, "")) if part)
    is_taken = row.closed_reason == NO_RECEIPT
    is_held = row.state == "held"
    task_url = f"/tasks/{row.task_id}" if row.task_id is not None and viewer.may(Permission.SEE_TODAY) else ""
    return MessageRow(
        person=person_line(row.patient, today, url=case_url(row.case_public_id)),
        about=KINDS.get(row.kind, row.kind),
        visit=f"visit of {in_words(row.visit_on, today)}" if row.visit_on is not None else "",
        when=at(row.wanted_at, zone, today),
        away=distance((clinic_day(row.wanted_at, zone) - today).days),
        how=to,
        tone=TONES[row.group],
        state="sent" if is_taken else STATES.get(row.state, row.state),
        why=_why(row),
        task_url=task_url,
        task_label="Decide" if is_held else "Call",
        letter_url=f"{task_url}/letter" if task_url and not is_held and row.has_letter else "",
    )


def _why(row: LedgerRow) -> str:
    """Why it stands so. What a cancelled message gives as its reason is the fact that ended it, not a sentence."""
    if row.state == "cancelled":
        return "goes another way" if row.closed_reason == "other_way" else "no longer needed"
    reason = REASONS.get(row.closed_reason, "")
    tries = f"{row.attempts} tries" if row.attempts > 1 else ""
    others = f"one call for {row.stands_for} messages" if row.stands_for > 1 and row.state != "held" else ""
    held = f"with {plural(row.stands_for - 1, 'other')}" if row.stands_for > 1 and row.state == "held" else ""
    return " · ".join(part for part in (reason, tries, others, held) if part)
