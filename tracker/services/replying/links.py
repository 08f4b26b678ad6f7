"""What is answered by a link: one press, one answer."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.errors import InvalidInput
from tracker.domain.reply_words import OWN_NAMES, Answer
from tracker.persistence.models import ContactPoint
from tracker.queries.replies import ReplyPage, Told
from tracker.services.ports import Ids
from tracker.services.reply_links import count_attempt, noting_use
from tracker.services.replying import answers
from tracker.services.system_actor import patient_actor
from tracker.services.work import Work

HOW = "link"


def answer_by_link(session: Session, page: ReplyPage, choice: str, *, now: datetime, ids: Ids) -> Answer:
    """Do what a button of the page asks for: ``confirm``, ``cannot``, ``call``, ``stop``, ``start``, or a language.

    :raises InvalidInput: for anything else
    :raises TooManyAttempts: where a link is pressed again and again
    """
    told = page.told
    count_attempt(session, key=f"reply-link:{page.link_id}", now=now, ids=ids)
    session.execute(noting_use(clinic_id=told.clinic_id, link_id=page.link_id, now=now))
    work = Work(session, patient_actor(session, told.clinic_id, now, ids), ids, now)
    match choice:
        case "confirm":
            return answers.confirm_visit(work, told, how=HOW)
        case "cannot":
            return answers.say_cannot_come(work, told, how=HOW)
        case "call":
            return answers.ask_for_call(work, told, how=HOW)
        case "stop":
            answers.stop_messages(work, **_end(session, told), how=HOW)
            return Answer.STOPPED
        case "start":
            answers.resume_messages(work, **_end(session, told), how=HOW)
            return Answer.STARTED
        case _ if choice in OWN_NAMES:
            return answers.choose_language(work, told, language=choice)
    raise InvalidInput({"answer": "This is no answer of the page."})


def _end(session: Session, told: Told) -> dict[str, str]:
    """Kind and value of where the message went."""
    row = session.execute(
        select(ContactPoint.kind, ContactPoint.value).where(
            ContactPoint.clinic_id == told.clinic_id, ContactPoint.id == told.point_id
        )
    ).one()
    return {"kind": row.kind, "value": row.value}
