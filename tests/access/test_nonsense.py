"""Nonsense sent to every address, as people who may send it: sentences come back, never a broken page.

The fields of a form are read from its page, so a new page is covered the moment it exists. The seed is fixed: what
fails today fails tomorrow.
"""

import random
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter

from tests.access.test_matrix import addresses, part
from tests.support.fixed import FixedClock, SeededIds
from tests.support.web import Browser, WebWorld, lent_world
from tracker.domain.words import Role
from tracker.persistence.database import Database

ROUNDS = 3
#: They end the very session that asks, or slow it down on purpose.
LEFT_OUT = frozenset({"accounts.sign_out", "accounts.sign_in", "static"})
COMMON_FIELDS = ("q", "expected_version", "page", "on", "from", "to", "reason", "stage", "owner", "kind", "name")
NONSENSE = (
    "", " ", "0", "-1", "1", "2147483648", "9223372036854775808", "9" * 400, "1e309", "NaN", "Infinity", "1,5", "0x10",
    "03/07/1961", "2026-02-30", "0000-00-00", "9999-12-31", "2026-11-22T25:61", "24:00", "١٢٣", "²", "true",
    "' OR 1=1 --", "%", "_%", "\\", "{{ 7*7 }}", "<script>alert(1)</script>", "=1+1", "../../etc/passwd", "a\r\nb: c",
    "\ufeff", "\u202e", "\u0301", "🩺" * 50, "x" * 5000, "f" * 32, "null", "[]", "Ünïcödé", "\x7f", "\t",
)  # fmt: skip
#: Numbers in addresses: the least that does not fit into 31 bits, into 63, and one that fits nowhere.
BEYOND = (2**31, 2**63, 10**25 - 1)
_FIELD = re.compile(r"<(?:input|select|textarea)\b[^>]*\bname=\"([^\"]+)\"")


@pytest.fixture
def quick_world(sqlite_database: Database, clock: FixedClock, ids: SeededIds) -> Iterator[WebWorld]:
    """What is refused before any engine is asked."""
    with lent_world(sqlite_database, clock, ids) as world:
        yield world


def fields_of(page: str) -> list[str]:
    """The names of the controls of a page, and some that pages commonly have."""
    return sorted({*_FIELD.findall(page), *COMMON_FIELDS} - {"csrf_token"})


def nonsense(chance: random.Random, fields: list[str]) -> dict[str, object]:
    """Values for some of the fields; now and then a field twice."""
    chosen = chance.sample(fields, chance.randint(1, len(fields)))
    return {name: chance.sample(NONSENSE, chance.choice((1, 1, 1, 2))) for name in chosen}


def requests(world: WebWorld, browser: Browser, chance: random.Random) -> Iterator[tuple[str, int]]:
    """Send nonsense to every address, and say how each was answered."""
    for endpoint, method, path in addresses(world.app):
        if endpoint in LEFT_OUT:
            continue
        fields = fields_of(browser.get(path).get_data(as_text=True))
        for _ in range(ROUNDS):
            data = nonsense(chance, fields)
            answer = browser.get(path, query_string=data) if method == "GET" else browser.post(path, data)
            yield f"{method} {path} {data}", answer.status_code


def with_numbers(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Every endpoint whose address holds a number, with each method and numbers at and beyond what a row can have."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        numbers = [name for name in rule.arguments if isinstance(rule._converters[name], IntegerConverter)]
        for number in BEYOND if numbers else ():
            values = {name: number if name in numbers else part(rule, name) for name in rule.arguments}
            path = adapter.build(rule.endpoint, values, force_external=False)
            for method in sorted({"GET", "POST"} & (rule.methods or set())):
                yield rule.endpoint, method, path


def test_every_number_in_an_address_is_bounded(quick_world: WebWorld) -> None:
    """Also where the patient is looked for first, whom these addresses do not name."""
    unbounded = [
        f"{rule.rule}: {name}"
        for rule in quick_world.app.url_map.iter_rules()
        for name, shape in rule._converters.items()
        if isinstance(shape, IntegerConverter) and not (shape.max and shape.max < 2**63)
    ]
    assert not unbounded, "\n".join(unbounded)


def test_a_number_that_no_row_can_have_is_nobody_s_page(quick_world: WebWorld) -> None:
    browser = quick_world.sign_in(Role.PHYSICIAN)
    sent = list(with_numbers(quick_world.app))
    assert {"tasks.show", "accounts.discard"} <= {endpoint for endpoint, *_ in sent}
    told = [
        f"{method} {path} → {answer.status_code}"
        for _endpoint, method, path in sent
        for answer in [browser.get(path) if method == "GET" else browser.post(path, {})]
        if answer.status_code >= 500 or (str(BEYOND[-1]) in path and answer.status_code not in {404, 405})
    ]
    assert not told, "\n".join(told)


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.LEAD_COORDINATOR, Role.ADMINISTRATOR, Role.NURSE, Role.PHYSICIAN])
def test_nonsense_is_answered_with_a_sentence(world: WebWorld, role: Role) -> None:
    """On both engines: they refuse different things."""
    browser = world.sign_in(role)
    chance = random.Random(role.value)
    # 503 is the health page's word for a scheduler that never ran.
    answers = list(requests(world, browser, chance))
    broken = [f"{sent} → {status}" for sent, status in answers if status in {500, 502, 504}]
    assert not broken, "\n".join(broken)
    # Forms were read and not only turned away at the door.
    assert any(status == 422 for _sent, status in answers)
    assert browser.get("/account/password").status_code == 200
