"""The permanent pump: what was put in, and the very trial, consent and authorization it relied on."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, Question
from tracker.domain.facts import Determination, Device
from tracker.domain.pathway.engine import act_blockers
from tracker.domain.words import DeterminationKind, DeviceKind, DeviceOrigin, FillKind
from tracker.services.case_file import CaseFile, open_case
from tracker.services.deviations import expired_lot, require_reason
from tracker.services.refills import Filling, fill_pump
from tracker.services.same_serial import ask_about_serial
from tracker.services.work import CaseRef, Work, Written

#: The largest reservoir (mL) that is not asked back; the usual pumps hold 10 to 40 mL.
LARGEST_RESERVOIR_ML = 40


@dataclass(frozen=True, slots=True)
class Component:
    """A pump or a catheter as its label says."""

    model: str
    manufacturer: str = ""
    serial: str = ""
    udi: str = ""
    lot: str = ""
    reservoir_ml: Decimal | None = None
    end_of_service_on: date | None = None


@dataclass(frozen=True, slots=True)
class Implanted:
    """What was implanted and filled. ``deviation_reason``: why, where something was missing, and
    ``deviation_seen``: the codes of what was shown to who gave it (``None``: all)."""

    pump: Component
    catheter: Component
    filling: Filling
    deviation_reason: str = ""
    deviation_seen: frozenset[str] | None = None

    def problems(self) -> dict[str, str]:
        """What cannot be, as a sentence per field."""
        return pump_problems(self.pump) | catheter_problems(self.catheter)


def pump_problems(pump: Component) -> dict[str, str]:
    """What a new pump's label must say, as a sentence per field."""
    found: dict[str, str] = {}
    if not pump.model.strip():
        found["pump_model"] = "Choose the pump."
    if not pump.serial.strip():
        found["pump_serial"] = "Write down the serial number of the pump."
    if pump.reservoir_ml is None or pump.reservoir_ml <= 0:
        found["pump_reservoir_ml"] = "How much does the reservoir hold?"
    return found


def ask_about_reservoir(file: CaseFile, reservoir_ml: Decimal | None) -> None:
    """Ask back about a reservoir that is larger than that of any usual pump: a figure too many, most likely."""
    if reservoir_ml is None or reservoir_ml <= LARGEST_RESERVOIR_ML:
        return
    sentence = f"{reservoir_ml.normalize():f} mL is more than {LARGEST_RESERVOIR_ML} mL. Read the label again."
    about = f"{reservoir_ml.normalize():f}"
    file.ask(Question("pump_reservoir_ml", about, sentence, "The reservoir is as large as that: save it"))


def catheter_problems(catheter: Component) -> dict[str, str]:
    """What a new catheter's label must say, as a sentence per field."""
    return {} if catheter.model.strip() else {"catheter_model": "Write down the catheter."}


def record_implant(work: Work, ref: CaseRef, implanted: Implanted, *, implanted_at: datetime | None = None) -> Written:
    """Record the implanted pump and catheter and the first fill. The record is never refused for what was missing:
    it is then a deviation with a reason.

    :raises InvalidInput: for what cannot be, where a pump is in place already, or in a closed case
    :raises Refused: with everything that was missing, if no reason is given
    :raises AskedBack: for an unusual dose or reservoir, or a serial that stands with another patient too
    """
    file = open_case(work, ref, Permission.IMPLANT, effective_at=implanted_at)
    problems = implanted.problems()
    if not file.case.is_open:
        # A closed case with a device in the patient would have no next step, and nobody to take it.
        problems["pump_model"] = "This case is closed. Reopen it, then record the pump."
    if file.snapshot.pump is not None:
        problems["pump_model"] = "A pump is recorded as in place. Record its removal first."
    if problems:
        raise InvalidInput(problems)
    missing = act_blockers(file.pathway, file.snapshot, "implant", work.now)
    missing += expired_lot(implanted.filling.expires_on, file.snapshot.calendar.today(file.effective_at))
    deviation = require_reason(file, "implant", missing, implanted.deviation_reason, seen=implanted.deviation_seen)
    visit = file.snapshot.visit("implant")
    ground = {"appointment": visit.appointment if visit else None, **_ground(file, deviation)}
    ask_about_serial(file, implanted.pump.serial)
    ask_about_reservoir(file, implanted.pump.reservoir_ml)
    pump = place(file, DeviceKind.PUMP, implanted.pump, DeviceOrigin.IMPLANTED_HERE, **ground)
    place(file, DeviceKind.CATHETER, implanted.catheter, DeviceOrigin.IMPLANTED_HERE, **ground)
    fill_pump(file, implanted.filling, pump, kind=FillKind.IMPLANT, appointment=pump.appointment)
    return file.finish("pump_implanted")


def _ground(file: CaseFile, deviation: Determination | None) -> dict[str, int | None]:
    """The facts that the implant stands on, by their numbers."""
    snapshot = file.snapshot
    outcome = snapshot.standing_positive
    waivers = snapshot.determinations(DeterminationKind.WAIVER)
    signed = [each for each in waivers if each.value == "trial_result"]
    shown = snapshot.determination(DeterminationKind.EARLIER_BENEFIT) or (signed[-1] if signed else None)
    consent, authorization = snapshot.consent("implant"), snapshot.authorization("implant")
    return {
        "outcome_seq": outcome.seq if outcome else None,
        "waiver_seq": shown.seq if shown else None,
        "consent_seq": consent.seq if consent else None,
        "authorization_seq": authorization.seq if authorization else None,
        "deviation_seq": deviation.seq if deviation else None,
    }


_NO_GROUND: dict[str, int | None] = dict.fromkeys(
    ("appointment", "outcome_seq", "waiver_seq", "consent_seq", "authorization_seq", "deviation_seq")
)


def place(file: CaseFile, kind: DeviceKind, part: Component, origin: DeviceOrigin, **ground: int | None) -> Device:
    """Write a part that was put in now; ``ground`` are the fields that say what it stands on."""
    return file.record(
        Device,
        kind=kind,
        model=part.model.strip(),
        manufacturer=part.manufacturer.strip(),
        serial=part.serial.strip(),
        udi=part.udi.strip(),
        lot=part.lot.strip(),
        reservoir_ml=part.reservoir_ml,
        origin=origin,
        in_place=True,
        placed_on=file.snapshot.calendar.today(file.effective_at),
        removed_on=None,
        out_by_on=None,
        end_of_service_on=part.end_of_service_on,
        tip_intact=None,
        **{**_NO_GROUND, **ground},
    )
