"""The frame round every page: clinic, person, the places of the person's roles, and banners when something is wrong."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_login import current_user

from tracker.domain.access import ROLE_PERMISSIONS, Permission
from tracker.domain.pulses import is_silent
from tracker.domain.words import Role
from tracker.queries.accounts import SignedIn, SystemState
from tracker.web.common.current import now, owner_of, runtime
from tracker.web.common.session_user import SessionUser
from tracker.web.common.sessions import this_session

CLOCK_WAS_SET = (
    "Sending is paused because the clock of the server was set by more than ten minutes: no reminders go out, and "
    "dates may be wrong. Tell whoever runs this system: the clock is set right first, then sending is resumed."
)
_ADDRESSES = "place_addresses"

ROLE_LABELS = {
    Role.COORDINATOR: "Coordinator",
    Role.LEAD_COORDINATOR: "Lead coordinator",
    Role.NURSE: "Nurse",
    Role.PHYSICIAN: "Physician",
    Role.THERAPIST: "Therapist",
    Role.FRONT_DESK: "Front desk",
    Role.MANAGER: "Manager",
    Role.ADMINISTRATOR: "Administrator",
}


@dataclass(frozen=True, slots=True)
class PlaceRule:
    """A place in the navigation. Shown when the person may go there and the page exists."""

    label: str
    endpoint: str
    key: str
    permission: Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One link of the navigation. ``key`` follows ``g`` on the keyboard; empty: none. ``is_near``: it has room on a
    phone, where the others stand under "More"."""

    label: str
    url: str
    key: str
    is_current: bool
    is_near: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """One sentence about the system itself. ``tone``: critical, warn, ready or quiet."""

    tone: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the layouts show round a page. Without a clinic there are no places.

    ``refer_url`` and ``take_over_url`` are where patients come in, ``pump_call_url`` is where a call about a pump is
    taken, ``ended_pumps_url`` the list of pumps no longer followed, ``compare_pumps_url`` where the pumps are held
    against another list; empty for whoever may not do it.
    ``owner``: for whom a tablet keeps things (``current.owner_of``).
    ``lock_after``: after how many seconds without use this shared tablet locks itself, 0 on other devices, with where
    it is locked (``lock_url``), said to be in use and opened again (``tablet_url``).
    """

    clinic_name: str
    user_name: str
    role_label: str
    places: tuple[Place, ...] = ()
    banners: tuple[Banner, ...] = ()
    find_url: str = ""
    account_url: str = ""
    refer_url: str = ""
    take_over_url: str = ""
    pump_call_url: str = ""
    ended_pumps_url: str = ""
    compare_pumps_url: str = ""
    owner: str = ""
    lock_after: int = 0
    lock_url: str = ""
    in_use_url: str = ""
    tablet_url: str = ""


PLACES = (
    PlaceRule("Today", "today.index", "t", Permission.SEE_TODAY),
    PlaceRule("Escalations", "escalations.index", "e", Permission.SEE_TODAY),
    PlaceRule("Board", "board.index", "b", Permission.SEE_BOARD),
    PlaceRule("Day", "day.index", "d", Permission.SEE_DAY),
    PlaceRule("Refills", "refills.index", "r", Permission.SEE_REFILLS),
    PlaceRule("Find", "find.index", "f", Permission.SEE_PATIENTS),
    PlaceRule("Import", "referral_import.index", "i", Permission.IMPORT),
    PlaceRule("Reminders", "reminders.index", "m", Permission.SEE_REMINDERS),
    PlaceRule("Reports", "reports.index", "p", Permission.SEE_REPORTS),
    PlaceRule("Safety", "safety.index", "s", Permission.SEE_SAFETY),
    PlaceRule("Advisories", "advisories.index", "a", Permission.TRACE_DEVICES),
    PlaceRule("Pathway", "pathways.index", "w", Permission.SEE_PATHWAY),
    PlaceRule("Users", "admin.users", "u", Permission.MANAGE_USERS),
    PlaceRule("Clinic", "admin.clinic", "c", Permission.MANAGE_CLINIC),
    PlaceRule("Health", "health.detail", "h", Permission.SEE_HEALTH),
)

#: As many have room side by side on a phone, with "More" beside them.
NEAR_PLACES = 5
#: What a role uses most, in no order; the first role listed here that the person holds decides. What it leaves room
#: for is filled with the next places of the table.
MOST_USED = (
    ((Role.LEAD_COORDINATOR, Role.COORDINATOR), {"today", "board", "day", "refills", "find"}),
    ((Role.NURSE,), {"day", "today", "refills", "find", "board"}),
    ((Role.PHYSICIAN,), {"today", "board", "day", "refills", "find"}),
    ((Role.THERAPIST,), {"day", "today", "board", "find"}),
    ((Role.MANAGER,), {"reports", "today", "board", "refills", "find"}),
    ((Role.ADMINISTRATOR,), {"admin", "health", "pathways"}),
)

#: Where a role begins its day; the first role listed here that the person holds decides.
FIRST_PLACES = (
    (Role.LEAD_COORDINATOR, "today.index"),
    (Role.COORDINATOR, "today.index"),
    (Role.NURSE, "day.index"),
    (Role.PHYSICIAN, "today.index"),
    (Role.THERAPIST, "day.index"),
    (Role.FRONT_DESK, "day.index"),
    (Role.MANAGER, "reports.index"),
    (Role.ADMINISTRATOR, "admin.users"),
)


def role_label(roles: frozenset[Role]) -> str:
    """Name a person's roles in the order of the table."""
    return ", ".join(label for role, label in ROLE_LABELS.items() if role in roles)


def _may(roles: frozenset[Role], permission: Permission) -> bool:
    return any(permission in ROLE_PERMISSIONS[role] for role in roles)


def _address(endpoint: str) -> str:
    """The address of a place, which is worked out once: every page links to a dozen."""
    known: dict[tuple[str, str], str] = current_app.extensions[_ADDRESSES]
    key = (request.script_root, endpoint)
    if key not in known:
        known[key] = url_for(endpoint)
    return known[key]


def _places(roles: frozenset[Role]) -> tuple[Place, ...]:
    here = request.endpoint or ""
    rules = [rule for rule in PLACES if rule.endpoint in current_app.view_functions and _may(roles, rule.permission)]
    near = _near(roles, [rule.endpoint for rule in rules])
    return tuple(
        Place(
            label=rule.label,
            url=_address(rule.endpoint),
            key=rule.key,
            is_current=_is_current(rule.endpoint, here),
            is_near=rule.endpoint in near,
        )
        for rule in rules
    )


def _near(roles: frozenset[Role], endpoints: list[str]) -> frozenset[str]:
    """The places that have room on a phone."""
    used = next((names for group, names in MOST_USED if roles.intersection(group)), set[str]())
    by_use = sorted(endpoints, key=lambda endpoint: endpoint.partition(".")[0] not in used)
    return frozenset(by_use[:NEAR_PLACES])


def _is_current(place: str, here: str) -> bool:
    if place.startswith("admin."):
        is_user_page = here in {"admin.users", "admin.user", "admin.invite", "admin.link"}
        return here.startswith("admin.") and is_user_page == (place == "admin.users")
    return place.partition(".")[0] == here.partition(".")[0]


def first_place(roles: frozenset[Role]) -> str:
    """Return the address of the page on which this person's day begins."""
    for role, endpoint in FIRST_PLACES:
        if role in roles and endpoint in current_app.view_functions:
            return url_for(endpoint)
    places = _places(roles)
    return places[0].url if places else url_for("accounts.password")


def is_scheduler_silent(ticked_at: datetime | None, at: datetime) -> bool:
    """Say whether the scheduler missed three ticks, or never ran."""
    return is_silent(ticked_at, at)


def banners_for(system: SystemState, at: datetime) -> tuple[Banner, ...]:
    """Say what is wrong with the system itself, the worst first."""
    banners = []
    if is_scheduler_silent(system.ticked_at, at):
        banners.append(
            Banner(
                tone="critical",
                text="The scheduler is silent: to-dos may be out of date and no reminders are being sent. "
                "Tell whoever runs this system.",
            )
        )
    if system.is_paused_for_clock:
        banners.append(Banner(tone="critical", text=CLOCK_WAS_SET))
    elif system.is_sending_paused:
        banners.append(Banner(tone="warn", text="Sending is paused: no reminders go out to patients."))
    if system.is_demo:
        banners.append(Banner(tone="quiet", text="Demonstration data: these patients do not exist, nothing is sent."))
    return tuple(banners)


def make_frame(person: SignedIn | None) -> Frame:
    """Return the frame for a person, or the empty one for a visitor."""
    if person is None:
        return Frame(clinic_name="", user_name="", role_label="")
    is_home = person.clinic is not None and bool(person.roles)

    def url_if(endpoint: str, permission: Permission) -> str:
        may_go = is_home and endpoint in current_app.view_functions and _may(person.roles, permission)
        return _address(endpoint) if may_go else ""

    return Frame(
        clinic_name=person.clinic.name if person.clinic else "",
        user_name=person.name,
        role_label=role_label(person.roles),
        owner=owner_of(person.clinic.id, person.user_id) if person.clinic else "",
        places=_places(person.roles) if is_home else (),
        banners=banners_for(person.system, now()),
        find_url=url_if("find.index", Permission.SEE_PATIENTS),
        account_url=url_if("accounts.password", Permission.ACCOUNT),
        refer_url=url_if("cases.refer", Permission.REFER),
        take_over_url=url_if("cases.take_over", Permission.TAKE_OVER_PUMP),
        pump_call_url=url_if("pump_calls.index", Permission.PUMP_CALL),
        ended_pumps_url=url_if("ended_pumps.index", Permission.SEE_ENDED_PUMPS),
        compare_pumps_url=url_if("pump_comparisons.index", Permission.COMPARE_PUMPS),
        **_tablet(),
    )


def _tablet() -> dict[str, Any]:
    """What the frame of a shared tablet needs; nothing on other devices."""
    if this_session().tablet_hash is None:
        return {}
    return {
        "lock_after": int(runtime().session_limits.lock.total_seconds()),
        "lock_url": _address("accounts.lock"),
        "in_use_url": _address("accounts.in_use"),
        "tablet_url": _address("accounts.tablet"),
    }


def _frame_context() -> dict[str, object]:
    person = current_user.person if isinstance(current_user, SessionUser) else None
    return {"frame": make_frame(person)}


def init_frame(app: Flask) -> None:
    """Give every template its ``frame``."""
    app.extensions[_ADDRESSES] = {}
    app.context_processor(_frame_context)
