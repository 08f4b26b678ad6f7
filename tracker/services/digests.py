"""The job ``digest``: once on each open day of a clinic, whoever has something waiting gets one mail with numbers.

A manager reads in the first one of each week besides what the last four weeks were like, by the clinic's history. It
says nothing of a patient: at which clinic, by the name that messages call it, how many, and where the tracker is. A
mail is written down before it leaves, by one process, and never sent a second time: a process that dies in between
leaves a morning without it, which is harmless, since Today and the reports say the same and escalations are paged at
once. Two would be noise, and noise is not read. For the same reason one that a mail server did not take is not tried
again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.domain.dates import in_words
from tracker.domain.digest import READS_WEEKS, Figures, digest, is_morning, monday_of
from tracker.domain.mail import MailError, Message
from tracker.domain.report_sheets.small import without_small_numbers
from tracker.domain.report_sheets.waits import waits_sheet
from tracker.domain.report_sheets.words import Names
from tracker.domain.reporting.filters import select as select_cases
from tracker.domain.reporting.four_weeks import NEEDS, four_weeks, span_before
from tracker.domain.weekly_digest import weekly_digest
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic, Digest
from tracker.persistence.vocabulary import DigestOutcome
from tracker.queries.clinic_calendar import get_calendar
from tracker.queries.clinic_history.stored import read_history
from tracker.queries.digests import Addressed, get_figures, get_neutral_name, list_unread
from tracker.queries.sending import is_all_paused, is_demo, is_paused
from tracker.services.ports import Clock, Mailer
from tracker.services.turns import Turns

SUBJECT = "This morning at {clinic}"
#: How long it is known who had one: it is needed on its day, and for a question or two.
KEPT = timedelta(days=90)
ENDING = "These are the numbers of this morning; the tracker has those of now. You get at most one such mail a day."


@dataclass(slots=True)
class Digested:
    """What one pass did: members looked at, mails tried, and those that the mail server took."""

    looked_at: int = 0
    tried: int = 0
    accepted: int = 0


@dataclass(frozen=True, slots=True)
class _Morning:
    """One clinic on one day, by its neutral name: who has had no digest, and the numbers. ``weekly``: what managers
    read besides on the first morning of their week."""

    clinic_id: int
    today: date
    clinic: str = ""
    members: tuple[Addressed, ...] = ()
    figures: Figures = field(default_factory=Figures)
    weekly: tuple[str, ...] = ()

    def lines_for(self, member: Addressed) -> tuple[str, ...]:
        """What the mail says."""
        lines = digest(member.reader, self.figures, self.today)
        if not self.weekly or not _reads_week(member):
            return lines
        return (*lines, "", *self.weekly) if lines else self.weekly


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSender:
    """One sender of digests. ``base_url``: where the tracker is; ``pause`` is called between write transactions."""

    database: Database
    clock: Clock
    mailer: Mailer
    base_url: str
    pause: Callable[[], None]

    def send_due(self) -> Digested:
        """Send what nobody has sent today, of every clinic that is open and whose morning it is.

        :raises PermissionError: a demonstration has a mailer that reaches people
        :raises ExceptionGroup: at the end, with everything that failed; the other members had their turn
        """
        done, turns = Digested(), Turns("some digests could not be sent")
        for clinic_id in self._clinics():
            with turns.next():
                morning = self._morning(clinic_id)
                if any(map(_reads_week, morning.members)):
                    with turns.next():
                        morning = replace(morning, weekly=self._weekly(morning))
                for member in morning.members:
                    with turns.next():
                        self._send(morning, member, done)
        turns.end()
        return done

    def _clinics(self) -> list[int]:
        with self.database.reading() as session:
            if self.mailer.reaches_people and is_demo(session):
                raise PermissionError("a demonstration writes its messages to files; it must not reach people")
            if is_all_paused(session):
                return []
            sending = select(Clinic.id).where(Clinic.sending_paused_at.is_(None)).order_by(Clinic.id)
            return list(session.scalars(sending))

    def _morning(self, clinic_id: int) -> _Morning:
        """Nearly always everybody has had theirs, or it is no morning: then little is read."""
        now = self.clock.now()
        with self.database.reading() as session:
            calendar = get_calendar(session, clinic_id)
            today = calendar.today(now)
            members = list_unread(session, clinic_id, today) if is_morning(calendar, now) else []
            if not members:
                return _Morning(clinic_id, today)
            clinic = get_neutral_name(session, clinic_id)
            figures = get_figures(session, clinic_id, calendar, today, [each.reader for each in members])
        return _Morning(clinic_id, today, clinic, tuple(members), figures)

    def _weekly(self, morning: _Morning) -> tuple[str, ...]:
        """The last four weeks as the clinic's history has them; nothing where none was made yet."""
        with self.database.reading() as session:
            history = read_history(session, morning.clinic_id, *NEEDS)
        if history is None:
            return ()
        until_on = monday_of(morning.today)
        waits = waits_sheet(history, select_cases(history, span_before(until_on)), Names())
        return weekly_digest(four_weeks(history, until_on), without_small_numbers(waits).answer, until_on)

    def _send(self, morning: _Morning, member: Addressed, done: Digested) -> None:
        done.looked_at += 1
        lines = morning.lines_for(member)
        key = (morning.clinic_id, member.reader.user_id, morning.today)
        with self.database.writing() as session:
            is_ours = not is_paused(session, morning.clinic_id) and write_down(
                session, key, self.clock.now(), DigestOutcome.NOTHING if not lines else ""
            )
        self.pause()
        if not is_ours or not lines:
            return
        outcome = self._hand_over(self._message(morning, member.address, lines, "-".join(map(str, _named(key)))))
        done.tried += 1
        done.accepted += outcome == DigestOutcome.ACCEPTED
        with self.database.writing() as session:
            session.execute(update(Digest).where(*_is(key)).values(outcome=outcome, ended_at=self.clock.now()))
        self.pause()

    def _hand_over(self, message: Message) -> DigestOutcome:
        try:
            self.mailer.send(message)
        except MailError:
            return DigestOutcome.FAILED
        return DigestOutcome.ACCEPTED

    def _message(self, morning: _Morning, address: str, lines: tuple[str, ...], reference: str) -> Message:
        heading = f"{morning.clinic}, {in_words(morning.today, morning.today)}"
        body = "\n".join((heading, "", *lines, "", self.base_url, "", ENDING, ""))
        return Message(address, SUBJECT.format(clinic=morning.clinic), body, reference)


def _reads_week(member: Addressed) -> bool:
    return member.begins_week and bool(member.reader.roles & READS_WEEKS)


Key = tuple[int, int, date]


def write_down(session: Session, key: Key, now: datetime, outcome: str) -> bool:
    """Write a digest down before it leaves; false if somebody has done so."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    clinic_id, user_id, today = key
    values = {
        "clinic_id": clinic_id,
        "user_id": user_id,
        "on_date": today,
        "begun_at": now,
        "ended_at": now if outcome else None,
        "outcome": outcome,
    }
    written = insert(Digest).values(values).on_conflict_do_nothing().returning(Digest.user_id)
    return session.scalar(written) is not None


def purge_digests(session: Session, *, at: datetime) -> None:
    """Delete the rows of mornings long ago."""
    session.execute(delete(Digest).where(Digest.on_date < (at - KEPT).date()))


def _is(key: Key) -> tuple[ColumnElement[bool], ...]:
    clinic_id, user_id, today = key
    return Digest.clinic_id == clinic_id, Digest.user_id == user_id, Digest.on_date == today


def _named(key: Key) -> tuple[object, ...]:
    clinic_id, user_id, today = key
    return "digest", clinic_id, user_id, today.isoformat()
