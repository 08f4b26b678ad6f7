"""What a clinic settles of its messages: whether texts go out, when nobody is written to, and what it is called."""

import re

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound, StaleVersion
from tracker.domain.neutral import LONGEST_NAME, name_in_messages, telling_word
from tracker.domain.sms import fits_one_sms
from tracker.domain.ways import SMS
from tracker.persistence.models import Clinic
from tracker.queries.message_words import read_words
from tracker.queries.reminder_texts import Words, fill_in, longest_fields, shipped_messages
from tracker.services.clinic_events import tell_clinic
from tracker.services.reconcile import ring
from tracker.services.work import Work

_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


def change_messages(
    work: Work, *, expected_version: int, sends_texts: bool, quiet_from: str, quiet_until: str, message_name: str
) -> None:
    """Change what the clinic settles of its messages. ``quiet_from`` and ``quiet_until`` are wall times (``HH:MM``);
    equal ones are no quiet hours. An empty ``message_name``: messages carry the clinic's own name.

    :raises NotPermitted: for anybody who may not manage the clinic
    :raises InvalidInput: with a sentence for each value that cannot be taken
    :raises StaleVersion: when somebody changed the settings meanwhile
    """
    work.require(Permission.MANAGE_CLINIC)
    clinic = work.session.get(Clinic, work.actor.clinic_id, with_for_update=True, populate_existing=True)
    if clinic is None:
        raise NotFound("no such clinic")
    if clinic.version != expected_version:
        raise StaleVersion(clinic.version)
    name = " ".join(message_name.split())
    times = {"quiet_from": quiet_from, "quiet_until": quiet_until}
    problems = {field: "Type a time, for example 21:00." for field, said in times.items() if not _TIME.fullmatch(said)}
    if problem := _name_problem(name, clinic.name):
        problems["message_name"] = problem
    elif sends_texts and (too_long := long_texts(read_words(work.session, clinic.id), name, clinic)):
        problems["message_name"] = (
            f"With this name and the number {clinic.phone}, {too_long} of the text messages are too long for one. "
            "Choose a shorter name, with plain letters."
        )
    if problems:
        raise InvalidInput(problems)
    changes_ways = clinic.sends_texts != sends_texts
    clinic.sends_texts, clinic.message_name = sends_texts, name
    clinic.quiet_from, clinic.quiet_until = quiet_from, quiet_until
    clinic.version += 1
    if changes_ways:
        ring(work.session, clinic_id=clinic.id, now=work.now)
    tell_clinic(work, "messages_changed", {"sends_texts": sends_texts, "message_name": name, **times})


def long_texts(words: Words, chosen: str, clinic: Clinic) -> int:
    """How many of a clinic's text messages do not fit into one under the name ``chosen`` for messages."""
    texts = [each for each in shipped_messages() if each.channel == SMS]
    names = {each.language: name_in_messages(chosen, clinic.name, each.language) for each in texts}
    return sum(
        not fits_one_sms(
            fill_in(words.of(each), longest_fields(each.language, SMS, names[each.language], clinic.phone)).body
        )
        for each in texts
    )


def _name_problem(name: str, own: str) -> str:
    if len(name) > LONGEST_NAME:
        return f"Use at most {LONGEST_NAME} characters, so that a text message stays one."
    if word := telling_word(name):
        return f"“{word}” tells what patients are treated for. Messages are read by others: choose a neutral name."
    if not name and (word := telling_word(own)):
        return f"The clinic's own name tells what patients are treated for (“{word}”): give a neutral one for messages."
    return ""
