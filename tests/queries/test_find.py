"""Finding a patient: by whatever people have at hand, the likeliest first, in one's own clinic only."""

from datetime import date, timedelta

import pytest

from tests.factories.listed import Listed
from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.queries.find import MOST, FoundList, birth_dates, find_patients


def find(listed: Listed, viewer: Actor, text: str) -> FoundList:
    """What a text finds on the day that is."""
    calendar = ClinicCalendar(listed.zone)
    start, end = calendar.start_of(listed.today), calendar.start_of(listed.today + timedelta(days=1))
    return find_patients(listed.session, viewer, text, start, end)


def names(listed: Listed, viewer: Actor, text: str) -> list[str]:
    """Whom a text finds."""
    return [each.patient.name for each in find(listed, viewer, text).patients]


class TestFindPatients:
    @pytest.mark.parametrize(
        "text",
        ["nun", "Núñez", "NUNEZ", "maría", "núñez maria", "maria nun", "Núñez, María", "0044", "004417",
         "1961-03-12", "12 Mar 1961", "Mar 12, 1961", "3/12/1961", "303555", "(303) 555-0142"],
    )  # fmt: skip
    def test_finds_by_whatever_is_at_hand(self, listed: Listed, viewer: Actor, text: str) -> None:
        listed.patient("Núñez", "María", mrn="00-4417", birth_on=date(1961, 3, 12), phone="13035550142")
        listed.patient("Okafor", "James", mrn="7", birth_on=date(1950, 1, 1))
        assert names(listed, viewer, text) == ["Núñez, María"]

    def test_puts_the_word_itself_first_then_family_names_then_others(self, listed: Listed, viewer: Actor) -> None:
        listed.patient("Zabel", "Leeann")
        listed.patient("Leewood", "Ada")
        listed.patient("Lee", "Bruno")
        assert names(listed, viewer, "lee") == ["Lee, Bruno", "Leewood, Ada", "Zabel, Leeann"]

    def test_puts_open_cases_before_closed_ones(self, listed: Listed, viewer: Actor) -> None:
        listed.case(listed.patient("Lee", "Anna"), "declined")
        listed.case(listed.patient("Lee", "Bea"), "referred")
        assert names(listed, viewer, "lee") == ["Lee, Bea", "Lee, Anna"]

    def test_shows_the_open_case_of_a_patient_with_two(self, listed: Listed, viewer: Actor) -> None:
        patient_id = listed.patient("Lee")
        still_open = listed.case(patient_id, "evaluating", days=9)
        listed.case(patient_id, "declined", opened_at=listed.now)
        found = find(listed, viewer, "lee").patients
        assert [each.case_public_id for each in found] == [still_open.public_id]

    def test_shows_the_next_visit(self, listed: Listed, viewer: Actor) -> None:
        case = listed.case(listed.patient("Lee"))
        listed.visit(case, "evaluation", hours=50)
        listed.visit(case, "follow_up", hours=26, seq=21)
        found = find(listed, viewer, "lee").patients
        assert [each.starts_at for each in found[0].visits] == [listed.now + timedelta(hours=26)]

    @pytest.mark.parametrize("state", ["booked", "confirmed", "arrived", "completed", "no_show"])
    def test_shows_the_visit_that_began_today_and_how_it_stands(
        self, listed: Listed, viewer: Actor, state: str
    ) -> None:
        listed.visit(listed.case(listed.patient("Lee")), "evaluation", hours=-1, state=state)
        visits = find(listed, viewer, "lee").patients[0].visits
        assert [(each.starts_at, each.state) for each in visits] == [(listed.now - timedelta(hours=1), state)]

    def test_shows_what_was_today_and_what_comes(self, listed: Listed, viewer: Actor) -> None:
        case = listed.case(listed.patient("Lee"))
        listed.visit(case, "evaluation", hours=-1, state="completed")
        listed.visit(case, "trial", hours=50, seq=21)
        assert [each.state for each in find(listed, viewer, "lee").patients[0].visits] == ["completed", "booked"]

    @pytest.mark.parametrize(("hours", "state"), [(-30, "booked"), (-30, "completed"), (-1, "cancelled")])
    def test_shows_neither_cancelled_visits_nor_those_of_another_day(
        self, listed: Listed, viewer: Actor, hours: int, state: str
    ) -> None:
        listed.visit(listed.case(listed.patient("Lee")), "evaluation", hours=hours, state=state)
        assert find(listed, viewer, "lee").patients[0].visits == ()

    def test_says_when_there_are_more(self, listed: Listed, viewer: Actor) -> None:
        for number in range(MOST + 1):
            listed.patient("Lee", f"Number {number}")
        found = find(listed, viewer, "lee")
        assert (len(found.patients), found.has_more) == (MOST, True)

    def test_looks_for_nothing_on_one_letter(self, listed: Listed, viewer: Actor) -> None:
        listed.patient("Lee")
        found = find(listed, viewer, " l ")
        assert (found.patients, found.is_too_short) == ((), True)

    def test_finds_the_longest_name_there_may_be(self, listed: Listed, viewer: Actor) -> None:
        listed.patient("Y" * 200, "Z" * 200)
        assert len(names(listed, viewer, "Y" * 200)) == 1

    @pytest.mark.parametrize("text", ["%", "_ee", "' or 1=1", "\U0010ffff", "l%", "99999999999999999999"])
    def test_takes_odd_signs_for_what_they_are(self, listed: Listed, viewer: Actor, text: str) -> None:
        listed.patient("Lee")
        assert names(listed, viewer, text) == []

    def test_shows_nobody_of_another_clinic(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        elsewhere.case(elsewhere.patient("Lee", mrn="004417", birth_on=date(1961, 3, 12), phone="3035550142"))
        for text in ("lee", "004417", "1961-03-12", "3035550142", "lee ada"):
            assert names(listed, viewer, text) == []


class TestBirthDates:
    @pytest.mark.parametrize(
        ("text", "days"),
        [
            ("1961-03-12", [date(1961, 3, 12)]),
            ("19610312", [date(1961, 3, 12)]),
            ("12 march 1961", [date(1961, 3, 12)]),
            ("March 12 1961", [date(1961, 3, 12)]),
            ("3/12/1961", [date(1961, 3, 12), date(1961, 12, 3)]),
            ("25/12/1961", [date(1961, 12, 25)]),
            ("7/7/1961", [date(1961, 7, 7)]),
            ("31/31/1961", []),
            ("2026", []),
            ("12 Foo 1961", []),
            ("okafor", []),
        ],
    )
    def test_are_read_in_every_way_they_may_be_meant(self, text: str, days: list[date]) -> None:
        assert list(birth_dates(text)) == days
