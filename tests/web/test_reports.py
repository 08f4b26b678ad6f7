"""Reports as pages, lists and files: every number is its list, filters travel, and nothing is taken for a formula."""

import csv
import html
import io
import re
from datetime import datetime

import pytest
from openpyxl import load_workbook

from tests.support.statements import sent
from tests.support.stored_history import FAMILY, fill, fill_and_draw
from tests.support.told_clinic import CLINICIANS
from tests.support.web import Browser, WebWorld
from tracker.domain.words import Role
from tracker.persistence.models import AccessEntry
from tracker.services.report_sheets import make_slow_sheets
from tracker.web.reports import presenters
from tracker.web.reports.panels import HEADINGS

LINK = re.compile(r'<a href="([^"]+/patients\?[^"]+)">([^<]+)</a>')
PART = re.compile(r'data-label="Patient-days" class="is-number"><span>([\d.]+)<')
COUNTED = re.compile(r"(\d+) times?</span>")


def links(body: str) -> list[tuple[str, str]]:
    """The numbers of a page that lead to a list: their addresses and what they say."""
    return [(html.unescape(url), text.strip()) for url, text in LINK.findall(body)]


def body_of(browser: Browser, path: str) -> str:
    """A page that must be there."""
    response = browser.get(path)
    assert response.status_code == 200, path
    return response.get_data(as_text=True)


class TestTheIndex:
    def test_answers_every_question_in_a_sentence(self, world: WebWorld) -> None:
        fill(world)
        body = body_of(world.sign_in(Role.MANAGER), "/reports")
        for heading in HEADINGS.values():
            assert html.escape(heading.question) in body
        answers = re.findall(r'<p class="question-answer">([^<]+)</p>', body)
        assert len(answers) == len(HEADINGS) and all(answer.endswith(".") for answer in answers)
        assert "As of Tue 17 Mar 2026 09:00" in body and body.count('class="spark"') == 2

    def test_says_of_the_open_cases_what_their_report_says(self, world: WebWorld) -> None:
        fill(world)
        browser = world.sign_in(Role.MANAGER)
        answer = re.search(r"\d+ cases are open, [^<]+", body_of(browser, "/reports/now"))
        assert answer is not None and "36 over target" in answer[0]
        assert answer[0] in body_of(browser, "/reports")

    def test_says_so_where_nothing_was_counted_yet(self, world: WebWorld) -> None:
        body = body_of(world.sign_in(Role.MANAGER), "/reports")
        assert body.count("Nothing is counted yet") == len(HEADINGS) - 3
        assert "Change how fast payers answer" in body
        assert "No case is open." in body

    def test_keeps_the_filter_in_its_links(self, world: WebWorld) -> None:
        fill(world)
        body = body_of(world.sign_in(Role.MANAGER), f"/reports?from=2025-09-01&clinician={CLINICIANS[0]}")
        assert f"/reports/flow?from=2025-09-01&amp;clinician={CLINICIANS[0]}" in body
        assert "Mon 1 Sep 2025 to Tue 17 Mar 2026; Clinician: Dr. 0" in body


class TestEveryReport:
    def test_says_its_answer_what_it_counts_and_when(self, world: WebWorld) -> None:
        fill_and_draw(world)
        browser = world.sign_in(Role.MANAGER)
        for name in HEADINGS:
            body = body_of(browser, f"/reports/{name}")
            assert '<p class="answer">' in body and "Counted: " in body and "as of Tue 17 Mar 2026 09:00" in body, name
            assert '<i>"Oyelaran"' not in body and '<b>"Clinic' not in body, name

    def test_leads_from_numbers_to_as_many_patients(self, world: WebWorld) -> None:
        fill_and_draw(world)
        browser = world.sign_in(Role.MANAGER)
        for name in HEADINGS:
            found = links(body_of(browser, f"/reports/{name}"))
            # What is coming, and what would be, is of nobody yet.
            assert found or name in {"forecast", "what-if"}, name
            for url, text in found:
                page = body_of(browser, url)
                listed, times = page.count('class="person"'), [int(each) for each in COUNTED.findall(page)]
                assert listed and html.unescape(text) in html.unescape(page)
                if text.isdigit() and not re.search(r"\.(days|alone|hours)(&|$)", url):
                    assert int(text) == (sum(times) if times else listed), url

    def test_stacks_rows_that_are_people_and_keeps_the_columns_of_numbers(self, world: WebWorld) -> None:
        fill(world)
        body = body_of(world.sign_in(Role.MANAGER), "/reports/next-days")
        people, days = re.findall(r"<table.*?</table>", body, re.DOTALL)
        assert 'class="is-stacked"' in people and 'data-label="What is missing"' in people
        assert "is-stacked" not in days and "Booked" in days

    def test_may_be_read_without_a_script_or_a_style_of_its_own(self, world: WebWorld) -> None:
        fill_and_draw(world)
        browser = world.sign_in(Role.MANAGER)
        for name in HEADINGS:
            body = body_of(browser, f"/reports/{name}")
            assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", body), name
            ids = re.findall(r'\sid="([^"]+)"', body)
            assert len(ids) == len(set(ids)), name
            assert set(re.findall(r"url\(#([^)]+)\)", body)) <= set(ids), name

    def test_takes_few_statements(self, world: WebWorld) -> None:
        fill_and_draw(world)
        browser = world.sign_in(Role.MANAGER)
        for name in HEADINGS:
            for path in (f"/reports/{name}", f"/reports/{name}?clinician={CLINICIANS[0]}"):
                with sent(world.database.read) as said:
                    body_of(browser, path)
                assert len(said) <= 8, (path, said)

    def test_shows_the_first_rows_of_a_long_table_and_its_total(
        self, world: WebWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(world)
        browser = world.sign_in(Role.MANAGER)
        whole = body_of(browser, "/reports/waits")
        monkeypatch.setattr(presenters, "MOST_ROWS", 1)
        cut = body_of(browser, "/reports/waits")
        (rows,) = re.findall(r"The first 2 of (\d+) rows\. A filter leaves fewer; the files below have them all\.", cut)
        assert int(rows) > 2 and "Days on which anything stood there" in cut
        assert "The first" not in whole and whole.count("<tr") - cut.count("<tr") >= int(rows) - 2
        file = browser.get("/reports/waits.csv").get_data(as_text=True)
        assert file.partition("Days on which anything stood there")[0].count("\n") > int(rows)

    def test_opens_again_as_a_workbook_with_what_it_counts(self, world: WebWorld) -> None:
        fill_and_draw(world)
        browser = world.sign_in(Role.MANAGER)
        for name in HEADINGS:
            response = browser.get(f"/reports/{name}.xlsx?payer=31")
            if HEADINGS[name].is_slow:
                # The page says that it is being made; then it is.
                assert (response.status_code, response.location) == (302, f"/reports/{name}?payer=31")
                assert make_slow_sheets(world.database, world.clock, pause=lambda: None) == 1
                response = browser.get(f"/reports/{name}.xlsx?payer=31")
            assert response.headers["Content-Disposition"] == f'attachment; filename="{name}-2026-03-17.xlsx"'
            book = load_workbook(io.BytesIO(response.data))
            said = [(row[0].value, row[1].value) for row in book.worksheets[1].iter_rows()]
            assert {("As of", "Tue 17 Mar 2026 09:00"), ("Clinic", "Main Clinic")} <= set(said)
            # Slots are everybody's, so what-if has no filter.
            assert (("Filter", "Payer: Payer 0") in said) != (name == "what-if")
            assert len(said) > len(book.worksheets) + 3
            kinds = {cell.data_type for page in book.worksheets for row in page.iter_rows() for cell in row}
            assert kinds <= {"s", "n", "d"}, "a formula"

    def test_is_a_text_file_without_formulas(self, world: WebWorld) -> None:
        fill_and_draw(world)
        browser = world.sign_in(Role.MANAGER)
        for name in HEADINGS:
            response = browser.get(f"/reports/{name}.csv")
            text = response.get_data(as_text=True)
            assert response.content_type == "text/csv; charset=utf-8" and text.startswith("\ufeff")
            cells = [cell for row in csv.reader(io.StringIO(text[1:])) for cell in row]
            assert "As of" in cells and not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


class TestNumbersAndFiles:
    def test_say_the_same(self, world: WebWorld) -> None:
        fill(world)
        browser = world.sign_in(Role.MANAGER)
        book = load_workbook(io.BytesIO(browser.get("/reports/referrers.xlsx").data))
        rows = {row[0].value: [cell.value for cell in row[1:]] for row in book.worksheets[0].iter_rows(min_row=2)}
        assert rows["All referrers"][:3] == [40, 16, 5]
        assert '=2+5 <b>"Clinic"</b>' in rows
        text = browser.get("/reports/referrers.csv").get_data(as_text=True)
        assert ["All referrers", "40", "16", "5"] in [row[:4] for row in csv.reader(io.StringIO(text))]
        assert "'=2+5 <b>" in text

    def test_have_shares_as_shares_and_days_as_days(self, world: WebWorld) -> None:
        fill(world)
        book = load_workbook(io.BytesIO(world.sign_in(Role.MANAGER).get("/reports/flow.xlsx").data))
        page = book.worksheets[0]
        assert [cell.value for cell in page[2]][:3] == ["Referred", 40, 1]
        assert page["C2"].number_format == "0.0%" and isinstance(book.properties.created, datetime)

    def test_of_the_next_days_name_patients_as_text(self, world: WebWorld) -> None:
        fill(world)
        book = load_workbook(io.BytesIO(world.sign_in(Role.MANAGER).get("/reports/next-days.xlsx").data))
        assert book.worksheets[0]["B1"].value == "Patient" and len(book.worksheets[0]["B"]) > 3
        for cell in book.worksheets[0]["B"][1:]:
            assert cell.data_type == "s" and cell.value.startswith(FAMILY)

    def test_say_days_and_times_with_their_year(self, world: WebWorld) -> None:
        fill(world)
        browser = world.sign_in(Role.MANAGER)
        procedures, days = load_workbook(io.BytesIO(browser.get("/reports/next-days.xlsx").data)).worksheets[:3:2]
        assert procedures["A2"].is_date and procedures["A2"].number_format == "yyyy-mm-dd hh:mm"
        assert days["A2"].value == datetime(2026, 3, 17)  # noqa: DTZ001  # a day of the clinic
        rows = list(csv.reader(io.StringIO(browser.get("/reports/next-days.csv").get_data(as_text=True))))
        assert re.fullmatch(r"2026-03-\d\d \d\d:\d\d", rows[2][0]) and ["2026-03-17"] in [row[:1] for row in rows]

    def test_of_sums_are_told_for_each_patient(self, world: WebWorld) -> None:
        fill(world)
        browser = world.sign_in(Role.MANAGER)
        url, number = next(each for each in links(body_of(browser, "/reports/waits")) if each[0].endswith(".all.days"))
        body = body_of(browser, url)
        parts = [float(part) for part in PART.findall(body)]
        assert len(parts) == body.count('class="person"') and parts == sorted(parts, reverse=True)
        assert sum(parts) == pytest.approx(float(number.replace(",", "")), rel=0.01)


class TestTheFilter:
    @pytest.mark.parametrize(
        ("query", "sentence", "kept"),
        [
            ("from=2026-02-30", "This is not a day. Write it as 2026-03-12.", 'value="2026-02-30"'),
            ("from=<b>", "This is not a day. Write it as 2026-03-12.", 'value="&lt;b&gt;"'),
            ("from=20260101", "This is not a day.", 'value="20260101"'),
            ("to=1999-01-01", "Choose a day from 1 Jan 2000", 'value="1999-01-01"'),
            ("from=2026-03-01&to=2026-02-01", "The last day is before the first.", 'value="2026-02-01"'),
            ("payer=77", "“77” is none of these.", '<option value="77" selected>'),
            ("diagnosis=<i>", "“&lt;i&gt;” is none of these.", '<option value="&lt;i&gt;" selected>'),
        ],
    )
    def test_says_at_the_field_what_is_wrong_and_keeps_what_was_typed(
        self, world: WebWorld, query: str, sentence: str, kept: str
    ) -> None:
        fill(world, 3)
        browser = world.sign_in(Role.MANAGER)
        for path in ("/reports", "/reports/flow"):
            body = body_of(browser, f"{path}?{query}")
            assert sentence in body and kept in body and 'aria-invalid="true"' in body
            assert "Nothing is counted until the filter is put right." in body and '<p class="answer">' not in body
        assert browser.get(f"/reports/flow.csv?{query}").status_code == 400
        assert browser.get(f"/reports/flow/patients?of=funnel.referred.reached&{query}").status_code == 404

    @pytest.mark.parametrize("months", ["5", "<b>", "-3", "6.0"])
    def test_of_the_forecast_is_three_to_twelve_months(self, world: WebWorld, months: str) -> None:
        fill(world, 3)
        browser = world.sign_in(Role.MANAGER)
        body = body_of(browser, f"/reports/forecast?months={months}")
        assert "is none of these. Choose 3, 6, 9 or 12 months." in body and '<p class="answer">' not in body
        assert f'<option value="{html.escape(months)}" selected>' in body
        assert browser.get(f"/reports/forecast.csv?months={months}").status_code == 400
        assert 'name="months"' not in body_of(browser, "/reports/flow")

    def test_reaches_the_last_day_itself(self, world: WebWorld) -> None:
        fill(world)
        # The second patient was referred on 9 June 2025, the third on the 16th.
        for last, referred in (("2025-06-08", 1), ("2025-06-09", 2), ("2025-06-15", 2), ("2025-06-16", 3)):
            body = body_of(world.sign_in(Role.MANAGER), f"/reports/flow?from=2025-06-01&to={last}")
            assert f"Of {referred} patient" in body

    def test_narrows_what_is_live_too(self, world: WebWorld) -> None:
        fill(world)
        browser = world.sign_in(Role.MANAGER)
        assert "40 cases are open" in body_of(browser, "/reports/now")
        assert "20 cases are open" in body_of(browser, "/reports/now?payer=31")
        assert "20 cases are open" in body_of(browser, "/reports?payer=31")
        assert "40 cases are open" in body_of(browser, "/reports/now?version=1")


class TestWhoMayLook:
    def test_at_patients_of_another_clinic_is_nobody(self, world: WebWorld) -> None:
        fill(world)
        world.add_clinic("other")
        stranger = world.sign_in(Role.MANAGER, "other")
        assert "Nothing is counted yet" in body_of(stranger, "/reports/flow")
        assert stranger.get("/reports/flow/patients?of=funnel.referred.reached").status_code == 404

    @pytest.mark.parametrize("of", ["", "x", "funnel.referred", "funnel.referred.share", "funnel.implanted.left"])
    def test_at_nobody_where_there_is_no_such_number(self, world: WebWorld, of: str) -> None:
        fill(world)
        assert world.sign_in(Role.MANAGER).get(f"/reports/flow/patients?of={of}").status_code == 404

    def test_is_recorded_with_filter_and_number_of_rows(self, world: WebWorld) -> None:
        fill(world)
        browser = world.sign_in(Role.MANAGER)
        browser.get("/reports/flow/patients?of=funnel.referred.reached&from=2025-06-01&to=2025-06-30")
        browser.get("/reports/flow.csv")
        with world.database.reading() as session:
            entries = [(e.page, e.detail, e.row_count) for e in session.query(AccessEntry).order_by(AccessEntry.id)]
        assert entries[0] == ("reports.patients", "from=2025-06-01&of=funnel.referred.reached&to=2025-06-30", 5)
        assert entries[1][0] == "reports.export"

    def test_pages_through_long_lists(self, world: WebWorld) -> None:
        fill(world, 60)
        browser = world.sign_in(Role.MANAGER)
        path = "/reports/now/patients?of=stages.referred.open"
        first = body_of(browser, path)
        assert first.count('class="person"') == 50 and "1–50 of 60" in first
        assert body_of(browser, f"{path}&page=2").count('class="person"') == 10

    def test_files_are_for_those_who_may_export(self, world: WebWorld) -> None:
        fill(world)
        assert ".xlsx" in body_of(world.sign_in(Role.MANAGER), "/reports/flow")
        assert ".xlsx" not in body_of(world.sign_in(Role.NURSE), "/reports/flow")

    def test_reports_that_do_not_exist_are_not_found(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.MANAGER)
        for path in ("/reports/secrets", "/reports/secrets.csv", "/reports/flow.exe", "/reports/secrets/patients?of=x"):
            assert browser.get(path).status_code == 404
