"""Where a form of a case is tried: the application, the patient on the way up to it, and what is typed.

What is typed is a mapping, or a function of the scene where it holds dates or people.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from tests.support.journey import Journey
from tests.support.web import WebWorld
from tracker.domain.words import Role

COORDINATOR, NURSE, PHYSICIAN, DESK = Role.COORDINATOR, Role.NURSE, Role.PHYSICIAN, Role.FRONT_DESK


@dataclass(frozen=True)
class Scene:
    """The application, and the patient's way up to the form."""

    world: WebWorld
    journey: Journey

    def day(self, days: int = 0) -> str:
        """A date some days from today."""
        return (self.journey.today + timedelta(days=days)).isoformat()

    def moment(self, days: int, hour: int = 9) -> str:
        """A wall time some days from now."""
        return self.journey.in_days(days, hour).isoformat(timespec="minutes")

    def second(self, role: Role = Role.PHYSICIAN) -> dict[str, object]:
        """Another person who signs it too."""
        return {"second_by": self.world.user_ids[role]}

    def reader(self, role: Role = Role.PHYSICIAN) -> dict[str, object]:
        """Another person who reads it beside the first one, and confirms that with their own PIN."""
        return {**self.second(role), "pin": self.world.give_pin(role)}

    def typed(self, fill: "Fill") -> dict[str, object]:
        """What is typed into a form here."""
        return dict(fill(self) if callable(fill) else fill)


Fill = Mapping[str, object] | Callable[[Scene], Mapping[str, object]]


def visit(purpose: str) -> Callable[[Journey], int]:
    """The visit of the current attempt for a purpose."""
    return lambda journey: journey.visit_for(purpose)


def pump(journey: Journey) -> int:
    """The pump that is in the patient."""
    found = journey.look().snapshot.pump
    assert found is not None
    return found.device


def nothing(_scene: Scene) -> None:
    """Nothing has to happen before."""


@dataclass(frozen=True, kw_only=True)
class FormCase:
    """One form: where the patient stands, who may, who may not, what is wrong and what is right to type."""

    name: str
    stage: str
    path: str
    good: Fill
    role: Role = PHYSICIAN
    refused: Role = Role.MANAGER
    bad: Fill = field(default_factory=dict)
    sentence: str = ""
    kept: tuple[str, ...] = ()
    number: Callable[[Journey], int] | None = None
    before: Callable[[Scene], object] = nothing
    ends_in: str = ""
    said: str = "Recorded"

    def url(self, journey: Journey) -> str:
        """Its address."""
        number = self.number(journey) if self.number else ""
        return f"/cases/{journey.public_id}/{self.path.format(number)}"
