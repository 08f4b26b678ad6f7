"""``/metrics``: there only where a token is set, and for whoever shows it."""

from hmac import compare_digest

from flask import Blueprint, Response, abort, request
from prometheus_client import CONTENT_TYPE_LATEST

from tracker.queries.health import watch_all
from tracker.web.common.access import public
from tracker.web.common.current import now, runtime
from tracker.web.common.database import read_session
from tracker.web.metrics.figures import metrics_text

blueprint = Blueprint("metrics", __name__)

_SCHEME = "Bearer "


@blueprint.get("/metrics")
@public
def index() -> Response:
    """Hand out the figures of every clinic."""
    token = runtime().settings.metrics_token
    if not token:
        abort(404)
    shown = request.headers.get("Authorization", "")
    is_known = shown.startswith(_SCHEME) and compare_digest(shown.removeprefix(_SCHEME).encode(), token.encode())
    if not is_known:
        return Response("", 401, {"WWW-Authenticate": "Bearer"})
    return Response(metrics_text(watch_all(read_session()), now()), content_type=CONTENT_TYPE_LATEST)
