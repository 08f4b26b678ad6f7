"""``at``: one patient at a stage of the pathway, brought there by the services themselves."""

from collections.abc import Callable

import pytest

from tests.support.journey import Journey
from tests.support.milestones import Milestones


@pytest.fixture
def at(milestones: Milestones) -> Callable[[str], Journey]:
    """Go to a stage, and on from there."""
    return lambda stage: milestones.at(stage)[1]


@pytest.fixture
def operating_day(milestones: Milestones) -> Callable[[str], tuple[Journey, Journey]]:
    """Go to the day of a reoperation of some kind: the pump's case, and the reoperation beside it."""
    return lambda kind: milestones.operating_day(kind)[1:]
