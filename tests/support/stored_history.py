"""A clinic in the database of which every report has something to say: patients with names, and a told history."""

from tests.factories.listed import Listed
from tests.support.told_clinic import CLINICIANS, PAYERS, ROOM, told_clinic
from tests.support.web import WebWorld
from tracker.domain.reporting.history import History
from tracker.persistence.models import BlockerInterval, Clinician, Payer, Room
from tracker.queries.clinic_history.making import Made
from tracker.services.clinic_histories import pack, store
from tracker.services.report_sheets import make_slow_sheets

#: A name that a spreadsheet, a page or an address must not take for something else.
FAMILY = '=1+1 <i>"Oyelaran"</i>'


def fill(world: WebWorld, cases: int = 40) -> History:
    """So many patients, each with an open case, and the history that is told of them."""
    with world.database.writing() as session:
        listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
        ids = []
        for number in range(cases):
            case = listed.case(
                listed.patient(FAMILY, f"Number {number}"), "referred", days=number, is_ready=number % 3 == 0
            )
            listed.visit(case, ("trial", "implant")[number % 2], hours=24 * (number % 9))
            if number % 4 == 0:
                session.add(_without_consent(case.id, world))
            ids.append(case.id)
        common = {"clinic_id": world.clinic_id, "is_active": True, "version": 1}
        for number, row_id in enumerate(CLINICIANS):
            session.add(Clinician(id=row_id, name=f"Dr. {number}", kind="physician", **common))
        for number, row_id in enumerate(PAYERS):
            session.add(Payer(id=row_id, name=f"Payer {number}", name_key=f"payer {number}", **common))
        session.add(Room(id=ROOM, name="OR 1", **common))
        history = told_clinic(sorted(ids))
        store(session, world.clinic_id, Made(history, 1), pack(history))
    return history


def fill_and_draw(world: WebWorld, cases: int = 40) -> History:
    """The same, with the reports that take long made by the scheduler, as nobody has asked for anything special."""
    history = fill(world, cases)
    assert make_slow_sheets(world.database, world.clock, pause=lambda: None) == 1
    return history


def _without_consent(case_id: int, world: WebWorld) -> BlockerInterval:
    """What its procedure lacks."""
    return BlockerInterval(
        clinic_id=world.clinic_id, case_id=case_id, code="consent_missing", params_key='{"purpose":"trial"}',
        params={"purpose": "trial"}, from_at=world.clock.now(), transition="trial_day", clearable_by="nurse physician",
    )  # fmt: skip
