"""One entry from a tablet that is sent by two of its pages at the same moment, and two tablets with one patient."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, update

from tests.factories.listed import Listed
from tests.support.web import WebWorld
from tracker.domain.access import Actor
from tracker.domain.errors import DomainError
from tracker.domain.words import Role
from tracker.integrations.ids import RandomIds
from tracker.persistence.models import ChecklistItemRow, ReceivedEntry, StaffTask
from tracker.services.checklists import Answer
from tracker.services.offline_entries import Entry, set_aside, take_entry
from tracker.services.work import Work

PAGES = 6


@pytest.fixture
def case(world: WebWorld) -> str:
    """A patient who has arrived for the trial."""
    with world.database.writing() as session:
        listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
        row = listed.case(listed.patient("Okafor", "James"), "trial_day")
        listed.visit(row, "trial", hours=0, state="arrived")
        return row.public_id


def send(world: WebWorld, entry: Entry, member: Role) -> str:
    """Take an entry, or set it aside: in transactions of their own, as the route does."""
    actor = Actor(world.user_ids[member], world.clinic_id, frozenset({Role.NURSE}), f"{member} Person")
    ids, now = RandomIds(), world.clock.now()
    try:
        with world.database.writing() as session:
            return take_entry(Work(session, actor, ids, now), entry)
    except DomainError as error:
        with world.database.writing() as session:
            return set_aside(Work(session, actor, ids, now), entry, error)


def at_once(world: WebWorld, entries: list[Entry], *, people: list[Role] | None = None) -> list[str]:
    """Send all at the same moment, each by somebody else or all by one nurse; returns what became of each."""
    gate = Barrier(len(entries))

    def one(entry: Entry, member: Role) -> str:
        gate.wait()
        return send(world, entry, member)

    with ThreadPoolExecutor(len(entries)) as pages:
        return sorted(pages.map(one, entries, people or [Role.NURSE] * len(entries)))


def entry(world: WebWorld, case: str, number: int, **answer: str) -> Entry:
    made_at = world.clock.now() - timedelta(hours=4)
    return Entry(id=f"{number:032x}", case=case, appointment=20, answer=Answer(**answer), made_at=made_at)  # type: ignore[arg-type]  # texts only


def stored(world: WebWorld) -> tuple[int, int, int]:
    """How many answers, received entries and tasks there are."""
    with world.database.reading() as session:
        answers, entries, tasks = (
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (ChecklistItemRow, ReceivedEntry, StaffTask)
        )
    return answers, entries, tasks


def test_one_entry_sent_at_once_is_taken_once(world: WebWorld, case: str) -> None:
    assert at_once(world, [entry(world, case, 1, item="identity")] * PAGES) == ["saved"] * PAGES
    assert stored(world) == (1, 1, 0)


def test_one_refused_entry_sent_at_once_is_one_task(world: WebWorld, case: str) -> None:
    assert at_once(world, [entry(world, case, 1, item="xray")] * PAGES) == ["refused"] * PAGES
    assert stored(world) == (0, 1, 1)


def test_of_several_answers_one_stands_and_every_other_one_is_a_task(world: WebWorld, case: str) -> None:
    entries = [entry(world, case, number, item="xray", value=f"L{number}") for number in range(1, PAGES + 1)]
    assert at_once(world, entries, people=list(Role)[:PAGES]) == ["conflict"] * (PAGES - 1) + ["saved"]
    assert stored(world) == (1, PAGES, PAGES - 1)


@pytest.mark.parametrize(
    "other",
    [{"value": "L4/L5"}, {"value": "L2/L3", "reason": "by ultrasound"}, {"state": "not_applicable", "reason": "none"}],
)
def test_another_answer_under_the_id_of_one_that_was_saved_is_set_aside(
    world: WebWorld, case: str, other: dict[str, str]
) -> None:
    saved, changed = entry(world, case, 1, item="xray", value="L2/L3"), entry(world, case, 1, item="xray", **other)
    assert [send(world, each, Role.NURSE) for each in (saved, changed, changed, saved)] == [
        "saved", "conflict", "conflict", "saved",
    ]  # fmt: skip
    assert stored(world) == (1, 2, 1)


def test_what_was_received_before_its_digest_was_kept_counts_as_the_same(world: WebWorld, case: str) -> None:
    sent = entry(world, case, 1, item="xray", value="L2/L3")
    assert send(world, sent, Role.NURSE) == "saved"
    with world.database.writing() as session:
        session.execute(update(ReceivedEntry).values(digest=None))
    assert send(world, sent, Role.NURSE) == "saved"
    assert stored(world) == (1, 1, 0)
