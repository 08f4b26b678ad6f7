"""The rules that the page without network follows: they stop what the server stops, and take what it takes."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page

from tests.conftest import NOW
from tests.support.browser import served, window
from tests.support.fixed import FixedClock, SeededIds
from tests.support.web import make_world
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.checklists.arranged import against_arranged, arranged_answers
from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.checklists.run import Done, faults
from tracker.domain.checklists.unusual import why_asked
from tracker.domain.checklists.values import UnreadableValue, read_value
from tracker.domain.pathway.checklist_wording import CHECKLIST_SENTENCES

DAY = {"on": "2026-03-17", "zone": "America/Denver"}
EVENING = datetime(2026, 3, 17, 23, 59, tzinfo=ZoneInfo(DAY["zone"]))
USUAL: dict[str, Any] = {
    "part": "Before", "says": "", "is_note": False, "stops": True, "may_leave_out": False, "value": "", "unit": "",
    "least": None, "most": None, "choices": [], "two_person": False, "needs": [], "is_after": False, "when": [],
    "timed": None, "stop_choices": [], "fever_from": None, "denies": "", "is_always": False, "judged_by_two": False,
}  # fmt: skip
TYPED = {
    "time": ["07:40", "7.40", "0740", "24:00", "8 o'clock", ""],
    "expiry": ["2027-05", "05/2027", "31 May 2027", "2027-05-31", "13-2027", "never"],
    "temperature": ["36.8", "98.6", "98,6", "36.8 °C", "98.6F", "98.6 C", "36.8°", "50", ".5", "38.12345", "hot", ""],
    "vital_signs": [
        "120/80",
        "120 / 80, 72, 98 %, 14",
        "120/80 72 98 14",
        "-, 72",
        "–, –, 98",
        "80/120",
        "120/120",
        "301/80",
        "120/80, 301",
        "120/80, 72, 101",
        "120/80, 72, 98, 91",
        "120/80, 0, 98, 14",
        "120/80, 72, 0, 14",
        "120/80, 72, 98, 0",
        "80/40, 1, 90, 8",
        "120/80, 72, 98, 14, 2",
        "fine",
        "BP 120/80",
        "120",
        "-",
        "-, -",
        "",
    ],
    "number": ["1", "20", "0", "21", "2.5", "2,5", "many"],
}


def rule(key: str, **values: Any) -> dict[str, Any]:
    return USUAL | {"key": key, "label": key.capitalize(), **values}


def stops(page: Page, rules: list[dict[str, Any]], answers: dict[str, tuple[str, str]]) -> list[str]:
    """What stops, where these items were done: value and instant of each."""
    given = [
        {"item": key, "counts": True, "state": "done", "value": value, "at": at} for key, (value, at) in answers.items()
    ]
    return page.evaluate(
        """async ([rules, visit, day]) => {
          const { answersOf, stopsOf } = await import("/static/offline/rules.js");
          return stopsOf(rules, visit, answersOf(rules, visit, new Map()), day);
        }""",
        [rules, {"stops": [], "not_asked": [], "answers": given}, DAY],
    )


def said_of_times(minutes: str, limit: str) -> str:
    return CHECKLIST_SENTENCES["checklist_time"]({"item": "Then", "other": "First", "minutes": minutes, "limit": limit})


def lacks(page: Page, what: dict[str, Any], *, now: datetime = EVENING, waits_for: str = "", **given: str) -> str:
    """What an answer lacks that is given at an instant, on a visit that may wait for its dose."""
    return page.evaluate(
        """async ([rule, given, visit, moment]) => {
          const { lacks } = await import("/static/offline/rules.js");
          return lacks(rule, given, visit, { asked: [rule], answers: new Map(), moment });
        }""",
        [
            what,
            {"state": "done", "value": "", "reason": ""} | given,
            {"waits_for": waits_for, "allergies": "latex"},
            DAY | {"now": int(now.timestamp() * 1000)},
        ],
    )


@pytest.fixture(scope="module")
def page(sqlite_databases: Any, chromium: Browser) -> Any:
    """The page without network."""
    with sqlite_databases.fresh() as database:
        app = make_world(database, FixedClock(NOW), SeededIds(7)).app
        with served(app) as address, window(chromium, address) as opened:
            opened.open("/day/offline")
            yield opened.page


def test_stop_what_is_open_out_of_date_or_too_late(page: Page) -> None:
    at = "2026-03-17T15:00:00+00:00"
    first, then = rule("first"), rule("then", timed={"item": "first", "least": 0, "most": 60}, value="time")
    lot = rule("lot", value="expiry")
    rules = [first, then, lot]
    assert stops(page, rules, {}) == ["First and 2 more: to be answered before the procedure begins"]
    fine = {"first": ("", at), "then": ("10:00", at), "lot": ("2026-03", at)}
    assert stops(page, rules, fine) == []
    # In the words of the server: what it said before the network was gone is not said twice.
    expired = CHECKLIST_SENTENCES["checklist_expired"]({"item": "Lot", "expired": "2026-02-28"})
    assert stops(page, rules, fine | {"lot": ("2026-02", at)}) == [expired]
    assert stops(page, rules, fine | {"then": ("10:01", at)}) == [said_of_times("61", "at most 60")]
    assert stops(page, rules, fine | {"then": ("08:59", at)}) == [said_of_times("-1", "at least 0")]


def test_stop_for_a_value_with_which_nothing_goes_on(page: Page) -> None:
    at = "2026-03-17T15:00:00+00:00"
    csf = rule("csf", value="choice", choices=["clear", "none"], stop_choices=["none"])
    heat = rule("heat", value="temperature", fever_from=38)
    none = CHECKLIST_SENTENCES["checklist_value"]({"item": "Csf", "value": "none"})
    assert stops(page, [csf], {"csf": ("none", at)}) == [none] and stops(page, [csf], {"csf": ("clear", at)}) == []
    for value, is_fever in (
        ("37.9", False), ("38", True), ("38 °C", True), ("100.3", False), ("100.4", True), ("100.4 °F", True),
    ):  # fmt: skip
        said = CHECKLIST_SENTENCES["checklist_fever"]({"item": "Heat", "value": value, "limit": "38"})
        assert stops(page, [heat], {"heat": (value, at)}) == ([said] if is_fever else []), value


def test_refuse_what_always_applies_and_what_the_record_contradicts(page: Page) -> None:
    always, other = rule("identity", is_always=True), rule("gown")
    assert lacks(page, always, state="not_applicable", reason="x") == "This always applies. Do it."
    assert lacks(page, other, state="not_applicable", reason="x") == ""
    denied = rule("allergies", value="choice", choices=["none known", "as on record"], denies="none known")
    said = "On record: latex. Choose another answer, or put the record right first."
    assert lacks(page, denied, value="none known") == said
    assert lacks(page, denied, value="as on record") == ""


@pytest.mark.parametrize("kind", TYPED)
def test_take_what_the_server_takes(page: Page, kind: str) -> None:
    limits: dict[str, Any] = {"least": 1, "most": 20} if kind == "number" else {}
    here = rule("item", value=kind, **limits)
    there = ChecklistItemRule(key="item", label="Item", stop="hard", part="before", value=kind, **limits)
    for text in TYPED[kind]:
        try:
            taken = bool(
                read_value(there, text, day=date(2026, 3, 17), now=datetime.combine(date(2026, 3, 17), time.max))
            )
        except UnreadableValue:
            taken = False
        assert (lacks(page, here, value=text) == "") == taken, text


@pytest.mark.parametrize(("minutes", "is_taken"), [(-1, True), (2, True), (3, False), (600, False)])
def test_refuse_a_time_that_has_not_come_in_the_words_of_the_server(page: Page, minutes: int, is_taken: bool) -> None:
    now = datetime(2026, 3, 17, 9, 0, tzinfo=ZoneInfo(DAY["zone"]))
    text = f"{now + timedelta(minutes=minutes):%H:%M}"
    there = ChecklistItemRule(key="item", label="Item", stop="hard", part="before", value="time")
    try:
        said = "" if read_value(there, text, day=now.date(), now=now.replace(tzinfo=None)) else "nothing"
    except UnreadableValue as error:
        said = str(error)
    assert (said == "") == is_taken
    assert lacks(page, rule("item", value="time"), now=now, value=text) == said
    assert lacks(page, rule("item", value="time"), now=now + timedelta(days=1), value=text) == ""


def test_have_what_is_asked_after_the_dose_wait_for_it(page: Page) -> None:
    after, reason = rule("after", is_after=True), "given upstairs"
    assert lacks(page, after, waits_for="Test dose").startswith("“Test dose” is not answered. Answer it first;")
    assert lacks(page, after, waits_for="Test dose", reason=reason) == ""
    refused = lacks(page, after, waits_for="Test dose", state="not_applicable", reason=reason)
    assert refused == "“Test dose” is not recorded: whether this applies is answered after it."
    assert lacks(page, after) == lacks(page, rule("before"), waits_for="Test dose") == ""


@pytest.mark.parametrize("value", ["-1", "0", "1", "19.9", "20", "20.1", "50"])
def test_ask_why_in_the_words_of_the_server(page: Page, value: str) -> None:
    """What can be and seldom is."""
    usual = {"key": "item", "label": "Item", "stop": "hard", "part": "before", "value": "number", "unit": "mL"}
    for limit in ({"is_held_to_reservoir": True}, {"unusual_to": Decimal(0)}, {}):
        there = ChecklistItemRule(**usual, **limit)
        here = rule("item", value="number", unit="mL", **{name: float(each) for name, each in limit.items()})
        said = page.evaluate(
            """async ([rule, value, reason]) => {
              const { lacks } = await import("/static/offline/rules.js");
              const given = { state: "done", value, reason };
              return lacks(rule, given, { waits_for: "", reservoir_ml: 20 }, { asked: [rule], answers: new Map() });
            }""",
            [here, value, ""],
        )
        assert said == why_asked(there, value, Decimal(20)), limit


@pytest.mark.parametrize("value", ["60/40, 30, 70, 4", "79/40", "-, 72, 89 %", "120/80 72 98 7", "80/40, 72, 90, 8"])
def test_ask_back_and_mark_alarming_signs_in_the_words_of_the_server(page: Page, value: str) -> None:
    here = rule("item", value="vital_signs", is_note=True, stops=False)
    there = ChecklistItemRule(key="item", label="Item", stop="note", part="before", value="vital_signs")
    kept = read_value(there, value, day=date(2026, 3, 17), now=datetime.combine(date(2026, 3, 17), time.max))
    assert lacks(page, here, value=value) == why_asked(there, kept, None)
    assert lacks(page, here, value=value, reason="physician called") == ""
    on, zone = date(2026, 3, 17), ClinicCalendar(DAY["zone"])
    wrong = faults((there,), {"item": Done(kept, EVENING)}, on, zone)
    said = [CHECKLIST_SENTENCES[each.code](dict(each.params)) for each in wrong]
    assert stops(page, [here], {"item": (value, "2026-03-17T15:00:00+00:00")}) == said
    assert bool(said) is (value != "80/40, 72, 90, 8")


@pytest.mark.parametrize(
    ("arranged", "answered"), [("sedation", "local only"), ("local", "local only"), ("", "general")]
)
def test_name_what_was_arranged_otherwise_in_the_words_of_the_server(page: Page, arranged: str, answered: str) -> None:
    choices = ("general", "sedation", "local only")
    key = "anaesthesia"
    there = ChecklistItemRule(key=key, label="Planned", stop="hard", part="before", choices=choices, is_arranged=True)
    said = page.evaluate(
        """async ([rule, arranged, value]) => {
          const { differenceOf } = await import("/static/offline/rules.js");
          return differenceOf(rule, { arranged }, new Map([[rule.key, { state: "done", value }]]));
        }""",
        [rule(key, is_arranged=True) | {"label": "Planned"}, arranged_answers(arranged), answered],
    )
    expected = against_arranged((there,), {key: answered}, arranged_answers(arranged)).get(key, "")
    assert said == expected and bool(said) is (arranged == "sedation")


def needs_two(
    page: Page, what: dict[str, Any], value: str, *, before: dict[str, str], is_synced: bool, state: str = "done"
) -> bool:
    """Whether an answer takes a second person beside these that count, which the server has or still waits for."""
    rules = [rule("antibiotic", value="time"), rule("incision", value="time", timed=AFTER), rule("lot", value="expiry"),
             rule("drug", two_person=True), rule("gown"), rule("site", judged_by_two=True)]  # fmt: skip
    at = "2026-03-17T15:00:00+00:00"
    given = [{"item": key, "counts": True, "state": "done", "value": text, "at": at} for key, text in before.items()]
    return page.evaluate(
        """async ([rules, key, given, before, isSynced, day]) => {
          const { answersOf, needsTwo } = await import("/static/offline/rules.js");
          const visit = { stops: [], not_asked: [], answers: isSynced ? before : [] };
          const answers = answersOf(rules, { ...visit, answers: before }, new Map());
          const rule = rules.find((each) => each.key === key);
          return needsTwo(rule, given, { rules, visit, answers, day, at: Date.parse("2026-03-17T16:00:00Z") });
        }""",
        [rules, what["key"], {"state": state, "value": value, "reason": "x"}, given, is_synced, DAY],
    )


AFTER = {"item": "antibiotic", "least": 0, "most": 60}
EARLY = {"antibiotic": "09:23", "incision": "09:00"}


@pytest.mark.parametrize(
    ("given", "before", "is_synced", "takes_two"),
    [
        (("drug", ""), {}, False, True),
        (("gown", ""), {}, False, False),
        (("incision", "09:40"), EARLY, False, True),
        (("antibiotic", "08:50"), EARLY, False, True),
        (("incision", "08:50"), EARLY, False, False),
        (("incision", "09:40"), {"antibiotic": "09:23"}, False, False),
        (("incision", "09:41"), {"antibiotic": "09:23", "incision": "09:40"}, False, False),
        (("incision", "09:41"), {"antibiotic": "09:23", "incision": "09:40"}, True, True),
        (("lot", "2027-01"), {"lot": "2026-02"}, False, True),
        (("lot", "2027-01"), {"lot": "2028-02"}, True, True),
    ],
)
def test_refuse_what_takes_two_people(
    page: Page, given: tuple[str, str], before: dict[str, str], is_synced: bool, takes_two: bool
) -> None:
    key, value = given
    assert needs_two(page, rule(key), value, before=before, is_synced=is_synced) == takes_two


def test_refuse_to_take_away_what_breaks_a_rule(page: Page) -> None:
    assert needs_two(page, rule("incision"), "", before=EARLY, is_synced=False, state="not_applicable")
    assert not needs_two(page, rule("drug"), "", before={}, is_synced=False, state="not_applicable")


def test_leave_it_to_two_that_a_hard_stop_does_not_apply(page: Page) -> None:
    for key, takes_two in (("site", True), ("gown", False)):
        asked = {"before": {}, "is_synced": False, "state": "not_applicable"}
        assert needs_two(page, rule(key), "", **asked) is takes_two
