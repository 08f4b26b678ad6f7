"""Letters where no message can go: printed from a call, which stays open until somebody says that it was posted."""

import hashlib
from datetime import date

from sqlalchemy import insert, select

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.dates import in_words
from tracker.domain.errors import InvalidInput
from tracker.persistence.models import Clinic, TaskLetter
from tracker.queries.letters import NO_ADDRESS, NO_LANGUAGE, NO_VISIT, NO_WORDS, Letter, get_letter
from tracker.services.clinic_events import tell_clinic
from tracker.services.task_endings import end_task, hold_open_task
from tracker.services.work import Work

#: Why nothing can be printed, as sentences.
REFUSALS = {
    NO_LANGUAGE: "There is no letter in the patient's language: call with an interpreter.",
    NO_VISIT: "The visit was cancelled or moved: there is nothing to write about.",
    NO_WORDS: "There is no letter about this: call.",
    NO_ADDRESS: "No address for letters is recorded: ask for it, and add it under How to reach them.",
}


def print_letter(work: Work, *, task_id: int) -> None:
    """Record that the letter of a call is printed now. The call stays open.

    :raises NotPermitted: for somebody who does not see the list of tasks
    :raises NotFound: if the clinic has no such call
    :raises StaleVersion: if it is ended already
    :raises InvalidInput: where there is no letter, with the sentence that says why
    """
    letter = _open(work, task_id)
    if letter.why_not or letter.text is None:
        raise InvalidInput({"letter": REFUSALS[letter.why_not]})
    work.session.execute(
        insert(TaskLetter).values(
            clinic_id=work.actor.clinic_id,
            id=work.ids.row_id(work.now),
            task_id=task_id,
            printed_at=work.now,
            printed_by=work.actor.user_id,
            language=letter.language,
            template_version=letter.text.version,
            text_hash=text_hash(letter),
        )
    )
    told = {"task": task_id, "language": letter.language, "version": letter.text.version}
    tell_clinic(work, "letter_printed", told, case_id=letter.case_id)


def post_letter(work: Work, *, task_id: int, posted_on: date) -> None:
    """End a call because its letter was posted, on a civil day of the clinic.

    :raises NotPermitted: for somebody who does not see the list of tasks
    :raises NotFound: if the clinic has no such call
    :raises StaleVersion: if it is ended already
    :raises InvalidInput: where none was printed, or for a day before it was printed or that is to come
    """
    letter = _open(work, task_id)
    zone = work.session.scalars(select(Clinic.zone).where(Clinic.id == work.actor.clinic_id)).one()
    calendar = ClinicCalendar(zone)
    if not letter.printed:
        raise InvalidInput({"posted_on": "Print the letter first."})
    printed_on = calendar.today(letter.printed[-1].printed_at)
    if not printed_on <= posted_on <= calendar.today(work.now):
        raise InvalidInput({"posted_on": f"Give a day from {in_words(printed_on)}, when it was printed, to today."})
    end_task(work, task_id=task_id, outcome=f"Letter posted on {in_words(posted_on)}")


def text_hash(letter: Letter) -> str:
    """What a printing keeps of the words: enough to hold a copy that somebody shows against them. The address and the
    letterhead are no part of it."""
    said = "" if letter.text is None else f"{letter.text.subject}\n\n{letter.text.body}"
    return hashlib.sha256(said.encode()).hexdigest()


def _open(work: Work, task_id: int) -> Letter:
    """The letter of a call that is still open, held until the transaction ends."""
    work.require(Permission.SEE_TODAY)
    hold_open_task(work, task_id)
    return get_letter(work.session, work.actor, task_id, work.now)
