"""What a person did for a clinic, on its chain of events. What is done to a case is told by ``CaseFile.finish``."""

from collections.abc import Mapping

from tracker.persistence.chain import append_event
from tracker.services.work import Work


def tell_clinic(work: Work, kind: str, body: Mapping[str, object], *, case_id: int | None = None) -> None:
    """Write the event, by the actor and now; ``case_id``: the case that it is about, if it is."""
    append_event(
        work.session,
        clinic_id=work.actor.clinic_id,
        case_id=case_id,
        kind=kind,
        actor_id=work.actor.user_id,
        effective_at=work.now,
        recorded_at=work.now,
        body=body,
    )
