"""The filter of the refill list as a sentence; every part of it stands in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import request

from tracker.queries.refills import NOBODY, RefillFilter
from tracker.web.common.listing import chosen, url_with

_STATES = {"": "booked or not", "not_booked": "not booked", "overdue": "overdue"}
_WITHIN = {"": "whatever the latest date", "14": "latest date in 14 days", "28": "latest date in 28 days"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterChoice:
    """One entry of a list to choose from."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What can be chosen, and the same as a sentence for paper. ``clear_url`` is empty where nothing is chosen."""

    owners: tuple[FilterChoice, ...]
    states: tuple[FilterChoice, ...]
    within: tuple[FilterChoice, ...]
    said: str
    clear_url: str


def read_filter(colleagues: Sequence[tuple[int, str]], me: int, today: date) -> RefillFilter:
    """The filter of the address; what it names and the clinic does not have filters nothing."""
    state, within = chosen("state", _STATES), chosen("within", _WITHIN)
    ends = [today + timedelta(days=int(within) + 1)] if within else []
    ends += [today] if state == "overdue" else []
    owners = {str(user_id): user_id for user_id, _name in colleagues} | {"me": me, "nobody": NOBODY}
    return RefillFilter(
        is_unplanned=state == "not_booked",
        latest_before=min(ends, default=None),
        owner_user_id=owners.get(request.args.get("owner", "")),
    )


def chosen_now() -> dict[str, str]:
    """The filter as it stands in the address."""
    return {name: request.args[name] for name in ("owner", "state", "within") if request.args.get(name)}


def present_filters(wanted: RefillFilter, colleagues: Sequence[tuple[int, str]], me: int) -> Filters:
    """Make the sentence."""
    owner = wanted.owner_user_id
    owners = (
        FilterChoice(value="", label="everybody's patients", is_chosen=owner is None),
        FilterChoice(value="me", label="my patients", is_chosen=owner == me),
        FilterChoice(value="nobody", label="patients nobody has taken", is_chosen=owner == NOBODY),
        *(
            FilterChoice(value=str(user_id), label=f"{name}’s patients",
                         is_chosen=owner == user_id)
            for user_id, name in colleagues
            if user_id != me
        ),
    )  # fmt: skip
    states, within = _choices("state", _STATES), _choices("within", _WITHIN)
    picked = [each.label for group in (owners, states, within) for each in group if each.is_chosen and each.value]
    return Filters(
        owners=owners,
        states=states,
        within=within,
        said=", ".join(picked),
        clear_url=url_with(owner=None, state=None, within=None) if picked else "",
    )


def _choices(name: str, labels: dict[str, str]) -> tuple[FilterChoice, ...]:
    now = chosen(name, labels)
    return tuple(FilterChoice(value=value, label=label, is_chosen=value == now) for value, label in labels.items())
