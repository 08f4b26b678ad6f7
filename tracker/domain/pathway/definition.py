"""A pathway as a value: what a pathway file says once it has been read and expanded.

Nothing here decides anything. ``loader`` makes these values, ``engine`` and the obligations read them, ``check``
proves them.
"""

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.pathway.observation import ObservationRule, PassRule
from tracker.domain.pathway.requirements import Requirement
from tracker.domain.words import Purpose, Role, Told

#: How the parameter that holds the least flow of a make's pumps ends.
MINIMUM_FLOW = "_minimum_flow"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A clinical number with its source. Empty ``approved_by``: a clinician has not confirmed it."""

    name: str
    value: Decimal
    unit: str
    source: str
    approved_by: str
    approved_on: date | None


@dataclass(frozen=True, slots=True)
class Script:
    """What is read out to a caller, word for word. Empty ``approved_by``: no clinician has approved the words."""

    name: str
    text: str
    source: str
    approved_by: str
    approved_on: date | None


@dataclass(frozen=True, slots=True)
class ScanTask:
    """What is done before an MRI, with a pump in whose model one of ``pumps`` stands (in small letters, no spaces).
    ``done_by``: "reading" or "word"."""

    name: str
    label: str
    pumps: tuple[str, ...]
    done_by: str
    source: str


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a case can stand. ``target_days`` is ``None`` where a booked date or an ordered date is the target.

    ``refill_pending``: a pump may be here before its next refill is planned (taken over, reviewed, stopped).
    """

    name: str
    label: str
    phase: str
    owner: Role | None
    target_days: int | None
    target: str
    next: str
    refill_pending: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the case still has a next step."""
        return self.phase != "closed"


@dataclass(frozen=True, slots=True)
class Transition:
    """One edge. A transition of the file with several ``from`` stages is one value for each. ``visit_over``: the
    procedure whose visit ends with the step; ``discharged``: the patient leaves with it."""

    name: str
    label: str
    source: str
    target: str
    roles: frozenset[Role]
    is_automatic: bool
    needs: tuple[Requirement, ...]
    reasons: tuple[str, ...]
    begins: frozenset[str]
    is_deviation: bool = False
    visit_over: str = ""
    discharged: bool = False


@dataclass(frozen=True, slots=True)
class Procedure:
    """A trial or an implant: what it demands on its day, and where that day stands on the pathway."""

    purpose: str
    booked_stage: str
    day_stage: str
    needs: tuple[Requirement, ...]
    checklist: str


@dataclass(frozen=True, slots=True)
class Rung:
    """Who is told that something is still open, in civil days from its anchor (negative: before).

    ``days`` is ``None`` for whoever has it from the beginning. ``is_unplanned``: only while nothing plans it.
    ``is_plan``: what is acknowledged here is a physician's plan for a date that has come.
    """

    who: Told
    days: int | None
    is_unplanned: bool = False
    is_plan: bool = False


@dataclass(frozen=True, slots=True)
class ObligationRule:
    """When something must happen, in days from its anchor (negative: before). ``None``: no such step.

    ``counts_open_days``: only days on which the clinic is open are counted. ``owner`` is ``None`` where the stage's
    owner answers for it. ``ladder``: who is told while it is open, in order. ``acknowledge_days``: for how many days
    at most somebody may say that they are at it. ``from_time``: it stands from this wall time of its due day on;
    without one from the beginning.
    """

    kind: str
    label: str
    anchor: str
    owner: Role | None
    due_days: int
    warn_days: int | None
    escalate_days: int | None
    critical_days: int | None
    closed_by: tuple[str, ...]
    counts_open_days: bool = False
    ladder: tuple[Rung, ...] = ()
    acknowledge_days: int = 0
    from_time: time | None = None


@dataclass(frozen=True, slots=True)
class FollowUpRule:
    """What is done afterwards: ``days`` after the fact it follows (once for each), then ``every_days`` after the last
    one, until a result of ``ends_on`` or, without ``every_days``, until all were done.

    ``after`` names what it follows (``words.FollowedFact``). ``stages``: only while the case stands in one of
    them; empty: wherever it stands. ``missed``: results that mean that the patient was not reached.

    Before a booked procedure ``days`` are negative, and ``counts_open_days`` counts only days on which the clinic is
    open. ``fresh_days``: a result of longer before the day does not count, because the procedure was moved.
    """

    name: str
    label: str
    after: str
    days: tuple[int, ...]
    every_days: int | None
    results: tuple[str, ...]
    ends_on: frozenset[str]
    missed: frozenset[str]
    stages: frozenset[str]
    owner: Role
    escalate_days: int | None
    critical_days: int | None
    ladder: tuple[Rung, ...] = ()
    acknowledge_days: int = 0
    counts_open_days: bool = False
    fresh_days: int | None = None


@dataclass(frozen=True, slots=True)
class ReminderRule:
    """A message, ``days_before`` its anchor's civil date at ``wall_time`` of the patient's zone. Of use until
    ``useless_hours_before`` the visit.

    Both negative (``is_after``): so many days after the visit is over, and of use for so many hours from then on.

    ``day_template``: its words while the time of the visit is not final, which tell the day alone. ``visit_template``:
    those of a consent where a visit is booked to sign it.

    ``channels``: by what it travels, the first that works, unless the patient prefers another of them. ``to``: whose
    addresses; the patient's fall back to the caregiver's and the facility's, a copy for these to nobody.
    ``counts_open_days``: ``days_before`` are days on which the clinic is open. ``unless_confirmed``: not once the
    patient has said that they come.
    """

    name: str
    kind: str
    purposes: frozenset[str]
    days_before: int
    wall_time: time
    template: str
    useless_hours_before: int
    channels: tuple[str, ...] = ("email",)
    to: str = "patient"
    counts_open_days: bool = False
    unless_confirmed: bool = False
    day_template: str = ""
    visit_template: str = ""

    @property
    def is_after(self) -> bool:
        """Whether it comes once the visit is over."""
        return self.days_before < 0

    @property
    def templates(self) -> tuple[str, ...]:
        """Everything it can say."""
        return tuple(filter(None, (self.template, self.day_template, self.visit_template)))

    @property
    def is_call(self) -> bool:
        """Whether nobody is written to: a person calls, at its time."""
        return self.channels == ("phone",)


@dataclass(frozen=True, slots=True)
class Drug:
    """A drug the pump may hold: picked concentrations (mcg/mL) and how many days it keeps in the pump.

    A daily dose above ``daily_dose_asked_above_mcg`` is asked back once; ``None``: no dose is.
    """

    name: str
    concentrations_mcg_ml: tuple[Decimal, ...]
    in_pump_days: int
    trial_doses_mcg: tuple[Decimal, ...]
    trial_concentration_mcg_ml: Decimal
    daily_dose_asked_above_mcg: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Pathway:
    """A whole pathway. ``transitions`` are in the order of the file.

    ``beside``: the pathway whose cases these cases stand beside, and whose devices they are about; a case of this one
    never holds a device. Empty: a pathway of its own. ``final_times``: the visits that are booked with a provisional
    time; no patient is told it until somebody says that it is final.
    """

    name: str
    version: int
    label: str
    initial: str
    stages: dict[str, Stage]
    transitions: tuple[Transition, ...]
    procedures: dict[str, Procedure]
    checklists: dict[str, tuple[ChecklistItemRule, ...]]
    obligations: dict[str, ObligationRule]
    follow_ups: dict[str, FollowUpRule]
    reminders: tuple[ReminderRule, ...]
    parameters: dict[str, Parameter]
    scripts: dict[str, Script]
    scan_tasks: dict[str, ScanTask]
    drugs: dict[str, Drug]
    phases: dict[str, str]
    beside: str = ""
    final_times: frozenset[str] = frozenset()
    observation: ObservationRule | None = None
    pass_rules: tuple[PassRule, ...] = ()
    _leaving: dict[str, tuple[Transition, ...]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Sort the edges by where they begin: every look at a case asks for them several times."""
        found = {stage: tuple(each for each in self.transitions if each.source == stage) for stage in self.stages}
        object.__setattr__(self, "_leaving", found)

    def leaving(self, stage: str) -> tuple[Transition, ...]:
        """The edges out of a stage, in the order of the file."""
        return self._leaving.get(stage, ())

    def transition(self, name: str, source: str) -> Transition | None:
        """The edge of that name out of ``source``, if there is one."""
        return next((edge for edge in self.leaving(source) if edge.name == name), None)

    def days(self, parameter: str) -> int:
        """The whole number that a parameter holds.

        :raises KeyError: for a parameter that the file does not have
        """
        return int(self.parameters[parameter].value)

    def minimum_flow_ml_day(self, model: str) -> Decimal | None:
        """The least flow (mL/day) of a pump, by the make in its model's name; ``None`` where the file does not say.

        A make's number is the parameter ``<make>_minimum_flow``.
        """
        called = model.casefold().replace(" ", "")
        limits = (each for each in self.parameters.values() if each.name.endswith(MINIMUM_FLOW))
        return next((each.value for each in limits if each.name.removesuffix(MINIMUM_FLOW) in called), None)

    @property
    def visit_purposes(self) -> frozenset[str]:
        """What a visit of a case can be for: its procedures, and what goes with the devices that it holds."""
        both = (Purpose.CONSENT, Purpose.FOLLOW_UP, Purpose.WOUND_CHECK)
        own = (Purpose.EVALUATION, Purpose.REFILL, Purpose.TITRATION, Purpose.DECISION)
        return frozenset({*self.procedures, *both, *(() if self.beside else own)})

    @property
    def unapproved(self) -> tuple[Parameter, ...]:
        """The numbers that no clinician has confirmed."""
        return tuple(each for each in self.parameters.values() if not each.approved_by)
