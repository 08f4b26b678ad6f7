"""Who looked at whose case, for every page whose address names one: the page of the case, and each of its forms.

The page is rendered first, then the entry is written, and only then the answer goes out: what could not be recorded
is not shown.
"""

from flask import Blueprint, Response, request

from tracker.queries.case_lookup import find_keys
from tracker.services.access_log import record_view
from tracker.web.common.current import actor, now, runtime
from tracker.web.common.database import noting, read_session

#: Answers that show the record: the page, a form that was refused, and one that came too late.
_SHOWS = frozenset({200, 409, 422})
#: Others are answered without a page.
_ASKS = frozenset({"GET", "POST"})


def record_looks(blueprint: Blueprint, part: str, *, but: frozenset[str] = frozenset()) -> None:
    """Record every page of a blueprint that shows the case named by ``part`` of its address.

    ``but``: endpoints that write their own entry, because they have the case's keys at hand.
    """

    @blueprint.after_request
    def record(response: Response) -> Response:
        public_id = (request.view_args or {}).get(part)
        is_shown = response.status_code in _SHOWS and request.method in _ASKS
        if public_id is None or request.endpoint in but or not is_shown:
            return response
        keys = find_keys(read_session(), actor().clinic_id, public_id)
        with noting() as connection:
            record_view(
                connection, actor(), runtime().ids, now(),
                page=str(request.endpoint), case_id=keys.case_id, patient_id=keys.patient_id,
            )  # fmt: skip
        return response
