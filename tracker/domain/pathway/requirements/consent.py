"""What a consent needs: to be signed for this procedure by who may sign, and to hold on the day of the procedure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from tracker.domain.facts import Consent
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.requirements.base import CLINICAL, COORDINATION, Requirement
from tracker.domain.pathway.requirements.person import age_on
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import Assent, ConsentState, Role, Signer

#: Who signs for a child, and cannot sign for a grown-up.
FOR_A_CHILD = frozenset({Signer.PARENT, Signer.GUARDIAN})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentValid(Requirement):
    """A signed consent that stands and is valid on the day of the procedure (``max_age_days`` from signing).

    ``of_age_years``: from this age on the patient signs; who signed before that must sign again, and so must the
    patient for whom somebody else did. ``assent_years``: from this age on a child must have agreed, or could not be
    asked. Both are judged on the day of the procedure; 0: not asked.
    """

    kind: ClassVar[str] = "consent"
    purpose: str
    max_age_days: int
    of_age_years: int = 0
    assent_years: int = 0

    @property
    def key(self) -> str:
        return f"consent.{self.purpose}"

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        consent, day = snapshot.consent(self.purpose), snapshot.day_of(self.purpose)
        if consent is None:
            return (self.blocker("consent_missing", CLINICAL, "consent", purpose=self.purpose),)
        if consent.state == ConsentState.WITHDRAWN:
            return (self.blocker("consent_withdrawn", (Role.PHYSICIAN,), "consent", purpose=self.purpose),)
        if consent.state == ConsentState.VOID:
            return (self.blocker("consent_void", CLINICAL, "consent", purpose=self.purpose),)
        if day is None:
            return (self.blocker("no_date_yet", COORDINATION, "book", purpose=self.purpose),)
        ends = min(consent.signed_on + timedelta(days=self.max_age_days), consent.valid_to or date.max)
        if not consent.signed_on <= day <= ends:
            return (self.blocker("consent_out_of_date", CLINICAL, "consent", purpose=self.purpose, ends=ends, on=day),)
        visit = snapshot.visit(self.purpose)
        by = visit.clinician_id if visit else None
        found = list(self.of_the_signer(snapshot.birth_on, consent, day))
        if None not in (by, consent.clinician_id) and by != consent.clinician_id:
            found.append(self.blocker("consent_other_surgeon", CLINICAL, "consent", purpose=self.purpose))
        return tuple(found)

    def of_the_signer(self, birth_on: date, consent: Consent, day: date) -> Iterator[Blocker]:
        """What age has to say, on the day of the signature and on ``day``, that of the procedure."""
        if not self.of_age_years:
            return
        then, now = (age_on(birth_on, each) for each in (consent.signed_on, day))
        was_child, is_child = then < self.of_age_years, now < self.of_age_years
        signed_alone = consent.relation == Signer.SELF
        params = {"purpose": self.purpose, "years": self.of_age_years, "on": day}
        if consent.relation == Signer.EMANCIPATED_MINOR:
            return
        if not is_child and (consent.relation in FOR_A_CHILD or (was_child and not signed_alone)):
            yield self.blocker("consent_of_age", CLINICAL, "consent", **params)
        elif signed_alone and was_child:
            yield self.blocker("consent_by_child", CLINICAL, "consent", **params)
        elif is_child and consent.relation and self.assent_years and now >= self.assent_years:
            yield from self._of_assent(consent)

    def _of_assent(self, consent: Consent) -> Iterator[Blocker]:
        if consent.assent == Assent.DECLINED:
            yield self.blocker("assent_declined", (Role.PHYSICIAN,), "consent", purpose=self.purpose)
        elif not consent.assent:
            params = {"purpose": self.purpose, "years": self.assent_years}
            yield self.blocker("assent_missing", CLINICAL, "consent", **params)
