"""What a booked visit still lacks: consent, papers and the payer's word valid on its day, and the patient's yes."""

from collections.abc import Iterator

from tracker.domain.facts import Appointment
from tracker.domain.obligations.obligation import Obligation, View
from tracker.domain.pathway.definition import Procedure
from tracker.domain.pathway.requirements.visit import DocumentInDate
from tracker.domain.words import LIVE_APPOINTMENT, AppointmentState


def waiting(view: View) -> Iterator[tuple[Procedure, Appointment]]:
    """The procedures of the case that are booked and not yet over."""
    if view.is_open:
        for procedure in view.pathway.procedures.values():
            visit = view.snapshot.visit(procedure.purpose)
            if visit is not None and visit.state in LIVE_APPOINTMENT:
                yield procedure, visit


def authorizations_expiring(view: View) -> Iterator[Obligation]:
    """The payer's authorization is granted, and does not cover the day that is booked, or its units are used up."""
    for procedure, visit in waiting(view):
        standing = view.snapshot.authorization(procedure.purpose)
        for blocker in (found for need in procedure.needs for found in need.blockers(view.snapshot, view.now)):
            if standing is not None and blocker.code in {"authorization_out_of_date", "authorization_used_up"}:
                yield view.due(
                    "authorization_expiring",
                    f"authorization:{standing.authorization}:{visit.attempt}",
                    anchor_on=view.day(visit.starts_at),
                    reason=blocker.code,
                    params=dict(blocker.params),
                )


def documents(view: View) -> Iterator[Obligation]:
    """A procedure is booked, and a paper that it needs will be missing or too old on that day."""
    for procedure, visit in waiting(view):
        for need in procedure.needs:
            if not isinstance(need, DocumentInDate):
                continue
            for blocker in need.blockers(view.snapshot, view.now):
                yield view.due(
                    "document",
                    f"document:{need.document}:{procedure.purpose}:{visit.attempt}",
                    anchor_on=view.day(visit.starts_at),
                    reason=blocker.code,
                    params=dict(blocker.params),
                )


def arrivals(view: View) -> Iterator[Obligation]:
    """A visit is booked and nobody has confirmed it: whoever was not reached before the day may not come. Once its day
    is over it is a visit that nobody marked (``loose_ends.unmarked_days``), and one becomes the other at once."""
    for visit in view.snapshot.of(Appointment):
        if visit.state == AppointmentState.BOOKED and view.day(visit.ends_at) >= view.today:
            yield view.due(
                "arrival",
                f"appointment:{visit.appointment}",
                anchor_on=view.day(visit.starts_at),
                not_before=view.day(visit.recorded_at),
                reason="visit_unconfirmed",
                params={"purpose": visit.purpose, "on": view.day(visit.starts_at), "appointment": visit.appointment},
            )
