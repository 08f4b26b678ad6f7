"""One patient's whole way, walked once for all tests, with a copy of the clinic at every stage."""

from dataclasses import dataclass, replace
from datetime import datetime

from tests.support.databases import Rows, SqliteFile
from tests.support.fixed import FixedClock, SeededIds
from tests.support.journey import WAY, Journey, journey_in
from tests.support.reoperating import begun, on_the_day
from tests.support.web import WebWorld, make_world


@dataclass(frozen=True)
class Kept:
    """The clinic as it once was, and the ways that its patients had come."""

    rows: Rows
    now: datetime
    ids: SeededIds
    ways: tuple[Journey, ...]


class Milestones:
    """``at`` takes the clinic back to where the patient was at a stage.

    A test that needs a patient in the implant phase would otherwise pay for sixty transactions. All tests share one
    application and one database, so that templates and statements are compiled once.
    """

    def __init__(self, file: SqliteFile, now: datetime) -> None:
        self.file = file
        self._world = make_world(file.database, FixedClock(now), SeededIds())
        self._world.add_clinic("north")
        self._kept: dict[str, Kept] = {}
        journey = journey_in(self._world)
        for stage, method in WAY:
            method(journey)
            assert journey.stage == stage
            self._keep(stage, self._world, journey)

    def at(self, stage: str) -> tuple[WebWorld, Journey]:
        """The application and the patient's way at a stage, to go on from. Only the latest call's clinic is there."""
        world, (journey,) = self._back_to(stage)
        return world, journey

    def operating_day(self, kind: str) -> tuple[WebWorld, Journey, Journey]:
        """The same when a reoperation is about to be done: the way of the pump, and the reoperation beside it."""
        if kind not in self._kept:
            world, pump = self.at("maintained")
            self._keep(kind, world, pump, on_the_day(begun(pump, kind)))
        world, (pump, beside) = self._back_to(kind)
        return world, pump, beside

    def _keep(self, name: str, world: WebWorld, *ways: Journey) -> None:
        copies = tuple(replace(way) for way in ways)
        self._kept[name] = Kept(self.file.rows(), world.clock.now(), world.ids.twin(), copies)

    def _back_to(self, name: str) -> tuple[WebWorld, tuple[Journey, ...]]:
        kept = self._kept[name]
        self.file.put(kept.rows)
        clock, ids = FixedClock(kept.now), kept.ids.twin()
        runtime = replace(self._world.runtime, clock=clock, ids=ids)
        self._world.app.extensions["runtime"] = runtime
        world = replace(self._world, runtime=runtime, clock=clock, ids=ids)
        return world, tuple(replace(way, clock=clock, ids=ids) for way in kept.ways)
