"""An expired lot in a form: what was missing is said, the reason is asked, and what was typed stays through it all."""

import html
from collections.abc import Callable

from tests.support.journey import Journey
from tests.support.web import WebWorld
from tests.web.cases.forms import filling
from tests.web.cases.scene import NURSE, Scene

At = Callable[[str], tuple[WebWorld, Journey]]


def test_a_refill_with_an_expired_lot_asks_why_and_is_recorded_with_it(at: At) -> None:
    world, journey = at("maintained")
    world.clock.advance(minutes=11)  # filled at this moment: the same once more would be asked back
    scene, browser = Scene(world, journey), world.sign_in(NURSE)
    url = f"/cases/{journey.public_id}/refill"
    typed = {"kind": "refill", **filling(scene), "expires_on": scene.day(-1), "expected_version": journey.version}
    assert 'name="deviation_reason"' not in browser.get(url).get_data(as_text=True)
    asked = browser.post(url, typed)
    text = html.unescape(asked.get_data(as_text=True))
    assert asked.status_code == 422
    assert "The lot expired" in text and 'name="deviation_reason"' in text and "L-9" in text
    typed |= {"deviation_seen": "lot_expired"}
    assert 'name="deviation_seen" value="lot_expired"' in text
    wrong = browser.post(url, {**typed, "volume_ml": "0", "deviation_reason": "only lot in the house"})
    assert wrong.status_code == 422
    assert "only lot in the house" in wrong.get_data(as_text=True)
    done = browser.post(url, {**typed, "deviation_reason": "only lot in the house"})
    assert done.status_code == 303
    assert "Deviation to review" in browser.get(done.headers["Location"]).get_data(as_text=True)
