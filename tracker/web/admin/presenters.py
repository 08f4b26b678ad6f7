"""What the administration pages show: sentences and addresses made from the rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for

from tracker.domain.access import Permission
from tracker.queries.accounts import MemberRow
from tracker.queries.clinic import Entry
from tracker.web.common.current import actor
from tracker.web.common.frame import role_label


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A link to one of the administration pages."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLine:
    """One person of the clinic."""

    name: str
    email: str
    roles: str
    state: str
    tone: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """One room, payer or clinician."""

    name: str
    detail: str
    state: str
    tone: str
    url: str


_TABS = (
    ("Users", ("admin.users", "admin.invite", "admin.user"), Permission.MANAGE_USERS),
    ("Clinic", ("admin.clinic",), Permission.MANAGE_CLINIC),
    (
        "Messages",
        ("admin.messages", "admin.message_words", "admin.message", "admin.go_back", "admin.preparation"),
        Permission.MANAGE_CLINIC,
    ),
    (
        "Consents",
        ("admin.consent_texts", "admin.consent_text", "admin.go_back_to_text"),
        Permission.MANAGE_CLINIC,
    ),
    ("Who answers", ("admin.duties", "admin.add_absence", "admin.put_on_call"), Permission.MANAGE_DUTIES),
    ("Clinicians", ("admin.clinicians", "admin.clinician"), Permission.MANAGE_CLINIC),
    ("Rooms", ("admin.rooms", "admin.room"), Permission.MANAGE_CLINIC),
    ("Payers", ("admin.payers", "admin.payer"), Permission.MANAGE_CLINIC),
)


def admin_tabs() -> tuple[Tab, ...]:
    """Return the administration pages that this person may open."""
    return tuple(
        Tab(label=label, url=url_for(endpoints[0]), is_current=request.endpoint in endpoints)
        for label, endpoints, permission in _TABS
        if actor().may(permission)
    )


def member_state(member: MemberRow) -> tuple[str, str]:
    """Return how somebody stands, and the tone of it."""
    if not member.is_active:
        return "no access", "quiet"
    return ("signs in", "ready") if member.has_password else ("invited, no password yet", "warn")


def member_lines(members: Sequence[MemberRow]) -> tuple[MemberLine, ...]:
    """Return the lines of the page of users."""
    lines = []
    for member in members:
        state, tone = member_state(member)
        lines.append(
            MemberLine(
                name=member.name,
                email=member.email,
                roles=role_label(member.roles),
                state=state,
                tone=tone,
                url=url_for("admin.user", public_id=member.public_id),
            )
        )
    return tuple(lines)


def entry_lines(entries: Sequence[Entry], endpoint: str, details: dict[str, str]) -> tuple[EntryLine, ...]:
    """Return the lines of a list. ``details`` gives the words for the kinds of clinicians."""
    return tuple(
        EntryLine(
            name=entry.name,
            detail=details.get(entry.kind, ""),
            state="in use" if entry.is_active else "out of use",
            tone="ready" if entry.is_active else "quiet",
            url=url_for(endpoint, entry_id=entry.id),
        )
        for entry in entries
    )
