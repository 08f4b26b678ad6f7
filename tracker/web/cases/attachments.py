"""The scan of a paper, handed out to whoever may see the case, and to be opened by nothing of this site."""

import structlog
from flask import Response
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.attachments import JPEG, PDF, PNG
from tracker.queries.attachments import media_type_of
from tracker.web.cases.acting import opened, path
from tracker.web.cases.blueprint import blueprint
from tracker.web.common.access import permission
from tracker.web.common.current import actor, runtime
from tracker.web.common.database import read_session
from tracker.web.common.errors import ErrorPage, error_answer

_log = structlog.get_logger()
_ENDING = {PDF: "pdf", JPEG: "jpg", PNG: "png"}
_LOST = ErrorPage(
    title="This scan is not there as it was stored",
    sentences=(
        "It is missing, or was altered, and is not shown. The record of the paper stands as it was.",
        "Tell whoever runs the tracker: the command `tracker check` says what else is missing.",
    ),
)


@blueprint.get(path("/attachments/<string(length=64):digest>"))
@permission(Permission.SEE_CLINICAL)
def attachment(public_id: str, digest: str) -> ResponseReturnValue:
    """Hand out a scan as it was stored, under a name that tells nothing."""
    case, store = opened(public_id), runtime().papers
    media_type = media_type_of(read_session(), actor(), case.head.case_id, digest)
    content = store.read(actor().clinic_id, digest) if store else None
    if content is None:
        _log.error("attachment.lost", digest=digest)
        return error_answer(503, _LOST)
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="scan-{digest[:8]}.{_ENDING[media_type]}"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return answer
