"""The languages that people speak, as they were typed, and those that a message can be written in."""

#: Names that people type for a language there is a catalogue of messages for, beside its two-letter code.
_NAMES = {
    "english": "en", "ingles": "en", "eng": "en",
    "spanish": "es", "espanol": "es", "castellano": "es", "spa": "es",
}  # fmt: skip
#: What a message is written in where nobody said what the patient speaks.
USUAL = "en"


def code_of(typed: str) -> str:
    """The two-letter code (ISO 639-1) of a language as it was typed; other words stay as they are, folded."""
    plain = typed.strip().casefold().replace("ñ", "n").replace("é", "e")
    known = plain.split("-")[0].split("_")[0] if len(plain) in {2, 5} else plain
    return _NAMES.get(known, known) if known else USUAL
