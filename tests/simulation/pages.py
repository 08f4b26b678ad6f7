"""What staff see: the same queries that make the pages, all pages of each."""

from collections.abc import Iterator

from tests.simulation.world import World
from tracker.queries.escalations import Standing, list_standings
from tracker.queries.refills import ROWS_ON_PAGE as REFILLS_ON_PAGE
from tracker.queries.refills import Refill, RefillFilter, list_refills
from tracker.queries.today import ROWS_ON_PAGE, Task, TodayFilter, Todo, get_today


class Pages:
    """The pages of one clinic at the simulated moment."""

    def __init__(self, world: World) -> None:
        self._world = world

    def todos(self) -> list[Todo]:
        """Today, as the lead coordinator sees it."""
        found: list[Todo] = []
        with self._world.runtime.database.reading() as session:
            while True:
                number = len(found) // ROWS_ON_PAGE + 1
                page = get_today(session, self._world.clinic.people["lead"], TodayFilter(), self._world.today, number)
                found += page.todos
                if len(found) >= page.total or not page.todos:
                    return found

    def tasks(self, kind: str) -> Iterator[Task]:
        """The tasks of a kind; those that do not fit on the page come up when the others are done."""
        while True:
            with self._world.runtime.database.reading() as session:
                wanted = TodayFilter(kind=kind)
                tasks = get_today(session, self._world.clinic.people["lead"], wanted, self._world.today).tasks
            if not tasks:
                return
            yield from tasks

    def unplanned(self) -> list[Refill]:
        """The page of refills, narrowed to those for which nothing is planned."""
        found: list[Refill] = []
        with self._world.runtime.database.reading() as session:
            while True:
                number = len(found) // REFILLS_ON_PAGE + 1
                page = list_refills(
                    session, self._world.clinic.people["coordinator"], number, RefillFilter(is_unplanned=True)
                )
                found += page.refills
                if len(found) >= page.total or not page.refills:
                    return found

    def escalations(self) -> list[Standing]:
        """The page of escalations; whoever has said that they are at it is left alone until that day."""
        today = self._world.today
        with self._world.runtime.database.reading() as session:
            rows = list_standings(session, self._world.clinic.people["physician"], today).rows
        return [each for each in rows if not each.is_resting(today)]
