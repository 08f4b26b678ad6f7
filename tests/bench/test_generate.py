"""The bench's database is one that the use cases could have made: everything that must hold, holds there too."""

import pytest
from sqlalchemy import func, select

from config import load_settings
from tests.support.fixed import FixedClock, SeededIds
from tests.support.web import SECRET, WEAK_PASSWORDS
from tracker.bench.clinics import WATCHER
from tracker.bench.generate import CLINICS, generate
from tracker.bench.marker import find_marker, leave_marker
from tracker.bench.measure import gather
from tracker.demo import build
from tracker.demo.cast import Part, PumpPart
from tracker.persistence.database import Database
from tracker.persistence.models import Case, Patient, PatientWord, User
from tracker.queries.invariants import check_everything
from tracker.runtime import Runtime
from tracker.services.reconcile import reconcile_all

CASES = 40
#: A few stories are enough to copy from; the whole cast takes four times as long to play.
PARTS = (
    Part("trial_booked", 3, 11),
    Part("implant_booked", 4, 19, second_dose=True),
    Part("recovering", 18),
    Part("declined", 22),
)
PUMP_PARTS = (PumpPart(225, 60), PumpPart(60, 64, trouble="not_booked"), PumpPart(60, 75, trouble="transferred"))


@pytest.fixture
def runtime(database: Database, clock: FixedClock) -> Runtime:
    """A runtime on an empty database of either engine."""
    settings = load_settings({"TRACKER_SECRET_KEY": SECRET})
    return Runtime(settings=settings, database=database, clock=clock, ids=SeededIds(), passwords=WEAK_PASSWORDS)


class TestGenerate:
    @pytest.mark.slow
    def test_makes_clinics_in_which_everything_holds(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(build, "PARTS", PARTS)
        monkeypatch.setattr(build, "PUMP_PARTS", PUMP_PARTS)
        told: list[tuple[str, int, int]] = []
        made = generate(runtime, CASES, "a password of the bench", lambda *what: told.append(what))

        assert told[-1] == ("cases", CASES, CASES)
        assert len(made.clinics) == CLINICS
        with runtime.database.reading() as session:
            report = check_everything(session, runtime.clock.now())
            sizes = session.execute(select(Case.clinic_id, func.count()).group_by(Case.clinic_id)).all()
            watcher = session.scalar(select(User.password_hash).where(User.email == WATCHER))
            named = session.scalar(select(func.count(PatientWord.patient_id.distinct())))
            twice = session.scalar(select(func.count()).select_from(Patient)) - CASES
        assert report.violations == []
        assert {row[0]: row[1] for row in sizes}[made.clinics[0]] == CASES // 5
        assert sum(count for _, count in sizes) == report.counts["cases"] == named == CASES
        assert watcher is not None and twice == 0
        for clinic_id in made.clinics[:3]:
            done = reconcile_all(runtime.database, runtime.clock, runtime.ids, clinic_id=clinic_id, pause=lambda: None)
            assert done.changed == 0

        assert find_marker(runtime.database) is None
        with runtime.database.write.begin() as connection:
            leave_marker(connection, made)
        assert find_marker(runtime.database) == made
        material = gather(runtime.database, made.clinics[0])
        assert len(material.cases) == len(set(material.cases)) > 0
        assert all(len(text) == 3 for text in material.searches)
