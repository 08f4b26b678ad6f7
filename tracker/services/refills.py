"""Filling a pump: what went in, and the alarm date that the programmer printed.

The printed date is authoritative and is typed twice by one person. Arithmetic only cross-checks it: printed later
than it allows by more than a day, the refill is saved, the date stays unconfirmed and the earlier bound drives
everything until a second reader confirms. What was done is always saved; only the impossible is refused.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from tracker.domain.access import Permission
from tracker.domain.doses import unusual_dose
from tracker.domain.errors import InvalidInput, NotFound, Question
from tracker.domain.facts import Appointment, Device, Document, Fill
from tracker.domain.pathway.alarm_date import alarm_date
from tracker.domain.pathway.engine import refill_blockers
from tracker.domain.refill import LONGEST_DAYS, computed_alarm_on, is_plausible
from tracker.domain.words import (
    LIVE_APPOINTMENT,
    AppointmentState,
    DeterminationKind,
    DocumentKind,
    DrugStock,
    FillKind,
    InfusionMode,
    Purpose,
    is_word,
)
from tracker.services.case_file import CaseFile, open_case
from tracker.services.deviations import above_reservoir, expired_lot, require_reason
from tracker.services.named import reader_problems
from tracker.services.trials import determine
from tracker.services.work import CaseRef, Work, Written

#: A refill of the same pump this close to another one, with values that differ by no more than this part, was more
#: likely than not sent twice.
AGAIN = timedelta(minutes=10)
NEARLY = Decimal("0.1")


class Filled(Protocol):
    """What is filled: a pump that is in, or one that is to be written down."""

    @property
    def model(self) -> str: ...
    @property
    def reservoir_ml(self) -> Decimal | None: ...


@dataclass(frozen=True, slots=True)
class Filling:
    """A fill as it was done: mcg/mL, mL, mcg/day. ``alarm_on`` and ``alarm_on_again`` are the same print-out, typed
    twice; both ``None``: the date is not known, which is critical."""

    drug: str
    concentration_mcg_ml: Decimal
    volume_ml: Decimal
    daily_dose_mcg: Decimal
    alarm_volume_ml: Decimal
    alarm_on: date | None
    alarm_on_again: date | None
    lot: str
    expires_on: date | None
    second_by: int | None
    residual_expected_ml: Decimal | None = None
    residual_aspirated_ml: Decimal | None = None
    concentration_reason: str = ""
    source: str = "programmer print-out"
    mode: str = ""

    def problems(self, file: CaseFile, pump: Filled) -> dict[str, str]:
        """What cannot be, as a sentence per field."""
        reservoir_ml = pump.reservoir_ml
        found = {
            name: "Must be more than zero."
            for name in ("concentration_mcg_ml", "volume_ml", "daily_dose_mcg", "alarm_volume_ml")
            if getattr(self, name) <= 0
        }
        found |= self._date_problems(file.snapshot.calendar.today(file.effective_at))
        found |= self._drug_problems(file)
        if reservoir_ml is not None and self.volume_ml > reservoir_ml:
            found["volume_ml"] = f"The reservoir holds {reservoir_ml.normalize():f} mL."
        if "volume_ml" not in found and self.alarm_volume_ml >= self.volume_ml:
            found["alarm_volume_ml"] = "The alarm volume must be less than what was filled."
        if not found.keys() & {"daily_dose_mcg", "concentration_mcg_ml"}:
            found |= self._flow_problems(file.pathway.minimum_flow_ml_day(pump.model))
        if not self.lot.strip():
            found["lot"] = "Write down the lot."
        if self.mode and not is_word(self.mode, InfusionMode):
            found["mode"] = "Choose the mode from the list."
        if self.second_by in (None, file.work.actor.user_id):
            found["second_by"] = "A second person must have read drug and concentration."
        found |= reader_problems(file.work, self.second_by, Permission.REFILL)
        for name in ("residual_expected_ml", "residual_aspirated_ml"):
            amount = getattr(self, name)
            if amount is not None and amount < 0:
                found[name] = "Cannot be less than zero."
        expected = self.residual_expected_ml
        if expected is not None and reservoir_ml is not None and expected > reservoir_ml:
            found["residual_expected_ml"] = f"The reservoir holds {reservoir_ml.normalize():f} mL. Read it again."
        return found

    def _date_problems(self, filled_on: date) -> dict[str, str]:
        if self.alarm_on != self.alarm_on_again:
            return {"alarm_on_again": "The two dates differ. Read the print-out again and type it twice."}
        if self.alarm_on is not None and self.alarm_on <= filled_on:
            return {"alarm_on": "The alarm date must be later than the day of the fill."}
        if self.alarm_on is not None and (self.alarm_on - filled_on).days > LONGEST_DAYS:
            return {"alarm_on": "No pump lasts that long. Read the print-out again."}
        return {}

    def _flow_problems(self, least_ml_day: Decimal | None) -> dict[str, str]:
        """What the pump cannot give: dose over concentration is its flow, in mL/day."""
        if least_ml_day is None or self.daily_dose_mcg >= least_ml_day * self.concentration_mcg_ml:
            return {}
        flow = f"{self.daily_dose_mcg / self.concentration_mcg_ml:.3g}"
        return {"daily_dose_mcg": f"This is {flow} mL a day; the pump gives at least {least_ml_day}. Read both again."}

    def _drug_problems(self, file: CaseFile) -> dict[str, str]:
        drug = file.pathway.drugs.get(self.drug)
        if drug is None:
            return {"drug": "Choose the drug from the list."}
        if self.concentration_mcg_ml not in drug.concentrations_mcg_ml and not self.concentration_reason.strip():
            return {"concentration_reason": "This is not a listed concentration. Say why, e.g. compounded."}
        return {}


def record_refill(
    work: Work,
    ref: CaseRef,
    filling: Filling,
    *,
    kind: FillKind = FillKind.REFILL,
    appointment: int | None = None,
    filled_at: datetime | None = None,
    deviation_reason: str = "",
    deviation_seen: frozenset[str] | None = None,
    printout: str = "",
) -> Written:
    """Record a refill, here or elsewhere. It closes the refill that was due, and the next one is due at once. An
    expired lot, more taken out than the pump holds, or a checklist of the visit that is open before the refill, is a
    deviation and needs a reason.
    ``printout``: where the print-out of a fill done elsewhere is kept.

    :raises NotFound: if no such refill visit of the case holds its place
    :raises InvalidInput: for what cannot be, or where no pump is in the patient
    :raises Refused: with everything that was missing, if no reason is given
    :raises AskedBack: for an unusual dose, and for nearly the same refill of the pump within some minutes
    """
    file = open_case(work, ref, Permission.REFILL, effective_at=filled_at)
    pump = file.snapshot.pump
    if pump is None:
        raise InvalidInput({"volume_ml": "No pump is recorded as in place."})
    visit = None if appointment is None else _live_visit(file, appointment)
    file.ask(*_filled_already(file, pump, filling))
    fill = fill_pump(file, filling, pump, kind=kind, appointment=appointment)
    if printout.strip():
        _keep_printout(file, printout.strip())
    missing = refill_blockers(file.pathway, file.snapshot, file.effective_at) if kind == FillKind.REFILL else ()
    missing += expired_lot(filling.expires_on, file.snapshot.calendar.today(file.effective_at))
    missing += above_reservoir(filling.residual_aspirated_ml, pump.reservoir_ml)
    require_reason(file, Purpose.REFILL, missing, deviation_reason, about_seq=fill.seq, seen=deviation_seen)
    if visit is not None:
        # The refill is done: so is its visit, without a second click.
        file.change(visit, version=visit.version + 1, state=AppointmentState.COMPLETED, reason="")
    if kind == FillKind.REFILL:
        file.end_visit(Purpose.REFILL)
    return file.finish("pump_refilled")


def _filled_already(file: CaseFile, pump: Device, filling: Filling) -> tuple[Question, ...]:
    """What is asked about a refill that was, more likely than not, recorded before."""
    for fill in file.snapshot.of(Fill):
        is_same_time = abs(file.effective_at - fill.effective_at) <= AGAIN
        is_refill = fill.device == pump.device and fill.kind != FillKind.IMPLANT
        if is_refill and is_same_time and _is_nearly(filling, fill):
            at = f"{file.snapshot.calendar.wall(fill.effective_at):%H:%M}"
            sentence = f"This pump was filled at {at}, with the same values or nearly so. Record it once more?"
            return (Question("volume_ml", at, sentence, "It was filled a second time"),)
    return ()


def _is_nearly(filling: Filling, fill: Fill) -> bool:
    """Whether what went in is what stands, but for what a slip of the hand changes."""
    if filling.drug != fill.drug or filling.concentration_mcg_ml != fill.concentration_mcg_ml:
        return False
    pairs = ((filling.volume_ml, fill.volume_ml), (filling.daily_dose_mcg, fill.daily_dose_mcg))
    return all(known is not None and abs(typed - known) <= known * NEARLY for typed, known in pairs)


def _keep_printout(file: CaseFile, reference: str) -> None:
    """The paper that says what was done elsewhere, dated as the fill."""
    file.record(
        Document,
        kind=DocumentKind.PROGRAMMER_PRINTOUT,
        dated_on=file.snapshot.calendar.today(file.effective_at),
        title="Print-out of a refill elsewhere",
        reference=reference,
    )


def fill_pump(
    file: CaseFile,
    filling: Filling,
    pump: Device,
    *,
    kind: FillKind,
    appointment: int | None,
) -> Fill:
    """Write a fill; its printed date is confirmed unless arithmetic says it is too late. An unusual dose is asked back.

    :raises InvalidInput: for what cannot be
    """
    problems = filling.problems(file, pump)
    if problems:
        raise InvalidInput(problems)
    standing = alarm_date(file.snapshot, pump.device)
    last_mcg = standing.daily_dose_mcg if standing else None
    file.ask(*unusual_dose(file.pathway, filling.drug, filling.daily_dose_mcg, last_mcg=last_mcg))
    computed_on = computed_alarm_on(filling, file.snapshot.calendar.today(file.effective_at))
    return file.record(
        Fill,
        device=pump.device,
        kind=kind,
        appointment=appointment,
        drug=filling.drug,
        concentration_mcg_ml=filling.concentration_mcg_ml,
        volume_ml=filling.volume_ml,
        daily_dose_mcg=filling.daily_dose_mcg,
        alarm_volume_ml=filling.alarm_volume_ml,
        alarm_on=filling.alarm_on,
        is_confirmed=is_plausible(filling.alarm_on, computed_on),
        source="; ".join(each for each in (filling.source, filling.concentration_reason) if each),
        lot=filling.lot.strip(),
        expires_on=filling.expires_on,
        residual_expected_ml=filling.residual_expected_ml,
        residual_aspirated_ml=filling.residual_aspirated_ml,
        second_by=filling.second_by,
        mode=filling.mode,
    )


def confirm_alarm_date(work: Work, ref: CaseRef, *, alarm_on: date) -> Written:
    """Record that a second reader read the print-out and typed the same date.

    :raises NotFound: if no unconfirmed date waits
    :raises InvalidInput: if the reader is the one who recorded it, or reads another date
    """
    file = open_case(work, ref, Permission.REFILL)
    pump = file.snapshot.pump
    standing = alarm_date(file.snapshot, pump.device) if pump else None
    if standing is None or standing.stated_by.is_confirmed or standing.printed_on is None:
        raise NotFound("alarm date")
    printed = standing.stated_by
    if printed.recorded_by == work.actor.user_id:
        raise InvalidInput({"alarm_on": "Somebody else must read the print-out."})
    if alarm_on != printed.alarm_on:
        raise InvalidInput({"alarm_on": "This is not the date that was recorded. Correct that entry instead."})
    file.effective_at = printed.effective_at
    file.change(printed, is_confirmed=True, second_by=work.actor.user_id)
    return file.finish("alarm_date_confirmed")


def plan_refill(work: Work, ref: CaseRef, *, until_on: date, plan: str) -> Written:
    """Record a named person's dated plan where the refill cannot be booked now.

    While it lasts nobody is told that nothing is booked; so it is not for those who are told of it first.

    :raises InvalidInput: without a plan, or for a date in the past
    """
    file = open_case(work, ref, Permission.PLAN_REFILL)
    problems: dict[str, str] = {}
    if not plan.strip():
        problems["plan"] = "Say what is planned, and who does it."
    if until_on < file.snapshot.calendar.today(work.now):
        problems["until_on"] = "This day has passed."
    if problems:
        raise InvalidInput(problems)
    determine(file, DeterminationKind.REFILL_PLAN, reason=plan, until_on=until_on)
    return file.finish("refill_planned")


def record_drug_stock(work: Work, ref: CaseRef, *, state: str) -> Written:
    """Record where the drug for the next refill is: ordered, or here. The latest word counts.

    :raises InvalidInput: for another word, or where no fill is known
    """
    file = open_case(work, ref, Permission.STOCK_DRUG)
    fill = file.snapshot.last_fill
    if not is_word(state, DrugStock):
        raise InvalidInput({"state": "Choose whether it is ordered or here."})
    if fill is None:
        raise InvalidInput({"state": "No fill is known: record what is in the pump first."})
    determine(file, DeterminationKind.DRUG_STOCK, value=state, about_seq=fill.seq)
    return file.finish("drug_stocked")


def _live_visit(file: CaseFile, appointment: int) -> Appointment:
    """The refill visit of that number; a visit for anything else is not over because a pump was filled."""
    for visit in file.snapshot.visits(Purpose.REFILL):
        if visit.appointment == appointment and visit.state in LIVE_APPOINTMENT:
            return visit
    raise NotFound(str(appointment))
