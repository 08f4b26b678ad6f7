"""What a whole deployment is: a demonstration or the real thing."""

from sqlalchemy.orm import Session

from tracker.persistence.models import DeploymentValue
from tracker.persistence.upsert import upsert

IS_DEMO = "is_demo"


def mark_demonstration(session: Session) -> None:
    """Mark a database as a demonstration: every page says so, and nothing leaves but into the file outbox."""
    upsert(session, DeploymentValue, {"name": IS_DEMO}, insert={"value": "yes"}, update={"value": "yes"})
