"""What a checklist lacks, in the words of the clinic."""

from collections.abc import Callable, Mapping
from datetime import date

from tracker.domain.dates import in_words

Params = Mapping[str, str]


def _open(params: Params) -> str:
    part = "before the procedure " if params.get("part") == "before" else ""
    count = params.get("left", "")
    items = "item" if count == "1" else "items"
    return f"Checklist {part}has {count} open {items}, first: {params.get('first', '')}"


def _expired(params: Params) -> str:
    on = params.get("expired", "")
    return f"Out of date since {in_words(date.fromisoformat(on)) if on else 'before the day'}: {params.get('item', '')}"


def _time(params: Params) -> str:
    minutes = int(params.get("minutes", "0"))
    stands = f"{minutes} min after" if minutes >= 0 else f"{-minutes} min before"
    limit = f"{params.get('limit', '')} min after are allowed"
    return f"{params.get('item', '')}: {stands} “{params.get('other', '')}”, {limit}"


def _fever(params: Params) -> str:
    return f"{params.get('item', '')}: {params.get('value', '')} is a fever, from {params.get('limit', '')}.0 °C"


#: One sentence for each code of a checklist.
CHECKLIST_SENTENCES: dict[str, Callable[[Params], str]] = {
    "checklist_expired": _expired,
    "checklist_fever": _fever,
    "checklist_open": _open,
    "checklist_order": lambda p: f"{p.get('item', '')}: done before “{p.get('first', '')}” was",
    "checklist_signs": lambda p: f"{p.get('item', '')}: {p.get('signs', '')}; a physician must look now",
    "checklist_time": _time,
    "checklist_value": lambda p: f"{p.get('item', '')}: {p.get('value', '')}; with this nothing goes on",
}
