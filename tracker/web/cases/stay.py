"""The day of a visit, recorded: where it stands, what is arranged around it, and who came without one."""

from flask import request
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.facts import Arrangement
from tracker.domain.words import MomentKind
from tracker.services.visit_day import arrange as keep_arrangement
from tracker.services.visit_day import record_moment
from tracker.services.walk_ins import walk_in as take_in
from tracker.web.cases.acting import Act, answer, opened, path
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.stay_forms import ArrangementForm, StandsForm, WalkInForm
from tracker.web.cases.visit_forms import instant_of
from tracker.web.cases.visits import find_visit, known_of, offer_places
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic
from tracker.web.common.languages import language_name
from tracker.web.common.visit_words import MOMENT_WORDS

_VISIT = "/visit/<seq:appointment>"


@blueprint.route(path(_VISIT + "/stands"), methods=["GET", "POST"])
@permission(Permission.CHECKLIST)
def stands(public_id: str, appointment: int) -> ResponseReturnValue:
    """Record where a visit stands, with the time at which it came to stand there. ``?kind=``: the link that was
    followed."""
    case, form = opened(public_id), StandsForm()
    visit = find_visit(case, appointment)
    form.offer_kinds()
    if not form.is_submitted() and request.args.get("kind", "") in set(MomentKind):
        form.kind.data = request.args["kind"]
    said = MOMENT_WORDS[MomentKind(form.kind.data)].lower() if form.kind.data in set(MomentKind) else ""
    act = Act(
        title="Where the patient is",
        submit="Record it",
        done=said or "where the patient is",
        lede="Admitted, transferred and discharged end the visit. Everything is recorded with its true time.",
        known=lambda: known_of(visit),
    )
    zone = clinic().zone
    return answer(
        case,
        form,
        act,
        lambda work, ref: record_moment(
            work,
            ref,
            appointment=appointment,
            kind=form.kind.data,
            happened_at=instant_of(form.happened_at.data, zone),
        ),
    )


@blueprint.route(path(_VISIT + "/arrange"), methods=["GET", "POST"])
@permission(Permission.ARRANGE)
def arrange(public_id: str, appointment: int) -> ResponseReturnValue:
    """Record escort, interpreter, and for those who see it the anaesthesia that is planned."""
    case, form = opened(public_id), ArrangementForm()
    visit = find_visit(case, appointment)
    standing = next((each for each in case.snapshot.of(Arrangement) if each.appointment == appointment), None)
    form.begin_with(standing, is_clinical=actor().may(Permission.SEE_CLINICAL))
    language = language_name(case.head.patient.language)
    act = Act(
        title="Escort, interpreter" + (", anaesthesia" if "anaesthesia" in form else ""),
        submit="Save",
        done="what is arranged for the visit",
        known=lambda: [*known_of(visit), *([("Speaks", language)] if language else [])],
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: keep_arrangement(work, ref, appointment=appointment, arranged=form.arranged()),
    )


@blueprint.route(path("/walk-in"), methods=["GET", "POST"])
@permission(Permission.CHECK_IN)
def walk_in(public_id: str) -> ResponseReturnValue:
    """Take in somebody who came without a visit: booked for now, and arrived."""
    case, form = opened(public_id), WalkInForm()
    form.offer_purposes(case.pathway, is_clinical=actor().may(Permission.SEE_CLINICAL))
    offer_places(form)
    act = Act(
        title="Came without a visit",
        submit="Take in now",
        done="came without a visit, and is here",
        lede="A visit is booked for this minute and marked as arrived.",
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: take_in(
            work,
            ref,
            purpose=form.purpose.data,
            minutes=form.minutes.data,
            room_id=form.room_id.data,
            clinician_id=form.clinician_id.data,
        ),
    )
