"""Two reoperations: a pump that was replaced some weeks ago, and one whose day is booked."""

from datetime import timedelta

from tracker.demo.cast import PumpPart
from tracker.demo.new_devices import new_pump
from tracker.demo.signing import signs
from tracker.demo.telling import Story, Teller
from tracker.services import authorizations, evaluations, reoperations, steps
from tracker.services.authorizations import Terms
from tracker.services.reoperations import Operation

RULES = (("wound_check", "healing well"), ("sutures_out", "out"))


def reoperated(teller: Teller, part: PumpPart) -> Story:
    """The battery is nearly empty: decided, agreed by the payer and booked beside the refills; then done, and healed.
    From the decision on the story is that of the reoperation; the pump's own refill is booked for later."""
    yield teller.after(8)
    reason = "Battery read at 5 months, the pump is six years old"
    teller.does("physician", reoperations.begin_reoperation, kind="replacement", reason=reason)
    yield teller.after(2)
    valid_to = teller.day + timedelta(days=120)
    terms = Terms("granted", None, f"R{teller.clinic.chance.randrange(10**5):05d}", valid_from=teller.day,
                  valid_to=valid_to)  # fmt: skip
    teller.does("coordinator", authorizations.ask_authorization, stage="reoperation", terms=terms)
    yield teller.after(1)
    day = teller.book("reoperation", teller.day + timedelta(days=18))
    signs(teller, "reoperation")
    for kind in ("history_and_physical", "laboratory"):
        teller.does("coordinator", evaluations.record_document, kind=kind, dated_on=teller.day)
    yield from teller.until(day, 8)
    teller.arrive()
    yield teller.at(9, 30)
    teller.answer("reoperation", "before")
    yield teller.at(11)
    about_seq = _replace(teller, part)
    teller.answer("reoperation", "after")
    yield teller.at(15, 30)
    teller.does("nurse", steps.take_step, step="reoperation_discharged")
    yield teller.after(1)
    teller.follow_up("nurse", "reoperation_call", about_seq, "well")
    yield teller.after(13)
    for rule, result in RULES:
        teller.follow_up("nurse", rule, about_seq, result)


def _replace(teller: Teller, part: PumpPart) -> int:
    """Returns the number of the fact that says what was done."""
    pump = new_pump(teller, f"SynchroMed III 8667-{part.reservoir_ml}", part.reservoir_ml)
    filling = teller.filling(part.lasts_days, reservoir_ml=part.reservoir_ml)
    done = Operation(note="Old pump out, pocket clean, catheter flows")
    written = teller.does("nurse", reoperations.record_replacement, done, pump=pump, filling=filling, catheter=None)
    return written.fact_seqs[-1]
