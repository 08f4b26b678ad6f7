"""The labels of devices that were read for an implant, beside the devices that are in."""

from collections.abc import Iterable
from dataclasses import replace

from tracker.domain.facts import DeviceLabel
from tracker.domain.words import LabelUse
from tracker.web.cases.sentences import civil
from tracker.web.cases.tables import PageSection, Row, Table, Telling
from tracker.web.cases.words import DEVICE_WORDS, first_upper


def with_labels(sections: Iterable[PageSection], telling: Telling) -> tuple[PageSection, ...]:
    """The sections of a case, with the labels that were read among its pump and refills."""
    labels = telling.case.snapshot.of(DeviceLabel)
    if not labels:
        return tuple(sections)
    table = Table(
        title="Labels read",
        headers=("Device", "Model", "Serial or lot", "To be used until", "Why not used", "State"),
        rows=tuple(_row(telling, each) for each in reversed(labels)),
        empty="",
    )
    return tuple(replace(each, tables=(*each.tables, table)) if each.id == "pump" else each for each in sections)


def _row(telling: Telling, label: DeviceLabel) -> Row:
    is_aside = label.use == LabelUse.NOT_USED
    return Row(
        cells=(
            first_upper(DEVICE_WORDS[label.kind]),
            label.model,
            label.serial or label.lot,
            civil(label.expires_on),
            label.reason or "–",
        ),
        badge="Opened and not used" if is_aside else "Read",
        tone="warn" if is_aside else "quiet",
        links=telling.correction(label.seq),
    )
