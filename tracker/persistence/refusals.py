"""What the database refused, in words that a service can act on."""

from sqlalchemy.exc import IntegrityError


def double_booking(error: IntegrityError) -> str | None:
    """What is taken: ``room``, ``patient`` or ``clinician``; ``None`` when something else was refused.

    PostgreSQL names its constraint ``appointments_room_taken``, the trigger of SQLite says ``room taken``.
    """
    said = str(error.orig)
    found = (what for what in ("room", "patient", "clinician") if f"{what}_taken" in said or f"{what} taken" in said)
    return next(found, None)
