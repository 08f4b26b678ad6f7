"""The downtime kit: made each night and when asked for, from the facts, on record, and readable without this system."""

import csv
import io
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from tests.factories.rows import a_clinic, a_member
from tests.support.databases import SqliteDatabases
from tests.support.fixed import FixedClock, SeededIds
from tests.support.journey import Journey, a_person
from tracker.domain.errors import NotPermitted
from tracker.domain.facts import Fill
from tracker.domain.task_words import task_words
from tracker.domain.words import Role
from tracker.integrations.kit_shelf import FolderShelf
from tracker.persistence.database import Database
from tracker.persistence.models import Case, Escalation, Event, Obligation, StaffTask
from tracker.queries import case_pages
from tracker.queries.clinic_jobs import JobState, get_job
from tracker.queries.downtime import JOB
from tracker.services.deployment import mark_demonstration
from tracker.services.downtime import KitMaker, ask_for_kit
from tracker.services.patients import Reach
from tracker.services.reconcile import reconcile_all
from tracker.services.work import Work

PHONE = Reach("phone", "+13035550147", "+1 303 555 0147")


@pytest.fixture(scope="module")
def played(sqlite_databases: SqliteDatabases) -> Iterator[tuple[Journey, bytes]]:
    """The way to be copied, walked once, and the file that holds it."""
    with sqlite_databases.fresh() as database:
        journey = walked(database, FixedClock(datetime(2026, 3, 17, 15, 0, tzinfo=UTC)), SeededIds())
        database.dispose()
        yield journey, Path(str(database.url.database)).read_bytes()


@pytest.fixture
def journey(database: Database, clock: FixedClock, ids: SeededIds, played: tuple[Journey, bytes]) -> Journey:
    """A clinic whose first patient has a pump and comes to be refilled; another clinic with nobody."""
    if not database.is_sqlite:
        return walked(database, clock, ids)
    way, content = played
    database.dispose()
    Path(str(database.url.database)).write_bytes(content)
    return replace(way, database=database, clock=FixedClock(way.clock.now()), ids=deepcopy(way.ids))


def walked(database: Database, clock: FixedClock, ids: SeededIds) -> Journey:
    """From the referral to the refill."""
    with database.writing() as session:
        clinic = a_clinic(session, name="Riverside Pump Clinic")
        a_clinic(session, 2)
        users = {role: a_member(session, clinic, number, role).id for number, role in enumerate(Role, start=1)}
        clinic_id = clinic.id
    journey = Journey(
        database=database, clock=clock, ids=ids, clinic_id=clinic_id, user_ids=users, zone="America/New_York"
    )
    journey.refer(a_person(family_name="=HYPERLINK(1)", reach=(PHONE,)))
    return journey.go("maintained")


@pytest.fixture
def maker(journey: Journey, tmp_path: Path) -> KitMaker:
    return KitMaker(
        database=journey.database,
        clock=journey.clock,
        ids=journey.ids,
        shelf=FolderShelf(tmp_path / "kits", keep=2),
        pause=lambda: None,
    )


def kits(tmp_path: Path, clinic: str = "riverside") -> list[Path]:
    return sorted(path for path in (tmp_path / "kits").glob(f"{clinic}*/*"))


def table(kit: Path, name: str) -> list[dict[str, str]]:
    text = (kit / f"{name}.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def state(journey: Journey) -> JobState:
    with journey.database.reading() as session:
        return get_job(session, 1, JOB)


#: What is asked of files and pages is the same on either engine; what is read from the database is asked of both.
ON_ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"])


class TestTheKit:
    def test_holds_every_pump_with_what_is_needed_to_refill_it(
        self, journey: Journey, maker: KitMaker, tmp_path: Path
    ) -> None:
        # What the reconciler stored is not asked: it may be what is broken.
        with journey.database.writing() as session:
            session.execute(update(Obligation).values(due_on=None, critical_on=None, params={}, planned_seq=None))
        assert maker.make_due() == 2
        (row,) = table(kits(tmp_path)[0], "refills")
        snapshot = journey.look().snapshot
        printed_on = max(snapshot.of(Fill), key=lambda fill: fill.effective_at).alarm_on
        assert printed_on is not None
        assert row["Latest refill date"] == f"{printed_on:%a} {printed_on.day} {printed_on:%b} {printed_on.year}"
        assert int(row["Whole days left"]) == (printed_on - journey.today).days > 0
        assert (row["Patient"], row["MRN"], row["Phones"]) == ("'=HYPERLINK(1), James", "004401", "'+1 303 555 0147")
        assert (row["Drug"], row["Concentration, mcg/mL"], row["Dose, mcg/day"]) == ("baclofen", "500", "100")
        assert row["Booked visit"] not in {"", "NOT BOOKED"}

    def test_says_in_capitals_what_is_unknown_or_not_booked(
        self, journey: Journey, maker: KitMaker, tmp_path: Path
    ) -> None:
        journey.clock.advance(days=200)
        reconcile_all(journey.database, journey.clock, journey.ids, clinic_id=1, pause=lambda: None)
        maker.make_due()
        (row,) = table(kits(tmp_path)[0], "refills")
        assert row["Booked visit"] == "NOT BOOKED" and int(row["Whole days left"]) < 0
        assert 'class="critical"' in (kits(tmp_path)[0] / "refills.html").read_text()
        found = [(each["Urgency"], each["What"]) for each in table(kits(tmp_path)[0], "critical")]
        assert ("CRITICAL", "Refill") in found
        order = ["CRITICAL", "escalated", "task due"]
        assert [urgency for urgency, _ in found] == sorted((urgency for urgency, _ in found), key=order.index)


def pressing(kit: Path) -> list[dict[str, str]]:
    return [row for row in table(kit, "critical") if row["Urgency"] != "task due"]


@ON_ONE_ENGINE
class TestItsCriticalList:
    """It is the paper for the day on which the reconciler failed too."""

    def test_is_that_of_the_facts_whatever_was_stored_of_the_to_dos(
        self, journey: Journey, maker: KitMaker, tmp_path: Path
    ) -> None:
        journey.clock.advance(days=200)
        reconcile_all(journey.database, journey.clock, journey.ids, clinic_id=1, pause=lambda: None)
        maker.make_due()
        told = pressing(kits(tmp_path)[-1])
        assert {row["What"] for row in told} >= {"Refill"} and {row["Patient"] for row in told} == {
            "'=HYPERLINK(1), James"
        }
        with journey.database.writing() as session:
            # All that a reconciler stores, gone or turned into its opposite.
            tomorrow = journey.today + timedelta(days=1)
            later = {"due_on": tomorrow, "critical_on": None, "escalate_on": None, "params": {}, "reason": "nothing"}
            session.execute(update(Obligation).where(Obligation.kind == "refill").values(**later))
            session.execute(update(Case).values(first_blocker="", first_blocker_params={}, is_ready=True))
            session.execute(delete(Escalation))
            session.execute(delete(Obligation).where(Obligation.kind != "refill"))
        journey.clock.advance(minutes=5)
        ask_and_make(journey, maker)
        assert pressing(kits(tmp_path)[-1]) == told

    def test_has_what_a_reconciler_that_never_ran_would_have_stored(
        self, journey: Journey, maker: KitMaker, tmp_path: Path
    ) -> None:
        journey.clock.advance(days=200)
        maker.make_due()
        before = pressing(kits(tmp_path)[-1])
        assert before[0]["Urgency"] == "CRITICAL" and "Refill" in {row["What"] for row in before}
        reconcile_all(journey.database, journey.clock, journey.ids, clinic_id=1, pause=lambda: None)
        journey.clock.advance(minutes=5)
        ask_and_make(journey, maker)
        assert pressing(kits(tmp_path)[-1]) == before

    def test_reads_a_page_of_cases_in_a_transaction_and_breathes_between(
        self, journey: Journey, maker: KitMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        journey.refer(a_person(2))
        breaths: list[bool] = []
        monkeypatch.setattr(case_pages, "PAGE", 1)
        replace(maker, pause=lambda: breaths.append(True)).make_due()
        assert len(breaths) == 2 and len(table(kits(tmp_path)[-1], "refills")) == 1


def ask_and_make(journey: Journey, maker: KitMaker) -> None:
    with journey.database.writing() as session:
        ask_for_kit(Work(session, journey.actor(Role.LEAD_COORDINATOR), journey.ids, journey.clock.now()))
    assert maker.make_due() == 1


@ON_ONE_ENGINE
class TestItsPages:
    def test_holds_the_visits_of_today_and_tomorrow_with_empty_checklists(
        self, journey: Journey, maker: KitMaker, tmp_path: Path
    ) -> None:
        visit = journey.look().snapshot.visit("refill")
        assert visit is not None
        journey.clock.set(visit.starts_at)
        journey.clock.advance(days=-1)
        maker.make_due()
        kit = kits(tmp_path)[0]
        assert [each["For"] for each in table(kit, "visits")] == ["refill"]
        page = (kit / "tomorrow.html").read_text()
        rules = journey.look().pathway.checklists["refill"]
        assert page.count('<span class="box">') == len(rules) > 3
        assert "MRN 004401" in page and "&#39;=" not in page
        assert "MRN 004401" not in (kit / "today.html").read_text()

    def test_of_another_clinic_holds_nobody_of_this_one(
        self, journey: Journey, maker: KitMaker, tmp_path: Path
    ) -> None:
        with journey.database.writing() as session:
            session.add(
                StaffTask(
                    clinic_id=journey.clinic_id, id=77, kind="call", key="call:77", params={}, owner_role="coordinator",
                    due_on=journey.today, opened_at=journey.clock.now(),
                )
            )  # fmt: skip
        maker.make_due()
        assert "task due" in (kits(tmp_path)[0] / "critical.csv").read_text(encoding="utf-8-sig")
        (other,) = [path for path in kits(tmp_path, "") if "riverside" not in path.parent.name]
        assert table(other, "refills") == [] and table(other, "visits") == [] and table(other, "critical") == []
        assert not any("HYPERLINK" in path.read_text() for path in other.iterdir())

    def test_tells_of_a_call_of_somebody_unknown_first_and_of_tasks_in_the_words_of_the_pages(
        self, journey: Journey, maker: KitMaker, tmp_path: Path
    ) -> None:
        call = {"phone": "303 555 0199", "caller": "a sister", "words": "it beeps"}
        twice = {"serial": "NGP123", "mrn": "4711"}
        with journey.database.writing() as session:
            for number, (kind, params) in enumerate((("serial_twice", twice), ("pump_call_unknown", call)), 1):
                session.add(
                    StaffTask(
                        clinic_id=journey.clinic_id, id=number, kind=kind, key=kind, params=params,
                        owner_role="physician", due_on=journey.today, opened_at=journey.clock.now(),
                    )
                )  # fmt: skip
        maker.make_due()
        rows = table(kits(tmp_path)[0], "critical")
        assert [(row["Urgency"], row["What"], row["Why"]) for row in (rows[0], rows[-1])] == [
            ("CRITICAL", *task_words("pump_call_unknown", call)),
            ("task due", *task_words("serial_twice", twice)),
        ]
        assert rows[0]["Why"] == "303 555 0199 · a sister · it beeps"

    def test_needs_no_network_and_runs_nothing(self, maker: KitMaker, tmp_path: Path) -> None:
        maker.make_due()
        kit = kits(tmp_path)[0]
        names = {path.name for path in kit.iterdir()}
        for page in kit.glob("*.html"):
            text = page.read_text()
            assert "<script" not in text and "//" not in text.replace("<!doctype html>", "")
            assert set(re.findall(r'(?:href|src)="([^"]+)"', text)) <= names, page.name
        assert "url(" not in (kit / "kit.css").read_text()

    def test_of_a_demonstration_says_so_on_every_page(self, journey: Journey, maker: KitMaker, tmp_path: Path) -> None:
        with journey.database.writing() as session:
            mark_demonstration(session)
        maker.make_due()
        pages = list(kits(tmp_path)[0].glob("*.html"))
        assert len(pages) == 5
        assert all("these patients do not exist" in page.read_text() for page in pages)

    def test_escapes_what_people_typed(self, journey: Journey, maker: KitMaker, tmp_path: Path) -> None:
        journey.refer(a_person(2, family_name="<b>Bold</b>"))
        journey.book("evaluation", journey.in_days(1))
        maker.make_due()
        page = (kits(tmp_path)[0] / "tomorrow.html").read_text()
        assert "&lt;b&gt;Bold" in page and "<b>Bold" not in page


@ON_ONE_ENGINE
class TestMaking:
    def test_is_done_once_a_night_by_the_clinics_midnight(
        self, journey: Journey, maker: KitMaker, tmp_path: Path
    ) -> None:
        assert (maker.make_due(), maker.make_due()) == (2, 0)
        journey.clock.set(journey.calendar.start_of(journey.in_days(1).date()))
        assert maker.make_due() == 2
        assert len(kits(tmp_path)) == 2

    def test_keeps_as_many_as_are_wanted(self, journey: Journey, maker: KitMaker, tmp_path: Path) -> None:
        for _ in range(4):
            maker.make_due()
            journey.clock.advance(days=1)
        assert len(kits(tmp_path)) == 2

    def test_is_recorded_with_counts_and_no_names(self, journey: Journey, maker: KitMaker) -> None:
        maker.make_due()
        with journey.database.reading() as session:
            event = session.query(Event).filter(Event.kind == "downtime_kit_made", Event.clinic_id == 1).one()
        assert event.actor_id is None and '"pumps":1' in event.body
        assert "HYPERLINK" not in event.body and "0044" not in event.body
        assert state(journey).result["pumps"] == 1

    def test_that_fails_is_not_recorded_and_is_done_again(
        self, journey: Journey, maker: KitMaker, tmp_path: Path
    ) -> None:
        (tmp_path / "kits").write_text("a file is in the way")
        with pytest.raises(ExceptionGroup):
            maker.make_due()
        with journey.database.reading() as session:
            assert session.query(Event).filter(Event.kind == "downtime_kit_made").count() == 0
        assert state(journey).done_at is None
        (tmp_path / "kits").unlink()
        journey.clock.advance(minutes=5)
        assert maker.make_due() == 2


@ON_ONE_ENGINE
class TestAsking:
    def test_has_one_made_soon_by_the_name_of_whoever_asked(self, journey: Journey, maker: KitMaker) -> None:
        maker.make_due()
        actor = journey.actor(Role.LEAD_COORDINATOR)
        for is_first in (True, False):
            with journey.database.writing() as session:
                assert ask_for_kit(Work(session, actor, journey.ids, journey.clock.now())) is is_first
        assert (maker.make_due(), maker.make_due()) == (1, 0)
        with journey.database.reading() as session:
            events = session.query(Event).filter(Event.kind.startswith("downtime"), Event.clinic_id == 1)
            said = [(each.kind, each.actor_id) for each in events.order_by(Event.seq)]
        assert said == [
            ("downtime_kit_made", None),
            ("downtime_kit_asked_for", actor.user_id),
            ("downtime_kit_made", actor.user_id),
        ]

    def test_is_refused_to_others(self, journey: Journey) -> None:
        with pytest.raises(NotPermitted), journey.database.writing() as session:
            ask_for_kit(Work(session, journey.actor(Role.NURSE), journey.ids, journey.clock.now()))
