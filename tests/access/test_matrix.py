"""Every endpoint × every role, asked for real: who may come is let in, who may not is refused.

The expectation stands in matrix.toml. An endpoint that is missing there fails, and so does one that declares nothing.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import (
    AnyConverter,
    BaseConverter,
    FloatConverter,
    IntegerConverter,
    PathConverter,
    Rule,
    UUIDConverter,
)
from werkzeug.test import TestResponse

from tests.support.web import Browser, WebWorld, lent_world
from tracker.domain.words import Role
from tracker.web.common.access import rule_of

MATRIX = tomllib.loads((Path(__file__).parent / "matrix.toml").read_text(encoding="utf-8"))
#: The most and the least that a role may do; the others are left to the full run.
QUICK = (Role.LEAD_COORDINATOR, Role.FRONT_DESK)
EVERYONE, SIGNED_IN = "everyone", "signed in"
SHAPES: tuple[tuple[type[BaseConverter], object], ...] = (
    (IntegerConverter, 1),
    (FloatConverter, 1.5),
    (UUIDConverter, "f" * 8 + "-ffff-4fff-8fff-" + "f" * 12),
    (PathConverter, "nothing/here"),
)


@pytest.fixture
def world(sqlite_database, clock, ids) -> Iterator[WebWorld]:
    """One application for all the requests of one role."""
    with lent_world(sqlite_database, clock, ids) as world:
        yield world


def expected_roles(endpoint: str) -> frozenset[Role]:
    """The roles that the matrix lets in."""
    allowed = MATRIX["endpoints"][endpoint]
    if isinstance(allowed, list):
        return frozenset(Role(name) for name in allowed)
    assert allowed in {EVERYONE, SIGNED_IN}, f"{endpoint}: {allowed!r} is no word of the matrix"
    return frozenset(Role)


def part(rule: Rule, name: str) -> object:
    """A value for a variable part of an address: the stored one, or one of the right shape that names nothing."""
    if name in MATRIX["parts"]:
        return MATRIX["parts"][name]
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return next((value for kind, value in SHAPES if isinstance(converter, kind)), "f" * 32)


def addresses(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Every endpoint with each of its methods and an address."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        path = adapter.build(rule.endpoint, {name: part(rule, name) for name in rule.arguments}, force_external=False)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, path


def ask(browser: Browser, method: str, path: str) -> TestResponse:
    """Ask without a form token: whoever may come meets the form's guard, whoever may not is refused before it."""
    return browser.client.open(path, method=method, buffered=True)


def is_sent_to_sign_in(response: TestResponse) -> bool:
    """Whether the answer is to sign in first."""
    return response.status_code == 303 and response.headers["Location"].partition("?")[0] == "/sign-in"


class TestTheMatrix:
    def test_names_every_endpoint_and_no_other(self, world: WebWorld) -> None:
        endpoints = {rule.endpoint for rule in world.app.url_map.iter_rules()}
        missing = sorted(endpoints - set(MATRIX["endpoints"]))
        gone = sorted(set(MATRIX["endpoints"]) - endpoints)
        assert not missing, "add to tests/access/matrix.toml who may use: " + ", ".join(missing)
        assert not gone, "take out of tests/access/matrix.toml, these are gone: " + ", ".join(gone)

    def test_meets_a_declaration_on_every_endpoint(self, world: WebWorld) -> None:
        silent = [rule.endpoint for rule in world.app.url_map.iter_rules() if rule_of(world.app, rule.endpoint) is None]
        assert not silent, "declare @permission(…), @signed_in or @public below the route of: " + ", ".join(silent)

    def test_says_who_is_let_in_without_signing_in(self, world: WebWorld) -> None:
        browser = world.browser()
        wrong = [
            f"{method} {path} ({endpoint})"
            for endpoint, method, path in addresses(world.app)
            if is_sent_to_sign_in(ask(browser, method, path)) == (MATRIX["endpoints"].get(endpoint) == EVERYONE)
        ]
        assert not wrong, "the matrix and the application differ for a visitor: " + ", ".join(wrong)

    @pytest.mark.parametrize(
        "role", [pytest.param(role, marks=() if role in QUICK else pytest.mark.slow) for role in Role]
    )
    def test_says_what_each_role_may_do(self, world: WebWorld, role: Role) -> None:
        browser = world.sign_in(role)
        wrong = []
        for endpoint, method, path in addresses(world.app):
            response = ask(browser, method, path)
            is_let_in = response.status_code != 403
            is_broken = response.status_code == 500
            if is_broken or is_sent_to_sign_in(response) or is_let_in != (role in expected_roles(endpoint)):
                wrong.append(f"{method} {path} ({endpoint}) answers {response.status_code}")
        assert not wrong, f"the matrix and the application differ for {role.value}: " + ", ".join(wrong)


class TestAnEndpointThatDeclaresNothing:
    def test_fails_loudly_in_tests(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.ADMINISTRATOR)
        world.app.view_functions["health.detail"] = lambda: "open to nobody"
        response = browser.get("/health/detail")
        assert response.status_code == 500

    def test_answers_nobody_in_production(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.ADMINISTRATOR)
        world.app.view_functions["health.detail"] = lambda: "open to nobody"
        world.app.testing = False
        assert browser.get("/health/detail").status_code == 403
