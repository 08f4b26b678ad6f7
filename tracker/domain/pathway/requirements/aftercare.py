"""What must have been done afterwards: a wound looked at and found well, sutures taken out."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tracker.domain.facts import FollowUp
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.requirements.base import CLINICAL, Claim, Requirement
from tracker.domain.pathway.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedUp(Requirement):
    """A follow-up of the file's ``rule`` with one of the ``results``."""

    kind: ClassVar[str] = "follow_up"
    is_deed: ClassVar[bool] = True
    rule: str
    results: frozenset[str]

    @property
    def key(self) -> str:
        return f"follow_up.{self.rule}"

    @property
    def claims(self) -> tuple[Claim, ...]:
        return (Claim.that(self.key, "yes"),)

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        if any(each.rule == self.rule and each.result in self.results for each in snapshot.of(FollowUp)):
            return ()
        return (self.blocker("follow_up_missing", CLINICAL, "follow_up", rule=self.rule),)
