"""A database of N cases that the real use cases could have made.

The demonstration clinic is played once; each of its cases is moved to several earlier days, and the real reconciler
brings the moved ones in line with today. Those are the templates. Then their rows are copied, with new ids, people and
chain links, for twenty clinics or for one. Constant memory, about six thousand rows a second and core.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from random import Random

from sqlalchemy import Connection, insert, select, update

from tracker.bench.clinics import Vocabulary, books_of, open_clinics, read_vocabulary
from tracker.bench.copying import Batch, ClinicBooks, Numbers, copy_case, empty_batch
from tracker.bench.marker import Made
from tracker.bench.people import invent
from tracker.bench.shifting import Shift
from tracker.bench.templates import Template, load_templates, shifted, table_of
from tracker.bench.weights import weights_of, with_share
from tracker.bench.writing import enlarge_cache, settle, write_rows
from tracker.demo.build import build
from tracker.demo.clinic import ZONE, SimulatedClock
from tracker.domain.calendar import ClinicCalendar
from tracker.persistence.database import Database
from tracker.persistence.migrations import upgrade
from tracker.runtime import Runtime
from tracker.services.escalating.scan import escalate_due
from tracker.services.reconcile import reconcile_all

CLINICS = 20
LARGEST_SHARE = 0.2
#: No clinic receives more patients in a day, however many it follows.
MOST_A_DAY = 100
#: Of today's it has as many with two thousand cases as with twenty thousand: the page of a day is measured with both.
MOST_TODAY = 60
#: How often another case is drawn where one has its visit on a day that is full.
ATTEMPTS = 10
#: Cases written in one transaction.
CHUNK = 200
MOST_TEMPLATES = 1000
SEED = 7

Progress = Callable[[str, int, int], None]


def generate(
    runtime: Runtime,
    cases: int,
    password: str,
    progress: Progress,
    *,
    count: int = CLINICS,
    followed: float | None = None,
) -> Made:
    """Fills an empty, migrated database with ``cases`` in ``count`` clinics; ``followed``: the share
    of those that have a pump to refill, where it is not to be as it comes.

    ``password`` is for the person who asks for the pages; ``progress`` is told what is being done, how much of it is
    done and how much there is.
    """
    now = runtime.clock.now()
    chance = Random(SEED)  # noqa: S311  # repeatable data, not a secret
    with tempfile.TemporaryDirectory() as folder:
        played = replace(runtime, database=Database(f"sqlite:///{Path(folder) / 'played.db'}"))
        try:
            words, templates = _play(played, now, min(MOST_TEMPLATES, max(1, cases // 10)), chance, progress)
        finally:
            played.database.dispose()
    clinics = open_clinics(runtime, count, password, now)
    numbers = Numbers(runtime.ids.row_id(now), chance)
    weights, today = weights_of(templates), ClinicCalendar(ZONE).today(now)
    if followed is not None:
        weights = with_share(weights, [each.is_followed for each in templates], followed)
    tally, done = _Tally(), 0
    for clinic_id, size in zip(clinics, _sizes(cases, count), strict=True):
        chosen = _choose(templates, weights, size, today, chance)
        with runtime.database.read.connect() as connection:
            books = books_of(connection, clinic_id, words)
        for written in _fill(runtime.database, books, chosen, _Invention(numbers, chance, 1)):
            done += written
            progress("cases", done, cases)
        tally.add(chosen)
    runtime.database.learn_sizes()
    settle(runtime.database)
    return Made(cases, tuple(clinics), tally.opened / cases, tally.visits / cases, tally.facts / cases)


@dataclass(slots=True)
class _Tally:
    opened: int = 0
    visits: int = 0
    facts: int = 0

    def add(self, chosen: Sequence[Template]) -> None:
        self.opened += sum(each.is_open for each in chosen)
        self.visits += sum(each.visits for each in chosen)
        self.facts += sum(each.facts for each in chosen)


@dataclass(frozen=True, slots=True)
class _Invention:
    """What copies get that is new: ids, and people numbered from ``first_number``."""

    numbers: Numbers
    chance: Random
    first_number: int


def _sizes(cases: int, clinics: int) -> list[int]:
    """How many cases each clinic has: the largest a fifth, the others alike; or one has all."""
    if clinics == 1:
        return [cases]
    largest = max(1, round(cases * LARGEST_SHARE))
    each, more = divmod(cases - largest, clinics - 1)
    return [largest, *(each + (number < more) for number in range(clinics - 1))]


def _play(
    runtime: Runtime, now: datetime, wanted: int, chance: Random, progress: Progress
) -> tuple[Vocabulary, list[Template]]:
    """The demonstration's cases and ``wanted`` of them moved to earlier days, all as they stand today."""
    upgrade(runtime.database)
    clock = SimulatedClock(now)
    played = replace(runtime, clock=clock)
    clinic_id = build(
        played,
        clock,
        now,
        nightly=lambda: None,
        morning=lambda: None,
        progress=lambda done, whole: progress("days played", done, whole),
    ).clinic_id
    _reconcile(played, clinic_id)
    with runtime.database.read.connect() as connection:
        words = read_vocabulary(connection, clinic_id)
        templates = load_templates(connection, words.ids)
    _vary(played, words, templates, wanted, chance)
    _reconcile(played, clinic_id)
    with runtime.database.read.connect() as connection:
        return words, load_templates(connection, words.ids)


def _reconcile(runtime: Runtime, clinic_id: int) -> None:
    """As the scheduler would: what is due is opened, and a person is told of it."""
    reconcile_all(runtime.database, runtime.clock, runtime.ids, clinic_id=clinic_id, pause=lambda: None)
    while escalate_due(runtime.database, runtime.clock, runtime.ids, pause=lambda: None).changed:
        pass


def _vary(runtime: Runtime, words: Vocabulary, templates: list[Template], wanted: int, chance: Random) -> None:
    """Copies the cases within the played clinic, each to another day, none to a day on which it would be missed."""
    now = runtime.clock.now()
    numbers = Numbers(runtime.ids.row_id(now), chance)
    today = ClinicCalendar(ZONE).today(now)
    copies: list[Template] = []
    for template in chance.choices(templates, weights_of(templates), k=wanted):
        days = chance.randint(0, _room_to_move(template, today))
        if days:
            copies.append(shifted(template, Shift(ZONE, days).row, words.ids))
    with runtime.database.read.connect() as connection:
        books = books_of(connection, words.clinic_id, words)
    for _written in _fill(runtime.database, books, copies, _Invention(numbers, chance, 1_000_000)):
        pass


def _room_to_move(template: Template, today: date) -> int:
    """By how many days a case can be moved back and stay what it is: a booked visit stays ahead, today's is today."""
    ahead = [(date.fromisoformat(day) - today).days for day in template.visit_days]
    booked = [days for days in ahead if days >= 0]
    if booked:
        return max(0, min(booked) - 1)
    return 21 if template.is_open else 180


def _choose(
    templates: Sequence[Template], weights: Sequence[float], count: int, today: date, chance: Random
) -> list[Template]:
    """What a clinic has. Where a day is full, another case is taken; in the end one without a visit ahead."""
    ahead = [[day for day in each.visit_days if day >= today.isoformat()] for each in templates]
    # Like in place of like: the shares of open cases and of pumps stay.
    kinds = [(each.is_open, each.is_followed) for each in templates]
    alike = {
        kind: [weight if other == kind else 0.0 for other, weight in zip(kinds, weights, strict=True)]
        for kind in set(kinds)
    }
    idle = {
        kind: [0.0 if days else weight for days, weight in zip(ahead, mine, strict=True)]
        for kind, mine in alike.items()
    }
    numbers = range(len(templates))
    visits: Counter[str] = Counter({today.isoformat(): MOST_A_DAY - MOST_TODAY})
    chosen: list[Template] = []
    for first in chance.choices(numbers, weights, k=count):
        number, attempts = first, 0
        while any(visits[day] >= MOST_A_DAY for day in ahead[number]):
            attempts += 1
            others = alike if attempts < ATTEMPTS else idle
            number = chance.choices(numbers, others[kinds[first]])[0]
        visits.update(ahead[number])
        chosen.append(templates[number])
    return chosen


def _fill(
    database: Database,
    books: ClinicBooks,
    chosen: Sequence[Template],
    new: _Invention,
) -> Iterator[int]:
    """Writes copies of these templates for one clinic, some at a time; yields how many were written."""
    for begin in range(0, len(chosen), CHUNK):
        part = chosen[begin : begin + CHUNK]
        batch = empty_batch()
        people = [invent(new.chance, new.first_number + begin + number) for number in range(len(part))]
        for template, person in zip(part, people, strict=True):
            copy_case(template, books, new.numbers, person, batch)
        words = [
            (books.clinic_id, word, int(str(row[1])))
            for row, person in zip(batch["patients"], people, strict=True)
            for word in person.words()
        ]
        with database.write.begin() as connection:
            enlarge_cache(connection)
            _write(connection, books, batch)
            write_rows(connection, "patient_words", words)
        yield len(part)
    with database.write.begin() as connection:
        _count(connection, books)


def _write(connection: Connection, books: ClinicBooks, batch: Batch) -> None:
    for table, rows in batch.items():
        write_rows(connection, table, rows)
    chains = table_of("event_chains")
    connection.execute(
        update(chains).where(chains.c.clinic_id == books.clinic_id).values(last_seq=books.last_seq, head=books.head)
    )


def _count(connection: Connection, books: ClinicBooks) -> None:
    """The table of counts, as the moves of these cases would have left it."""
    counts = table_of("stage_counts")
    known = {
        (row.pathway, row.stage, row.owner_user_id): row.n
        for row in connection.execute(select(counts).where(counts.c.clinic_id == books.clinic_id))
    }
    for place, n in sorted(books.counts.items()):
        key = dict(zip(("pathway", "stage", "owner_user_id"), place, strict=True)) | {"clinic_id": books.clinic_id}
        if place in known:
            connection.execute(update(counts).filter_by(**key).values(n=known[place] + n))
        else:
            connection.execute(insert(counts).values(**key, n=n))
