"""What was done afterwards: one form for every rule of the pathway file."""

from flask.typing import ResponseReturnValue
from wtforms import RadioField
from wtforms.validators import InputRequired

from tracker.domain.access import Permission
from tracker.domain.errors import NotFound
from tracker.domain.facts import FollowUp
from tracker.domain.obligations.follow_ups import done_by, is_there
from tracker.domain.pathway.definition import FollowUpRule
from tracker.queries.case_detail import OpenedCase
from tracker.services.follow_ups import record_follow_up
from tracker.web.cases.acting import Act, answer, opened, path
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.fields import CaseForm, DayField, MomentField, NoteField
from tracker.web.cases.visit_forms import instant_of
from tracker.web.cases.words import first_upper
from tracker.web.common.access import permission
from tracker.web.common.current import clinic
from tracker.web.common.filters import at
from tracker.web.common.forms import options


class FollowUpForm(CaseForm):
    """What came of it. Nothing is chosen beforehand."""

    result = RadioField("What came of it", [InputRequired("Choose what came of it.")], choices=[])
    note = NoteField("In words")
    next_on = DayField("Next on", description="Only where another day was agreed than the rule's.")
    done_at = MomentField("Done at", description="Empty: now.")


def _done(case: OpenedCase, rule: FollowUpRule, about_seq: int) -> list[tuple[str, str]]:
    done = done_by(case.snapshot.of(FollowUp), rule, about_seq)
    return [(at(each.effective_at), f"{each.result}{': ' + each.note if each.note else ''}") for each in done]


@blueprint.route(path("/follow-up/<rule>/<seq:about>"), methods=["GET", "POST"])
@permission(Permission.FOLLOW_UP)
def follow_up(public_id: str, rule: str, about: int) -> ResponseReturnValue:
    """Record a follow-up by a rule, about one fact."""
    case, form = opened(public_id), FollowUpForm()
    following = case.pathway.follow_ups.get(rule)
    if following is None or not is_there(case.snapshot, about):
        raise NotFound(f"{rule} {about}")
    form.result.choices = options({result: first_upper(result) for result in following.results})
    act = Act(
        title=following.label,
        submit="Record it",
        done=following.label[:1].lower() + following.label[1:],
        known=_done(case, following, about),
    )
    zone = clinic().zone
    return answer(
        case,
        form,
        act,
        lambda work, ref: record_follow_up(
            work,
            ref,
            rule=rule,
            about_seq=about,
            result=form.result.data,
            note=form.note.data,
            next_on=form.next_on.data,
            done_at=instant_of(form.done_at.data, zone),
        ),
    )
