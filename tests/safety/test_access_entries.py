"""Every page that shows anything of a patient leaves an entry that says who looked, and at whose case.

The pages are found, not listed: a new one fails here until it is recorded, or is known to show nobody.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from werkzeug.routing import Rule

from tests.access.test_matrix import MATRIX, part
from tests.safety.conftest import ClinicAt
from tests.support.journey import Journey
from tests.support.web import Browser, WebWorld
from tracker.domain.access import Permission
from tracker.domain.words import Role
from tracker.persistence.models import AccessEntry, Case
from tracker.web.common.access import rule_of

#: Permissions that let nobody see a patient.
OF_NO_PATIENT = {
    Permission.ACCOUNT, Permission.SEE_PATHWAY, Permission.SEE_HEALTH, Permission.MANAGE_USERS,
    Permission.MANAGE_CLINIC, Permission.MANAGE_DUTIES, Permission.PAUSE_SENDING, Permission.MAKE_DOWNTIME_KIT,
}  # fmt: skip
#: Empty forms to bring somebody in, the check of a file of one's own, and whether a list has changed.
SHOWS_NOBODY = {"cases.refer", "cases.take_over", "referral_import.index", "day.pulse"}
SHOWN = {200, 409, 422}
#: What must be asked before anything is shown.
LOOKING_FOR = dict.fromkeys(("find.index", "pump_calls.index", "day.walk_in"), "?q=oka")


def pages(world: WebWorld, journey: Journey, appointment: int) -> Iterator[tuple[Rule, str]]:
    """Every page that may show a patient, with the address that shows this one."""
    adapter = world.app.url_map.bind("localhost")
    own: dict[str, object] = {"public_id": journey.public_id, "case_id": journey.public_id, "appointment": appointment}
    for rule in world.app.url_map.iter_rules():
        declared = rule_of(world.app, rule.endpoint)
        needed = declared.permission if declared else None
        of_patients = needed is not None and needed not in OF_NO_PATIENT
        if of_patients and "GET" in (rule.methods or ()) and rule.endpoint not in SHOWS_NOBODY:
            values = {name: own.get(name, part(rule, name)) for name in rule.arguments}
            address = adapter.build(rule.endpoint, values, force_external=False)
            yield rule, world.search(address + LOOKING_FOR.get(rule.endpoint, ""))


def entries(world: WebWorld) -> int:
    with world.database.reading() as session:
        return session.scalar(select(func.count()).select_from(AccessEntry)) or 0


def last_entry(world: WebWorld) -> AccessEntry:
    with world.database.reading() as session:
        return session.scalars(select(AccessEntry).order_by(AccessEntry.at.desc(), AccessEntry.id.desc())).first()


def browsers(world: WebWorld) -> dict[Role, Browser]:
    world.give_pin(Role.NURSE)  # a day is taken along by whoever has one
    return {role: world.sign_in(role) for role in (Role.LEAD_COORDINATOR, Role.NURSE, Role.PHYSICIAN, Role.MANAGER)}


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["trial_day", "maintained"])
def test_every_look_at_a_patient_is_recorded(clinic_at: ClinicAt, stage: str) -> None:
    world, journey = clinic_at(stage)
    people, unrecorded, nameless, opened = browsers(world), [], [], set()
    appointment = journey.visit_for("trial" if stage == "trial_day" else "refill")
    with world.database.reading() as session:
        case_id = session.scalars(select(Case.id)).one()
    for rule, path in pages(world, journey, appointment):
        allowed = MATRIX["endpoints"].get(rule.endpoint, [])
        role = next((each for each in people if each.value in allowed), None)
        assert role is not None, f"{rule.endpoint}: add one who may see it to this test"
        before, answer = entries(world), people[role].get(path)
        if answer.status_code not in SHOWN:
            continue
        opened.add(rule.endpoint)
        if entries(world) != before + 1:
            unrecorded.append(f"{rule.endpoint} ({entries(world) - before} entries)")
        elif journey.public_id in path and last_entry(world).case_id != case_id:
            nameless.append(rule.endpoint)
    assert len(opened) > 15
    assert not unrecorded, "these pages show a patient and leave no entry: " + ", ".join(sorted(unrecorded))
    assert not nameless, "these entries do not say whose case was seen: " + ", ".join(sorted(nameless))
