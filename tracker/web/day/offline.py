"""What a tablet needs to go on without network: the day to take along, the page that shows it, and the way back.

The page and its worker hold no patient, and everybody may have them. The day is data, never kept by the browser's own
cache; what the tablet does with it stands in ``tracker/web/static/offline``.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Response, current_app, jsonify, make_response, render_template, request, send_from_directory, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import DomainError, InvalidInput, StaleVersion
from tracker.queries.day import list_visits
from tracker.queries.offline_day import list_answers, list_orders, list_reservoirs
from tracker.queries.pins import find_pin
from tracker.services.offline_entries import CLOCKS_DIFFER, Entry, about_of, reason_of, set_aside, take_entry
from tracker.services.work import Work
from tracker.web.common.access import permission, public
from tracker.web.common.current import actor, clinic, now, owner_of, runtime, today
from tracker.web.common.database import read_session, writing
from tracker.web.common.filters import day
from tracker.web.common.listing import seen
from tracker.web.common.pins import pin_refused
from tracker.web.day.along import Taking, present_along
from tracker.web.day.entries import Sent, UnreadableEntry, read_entry, refuse_too_long
from tracker.web.day.envelopes import UnreadableEnvelope, open_envelope, public_key
from tracker.web.day.routes import blueprint

#: What the page without network is made of, besides itself: the only files that its worker keeps.
SHELL = (
    "favicon.svg", "tracker.css", "css/components.css", "css/pages.css", "css/observation.css", "css/print.css",
    "css/offline.css", "tracker.js",
)  # fmt: skip
MODULES = (
    "became.js", "page.js", "queue.js", "rules.js", "seal.js", "show.js", "store.js", "taking.js", "typed.js",
    "unlocked.js",
)  # fmt: skip
#: Who answered no longer ago than this is still before the item, and reads there why it was not taken.
JUST_NOW = timedelta(seconds=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflinePanel:
    """What the scripts of the day's pages need to know: whose entries they keep and their name, for which server, and
    what time it is there."""

    owner: str
    name: str
    server_key: str
    worker_url: str
    at: str


@blueprint.app_context_processor
def _panel() -> dict[str, Any]:
    return {"offline_panel": offline_panel}


def offline_panel() -> OfflinePanel | None:
    """For whoever answers checklists; nobody else keeps anything."""
    if not actor().may(Permission.CHECKLIST):
        return None
    return OfflinePanel(
        owner=owner_of(actor().clinic_id, actor().user_id),
        name=actor().name,
        server_key=public_key(),
        worker_url=url_for("day.offline_worker", v=_shell_version()),
        at=now().isoformat(),
    )


@blueprint.get("/day/along")
@permission(Permission.CHECKLIST)
def along() -> Response:
    """Today's list and checklists, for the tablet to take along; a person without a PIN takes nothing along."""
    pin = find_pin(read_session(), actor().clinic_id, actor().user_id)
    told = {
        "owner": owner_of(actor().clinic_id, actor().user_id),
        "name": actor().name,
        "clinic": clinic().name,
        "at": now().isoformat(),
        "csrf_token": generate_csrf(),
        "server_key": public_key(),
        "pin_set_at": pin.set_at.isoformat() if pin and pin.set_at else None,
    }
    if told["pin_set_at"] is None:
        return jsonify(told)
    calendar = ClinicCalendar(clinic().zone)
    from_at, until_at = calendar.start_of(today()), calendar.start_of(today() + timedelta(days=1))
    visits = list_visits(read_session(), actor(), from_at, until_at)
    answers = list_answers(read_session(), actor(), from_at, until_at)
    orders = list_orders(read_session(), actor(), from_at, until_at)
    reservoirs = list_reservoirs(read_session(), actor(), from_at, until_at)
    taken = present_along(visits, answers, Taking(actor(), now(), clinic().zone, orders, reservoirs))
    about = {"title": day(today(), today()), "on": today().isoformat(), "zone": clinic().zone}
    body = jsonify(told | about | taken).get_data(as_text=True)
    return Response(seen(body, row_count=len(visits)), mimetype="application/json")


@blueprint.post("/day/along/pin")
@permission(Permission.CHECKLIST)
def along_pin() -> ResponseReturnValue:
    """Whether this is the PIN that the day will be locked with: a mistyped one would open nothing later."""
    problem = pin_refused(
        actor().clinic_id, actor().user_id, request.form.get("pin", ""), by=actor().user_id, place="tablet"
    )
    return jsonify(problem=problem), 422 if problem else 200


@blueprint.post("/day/entries")
@permission(Permission.ACCOUNT)
def take_entries() -> ResponseReturnValue:
    """Take one answer from a tablet's queue. Whoever may not answer any more still hands over what they entered."""
    try:
        sent = _sent()
    except (UnreadableEntry, UnreadableEnvelope):
        return _became("unreadable"), 422
    if sent.owner != owner_of(actor().clinic_id, actor().user_id):
        return _became("somebody_elses"), 409
    is_watched = request.form.get("watched") == "yes" and _is_just_made(sent.entry)
    try:
        refuse_too_long(sent.entry)
        with writing() as session:
            outcome = take_entry(_work(session), sent.entry)
    except (InvalidInput, StaleVersion) as error:
        # Somebody answered this very moment: they read why, and what they entered is still before them.
        return _say_why(error) if is_watched else _set_aside(sent.entry, error)
    except DomainError as error:
        return _set_aside(sent.entry, error)
    return _became(outcome)


@blueprint.get("/day/offline")
@public
def offline() -> str:
    """The page that shows the day without network. It holds nothing of it."""
    return render_template("day/offline.html")


@blueprint.get("/day/offline/parts")
@public
def offline_parts() -> Response:
    """What the worker keeps: the page without network and its files."""
    files = (*SHELL, *(f"offline/{name}" for name in MODULES))
    versioned = [url_for("static", filename=name) for name in files]
    bare = [f"{current_app.static_url_path}/offline/{name}" for name in MODULES]
    return jsonify(version=_shell_version(), parts=[url_for("day.offline"), *versioned, *bare])


@blueprint.get("/day/offline-worker.js")
@public
def offline_worker() -> Response:
    """The worker's program, from below the addresses of the day, so that it may look after them."""
    response = make_response(send_from_directory(_static(), "offline/worker.js"))
    response.headers["Service-Worker-Allowed"] = "/day"
    return response


def _became(outcome: str, **more: object) -> Response:
    """What became of an entry, and what time it is here: the tablet reckons by it."""
    return jsonify(outcome=outcome, at=now().isoformat(), **more)


def _sent() -> Sent:
    sealed = request.form.get("sealed", "")
    return read_entry(open_envelope(sealed) if sealed else request.form.get("entry", ""))


def _is_just_made(entry: Entry) -> bool:
    """Whatever waited for the network is nobody's to type again: its page may be closed before anybody reads of it."""
    return -CLOCKS_DIFFER <= now() - entry.made_at <= JUST_NOW


def _say_why(error: InvalidInput | StaleVersion) -> ResponseReturnValue:
    problems = error.problems if isinstance(error, InvalidInput) else {}
    return _became("not_taken", problems=problems, said=reason_of(error)), 422


def _set_aside(entry: Entry, error: DomainError) -> ResponseReturnValue:
    with writing() as session:
        outcome = set_aside(_work(session), entry, error)
        about = about_of(_work(session), entry) if actor().may(Permission.CHECKLIST) else ""
    return _became(outcome, said=reason_of(error), about=about)


def _work(session: object) -> Work:
    # Nobody's PIN comes with an entry: what two must read is confirmed where both are, and the server is.
    return Work(session, actor(), runtime().ids, now())  # type: ignore[arg-type]  # what writing() yields


def _static() -> Path:
    return Path(current_app.static_folder or "")


def _shell_version() -> str:
    """A short text that differs whenever the page without network, or a file of it, does."""
    return str(current_app.extensions["offline_shell"])


@blueprint.record_once
def _take_fingerprint(state: BlueprintSetupState) -> None:
    static, templates = Path(state.app.static_folder or ""), Path(state.app.root_path, state.app.template_folder or "")
    pages = ("day/offline.html", "layouts/base.html", "layouts/plain.html")
    read = [templates / page for page in pages]
    read += [static / name for name in SHELL] + sorted((static / "offline").glob("*.js"))
    contents = b"".join(hashlib.sha256(path.read_bytes()).digest() for path in read)
    state.app.extensions["offline_shell"] = hashlib.sha256(contents).hexdigest()[:12]
