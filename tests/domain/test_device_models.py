"""Models of pumps and catheters: found by what people write, each with its source."""

import pytest

from tracker.domain.device_models import DeviceModel, DeviceModels
from tracker.pathways.device_models import known_models


@pytest.mark.parametrize(
    ("kind", "written", "name"),
    [
        ("pump", "8637-20", "SynchroMed II 8637-20"),
        ("pump", "Synchromed II, 8637 40", "SynchroMed II 8637-40"),
        ("pump", "SynchroMed  II", "SynchroMed II"),
        ("catheter", "ascenda 8780", "Ascenda 8780"),
        ("catheter", "8709SC", "InDura 1P 8709SC"),
        ("catheter", "8637-20", "8637-20"),
        ("pump", "", ""),
    ],
)
def test_are_written_alike(kind: str, written: str, name: str) -> None:
    assert known_models().full_name(kind, written) == name


def test_the_longer_number_wins() -> None:
    short, long = (DeviceModel(number, "M", "pump", "", None, (), "") for number in ("87", "8709"))
    assert DeviceModels([long, short]).written("pump", "M 8709") == long


def test_are_found_by_their_identifier() -> None:
    known = DeviceModel("8637-20", "SynchroMed II", "pump", "Medtronic", None, ("51022222233336",), "")
    assert DeviceModels([known]).identified("51022222233336") == known
    assert DeviceModels([known]).identified("") is None


def test_have_a_source_and_a_number_of_their_own() -> None:
    models = known_models().all
    assert all(each.source and each.kind in {"pump", "catheter"} for each in models)
    assert len({each.reference for each in models}) == len(models)
    identifiers = [one for each in models for one in each.identifiers]
    assert len(set(identifiers)) == len(identifiers)
