"""The patient's yes: asked for in time before a procedure that is booked, and what follows where it is taken back."""

from collections.abc import Iterator

from tracker.domain.facts import Appointment, Consent
from tracker.domain.obligations.obligation import Obligation, View
from tracker.domain.obligations.readiness import waiting
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.definition import Procedure
from tracker.domain.pathway.requirements.consent import ConsentValid
from tracker.domain.words import APPOINTMENT_TO_COME, AppointmentState, ConsentState, DeterminationKind, Purpose


def consents(view: View) -> Iterator[Obligation]:
    """A procedure is booked and its consent will not be valid on that day: the coordinator's days before, and the
    physician's nearer to it. Signed on the same day, a case has three times the odds of a late start
    (docs/hazards, 13). Where no visit is booked to sign it, one is to be booked with the procedure."""
    for procedure, visit, missing in _unconsented(view):
        subject, on = f"consent:{procedure.purpose}:{visit.attempt}", view.day(visit.starts_at)
        for kind in ("consent", "consent_physician"):
            yield view.due(kind, subject, anchor_on=on, reason=missing.code, params=dict(missing.params))
        if visit.state in APPOINTMENT_TO_COME and view.snapshot.signing_before(visit) is None:
            yield view.due(
                "consent_visit",
                subject,
                anchor_on=on,
                reason="consent_visit_not_booked",
                params={"purpose": procedure.purpose, "visit": Purpose.CONSENT},
            )


def _unconsented(view: View) -> Iterator[tuple[Procedure, Appointment, Blocker]]:
    for procedure, visit in waiting(view):
        needs = (need for need in procedure.needs if isinstance(need, ConsentValid))
        missing = next((found for need in needs for found in need.blockers(view.snapshot, view.now)), None)
        if missing is not None:
            yield procedure, visit, missing


def consents_withdrawn(view: View) -> Iterator[Obligation]:
    """A physician hears at once of a consent that was taken back, also where nothing is booked. It ends with a new
    consent, once the visit for the procedure was cancelled, or with what the physician decided."""
    decided = {each.about_seq for each in view.snapshot.determinations(DeterminationKind.DEVIATION_REVIEWED)}
    for purpose in view.pathway.procedures if view.is_open else ():
        consent = view.snapshot.consent(purpose)
        if consent is None or consent.state != ConsentState.WITHDRAWN or consent.seq in decided:
            continue
        if view.snapshot.booked(purpose) is not None or not _was_cancelled(view, consent):
            known_on = view.day(consent.recorded_at)
            yield view.due(
                "consent_withdrawn",
                f"consent:{consent.seq}",
                anchor_on=known_on,
                not_before=known_on,
                reason="consent_taken_back",
                params={"purpose": purpose, "seq": consent.seq, "why": consent.reason},
            )


def _was_cancelled(view: View, consent: Consent) -> bool:
    """Whether a visit for the procedure was cancelled since the consent was taken back."""
    return any(
        visit.purpose == consent.purpose and visit.state == AppointmentState.CANCELLED and visit.seq > consent.seq
        for visit in view.snapshot.of(Appointment)
    )
