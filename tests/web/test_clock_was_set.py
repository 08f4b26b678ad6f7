"""Where people see that sending is paused because the clock of the machine was set."""

from tests.support.web import WebWorld
from tracker.domain.words import Role
from tracker.services.clock_watch import pause_for_clock
from tracker.services.reminders import resume_sending


def banner(world: WebWorld) -> str:
    """A page of somebody who only works here."""
    return world.sign_in(Role.NURSE).get("/account/password").get_data(as_text=True)


def health(world: WebWorld) -> str:
    """The page of whoever looks after the system."""
    return world.sign_in(Role.MANAGER).get("/health/detail").get_data(as_text=True)


def test_every_page_says_why_and_the_health_page_what_to_do(world: WebWorld) -> None:
    with world.database.writing() as session:
        pause_for_clock(session, now=world.clock.now())
    assert "the clock of the server was set by more than ten minutes" in banner(world)
    assert "Sending is paused: no reminders" not in banner(world)
    assert "tracker sending resume" in health(world)


def test_nothing_is_said_any_more_once_sending_is_resumed(world: WebWorld) -> None:
    with world.database.writing() as session:
        pause_for_clock(session, now=world.clock.now())
        resume_sending(session)
    assert "Sending is paused" not in banner(world)
    assert "tracker sending resume" not in health(world)
