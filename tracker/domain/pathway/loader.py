"""From the text of a pathway file to a ``Pathway``.

The loader also adds what a safety property needs everywhere, so that no file can forget it: what a phase ``holds`` to
every step into and within it, the procedure's needs to the way into its day and out of it, "no device in the patient"
to every closing but death and completed transfer. A case beside another holds no device, so it is not asked there.
"""

from datetime import date
from decimal import Decimal
from typing import TypeVar

from tracker.domain.pathway.checklist_rules import read_checklists
from tracker.domain.pathway.definition import (
    Drug,
    FollowUpRule,
    ObligationRule,
    Parameter,
    Pathway,
    Procedure,
    Rung,
    ScanTask,
    Script,
    Stage,
    Transition,
)
from tracker.domain.pathway.needs import checklist_need, of_procedure, read_needs
from tracker.domain.pathway.observation import read_observation, read_pass_rule
from tracker.domain.pathway.reminder_rules import read_reminder
from tracker.domain.pathway.requirements import Requirement
from tracker.domain.pathway.requirements.device import DeviceState
from tracker.domain.pathway.requirements.person import Determined
from tracker.domain.pathway.source import PathwayFileError, Source, Table
from tracker.domain.words import DeterminationKind, Role, Told, is_word

__all__ = ["PathwayFileError", "load_pathway"]

T = TypeVar("T")

TOP = {
    "name", "version", "label", "initial", "phases", "holds", "parameters", "drugs", "stages", "closed",
    "procedures", "transitions", "obligations", "follow_ups", "reminders", "checklists", "scripts",
    "scan_tasks", "beside", "needs_final_time", "observation", "pass_rules",
}  # fmt: skip
EDGE = {
    "label", "from", "recordable_from", "to", "roles", "automatic", "needs", "reasons", "begins", "enters",
    "completes", "part", "visit_over", "discharged",
}  # fmt: skip
#: Closings that may leave a device in the patient.
WITH_DEVICE = frozenset({"deceased", "transferred"})
#: What a step may begin anew.
COUNTED = frozenset({"trial", "series", "implant"})


def load_pathway(text: str) -> Pathway:
    """Read and expand a pathway file.

    :raises PathwayFileError: with the line and the key of whatever cannot be read
    """
    return _Loader(Source.parse(text)).pathway()


class _Loader:
    """One reading of one file."""

    def __init__(self, source: Source) -> None:
        self.source, self.tables = source, source.tables
        source.only(self.tables, TOP, "file")
        self.beside = source.text_of(self.tables, "beside", "file", "")
        self.phases = self._labels("phases")
        self.parameters = {name: self._parameter(name, raw) for name, raw in self._each("parameters")}
        self.stages = self._stages()
        self.checklists = read_checklists(source, self.parameters)
        self.procedures = {name: self._procedure(name, raw) for name, raw in self._each("procedures")}
        self.holds = self._holds()

    def pathway(self) -> Pathway:
        initial = self._known(self.tables.get("initial"), self.stages, "initial", "stage")
        version = self.source.number_of(self.tables, "version", "file")
        if version is None:
            self.source.fail("version", "the file has no version")
        edges = [edge for name, raw in self._each("transitions") for edge in self._edges(name, raw)]
        for stage in self.stages.values():
            if stage.is_open and not any(e.name == stage.next and e.source == stage.name for e in edges):
                self.source.fail(f"stages.{stage.name}.next", f"no step {stage.next!r} leaves this stage")
        return Pathway(
            name=self.source.text_of(self.tables, "name", "file"),
            version=version,
            label=self.source.text_of(self.tables, "label", "file"),
            initial=initial,
            stages=self.stages,
            transitions=tuple(edges),
            procedures=self.procedures,
            checklists=self.checklists,
            obligations={name: self._obligation(name, raw) for name, raw in self._each("obligations")},
            follow_ups={name: self._follow_up(name, raw) for name, raw in self._each("follow_ups")},
            reminders=tuple(read_reminder(self.source, name, raw) for name, raw in self._each("reminders")),
            parameters=self.parameters,
            scan_tasks={name: self._scan_task(name, raw) for name, raw in self._each("scan_tasks")},
            scripts={name: self._script(name, raw) for name, raw in self._each("scripts")},
            drugs={name: self._drug(name, raw) for name, raw in self._each("drugs")},
            phases=self.phases,
            beside=self.beside,
            final_times=frozenset(self.source.texts_of(self.tables, "needs_final_time", "file")),
            observation=read_observation(self.source, self.tables.get("observation")),
            pass_rules=tuple(read_pass_rule(self.source, name, raw) for name, raw in self._each("pass_rules")),
        )

    def _each(self, name: str) -> list[tuple[str, Table]]:
        return list(self.source.table(self.tables, name).items())

    def _labels(self, name: str) -> dict[str, str]:
        found = self.tables.get(name, {})
        if not isinstance(found, dict) or not all(isinstance(label, str) for label in found.values()):
            self.source.fail(name, "must be a table of labels")
        return dict(found)

    def _known(self, found: object, among: dict[str, T], at: str, what: str) -> str:
        if not isinstance(found, str) or found not in among:
            self.source.fail(at, f"there is no {what} {found!r}")
        return found

    def _role(self, found: object, at: str) -> Role:
        try:
            return Role(str(found))
        except ValueError:
            self.source.fail(at, f"there is no role {found!r}")

    def _parameter(self, name: str, raw: Table) -> Parameter:
        at = f"parameters.{name}"
        self.source.only(raw, {"value", "unit", "source", "approved_by", "approved_on"}, at)
        value, approved_on = raw.get("value"), raw.get("approved_on")
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.source.fail(f"{at}.value", "must be a number")
        return Parameter(
            name=name,
            value=Decimal(str(value)),
            unit=self.source.text_of(raw, "unit", at),
            source=self.source.text_of(raw, "source", at),
            approved_by=self.source.text_of(raw, "approved_by", at, ""),
            approved_on=approved_on if isinstance(approved_on, date) else None,
        )

    def _script(self, name: str, raw: Table) -> Script:
        at, approved_on = f"scripts.{name}", raw.get("approved_on")
        self.source.only(raw, {"text", "source", "approved_by", "approved_on"}, at)
        return Script(
            name=name,
            text=self.source.text_of(raw, "text", at).strip(),
            source=self.source.text_of(raw, "source", at),
            approved_by=self.source.text_of(raw, "approved_by", at, ""),
            approved_on=approved_on if isinstance(approved_on, date) else None,
        )

    def _scan_task(self, name: str, raw: Table) -> ScanTask:
        at = f"scan_tasks.{name}"
        texts = {key: self.source.text_of(raw, key, at) for key in ("label", "done_by", "source")}
        self.source.only(raw, {"pumps", *texts}, at)
        return ScanTask(name=name, pumps=self.source.texts_of(raw, "pumps", at), **texts)

    def _stages(self) -> dict[str, Stage]:
        found = {name: self._stage(name, raw) for name, raw in self._each("stages")}
        for name, label in self._labels("closed").items():
            found[name] = Stage(name, label, "closed", None, None, "", "")
        return found

    def _stage(self, name: str, raw: Table) -> Stage:
        at = f"stages.{name}"
        self.source.only(raw, {"label", "phase", "owner", "target_days", "target", "next", "refill_pending"}, at)
        days, target = self.source.number_of(raw, "target_days", at), self.source.text_of(raw, "target", at, "")
        if (days is None) is not bool(target):
            self.source.fail(at, "needs either target_days or a dated target")
        return Stage(
            name=name,
            label=self.source.text_of(raw, "label", at),
            phase=self._known(raw.get("phase"), self.phases, f"{at}.phase", "phase"),
            owner=self._role(raw.get("owner"), f"{at}.owner"),
            target_days=days,
            target=target,
            next=self.source.text_of(raw, "next", at),
            refill_pending=self.source.flag_of(raw, "refill_pending", at),
        )

    def _procedure(self, name: str, raw: Table) -> Procedure:
        at = f"procedures.{name}"
        self.source.only(raw, {"booked_stage", "day_stage", "checklist", "needs"}, at)
        return Procedure(
            purpose=name,
            booked_stage=self._known(raw.get("booked_stage"), self.stages, f"{at}.booked_stage", "stage"),
            day_stage=self._known(raw.get("day_stage"), self.stages, f"{at}.day_stage", "stage"),
            needs=read_needs(self.source, raw.get("needs", []), self.parameters, f"{at}.needs", of_procedure=name),
            checklist=self._known(raw.get("checklist"), self.checklists, f"{at}.checklist", "checklist"),
        )

    def _holds(self) -> dict[str, tuple[Requirement, ...]]:
        raw = self.tables.get("holds", {})
        found: dict[str, tuple[Requirement, ...]] = {}
        for phase, needs in raw.items() if isinstance(raw, dict) else ():
            self._known(phase, self.phases, f"holds.{phase}", "phase")
            read = read_needs(self.source, needs, self.parameters, f"holds.{phase}")
            found[phase] = of_procedure(read, phase) if phase in self.procedures else read
        return found

    def _edges(self, name: str, raw: Table) -> list[Transition]:
        at = f"transitions.{name}"
        self.source.only(raw, EDGE, at)
        planned = self.source.texts_of(raw, "from", at)
        if planned == ("*open",):
            planned = tuple(stage.name for stage in self.stages.values() if stage.is_open)
        unplanned = self.source.texts_of(raw, "recordable_from", at)
        if not planned and not unplanned:
            self.source.fail(at, "says no stage it leaves from")
        edges = [self._edge(name, raw, stage, is_deviation=False) for stage in planned]
        return edges + [self._edge(name, raw, stage, is_deviation=True) for stage in unplanned]

    def _edge(self, name: str, raw: Table, leaves: str, *, is_deviation: bool) -> Transition:
        at = f"transitions.{name}"
        self._known(leaves, self.stages, f"{at}.from", "stage")
        target = self._known(raw.get("to"), self.stages, f"{at}.to", "stage")
        roles = frozenset(self._role(role, f"{at}.roles") for role in self.source.texts_of(raw, "roles", at))
        begins = frozenset(self.source.texts_of(raw, "begins", at))
        if not begins <= COUNTED:
            self.source.fail(f"{at}.begins", f"only {', '.join(sorted(COUNTED))} are counted")
        visit_over = self.source.text_of(raw, "visit_over", at, "")
        if visit_over:
            self._known(visit_over, self.procedures, f"{at}.visit_over", "procedure")
        discharged = self.source.flag_of(raw, "discharged", at)
        if discharged and not visit_over:
            self.source.fail(f"{at}.discharged", "names no visit that is over")
        automatic = self.source.flag_of(raw, "automatic", at)
        if automatic is bool(roles):
            self.source.fail(at, "is either automatic or has roles that may take it")
        return Transition(
            name=name,
            label=self.source.text_of(raw, "label", at),
            source=leaves,
            target=target,
            roles=roles,
            is_automatic=automatic,
            needs=self._needs(raw, leaves, target, at, is_deviation=is_deviation),
            reasons=self.source.texts_of(raw, "reasons", at),
            begins=begins,
            is_deviation=is_deviation,
            visit_over=visit_over,
            discharged=discharged,
        )

    def _needs(self, raw: Table, leaves: str, target: str, at: str, *, is_deviation: bool) -> tuple[Requirement, ...]:
        needs = read_needs(self.source, raw.get("needs", []), self.parameters, f"{at}.needs")
        for word in ("enters", "completes"):
            purpose = self.source.text_of(raw, word, at, "")
            if purpose:
                self._known(purpose, self.procedures, f"{at}.{word}", "procedure")
                procedure = self.procedures[purpose]
                part = self.source.text_of(raw, "part", at, "none")
                if part not in ("none", "before", "all"):
                    self.source.fail(f"{at}.part", "is none, before or all")
                checklist = checklist_need(procedure.checklist, purpose, part, self.checklists[procedure.checklist])
                needs = (*of_procedure(needs, purpose), *procedure.needs, *checklist)
                if is_deviation:
                    deviation = DeterminationKind.DEVIATION
                    needs = (*needs, Determined(determination=deviation, purpose=purpose))
        target_phase = self.stages[target].phase
        needs += tuple(hold for hold in self.holds.get(target_phase, ()) if hold.key not in {n.key for n in needs})
        closes = target_phase == "closed" and self.stages[leaves].is_open
        if closes and not self.beside and target not in WITH_DEVICE:
            needs = (*needs, DeviceState(device="any", in_place=False))
        return needs

    def _obligation(self, name: str, raw: Table) -> ObligationRule:
        at = f"obligations.{name}"
        days = {key: self.source.number_of(raw, key, at) for key in ("warn_days", "escalate_days", "critical_days")}
        own = {"label", "anchor", "owner", "due_days", "closed_by", "open_days", "ladder", "acknowledge_days"}
        self.source.only(raw, {*own, *days, "from_time"}, at)
        due, owner = self.source.number_of(raw, "due_days", at), raw.get("owner")
        if due is None:
            self.source.fail(f"{at}.due_days", "must be a whole number")
        return ObligationRule(
            kind=name,
            label=self.source.text_of(raw, "label", at),
            anchor=self.source.text_of(raw, "anchor", at),
            owner=None if owner == "stage" else self._role(owner, f"{at}.owner"),
            due_days=due,
            warn_days=days["warn_days"],
            escalate_days=days["escalate_days"],
            critical_days=days["critical_days"],
            closed_by=self.source.texts_of(raw, "closed_by", at),
            counts_open_days=self.source.flag_of(raw, "open_days", at),
            ladder=self._ladder(raw, at),
            acknowledge_days=self.source.number_of(raw, "acknowledge_days", at) or 0,
            from_time=self.source.time_of(raw, "from_time", at) if "from_time" in raw else None,
        )

    def _ladder(self, raw: Table, at: str) -> tuple[Rung, ...]:
        rungs = raw.get("ladder", [])
        if not isinstance(rungs, list) or not all(isinstance(each, dict) for each in rungs):
            self.source.fail(f"{at}.ladder", "must be a list of rungs")
        return tuple(self._rung(each, f"{at}.ladder") for each in rungs)

    def _rung(self, raw: Table, at: str) -> Rung:
        self.source.only(raw, {"who", "days", "while", "plan"}, at)
        who, lasts = self.source.text_of(raw, "who", at), self.source.text_of(raw, "while", at, "open")
        if not is_word(who, Told):
            self.source.fail(at, f"nobody is called {who!r}; known are {', '.join(Told)}")
        if lasts not in ("open", "unplanned"):
            self.source.fail(at, f"a rung stands while open or unplanned, not {lasts!r}")
        is_plan = self.source.flag_of(raw, "plan", at)
        return Rung(Told(who), self.source.number_of(raw, "days", at), lasts == "unplanned", is_plan)

    def _follow_up(self, name: str, raw: Table) -> FollowUpRule:
        at = f"follow_ups.{name}"
        texts = {key: self.source.texts_of(raw, key, at) for key in ("results", "ends_on", "missed", "stages")}
        counts = ("every_days", "escalate_days", "critical_days", "acknowledge_days", "fresh_days")
        numbers = {key: self.source.number_of(raw, key, at) for key in counts}
        self.source.only(raw, {"label", "after", "owner", "days", "ladder", "open_days", *texts, *numbers}, at)
        days = raw.get("days")
        if not isinstance(days, list) or not days or not all(type(day) is int for day in days):
            self.source.fail(f"{at}.days", "must be whole numbers")
        return FollowUpRule(
            name=name,
            label=self.source.text_of(raw, "label", at),
            after=self.source.text_of(raw, "after", at),
            days=tuple(days),
            every_days=numbers["every_days"],
            results=texts["results"],
            ends_on=frozenset(texts["ends_on"]),
            missed=frozenset(texts["missed"]),
            stages=frozenset(texts["stages"]),
            owner=self._role(raw.get("owner"), f"{at}.owner"),
            escalate_days=numbers["escalate_days"],
            critical_days=numbers["critical_days"],
            ladder=self._ladder(raw, at),
            acknowledge_days=numbers["acknowledge_days"] or 0,
            counts_open_days=self.source.flag_of(raw, "open_days", at),
            fresh_days=numbers["fresh_days"],
        )

    def _drug(self, name: str, raw: Table) -> Drug:
        at = f"drugs.{name}"
        lists = ("concentrations_mcg_ml", "trial_doses_mcg")
        numbers = ("in_pump_days", "trial_concentration_mcg_ml", "daily_dose_asked_above_mcg")
        self.source.only(raw, {*lists, *numbers}, at)
        days, strength, most = (self.source.number_of(raw, key, at) for key in numbers)
        if days is None or strength is None:
            self.source.fail(at, "needs in_pump_days and trial_concentration_mcg_ml")
        return Drug(
            name=name,
            concentrations_mcg_ml=self._numbers(raw, lists[0], at),
            in_pump_days=days,
            trial_doses_mcg=self._numbers(raw, lists[1], at),
            trial_concentration_mcg_ml=Decimal(strength),
            daily_dose_asked_above_mcg=None if most is None else Decimal(most),
        )

    def _numbers(self, raw: Table, key: str, at: str) -> tuple[Decimal, ...]:
        found = raw.get(key)
        if not isinstance(found, list) or not all(isinstance(each, int) for each in found):
            self.source.fail(f"{at}.{key}", "must be a list of whole numbers")
        return tuple(Decimal(each) for each in found)
