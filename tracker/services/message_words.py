"""Changing the words of a clinic's messages: a version more, and never one less.

Planned reminders name their template and no words: what is sent, and what the preview shows, is written with the words
of that moment. So nothing has to be planned anew, and nothing stale is kept.
"""

from dataclasses import replace

from sqlalchemy import insert

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound, StaleVersion
from tracker.domain.message_words import Which, Wording, problems_of, tidied
from tracker.domain.neutral import name_in_messages
from tracker.domain.own_words import next_own
from tracker.persistence.models import Clinic, MessageWords
from tracker.queries.message_words import known, list_versions, read_words
from tracker.queries.reminder_texts import longest_fields, shipped
from tracker.services.clinic_events import tell_clinic
from tracker.services.work import Work


def change_words(work: Work, which: Which, *, expected_version: int, subject: str, body: str) -> int:
    """Give a message new words; returns their version.

    :raises NotPermitted: for anybody who may not manage the clinic
    :raises NotFound: if there is no such message
    :raises StaleVersion: when somebody changed them meanwhile
    :raises InvalidInput: with a sentence for each field that cannot be taken so
    """
    clinic, current = _open(work, which, expected_version)
    typed = tidied(Wording(which, current.version, subject, body))
    if (typed.subject, typed.body) == (current.subject, current.body):
        raise InvalidInput({"body": "These are the words already: nothing has changed."})
    return _write(work, clinic, current, typed)


def go_back(work: Work, which: Which, *, expected_version: int, version: int) -> int:
    """Take the words of an older version again, as a new version, which it returns.

    :raises NotPermitted: for anybody who may not manage the clinic
    :raises NotFound: if there is no such message or version
    :raises StaleVersion: when somebody changed them meanwhile
    :raises InvalidInput: where they may not be sent as they are, by today's rules
    """
    clinic, current = _open(work, which, expected_version)
    versions = list_versions(work.session, work.actor.clinic_id, which)
    old = next((each.wording for each in versions if each.wording.version == version), None)
    if old is None:
        raise NotFound(f"no version {version}")
    return _write(work, clinic, current, old)


def problems_with(clinic_name: str, message_name: str, phone: str, typed: Wording) -> dict[str, str]:
    """What stands against some words of a clinic of this name and number, as sentences by field."""
    which = typed.which
    name = name_in_messages(message_name, clinic_name, which.language)
    return problems_of(typed, shipped(which), longest_fields(which.language, which.channel, name, phone))


def _open(work: Work, which: Which, expected_version: int) -> tuple[Clinic, Wording]:
    """The clinic, locked so that versions follow one another, and the words that count."""
    work.require(Permission.MANAGE_CLINIC)
    known(which.template, which.language, which.channel)
    clinic = work.session.get(Clinic, work.actor.clinic_id, with_for_update=True, populate_existing=True)
    if clinic is None:
        raise NotFound("no such clinic")
    current = read_words(work.session, clinic.id, which).of(which)
    if current.version != expected_version:
        raise StaleVersion(current.version)
    return clinic, current


def _write(work: Work, clinic: Clinic, current: Wording, words: Wording) -> int:
    problems = problems_with(clinic.name, clinic.message_name, clinic.phone, words)
    if problems:
        raise InvalidInput(problems)
    which = words.which
    written = replace(words, version=next_own(current.version))
    work.session.execute(
        insert(MessageWords).values(
            clinic_id=clinic.id,
            template=which.template,
            language=which.language,
            channel=which.channel,
            version=written.version,
            subject=written.subject,
            body=written.body,
            shipped_version=shipped(which).version,
            written_at=work.now,
            written_by=work.actor.user_id,
        )
    )
    told = {"template": which.template, "language": which.language, "channel": which.channel}
    tell_clinic(work, "message_words_changed", {**told, "version": written.version, "was": current.version})
    return written.version
