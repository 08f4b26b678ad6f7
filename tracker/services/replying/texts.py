"""A text that came in: stored once, understood or not, matched to the very visit, and answered at most once.

A text names nothing but a number. It is about the visit that the latest text to that number told of; where two patients
share the number and both are told of one, nobody can know, and a person asks. What is not understood is a task.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.domain.languages import USUAL
from tracker.domain.neutral import name_in_messages
from tracker.domain.replies import Reply, is_courtesy, meaning_of
from tracker.domain.reply_words import Answer, text_of
from tracker.persistence.models import Clinic, InboundMessage
from tracker.queries.replies import Sender, Standing, Told, list_senders, list_told_by_text, standing_of
from tracker.services.delivering.attempts import recipient_hash
from tracker.services.ports import Ids
from tracker.services.replying import answers
from tracker.services.system_actor import patient_actor
from tracker.services.work import Work

HOW = "text message"
#: What stands in the task for what cannot be shown there.
PICTURE = "[a picture came with it, which cannot be seen here]"
#: As much as a provider puts together of one message.
LONGEST_TEXT = 1600
#: The same is not said twice within this time: a machine that answers every text would go on for ever.
SAID_AGAIN_AFTER = timedelta(hours=1)

_ACTS: dict[Reply, Callable[..., Answer]] = {
    Reply.CONFIRM: answers.confirm_visit,
    Reply.CANNOT: answers.say_cannot_come,
    Reply.CALL: answers.ask_for_call,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundText:
    """A text as the provider hands it over. ``is_ended_there``: the provider has ended messages by itself, and said
    so. ``has_picture``: something came with it that nobody can see here."""

    provider_id: str
    sender: str
    text: str
    is_ended_there: bool = False
    has_picture: bool = False


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one clinic does with a text: ``answer`` is ``None`` where nothing is said."""

    answer: Answer | None
    case_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Heard:
    """A text with what it is about. ``mine``: the patients at that number in the clinic of ``work``; ``told``: what
    they were told, of all clinics; ``live``: of those, what can still be answered."""

    work: Work
    text: InboundText
    reply: Reply
    mine: Sequence[Sender]
    told: Sequence[Told]
    live: Sequence[Told]


def receive_text(session: Session, text: InboundText, *, now: datetime, ids: Ids) -> str:
    """Take in a text, and return what it is to be answered with; empty: with nothing. Handed over again it changes
    nothing, and is answered as before."""
    senders = list_senders(session, text.sender)
    reply = _meaning(text)
    told = list_told_by_text(session, senders, now)
    live = [each for each in told if standing_of(session, each, now).is_to_come]
    found: list[str] = []
    for clinic_id in _clinics(session, senders, told, live, reply):
        work = Work(session, patient_actor(session, clinic_id, now, ids), ids, now)
        mine = [each for each in senders if each.clinic_id == clinic_id]
        found.append(_take_in(_Heard(work, text, reply, mine, told, live)))
    if not found and not text.is_ended_there:
        # Of several clinics nobody knows which is meant.
        return text_of(Answer.UNKNOWN, USUAL, clinic="", phone="")
    return next((each for each in found if each), "")


def _meaning(text: InboundText) -> Reply:
    """A picture may say what the words do not: then a person asks."""
    if text.is_ended_there:
        return Reply.STOP
    reply = meaning_of(text.text)
    return Reply.UNCLEAR if text.has_picture and reply != Reply.STOP else reply


def _clinics(
    session: Session, senders: Sequence[Sender], told: Sequence[Told], live: Sequence[Told], reply: Reply
) -> list[int]:
    """The clinics that a text is for. What ends or begins messages is for all that write to the number."""
    if not senders:
        every = session.scalars(select(Clinic.id).order_by(Clinic.id).limit(2)).all()
        return list(every) if len(every) == 1 else []
    if reply not in {Reply.STOP, Reply.START}:
        meant = live or told[:1]
        if meant:
            return sorted({each.clinic_id for each in meant})
    return sorted({each.clinic_id for each in senders})


def _take_in(heard: _Heard) -> str:
    work, text = heard.work, heard.text
    clinic_id = work.actor.clinic_id
    sender_hash = recipient_hash(clinic_id, text.sender)
    row_id = work.ids.row_id(work.now)
    language = heard.mine[0].language if heard.mine else USUAL
    stored = work.session.scalar(
        _inserting(work.session).values(
            clinic_id=clinic_id, id=row_id, provider_id=text.provider_id, sender_hash=sender_hash,
            text=text.text[:LONGEST_TEXT], received_at=work.now, understood=heard.reply, answer="", language=language,
        ).returning(InboundMessage.id)
    )  # fmt: skip
    same = InboundMessage.clinic_id == clinic_id, InboundMessage.provider_id == text.provider_id
    if stored is None:
        before = work.session.execute(select(InboundMessage.answer, InboundMessage.language).where(*same)).one()
        return _spoken(work, Answer(before.answer), before.language) if before.answer else ""
    outcome = _act(heard)
    answer = outcome.answer
    if answer is not None and _was_just_said(work, sender_hash, row_id, answer):
        answer = None
    work.session.execute(update(InboundMessage).where(*same).values(answer=answer or "", case_id=outcome.case_id))
    return _spoken(work, answer, language) if answer else ""


def _inserting(session: Session) -> Insert:
    """Insert what was not handed over before; of two at the same moment one waits for the other."""
    key = ["clinic_id", "provider_id"]
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(InboundMessage).on_conflict_do_nothing(index_elements=key)
    return sqlite.insert(InboundMessage).on_conflict_do_nothing(index_elements=key)


def _act(heard: _Heard) -> _Outcome:
    work, text = heard.work, heard.text
    if heard.reply == Reply.STOP:
        is_new = answers.stop_messages(work, kind="phone", value=text.sender, how=HOW)
        # Confirmed once; by the provider, where it has ended them by itself. A number of nobody is told, too.
        says_it = (is_new or not heard.mine) and not text.is_ended_there
        return _Outcome(Answer.STOPPED if says_it else None)
    if heard.reply == Reply.START:
        answers.resume_messages(work, kind="phone", value=text.sender, how=HOW)
        return _Outcome(Answer.STARTED if heard.mine else Answer.UNKNOWN)
    if heard.reply == Reply.HELP:
        return _Outcome(Answer.HELP)
    outcome = _answered(heard)
    # Whoever wants no messages gets none, but is heard.
    is_stopped = bool(heard.mine) and all(each.is_stopped for each in heard.mine)
    return _Outcome(None, outcome.case_id) if is_stopped else outcome


def _answered(heard: _Heard) -> _Outcome:
    """What is about a visit."""
    work, clinic_id = heard.work, heard.work.actor.clinic_id
    if not heard.mine:
        answers.ask_staff(
            work, None, kind="reply_unknown", how=heard.text.sender, said=_said(heard), apart=heard.text.provider_id
        )
        return _Outcome(Answer.UNKNOWN)
    if len(heard.live) > 1:
        for each in (one for one in heard.live if one.clinic_id == clinic_id):
            _have_read(heard, each, "reply_shared")
        return _Outcome(Answer.SHARED)
    meant = [each for each in (heard.live or heard.told[:1]) if each.clinic_id == clinic_id]
    if not meant:
        for sender in heard.mine:
            answers.ask_staff(
                work, None, kind="reply_unclear", how=HOW, said=_said(heard), case_id=sender.case_id,
                apart=heard.text.provider_id,
            )  # fmt: skip
        return _Outcome(Answer.UNCLEAR, heard.mine[0].case_id)
    (told,) = meant
    act = _ACTS.get(heard.reply)
    if act is not None:
        return _Outcome(act(work, told, how=HOW), told.case_id)
    if (
        is_courtesy(heard.text.text)
        and not heard.text.has_picture
        and standing_of(work.session, told, work.now) == Standing.CONFIRMED
    ):
        return _Outcome(None, told.case_id)
    _have_read(heard, told, "reply_unclear")
    return _Outcome(Answer.UNCLEAR, told.case_id)


def _have_read(heard: _Heard, told: Told, kind: str) -> None:
    answers.ask_staff(heard.work, told, kind=kind, how=HOW, said=_said(heard), apart=heard.text.provider_id)


def _said(heard: _Heard) -> str:
    said = " ".join(heard.text.text[:LONGEST_TEXT].split())
    return f"{said} {PICTURE}".strip() if heard.text.has_picture else said


def _was_just_said(work: Work, sender_hash: str, row_id: int, answer: Answer) -> bool:
    """Whether the last text of this number was answered with the same a moment ago."""
    last = work.session.execute(
        select(InboundMessage.answer, InboundMessage.received_at)
        .where(
            InboundMessage.clinic_id == work.actor.clinic_id,
            InboundMessage.sender_hash == sender_hash,
            InboundMessage.id != row_id,
            InboundMessage.answer != "",
        )
        .order_by(InboundMessage.received_at.desc(), InboundMessage.id.desc())
        .limit(1)
    ).one_or_none()
    return last is not None and last.answer == answer and work.now - last.received_at < SAID_AGAIN_AFTER


def _spoken(work: Work, answer: Answer, language: str) -> str:
    named = select(Clinic.name, Clinic.message_name, Clinic.phone).where(Clinic.id == work.actor.clinic_id)
    clinic = work.session.execute(named).one()
    name = name_in_messages(clinic.message_name, clinic.name, language)
    return text_of(answer, language, clinic=name, phone=clinic.phone)
