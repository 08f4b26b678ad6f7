"""The page behind a link, in the language of whoever reads it."""

from collections.abc import Mapping
from dataclasses import dataclass

from tracker.domain.languages import USUAL
from tracker.domain.reply_words import ANSWERS, OWN_NAMES, PAGE, Answer
from tracker.domain.ways import EMAIL
from tracker.queries.reminder_texts import fields_of
from tracker.queries.replies import ReplyPage, Standing

_OFF = {Standing.CANCELLED: "cancelled", Standing.MOVED: "moved", Standing.PAST: "past"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: what it sends, what it says, and what it says below."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitPage:
    """What the page shows. ``notes``: tone and sentence; ``main``: what is answered about the visit; ``more``: what is
    changed about messages. ``languages``: code and own name of the others."""

    language: str
    words: Mapping[str, str]
    heading: str
    when: tuple[str, ...]
    clinic: str
    phone: str
    call_us: str
    notes: tuple[tuple[str, str], ...]
    main: tuple[Choice, ...]
    more: tuple[Choice, ...]
    languages: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadPage:
    """What is shown where a link leads nowhere: the clinic, if it is known."""

    language: str
    words: Mapping[str, str]
    title: str
    sentence: str
    clinic: str = ""
    phone: str = ""
    call_us: str = ""


def present(page: ReplyPage, done: Answer | None, *, is_once_more: bool) -> VisitPage:
    """Make the page; ``done`` is what just came of an answer, ``is_once_more``: that it must be sent again."""
    words, standing = PAGE[page.language], page.standing
    said = fields_of(
        first_name=page.first_name, wall=page.arrives, clinic=page.clinic, phone=page.phone, language=page.language,
        channel=EMAIL,
    )  # fmt: skip
    notes: list[tuple[str, str]] = []
    if is_once_more:
        notes.append(("warn", words["once_more"]))
    if done is not None and _still_holds(done, page):
        notes.append(("ready", ANSWERS[page.language][done]))
    if standing in _OFF and done not in {Answer.CANCELLED, Answer.MOVED, Answer.PAST}:
        notes.append(("warn", words[_OFF[standing]]))
    if page.is_declined and standing.is_to_come:
        if done != Answer.CANNOT:
            notes.append(("quiet", words["is_declined"]))
    elif standing == Standing.CONFIRMED and done != Answer.CONFIRMED:
        notes.append(("ready", words["is_confirmed"]))
    if page.is_stopped and done != Answer.STOPPED:
        notes.append(("quiet", words["is_stopped"]))
    return VisitPage(
        language=page.language,
        words=words,
        heading=words["hello" if standing.is_to_come else "was"].format(first_name=page.first_name).strip(" ,"),
        when=(said.date, said.time) if page.tells_time else (said.date,),
        clinic=_first_upper(page.clinic),
        phone=page.phone,
        call_us=words["call_us"].format(phone=page.phone) if page.phone else "",
        notes=tuple(notes),
        main=_main(words, standing, is_declined=page.is_declined),
        more=(_about_messages(words, is_stopped=page.is_stopped),),
        languages=tuple((code, name) for code, name in OWN_NAMES.items() if code != page.language),
    )


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _still_holds(done: Answer, page: ReplyPage) -> bool:
    """Whether what an address says was answered is so: it may be opened again much later."""
    match done:
        case Answer.CONFIRMED:
            return page.standing == Standing.CONFIRMED and not page.is_declined
        case Answer.CANNOT:
            return page.standing.is_to_come and page.is_declined
        case Answer.STOPPED:
            return page.is_stopped
        case Answer.STARTED:
            return not page.is_stopped
    return done in {Answer.CALL, Answer.LANGUAGE} or _OFF.get(page.standing) == done.value


def _main(words: Mapping[str, str], standing: Standing, *, is_declined: bool) -> tuple[Choice, ...]:
    found = [Choice("call", words["call"])]
    if standing.is_to_come and not is_declined:
        found.insert(0, Choice("cannot", words["cannot"], words["cannot_hint"]))
    if standing == Standing.TO_COME:
        found.insert(0, Choice("confirm", words["confirm"]))
    return tuple(found)


def _about_messages(words: Mapping[str, str], *, is_stopped: bool) -> Choice:
    return Choice("start", words["start"]) if is_stopped else Choice("stop", words["stop"], words["stop_hint"])


def present_dead(page: ReplyPage | None, why: str, language: str) -> DeadPage:
    """What is shown instead, and ``why``: only whoever had a link is told which clinic to call."""
    shown_in = page.language if page else language
    words, phone = PAGE[shown_in], page.phone if page else ""
    return DeadPage(
        language=shown_in,
        words=words,
        title=words[f"{why}_title"],
        sentence=words[why],
        clinic=_first_upper(page.clinic) if page else "",
        phone=phone,
        call_us=words["call_us"].format(phone=phone) if phone else "",
    )


def language_of(wanted: str | None) -> str:
    """A language that there are words in, from what the browser asks for."""
    return wanted if wanted is not None and wanted in PAGE else USUAL
