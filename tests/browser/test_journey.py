"""One patient's way from a row of a spreadsheet to a booked first refill, on the real pages, by three people.

The days pass on a clock that the test holds: whoever comes back after a while signs in again. The whole is one story,
because each page is only right where the one before it was.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.browser.people import Coordinator, Nurse, Physician
from tests.browser.steps import Clinic
from tests.support.browser import DESKTOP, served, window
from tests.support.fixed import FixedClock, SeededIds
from tests.support.importing import line, referral_file
from tests.support.web import PIN, make_world
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.persistence.models import Clinician, Room
from tracker.queries.invariants import check_everything

TABLET: ViewportSize = {"width": 390, "height": 844}
PATIENT = "Ruiz, Ana"
DOCTOR, ROOM = "Dr Haddad", "Procedure room"
FINDINGS = {
    "Indication": "Spasticity",
    "Condition": "Multiple sclerosis",
    "ICD-10-CM code": "G35.B0",
    "Origin of the spasticity": "Spinal",
    "Oral therapy failed or was not tolerated": "Yes",
    "Goals agreed with the patient": "Transfers without help",
    "Hypersensitivity to baclofen": "No",
    "Active infection": "No",
    "Takes blood thinners": "No",
    "Body too small for the pump": "No",
    "Spinal anomaly": "No",
}
#: 18 mL at 500 mcg/mL and 100 mcg a day last 90 days: what the programmer prints on 9 April is 8 July.
PUMP = {
    "Model": "SynchroMed II",
    "Serial number": "NGP123",
    "Pump may be used until": "2027-12-31",
    "Reservoir": "20",
    "Catheter": "Ascenda 8780",
    "Catheter may be used until": "2027-12-31",
    "Length left in": "62",
    "Length cut off": "14",
    "Drug": "Baclofen",
    "Concentration": "500",
    "Volume": "20",
    "Lot": "L-77",
    "Drug and concentration read by a second person": "Nurse Person",
    "Their own PIN": PIN,
    "Average daily dose": "100",
    "Alarm volume": "2",
    "Alarm date": "2026-07-08",
    "Alarm date once more": "2026-07-08",
}


@dataclass(frozen=True, kw_only=True)
class Team:
    """Three people, each with a window of their own; the nurse has a tablet, and another with scripts switched off."""

    clinic: Clinic
    coordinator: Coordinator
    nurse: Nurse
    nurse_without_scripts: Nurse
    physician: Physician


@pytest.fixture
def team(chromium: Browser, sqlite_database: Database, clock: FixedClock, ids: SeededIds) -> Iterator[Team]:
    """The people of a clinic with one room and one surgeon, on a Tuesday at nine in the morning."""
    world = make_world(sqlite_database, clock, ids)
    for role in (Role.NURSE, Role.PHYSICIAN):
        world.give_pin(role)
    with sqlite_database.writing() as session:
        session.add(Room(clinic_id=world.clinic_id, id=ids.row_id(clock.now()), name=ROOM, is_active=True, version=1))
        session.add(
            Clinician(
                clinic_id=world.clinic_id, id=ids.row_id(clock.now()), name=DOCTOR, kind="physician", is_active=True,
                version=1,
            )
        )  # fmt: skip
    with ExitStack() as stack:
        address = stack.enter_context(served(world.app))
        clinic = Clinic(world=world, browser=chromium, address=address)
        at_desk = [stack.enter_context(window(chromium, address, viewport=DESKTOP)) for _ in range(2)]
        tablet = stack.enter_context(window(chromium, address, viewport=TABLET))
        plain = stack.enter_context(window(chromium, address, viewport=TABLET, scripts=False))
        yield Team(
            clinic=clinic,
            coordinator=Coordinator(clinic=clinic, window=at_desk[0]),
            physician=Physician(clinic=clinic, window=at_desk[1]),
            nurse=Nurse(clinic=clinic, window=tablet),
            nurse_without_scripts=Nurse(clinic=clinic, window=plain, has_scripts=False),
        )


def test_a_patient_comes_from_a_spreadsheet_to_a_booked_first_refill(team: Team) -> None:
    given_an_imported_referral(team)
    when_the_patient_is_evaluated_once_nothing_is_missing(team)
    when_the_trial_is_booked_and_moved_to_another_day(team)
    when_a_first_dose_fails_and_a_wrong_score_is_struck_out(team)
    when_a_second_dose_waits_its_day_and_works(team)
    when_the_pump_is_implanted(team)
    then_the_first_refill_is_booked_and_everything_holds(team)


def given_an_imported_referral(team: Team) -> None:
    """A file of two rows: one comes in, the other is refused with a sentence, and nothing is written before."""
    coordinator = team.coordinator
    good = line(received_on="2026-03-16")
    ambiguous = line(received_on="2026-03-16", mrn="M-2", family_name="Moreno", birth_date="03/07/1961")
    coordinator.looks_at_the_file("referrals.csv", referral_file(good, ambiguous))
    coordinator.reads("Nothing is written yet.", "Moreno, Ana", "03/07/1961")
    coordinator.presses("Import 1 referral")
    coordinator.reads("1 referral imported.")
    coordinator.finds("rui", PATIENT)
    coordinator.sees_stage("Referred")


def when_the_patient_is_evaluated_once_nothing_is_missing(team: Team) -> None:
    """The physician cannot go on without a baseline score; the nurse records it from the link beside that sentence."""
    clinic, coordinator, nurse, physician = team.clinic, team.coordinator, team.nurse, team.physician
    coordinator.opens_the_form_for("Evaluation is not booked")
    coordinator.books("2026-03-18T10:00", "60", DOCTOR)
    coordinator.records("Book the evaluation")

    clinic.comes_to("2026-03-18 10:05")
    nurse.receives(PATIENT)
    physician.evaluates(FINDINGS)
    physician.sees_stage("Evaluation")
    physician.sees_missing("No baseline score")
    physician.cannot_take("Candidate for a trial")
    nurse.opens_the_form_for("No baseline score")
    nurse.scores("3")
    physician.opens_the_case()
    physician.sees_nothing_missing_of("No baseline score")
    physician.takes_step("Candidate for a trial")
    physician.sees_stage("Prior auth for trial")


def when_the_trial_is_booked_and_moved_to_another_day(team: Team) -> None:
    """Authorized, booked, consented by keyboard; then the patient calls and cannot come on Tuesday."""
    clinic, coordinator = team.clinic, team.coordinator
    coordinator.asks_the_payer("trial", "A-7713", "2026-03-18", "2026-09-18")
    coordinator.sees_stage("Trial to book")
    coordinator.opens_the_form_for("Trial is not booked")
    coordinator.books("2026-03-24T08:00", "240", DOCTOR, ROOM)
    coordinator.records("Book the trial")
    coordinator.sees_stage("Trial booked")
    coordinator.captures_consent_by_keyboard("trial", "03182026")

    clinic.comes_to("2026-03-19 09:00")
    coordinator.reschedules("trial", "2026-03-25T08:00", "No transport on Tuesday")
    coordinator.reads("Wed 25 Mar")


def when_a_first_dose_fails_and_a_wrong_score_is_struck_out(team: Team) -> None:
    """50 mcg, ordered and given by the book; the score is typed wrong, struck out, and stays readable."""
    clinic, nurse, physician = team.clinic, team.nurse, team.physician
    clinic.comes_to("2026-03-25 07:30")
    nurse.receives(PATIENT)
    physician.orders("50")
    clinic.comes_to("2026-03-25 08:15")
    nurse.opens_the_checklist(PATIENT)
    nurse.answers("trial", "before", each=True)
    clinic.comes_to("2026-03-25 09:00")
    nurse.gives("50", "1")
    nurse.sees_stage("Observation")

    clinic.comes_to("2026-03-25 13:00")
    nurse.opens_the_form_for("No score 2 to 8 h after the test dose")
    nurse.scores("0")
    nurse.strikes_out("Typed 0, it was 3")
    nurse.sees_missing("No score 2 to 8 h after the test dose")
    nurse.sees_struck_out("Ashworth 0", "Typed 0, it was 3")
    nurse.opens_the_form_for("No score 2 to 8 h after the test dose")
    nurse.scores("3")
    nurse.asks_after_the_dose()
    nurse.opens_the_checklist(PATIENT)
    nurse.answers("trial", "after")
    nurse.takes_step("Observation closed")
    physician.judges("Negative, may be repeated")


def when_a_second_dose_waits_its_day_and_works(team: Team) -> None:
    """75 mcg needs an order and 24 hours; its whole day is run in a browser without scripts."""
    clinic, coordinator, physician = team.clinic, team.coordinator, team.physician
    nurse = team.nurse_without_scripts
    physician.cannot_take("Another test dose")
    physician.opens_the_form_for("Next test dose is not ordered")
    physician.writes({"Test dose": "75"})
    physician.records("Order the dose")
    physician.takes_step("Another test dose")
    coordinator.opens_the_form_for("Trial is not booked")
    coordinator.books("2026-03-26T08:00", "240", DOCTOR, ROOM)
    coordinator.records("Book the trial")
    coordinator.sees_stage("Trial to book")
    coordinator.opens_the_form_for("Next test dose not before Thu 26 Mar 09:00 (24 h apart)")
    coordinator.writes({"Day and time": "2026-03-27T08:00", "Why it is moved": "24 h after the first dose"})
    coordinator.records("Move the trial")
    coordinator.sees_stage("Trial booked")

    clinic.comes_to("2026-03-27 07:30")
    nurse.receives(PATIENT)
    clinic.comes_to("2026-03-27 08:15")
    nurse.opens_the_checklist(PATIENT)
    nurse.answers("trial", "before")
    clinic.comes_to("2026-03-27 09:00")
    nurse.gives("75", "1.5")
    clinic.comes_to("2026-03-27 13:00")
    nurse.opens_the_form_for("No score 2 to 8 h after the test dose")
    nurse.scores("1")
    nurse.asks_after_the_dose()
    nurse.opens_the_checklist(PATIENT)
    nurse.answers("trial", "after")
    nurse.takes_step("Observation closed")
    physician.judges("Positive")
    physician.sees_stage("Decision on implant")


def when_the_pump_is_implanted(team: Team) -> None:
    """Decided, authorized, booked, signed, papers in the chart; then the day itself."""
    clinic, coordinator, nurse, physician = team.clinic, team.coordinator, team.nurse, team.physician
    coordinator.opens_the_form_for("The patient's decision for the implant is not recorded")
    coordinator.writes({"The patient": "Wants the implant"})
    coordinator.records("Record the decision")
    coordinator.asks_the_payer("implant", "A-8820", "2026-03-27", "2026-09-27")
    coordinator.opens_the_form_for("Implant is not booked")
    coordinator.books("2026-04-09T07:30", "120", DOCTOR, ROOM)
    coordinator.records("Book the implant")
    coordinator.captures_consent_by_keyboard("implant", "03272026")
    nurse.attaches("H&P", "2026-03-27")
    nurse.attaches("Lab results", "2026-03-27")

    clinic.comes_to("2026-04-09 06:10")
    nurse.receives(PATIENT)
    clinic.comes_to("2026-04-09 08:45")
    nurse.opens_the_checklist(PATIENT)
    nurse.reads_aloud("Sign-in", "Monitors on finger and arm", "Blood loss over 500 mL")
    nurse.answers("implant", "before")
    clinic.comes_to("2026-04-09 09:00")
    physician.implants(PUMP)
    nurse.opens_the_checklist(PATIENT)
    nurse.answers("implant", "after")


def then_the_first_refill_is_booked_and_everything_holds(team: Team) -> None:
    """Nobody goes home without a date for the refill; every pump is planned and the facts agree with each other."""
    clinic, coordinator, nurse = team.clinic, team.coordinator, team.nurse
    nurse.sees_missing_now("Next refill is not booked or planned")
    coordinator.opens_the_form_for("Next refill is not booked or planned")
    coordinator.books("2026-06-25T09:00", "60", DOCTOR)
    coordinator.records("Book the refill")
    nurse.takes_step("Discharged after implant")
    nurse.sees_stage("Post-op")
    coordinator.goes_to("Refills")
    row = coordinator.page.get_by_role("row").filter(has_text="Ruiz")
    expect(row).to_contain_text("25 Jun")
    coordinator.goes_to("Today")
    coordinator.reads("all 1 pump planned", "Call the day after discharge")
    with clinic.world.database.reading() as session:
        report = check_everything(session, clinic.world.clock.now())
    assert report.violations == []
