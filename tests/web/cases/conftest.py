"""``at``: the application with one patient at a stage of the pathway."""

from collections.abc import Callable

import pytest

from tests.support.journey import Journey
from tests.support.milestones import Milestones
from tests.support.web import WebWorld


@pytest.fixture
def at(milestones: Milestones) -> Callable[[str], tuple[WebWorld, Journey]]:
    """Go to a stage: the application, and the patient's way to go on from there."""
    return milestones.at


@pytest.fixture
def operating_day(milestones: Milestones) -> Callable[[str], tuple[WebWorld, Journey, Journey]]:
    """Go to the day of a reoperation of some kind: the pump's case, and the reoperation beside it."""
    return milestones.operating_day
