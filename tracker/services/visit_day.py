"""What a person says of a visit on its day: where it stands, what is arranged around it, and when its turn is.

What happened is recorded with its true time, whatever it was. Where it is unusual (somebody leaves before the watching
is over) it is asked back once and recorded all the same.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from tracker.domain.access import Permission
from tracker.domain.checklists.rules import ESCORT, ChecklistItemRule
from tracker.domain.checklists.run import done_of, standing_answers
from tracker.domain.errors import InvalidInput, NotFound, Question
from tracker.domain.facts import (
    Appointment,
    Arrangement,
    ChecklistItem,
    Device,
    Fill,
    TrialDose,
    VisitMoment,
)
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.engine import offered
from tracker.domain.pathway.requirements.visit import act_left, faults_of, open_items
from tracker.domain.pathway.wording import sentence_of
from tracker.domain.visit_day import has_stay, least_stay, was_broken_off
from tracker.domain.words import (
    APPOINTMENT_TO_COME,
    LEFT,
    NEEDS_ESCORT,
    Anaesthesia,
    AppointmentState,
    DeterminationKind,
    Escort,
    Interpreter,
    MomentKind,
    is_word,
)
from tracker.persistence.models import AppointmentRow
from tracker.queries.case_columns import OPEN_ITEMS, before_the_act
from tracker.services.case_file import CaseFile, open_case
from tracker.services.work import CaseRef, Work, Written

LONGEST_NAME = 120
LONGEST_PHONE = 40
#: What can only be after the act, and what is said yes to where none is recorded.
_AFTER_THE_ACT = {
    MomentKind.OBSERVATION: "The patient is observed all the same",
    MomentKind.READY: "The patient is ready all the same",
}
#: The arrival of a visit that is over stands in an older version of it.
_ARRIVED_AT = (
    select(AppointmentRow.effective_at)
    .where(
        AppointmentRow.clinic_id == bindparam("clinic"),
        AppointmentRow.case_id == bindparam("case"),
        AppointmentRow.appointment == bindparam("appointment"),
        AppointmentRow.state == AppointmentState.ARRIVED,
    )
    .order_by(AppointmentRow.version.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """What is arranged around a visit. ``anaesthesia`` is ``None`` where it is left as it stands."""

    escort: str
    escort_name: str
    escort_phone: str
    interpreter: str
    anaesthesia: str | None = None

    def problems(self) -> dict[str, str]:
        """What cannot be taken, as a sentence per field."""
        found: dict[str, str] = {}
        words = (("escort", Escort), ("interpreter", Interpreter), ("anaesthesia", Anaesthesia))
        for name, vocabulary in words:
            given = getattr(self, name)
            if given and not is_word(given, vocabulary):
                found[name] = "Choose one of the list."
        if self.escort == Escort.NAMED and not self.escort_name.strip():
            found["escort_name"] = "Write down who takes the patient home."
        if self.escort != Escort.NAMED and self.escort_name.strip():
            found["escort"] = "An escort is named: choose “named”, or take the name out."
        if len(self.escort_name) > LONGEST_NAME:
            found["escort_name"] = f"At most {LONGEST_NAME} characters."
        if len(self.escort_phone) > LONGEST_PHONE:
            found["escort_phone"] = f"At most {LONGEST_PHONE} characters."
        return found


def record_moment(
    work: Work, ref: CaseRef, *, appointment: int, kind: str, happened_at: datetime | None = None
) -> Written:
    """Record where a visit stands from now on, or since ``happened_at``. Whoever has left ends the visit with it.

    :raises NotFound: if there is no such visit
    :raises InvalidInput: for an unknown kind, before the patient came, or after they left
    :raises AskedBack: for somebody who leaves before what is recorded of the visit, before a nurse found them fit to,
        with items open that must be answered before, or without an escort after sedation; for a procedure that
        something stops; and for a trial that is said to be watched, or over, without a dose
    """
    treats = work.actor.may(Permission.CHECKLIST) or kind != MomentKind.DISCHARGED
    permission = Permission.CHECKLIST if treats else Permission.CHECK_IN
    file = open_case(work, ref, permission, effective_at=happened_at)
    visit = _visit(file, appointment)
    problems = {} if is_word(kind, MomentKind) else {"kind": "Choose where the patient is."}
    problems |= _out_of_order(file, visit, kind)
    if problems:
        raise InvalidInput(problems)
    if kind == MomentKind.DISCHARGED:
        file.ask(*_doubts(file, visit))
    if kind in LEFT:
        file.ask(*_before_the_act(file, visit))
    if kind == MomentKind.PROCEDURE:
        file.ask(*_stops(file, visit))
    if kind in _AFTER_THE_ACT:
        file.ask(*_without_act(file, visit, kind))
    file.record(VisitMoment, appointment=appointment, kind=kind)
    if kind in LEFT and visit.state == AppointmentState.ARRIVED:
        file.change(visit, version=visit.version + 1, state=AppointmentState.COMPLETED, reason="")
    return file.finish("visit_moment", kind=kind)


def arrange(work: Work, ref: CaseRef, *, appointment: int, arranged: Arranged) -> Written:
    """Record escort, interpreter and, by those who see clinical detail, the anaesthesia that is planned.

    :raises NotFound: if there is no such visit
    :raises NotPermitted: for anaesthesia by somebody who sees no clinical detail
    :raises InvalidInput: for what cannot be
    :raises AskedBack: where nobody comes along, and the checklist says that somebody does
    """
    file = open_case(work, ref, Permission.ARRANGE)
    if arranged.anaesthesia is not None:
        work.require(Permission.SEE_CLINICAL)
    visit = _visit(file, appointment)
    problems = arranged.problems()
    if problems:
        raise InvalidInput(problems)
    values: dict[str, object] = {
        "escort": arranged.escort,
        "escort_name": arranged.escort_name.strip(),
        "escort_phone": arranged.escort_phone.strip() if arranged.escort == Escort.NAMED else "",
        "interpreter": arranged.interpreter,
    }
    if arranged.anaesthesia is not None:
        values["anaesthesia"] = arranged.anaesthesia
    _keep(file, visit, values)
    if arranged.escort == Escort.NOBODY:
        file.ask(*_named_in_checklist(file, visit))
    return file.finish("visit_arranged")


def _named_in_checklist(file: CaseFile, visit: Appointment) -> list[Question]:
    answers = standing_answers(file.snapshot.of(ChecklistItem), visit, file.snapshot.calendar)
    if ESCORT not in done_of(answers):
        return []
    sentence = "The visit's list says that an escort is named: put that right too."
    return [Question("escort", f"{visit.appointment} nobody", sentence, "Nobody comes along all the same")]


def take_turn(work: Work, ref: CaseRef, *, appointment: int, turn_at: datetime) -> Written:
    """Put a visit elsewhere in the order of its room, for its day. What the patient was told does not move.

    ``turn_at``: an instant of the visit's day; it only says before and after whom.

    :raises NotFound: if no such visit holds its place
    :raises InvalidInput: for another day
    """
    file = open_case(work, ref, Permission.CHECK_IN)
    visit = _visit(file, appointment)
    if visit.state not in {*APPOINTMENT_TO_COME, AppointmentState.ARRIVED}:
        raise NotFound(str(appointment))
    calendar = file.snapshot.calendar
    if calendar.today(turn_at) != calendar.today(visit.starts_at):
        raise InvalidInput({"turn_at": "The order is that of one day. Move the visit to another day instead."})
    _keep(file, visit, {"turn_at": turn_at})
    return file.finish("visit_turn")


def end_turn(file: CaseFile, visit: Appointment) -> None:
    """Let a visit that is moved stand in its room by its new time."""
    standing = next((each for each in file.snapshot.of(Arrangement) if each.appointment == visit.appointment), None)
    if standing is not None and standing.turn_at is not None:
        file.change(standing, turn_at=None)


def _visit(file: CaseFile, appointment: int) -> Appointment:
    for visit in file.snapshot.of(Appointment):
        if visit.appointment == appointment:
            return visit
    raise NotFound(str(appointment))


def _keep(file: CaseFile, visit: Appointment, values: dict[str, object]) -> None:
    standing = next((each for each in file.snapshot.of(Arrangement) if each.appointment == visit.appointment), None)
    if standing is None:
        file.record(Arrangement, appointment=visit.appointment, **values)
    else:
        file.change(standing, **values)


def _out_of_order(file: CaseFile, visit: Appointment, kind: str) -> dict[str, str]:
    """What cannot be at that time: before the patient came, after they left, or leaving before something later."""
    if visit.state in APPOINTMENT_TO_COME:
        return {"kind": "Mark the arrival first; it can be entered with its true time."}
    if visit.state not in {AppointmentState.ARRIVED, AppointmentState.COMPLETED} and not was_broken_off(
        file.snapshot, visit
    ):
        return {"kind": "This visit did not take place. Put it back first."}
    calendar, at = file.snapshot.calendar, file.effective_at
    arrived_at = _arrival(file, visit)
    if arrived_at is not None and at < arrived_at:
        return {"happened_at": f"The patient came at {calendar.wall(arrived_at):%H:%M}; this was before."}
    others = [each for each in file.snapshot.of(VisitMoment) if each.appointment == visit.appointment]
    left = next((each for each in others if each.kind in LEFT), None)
    if left is not None and (kind in LEFT or at >= left.effective_at):
        when = f"{calendar.wall(left.effective_at):%H:%M}"
        return {"kind": f"The patient left at {when}. Strike that out first if it was a mistake."}
    later = max((each.effective_at for each in others), default=None)
    if kind in LEFT and later is not None and later > at:
        return {"happened_at": f"Something later is recorded, at {calendar.wall(later):%H:%M}."}
    return {}


def _arrival(file: CaseFile, visit: Appointment) -> datetime | None:
    if visit.state == AppointmentState.ARRIVED:
        return visit.effective_at
    keys = {"clinic": file.case.clinic_id, "case": file.case.id, "appointment": visit.appointment}
    return file.work.session.connection().scalar(_ARRIVED_AT, keys)


def _doubts(file: CaseFile, visit: Appointment) -> list[Question]:
    """What speaks against leaving now. Whoever does not treat is told that a nurse has not said so, and whoever sees no
    clinical detail is told nothing else."""
    if not has_stay(file.pathway, visit.purpose):
        return []
    may = file.work.actor.may
    left = _left_after(file, visit) if may(Permission.CHECKLIST) else ""
    found = [each for each in (_still_watched(file, visit), left, _without_escort(file, visit)) if each]
    sentences = found if may(Permission.SEE_CLINICAL) else []
    if not may(Permission.CHECKLIST) and (found or not _is_said_fit(file, visit)):
        sentences = ["No nurse has said that this patient may go.", *sentences]
    if not sentences:
        return []
    about = f"{visit.appointment} {len(found)} {file.effective_at:%Y-%m-%d}"
    return [Question("happened_at", about, " ".join(sentences), "The patient has left all the same")]


def _stops(file: CaseFile, visit: Appointment) -> list[Question]:
    """What stops the procedure that is said to begin. What is answered in the room, as the last before the act, is not
    asked back: it is open whenever somebody says so, and stops the act itself."""
    rules = file.pathway.checklists.get(visit.purpose, ())
    missing = [*_missing_before(file, visit), *_faults_before(file, visit)]
    left = [
        each
        for each in open_items(rules, visit, file.snapshot)
        if each.stop == "hard" and each.part == "before" and not each.is_in_room
    ]
    if not missing and not left:
        return []
    about = f"{visit.appointment} {' '.join(sorted({*(each.code for each in missing), *(each.key for each in left)}))}"
    said = [*dict.fromkeys(map(sentence_of, missing)), *([f"not answered: {_first_of(left)}"] if left else [])]
    sentence = f"Something stops this procedure: {'; '.join(said)}."
    return [Question("kind", about, sentence, "The procedure has begun all the same")]


def _missing_before(file: CaseFile, visit: Appointment) -> list[Blocker]:
    """What the pathway asks for before the act, besides open items."""
    procedure = file.pathway.procedures.get(visit.purpose)
    step = offered(file.pathway, file.snapshot, file.work.now).next
    if procedure is None or step is None or file.case.stage != procedure.day_stage:
        return []
    missing = before_the_act(file.pathway, file.snapshot, step, file.work.now)
    return [each for each in missing if each.code != OPEN_ITEMS]


def _faults_before(file: CaseFile, visit: Appointment) -> list[Blocker]:
    """What speaks against an answer before the act, also where the pathway waits for no act, as in a refill."""
    rules = file.pathway.checklists.get(visit.purpose, ())
    before = {each.key for each in rules if each.part == "before"}
    found = faults_of(rules, visit, file.snapshot)
    return [Blocker(each.code, each.params) for each in found if each.item in before]


def _first_of(rules: list[ChecklistItemRule]) -> str:
    more = f" and {len(rules) - 1} more" if len(rules) > 1 else ""
    return f"“{rules[0].label}”{more}"


def _without_act(file: CaseFile, visit: Appointment, kind: str) -> list[Question]:
    """A trial that is said to be watched, or over, of which no dose and no trial catheter is recorded."""
    act = act_left(file.pathway.checklists.get(visit.purpose, ()), visit, file.snapshot)
    if not act:
        return []
    sentence = f"“{act}” is not recorded, and no trial catheter: there is nothing to watch yet."
    return [Question("kind", f"{visit.appointment} {kind}", sentence, _AFTER_THE_ACT[MomentKind(kind)])]


def _left_after(file: CaseFile, visit: Appointment) -> str:
    """What must be answered after the act and is not, of somebody who was treated."""
    rules = file.pathway.checklists.get(visit.purpose, ())
    if not _was_treated(file, visit) or act_left(rules, visit, file.snapshot):
        return ""
    left = [each for each in open_items(rules, visit, file.snapshot) if each.stop == "hard" and each.part == "after"]
    return f"Not answered: {_first_of(left)}." if left else ""


def _before_the_act(file: CaseFile, visit: Appointment) -> list[Question]:
    """Somebody who left before what was done in the visit, in words for whoever sees no clinical detail too."""
    of = file.snapshot.of
    acts: list[TrialDose | Device | Fill] = [*of(TrialDose), *of(Device), *of(Fill)]
    later = [each.effective_at for each in acts if each.appointment == visit.appointment]
    last_at = max(later, default=None)
    if last_at is None or last_at <= file.effective_at:
        return []
    at = f"{file.snapshot.calendar.wall(last_at):%H:%M}"
    sentence = f"Something of this visit is recorded at {at}, after this time. Read the time again."
    return [Question("happened_at", f"{visit.appointment} {at}", sentence, "The patient left before that")]


def _was_treated(file: CaseFile, visit: Appointment) -> bool:
    """Whether the act is recorded, or said to have begun: whoever goes home before it is asked nothing of after."""
    kinds = {MomentKind.PROCEDURE, *_AFTER_THE_ACT}
    said = {each.appointment for each in file.snapshot.of(VisitMoment) if each.kind in kinds}
    of = file.snapshot.of
    doses, devices = {each.appointment for each in of(TrialDose)}, {each.appointment for each in of(Device)}
    return visit.appointment in said | doses | devices | {each.appointment for each in of(Fill)}


def _is_said_fit(file: CaseFile, visit: Appointment) -> bool:
    """Whether a nurse said so: as the last word of the day, or by closing what ends the visit of a procedure."""
    said = [each for each in file.snapshot.of(VisitMoment) if each.appointment == visit.appointment]
    if said:
        return max(said, key=lambda each: (each.effective_at, each.seq)).kind == MomentKind.READY
    return visit.state == AppointmentState.COMPLETED and visit.purpose in file.pathway.procedures


def _still_watched(file: CaseFile, visit: Appointment) -> str:
    least = least_stay(file.pathway, visit.purpose)
    given = [each for each in file.snapshot.of(TrialDose) if each.appointment == visit.appointment]
    if not given or not least:
        return ""
    dose = given[-1]
    if file.snapshot.determination(DeterminationKind.OBSERVATION_ENDED, attempt=dose.attempt) is not None:
        return ""
    until = dose.effective_at + least
    if file.effective_at >= until:
        return ""
    calendar = file.snapshot.calendar
    begun, over = calendar.wall(dose.effective_at), calendar.wall(until)
    return f"The test dose was given at {begun:%H:%M}; the patient is watched until {over:%H:%M} at least."


def _without_escort(file: CaseFile, visit: Appointment) -> str:
    arranged = next((each for each in file.snapshot.of(Arrangement) if each.appointment == visit.appointment), None)
    if arranged is None or arranged.anaesthesia not in NEEDS_ESCORT or arranged.escort == Escort.NAMED:
        return ""
    return "No escort is named, and sedation or general anaesthesia was planned."
