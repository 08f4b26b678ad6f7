"""The lower half of the page: appointments, authorizations, consents and papers, trial and scores, pump."""

from tracker.domain.access import Permission
from tracker.domain.facts import (
    Assessment,
    Authorization,
    Determination,
    Device,
    Fact,
    Fill,
    TrialDose,
)
from tracker.domain.words import DeterminationKind, FillKind
from tracker.web.cases.consent_lines import consents
from tracker.web.cases.sentences import as_told, civil, fact_sentence, number
from tracker.web.cases.tables import PageSection, Row, Table, Telling
from tracker.web.cases.visit_lines import appointments
from tracker.web.cases.words import (
    AUTHORIZATION_STATES,
    AUTHORIZATION_TONES,
    DEVICE_WORDS,
    FILL_KINDS,
    INSTRUMENTS,
    OCCASIONS,
    PURPOSE_WORDS,
    first_upper,
)
from tracker.web.common.filters import at


def authorizations(telling: Telling) -> PageSection:
    """What payers were asked and said."""
    rows = tuple(
        Row(
            cells=(
                first_upper(PURPOSE_WORDS[each.stage]),
                each.number or "–",
                telling.names.payers.get(each.payer_id or 0, "–"),
                f"{civil(each.valid_from)} to {civil(each.valid_to)}" if each.valid_to else "–",
                each.procedure_codes or "–",
                str(each.units) if each.units is not None else "–",
            ),
            badge=first_upper(AUTHORIZATION_STATES[each.state]),
            tone=AUTHORIZATION_TONES[each.state],
            links=telling.link("Record answer", "answer_authorization", Permission.AUTHORIZE, seq=each.seq),
        )
        for each in reversed(telling.case.snapshot.of(Authorization))
    )
    table = Table(
        title="Prior authorizations",
        headers=("For", "Number", "Payer", "Valid", "CPT", "Units", "State"),
        rows=rows,
        empty="No payer was asked yet. Each procedure is asked for apart.",
        add=telling.add("Ask for prior auth", "authorization", Permission.AUTHORIZE),
    )
    return PageSection(id="authorizations", label="Authorizations", tables=(table,))


def trial(telling: Telling) -> PageSection:
    """Evaluation, doses, scores and what was determined."""
    snapshot = telling.case.snapshot
    said = [each for each in (snapshot.evaluation,) if each is not None]
    about_trial = {
        DeterminationKind.DOSE_ORDER, DeterminationKind.OUTCOME, DeterminationKind.TRIAL_ABORTED,
        DeterminationKind.OBSERVATION_ENDED, DeterminationKind.DECISION, DeterminationKind.WAIVER,
        DeterminationKind.EARLIER_BENEFIT, DeterminationKind.DEVIATION,
    }  # fmt: skip
    determined = [each for each in snapshot.of(Determination) if each.kind in about_trial]
    told = sorted([*said, *snapshot.of(TrialDose), *determined], key=lambda fact: fact.seq, reverse=True)
    course = Table(
        title="Evaluation, test doses and outcomes",
        headers=("What", "When"),
        rows=tuple(_said(telling, fact) for fact in told),
        empty="Nothing is recorded of the trial yet.",
    )
    scores = Table(
        title="Scores",
        headers=("Scale", "Value", "Where", "Occasion", "When"),
        rows=tuple(
            Row(
                cells=(
                    INSTRUMENTS[each.instrument],
                    each.value,
                    ", ".join(filter(None, (each.site, each.side))) or "–",
                    first_upper(OCCASIONS[each.occasion]),
                    at(each.effective_at),
                ),
                links=telling.correction(each.seq),
            )
            for each in reversed(snapshot.of(Assessment))
        ),
        empty="No score yet. A baseline score is asked for before the trial.",
        add=telling.add("Record scores", "score", Permission.SCORE),
    )
    return PageSection(id="trial", label="Trial & scores", tables=(course, scores))


def pump(telling: Telling) -> PageSection:
    """Devices and fills."""
    snapshot = telling.case.snapshot
    devices = Table(
        title="Devices",
        headers=("Device", "Model", "Serial or lot", "Reservoir", "Placed", "State"),
        rows=tuple(_device(telling, each) for each in reversed(snapshot.of(Device))),
        empty="No device is in the patient.",
    )
    fills = sorted(snapshot.of(Fill), key=lambda fill: (fill.effective_at, fill.seq), reverse=True)
    filled = Table(
        title="Refills",
        headers=("Filled", "Kind", "What went in", "Average daily dose", "Alarm date"),
        rows=tuple(_fill(telling, each) for each in fills),
        empty="No pump was filled yet.",
        add=telling.add("Record refill", "refill", Permission.REFILL) if snapshot.pump else None,
    )
    return PageSection(id="pump", label="Pump & refills", tables=(devices, filled))


def _device(telling: Telling, device: Device) -> Row:
    taken_out = telling.link("Taken out…", "remove_device", Permission.IMPLANT, device=device.device)
    return Row(
        cells=(
            first_upper(DEVICE_WORDS[device.kind]),
            device.model or "–",
            _piece(device),
            f"{number(device.reservoir_ml)} mL" if device.reservoir_ml else "–",
            civil(device.placed_on),
        ),
        badge="In the patient" if device.in_place else f"Out {civil(device.removed_on)}",
        tone="ready" if device.in_place else "quiet",
        links=taken_out if device.in_place and telling.case.head.is_open else (),
    )


def _piece(device: Device) -> str:
    """Serial number and lot, as far as they are known."""
    return ", ".join(filter(None, (device.serial, f"lot {device.lot}" if device.lot else ""))) or "–"


def _fill(telling: Telling, fill: Fill) -> Row:
    what = "–"
    if fill.volume_ml is not None:
        what = f"{number(fill.volume_ml)} mL {fill.drug} {number(fill.concentration_mcg_ml)} mcg/mL"
    if fill.alarm_on is None:
        badge, tone = "Unknown", "critical"
    elif fill.is_confirmed:
        badge, tone = civil(fill.alarm_on), "quiet"
    else:
        badge, tone = f"{civil(fill.alarm_on)}, second reading open", "warn"
    return Row(
        cells=(
            _filled(telling, fill),
            first_upper(FILL_KINDS[fill.kind]),
            what,
            f"{number(fill.daily_dose_mcg)} mcg/day" if fill.daily_dose_mcg is not None else "–",
        ),
        badge=badge,
        tone=tone,
        links=telling.correction(fill.seq),
    )


def _filled(telling: Telling, fill: Fill) -> str:
    """When it was filled; of a pump that came with its print-out nobody knows the hour."""
    if fill.kind == FillKind.TAKEN_OVER:
        return civil(telling.case.snapshot.calendar.today(fill.effective_at))
    return at(fill.effective_at)


def reoperation(telling: Telling) -> PageSection:
    """What was decided and done; the pump itself stands in its own case."""
    told = {
        DeterminationKind.REOPERATION, DeterminationKind.REOPERATION_DONE, DeterminationKind.REOPERATION_ENDED,
        DeterminationKind.WAIVER, DeterminationKind.DEVIATION,
    }  # fmt: skip
    found = [each for each in telling.case.snapshot.of(Determination) if each.kind in told]
    course = Table(
        title="Decided and done",
        headers=("What", "When"),
        rows=tuple(_said(telling, fact) for fact in reversed(found)),
        empty="Nothing is recorded of the reoperation yet.",
    )
    return PageSection(id="reoperation", label="Reoperation", tables=(course,))


def _said(telling: Telling, fact: Fact) -> Row:
    is_dose = isinstance(fact, TrialDose)
    watched = telling.link("Observation", "observation", Permission.SEE_CLINICAL, dose=fact.seq) if is_dose else ()
    return Row(
        cells=(fact_sentence(as_told(fact), telling.names), at(fact.effective_at)),
        links=(*watched, *telling.correction(fact.seq)),
    )


def all_sections(telling: Telling) -> tuple[PageSection, ...]:
    """Every part about what was done, in the order of the tabs."""
    if telling.case.pathway.beside:
        papers = (appointments(telling), authorizations(telling), consents(telling))
        return (*papers, reoperation(telling))
    return (
        appointments(telling),
        authorizations(telling),
        consents(telling),
        trial(telling),
        pump(telling),
    )
