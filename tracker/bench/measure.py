"""How long each page takes as its user sees it: from the request on a kept connection to the last byte.

Between the pages the floors are asked again and again, so that whatever else the machine does burdens both.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle, islice
from random import Random

from sqlalchemy import func, select

from tracker.bench import floors
from tracker.bench.client import Browser, UnexpectedAnswer
from tracker.bench.templates import table_of
from tracker.persistence.database import Database

WARM_UP = 20
#: Different cases and searches that are asked for in turn.
VARIETY = 50
SEED = 11
_CANCEL = re.compile(r"/visit/(\d+)/cancel")
#: Where a booking moves the case on, and what is booked.
_STAGE, _PURPOSE = "implant_to_book", "implant"


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one page or floor."""

    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured. ``memory_mb``: the most that the web process had resident."""

    page_floor: Timing
    write_floor: Timing
    pages: dict[str, Timing]
    memory_mb: float


@dataclass(frozen=True, slots=True)
class Material:
    """What to ask for: public ids of cases, beginnings of names, and cases waiting for a booking, of one clinic."""

    clinic_id: int
    cases: tuple[str, ...]
    searches: tuple[str, ...]
    bookable: tuple[str, ...]


def timing_of(times: list[float]) -> Timing:
    """The middle, and the one that only a hundredth exceeds."""
    ordered = sorted(times)
    return Timing(ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)])


def gather(database: Database, clinic_id: int) -> Material:
    """Something of everything that the clinic has."""
    cases, patients = table_of("cases"), table_of("patients")
    chance = Random(SEED)  # noqa: S311  # which cases are looked at, not a secret
    with database.read.connect() as connection:
        rows = connection.execute(
            select(cases.c.public_id, cases.c.stage)
            .where(cases.c.clinic_id == clinic_id, cases.c.is_open)
            .order_by(cases.c.id)
        ).all()
        names = connection.scalars(
            select(patients.c.family_name).where(patients.c.clinic_id == clinic_id).limit(40 * VARIETY)
        ).all()
    chosen = chance.sample(rows, min(VARIETY, len(rows)))
    return Material(
        clinic_id,
        tuple(row.public_id for row in chosen),
        tuple(name[:3] for name in chance.sample(names, min(VARIETY, len(names)))),
        tuple(row.public_id for row in rows if row.stage == _STAGE),
    )


@dataclass(frozen=True, slots=True)
class Run:
    """Who asks for what, how often: ``user`` is signed in to the clinic of the material, ``nobody`` is not."""

    database: Database
    user: Browser
    nobody: Browser
    material: Material
    requests: int


def measure(run: Run, at: datetime, progress: Callable[[str], None]) -> Measured:
    """Asks for every page, and for the floors between them; ``progress`` is told what is asked for.

    :raises UnexpectedAnswer: when a page does not answer as it should
    """
    addresses = _addresses(run.user, run.material)
    floor = Floor(lambda: run.nobody.get(f"{floors.PAGE}?clinic={run.material.clinic_id}").ms)
    pages: dict[str, Timing] = {}
    for name, paths in addresses.items():
        progress(name)
        for path in islice(paths, WARM_UP):
            run.user.get(path)
        floor.ask(run.requests // len(addresses) + 1)
        pages[name] = timing_of([run.user.get(path).ms for path in islice(paths, run.requests)])
    progress("transition")
    pages["transition"], write_floor = measure_transition(run, at)
    return Measured(floor.timing(), write_floor, pages, float(run.nobody.get(floors.MEMORY).text))


def measure_transition(run: Run, at: datetime) -> tuple[Timing, Timing]:
    """The transition, and the floor of writes that were made between.

    :raises UnexpectedAnswer: when a step is not taken
    """
    floor = Floor(lambda: run.nobody.get(floors.WRITE).ms)
    steps = _transitions(run.user, run.material, at)
    list(islice(steps, WARM_UP))
    before = _stage_visits(run.database, run.material.clinic_id)
    times: list[float] = []
    while len(times) < run.requests:
        floor.ask(WARM_UP)
        times.extend(islice(steps, WARM_UP))
    if _stage_visits(run.database, run.material.clinic_id) - before < len(times):
        raise UnexpectedAnswer("not every booking and cancellation has moved its case")
    return timing_of(times), floor.timing()


class Floor:
    """A floor that is asked again and again, between what is measured beside it."""

    def __init__(self, ask: Callable[[], float]) -> None:
        self._ask = ask
        self._times: list[float] = []
        for _ in range(WARM_UP):
            ask()

    def ask(self, count: int) -> None:
        """Ask it so often."""
        self._times.extend(self._ask() for _ in range(count))

    def timing(self) -> Timing:
        """What it has taken so far."""
        return timing_of(self._times)


def _found_at(user: Browser, text: str) -> str:
    """Where looking for a text leads to."""
    return user.post("/find", {**user.get("/find").hidden(), "q": text}).location


def _addresses(user: Browser, material: Material) -> dict[str, Iterator[str]]:
    return {
        "board": cycle(["/board"]),
        "today": cycle(["/today"]),
        "day": cycle(["/day"]),
        "refills": cycle(["/refills"]),
        "find": cycle([_found_at(user, text) for text in material.searches]),
        "case": cycle([f"/cases/{public_id}" for public_id in material.cases]),
        "reports": cycle(["/reports"]),
    }


def _transitions(user: Browser, material: Material, at: datetime) -> Iterator[float]:
    """Books the implant of a case, which moves it on, and cancels it, which moves it back; yields milliseconds.

    Only the post is timed, not the form that is opened before it.
    """
    if not material.bookable:
        raise UnexpectedAnswer("no case of the clinic waits for a booking")
    starts = (at + timedelta(days=3)).strftime("%Y-%m-%dT09:00")
    for public_id in cycle(material.bookable):
        book = f"/cases/{public_id}/book-visit"
        slot = {"purpose": _PURPOSE, "starts": starts, "minutes": "60"}
        yield user.post(book, {**user.get(book).hidden(), **slot}).ms
        found = _CANCEL.search(user.get(f"/cases/{public_id}").text)
        if found is None:
            raise UnexpectedAnswer(f"the case page of {public_id} does not offer to cancel")
        cancel = f"/cases/{public_id}{found.group()}"
        yield user.post(cancel, {**user.get(cancel).hidden(), "reason": "Measured by the bench"}).ms


def _stage_visits(database: Database, clinic_id: int) -> int:
    visits = table_of("stage_visits")
    with database.read.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(visits).where(visits.c.clinic_id == clinic_id))
    return count or 0
