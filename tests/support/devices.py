"""A pump and a catheter that may be put in, in date for longer than any test, and what a pump is filled with."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tracker.services.device_parts import Component
from tracker.services.refills import Filling

IN_DATE = date(2070, 12, 31)
A_PUMP = Component(model="SynchroMed II", serial="NGP123", reservoir_ml=Decimal(20), expires_on=IN_DATE)
A_CATHETER = Component(
    model="Ascenda 8780", lot="A-77", expires_on=IN_DATE, implanted_cm=Decimal(62), trimmed_cm=Decimal(14)
)


def a_pump(**values: object) -> Component:
    """The pump, with some of its values changed."""
    return replace(A_PUMP, **values)


def a_catheter(**values: object) -> Component:
    """The catheter, with some of its values changed."""
    return replace(A_CATHETER, **values)


def a_filling(**values: object) -> Filling:
    """20 mL of 500 mcg/mL at 100 mcg/day; the alarm date is given by the caller."""
    usual: dict[str, object] = {
        "drug": "baclofen",
        "concentration_mcg_ml": Decimal(500),
        "volume_ml": Decimal(20),
        "daily_dose_mcg": Decimal(100),
        "alarm_volume_ml": Decimal(2),
        "alarm_on": None,
        "alarm_on_again": None,
        "lot": "L-77",
        "expires_on": None,
        "second_by": None,
    }
    return Filling(**{**usual, **values})
