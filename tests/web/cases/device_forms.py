"""The forms about devices before they are in, each as a row, and what is typed of a pump and a catheter."""

from tests.web.cases.scene import NURSE, FormCase, Scene


def new_pump(scene: Scene, **values: object) -> dict[str, object]:
    """A pump in date."""
    usual = {"pump_model": "SynchroMed II", "pump_serial": "NGP9", "pump_reservoir_ml": "20"}
    return {**usual, "pump_expires_on": scene.day(300), **values}


def new_catheter(scene: Scene, **values: object) -> dict[str, object]:
    """A catheter in date, with its lengths."""
    usual = {"catheter_model": "Ascenda 8780", "catheter_implanted_cm": "62", "catheter_trimmed_cm": "14"}
    return {**usual, "catheter_expires_on": scene.day(300), **values}


DEVICE_FORMS = (
    FormCase(
        name="devices ordered", stage="implant_booked", path="order-devices", refused=NURSE,
        good={"pump": "8637-20", "catheter": "Ascenda 8780"}, bad={"pump": "", "catheter": ""},
        sentence="Choose a pump or a catheter.",
    ),
    FormCase(
        name="label of a pump", stage="implant_day", path="device-label/pump", role=NURSE,
        good=lambda s: {"pump_label": f"(01)51022222233336(17){s.day(9)[2:].replace('-', '')}(21)NGP9",
                        "pump_model": "8637-20", "use": "read"},
        bad={"pump_label": "(01)51022222233336(21)NGP9", "pump_serial": "NGP8", "use": "read"},
        sentence="The label says NGP9.", kept=("(01)51022222233336(21)NGP9", "NGP8"),
    ),
    FormCase(
        name="catheter not used", stage="implant_day", path="device-label/catheter", role=NURSE,
        good=lambda s: {**new_catheter(s), "catheter_lot": "A1", "use": "not_used", "reason": "fell down"},
        bad={"catheter_model": "Ascenda 8780", "catheter_lot": "A1", "use": "not_used"},
        sentence="Say why it was not used.", kept=("A1",),
    ),
)  # fmt: skip
