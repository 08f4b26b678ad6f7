"""Naming who answers for a role, who covers, who is away and who is on call."""

from datetime import date, timedelta

from sqlalchemy import delete, select, update

from tracker.domain.access import Permission, roles_that_may
from tracker.domain.errors import InvalidInput, NotFound, StaleVersion
from tracker.domain.escalation.people import NAMED
from tracker.domain.words import Role, Told
from tracker.persistence.models import Absence, Duty, Escalation, Membership, MembershipRole, OnCall
from tracker.persistence.types import JsonObject
from tracker.queries.clinic_calendar import get_calendar
from tracker.services.clinic_events import tell_clinic
from tracker.services.escalating.gaps import close_gap
from tracker.services.work import Work

#: Nobody is on call, or away, for longer in one entry.
MOST_DAYS = 366
#: What is said of a day on which nobody can be put on call, or taken off, any more.
PASSED = "This day has passed, and who was paged on it stays as it was."


def name_people(
    work: Work, *, role: Role, user_id: int | None, cover_user_id: int | None, expected_version: int
) -> None:
    """Say who answers for a role, and who covers. ``expected_version`` is 0 where nobody was named before.

    :raises NotFound: for a role that nobody answers for by name
    :raises InvalidInput: for somebody without the role, for a cover who may answer no escalation, or the same person
    :raises StaleVersion: if somebody else changed it meanwhile
    """
    work.require(Permission.MANAGE_DUTIES)
    if role not in NAMED:
        raise NotFound(role)
    problems: dict[str, str] = {}
    if user_id is not None and not _has_role(work, user_id, role):
        problems["user_id"] = "Choose somebody with this role."
    if cover_user_id is not None and (user_id is None or not _may_answer(work, cover_user_id)):
        problems["cover_user_id"] = "Choose first who answers, then somebody who may answer an escalation."
    if cover_user_id is not None and cover_user_id == user_id:
        problems["cover_user_id"] = "Somebody else must cover."
    if problems:
        raise InvalidInput(problems)
    duty = work.session.get(Duty, (work.actor.clinic_id, role), with_for_update=True)
    if (duty.version if duty else 0) != expected_version:
        raise StaleVersion(duty.version if duty else 0)
    if duty is None:
        duty = Duty(clinic_id=work.actor.clinic_id, role=role, version=0)
        work.session.add(duty)
    duty.user_id, duty.cover_user_id, duty.version = user_id, cover_user_id, expected_version + 1
    work.session.flush()
    if user_id is not None:
        close_gap(work.session, clinic_id=work.actor.clinic_id, gap=role, now=work.now)
    _tell(work, "duty_named", {"role": role, "user": user_id, "cover": cover_user_id})


def add_absence(work: Work, *, user_id: int, from_on: date, until_on: date) -> None:
    """Say that somebody is away on these civil days, both included. It may have begun before it was written down.

    :raises InvalidInput: for somebody who does not work here, or days that are none or have all passed
    """
    work.require(Permission.MANAGE_DUTIES)
    problems = _day_problems(from_on, until_on)
    if not problems and until_on < _today(work):
        problems["until_on"] = "This day has passed. Who is back answers already."
    if not _is_member(work, user_id):
        problems["user_id"] = "Choose somebody of this clinic."
    if problems:
        raise InvalidInput(problems)
    work.session.add(
        Absence(
            clinic_id=work.actor.clinic_id,
            id=work.ids.row_id(work.now),
            user_id=user_id,
            from_on=from_on,
            until_on=until_on,
        )
    )
    work.session.flush()
    _tell(work, "absence_added", {"user": user_id, "from": from_on, "until": until_on})


def end_absence(work: Work, *, absence_id: int) -> None:
    """Take an absence back: the person is there.

    :raises NotFound: if the clinic has no such absence
    """
    work.require(Permission.MANAGE_DUTIES)
    row = work.session.get(Absence, (work.actor.clinic_id, absence_id))
    if row is None:
        raise NotFound(str(absence_id))
    work.session.delete(row)
    work.session.flush()
    _tell(work, "absence_ended", {"user": row.user_id, "from": row.from_on, "until": row.until_on})


def put_on_call(work: Work, *, user_id: int, from_on: date, until_on: date) -> None:
    """Put somebody on call on these civil days, behind whoever is on call already. The roster says who will be paged;
    who was is in the pages, which nothing written here changes.

    :raises InvalidInput: for somebody who may answer no escalation of this clinic, or days that are none or have passed
    """
    work.require(Permission.MANAGE_DUTIES)
    problems, today = _day_problems(from_on, until_on), _today(work)
    if from_on < today:
        problems["from_on"] = f"{PASSED} Begin with today or a later day."
    if not _may_answer(work, user_id):
        problems["user_id"] = "Choose somebody of this clinic who may answer an escalation."
    if problems:
        raise InvalidInput(problems)
    standing = work.session.execute(
        select(OnCall.on_date, OnCall.position, OnCall.user_id)
        .where(OnCall.clinic_id == work.actor.clinic_id, OnCall.on_date.between(from_on, until_on))
        .order_by(OnCall.position)
    ).all()
    last = {row.on_date: row.position for row in standing}
    already = {row.on_date for row in standing if row.user_id == user_id}
    work.session.add_all(
        OnCall(clinic_id=work.actor.clinic_id, on_date=day, position=last.get(day, 0) + 1, user_id=user_id)
        for day in (from_on + timedelta(days=each) for each in range((until_on - from_on).days + 1))
        if day not in already
    )
    work.session.flush()
    if from_on <= today <= until_on:
        close_gap(work.session, clinic_id=work.actor.clinic_id, gap=Told.ON_CALL, now=work.now)
    _tell(work, "put_on_call", {"user": user_id, "from": from_on, "until": until_on})


def take_off_call(work: Work, *, on_date: date, position: int) -> None:
    """Take somebody off call on a day.

    :raises InvalidInput: for a day that has passed
    :raises NotFound: if nobody has that place on that day
    """
    work.require(Permission.MANAGE_DUTIES)
    if on_date < _today(work):
        raise InvalidInput({"on_date": PASSED})
    key = (work.actor.clinic_id, on_date, position)
    row = work.session.get(OnCall, key)
    if row is None:
        raise NotFound(f"{on_date} {position}")
    work.session.execute(
        delete(OnCall).where(
            OnCall.clinic_id == work.actor.clinic_id, OnCall.on_date == on_date, OnCall.position == position
        )
    )
    _tell(work, "taken_off_call", {"user": row.user_id, "on": on_date})


def _day_problems(from_on: date, until_on: date) -> dict[str, str]:
    if until_on < from_on:
        return {"until_on": "The last day is before the first."}
    if (until_on - from_on).days >= MOST_DAYS:
        return {"until_on": "Enter at most a year at a time."}
    return {}


def _today(work: Work) -> date:
    """The clinic's civil date."""
    return get_calendar(work.session, work.actor.clinic_id).today(work.now)


def _is_member(work: Work, user_id: int) -> bool:
    query = select(Membership.user_id).where(
        Membership.clinic_id == work.actor.clinic_id, Membership.user_id == user_id, Membership.is_active
    )
    return work.session.scalar(query) is not None


def _may_answer(work: Work, user_id: int) -> bool:
    """Whoever is paged must be able to say that they have it."""
    return _has_role(work, user_id, *roles_that_may(Permission.ACKNOWLEDGE))


def _has_role(work: Work, user_id: int, *roles: Role) -> bool:
    query = select(MembershipRole.user_id).where(
        MembershipRole.clinic_id == work.actor.clinic_id,
        MembershipRole.user_id == user_id,
        MembershipRole.role.in_(roles),
    )
    return _is_member(work, user_id) and work.session.scalar(query.limit(1)) is not None


def _tell(work: Work, kind: str, body: JsonObject) -> None:
    """Write the event, and have the open rows looked at again: another person may answer now."""
    work.session.execute(
        update(Escalation)
        .where(Escalation.clinic_id == work.actor.clinic_id, Escalation.ended_at.is_(None))
        .values(looked_on=None),
        execution_options={"synchronize_session": False},
    )
    tell_clinic(work, kind, body)
