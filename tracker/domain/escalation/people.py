"""Who answers when a rung names a role: the named person, their cover, else everybody with that role; never nobody."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from tracker.domain.words import Role, Told

#: Roles that somebody answers for by name.
NAMED = (Role.COORDINATOR, Role.NURSE, Role.LEAD_COORDINATOR, Role.PHYSICIAN)
#: Where nobody has the role at all, the next one is told.
FALLS_TO: Mapping[Role, Role] = {
    Role.COORDINATOR: Role.LEAD_COORDINATOR,
    Role.NURSE: Role.LEAD_COORDINATOR,
    Role.LEAD_COORDINATOR: Role.PHYSICIAN,
    Role.PHYSICIAN: Role.MANAGER,
    Role.MANAGER: Role.ADMINISTRATOR,
}
#: Nobody is woken: what is told on a day begins with it, and pages leave from this wall time of the clinic on.
PAGED_FROM = time(7)
#: A pump that calls wakes people (boxed warning: attend to pump alarms; docs/hazards, 27).
AT_ANY_HOUR = frozenset({"pump_call"})
#: How long a page may stay unanswered before the next person is paged.
ANSWERED_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Named:
    """Who answers for a role, and who covers; ``None``: nobody is named."""

    user_id: int | None
    cover_user_id: int | None


@dataclass(frozen=True, slots=True)
class Roster:
    """The people of a clinic on one day. ``members`` hold their role and may sign in; ``on_call`` in their order."""

    members: Mapping[Role, tuple[int, ...]]
    duties: Mapping[Role, Named] = field(default_factory=dict)
    absent: frozenset[int] = frozenset()
    on_call: tuple[int, ...] = ()

    def is_there(self, user_id: int | None) -> bool:
        """Whether somebody works here and is not away."""
        return user_id not in self.absent and any(user_id in each for each in self.members.values())


@dataclass(frozen=True, slots=True)
class Answer:
    """Who is told: one person, or everybody with the role. ``gap``: what nobody is named for, if so."""

    user_id: int | None
    role: Role
    gap: str


def answer(roster: Roster, who: Told) -> Answer:
    """Who answers for a rung on the day of the roster."""
    if who == Told.ON_CALL:
        on_call = next((each for each in roster.on_call if roster.is_there(each)), None)
        found = _of_role(roster, Role.PHYSICIAN)
        return Answer(on_call or found.user_id, found.role, "" if on_call else str(Told.ON_CALL))
    return _of_role(roster, Role(who))


def _of_role(roster: Roster, role: Role) -> Answer:
    named = roster.duties.get(role, Named(None, None))
    for user_id in (named.user_id, named.cover_user_id):
        if user_id is not None and roster.is_there(user_id):
            return Answer(user_id, role, "")
    told = role
    while not roster.members.get(told) and told in FALLS_TO:
        told = FALLS_TO[told]
    return Answer(None, told, str(role))


def to_page(roster: Roster) -> tuple[int, ...]:
    """Whom to page one after the other: those on call, then the lead coordinator, then the physicians."""
    return tuple(dict.fromkeys(_to_page(roster)))


def _to_page(roster: Roster) -> Iterator[int]:
    yield from (each for each in roster.on_call if roster.is_there(each))
    for role in (Role.LEAD_COORDINATOR, Role.PHYSICIAN):
        named = _of_role(roster, role).user_id
        if named is not None:
            yield named
        yield from (each for each in roster.members.get(role, ()) if roster.is_there(each))


@dataclass(frozen=True, slots=True)
class Paged:
    """One page of today: whom, when, and whether it surely did not leave."""

    user_id: int
    at: datetime
    has_failed: bool


def next_to_page(roster: Roster, today: tuple[Paged, ...], now: datetime, wall: time, kind: str = "") -> int | None:
    """Who is paged now about a to-do of this kind; ``None``: nobody yet, or everybody was today. ``wall``: the clinic's
    time at ``now``."""
    if wall < PAGED_FROM and kind not in AT_ANY_HOUR:
        return None
    if today and not today[-1].has_failed and now - today[-1].at < ANSWERED_WITHIN:
        return None
    asked = {each.user_id for each in today}
    return next((each for each in to_page(roster) if each not in asked), None)
