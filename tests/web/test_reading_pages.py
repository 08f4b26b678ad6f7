"""The pages people look at all day: few statements however many patients, nobody else's patients, everything escaped,
and every look on the record.
"""

import pytest
from sqlalchemy import select

from tests.factories.listed import Listed
from tests.support.statements import sent
from tests.support.web import WebWorld
from tracker.domain.pathway.wording import SENTENCES
from tracker.domain.words import Role
from tracker.persistence.models import AccessEntry, Case
from tracker.persistence.vocabulary import ReminderState
from tracker.web.common.case_lines import WAYS, case_url

#: Each page with the statements it may take: the session and the person are two of them.
PAGES = {
    "/today": 8,
    "/today?mine=1&kind=refill": 8,
    "/today?mine=1&tasks=1": 8,
    "/escalations": 8,
    "/board": 8,
    "/board?state=blocked": 8,
    "/board/table": 8,
    "/day": 8,
    "/refills": 8,
    "/refills?state=not_booked&within=28&owner=me": 8,
    "/refills/load": 8,
    "/reports": 9,
    "/reports/next-days": 8,
    "/reports/now?payer=1": 8,
    "/reports/waits": 6,
    "/reminders": 8,
    "/reminders?state=unreached": 8,
    "/reminders/preview": 14,
    "/reminders/preview?days=30&rule=arrival_soon&before=3": 14,
    "/safety": 6,
    "/find?q=lee": 8,
}
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 5 + "-Oyelaran & <b>Sons</b>"
STAGES = ("referred", "evaluating", "trial_authorization", "trial_to_book", "implant_decision", "maintained")


def fill(world: WebWorld, patients: int, *, clinic_id: int = 0, family: str = "Lee") -> None:
    """A clinic with so many patients: some with pumps, some coming today, some late."""
    with world.database.writing() as session:
        listed = Listed(session, clinic_id or world.clinic_id, world.clock.now(), world.ids)
        for number in range(patients):
            stage = STAGES[number % len(STAGES)]
            blocked = {
                "first_blocker": "consent_missing",
                "first_blocker_params": {"purpose": "trial"},
                "blocker_count": 2,
            }
            patient_id = listed.patient(family, f"Number {number}")
            case = listed.case(patient_id, stage, days=number % 30, **(blocked if number % 2 else {"is_ready": True}))
            listed.todo(case, due=number % 9 - 6)
            if stage == "maintained":
                listed.pump(case, latest=None if number % 4 else number % 50)
            if number % 5 == 0:
                listed.visit(case, "evaluation", hours=number % 7)


def entries(world: WebWorld) -> list[AccessEntry]:
    """Who looked at what, the latest last."""
    with world.database.reading() as session:
        return list(session.scalars(select(AccessEntry).order_by(AccessEntry.id)))


class TestReadingPages:
    # Three hundred are slow to write down, and one more statement a patient shows with thirty already.
    @pytest.mark.parametrize("patients", [0, 3, 30, pytest.param(300, marks=pytest.mark.slow)])
    def test_take_few_statements_however_many_patients(self, world: WebWorld, patients: int) -> None:
        fill(world, patients)
        browser = world.sign_in(Role.MANAGER)
        for path, most in PAGES.items():
            with sent(world.database.read) as said:
                response = browser.get(world.search(path))
            assert response.status_code == 200, path
            assert len(said) <= most, f"{path} takes {len(said)} statements"

    def test_escape_and_hold_the_longest_names(self, world: WebWorld) -> None:
        fill(world, 12, family=LONG)
        browser = world.sign_in(Role.MANAGER)
        for path in PAGES:
            body = browser.get(world.search(path.replace("lee", LONG[:40]))).get_data(as_text=True)
            assert "<b>Sons</b>" not in body, path
            if path in {"/today", "/board", "/board/table", "/refills", "/day"}:
                assert "-Oyelaran &amp; &lt;b&gt;Sons" in body, path

    def test_show_nobody_of_another_clinic(self, world: WebWorld) -> None:
        fill(world, 30, clinic_id=world.add_clinic("other"), family="Elsewhere")
        browser = world.sign_in(Role.MANAGER)
        for path in (*PAGES, "/find?q=elsewhere", "/find?q=1970-01-02"):
            body = browser.get(world.search(path)).get_data(as_text=True).replace('value="elsewhere"', "")
            assert "Elsewhere, Number" not in body, path

    def test_record_every_look_once_with_filter_and_number_of_rows(self, world: WebWorld) -> None:
        fill(world, 6)
        browser = world.sign_in(Role.MANAGER)
        for path in PAGES:
            browser.get(world.search(path))
        found = entries(world)
        assert len(found) == len(PAGES)
        assert {entry.user_id for entry in found} == {world.user_ids[Role.MANAGER]}
        by_filter = {(entry.page, entry.detail): entry.row_count for entry in found}
        assert by_filter["today.index", "kind=refill&mine=1"] == 0
        assert by_filter["board.table", ""] == 6
        assert by_filter["find.index", ""] == 6  # what was typed is not kept

    @pytest.mark.parametrize("query", ["page=0", "page=-1", "page=99999999999", "page=x", "mine=2", "kind=nothing",
                                       "state=x", "owner=1e9", "payer=x", "stage=x", "after=x", "after=1-1", "on=x",
                                       "on=0001-01-01", "on=2026-02-30", "from=x&to=y", "from=2027-01-01"])  # fmt: skip
    def test_take_any_filter_without_falling_over(self, world: WebWorld, query: str) -> None:
        fill(world, 3)
        browser = world.sign_in(Role.MANAGER)
        for path in (
            "/today",
            "/board",
            "/board/table",
            "/day",
            "/refills",
            "/reports",
            "/reminders",
            "/reminders/preview",
        ):
            assert browser.get(f"{path}?{query}").status_code == 200, path


class TestTheFrontDesk:
    def test_sees_who_comes_and_nothing_clinical(self, world: WebWorld) -> None:
        fill(world, 30)
        browser = world.sign_in(Role.FRONT_DESK)
        for path in ("/day", "/find?q=lee"):
            body = browser.get(world.search(path)).get_data(as_text=True)
            assert "Lee, Number 0" in body.replace('<bdi class="person-family">Lee</bdi>', "Lee").replace(
                "<bdi>Number 0</bdi>", "Number 0"
            )
            for word in ("Evaluation", "Trial", "Implant", "Referred", "Consent", "Checklist", "pump"):
                assert word not in body.partition("<main")[2], (path, word)

    @pytest.mark.parametrize("path", ["/day", "/find?q=lee"])
    def test_is_one_press_from_the_patients_details(self, world: WebWorld, path: str) -> None:
        with world.database.writing() as session:
            listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
            case = listed.case(listed.patient("Lee"))
            listed.visit(case, "evaluation", hours=1)
            public_id = case.public_id
        browser = world.sign_in(Role.FRONT_DESK)
        assert f'href="/cases/{public_id}"' in browser.get(world.search(path)).get_data(as_text=True)
        page = browser.get(f"/cases/{public_id}").get_data(as_text=True)
        assert f'href="/cases/{public_id}/identity"' in page

    def test_sees_who_is_here(self, world: WebWorld) -> None:
        with world.database.writing() as session:
            listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
            listed.visit(listed.case(listed.patient("Lee")), "evaluation", hours=-1, state="arrived")
        assert "· arrived" in world.sign_in(Role.FRONT_DESK).get(world.search("/find?q=lee")).get_data(as_text=True)


class TestReminderGroups:
    def test_name_every_state_a_message_may_have(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.MANAGER)
        with world.database.writing() as session:
            listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
            case: Case = listed.case(listed.patient("Lee"))
            for state in ReminderState:
                listed.message(case, state)
        body = browser.get("/reminders").get_data(as_text=True)
        assert body.count("Lee</bdi>, <bdi>Ada</bdi>") == len(ReminderState)


class TestActions:
    def test_lead_to_forms_that_exist(self, world: WebWorld) -> None:
        adapter = world.app.url_map.bind("localhost")
        for way in WAYS.values():
            address = way.action.format(rule="wound_check", about=7, seq=7, appointment=7, visit=7, device=7, task="t")
            endpoint, _ = adapter.match(case_url("a" * 32, address))
            assert endpoint.startswith("cases."), way.action

    @pytest.mark.parametrize("code", sorted(WAYS))
    def test_name_what_the_pathway_may_miss(self, code: str) -> None:
        assert code in SENTENCES or code in {"alarm_date_unconfirmed", "refill_booked_late"}


class TestACardOfTheBoard:
    @pytest.mark.parametrize(
        ("blocker", "said"), [("not_arrived", "ready for the day"), ("consent_missing", "consent")]
    )
    def test_says_what_somebody_can_do(self, world: WebWorld, blocker: str, said: str) -> None:
        with world.database.writing() as session:
            listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
            params = {"purpose": "trial", "on": "2026-03-20"}
            listed.case(
                listed.patient("Lee"), "trial_booked",
                first_blocker=blocker, first_blocker_params=params, blocker_count=1,
            )  # fmt: skip
        browser = world.sign_in(Role.MANAGER)
        for path in ("/board", "/board/table"):
            body = browser.get(path).get_data(as_text=True)
            assert said in body.partition("born 2 Jan 1970" if path == "/board" else "MRN ")[2].lower(), path
            assert "has not arrived" not in body, path
