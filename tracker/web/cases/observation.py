"""The hours round a test dose: its page, its chart on paper, a set of scores, and adverse events one by one."""

from dataclasses import replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.after_dose_alarms import alarming_event, alarming_signs
from tracker.domain.errors import NotFound
from tracker.domain.facts import AdverseEvent, TrialDose, VitalSigns
from tracker.domain.observation import baseline
from tracker.domain.words import Instrument, Occasion
from tracker.queries.case_detail import OpenedCase, list_names
from tracker.services import observing
from tracker.services.work import Written
from tracker.web.cases.acting import Act, Notice, answer, opened, path
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.identity import person_of, with_namesakes
from tracker.web.cases.observation_chart import chart_of
from tracker.web.cases.observation_forms import AnsweredAdverseForm, scores_form
from tracker.web.cases.observation_page import all_facts, people_of, present
from tracker.web.cases.sentences import number
from tracker.web.cases.trial import colleagues
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now, today
from tracker.web.common.database import read_session
from tracker.web.common.filters import at


def _dose(case: OpenedCase, seq: int) -> TrialDose:
    found = next((dose for dose in case.snapshot.of(TrialDose) if dose.seq == seq), None)
    if found is None:
        raise NotFound(str(seq))
    return found


def _asked_dose(case: OpenedCase) -> TrialDose | None:
    """The dose that ``?dose=`` names; ``None`` where the address names none.

    :raises NotFound: for one that the case does not have
    """
    text = request.args.get("dose", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound(text)
    return _dose(case, int(text))


def _home(case: OpenedCase, dose: TrialDose | None) -> str:
    return url_for("cases.observation", public_id=case.head.public_id, dose=dose.seq) if dose else ""


@blueprint.get(path("/observation"))
@permission(Permission.SEE_CLINICAL)
def current_observation(public_id: str) -> ResponseReturnValue:
    """Lead to the observation of the dose that was given last."""
    case = opened(public_id)
    doses = case.snapshot.of(TrialDose)
    if not doses:
        raise NotFound("no test dose")
    dose = case.snapshot.attempt_dose or max(doses, key=lambda each: each.effective_at)
    return redirect(_home(case, dose), 302)


@blueprint.get(path("/doses/<seq:dose>"))
@permission(Permission.SEE_CLINICAL)
def observation(public_id: str, dose: int) -> str:
    """Show what is due when, the baseline beside now, and what is missing before the observation can be closed."""
    case = opened(public_id)
    given = _dose(case, dose)
    names = list_names(read_session(), actor(), users=people_of(all_facts(case, given))).users
    page = present(case, given, dict(names), actor(), now())
    page = replace(page, person=with_namesakes(page.person, case.head.patient))
    return render_template("cases/observation.html", page=page)


def _alarms(written: Written) -> list[Notice]:
    """Whom to call now, where something was written that is alarming."""
    found = [sign for fact in written.facts if isinstance(fact, VitalSigns) for sign in alarming_signs(fact)]
    found += [alarming_event(fact) for fact in written.facts if isinstance(fact, AdverseEvent)]
    signs = ", ".join(filter(None, found))
    return [Notice(text=f"Call the physician now: {signs}. They have it as a to-do.")] if signs else []


@blueprint.get(path("/observation-chart"))
@permission(Permission.SEE_CLINICAL)
def observation_chart(public_id: str) -> str:
    """Show the chart for paper: of the dose that ``?dose=`` names, or a blank one."""
    case = opened(public_id)
    given = _asked_dose(case)
    names = dict(list_names(read_session(), actor(), users=people_of(all_facts(case, given))).users)
    return render_template(
        "cases/observation_chart.html",
        page=present(case, given, names, actor(), now()) if given else None,
        patient=person_of(case.head.patient, today()),
        chart=chart_of(case, given, names, now()),
        back_url=_home(case, given) or url_for("cases.show", public_id=public_id),
    )


@blueprint.route(path("/score"), methods=["GET", "POST"])
@permission(Permission.SCORE)
def score(public_id: str) -> ResponseReturnValue:
    """Record a set of scores and vital signs: after the dose that ``?dose=`` names, or else as a baseline."""
    case = opened(public_id)
    given, rule = _asked_dose(case), case.pathway.observation
    before = [each for each in baseline(case.snapshot, given) if each.instrument == Instrument.ASHWORTH]
    form = scores_form(rule.muscles if rule else (), ((each.site, each.side) for each in before))()
    form.rater_id.offer(colleagues(Permission.SCORE), nobody="I did")
    form.second_by.offer(colleagues(Permission.SCORE))
    is_asked = given is None and case.snapshot.attempt_dose is not None
    if not is_asked:
        del form.occasion
    what = f"after {number(given.dose_mcg)} mcg, {at(given.effective_at)}" if given else "before a test dose"
    act = Act(
        title="Scores and vital signs",
        submit="Record the scores",
        done="scores",
        lede="" if is_asked else f"What is measured {what}. What stays empty was not measured.",
        fields="cases/_score_fields.html",
        home=_home(case, given),
        after=_alarms if given else lambda _written: (),
    )

    def occasion() -> str:
        if is_asked:
            return str(form.occasion.data or "")
        return Occasion.AFTER_DOSE if given else Occasion.BASELINE

    dose_seq = given.seq if given else None
    return answer(
        case,
        form,
        act,
        lambda work, ref: observing.record_measurements(
            work, ref, form.measured(clinic().zone, occasion=occasion(), dose_seq=dose_seq)
        ),
    )


@blueprint.route(path("/doses/<seq:dose>/adverse-events"), methods=["GET", "POST"])
@permission(Permission.GIVE_DOSE)
def adverse_events(public_id: str, dose: int) -> ResponseReturnValue:
    """Answer about each adverse event by itself."""
    case, form = opened(public_id), AnsweredAdverseForm()
    given = _dose(case, dose)
    names = list_names(read_session(), actor(), users=people_of(all_facts(case, given))).users
    known = [
        (line.label, "; ".join(line.answers))
        for line in present(case, given, dict(names), actor(), now()).events
        if line.answers
    ]
    act = Act(
        title="Adverse events",
        submit="Record the answers",
        done="adverse events",
        lede=f"After {number(given.dose_mcg)} mcg, {at(given.effective_at)}. Ask each; what stays empty stays open.",
        known=known,
        fields="cases/_adverse_fields.html",
        home=_home(case, given),
        after=_alarms,
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: observing.record_adverse_events(
            work, ref, dose_seq=given.seq, answers=form.answers(clinic().zone)
        ),
    )
