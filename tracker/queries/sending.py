"""Whether messages may leave: for one clinic, and for the whole deployment."""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from tracker.persistence.models import Clinic, DeploymentValue

#: The deployment's value that holds since when nothing is sent anywhere.
PAUSED_AT = "sending_paused_at"
#: Why, if it is because the clock of the machine was set.
PAUSED_FOR_CLOCK = "sending_paused_for_clock"
#: The deployment's value that says that all of it is made up.
IS_DEMO = "is_demo"


def is_paused(session: Session, clinic_id: int) -> bool:
    """Whether nothing may be sent for the clinic, by its own choice or everybody's."""
    return bool(session.scalar(select(is_paused_expression()).where(Clinic.id == clinic_id)))


def is_paused_expression() -> ColumnElement[bool]:
    """The same of a clinic's row, beside what else is read of it."""
    for_all = select(DeploymentValue.value).where(DeploymentValue.name == PAUSED_AT, DeploymentValue.value != "")
    return or_(Clinic.sending_paused_at.is_not(None), for_all.exists())


def is_all_paused(session: Session) -> bool:
    """Whether nothing may be sent for any clinic."""
    return bool(deployment_value(session, PAUSED_AT))


def is_demo(session: Session) -> bool:
    """Whether the patients of this database are made up."""
    return bool(deployment_value(session, IS_DEMO))


def deployment_value(session: Session, name: str) -> str:
    """A named value of the deployment; empty if it was never set."""
    return session.scalar(select(DeploymentValue.value).where(DeploymentValue.name == name)) or ""
