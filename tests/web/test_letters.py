"""The letter of a call: on its page as it is printed, recorded, posted; and nothing on paper but what it says."""

import html
import re

import pytest
from sqlalchemy import select, update

from tests.support.journey import Journey, a_person, journey_in
from tests.support.web import Browser, WebWorld
from tracker.domain.neutral import words_not_to_tell
from tracker.domain.words import Role
from tracker.persistence.models import AccessEntry, Patient, StaffTask, TaskLetter

PAPER = re.compile(r"<main.*?</main>", re.DOTALL)
TITLE = re.compile(r"<title>(.*?)</title>")


class Desk:
    """A coordinator, and the call of a patient who wants letters."""

    def __init__(self, world: WebWorld) -> None:
        self.world, self.browser = world, world.sign_in(Role.COORDINATOR)
        self.journey: Journey = journey_in(world)
        self.journey.refer(a_person(given_name="Ada", family_name="O'Hara <x>", prefers="letter", reach=()))
        self.record(postal_address="12 Main Street\nDenver, CO 80202")
        self.journey.book("evaluation", self.journey.in_days(9))
        self.task_id = self.task().id
        self.url = f"/tasks/{self.task_id}"

    def record(self, **values: object) -> None:
        with self.world.database.writing() as session:
            session.execute(update(Patient).values(values))

    def task(self) -> StaffTask:
        with self.world.database.reading() as session:
            return session.scalars(select(StaffTask).where(StaffTask.kind == "call")).one()

    def letters(self) -> list[TaskLetter]:
        with self.world.database.reading() as session:
            return list(session.scalars(select(TaskLetter)))

    def text(self, url: str, browser: Browser | None = None) -> str:
        answer = (browser or self.browser).get(url)
        assert answer.status_code == 200
        return html.unescape(answer.get_data(as_text=True))


@pytest.fixture
def desk(world: WebWorld) -> Desk:
    return Desk(world)


class TestTheCall:
    def test_asks_for_a_letter_and_leads_to_it(self, desk: Desk) -> None:
        text = desk.text(desk.url)
        assert "Write a letter about the visit" in text and "prefers a letter" in text
        assert f'href="{desk.url}/letter"' in text
        # It is posted only after it was printed.
        assert "It is posted" not in text

    def test_says_which_visit_is_told_of(self, desk: Desk) -> None:
        assert re.search(r"Visit to tell of</dt><dd class=\"num\">[A-Z].*, \d\d:\d\d<", desk.text(desk.url))

    def test_tells_no_time_that_is_not_final(self, desk: Desk) -> None:
        trial = desk.journey.book("trial", desk.journey.in_days(12))
        with desk.world.database.writing() as session:
            session.execute(update(StaffTask).values(params={"about": "arrival", "appointment": str(trial)}))
        text = desk.text(desk.url)
        assert "the time is not final, do not tell one" in text
        assert not re.search(r"Visit to tell of</dt><dd class=\"num\">[^<]*\d\d:\d\d", text)

    def test_stands_among_those_who_are_not_reached(self, desk: Desk) -> None:
        assert f'href="{desk.url}/letter"' in desk.text("/reminders?state=unreached")

    def test_is_offered_no_letter_in_a_language_without_one(self, desk: Desk) -> None:
        desk.record(language="Hmong")
        text = desk.text("/reminders?state=unreached")
        assert f'href="{desk.url}"' in text and f'href="{desk.url}/letter"' not in text

    def test_says_where_the_address_is_to_be_recorded(self, desk: Desk) -> None:
        desk.record(postal_address="")
        text = desk.text(desk.url)
        assert "No address for letters is recorded" in text and f"/cases/{desk.journey.public_id}/reach#post" in text
        assert "/reach#post" not in desk.text(desk.url, desk.world.sign_in(Role.PHYSICIAN))


class TestTheLetter:
    def test_is_looked_at_without_being_printed(self, desk: Desk) -> None:
        text = desk.text(f"{desk.url}/letter")
        assert "Ada O'Hara <x>" in text and "12 Main Street" in text and "Dear Ada," in text
        assert desk.letters() == [] and "data-print-now" not in text
        with desk.world.database.reading() as session:
            seen = session.scalars(select(AccessEntry).where(AccessEntry.page == "tasks.letter")).one()
        assert seen.case_id == desk.task().case_id

    @pytest.mark.parametrize("language", ["", "es"])
    def test_has_nothing_on_paper_that_a_message_may_not_tell(self, desk: Desk, language: str) -> None:
        desk.record(language=language)
        page = desk.browser.get(f"{desk.url}/letter").get_data(as_text=True)
        (paper,), (title,) = PAPER.findall(page), TITLE.findall(page)
        assert title.strip() == "Letter"
        assert words_not_to_tell(html.unescape(re.sub(r"<[^>]*>", " ", paper))) == ()
        assert f'lang="{language or "en"}"' in paper
        # What is not the letter is not printed.
        outside = PAPER.sub("", page).partition("<body>")[2]
        assert '<div class="letter-bar no-print' in outside and "Implant" not in page and "<footer" not in outside
        assert "&lt;x&gt;" in paper

    def test_is_recorded_as_printed_and_the_printer_opens_once(self, desk: Desk) -> None:
        answer = desk.browser.submit(f"{desk.url}/letter")
        assert answer.status_code == 303 and answer.headers["Location"] == f"{desk.url}/letter?printed=now"
        assert "data-print-now" in desk.text(f"{desk.url}/letter?printed=now")
        (letter,) = desk.letters()
        assert (letter.task_id, letter.printed_by) == (desk.task_id, desk.world.user_ids[Role.COORDINATOR])
        assert desk.task().done_at is None
        text = desk.text(desk.url)
        assert "Printed Tue 17 Mar 2026 09:00 by Coordinator Person: English, version 1" in text

    def test_that_was_not_printed_opens_no_printer(self, desk: Desk) -> None:
        assert "data-print-now" not in desk.text(f"{desk.url}/letter?printed=now")

    def test_says_when_it_reads_otherwise_by_now(self, desk: Desk) -> None:
        desk.browser.submit(f"{desk.url}/letter")
        warning = "It reads otherwise than what was printed last"
        assert warning not in desk.text(f"{desk.url}/letter")
        desk.record(given_name="Bea")
        assert warning in desk.text(f"{desk.url}/letter")

    def test_that_cannot_be_printed_says_why(self, desk: Desk) -> None:
        desk.browser.get(f"{desk.url}/letter")
        desk.record(postal_address="")
        answer = desk.browser.post(f"{desk.url}/letter")
        assert answer.status_code == 422 and "No address for letters is recorded" in answer.get_data(as_text=True)
        assert desk.letters() == []
        desk.record(language="Hmong")
        assert "No letter" in desk.text(f"{desk.url}/letter")

    def test_of_another_clinic_or_of_no_call_is_not_found(self, desk: Desk) -> None:
        desk.world.add_clinic("north")
        elsewhere = desk.world.sign_in(Role.COORDINATOR, "north")
        elsewhere.get("/today")
        assert elsewhere.get(f"{desk.url}/letter").status_code == 404
        assert elsewhere.post(f"{desk.url}/letter").status_code == 404
        assert elsewhere.post(f"{desk.url}/letter/posted", {"posted_on": "2026-03-17"}).status_code == 404
        assert desk.letters() == []


class TestPosting:
    def test_closes_the_call(self, desk: Desk) -> None:
        desk.browser.submit(f"{desk.url}/letter")
        desk.browser.get(desk.url)
        assert desk.browser.post(f"{desk.url}/letter/posted", {"posted_on": "2026-03-17"}).status_code == 303
        assert desk.task().outcome == "Letter posted on Tue 17 Mar 2026"
        text = desk.text(desk.url)
        assert "Letter posted on Tue 17 Mar 2026" in text and "Look at the letter" not in text
        # A letter that was posted stays to be read, and is not printed again.
        assert "Record as printed" not in desk.text(f"{desk.url}/letter")

    def test_once_more_from_a_page_of_before_says_that_it_is_done(self, desk: Desk) -> None:
        desk.browser.submit(f"{desk.url}/letter")
        desk.browser.get(desk.url)
        posted = {"posted_on": "2026-03-17"}
        desk.browser.post(f"{desk.url}/letter/posted", posted)
        for path, form in (("/letter/posted", posted), ("/letter", {}), ("", {"outcome": "Called"})):
            answer = desk.browser.post(f"{desk.url}{path}", form)
            assert answer.status_code == 409
            assert "The task is ended already: Letter posted on Tue 17 Mar 2026" in answer.get_data(as_text=True)
        assert len(desk.letters()) == 1 and desk.task().outcome == "Letter posted on Tue 17 Mar 2026"

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ("", "Give the day on which it was posted."),
            ("2026-03-18", "Give a day from Tue 17 Mar 2026, when it was printed, to today."),
            ("yesterday", "Choose the day, or type it as 2026-03-17."),
        ],
    )
    def test_with_a_day_that_cannot_be_is_refused_at_the_field(self, desk: Desk, typed: str, sentence: str) -> None:
        desk.browser.submit(f"{desk.url}/letter")
        desk.browser.get(desk.url)
        answer = desk.browser.post(f"{desk.url}/letter/posted", {"posted_on": typed})
        assert answer.status_code == 422
        assert sentence in html.unescape(answer.get_data(as_text=True)).partition('id="posted_on-error"')[2]
        assert desk.task().done_at is None

    def test_without_a_printed_letter_is_refused(self, desk: Desk) -> None:
        desk.browser.get(desk.url)
        answer = desk.browser.post(f"{desk.url}/letter/posted", {"posted_on": "2026-03-17"})
        assert answer.status_code == 422 and "Print the letter first." in answer.get_data(as_text=True)
