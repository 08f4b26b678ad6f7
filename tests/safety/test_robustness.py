"""Some fifteen hundred broken requests to every address, about a patient who is really there: never a broken page.

``tests/access/test_nonsense.py`` sends nonsense to an empty clinic. Here every form meets a record: values of its own
choices with one of them spoilt, numbers and versions that are too large, bytes that are no text, and strange methods.
The seed is fixed: what fails today fails tomorrow.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from itertools import cycle

import pytest
from werkzeug.test import TestResponse

from tests.access.test_matrix import expected_roles, part
from tests.access.test_nonsense import LEFT_OUT, NONSENSE, fields_of
from tests.safety.conftest import ClinicAt
from tests.support.journey import Journey
from tests.support.web import Browser, WebWorld
from tracker.domain.words import Role

PEOPLE = (Role.LEAD_COORDINATOR, Role.PHYSICIAN, Role.NURSE, Role.FRONT_DESK, Role.MANAGER, Role.ADMINISTRATOR)
ROUNDS = 2
WORSE = (*NONSENSE, "\x00", "a\x00b", "\ud7ff\ue000", "x" * 70_000, "-0", "1e-999", "٣", "0.1" * 60, "2026-13-01T99:99")
#: What a form of the right shape may hold, so that most requests get past the first question.
PLAUSIBLE = (
    "2026-03-20", "2026-03-20T10:00", "1", "50", "20", "500", "100", "baclofen", "positive", "accepted", "trial",
    "implant", "refill", "granted", "signed", "done", "because it was so", "0", "2", "on", "booked", "yes",
)  # fmt: skip
RAW = (
    (b"\xff\xfe=%00&a=%zz&&&=", "application/x-www-form-urlencoded"),
    (b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n", "multipart/form-data; boundary=x"),
    (b'{"a": [', "application/json"),
    (b"", "text/plain; charset=utf-7"),
)  # fmt: skip
_OPTION = re.compile(r"<option[^>]*\bvalue=\"([^\"]*)\"")
#: The scheduler never ran here: the health page says so to whoever watches.
SILENT = {"health.index"}


def addresses_of(world: WebWorld, journey: Journey, appointment: int) -> Iterator[tuple[str, frozenset[str], str]]:
    """Every endpoint with its methods, at the patient's own address and at one that is slightly wrong."""
    own: dict[str, object] = {"public_id": journey.public_id, "case_id": journey.public_id, "appointment": appointment}
    wrong = {"public_id": journey.public_id[::-1], "case_id": journey.public_id[::-1], "appointment": 2147483647}
    adapter = world.app.url_map.bind("localhost")
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint in LEFT_OUT:
            continue
        for known in (own, wrong) if rule.arguments else (own,):
            values = {name: known.get(name, part(rule, name)) for name in rule.arguments}
            path = adapter.build(rule.endpoint, values, force_external=False)
            yield rule.endpoint, frozenset(rule.methods or ()), path


class Attack:
    """One role's requests, and how each was answered."""

    def __init__(self, browser: Browser, chance: random.Random, versions: Iterator[str]) -> None:
        self.browser, self.chance, self.versions = browser, chance, versions
        self.told: Counter[int] = Counter()
        self.broken: list[str] = []

    def at(self, endpoint: str, methods: frozenset[str], path: str) -> None:
        """Everything that can be wrong with a request to one address."""
        page = self._note(endpoint, f"GET {path}", self.browser.get(path)).get_data(as_text=True)
        fields, options = fields_of(page), [unescape(each) for each in _OPTION.findall(page)]
        version = re.search(r'name="expected_version"[^>]*value="(\d+)"', page)
        for number in range(ROUNDS):
            data = self._form(fields, options)
            # Once a version of nobody's, each kind in turn; else the right one, so that the form itself is read.
            data["expected_version"] = version.group(1) if version and number else next(self.versions)
            answer = self.browser.post(path, data) if "POST" in methods else self.browser.get(path, query_string=data)
            self._note(endpoint, f"{'POST' if 'POST' in methods else 'GET'} {path} {str(data)[:300]}", answer)
        self._strange(endpoint, path)

    def _form(self, fields: list[str], options: list[str]) -> dict[str, object]:
        """A form that could be right, with one or two values that cannot."""
        usual = [*PLAUSIBLE, *options]
        data: dict[str, object] = {name: self.chance.choice(usual) for name in fields}
        for name in self.chance.sample(fields, min(len(fields), self.chance.choice((0, 1, 1, 2)))):
            data[name] = self.chance.choice(WORSE)
        return data

    def _strange(self, endpoint: str, path: str) -> None:
        body, kind = self.chance.choice(RAW)
        token = {"X-CSRFToken": self.browser.csrf_token}
        answer = self.browser.client.post(path, data=body, content_type=kind, headers=token)
        self._note(endpoint, f"POST {path} {body!r}", answer)
        method = self.chance.choice(("PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "HEAD", "BREW"))
        self._note(endpoint, f"{method} {path}", self.browser.client.open(path, method=method, headers=token))

    def _note(self, endpoint: str, sent: str, answer: TestResponse) -> TestResponse:
        self.told[answer.status_code] += 1
        if answer.status_code >= 500 and not (endpoint in SILENT and answer.status_code == 503):
            self.broken.append(f"{sent} → {answer.status_code}")
        return answer


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["trial_day", "maintained"])
def test_no_request_breaks_a_page(clinic_at: ClinicAt, monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    world, journey = clinic_at(stage)
    monkeypatch.setitem(world.app.config, "TESTING", False)
    appointment = journey.visit_for("trial" if stage == "trial_day" else "refill")
    chance, versions = random.Random(stage), cycle(WORSE)
    attacks = {role: Attack(world.sign_in(role), chance, versions) for role in PEOPLE}
    for endpoint, methods, path in addresses_of(world, journey, appointment):
        who = [role for role in PEOPLE if role in expected_roles(endpoint)]
        attacks[chance.choice(who)].at(endpoint, methods, path)
    told = sum((attack.told for attack in attacks.values()), Counter[int]())
    broken = [line for attack in attacks.values() for line in attack.broken]
    assert not broken, "\n".join(broken)
    assert sum(told.values()) > 700
    # They came in: some were taken, many were answered beside a field, and hardly any was turned away at the door.
    assert told[303] > 10 and told[422] > 50 and told[404] > 50
    assert told[400] + told[403] < sum(told.values()) / 3
