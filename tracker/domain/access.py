"""Who may do what: the one table of roles and permissions.

Everything is denied that does not stand here. Endpoints and use cases name a ``Permission``; nobody asks for a role.
The front desk sees who comes and when, never clinical detail: it holds no permission that shows a diagnosis, a dose,
a score, a checklist or a pump. A pathway's file limits single steps further by role.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from tracker.domain.words import Role


class Permission(StrEnum):
    """One thing a person can see or do."""

    ACCOUNT = "account"  # one's own password, clinic and sign-out: everybody signed in
    SEE_PATIENTS = "see_patients"  # find, identity, appointments: no clinical detail
    SEE_CLINICAL = "see_clinical"
    SEE_TODAY = "see_today"
    SEE_BOARD = "see_board"
    SEE_DAY = "see_day"
    SEE_REFILLS = "see_refills"
    SEE_ENDED_PUMPS = "see_ended_pumps"  # what ended a pump's refills lately
    COMPARE_PUMPS = "compare_pumps"  # hold the pumps that are followed against another list
    TRACE_DEVICES = "trace_devices"  # whose part a manufacturer's letter means, and a to-do for each
    SEE_REPORTS = "see_reports"
    SEE_REMINDERS = "see_reminders"
    SEE_PATHWAY = "see_pathway"
    SEE_HEALTH = "see_health"
    SEE_SAFETY = "see_safety"  # the figures; whose they are only with see_patients
    REFER = "refer"
    REOPERATE = "reoperate"  # begin a reoperation beside a pump's case; what was done is recorded with implant
    IMPORT = "import"
    EDIT_PATIENT = "edit_patient"
    EVALUATE = "evaluate"
    AUTHORIZE = "authorize"
    CONSENT = "consent"
    BOOK = "book"
    CHECK_IN = "check_in"
    ARRANGE = "arrange"  # escort and interpreter of a visit; its anaesthesia only with see_clinical
    PUMP_CALL = "pump_call"  # take a call about a pump, no clinical detail: everybody who may answer a telephone
    CHECKLIST = "checklist"
    GIVE_DOSE = "give_dose"
    SCORE = "score"
    DECIDE_OUTCOME = "decide_outcome"
    RECORD_DECISION = "record_decision"
    WAIVE = "waive"
    IMPLANT = "implant"
    REFILL = "refill"
    PLAN_REFILL = "plan_refill"  # a dated plan in place of a visit; not for whom its ladder tells first
    FOLLOW_UP = "follow_up"
    STOCK_DRUG = "stock_drug"  # say that the drug for a refill is ordered, or here
    TAKE_OVER_PUMP = "take_over_pump"
    MOVE_CASE = "move_case"
    HOLD = "hold"
    CLOSE = "close"
    REOPEN = "reopen"
    ASSIGN = "assign"
    CORRECT = "correct"
    CORRECT_CLINICAL = "correct_clinical"
    EXPORT = "export"
    MANAGE_USERS = "manage_users"
    MANAGE_CLINIC = "manage_clinic"
    MANAGE_DUTIES = "manage_duties"  # who answers for what, who is away, who is on call
    ACKNOWLEDGE = "acknowledge"  # say that one has what was escalated; nothing is closed by it
    PAUSE_SENDING = "pause_sending"
    MAKE_DOWNTIME_KIT = "make_downtime_kit"  # have it written on the server, not read it


_P = Permission

_EVERYBODY = frozenset({_P.ACCOUNT})
_SEES_CASES = frozenset(
    {_P.SEE_PATIENTS, _P.SEE_CLINICAL, _P.SEE_TODAY, _P.SEE_BOARD, _P.SEE_DAY, _P.SEE_PATHWAY, _P.SEE_HEALTH}
)
_COORDINATES = (
    _EVERYBODY
    | _SEES_CASES
    | {
        _P.SEE_REFILLS,
        _P.SEE_REPORTS,
        _P.SEE_REMINDERS,
        _P.REFER,
        _P.REOPERATE,
        _P.IMPORT,
        _P.EDIT_PATIENT,
        _P.AUTHORIZE,
        _P.CONSENT,
        _P.BOOK,
        _P.CHECK_IN,
        _P.ARRANGE,
        _P.RECORD_DECISION,
        _P.TAKE_OVER_PUMP,
        _P.MOVE_CASE,
        _P.HOLD,
        _P.CLOSE,
        _P.REOPEN,
        _P.ASSIGN,
        _P.CORRECT,
        _P.FOLLOW_UP,
        _P.PUMP_CALL,
        _P.STOCK_DRUG,
        _P.ACKNOWLEDGE,
        _P.COMPARE_PUMPS,
    }
)
_TREATS = (
    _EVERYBODY
    | _SEES_CASES
    | {
        _P.SEE_REFILLS,
        _P.SEE_REPORTS,
        _P.SEE_REMINDERS,
        _P.CONSENT,
        _P.ARRANGE,
        _P.CHECKLIST,
        _P.GIVE_DOSE,
        _P.SCORE,
        _P.IMPLANT,
        _P.REFILL,
        _P.FOLLOW_UP,
        _P.TAKE_OVER_PUMP,
        _P.MOVE_CASE,
        _P.HOLD,
        _P.ASSIGN,
        _P.CORRECT,
        _P.CORRECT_CLINICAL,
        _P.PUMP_CALL,
        _P.ACKNOWLEDGE,
    }
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.COORDINATOR: _COORDINATES,
    Role.LEAD_COORDINATOR: _COORDINATES
    | {
        _P.EXPORT,
        _P.PAUSE_SENDING,
        _P.SEE_SAFETY,
        _P.PLAN_REFILL,
        _P.MAKE_DOWNTIME_KIT,
        _P.TRACE_DEVICES,
        _P.MANAGE_DUTIES,
    },
    Role.NURSE: _TREATS | {_P.STOCK_DRUG, _P.REFER, _P.EDIT_PATIENT, _P.BOOK, _P.CHECK_IN},
    Role.PHYSICIAN: _TREATS
    | {
        _P.SEE_SAFETY,
        _P.SEE_ENDED_PUMPS,
        _P.PLAN_REFILL,
        _P.COMPARE_PUMPS,
        _P.TRACE_DEVICES,
        _P.REFER,
        _P.REOPERATE,
        _P.EVALUATE,
        _P.DECIDE_OUTCOME,
        _P.RECORD_DECISION,
        _P.WAIVE,
        _P.CLOSE,
        _P.REOPEN,
    },
    Role.THERAPIST: _EVERYBODY | _SEES_CASES | {_P.SCORE, _P.CORRECT_CLINICAL, _P.PUMP_CALL},
    Role.FRONT_DESK: _EVERYBODY
    | {
        _P.SEE_PATIENTS,
        _P.SEE_DAY,
        _P.EDIT_PATIENT,
        _P.CHECK_IN,
        _P.ARRANGE,
        _P.PUMP_CALL,
    },
    Role.MANAGER: _EVERYBODY
    | _SEES_CASES
    | {
        _P.SEE_REFILLS,
        _P.SEE_REPORTS,
        _P.SEE_REMINDERS,
        _P.SEE_SAFETY,
        _P.COMPARE_PUMPS,
        _P.ASSIGN,
        _P.WAIVE,
        _P.EXPORT,
        _P.MANAGE_CLINIC,
        _P.MANAGE_DUTIES,
        _P.PAUSE_SENDING,
    },
    Role.ADMINISTRATOR: _EVERYBODY
    | {
        _P.SEE_PATHWAY,
        _P.SEE_HEALTH,
        _P.SEE_SAFETY,
        _P.MANAGE_USERS,
        _P.MANAGE_CLINIC,
        _P.TRACE_DEVICES,
        _P.MANAGE_DUTIES,
        _P.PAUSE_SENDING,
        _P.MAKE_DOWNTIME_KIT,
    },
}


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """Everything that at least one of the roles may do."""
    return frozenset[Permission]().union(*(ROLE_PERMISSIONS[role] for role in roles))


def roles_that_may(permission: Permission) -> tuple[Role, ...]:
    """The roles that hold a permission, in the order of the vocabulary."""
    return tuple(role for role in Role if permission in ROLE_PERMISSIONS[role])


@cache
def _permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    # A list asks some hundred times.
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which clinic, with which roles there. ``name`` is for sentences on pages, never for logs."""

    user_id: int
    clinic_id: int
    roles: frozenset[Role]
    name: str

    def may(self, permission: Permission) -> bool:
        """Say whether one of the actor's roles allows this."""
        return permission in _permissions_of(self.roles)
