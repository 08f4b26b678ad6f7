"""What stands in a database of the bench to say that it is one, and what it holds."""

import json
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select

from tracker.bench.templates import table_of
from tracker.persistence.database import Database

_NAME = "bench"


@dataclass(frozen=True, slots=True)
class Made:
    """What was generated. ``clinics`` are their ids, the largest first; averages are per case."""

    cases: int
    clinics: tuple[int, ...]
    open_share: float
    stage_visits: float
    facts: float


def leave_marker(connection: Connection, made: Made) -> None:
    """Say what the database holds."""
    connection.execute(insert(table_of("deployment")), {"name": _NAME, "value": json.dumps(asdict(made))})


def find_marker(database: Database) -> Made | None:
    """What the database holds; ``None`` when it is not one of the bench."""
    deployment = table_of("deployment")
    with database.read.connect() as connection:
        text = connection.scalar(select(deployment.c.value).where(deployment.c.name == _NAME))
    if text is None:
        return None
    found = json.loads(text)
    return Made(**{**found, "clinics": tuple(found["clinics"])})


def has_clinics(database: Database) -> bool:
    """Whether somebody uses the database."""
    with database.read.connect() as connection:
        return connection.scalar(select(table_of("clinics").c.id).limit(1)) is not None
