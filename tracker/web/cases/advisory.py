"""What was done for one patient about a manufacturer's advisory."""

from flask.typing import ResponseReturnValue
from wtforms.validators import InputRequired

from tracker.domain.access import Permission
from tracker.domain.errors import NotFound
from tracker.domain.facts import Advisory
from tracker.services.advisories import settle_advisory
from tracker.web.cases.acting import Act, answer, opened, path
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.fields import CaseForm, NoteField
from tracker.web.common.access import permission


class SettleAdvisoryForm(CaseForm):
    """What was done."""

    reason = NoteField("What was done", [InputRequired("Say what was done.")])


@blueprint.route(path("/advisory/<seq:seq>"), methods=["GET", "POST"])
@permission(Permission.REFILL)
def advisory(public_id: str, seq: int) -> ResponseReturnValue:
    """Record what was done about an advisory."""
    case, form = opened(public_id), SettleAdvisoryForm()
    found = next((each for each in case.snapshot.of(Advisory) if each.seq == seq), None)
    if found is None:
        raise NotFound(str(seq))
    act = Act(
        title=f"Advisory {found.number}",
        submit="Record what was done",
        done="what was done about the advisory",
        known=[("It asks for", found.text)],
    )
    return answer(
        case, form, act, lambda work, ref: settle_advisory(work, ref, advisory_seq=seq, reason=form.reason.data)
    )
