"""What every use case is handed: who writes, when, into which transaction, and which version of which case."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.errors import NotPermitted
from tracker.domain.facts import Fact
from tracker.queries.case_detail import OpenedCase
from tracker.services.ports import Ids


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What came of the PIN that the person named as the second one typed, and when. ``problem``: why it does not
    count, as a sentence; empty: it was their own, and right."""

    user_id: int
    at: datetime
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """One write transaction of one person. ``now`` is when it is written down; the caller commits. ``meant`` holds the
    codes of the questions (``domain.errors.Question``) that the person said yes to; ``None``: nobody can be asked.

    ``second``: whose PIN came with this, if anybody's. ``readers_confirm`` is false only where nobody could type one:
    on the command line, and where a clinic is made up.
    """

    session: Session
    actor: Actor
    ids: Ids
    now: datetime
    meant: frozenset[str] | None = None
    second: Confirmation | None = None
    readers_confirm: bool = True

    def require(self, permission: Permission) -> None:
        """Refuse whoever may not do this.

        :raises NotPermitted: if none of the actor's roles has the permission
        """
        if not self.actor.may(permission):
            raise NotPermitted(permission)


@dataclass(frozen=True, slots=True)
class CaseRef:
    """A case as a form knows it: its public id, and the version that the form was made from. ``seen``: the case as
    this request has read it since, if it has; facts come and go with a new version only, and need not be read twice.
    """

    public_id: str
    version: int
    seen: OpenedCase | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What a use case left behind: the case, its new version, the event, the facts, and the stages passed through.

    ``standing`` numbers the facts that stand, of those written now and before.
    """

    public_id: str
    version: int
    event_seq: int
    facts: tuple[Fact, ...]
    standing: frozenset[int]
    stages: tuple[str, ...]

    @property
    def fact_seqs(self) -> tuple[int, ...]:
        """The numbers of the facts."""
        return tuple(fact.seq for fact in self.facts)
