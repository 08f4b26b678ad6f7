"""Every form of a case: it opens, keeps what was typed where that cannot be taken, records what can, refuses the wrong
role, the wrong clinic and a stale version, and never answers with a 500."""

import html
import re
from collections.abc import Callable

import pytest

from tests.support.journey import Journey
from tests.support.web import WebWorld
from tests.web.cases.forms import FORMS, dose, implant
from tests.web.cases.scene import COORDINATOR, DESK, NURSE, PHYSICIAN, FormCase, Scene
from tracker.services import consents, steps

At = Callable[[str], tuple[WebWorld, Journey]]


def plain(text: str) -> str:
    """The text of a page as a person reads it."""
    return html.unescape(text)


#: Forms that refuse the good values here on purpose.
REFUSING = {"arrive on another day", "watch"}


@pytest.fixture(params=FORMS, ids=lambda form: form.name.replace(" ", "-"))
def form(request: pytest.FixtureRequest) -> FormCase:
    """Each form in turn."""
    chosen: FormCase = request.param
    return chosen


def ready(at: At, form: FormCase) -> tuple[WebWorld, Journey, str]:
    """The application, the patient where the form is used, and its address."""
    world, journey = at(form.stage)
    form.before(Scene(world, journey))
    return world, journey, form.url(journey)


class TestAForm:
    def test_opens_and_records_what_is_right(self, at: At, form: FormCase) -> None:
        world, journey, url = ready(at, form)
        browser = world.sign_in(form.role)
        opened = browser.get(url)
        assert opened.status_code == 200, plain(opened.get_data(as_text=True))[:4000]
        answer = browser.post(url, {"expected_version": journey.version, **Scene(world, journey).typed(form.good)})
        text = plain(answer.get_data(as_text=True))
        if form.name in REFUSING:
            assert answer.status_code == 422
            assert form.said in text
            return
        assert answer.status_code == 303, re.findall(r"(?s)error-summary.*?</div>", text)
        page = plain(browser.get(answer.headers["Location"]).get_data(as_text=True))
        assert form.said in page
        assert journey.look().head.version == journey.version + 1
        if form.ends_in:
            assert journey.stage == form.ends_in

    def test_keeps_what_was_typed_beside_the_sentence(self, at: At, form: FormCase) -> None:
        world, journey, url = ready(at, form)
        if not form.sentence:
            return
        browser = world.sign_in(form.role)
        answer = browser.submit(url, {"expected_version": journey.version, **Scene(world, journey).typed(form.bad)})
        text = plain(answer.get_data(as_text=True))
        assert answer.status_code == 422
        assert form.sentence in text.partition("<form")[2]
        assert [kept for kept in form.kept if kept not in text.partition('id="main"')[2]] == []
        assert f'name="expected_version" value="{journey.version}"' in text
        assert journey.look().head.version == journey.version

    def test_is_refused_to_other_roles_and_other_clinics(self, at: At, form: FormCase) -> None:
        world, journey, url = ready(at, form)
        values = {"expected_version": journey.version, **Scene(world, journey).typed(form.good)}
        other = world.sign_in(form.refused)
        assert other.get(url).status_code == 403
        assert other.post(url, values).status_code in {400, 403}
        stranger = world.sign_in(form.role, "north")
        stranger.get("/account/password")
        assert stranger.get(url).status_code == 404
        stranger.get("/account/password")
        assert stranger.post(url, values).status_code == 404
        assert journey.look().head.version == journey.version

    @pytest.mark.slow
    def test_from_an_older_version_says_what_changed_and_keeps_what_was_typed(self, at: At, form: FormCase) -> None:
        world, journey, url = ready(at, form)
        browser = world.sign_in(form.role)
        browser.get(url)
        values = {"expected_version": journey.version, **Scene(world, journey).typed(form.good)}
        journey.do(COORDINATOR, lambda w, r: steps.assign(w, r, user_id=world.user_ids[COORDINATOR]))
        answer = browser.post(url, values)
        text = plain(answer.get_data(as_text=True))
        assert answer.status_code == 409
        said = "Something else of this case was changed." if form.role == DESK else "Given to Coordinator Person"
        assert said in text
        assert f'name="expected_version" value="{journey.version}"' in text
        again = browser.post(url, {**values, "expected_version": journey.version})
        assert again.status_code in {303, 422}

    @pytest.mark.parametrize("version", ["", "0", "-1", "9" * 30, "two", "1e3"])
    def test_never_breaks_on_a_version_that_is_none(self, at: At, version: str) -> None:
        world, journey = at("evaluating")
        browser = world.sign_in(PHYSICIAN)
        url = f"/cases/{journey.public_id}/hold"
        answer = browser.submit(
            url, {"expected_version": version, "until_on": Scene(world, journey).day(5), "reason": "x"}
        )
        assert answer.status_code == 409


HOSTILE = (
    *("", " ", "x" * 5000, "-1", "1e999", "NaN", "0.00001", "9" * 40, "0001-01-01", "９", "<script>"),
    "\u202e\U0001f600",
)


@pytest.mark.slow
class TestHostileInput:
    def test_is_answered_in_words(self, at: At, form: FormCase) -> None:
        world, journey, url = ready(at, form)
        browser = world.sign_in(form.role)
        browser.get(url)
        usual = Scene(world, journey).typed(form.good)
        # Every other one to every other form: each kind of field is in many forms.
        for text in HOSTILE[FORMS.index(form) % 2 :: 2]:
            values = {"expected_version": journey.version, **dict.fromkeys(usual, text)}
            answer = browser.post(url, values)
            assert answer.status_code in {303, 409, 422}, text
            if answer.status_code == 303:
                return


def shown(text: str) -> dict[str, str]:
    """What the form says was shown as missing."""
    return dict(re.findall(r'name="(deviation_seen)" value="([^"]*)"', text))


class TestDeviations:
    def test_are_asked_for_their_reason_in_place(self, at: At) -> None:
        world, journey = at("trial_day")
        browser = world.sign_in(NURSE)
        url = f"/cases/{journey.public_id}/give-dose"
        values = {"expected_version": journey.version, **dose(Scene(world, journey))}
        answer = browser.submit(url, values)
        text = plain(answer.get_data(as_text=True))
        assert answer.status_code == 422
        assert "Next test dose is not ordered" in text
        assert "Checklist before the procedure has 19 open items" in text
        assert 'name="deviation_reason"' in text
        reason = {"deviation_reason": "seizure, given at once"}
        assert browser.post(url, {**values, **reason, "deviation_seen": "checklist_open"}).status_code == 422
        answer = browser.post(url, {**values, **reason, **shown(text)})
        assert answer.status_code == 303
        assert journey.stage == "trial_observation"

    def test_of_an_implant_without_consent_is_recorded_as_it_was(self, at: At) -> None:
        world, journey = at("implant_booked")
        browser = world.sign_in(NURSE)
        url = f"/cases/{journey.public_id}/implant"
        values = {"expected_version": journey.version, **implant(Scene(world, journey))}
        asked = browser.submit(url, values)
        assert asked.status_code == 422
        reason = {"deviation_reason": "consent on paper, done on Saturday", **shown(asked.text)}
        answer = browser.post(url, {**values, **reason})
        assert answer.status_code == 303
        assert journey.stage == "implant_day"
        assert journey.look().snapshot.pump is not None


class TestPhysiciansFields:
    @pytest.mark.parametrize(
        ("stage", "path", "names"),
        [
            ("trial_day", "order-dose", ("dose_mcg",)),
            ("trial_day", "give-dose", ("dose_mcg", "volume_ml", "other_concentration", "given_at")),
            ("maintained", "refill", ("daily_dose_mcg", "alarm_on", "alarm_on_again", "volume_ml", "filled_at")),
            ("implant_day", "implant", ("daily_dose_mcg", "alarm_on", "alarm_on_again", "pump_end_of_service_on")),
        ],
    )
    def test_begin_empty(self, at: At, stage: str, path: str, names: tuple[str, ...]) -> None:
        world, journey = at(stage)
        if stage == "trial_day":
            journey.order("75")
        text = world.sign_in(PHYSICIAN).get(f"/cases/{journey.public_id}/{path}").get_data(as_text=True)
        for name in names:
            tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', text)
            assert tag is not None
            assert 'value=""' in tag.group()

    @pytest.mark.parametrize(
        ("stage", "path"),
        [
            ("trial_review", "outcome"),
            ("implant_decision", "decision"),
            ("trial_day", "give-dose"),
            ("trial_observation", "score"),
        ],
    )
    def test_have_nothing_preselected(self, at: At, stage: str, path: str) -> None:
        world, journey = at(stage)
        text = world.sign_in(PHYSICIAN).get(f"/cases/{journey.public_id}/{path}").get_data(as_text=True)
        assert 'type="radio"' in text
        assert not re.search(r"<input[^>]* checked", text)


class TestDoubleBooking:
    def test_is_said_beside_the_field(self, at: At) -> None:
        world, journey = at("implant_booked")
        booked = journey.look().snapshot.booked("implant")
        assert booked is not None
        browser = world.sign_in(COORDINATOR)
        url = f"/cases/{journey.public_id}/book-visit"
        values = {"purpose": "follow_up", "starts": booked.wall, "minutes": "30", "expected_version": journey.version}
        answer = browser.submit(url, values)
        assert answer.status_code == 422
        assert "The patient has another visit at this time." in plain(answer.get_data(as_text=True))


class TestAWithdrawnConsent:
    def test_blocks_what_stood_on_it_at_once(self, at: At) -> None:
        world, journey = at("implant_booked")
        journey.sign("implant")
        journey.do(NURSE, lambda w, r: consents.withdraw_consent(w, r, purpose="implant", reason="second thoughts"))
        text = plain(world.sign_in(PHYSICIAN).get(f"/cases/{journey.public_id}").get_data(as_text=True))
        assert "Consent for the implant was withdrawn" in text
