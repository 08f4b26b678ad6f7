"""The job ``history``: makes each clinic's history anew when something was done there since, and every night.

At most every quarter of an hour, so that a busy clinic's reports cost it little. It reads in a read transaction of its
own and writes nothing that a step of a patient waits for. What it stores can be made again at any time, so two
processes at it at once do no harm, and a claim keeps them apart.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.reporting.history import FORM, History, packed, packed_words
from tracker.persistence.database import Database
from tracker.persistence.models import ClinicHistory
from tracker.persistence.upsert import upsert
from tracker.queries.clinic_history.making import Made, make_history
from tracker.queries.clinic_history.stored import JOB, NAMES, WORDS, Standing, list_standings
from tracker.services.clinic_jobs import ClaimLost, finish, take
from tracker.services.ports import Clock, Ids
from tracker.services.turns import Turns

#: A history is not made anew sooner than this after the last time.
AT_MOST_EVERY = timedelta(minutes=15)


def make_histories(database: Database, clock: Clock, ids: Ids, *, pause: Callable[[], None]) -> int:
    """Make the histories whose time has come; returns how many were made.

    :raises ExceptionGroup: with everything that failed; the other clinics had their turn
    """
    made, turns = 0, Turns("some histories could not be made")
    with database.reading() as session:
        due = [each.clinic_id for each in list_standings(session) if is_due(each, clock.now())]
    for clinic_id in due:
        with turns.next(), suppress(ClaimLost):
            made += make_one(database, clock, ids, clinic_id)
            pause()
    turns.end()
    return made


def is_due(standing: Standing, now: datetime) -> bool:
    """Whether there is none, something was done since, or another day has begun: what waits has waited longer."""
    if standing.as_of is None:
        return True
    calendar = ClinicCalendar(standing.zone)
    is_another_day = calendar.today(standing.as_of) != calendar.today(now)
    has_moved = standing.last_seq != standing.newest_seq
    # After a clock that was set back it would be too new for ever.
    is_old = not timedelta() <= now - standing.as_of < AT_MOST_EVERY
    return is_another_day or (has_moved and is_old)


def make_one(database: Database, clock: Clock, ids: Ids, clinic_id: int) -> bool:
    """Make one clinic's history now; false while somebody else is at it.

    :raises ClaimLost: it took so long that somebody else has begun it
    """
    with database.writing() as session:
        claim = take(session, clinic_id=clinic_id, name=JOB, token=ids.token(), now=clock.now())
    if claim is None:
        return False
    with database.reading() as session:
        made = make_history(session, clinic_id, clock.now())
    # Packed before anything is locked: what a page wants to write must not wait for it.
    bodies = pack(made.history)
    with database.writing() as session:
        finish(session, claim, now=clock.now(), result={"cases": len(made.history.cases.id)})
        store(session, clinic_id, made, bodies)
    return True


def pack(history: History) -> Mapping[str, bytes]:
    """What is stored of a history, by the names of its parts."""
    bodies = {NAMES[kind]: packed(part) for kind, part in history.parts.items()}
    return {**bodies, WORDS: packed_words(history.words)}


def store(session: Session, clinic_id: int, made: Made, bodies: Mapping[str, bytes]) -> None:
    """Put a history in the place of the one before."""
    for name, body in bodies.items():
        values = {"as_of": made.history.as_of, "last_seq": made.last_seq, "form": FORM, "body": body}
        upsert(session, ClinicHistory, {"clinic_id": clinic_id, "part": name}, insert=values, update=values)
