"""What a fact says, as a sentence. The same words stand in the history, beside a correction and on the forms.

A fact comes as a mapping of its fields with values as text, the way an event keeps it; ``as_told`` makes that of one
that still stands.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tracker.domain.dates import in_words
from tracker.domain.facts import Fact
from tracker.domain.loss_words import CAUSE_WORDS
from tracker.domain.pathway.trial_wording import ADVERSE_WORDS
from tracker.domain.typed_text import isolated
from tracker.domain.words import LossCause, MomentKind
from tracker.queries.case_detail import Names
from tracker.web.cases.words import (
    ABORTED,
    ALERTNESS,
    CALL_CONDITIONS,
    CONDITIONS,
    DEVICE_WORDS,
    DOCUMENT_WORDS,
    FILL_KINDS,
    HAPPENED,
    INSTRUMENTS,
    INTERROGATION_CAUSES,
    MODES,
    OCCASIONS,
    OUTCOME_WORDS,
    PURPOSE_WORDS,
    REOPERATION_ENDS,
    REOPERATIONS,
    ROUTES,
    SIGNED_AS,
    TONE_WORDS,
    VISIT_STATES,
    first_upper,
)
from tracker.web.common.filters import at
from tracker.web.common.visit_words import (
    ANAESTHESIA_WORDS,
    ESCORT_WORDS,
    HELD_WORDS,
    INTERPRETER_WORDS,
    MOMENT_WORDS,
)

Told = Mapping[str, Any]


def as_told(fact: Fact) -> dict[str, Any]:
    """A fact that stands, in the form in which an event tells it."""
    return {"fact": type(fact).__name__, **{each.name: _plain(getattr(fact, each.name)) for each in fields(fact)}}


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value


def civil(text: object) -> str:
    """A civil date as people say it: ``Fri 4 Dec 2026``."""
    if not text:
        return "–"
    return in_words(date.fromisoformat(str(text)[:10]))


def wall(text: object) -> str:
    """A wall time as people say it: ``Fri 4 Dec 2026 07:30``."""
    moment = datetime.fromisoformat(str(text))
    return f"{moment:%a} {moment.day} {moment:%b %Y} {moment:%H:%M}"


def stopped(text: str) -> str:
    """A sentence with its full stop: one that somebody typed at its end is enough."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def number(text: object) -> str:
    """An amount without needless zeros."""
    return "–" if text in (None, "") else f"{Decimal(str(text)).normalize():f}"


def _because(told: Told, field: str = "reason") -> str:
    return f": {told[field]}" if told.get(field) else ""


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _referral(told: Told) -> str:
    by = f" by {told['referred_by']}" if told["referred_by"] else ""
    specialty = f" ({told['specialty']})" if told["specialty"] else ""
    what = _joined(told["diagnosis_code"], told["diagnosis"])
    return f"Referred{by}{specialty} for {told['indication']}{': ' + what if what else ''}"


def _evaluation(told: Told) -> str:
    condition = CONDITIONS.get(told["condition"], told["condition"])
    origin = f", {told['spasticity_origin']} origin" if told["spasticity_origin"] else ""
    return f"Evaluated: {told['indication']} from {condition}{origin}"


def _document(told: Told) -> str:
    name = first_upper(DOCUMENT_WORDS.get(told["kind"], "document"))
    kept = _joined(told["title"], told["reference"])
    return f"{name} of {civil(told['dated_on'])} is in the chart{' (' + kept + ')' if kept else ''}"


def _authorization(told: Told, names: Names) -> str:
    stage = PURPOSE_WORDS.get(told["stage"], told["stage"])
    payer = isolated(names.payers.get(told["payer_id"] or 0, ""))
    at = f" at {payer}" if payer else ""
    state = told["state"]
    if state == "granted":
        dates = _joined(
            f"from {civil(told['valid_from'])}" if told["valid_from"] else "",
            f"to {civil(told['valid_to'])}" if told["valid_to"] else "",
        )
        return f"Prior auth for the {stage} granted: {_joined(told['number'], dates)}"
    if state == "requested":
        return f"Prior auth for the {stage} asked for{at}"
    word = "is not required" if state == "not_required" else f"was {state}"
    return f"Prior auth for the {stage} {word}{_because(told)}"


def _consent(told: Told, names: Names) -> str:
    purpose = PURPOSE_WORDS.get(told["purpose"], told["purpose"])
    if told["state"] == "withdrawn":
        return f"Consent for the {purpose} withdrawn{_because(told)}"
    if told["state"] == "void":
        return f"Consent for the {purpose} does not hold any more{_because(told)}"
    surgeon = isolated(names.clinicians.get(told.get("clinician_id") or 0, ""))
    relation = SIGNED_AS.get(told.get("relation", ""), "")
    child = {"given": "; the child agrees", "declined": "; the child does not agree"}.get(told.get("assent", ""), "")
    by = f"signed {civil(told['signed_on'])} by {told['signed_by']}{relation}{child}"
    return f"Consent for the {purpose} {by}{', for ' + surgeon if surgeon else ''}"


#: What became of a visit; people arrive, visits do not.
_VISIT_SAYS = {**{state: f"{{}} {word}" for state, word in VISIT_STATES.items()},
               "arrived": "patient arrived for the {}", "no_show": "patient did not come for the {}"}  # fmt: skip


def _appointment(told: Told, names: Names) -> str:
    purpose = PURPOSE_WORDS.get(str(told["purpose"]), "visit")
    called = (names.clinicians.get(told["clinician_id"] or 0, ""), names.rooms.get(told["room_id"] or 0, ""))
    where = _joined(*map(isolated, called))
    is_moved = told["state"] == "booked" and told["version"] > 1
    said = f"{purpose} moved to" if is_moved else f"{_VISIT_SAYS[told['state']].format(purpose)},"
    return f"{first_upper(said)} {wall(told['wall'])}{' (' + where + ')' if where else ''}{_because(told)}"


def _item(told: Told) -> str:
    value = f" {told['value']}" if told["value"] else ""
    state = told["state"].replace("_", " ")
    return f"Checklist: {told['item'].replace('_', ' ')} {state}{value}{_because(told)}"


def _moment(told: Told) -> str:
    return MOMENT_WORDS[MomentKind(told["kind"])]


def _arrangement(told: Told) -> str:
    parts = (
        ("escort", told["escort_name"] or ESCORT_WORDS.get(told["escort"], "")),
        ("anaesthesia", ANAESTHESIA_WORDS.get(told["anaesthesia"], "")),
        ("interpreter", INTERPRETER_WORDS.get(told["interpreter"], "")),
    )
    said = "; ".join(f"{name} {word}" for name, word in parts if word)
    return f"Arranged for the visit: {said or 'its turn on the day'}"


def _loss(told: Told, names: Names) -> str:
    teller = isolated(names.users.get(told["teller_id"] or 0, ""))
    held = f"{teller} tells the patient about held medicines" if teller else HELD_WORDS.get(told["held"], "")
    return f"Visit lost: {CAUSE_WORDS[LossCause(told['cause'])]}{'; ' + held if held else ''}"


def _dose(told: Told) -> str:
    how = ROUTES.get(told["route"], told["route"])
    return (
        f"Test dose given: {number(told['dose_mcg'])} mcg {told['drug']} "
        f"({number(told['volume_ml'])} mL of {number(told['concentration_mcg_ml'])} mcg/mL) by {how}, lot {told['lot']}"
    )


def _score(told: Told) -> str:
    instrument = INSTRUMENTS.get(told["instrument"], told["instrument"])
    # Entries of earlier versions know no side.
    site = "".join(f", {part}" for part in (told["site"], told.get("side", "")) if part)
    return f"{instrument} {told['value']} {OCCASIONS.get(told['occasion'], told['occasion'])}{site}"


def vital_signs_said(told: Told) -> str:
    """What was measured, in one line."""
    pressure = "/".join(str(told[name]) if told[name] is not None else "–" for name in ("systolic", "diastolic"))
    signs = (("pulse", "pulse {}"), ("saturation", "saturation {} %"), ("breaths", "{} breaths a minute"))
    said = [text.format(told[name]) for name, text in signs if told[name] is not None]
    awake = ALERTNESS.get(str(told["alertness"]), "").lower()
    return ", ".join(filter(None, (pressure if pressure != "–/–" else "", *said, awake)))


def _adverse_event(told: Told) -> str:
    event = first_upper(ADVERSE_WORDS.get(str(told["event"]), ""))
    happened = HAPPENED.get(str(told["happened"]), "").lower()
    severity = f", {told['severity']}" if told["severity"] else ""
    when = at(datetime.fromisoformat(told["effective_at"]))[-5:]
    return f"{event} after the test dose: {happened}{severity}, {when}{_because(told, 'note')}"


def _device(told: Told) -> str:
    name = first_upper(DEVICE_WORDS.get(str(told["kind"]), "device"))
    lot = f"lot {told['lot']}" if told.get("lot") else ""
    label = _joined(told["model"], f"serial {told['serial']}" if told["serial"] else "", lot)
    if not told["in_place"]:
        tip = ", tip intact" if told["tip_intact"] else ""
        return f"{name} taken out {civil(told['removed_on'])}{tip}"
    if told["tip_intact"] is False:
        return f"{name} taken out, its tip is still in"
    where = "is in since" if told["origin"] == "already_in" else "placed"
    day = f" {civil(told['placed_on'])}" if told["placed_on"] else " an unknown day"
    out = f", out by {civil(told['out_by_on'])}" if told["out_by_on"] else ""
    return f"{name} {where}{day}{': ' + label if label else ''}{_how_it_lies(told)}{out}"


def _how_it_lies(told: Told) -> str:
    """Lengths, level and side, where somebody wrote them down. An entry of earlier days does not have the fields."""
    cut = f", {number(told['trimmed_cm'])} cm cut off" if told.get("trimmed_cm") else ""
    length = f"; {number(told['implanted_cm'])} cm left in{cut}" if told.get("implanted_cm") else ""
    tip = f"; tip at {told['tip_level']}" if told.get("tip_level") else ""
    side = f"; pocket on the {told['pocket_side']}" if told.get("pocket_side") else ""
    return f"{length}{tip}{side}"


def _device_label(told: Told) -> str:
    name = DEVICE_WORDS.get(str(told["kind"]), "device")
    piece = _joined(
        told["model"],
        f"serial {told['serial']}" if told["serial"] else "",
        f"lot {told['lot']}" if told["lot"] else "",
        f"to be used until {civil(told['expires_on'])}" if told["expires_on"] else "",
    )
    if told["use"] == "not_used":
        return f"{first_upper(name)} opened and not used: {piece}{_because(told)}"
    return f"Label of a {name} read: {piece}"


def _fill(told: Told) -> str:
    if told["volume_ml"] is None:
        what = told["drug"]
    else:
        what = (
            f"{number(told['volume_ml'])} mL {told['drug']} {number(told['concentration_mcg_ml'])} mcg/mL, "
            f"{number(told['daily_dose_mcg'])} mcg/day{', ' + MODES[told['mode']] if told.get('mode') else ''}"
        )
    alarm = f"low-reservoir alarm date {civil(told['alarm_on'])}" if told["alarm_on"] else "alarm date unknown"
    doubt = "" if told["is_confirmed"] or not told["alarm_on"] else ", to be confirmed by a second reader"
    return f"Pump filled ({FILL_KINDS.get(told['kind'], told['kind'])}): {what}; {alarm}{doubt}"


def _interrogation(told: Told) -> str:
    cause = INTERROGATION_CAUSES.get(told["cause"], told["cause"])
    dose = f"{number(told['daily_dose_mcg'])} mcg/day" if told["daily_dose_mcg"] else ""
    left = f"{number(told['reservoir_ml'])} mL left" if told["reservoir_ml"] is not None else ""
    alarm = f"low-reservoir alarm date {civil(told['alarm_on'])}" if told["alarm_on"] else ""
    doubt = ", to be confirmed by a second reader" if alarm and not told["is_confirmed"] else ""
    battery = f"battery {told['battery_months']} months" if told["battery_months"] is not None else ""
    due = "replacement indicated" if told["replacement_indicated"] else ""
    return "; ".join(part for part in (f"Pump read: {cause}", dose, left, alarm + doubt, battery, due) if part)


def _follow_up(told: Told) -> str:
    following = f", next on {civil(told['next_on'])}" if told["next_on"] else ""
    return f"{first_upper(told['rule'].replace('_', ' '))}: {told['result']}{following}{_because(told, 'note')}"


def pump_call_said(told: Told) -> str:
    """What was said in a pump call."""
    felt = [label for word, label in CALL_CONDITIONS.items() if told[word]]
    by = f"called by {told['caller']}{' on ' + told['phone'] if told['phone'] else ''}"
    heard = TONE_WORDS.get(str(told["tone"]), "not sure what is heard")
    said = "; ".join((heard, ", ".join(felt) or "nothing said of how the patient is", by))
    return f"{said}{_because(told, 'words')}"


def _scan(told: Told) -> str:
    return f"MRI on {civil(told['scan_on'])}{', ' + told['place'] if told['place'] else ''}"


def _correction(told: Told) -> str:
    return f"Struck out{_because(told)}"


_DETERMINED: dict[str, Callable[[Told], str]] = {
    "dose_order": lambda t: f"Test dose of {t['value']} mcg ordered",
    "outcome": lambda t: f"Trial outcome: {OUTCOME_WORDS.get(t['value'], t['value'])}{_because(t)}",
    "trial_aborted": lambda t: f"Trial broken off, {ABORTED.get(t['value'], t['value'])}{_because(t)}",
    "observation_ended": lambda t: f"Observation ended early{_because(t)}",
    "decision": lambda t: f"Implant {t['value']}{_because(t)}",
    "waiver": lambda t: f"Waived: {t['value'].replace('_', ' ').replace('.', ' for ')}{_because(t)}",
    "earlier_benefit": lambda t: f"Earlier benefit documented{_because(t)}",
    "hold": lambda t: f"On hold until {civil(t['until_on'])}{_because(t)}",
    "death": lambda t: f"Patient died {civil(t['until_on'])} (said by {t['reason']})",
    "transfer": lambda t: f"{'Transferred to' if t['value'] == 'completed' else 'Transfer asked of'} {t['reason']}",
    "therapy_stopped": lambda t: f"Therapy stopped, pump left in{_because(t)}",
    "withdrawal_watch_closed": lambda t: f"Watch for withdrawal closed{_because(t)}",
    "refill_plan": lambda t: f"Refill planned by {civil(t['until_on'])}{_because(t)}",
    "drug_stock": lambda t: f"Drug for the next refill {'is here' if t['value'] == 'here' else 'ordered'}",
    "deviation": lambda t: f"Done against the plan{_because(t)}",
    "deviation_reviewed": lambda t: (
        f"{'Decided about the consent that was taken back' if t['value'] == 'consent' else 'Deviation reviewed'}"
        f"{_because(t)}"
    ),
    "time_final": lambda t: (
        f"Arrival time is final: {wall(t['value'])}" if t["value"] else "Arrival time is no longer final: visit moved"
    ),
    "pump_call_settled": lambda t: f"Pump call closed{_because(t)}",
    "advisory_settled": lambda t: f"Done about the advisory{_because(t)}",
    "pump_switched_off": lambda t: f"Pump switched off after death{_because(t)}",
    "scan_decided": lambda t: f"Decided about the MRI{_because(t)}",
    "scan_task_done": lambda t: f"Before the MRI: {t['value'].replace('_', ' ')}{_because(t)}",
    "reoperation": lambda t: f"Reoperation decided: {REOPERATIONS.get(t['value'], t['value'])}{_because(t)}",
    "reoperation_done": lambda t: f"Done: {REOPERATIONS.get(t['value'], t['value'])}{_because(t)}",
    "reoperation_ended": lambda t: f"No longer needed: {REOPERATION_ENDS.get(t['value'], t['value'])}",
    "pump_order": lambda t: f"Pump ordered{_because(t)}",
    "catheter_order": lambda t: f"Catheter ordered{_because(t)}",
    "devices_opened": lambda t: (
        "No device was opened without being put in"
        if t["value"] == "none"
        else "Devices were opened and not put in: each is recorded"
    ),
    "not_before": lambda t: f"No new date before {civil(t['until_on'])}",
}


def _determination(told: Told) -> str:
    say = _DETERMINED.get(told["kind"])
    return say(told) if say else first_upper(told["kind"].replace("_", " ")) + _because(told)


_BY_FACT: dict[str, Callable[[Told], str]] = {
    "Referral": _referral,
    "Evaluation": _evaluation,
    "Document": _document,
    "ChecklistItem": _item,
    "VisitMoment": _moment,
    "Arrangement": _arrangement,
    "TrialDose": _dose,
    "Assessment": _score,
    "VitalSigns": lambda told: f"Vital signs: {vital_signs_said(told)}",
    "AdverseEvent": _adverse_event,
    "Determination": _determination,
    "Device": _device,
    "DeviceLabel": _device_label,
    "Fill": _fill,
    "Interrogation": _interrogation,
    "FollowUp": _follow_up,
    "Advisory": lambda told: f"Advisory {told['number']}: {told['text']}",
    "Scan": _scan,
    "PumpCall": lambda told: f"Pump call: {pump_call_said(told)}",
    "Correction": _correction,
}


def fact_sentence(told: Told, names: Names) -> str:
    """What a fact says, without a full stop. What somebody typed turns nothing around it."""
    told = {
        name: isolated(each) if isinstance(each, str) and name != "effective_at" else each
        for name, each in told.items()
    }
    if told["fact"] == "Appointment":
        return _appointment(told, names)
    if told["fact"] == "VisitLoss":
        return _loss(told, names)
    if told["fact"] == "Authorization":
        return _authorization(told, names)
    if told["fact"] == "Consent":
        return _consent(told, names)
    return _BY_FACT[told["fact"]](told)
