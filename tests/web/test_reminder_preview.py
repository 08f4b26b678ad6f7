"""The page of what will be sent: who, when, how, in which words and why; and who gets nothing."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update

from tests.factories.listed import Listed
from tests.queries.test_reminders import a_call
from tests.support.web import Browser, WebWorld
from tracker.domain.words import Role
from tracker.persistence.models import AccessEntry, Clinic, ContactPoint, Reminder, StaffTask


def person(world: WebWorld, family: str, *, address: str = "", hours: int = 24 * 4, clinic_id: int = 0) -> str:
    """Somebody whose evaluation is booked; returns the case's public id."""
    here = clinic_id or world.clinic_id
    with world.database.writing() as session:
        listed = Listed(session, here, world.clock.now(), world.ids)
        patient_id = listed.patient(family)
        case = listed.case(patient_id)
        begins = (world.clock.now() + timedelta(hours=hours)).astimezone(ZoneInfo(listed.zone))
        listed.visit(case, "evaluation", hours=hours, wall=f"{begins:%Y-%m-%dT%H:%M}")
        if address:
            session.execute(
                insert(ContactPoint).values(
                    clinic_id=here, id=world.ids.row_id(world.clock.now()), patient_id=patient_id, kind="email",
                    value=address, as_typed=address, owner="patient", is_possible=True, created_at=world.clock.now(),
                )
            )  # fmt: skip
        return case.public_id


def text_of(browser: Browser, path: str) -> str:
    """The words of a page in one line."""
    response = browser.get(path)
    assert response.status_code == 200
    main = response.get_data(as_text=True).partition("<main")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", main))


class TestThePage:
    def test_says_who_gets_what_when_how_and_why(self, world: WebWorld) -> None:
        person(world, "Reached", address="r@example.org")
        said = text_of(world.sign_in(Role.COORDINATOR), "/reminders/preview?days=2")
        assert "Tue 17 Mar to Thu 19 Mar: 2 messages will be sent, 0 patients are not reached." in said
        assert "Thu 19 Mar · in 2 days 1" in said and "Thu 19 Mar 10:00" in said
        assert "2 days before the visit of Sat 21 Mar" in said and "e-mail" in said
        assert "Hello Ada," in said and "r@example.org" not in said
        assert "Everybody who should get a message gets one." in said

    def test_says_first_who_gets_nothing(self, world: WebWorld) -> None:
        person(world, "Lost")
        person(world, "Reached", address="r@example.org")
        said = text_of(world.sign_in(Role.COORDINATOR), "/reminders/preview")
        assert "1 patient is not reached" in said
        before, _, after = said.partition("No address or number that it can go to")
        assert "Lost" in before and "Reached" not in before and "Reached" in after

    def test_says_that_sending_is_paused(self, world: WebWorld) -> None:
        person(world, "Reached", address="r@example.org")
        with world.database.writing() as session:
            session.execute(update(Clinic).values(sending_paused_at=world.clock.now()))
        said = text_of(world.sign_in(Role.COORDINATOR), "/reminders/preview")
        assert "Sending is paused: nothing goes until it is resumed." in said
        assert "3 messages will be sent, 0 patients are not reached" in said

    def test_says_first_whose_refill_has_no_visit(self, world: WebWorld) -> None:
        person(world, "Lost")
        with world.database.writing() as session:
            listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
            listed.pump(listed.case(listed.patient("Pump")), latest=9)
        browser = world.sign_in(Role.COORDINATOR)
        for query in ("", "?list=nobody"):
            before, _, after = text_of(browser, f"/reminders/preview{query}").partition("No visit is booked")
            assert "latest refill date Thu 26 Mar" in before and "Lost" not in before and "Lost" in after
        assert "2 patients are not reached" in text_of(browser, "/reminders/preview")

    def test_names_each_rule_so_that_it_can_be_told_apart(self, world: WebWorld) -> None:
        body = world.sign_in(Role.COORDINATOR).get("/reminders/preview").get_data(as_text=True)
        labels = re.findall(r"<option[^>]*>([^<]*)", body.partition('name="rule"')[2].partition("</select>")[0])
        assert len(labels) == len(set(labels)) > 15
        assert "After the visit (implant, reoperation, trial), 1 day after" in " ".join(labels)
        assert "1 day after at 10:00" in " ".join(labels) and "-1 day" not in body and 'value="-' not in body
        said = text_of(world.sign_in(Role.COORDINATOR), "/reminders/preview?rule=day_after&before=2")
        assert "tried as 2 days after at 10:00" in said

    def test_folds_away_what_nobody_needs(self, world: WebWorld) -> None:
        person(world, "Late", address="l@example.org", hours=36)
        said = text_of(world.sign_in(Role.COORDINATOR), "/reminders/preview")
        first, _, folded = said.partition("Needs no message")
        assert "A later reminder of the same kind is due already" not in first
        assert "A later reminder of the same kind is due already" in folded

    def test_shows_the_first_of_many_and_leads_to_all_of_them_and_to_each_day(self, world: WebWorld) -> None:
        for number in range(34):
            person(world, f"Many{number:02d}", address=f"m{number}@example.org", hours=24 * 12)
        browser = world.sign_in(Role.COORDINATOR)
        said = text_of(browser, "/reminders/preview?days=20")
        assert "102 messages will be sent" in said
        assert "The first 100 of 102 are shown. Show all 102" in said
        # Each day has its own count, also the one that is cut.
        assert said.count("Fri 27 Mar 34") == said.count("Sat 28 Mar 34") == 1
        assert "Sat 28 Mar · in 11 days 34" in said
        assert "34 messages will be sent" in text_of(browser, "/reminders/preview?days=0&from=2026-03-28")
        pages = [text_of(browser, f"/reminders/preview?days=20&list=sent&page={page}") for page in (1, 2)]
        assert "1–100 of 102" in pages[0] and "101–102 of 102" in pages[1]
        assert [said.count("Many") for said in pages] == [100, 2]
        assert "Gets nothing, and why" not in pages[0]

    def test_of_a_burst_says_that_a_person_would_be_asked(self, world: WebWorld) -> None:
        with world.database.writing() as session:
            session.execute(update(Clinic).values(forecast_at=world.clock.now() - timedelta(hours=1)))
        for number in range(21):
            person(world, f"Many{number:02d}", address=f"m{number}@example.org", hours=26)
        said = text_of(world.sign_in(Role.COORDINATOR), "/reminders/preview?days=0")
        assert "21 messages would come at once and nobody foresaw it" in said
        assert "More at once than was foreseen: it would be held for a person to decide" in said
        assert "0 messages will be sent, 21 patients are not reached" in said

    def test_takes_another_day_and_refuses_the_past(self, world: WebWorld) -> None:
        person(world, "Reached", address="r@example.org")
        browser = world.sign_in(Role.COORDINATOR)
        assert "1 message will be sent" in text_of(browser, "/reminders/preview?days=0&from=2026-03-19")
        for wrong in ("2026-03-16", "x", "9999-12-31"):
            said = text_of(browser, f"/reminders/preview?from={wrong}")
            assert "Shown from today." in said and "Tue 17 Mar to" in said

    def test_is_on_the_record(self, world: WebWorld) -> None:
        person(world, "Reached", address="r@example.org")
        world.sign_in(Role.NURSE).get("/reminders/preview?days=2")
        with world.database.reading() as session:
            entry = session.scalars(select(AccessEntry).order_by(AccessEntry.id.desc())).first()
        assert entry is not None
        assert (entry.page, entry.detail, entry.row_count) == ("reminders.preview", "days=2", 2)

    def test_shows_nobody_of_another_clinic(self, world: WebWorld) -> None:
        person(world, "Elsewhere", clinic_id=world.add_clinic("other"))
        assert "Elsewhere" not in text_of(world.sign_in(Role.COORDINATOR), "/reminders/preview?days=30")

    def test_is_not_for_the_front_desk(self, world: WebWorld) -> None:
        assert world.sign_in(Role.FRONT_DESK).get("/reminders/preview").status_code == 403

    def test_sends_nothing_and_stores_nothing(self, world: WebWorld) -> None:
        person(world, "Reached", address="r@example.org")
        world.sign_in(Role.COORDINATOR).get("/reminders/preview?rule=arrival_soon&before=3")
        with world.database.reading() as session:
            assert session.scalars(select(Reminder)).all() == []

    def test_is_found_from_the_ledger(self, world: WebWorld) -> None:
        assert 'href="/reminders/preview"' in world.sign_in(Role.NURSE).get("/reminders").get_data(as_text=True)


class TestAChangedRule:
    def test_is_held_against_the_present_one(self, world: WebWorld) -> None:
        person(world, "Reached", address="r@example.org", hours=24 * 6)
        browser = world.sign_in(Role.COORDINATOR)
        said = text_of(browser, "/reminders/preview?days=7&rule=arrival_soon&before=3&at=16:30&channels=email")
        assert "tried as 3 days before at 16:30 by e-mail. Nothing is stored." in said
        assert "New 0" in said and "Gone from these days 0" in said and "Moved 1" in said
        assert "Fri 20 Mar 16:30" in said and "was Sat 21 Mar 10:00, e-mail" in said

    def test_brings_and_takes(self, world: WebWorld) -> None:
        person(world, "Reached", address="r@example.org", hours=24 * 6)
        browser = world.sign_in(Role.COORDINATOR)
        said = text_of(browser, "/reminders/preview?days=1&rule=arrival_soon&before=5&at=10:00")
        assert "New 1" in said
        said = text_of(browser, "/reminders/preview?days=7&rule=arrival_soon&channels=phone")
        assert "Gone from these days 1" in said and "Called to hear whether they come" in said

    def test_that_is_the_present_one_compares_nothing(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.COORDINATOR)
        for query in ("rule=arrival_soon&before=2&at=10:00", "rule=x&before=3", "rule=arrival_soon&before=x&at=y"):
            assert "Nothing is stored." not in text_of(browser, f"/reminders/preview?{query}")


class TestNotReached:
    def test_leads_to_the_call(self, world: WebWorld) -> None:
        with world.database.writing() as session:
            listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
            case = listed.case(listed.patient("Lost"))
            a_call(listed, case.id, listed.message(case, "tasked", reason="no_address"), done_at=None)
            listed.message(listed.case(listed.patient("Waiting")), "planned")
            task_id = session.scalars(select(StaffTask.id)).one()
        browser = world.sign_in(Role.COORDINATOR)
        body = browser.get("/reminders?state=unreached").get_data(as_text=True)
        assert f'href="/tasks/{task_id}"' in body and "no address or number that it can go to" in body
        assert "Lost" in body and "Waiting" not in body
        assert browser.get(f"/tasks/{task_id}").status_code == 200
        assert "Not reached 1" in text_of(browser, "/reminders")
