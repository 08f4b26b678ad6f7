"""What stands in the way of one test dose: asked before the injection, and again when it is recorded.

The same list serves both, so that what the check lets pass is recorded without a word, and what it stops is recorded as
a deviation or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal

from tracker.domain.facts import Appointment, ChecklistItem, Device, TrialDose
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.engine import unmet
from tracker.domain.pathway.requirements import Requirement
from tracker.domain.pathway.requirements.device import DeviceState
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import AppointmentState, DeterminationKind, DeviceKind, Role
from tracker.queries.case_detail import OpenedCase
from tracker.services.deviations import day_not_begun, expired_lot

#: The route of a dose that needs no new puncture.
THROUGH_CATHETER = "trial_catheter"
#: What is wrong with the very syringe, or with the hour.
AT_ONCE = frozenset({"dose_before_arrival", "too_soon", "series_full", "dose_differs", "dose_not_listed",
                     "wrong_strength", "wrong_drug", "lot_expired", "expiry_missing"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """A test dose as it was given: mcg, mcg/mL, mL."""

    dose_mcg: Decimal
    concentration_mcg_ml: Decimal
    volume_ml: Decimal
    lot: str
    expires_on: date | None
    second_by: int | None
    drug: str = "baclofen"
    route: str = "lumbar_puncture"
    deviation_reason: str = ""
    deviation_seen: frozenset[str] | None = None

    def problems(self, given_by: int) -> dict[str, str]:
        """What cannot have been given, as a sentence per field."""
        found = self.contradictions()
        if not self.lot.strip():
            found["lot"] = "Write down the lot."
        if self.second_by in (None, given_by):
            found["second_by"] = "A second person must have read drug, dose and volume."
        return found

    def contradictions(self) -> dict[str, str]:
        """Where dose, strength and volume do not agree, as a sentence per field."""
        found: dict[str, str] = {}
        for name in ("dose_mcg", "concentration_mcg_ml", "volume_ml"):
            if getattr(self, name) <= 0:
                found[name] = "Must be more than zero."
        product = self.concentration_mcg_ml * self.volume_ml
        if not found and product != self.dose_mcg:
            found["dose_mcg"] = (
                f"{_plain(self.volume_ml)} mL of {_plain(self.concentration_mcg_ml)} mcg/mL is {_plain(product)} mcg, "
                f"not {_plain(self.dose_mcg)}. Read the three again."
            )
        return found

    @property
    def syringe(self) -> str:
        """What two people read before it is given: drug, strength, volume, dose, lot, expiry, route, and who reads."""
        read = (self.drug, self.concentration_mcg_ml, self.volume_ml, self.dose_mcg, self.lot, self.expires_on)
        return "|".join(str(each) for each in (*read, self.route, self.second_by))

    def amounts(self) -> dict[str, object]:
        """The fields that a ``TrialDose`` has too."""
        shared = {each.name for each in fields(self)} & {each.name for each in fields(TrialDose)}
        return {name: getattr(self, name) for name in shared} | {"lot": self.lot.strip()}


def check_dose(case: OpenedCase, given: Given, at: datetime) -> tuple[Blocker, ...]:
    """Everything that stands in the way of giving this dose at the instant ``at``; nothing is written.

    Empty: as far as the record says, it may be injected.
    """
    snapshot, visit = case.snapshot, case.snapshot.visit("trial")
    dose = TrialDose(
        seq=1 + max((fact.seq for fact in snapshot.facts), default=0),
        effective_at=at,
        recorded_at=at,
        recorded_by=None,
        attempt=snapshot.trial_attempt,
        series=snapshot.trial_series,
        appointment=visit.appointment if visit else None,
        **given.amounts(),  # type: ignore[arg-type]  # the fields that both have are of one type
    )
    missing = stops(case.pathway, snapshot.with_fact(dose), dose, at)
    if snapshot.stage != begun_stage(case.pathway, snapshot, dose):
        missing += day_not_begun(case.pathway, snapshot.stage, "trial")
    # Whoever holds a syringe reads the first line: a dose too soon, or another one than ordered, comes before papers.
    return tuple(sorted(missing, key=lambda each: each.code not in AT_ONCE))


def stops(pathway: Pathway, snapshot: Snapshot, dose: TrialDose, at: datetime) -> tuple[Blocker, ...]:
    """What stands in the way of a dose that is in the snapshot: what its step needs, the order, the approved list, the
    strength and the lot. That its day has begun is asked apart.

    The list is held against the time of the injection: what was answered after it does not count for it. What excused
    an earlier dose is asked again.
    """
    missing: Sequence[Blocker] = unmet(
        _needs(pathway, snapshot, dose), _as_it_was(snapshot, dose).without_deviations(), at
    )
    before = _before_arrival(snapshot, dose)
    return (*before, *missing, *_against_the_order(pathway, snapshot, dose), *_of_the_lot(snapshot, dose))


def _as_it_was(snapshot: Snapshot, dose: TrialDose) -> Snapshot:
    """The snapshot without the answers that were given after the injection. A time is typed to the minute."""
    ends_at = _minute(dose.effective_at)
    late = {each.seq for each in snapshot.of(ChecklistItem) if _minute(each.effective_at) > ends_at}
    kept = tuple(each for each in snapshot.facts if each.seq not in late)
    return replace(snapshot, facts=kept, by_kind={}) if late else snapshot


def _before_arrival(snapshot: Snapshot, dose: TrialDose) -> tuple[Blocker, ...]:
    """What to say of an injection before the patient of its visit came; nothing where nobody marked that."""
    for visit in snapshot.of(Appointment):
        is_here = visit.appointment == dose.appointment and visit.state == AppointmentState.ARRIVED
        if is_here and _minute(dose.effective_at) < _minute(visit.effective_at):
            arrived = f"{snapshot.calendar.wall(visit.effective_at):%H:%M}"
            params = (("arrived", arrived),)
            return (Blocker("dose_before_arrival", params, (), "", "dose_before_arrival"),)
    return ()


def _minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)


def _of_the_lot(snapshot: Snapshot, dose: TrialDose) -> tuple[Blocker, ...]:
    if dose.expires_on is None:
        return (Blocker("expiry_missing", requirement="expiry_missing"),)
    return expired_lot(dose.expires_on, snapshot.calendar.today(dose.effective_at))


def _against_the_order(pathway: Pathway, snapshot: Snapshot, dose: TrialDose) -> list[Blocker]:
    found: list[Blocker] = []
    order = snapshot.determination(DeterminationKind.DOSE_ORDER)
    if order is not None and Decimal(order.value) != dose.dose_mcg:
        found.append(Blocker("dose_differs", (("ordered", order.value),), (Role.PHYSICIAN,), "", "dose_order"))
    drug = pathway.drugs.get(dose.drug)
    if drug is None:
        params = (("drug", dose.drug), ("known", ", ".join(sorted(pathway.drugs))))
        return [*found, Blocker("wrong_drug", params, (Role.PHYSICIAN,), "", "wrong_drug")]
    if dose.dose_mcg not in drug.trial_doses_mcg:
        listed = ", ".join(_plain(each) for each in drug.trial_doses_mcg)
        params = (("dose", _plain(dose.dose_mcg)), ("listed", listed))
        found.append(Blocker("dose_not_listed", params, (Role.PHYSICIAN,), "", "dose_not_listed"))
    if dose.concentration_mcg_ml != drug.trial_concentration_mcg_ml:
        screening, strength = _plain(drug.trial_concentration_mcg_ml), _plain(dose.concentration_mcg_ml)
        params = (("screening", screening), ("strength", strength))
        found.append(Blocker("wrong_strength", params, (Role.PHYSICIAN,), "", "wrong_strength"))
    return found


def begun_stage(pathway: Pathway, snapshot: Snapshot, dose: TrialDose) -> str:
    """Another stage in which the day of a dose has begun: while a trial catheter is in, for one through it; and while
    the patient is observed after a dose that was struck out, for the same one put right."""
    day_stage = pathway.procedures["trial"].day_stage
    others = [each for each in snapshot.of(TrialDose) if each.attempt == dose.attempt and each.seq != dose.seq]
    name = "catheter_placed" if _is_through_catheter(snapshot, dose) else "" if others else "dose_given"
    step = pathway.transition(name, day_stage) if name else None
    return step.target if step else ""


def _needs(pathway: Pathway, snapshot: Snapshot, dose: TrialDose) -> tuple[Requirement, ...]:
    """What a test dose needs. One through the catheter needs no patient without a catheter."""
    step = pathway.transition("dose_given", pathway.procedures["trial"].day_stage)
    needs = step.needs if step else ()
    if not _is_through_catheter(snapshot, dose):
        return needs
    return tuple(n for n in needs if not (isinstance(n, DeviceState) and n.device == DeviceKind.TRIAL_CATHETER))


def _is_through_catheter(snapshot: Snapshot, dose: TrialDose) -> bool:
    return dose.route == THROUGH_CATHETER and trial_catheter(snapshot) is not None


def trial_catheter(snapshot: Snapshot) -> Device | None:
    """The temporary catheter that is in, if one is."""
    return next((d for d in snapshot.devices_in_place if d.kind == DeviceKind.TRIAL_CATHETER), None)


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
