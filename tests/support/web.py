"""A running application for tests: one clinic with a person for every role, and browsers that are signed in."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import CodeType

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import insert
from werkzeug.test import TestResponse

from config import Settings
from tests.support.fixed import FixedClock, SeededIds
from tracker.app import create_app
from tracker.domain.pins import bound
from tracker.domain.words import Role
from tracker.integrations.passwords import Argon2Passwords
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic, EventChain, MemberPin, Membership, MembershipRole, User
from tracker.runtime import Runtime
from tracker.services.accounts import open_browser_session
from tracker.web.common.searching import sealed
from tracker.web.common.session_user import CLINIC_KEY

PASSWORD = "four quiet green boats"
PIN = "4711"
SECRET = "a-secret-of-tests-only-0123456789abcdefghij"
ZONE = "America/Denver"

#: The real algorithm at its weakest: what is tested is who comes in, not how long guessing takes.
WEAK_PASSWORDS = Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
_PASSWORD_HASH = WEAK_PASSWORDS.hash(PASSWORD)
_CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def email_of(role: Role, clinic: str = "main") -> str:
    """The address under which this role's person signs in."""
    return f"{role.value}@{clinic}.example"


@dataclass(kw_only=True)
class Browser:
    """One person's browser. Forms are posted with the token of the page that was last got."""

    client: FlaskClient
    csrf_token: str = ""

    def get(self, path: str, **options: object) -> TestResponse:
        """Open a page, and keep its form token."""
        return self._remember(self.client.get(path, buffered=True, **options))

    def post(self, path: str, data: Mapping[str, object] | None = None, **options: object) -> TestResponse:
        """Post a form."""
        body = {"csrf_token": self.csrf_token, **(data or {})}
        return self._remember(self.client.post(path, data=body, **options))

    def submit(self, path: str, data: Mapping[str, object] | None = None, **options: object) -> TestResponse:
        """Open the page of a form, then post it there."""
        self.get(path)
        return self.post(path, data, **options)

    def _remember(self, response: TestResponse) -> TestResponse:
        found = _CSRF.search(response.get_data(as_text=True)) if response.mimetype == "text/html" else None
        if found is not None:
            self.csrf_token = found.group(1)
        return response


@dataclass(kw_only=True)
class WebWorld:
    """The application, its database and its people."""

    app: Flask
    runtime: Runtime
    database: Database
    clock: FixedClock
    ids: SeededIds
    clinic_id: int
    user_ids: dict[Role, int] = field(default_factory=dict)
    clinics: dict[str, tuple[int, dict[Role, int]]] = field(default_factory=dict)

    def browser(self) -> Browser:
        """A browser that nobody signed in with."""
        return Browser(client=self.app.test_client())

    def sign_in(self, role: Role, clinic: str = "main") -> Browser:
        """A browser in which this role's person has signed in: the form itself is tested in ``test_accounts``."""
        browser, token = self.browser(), self.ids.token()
        clinic_id, people = self.clinics[clinic]
        user_id = people[role]
        with self.database.writing() as session:
            open_browser_session(
                session, token=token, user_id=user_id, clinic_id=clinic_id,
                data={"_user_id": str(user_id), "_fresh": True, CLINIC_KEY: clinic_id}, at=self.clock.now(),
            )  # fmt: skip
        browser.client.set_cookie(self.app.session_interface.cookie_name, token)
        return browser

    def sign_in_by_form(self, role: Role, clinic: str = "main") -> Browser:
        """The same through the real form, which takes as long as three pages."""
        browser = self.browser()
        response = browser.submit("/sign-in", {"email": email_of(role, clinic), "password": PASSWORD})
        assert response.status_code == 303, response.get_data(as_text=True)
        return browser

    def search(self, path: str) -> str:
        """The address with what it looks for sealed, as typing it would make it; others as they are."""
        address, _, text = path.partition("?q=")
        with self.app.test_request_context():
            return f"{address}?q={sealed(text)}" if text else path

    def give_pin(self, role: Role, clinic: str = "main", pin: str = PIN) -> str:
        """Let this role's person have a PIN, in the place of an earlier one: the form itself is tested in
        ``test_pins``. Returns it."""
        clinic_id, people = self.clinics[clinic]
        pin_hash = WEAK_PASSWORDS.hash(bound(pin, clinic_id=clinic_id, user_id=people[role]))
        with self.database.writing() as session:
            row = MemberPin(
                clinic_id=clinic_id, user_id=people[role], pin_hash=pin_hash, set_at=self.clock.now(), failures=0
            )
            session.merge(row)
        return pin

    def add_clinic(self, name: str, *, zone: str = ZONE) -> int:
        """Another clinic with a person for every role; its people's addresses end in its name."""
        self.clinics[name] = add_clinic(self.database, self.ids, self.clock.now(), name, zone)
        return self.clinics[name][0]


def add_clinic(
    database: Database, ids: SeededIds, at: datetime, name: str, zone: str = ZONE
) -> tuple[int, dict[Role, int]]:
    """Write a clinic and one member per role, by plain inserts: what services do is tested elsewhere."""
    clinic_id = ids.row_id(at)
    people = {role: ids.row_id(at) for role in Role}
    with database.writing() as session:
        session.execute(
            insert(Clinic).values(
                id=clinic_id, public_id=ids.public_id(), name=f"{name.capitalize()} Clinic", zone=zone, version=1
            )
        )
        session.execute(insert(EventChain).values(clinic_id=clinic_id, last_seq=0, head="0" * 64))
        users, members, roles = [], [], []
        for role, user_id in people.items():
            email = email_of(role, name)
            users.append({
                "id": user_id, "public_id": ids.public_id(), "email": email, "email_key": email,
                "name": f"{role.value.replace('_', ' ').title()} Person", "password_hash": _PASSWORD_HASH,
                "is_active": True, "created_at": at, "version": 1,
            })  # fmt: skip
            members.append({"clinic_id": clinic_id, "user_id": user_id, "is_active": True})
            roles.append({"clinic_id": clinic_id, "user_id": user_id, "role": role})
        session.execute(insert(User), users)
        session.execute(insert(Membership), members)
        session.execute(insert(MembershipRole), roles)
    return clinic_id, people


class _CompiledTemplates(BytecodeCache):
    """What one application has compiled, for all those after it: compiling a page takes as long as showing it often."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Compiled from this very text, or nothing."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _CompiledTemplates()


def _new_app(runtime: Runtime) -> Flask:
    app = create_app(runtime, is_testing=True)
    app.jinja_env.bytecode_cache = _COMPILED
    return app


def make_world(
    database: Database,
    clock: FixedClock,
    ids: SeededIds,
    make_app: Callable[[Runtime], Flask] = _new_app,
    **settings: object,
) -> WebWorld:
    """An application on this database, with the clinic ``Main Clinic`` in it."""
    runtime = Runtime(
        settings=Settings(secret_key=SECRET, **settings),
        database=database,
        clock=clock,
        ids=ids,
        passwords=WEAK_PASSWORDS,
    )
    clinic_id, people = add_clinic(database, ids, clock.now(), "main")
    return WebWorld(
        app=make_app(runtime), runtime=runtime, database=database, clock=clock, ids=ids, clinic_id=clinic_id,
        user_ids=people, clinics={"main": (clinic_id, people)},
    )  # fmt: skip


_SPARE: defaultdict[Settings, list[Flask]] = defaultdict(list)


@contextmanager
def lent_world(database: Database, clock: FixedClock, ids: SeededIds, **settings: object) -> Iterator[WebWorld]:
    """The same on an application that has served other tests with these settings: to make one takes as long as ten
    pages. It has answered requests, so pages cannot be added to it.
    """

    def take(runtime: Runtime) -> Flask:
        spare = _SPARE[runtime.settings]
        app = spare.pop() if spare else _new_app(runtime)
        app.extensions["runtime"] = runtime
        return app

    world = make_world(database, clock, ids, take, **settings)
    before = _state(world.app)
    try:
        yield world
    finally:
        if _state(world.app) == before:
            _SPARE[world.runtime.settings].append(world.app)


def _state(app: Flask) -> tuple[dict[str, object], ...]:
    """What a test may have changed about an application."""
    extensions = {name: value for name, value in app.extensions.items() if name != "runtime"}
    return dict(app.config), dict(app.view_functions), extensions, dict(app.jinja_env.globals)
