"""The list and the load lead to each other."""

from dataclasses import dataclass

from flask import url_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A link to the sister page."""

    label: str
    url: str
    is_current: bool


def sister_pages(current: str) -> tuple[Tab, ...]:
    """The pages about refills, and which one this is."""
    labels = {"index": "List", "load": "Twelve-week load"}
    return tuple(
        Tab(label=label, url=url_for(f"refills.{name}"), is_current=name == current) for name, label in labels.items()
    )
