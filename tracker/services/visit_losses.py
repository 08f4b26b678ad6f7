"""Why a visit was lost on its very day, and who tells the patient about the medicines that were held for it.

What was held for a procedure must be begun again, by somebody's word: a visit that is only taken off the list leaves
the patient without it. So it is asked in the same act, and stays a to-do until somebody has told the patient.
"""

from dataclasses import dataclass, field
from datetime import date

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.dates import in_words
from tracker.domain.facts import Appointment, VisitLoss
from tracker.domain.refill_visits import latest_refill
from tracker.domain.words import NO_SHOW_CAUSES, AppointmentState, HeldMedicines, LossCause, Purpose, is_word
from tracker.services.case_file import CaseFile
from tracker.services.named import person_problems
from tracker.services.opened_devices import Opened, opened_problems, record_opened

#: So many days ahead nobody knows that a new date must wait.
LONGEST_WAIT_DAYS = 730
WHO_TELLS = "Say who tells the patient about the medicines that were held, or that nothing was."


@dataclass(frozen=True, slots=True)
class Loss:
    """The cause, a ``LossCause``, and what is said of held medicines, a ``HeldMedicines`` with the person who tells.
    ``opened``: devices that were opened for the visit and not put in."""

    cause: str
    held: str = ""
    teller_id: int | None = None
    opened: Opened = field(default_factory=Opened)


def is_asked(visit: Appointment, calendar: ClinicCalendar, today: date) -> bool:
    """Whether the day of the visit has come: what is called off before leaves time for everything."""
    return calendar.today(visit.starts_at) <= today


def loss_problems(file: CaseFile, visit: Appointment, state: AppointmentState, loss: Loss | None) -> dict[str, str]:
    """What is missing or cannot be, as a sentence per field."""
    given = loss or Loss("")
    found: dict[str, str] = {}
    if not is_word(given.cause, LossCause):
        found["cause"] = "Choose the cause from the list."
    elif state == AppointmentState.NO_SHOW and given.cause not in NO_SHOW_CAUSES:
        found["cause"] = "This keeps nobody from coming. Cancel the visit instead."
    elif given.cause == LossCause.BROKEN_OFF and not may_be_broken_off(visit):
        found["cause"] = "No operation had begun: the patient is not here for one. Choose another cause."
    if may_be_broken_off(visit):
        found |= opened_problems(file, visit, given.opened, is_asked=given.cause == LossCause.BROKEN_OFF)
    return found | _held_problems(file, visit, given) | person_problems(file.work, given.teller_id, "teller_id")


def may_be_broken_off(visit: Appointment) -> bool:
    """Whether an operation of this visit can have begun. A trial that was broken off has a record of its own."""
    return visit.state == AppointmentState.ARRIVED and visit.purpose in (Purpose.IMPLANT, Purpose.REOPERATION)


def _held_problems(file: CaseFile, visit: Appointment, given: Loss) -> dict[str, str]:
    may_be_silent = not _knows(file) or visit.purpose not in file.pathway.procedures
    if not is_word(given.held, HeldMedicines) and not (given.held == "" and may_be_silent):
        return {"held": WHO_TELLS}
    if given.held == HeldMedicines.NOTHING and not _knows(file):
        return {"held": "Whether something was held is for a nurse or a coordinator to say."}
    if given.held == HeldMedicines.TELLER and given.teller_id is None:
        return {"teller_id": "Choose who tells the patient."}
    if given.held != HeldMedicines.TELLER and given.teller_id is not None:
        return {"held": "A person is chosen who tells the patient: say so here, or choose nobody."}
    return {}


def _knows(file: CaseFile) -> bool:
    """Whether the person can know what was held; for whoever sees no clinical detail a nurse finds out."""
    return file.work.actor.may(Permission.SEE_CLINICAL)


def wait_problems(file: CaseFile, visit: Appointment, not_before: date | None) -> dict[str, str]:
    """What is wrong with the day before which no new visit is to be."""
    if not_before is None:
        return {}
    today = file.snapshot.calendar.today(file.work.now)
    if not_before <= today:
        return {"not_before": "This day has come already. Leave it empty for any day."}
    if (not_before - today).days > LONGEST_WAIT_DAYS:
        return {"not_before": "This is more than two years away."}
    latest = latest_refill(file.pathway, file.snapshot, file.work.now) if visit.purpose == Purpose.REFILL else None
    if latest is not None and not_before > latest.on and not _knows(file):
        return {"not_before": "The patient cannot wait so long. Leave it empty: a nurse or a coordinator says when."}
    if latest is not None and not_before > latest.on:
        return {"not_before": f"The latest day for the refill is {in_words(latest.on, today)}: it cannot wait so long."}
    return {}


def record_loss(file: CaseFile, visit: Appointment, loss: Loss, *, reason: str) -> None:
    """Write the cause; one that was said before, of a visit that was put back since, gives way. ``visit``: as it stood;
    ``reason``: why it is lost, which is also why a device that was opened was not used."""
    held = loss.held
    if visit.purpose in file.pathway.procedures:
        held = held or HeldMedicines.UNKNOWN
    elif held == HeldMedicines.UNKNOWN:
        # Whoever sees no clinical detail is asked the same for every visit; for this one nothing is ever held.
        held = ""
    values: dict[str, object] = {"cause": loss.cause, "held": held, "teller_id": loss.teller_id}
    before = next((each for each in file.snapshot.of(VisitLoss) if each.appointment == visit.appointment), None)
    if before is None:
        file.record(VisitLoss, appointment=visit.appointment, **values)
    else:
        file.change(before, **values)
    if may_be_broken_off(visit):
        record_opened(file, visit, loss.opened, reason=reason)
