"""The drug for the next refill: ordered, or here."""

from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.services.refills import record_drug_stock
from tracker.web.cases.acting import Act, answer, opened, path
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.pump_forms import DrugStockForm
from tracker.web.cases.sentences import number
from tracker.web.common.access import permission
from tracker.web.common.filters import at


@blueprint.route(path("/drug-stock"), methods=["GET", "POST"])
@permission(Permission.STOCK_DRUG)
def drug_stock(public_id: str) -> ResponseReturnValue:
    """Record that the drug is ordered or here, from the case or from the row of the refill list."""
    case, form = opened(public_id), DrugStockForm()
    fill = case.snapshot.last_fill
    act = Act(
        title="Drug for the next refill",
        submit="Record it",
        done=f"drug for the next refill {form.state.data or ''}".strip(),
        known=[]
        if fill is None
        else [
            ("Last filled", at(fill.effective_at)),
            (
                "Drug",
                f"{fill.drug}, {number(fill.concentration_mcg_ml)} mcg/mL" if fill.concentration_mcg_ml else fill.drug,
            ),
        ],
    )
    return answer(case, form, act, lambda work, ref: record_drug_stock(work, ref, state=form.state.data))
