"""Changing the texts that patients sign: a version more, and never one less. What was signed keeps its own words."""

from dataclasses import replace

from sqlalchemy import insert

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.consent_texts import ConsentText, WhichText, problems_of, tidied
from tracker.domain.errors import InvalidInput, NotFound, StaleVersion
from tracker.domain.own_words import next_own
from tracker.persistence.models import Clinic, ConsentTextRow
from tracker.queries.consent_texts import known, list_versions, read_text, shipped
from tracker.services.clinic_events import tell_clinic
from tracker.services.work import Work


def change_text(work: Work, typed: ConsentText, *, expected_version: int) -> int:
    """Give a consent a new text, with who approved it; returns its version.

    :raises NotPermitted: for anybody who may not manage the clinic
    :raises NotFound: if there is no such text
    :raises StaleVersion: when somebody changed it meanwhile
    :raises InvalidInput: with a sentence for each field that cannot be taken so
    """
    clinic, current = _open(work, typed.which, expected_version)
    text = tidied(typed)
    if replace(text, version=current.version) == current:
        raise InvalidInput({"body": "This is the text already: nothing has changed."})
    return _write(work, clinic, current, text)


def go_back(work: Work, which: WhichText, *, expected_version: int, version: int) -> int:
    """Take an older text of the clinic's own again, as a new version, which it returns.

    :raises NotPermitted: for anybody who may not manage the clinic
    :raises NotFound: if there is no such version
    :raises StaleVersion: when somebody changed it meanwhile
    :raises InvalidInput: where nobody approved it, as with shipped ones
    """
    clinic, current = _open(work, which, expected_version)
    versions = list_versions(work.session, work.actor.clinic_id, which)
    old = next((each.text for each in versions if each.text.version == version), None)
    if old is None:
        raise NotFound(f"no version {version}")
    return _write(work, clinic, current, old)


def _open(work: Work, which: WhichText, expected_version: int) -> tuple[Clinic, ConsentText]:
    """The clinic, locked so that versions follow one another, and the text that counts."""
    work.require(Permission.MANAGE_CLINIC)
    known(which.procedure, which.language)
    clinic = work.session.get(Clinic, work.actor.clinic_id, with_for_update=True, populate_existing=True)
    if clinic is None:
        raise NotFound("no such clinic")
    current = read_text(work.session, clinic.id, which)
    if current.version != expected_version:
        raise StaleVersion(current.version)
    return clinic, current


def _write(work: Work, clinic: Clinic, current: ConsentText, text: ConsentText) -> int:
    problems = problems_of(text, ClinicCalendar(clinic.zone).today(work.now))
    if problems:
        raise InvalidInput(problems)
    which, version = text.which, next_own(current.version)
    work.session.execute(
        insert(ConsentTextRow).values(
            clinic_id=clinic.id,
            procedure=which.procedure,
            language=which.language,
            version=version,
            title=text.title,
            body=text.body,
            approved_by=text.approved_by,
            approved_on=text.approved_on,
            shipped_version=shipped(which).version,
            written_at=work.now,
            written_by=work.actor.user_id,
        )
    )
    told = {"procedure": which.procedure, "language": which.language, "version": version, "was": current.version}
    tell_clinic(work, "consent_text_changed", told)
    return version
