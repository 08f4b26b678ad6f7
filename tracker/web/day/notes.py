"""A few words at a visit's line on the day, and what can be done about them."""

from dataclasses import dataclass

from flask import url_for

from tracker.domain.access import Actor, Permission
from tracker.domain.typed_text import isolated
from tracker.queries.day import Visit
from tracker.queries.replies import DECLINED
from tracker.queries.visit_replies import ASKS_FOR_CALL, NOT_UNDERSTOOD, Reply
from tracker.web.common.case_lines import case_url
from tracker.web.common.filters import at


@dataclass(frozen=True, slots=True)
class NoteLink:
    """Where something can be done about a note."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Note:
    """A few words about a visit."""

    text: str
    is_warning: bool = False
    links: tuple[NoteLink, ...] = ()


_SAID = {
    DECLINED: "cannot come",
    ASKS_FOR_CALL: "asks to be called",
    NOT_UNDERSTOOD: "wrote",
}
_NEXT = {
    DECLINED: "call them, then move or cancel the visit",
    ASKS_FOR_CALL: "call them",
    NOT_UNDERSTOOD: "read it, then call them",
}


def says_no(visit: Visit) -> bool:
    """Whether the last that the patient said is that they cannot come."""
    return visit.reply is not None and visit.reply.kind == DECLINED


def reply_notes(visit: Visit, viewer: Actor, zone: str) -> list[Note]:
    """What the patient said of whether they come, and the next step; their words and what came of a call for those who
    see clinical detail."""
    reply = visit.reply
    if reply is None:
        return []
    on, is_clinical = at(reply.at, zone), viewer.may(Permission.SEE_CLINICAL)
    if reply.kind not in _SAID:
        return [Note(f"Called {on}: “{isolated(reply.outcome)}”")] if is_clinical else []
    words = f" “{isolated(reply.said)}”" if reply.said and is_clinical else ""
    said = f"Answered {on}{_how(reply)}: {_SAID[reply.kind]}{words}."
    if reply.is_open:
        does = _NEXT[reply.kind] if viewer.may(Permission.SEE_TODAY) else "a coordinator calls them"
        return [Note(f"{said} Next: {does}.", is_warning=True, links=_links(visit, reply, viewer))]
    came = f"Called since: “{isolated(reply.outcome)}”." if is_clinical else "They were called since."
    if reply.kind != DECLINED:
        return [Note(f"{said} {came}")]
    does = "confirm, move or cancel the visit" if viewer.may(Permission.BOOK) else "ask a coordinator whether they come"
    return [Note(f"{said} {came} Next: {does}.", is_warning=True, links=_links(visit, reply, viewer))]


def _how(reply: Reply) -> str:
    return f" by {reply.how}" if reply.how else ""


def _links(visit: Visit, reply: Reply, viewer: Actor) -> tuple[NoteLink, ...]:
    found: list[NoteLink] = []
    if reply.is_open and viewer.may(Permission.SEE_TODAY):
        found.append(NoteLink("Call", url_for("tasks.show", task_id=reply.task_id)))
    if reply.kind == DECLINED and viewer.may(Permission.BOOK):
        found.append(NoteLink("Move", case_url(visit.case_public_id, f"visit/{visit.appointment}/move")))
    return tuple(found)
