"""One patient's whole way, walked once for all tests, with a copy of the clinic at every stage."""

import copy
from dataclasses import replace
from datetime import datetime

from tests.support.databases import Rows, SqliteFile
from tests.support.fixed import FixedClock, SeededIds
from tests.support.journey import WAY, Journey, journey_in
from tests.support.web import WebWorld, make_world


class Milestones:
    """``at`` takes the clinic back to where the patient was at a stage.

    A test that needs a patient in the implant phase would otherwise pay for sixty transactions. All tests share one
    application and one database, so that templates and statements are compiled once.
    """

    def __init__(self, file: SqliteFile, now: datetime) -> None:
        self._file = file
        self._world = make_world(file.database, FixedClock(now), SeededIds())
        self._world.add_clinic("north")
        self._states: dict[str, tuple[Rows, datetime, SeededIds, Journey]] = {}
        journey = journey_in(self._world)
        for stage, method in WAY:
            method(journey)
            assert journey.stage == stage
            self._states[stage] = file.rows(), journey.clock.now(), copy.deepcopy(self._world.ids), replace(journey)

    def at(self, stage: str) -> tuple[WebWorld, Journey]:
        """The application and the patient's way at a stage, to go on from. Only the latest call's clinic is there."""
        rows, now, ids, walked = self._states[stage]
        self._file.put(rows)
        clock, ids = FixedClock(now), copy.deepcopy(ids)
        runtime = replace(self._world.runtime, clock=clock, ids=ids)
        self._world.app.extensions["runtime"] = runtime
        world = replace(self._world, runtime=runtime, clock=clock, ids=ids)
        return world, replace(walked, clock=clock, ids=ids)
