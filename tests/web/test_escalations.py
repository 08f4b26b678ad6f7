"""What was escalated is shown to whom it concerns, mine first, and taken with an outcome and a day."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, update

from tests.factories.listed import Listed
from tests.support.web import Browser, WebWorld
from tracker.domain.pathway.rungs import PLAN_LEVEL
from tracker.domain.words import Role
from tracker.persistence.chain import verify_chain
from tracker.persistence.models import Absence, Acknowledgement, Duty, Escalation, EscalationPage, Obligation, OnCall

TODAY = date(2026, 3, 17)


def escalated(
    world: WebWorld, family: str, role: Role, *, number: int, days: int = 10, clinic_id: int = 0, by_name: bool = True
) -> int:
    """A refill that is with a person, so many days before its latest date."""
    whose = clinic_id or world.clinic_id
    rungs = {Role.LEAD_COORDINATOR: (1, 1), Role.PHYSICIAN: (2, 2), Role.COORDINATOR: (0, 0)}
    rung, level = rungs[role]
    with world.database.writing() as session:
        listed = Listed(session, whose, world.clock.now(), world.ids)
        case = listed.case(listed.patient(family, "Ann"), "maintained")
        case_id = int(getattr(case, "id", case))
        values = {
            "clinic_id": whose, "case_id": case_id, "opened_at": world.clock.now(), "is_open": True, "closed_by": "",
            "anchor_on": TODAY + timedelta(days=days),
        }  # fmt: skip
        session.execute(
            insert(Obligation).values(
                **values, id=700 + number, kind="alarm_date", subject=f"device:{number}", device=None,
                due_on=TODAY, owner_role="coordinator", reason="alarm_date_unknown", params={}, climbs_on=TODAY,
            )
        )  # fmt: skip
        anchor_on = TODAY - timedelta(days=level)
        session.execute(Obligation.__table__.update().where(Obligation.id == 700 + number).values(anchor_on=anchor_on))
        session.add(
            Escalation(
                clinic_id=whose, id=800 + number, case_id=case_id, obligation_id=700 + number, rung=rung,
                who=role.value, level=level, on_date=TODAY, role=role.value,
                user_id=world.user_ids[role] if by_name and not clinic_id else None,
                opened_at=world.clock.now(), looked_on=TODAY, anchor_on=anchor_on, is_planned=False,
                acknowledged=0,
            )
        )  # fmt: skip
    return 800 + number


@pytest.fixture
def lead(world: WebWorld) -> Browser:
    return world.sign_in(Role.LEAD_COORDINATOR)


class TestThePage:
    def test_shows_mine_first_and_who_has_the_others(self, world: WebWorld, lead: Browser) -> None:
        escalated(world, "Theirs", Role.PHYSICIAN, number=1)
        escalated(world, "Mine", Role.LEAD_COORDINATOR, number=2)
        page = lead.get("/escalations").text
        assert page.index("With me") < page.index("Mine") < page.index("With others") < page.index("Theirs")
        assert "told: " in page and "physician since" in page

    def test_teaches_when_nothing_is_there(self, lead: Browser) -> None:
        assert "Nothing is escalated" in lead.get("/escalations").text

    def test_shows_nobody_of_another_clinic(self, world: WebWorld, lead: Browser) -> None:
        other = escalated(world, "Elsewhere", Role.PHYSICIAN, number=1, clinic_id=world.add_clinic("other"))
        assert "Elsewhere" not in lead.get("/escalations").text
        assert lead.get(f"/escalations/{other}").status_code == 404

    def test_counts_nobody_of_another_clinic(self, world: WebWorld, lead: Browser) -> None:
        number = escalated(world, "Elsewhere", Role.PHYSICIAN, number=1, clinic_id=world.add_clinic("other"))
        mine = escalated(world, "Mine", Role.LEAD_COORDINATOR, number=2)
        with world.database.writing() as session:
            session.execute(update(Escalation).where(Escalation.id == number).values(on_date=None))
        assert "from the beginning" not in lead.get("/escalations").text
        with world.database.writing() as session:
            session.execute(update(Escalation).where(Escalation.id == mine).values(on_date=None))
        assert "1 more with whoever has them from the beginning" in lead.get("/escalations").text

    def test_is_everybody_s_of_the_role_where_nobody_is_named(self, world: WebWorld, lead: Browser) -> None:
        escalated(world, "Mine", Role.LEAD_COORDINATOR, number=2, by_name=False)
        page = lead.get("/escalations").text
        assert page.index("With me") < page.index("Mine")
        assert "everybody: lead coordinator" in page


class TestThePhysiciansPlan:
    """The latest date is here: the row stays with the physician, and says who was paged beside."""

    @pytest.fixture
    def plan(self, world: WebWorld) -> int:
        owed = escalated(world, "Empty", Role.PHYSICIAN, number=1)
        with world.database.writing() as session:
            session.execute(update(Escalation).values(level=PLAN_LEVEL))
            paged = {"clinic_id": world.clinic_id, "escalation_id": owed, "outcome": "accepted"}
            for number, role in enumerate((Role.NURSE, Role.LEAD_COORDINATOR), start=1):
                session.add(
                    EscalationPage(
                        **paged, number=number, user_id=world.user_ids[role], paged_at=world.clock.now()
                    )
                )  # fmt: skip
        return owed

    def test_says_who_owes_it_and_who_is_paged_until_then(self, world: WebWorld, plan: int) -> None:
        page = world.sign_in(Role.PHYSICIAN).get("/escalations").text
        assert "physician&#39;s plan since" in page and "told: Physician Person" in page
        assert "whoever is on call is paged until a physician has a plan" in page
        assert "2 pages sent, the last to Lead Coordinator Person" in page

    def test_is_with_whoever_was_paged_last_too(self, world: WebWorld, lead: Browser, plan: int) -> None:
        for role, is_mine in ((Role.PHYSICIAN, True), (Role.LEAD_COORDINATOR, True), (Role.NURSE, False)):
            assert ("With me" in world.sign_in(role).get("/escalations").text) is is_mine

    def test_may_be_for_one_day_only(self, world: WebWorld, plan: int) -> None:
        page = world.sign_in(Role.PHYSICIAN).get(f"/escalations/{plan}").text
        assert ">Wed 18 Mar<" in page

    def test_pages_nobody_once_it_is_there(self, world: WebWorld, plan: int) -> None:
        physician = world.sign_in(Role.PHYSICIAN)
        until = (TODAY + timedelta(days=1)).isoformat()
        assert physician.submit(f"/escalations/{plan}", {"outcome": "Admitted", "until_on": until}).status_code == 303
        page = physician.get("/escalations").text
        assert "acknowledged until" in page and "is paged until" not in page


class TestTakingIt:
    def test_needs_an_outcome_and_a_day_and_keeps_what_was_typed(self, world: WebWorld, lead: Browser) -> None:
        mine = escalated(world, "Mine", Role.LEAD_COORDINATOR, number=2)
        answer = lead.submit(f"/escalations/{mine}", {"outcome": "Called the family", "until_on": "2026-05-01"})
        assert answer.status_code == 422
        assert "Called the family" in answer.text
        assert "at the latest" in answer.text

    def test_rests_until_its_day_and_stays_open(self, world: WebWorld, lead: Browser) -> None:
        mine = escalated(world, "Mine", Role.LEAD_COORDINATOR, number=2)
        until = (TODAY + timedelta(days=1)).isoformat()
        answer = lead.submit(f"/escalations/{mine}", {"outcome": "Called", "until_on": until})
        assert answer.status_code == 303
        page = lead.get("/escalations").text
        assert "Acknowledged, until their day" in page and "With me" not in page
        with world.database.reading() as session:
            assert session.scalars(select(Acknowledgement)).one().user_id == world.user_ids[Role.LEAD_COORDINATOR]
            assert session.scalars(select(Obligation.is_open)).all() == [True]
            assert verify_chain(session, world.clinic_id).is_whole

    def test_of_a_physician_s_rung_is_not_for_others(self, world: WebWorld, lead: Browser) -> None:
        theirs = escalated(world, "Theirs", Role.PHYSICIAN, number=1)
        assert lead.get(f"/escalations/{theirs}").status_code == 403


class TestWhoAnswers:
    def test_is_named_with_cover(self, world: WebWorld) -> None:
        admin = world.sign_in(Role.ADMINISTRATOR)
        assert "Nobody is named for: Coordinator" in admin.get("/admin/duties").text
        given = {
            "physician-role": "physician",
            "physician-expected_version": "0",
            "physician-user_id": str(world.user_ids[Role.PHYSICIAN]),
            "physician-cover_user_id": str(world.user_ids[Role.NURSE]),
        }
        assert admin.submit("/admin/duties", given).status_code == 303
        with world.database.reading() as session:
            assert session.scalars(select(Duty)).one().cover_user_id == world.user_ids[Role.NURSE]
        # The same form once more was made from an older version.
        assert admin.submit("/admin/duties", given).status_code == 409

    def test_refuses_a_cover_for_nobody_at_the_field(self, world: WebWorld) -> None:
        admin = world.sign_in(Role.ADMINISTRATOR)
        given = {
            "nurse-role": "nurse",
            "nurse-expected_version": "0",
            "nurse-user_id": "0",
            "nurse-cover_user_id": str(world.user_ids[Role.NURSE]),
        }
        answer = admin.submit("/admin/duties", given)
        assert answer.status_code == 422
        assert "first who answers" in answer.text

    def test_knows_who_is_away_and_who_is_on_call(self, world: WebWorld, lead: Browser) -> None:
        days = {"user_id": str(world.user_ids[Role.PHYSICIAN]), "from_on": "2026-03-17", "until_on": "2026-03-18"}
        assert lead.submit("/admin/duties", {}).status_code == 404
        assert lead.post("/admin/duties/away", days).status_code == 303
        assert lead.post("/admin/duties/on-call", days).status_code == 303
        with world.database.reading() as session:
            absence = session.scalars(select(Absence)).one()
            assert len(session.scalars(select(OnCall)).all()) == 2
        assert lead.post(f"/admin/duties/away/{absence.id}/end").status_code == 303
        assert lead.post("/admin/duties/on-call/2026-03-17/1/end").status_code == 303
        with world.database.reading() as session:
            assert session.scalars(select(Absence)).all() == []
            assert len(session.scalars(select(OnCall)).all()) == 1

    def test_offers_for_cover_and_call_only_who_may_answer(self, world: WebWorld, lead: Browser) -> None:
        page = lead.get("/admin/duties").text
        offered = {role: page.count(f'value="{world.user_ids[role]}"') for role in (Role.FRONT_DESK, Role.NURSE)}
        # The front desk can be away; a nurse also answers, covers four roles and is on call.
        assert offered == {Role.FRONT_DESK: 1, Role.NURSE: 7}

    def test_says_what_is_wrong_with_the_days(self, lead: Browser, world: WebWorld) -> None:
        lead.get("/admin/duties")
        days = {"user_id": str(world.user_ids[Role.NURSE]), "from_on": "2026-03-18", "until_on": "2026-03-17"}
        answer = lead.post("/admin/duties/away", days)
        assert answer.status_code == 422
        assert "before the first" in answer.text

    def test_says_at_the_field_that_a_day_on_call_has_passed(self, lead: Browser, world: WebWorld) -> None:
        lead.get("/admin/duties")
        days = {"user_id": str(world.user_ids[Role.NURSE]), "from_on": "2026-03-16", "until_on": "2026-03-20"}
        answer = lead.post("/admin/duties/on-call", days)
        assert answer.status_code == 422
        assert "This day has passed, and who was paged on it stays as it was." in answer.text
        assert 'value="2026-03-16"' in answer.text

    def test_leaves_who_was_on_call_yesterday(self, lead: Browser, world: WebWorld) -> None:
        """From a page that was opened before midnight."""
        nurse, yesterday = world.user_ids[Role.NURSE], date(2026, 3, 16)
        with world.database.writing() as session:
            session.add(OnCall(clinic_id=world.clinic_id, on_date=yesterday, position=1, user_id=nurse))
        lead.get("/admin/duties")
        assert lead.post("/admin/duties/on-call/2026-03-16/1/end").status_code == 303
        assert "This day has passed" in lead.get("/admin/duties").text
        with world.database.reading() as session:
            assert len(session.scalars(select(OnCall)).all()) == 1
