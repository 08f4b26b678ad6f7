"""``clinic_at``: the application with one patient who has come as far as a stage."""

from collections.abc import Callable

import pytest

from tests.support.journey import Journey
from tests.support.milestones import Milestones
from tests.support.web import WebWorld

ClinicAt = Callable[[str], tuple[WebWorld, Journey]]


@pytest.fixture
def clinic_at(milestones: Milestones) -> ClinicAt:
    """Go to a stage: the application, and the patient's way to go on from there."""
    return milestones.at
