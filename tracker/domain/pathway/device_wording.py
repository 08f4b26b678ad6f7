"""What is missing of a device, or forbids it, in the words of the clinic: the part of ``wording`` about devices."""

from collections.abc import Callable, Mapping

from tracker.domain.dates import told_day

DEVICE_WORDS = {"pump": "pump", "catheter": "catheter", "trial_catheter": "trial catheter", "any": "device"}


def _device(params: Mapping[str, str]) -> str:
    value = params.get("device", "")
    return DEVICE_WORDS.get(value, value.replace("_", " "))


#: One sentence for each code.
DEVICE_SENTENCES: dict[str, Callable[[Mapping[str, str]], str]] = {
    "catheter_in": lambda _: "Trial catheter is not out with its tip intact",
    "catheter_length_unknown": lambda _: "How long the catheter is, and what was cut off, is not written down",
    "device_differs": lambda p: (
        f"The {_device(p)} is {p.get('model') or 'of no known model'}, ordered is {p.get('ordered', '')}"
    ),
    "device_expired": lambda p: f"The {_device(p)} expired {told_day(p.get('expired', ''))}",
    "device_expiry_unknown": lambda p: f"Nobody has read until when the {_device(p)} may be used",
    "device_out": lambda p: f"The {_device(p)} was taken out {told_day(p.get('on', ''))}".rstrip(),
    "device_in_place": lambda p: f"A {_device(p)} is still in the patient",
    "implant_incomplete": lambda p: f"Only the {_device(p)} was put in",
    "no_device": lambda p: f"No {_device(p)} is recorded as in place",
}
