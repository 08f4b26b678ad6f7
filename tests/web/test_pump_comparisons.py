"""The pumps held against another list: nothing is written by looking, and it is not done while a difference is open."""

import csv
import html
import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.support.importing import row_counts
from tests.support.journey import COORDINATOR, PHYSICIAN, Journey, a_person, journey_in
from tests.support.milestones import Milestones
from tests.support.statements import sent
from tests.support.web import Browser, WebWorld
from tests.web.test_ended_pumps import die, hand_over, remove
from tests.web.test_reading_pages import fill
from tracker.domain.words import Role
from tracker.persistence.models import AccessEntry, Event, PumpComparison, StaffTask

At = Callable[[str], tuple[WebWorld, Journey]]
PATH = "/refills/compare"
THEIRS = "Patient ID,Last name,First name,DOB,Pump Serial #\n"
OURS = "004401,Okafor,James,03/12/1961,NGP123\n"
_HIDDEN = re.compile(r'<input[^>]*name="(content|name|round)"[^>]*value="([^"]*)"')
_KEYS = re.compile(r'name="reason:([^"]+)"')


@pytest.fixture
def at(milestones: Milestones) -> At:
    return milestones.at


def choose(browser: Browser, content: str | bytes, name: str = "billing-november.csv") -> TestResponse:
    data = content.encode() if isinstance(content, str) else content
    answer = browser.submit(PATH, {"file": (io.BytesIO(data), name)}, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()
    return answer


def text(answer: TestResponse) -> str:
    return html.unescape(answer.get_data(as_text=True)).partition('id="main"')[2]


def carried(answer: TestResponse) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(answer.get_data(as_text=True))}


def keys(answer: TestResponse) -> list[str]:
    return _KEYS.findall(html.unescape(answer.get_data(as_text=True)))


def figures(answer: TestResponse) -> list[str]:
    """Agreed, not on theirs, not followed here, different, not readable."""
    return re.findall(r'stat-value num">(\d+)', answer.get_data(as_text=True))


def stored(world: WebWorld) -> dict[str, int]:
    with world.database.reading() as session:
        counts = row_counts(session)
    return {name: number for name, number in counts.items() if name not in {"access_entries", "signin_sessions"}}


def tasks(world: WebWorld) -> list[StaffTask]:
    with world.database.reading() as session:
        return list(session.scalars(select(StaffTask).where(StaffTask.kind == "pump_list").order_by(StaffTask.id)))


def end(browser: Browser, task: StaffTask) -> None:
    answer = browser.post(f"/tasks/{task.id}", {"outcome": "put right with billing"})
    assert answer.status_code == 303, text(answer)


class TestLooking:
    def test_writes_nothing_but_who_looked(self, at: At) -> None:
        world, _ = at("maintained")
        browser = world.sign_in(Role.LEAD_COORDINATOR)
        before = stored(world)
        answer = choose(browser, THEIRS + OURS)
        assert (answer.status_code, figures(answer)) == (200, ["1", "0", "0", "0", "0"])
        assert "Both lists say the same." in text(answer)
        assert stored(world) == before
        with world.database.reading() as session:
            entry = session.scalars(select(AccessEntry).order_by(AccessEntry.id.desc())).first()
        assert entry is not None and (entry.page, entry.row_count, entry.detail) == ("pump_comparisons.preview", 0, "")

    def test_tells_a_pump_that_they_do_not_have_and_leads_to_its_case(self, at: At) -> None:
        world, journey = at("maintained")
        answer = choose(world.sign_in(Role.COORDINATOR), "mrn\n999\n")
        assert figures(answer) == ["0", "1", "1", "0", "0"]
        page = text(answer)
        assert "Okafor" in page and f"/cases/{journey.public_id}" in page and "serial NGP123" in page
        assert "no such patient here" in page and "Take over the pump" in page and "MRN 999" in page

    @pytest.mark.parametrize(
        ("ending", "said"),
        [(remove, "pump taken out on"), (die, "the patient has died"), (hand_over, "transferred: another clinic")],
    )
    def test_says_what_is_known_of_a_pump_that_is_not_followed(
        self, at: At, ending: Callable[[Journey], None], said: str
    ) -> None:
        world, journey = at("maintained")
        ending(journey)
        if ending is hand_over:
            journey.step("transferred", COORDINATOR, reason="moved away")
        answer = choose(world.sign_in(Role.MANAGER), THEIRS + OURS)
        assert figures(answer) == ["0", "0", "1", "0", "0"]
        assert said in text(answer) and f"/cases/{journey.public_id}" in text(answer)

    def test_says_that_a_patient_has_no_pump(self, at: At) -> None:
        world, journey = at("evaluating")
        answer = choose(world.sign_in(PHYSICIAN), THEIRS + OURS)
        assert "patient here, without a pump" in text(answer) and f"/cases/{journey.public_id}" in text(answer)

    def test_tells_what_differs_and_which_rows_cannot_be_read(self, at: At) -> None:
        world, _ = at("maintained")
        rows = "004401,Okafor,Jane,12 Mar 1961,XYZ9\n,Lee,Ann,,\n1,2\n"
        answer = choose(world.sign_in(Role.LEAD_COORDINATOR), THEIRS + rows)
        assert figures(answer) == ["0", "0", "0", "1", "2"]
        for said in (
            "Name: Okafor, James here, Okafor, Jane there",
            "Serial: NGP123 here, XYZ9 there",
            "Record number: There is neither a record number nor a serial number.",
            "row 4 of their list",
            "This row has 2 cells, the header has 5.",
        ):
            assert said in text(answer)

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "The file is empty."),
            (b"name,phone\nA,1\n", "A column is missing: mrn or serial."),
            (b"mrn,patient id\nA,1\n", "These columns are there twice: mrn."),
            (b"mrn\n", "The file has a header and no rows."),
            (b"mrn\n" + b"7\n" * 5001, "The file has 5,001 rows"),
            (b"x" * (1024 * 1024 + 1), "The file is larger than 1 MB"),
        ],
        ids=["empty", "columns", "twice", "rows", "many", "size"],
    )
    def test_of_what_cannot_be_compared_is_a_sentence(self, at: At, content: bytes, sentence: str) -> None:
        world, _ = at("referred")
        answer = choose(world.sign_in(Role.LEAD_COORDINATOR), content)
        assert answer.status_code == 422 and sentence in text(answer)

    def test_shows_no_markup_and_nobody_of_another_clinic(self, at: At) -> None:
        world, _ = at("maintained")
        browser = world.sign_in(Role.LEAD_COORDINATOR, "north")
        answer = choose(browser, THEIRS + "004401,<b>Okafor</b>,James,03/12/1961,NGP123\n")
        assert figures(answer) == ["0", "0", "1", "0", "0"]
        assert "<b>Okafor" not in answer.get_data(as_text=True) and "no such patient here" in text(answer)

    # Three hundred are slow to write down, and one more statement a patient shows with thirty already.
    @pytest.mark.parametrize("patients", [3, 30, pytest.param(300, marks=pytest.mark.slow)])
    def test_takes_few_statements_however_many_patients(self, world: WebWorld, patients: int) -> None:
        fill(world, patients)
        browser = world.sign_in(Role.MANAGER)
        listed = carried(choose(browser, "mrn\n" + "".join(f"{number}\n" for number in range(100))))
        with sent(world.database.read) as said:
            answer = browser.post(f"{PATH}/again", listed)
        assert (answer.status_code, len(keys(answer)) >= 100) == (200, True)
        assert len(said) <= 7


class TestTasks:
    def test_are_opened_one_by_one_and_for_all_that_are_left_once(self, at: At) -> None:
        world, journey = at("maintained")
        browser = world.sign_in(Role.LEAD_COORDINATOR)
        answer = choose(browser, THEIRS + "1,Lee,Ann,,A1\n2,Lee,Bo,,B2\n")
        listed = carried(answer)
        assert len(keys(answer)) == 3
        answer = browser.post(f"{PATH}/tasks", {**listed, "task": keys(answer)[0]})
        assert "1 task opened" in answer.get_data(as_text=True) and len(tasks(world)) == 1
        answer = browser.post(f"{PATH}/tasks", {**listed, "task": "", f"reason:{keys(answer)[0]}": "kept"})
        assert "1 task opened" in answer.get_data(as_text=True)
        browser.post(f"{PATH}/tasks", {**listed, "task": ""})
        found = tasks(world)
        assert [(each.owner_role, each.due_on == journey.today) for each in found] == [("coordinator", True)] * 3
        assert [each.case_id is not None for each in found] == [True, False, False]
        browser.post(f"{PATH}/tasks", {**listed, "task": ""})
        assert len(tasks(world)) == 3
        today = html.unescape(browser.get("/today").get_data(as_text=True))
        assert "no such patient here · name Lee, Ann · MRN 1 · serial A1" in today
        assert "Pump followed here, not on the other list" in today

    def test_that_were_done_are_asked_again_when_next_month_finds_the_same(self, at: At) -> None:
        world, _ = at("maintained")
        for month in (1, 2):
            browser = world.sign_in(Role.LEAD_COORDINATOR)
            answer = choose(browser, THEIRS + OURS + "1,Lee,Ann,,A1\n")
            listed = carried(answer)
            assert len(keys(answer)) == 1
            answer = browser.post(f"{PATH}/tasks", {**listed, "task": ""})
            assert keys(answer) == [] and len(tasks(world)) == month
            end(browser, tasks(world)[-1])
            assert browser.post(f"{PATH}/done", listed).status_code == 303
            world.clock.advance(days=31)

    def test_for_all_that_are_left_leave_out_what_has_a_reason_and_keep_it(self, at: At) -> None:
        world, _ = at("maintained")
        browser = world.sign_in(Role.LEAD_COORDINATOR)
        answer = choose(browser, THEIRS + OURS + "1,Lee,Ann,,A1\n2,Lee,Bo,,B2\n3,Lee,Cy,,C3\n")
        listed, (first, second, third) = carried(answer), keys(answer)
        typed = {f"reason:{first}": "a test row", f"reason:{second}": "  "}
        answer = browser.post(f"{PATH}/tasks", {**listed, **typed, "task": ""})
        assert "2 tasks opened" in answer.get_data(as_text=True) and len(tasks(world)) == 2
        assert keys(answer) == [first] and 'value="a test row"' in answer.get_data(as_text=True)
        answer = browser.post(f"{PATH}/tasks", {**listed, **typed, "task": ""})
        assert "Every difference has a task or a reason already." in text(answer) and len(tasks(world)) == 2
        answer = browser.post(f"{PATH}/tasks", {**listed, **typed, "task": first})
        assert len(tasks(world)) == 3 and "a test row" in text(answer)
        assert browser.post(f"{PATH}/done", {**listed, f"reason:{first}": "a test row"}).status_code == 303
        assert "a test row" in text(browser.get(PATH)) and third

    def test_are_not_opened_from_a_page_that_a_colleagues_comparison_has_overtaken(self, at: At) -> None:
        world, _ = at("maintained")
        mine, theirs = world.sign_in(Role.COORDINATOR), world.sign_in(Role.LEAD_COORDINATOR)
        rows = THEIRS + OURS + "1,Lee,Ann,,A1\n2,Lee,Bo,,B2\n"
        answer = choose(mine, rows)
        listed, (first, _second) = carried(answer), keys(answer)
        other = carried(choose(theirs, rows))
        theirs.post(f"{PATH}/tasks", {**other, "task": ""})
        assert theirs.post(f"{PATH}/done", other).status_code == 303
        before = stored(world)
        for path in ("tasks", "done"):
            answer = mine.post(f"{PATH}/{path}", {**listed, "task": "", f"reason:{first}": "typed by me"})
            assert answer.status_code == 422 and stored(world) == before
            assert "Lead Coordinator Person recorded a comparison with this same list on" in text(answer)
            assert "No task was opened" in text(answer) and "typed by me" in text(answer)
        answer = mine.post(f"{PATH}/tasks", {**carried(answer), "task": ""})
        assert answer.status_code == 200 and len(tasks(world)) == 2
        answer = mine.post(f"{PATH}/tasks", {**listed, "content": "bXJuCjkK", "task": ""})
        assert "recorded a comparison with another list on" in text(answer) and len(tasks(world)) == 2

    def test_that_are_still_open_next_month_are_shown_and_those_that_were_ended_asked_again(self, at: At) -> None:
        world, _ = at("maintained")
        rows = THEIRS + OURS + "1,Lee,Ann,,A1\n2,Lee,Bo,,B2\n"
        browser = world.sign_in(Role.LEAD_COORDINATOR)
        answer = choose(browser, rows)
        listed, (_ann, bo) = carried(answer), keys(answer)
        browser.post(f"{PATH}/tasks", {**listed, "task": ""})
        ended, kept = (next(each for each in tasks(world) if each.key.endswith(key)) for key in (bo, _ann))
        end(browser, ended)
        assert browser.post(f"{PATH}/done", listed).status_code == 303
        world.clock.advance(days=31)
        browser = world.sign_in(Role.LEAD_COORDINATOR)
        answer = choose(browser, rows)
        assert keys(answer) == [bo] and f"/tasks/{kept.id}" in text(answer) and "Task open" in text(answer)
        browser.post(f"{PATH}/tasks", {**carried(answer), "task": ""})
        assert len(tasks(world)) == 3

    def test_of_a_list_that_was_damaged_are_refused(self, at: At) -> None:
        world, _ = at("referred")
        browser = world.sign_in(Role.LEAD_COORDINATOR)
        browser.get(PATH)
        for content in ("", "%%%", "bm90aGluZw=="):
            assert browser.post(f"{PATH}/tasks", {"content": content}).status_code == 400


class TestTheRecord:
    def test_is_refused_while_a_difference_has_neither_task_nor_reason(self, at: At) -> None:
        world, journey = at("maintained")
        browser = world.sign_in(Role.LEAD_COORDINATOR)
        answer = choose(browser, "mrn\n1\n")
        listed, (missing, unknown) = carried(answer), keys(answer)
        answer = browser.post(f"{PATH}/done", {**listed, f"reason:{unknown}": "a <test> row", "note": "typed"})
        assert answer.status_code == 422 and "1 difference still without a task or a reason" in text(answer)
        assert 'value="a &lt;test&gt; row"' in answer.get_data(as_text=True) and "typed" in text(answer)
        reasons = {f"reason:{missing}": "billed elsewhere", f"reason:{unknown}": "a test row"}
        answer = browser.post(f"{PATH}/done", {**listed, **reasons, "note": "with billing"})
        assert answer.status_code == 303
        with world.database.reading() as session:
            row = session.scalars(select(PumpComparison)).one()
            event = session.scalars(select(Event).where(Event.kind == "pump_list_compared")).one()
        assert (row.name, row.size_bytes, len(row.digest)) == ("billing-november.csv", 6, 64)
        assert (row.agreed, row.not_listed, row.not_followed, row.tasks) == (0, 1, 1, 0)
        assert row.compared_by == event.actor_id == world.user_ids[Role.LEAD_COORDINATOR]
        assert "Okafor" not in event.body and "004401" not in event.body
        page = text(browser.get(PATH))
        assert "1 not on theirs, 1 not followed here; 0 tasks" in page
        assert "billed elsewhere" in page and f"/cases/{journey.public_id}" in page and "with billing" in page

    def test_is_due_again_a_month_later_and_says_so_where_people_look(self, at: At) -> None:
        world, _ = at("maintained")
        lead = world.sign_in(Role.LEAD_COORDINATOR)
        listed = carried(choose(lead, THEIRS + OURS))
        assert lead.post(f"{PATH}/done", listed).status_code == 303
        assert "Compare the pump list" not in text(lead.get("/today"))
        assert "Pump list last compared on" in text(lead.get("/safety"))
        world.clock.advance(days=31)
        lead = world.sign_in(Role.LEAD_COORDINATOR)
        for path in ("/today", "/today?mine=1"):
            assert "Compare the pump list with billing or the programmers" in text(lead.get(path))
        assert "Compare the pump list" not in text(lead.get("/today?kind=refill"))
        assert "Compare the pump list" not in text(world.sign_in(Role.NURSE).get("/today"))
        assert "Compare the pump list" in text(world.sign_in(COORDINATOR).get("/today"))
        assert "Compare the pump list" not in text(world.sign_in(COORDINATOR).get("/today?mine=1"))
        assert "Compare the pump list" not in text(world.sign_in(Role.LEAD_COORDINATOR, "north").get("/today"))

    def test_is_first_due_a_month_after_the_first_pump_and_never_without_one(self, at: At) -> None:
        world, _ = at("evaluating")
        world.clock.advance(days=400)
        assert "Compare the pump list" not in text(world.sign_in(Role.LEAD_COORDINATOR).get("/today"))
        world, _ = at("maintained")
        world.clock.advance(days=40)
        page = text(world.sign_in(Role.LEAD_COORDINATOR).get("/today"))
        assert "Compare the pump list" in page and "Pump list never compared yet" in page

    def test_is_one_press_from_the_refills_and_from_safety(self, at: At) -> None:
        world, _ = at("referred")
        for role, is_there in (
            (Role.LEAD_COORDINATOR, True),
            (PHYSICIAN, True),
            (Role.MANAGER, True),
            (Role.NURSE, False),
        ):
            assert (f'href="{PATH}"' in world.sign_in(role).get("/refills").text) is is_there
        assert f'href="{PATH}"' in world.sign_in(Role.MANAGER).get("/safety").text


class TestTheFile:
    def test_holds_every_difference_and_no_formula(self, at: At) -> None:
        world, _ = at("maintained")
        browser = world.sign_in(Role.LEAD_COORDINATOR)
        answer = choose(browser, THEIRS + "1,=HYPERLINK(1),Ann,,@A1\n")
        answer = browser.post(f"{PATH}/list.csv", {**carried(answer), f"reason:{keys(answer)[0]}": "+known"})
        assert answer.mimetype == "text/csv" and "pump-list-" in answer.headers["Content-Disposition"]
        rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
        assert [(row["Finding"], row["Family name"], row["Name there"]) for row in rows] == [
            ("On our list, not on theirs", "Okafor", ""),
            ("On theirs, not followed here", "", "'=HYPERLINK(1), Ann"),
        ]
        assert rows[0]["Task or reason"] == "'+known" and rows[1]["Serial there"] == "'@A1"


def test_two_patients_of_one_name_are_told_apart(world: WebWorld) -> None:
    for number in (1, 2):
        journey_in(world).refer(a_person(number, given_name="James", birth_on=date(1961, 3, 11 + number)))
    answer = choose(world.sign_in(Role.LEAD_COORDINATOR), "mrn,name,dob\n004402,James Okafor,1961-03-13\n")
    assert figures(answer) == ["0", "0", "1", "0", "0"] and "004402" in text(answer)
