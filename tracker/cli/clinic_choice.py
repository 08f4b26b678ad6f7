"""Which clinic a command works on: the one that is named, or the only one there is."""

import click
from sqlalchemy.orm import Session

from tracker.domain.errors import InvalidInput
from tracker.queries.clinic import find_clinic_id, find_clinic_id_of, list_clinic_names

clinic_option = click.option("--clinic", help="The clinic's name or public id; not needed where there is only one.")


def chosen_clinic(session: Session, name: str | None) -> int:
    """The id of the clinic of this name or public id, or of the only one.

    :raises InvalidInput: if there is none of that name, or several and none is named
    """
    names = list_clinic_names(session)
    if name is None and len(names) != 1:
        known = ", ".join(names)
        hint = (
            f"Name one of the clinics with --clinic: {known}." if names else "There is no clinic: tracker clinic add."
        )
        raise InvalidInput({"clinic": hint})
    wanted = names[0] if name is None else name
    clinic_id = find_clinic_id(session, wanted) or find_clinic_id_of(session, wanted)
    if clinic_id is None:
        raise InvalidInput({"clinic": f"There is no clinic named {wanted}. Clinics: {', '.join(names) or 'none yet'}."})
    return clinic_id
