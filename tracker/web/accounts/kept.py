"""What a person typed and sent after their sign-in had ended, to be put back into its form or thrown away."""

from dataclasses import dataclass

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.services.kept_forms import forget_form
from tracker.web.accounts.routes import blueprint
from tracker.web.common.access import permission
from tracker.web.common.current import actor
from tracker.web.common.database import writing
from tracker.web.common.filters import at
from tracker.web.common.kept_forms import Kept, kept_forms

#: Fields of which a person would not know that they typed them.
_OF_THE_PAGE = frozenset({"expected_version", "deviation_seen", "meant", "seen", "typed_here"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptForm:
    """One form: when it was sent, what a person reads of it, and what the browser sends."""

    id: int
    sent: str
    typed: tuple[tuple[str, str], ...]
    address: str
    fields: tuple[tuple[str, str], ...]


def _present(kept: Kept) -> KeptForm:
    typed = tuple(
        (name.replace("_", " ").capitalize(), value)
        for name, value in kept.fields
        if value.strip() and name not in _OF_THE_PAGE
    )
    return KeptForm(id=kept.id, sent=at(kept.kept_at), typed=typed, address=kept.address, fields=kept.fields)


@blueprint.get("/account/kept")
@permission(Permission.ACCOUNT)
def kept() -> ResponseReturnValue:
    """Show what waits for this very person. Nothing is sent by itself."""
    found = kept_forms()
    if not found:
        return redirect(url_for("home"), 303)
    return render_template("accounts/kept.html", forms=tuple(_present(each) for each in found))


@blueprint.post("/account/kept/<int:form_id>/discard")
@permission(Permission.ACCOUNT)
def discard(form_id: int) -> ResponseReturnValue:
    """Throw one's own away."""
    with writing() as session:
        forget_form(session, clinic_id=actor().clinic_id, user_id=actor().user_id, form_id=form_id)
    return redirect(url_for("accounts.kept"), 303)
