"""One row of a referral spreadsheet as a referral."""

from datetime import date

from tracker.domain.codes import doubt_about
from tracker.domain.words import Indication, SpasticityOrigin, is_word
from tracker.services.referrals import NewReferral
from tracker.services.row_reading import RowReading

COLUMNS = (
    "received_on", "mrn", "family_name", "given_name", "birth_date", "sex", "phone", "email", "language", "city",
    "referred_by", "specialty", "diagnosis_code", "diagnosis", "indication", "spasticity_origin", "procedure",
    "payer", "urgency", "notes",
)  # fmt: skip
#: What a spreadsheet calls the procedures that there is a pathway for.
PROCEDURES = {"itb pump": "itb", "itb": "itb", "intrathecal baclofen pump": "itb"}
URGENCIES = ("routine", "urgent")
#: What a case carries where the file says something else; the task of the doubt keeps what it said.
UNCLEAR = "unclear"
LONGEST_PAYER = 200


def read_referral(reading: RowReading) -> NewReferral | None:
    """Read one row; ``None`` if anything of it is refused."""
    if reading.refused:
        return None
    received_on = reading.past_date("received_on")
    pathway = PROCEDURES.get(" ".join(reading.text("procedure").lower().split()))
    if pathway is None:
        reading.refuse("procedure", f"There is no pathway for “{reading.text('procedure')}”.")
    indication = reading.text("indication").lower()
    if not is_word(indication, Indication):
        reading.refuse("indication", f"“{reading.text('indication')}” is neither spasticity nor pain.")
    person = reading.person()
    if person is None or received_on is None or pathway is None:
        return None
    return NewReferral(
        person=person,
        received_on=received_on,
        indication=indication,
        pathway=pathway,
        procedure=reading.text("procedure"),
        referred_by=reading.text("referred_by"),
        specialty=reading.text("specialty"),
        diagnosis_code=_diagnosis_code(reading, received_on),
        diagnosis=reading.text("diagnosis"),
        spasticity_origin=_origin(reading, indication),
        payer=_payer(reading),
        urgency=_urgency(reading),
        notes=reading.text("notes"),
        source="import",
    )


def _diagnosis_code(reading: RowReading, received_on: date) -> str:
    code = reading.text("diagnosis_code")
    if doubt := doubt_about(code, received_on):
        reading.doubt("diagnosis_code", doubt)
    return code


def _origin(reading: RowReading, indication: str) -> str:
    typed = reading.text("spasticity_origin")
    if is_word(typed.lower(), SpasticityOrigin):
        return typed.lower()
    if typed or indication == Indication.SPASTICITY:
        reading.doubt("spasticity_origin", f"“{typed}” is neither spinal nor cerebral.")
    return ""


def _payer(reading: RowReading) -> str:
    payer = reading.text("payer")
    if not payer:
        reading.doubt("payer", "The payer is missing.")
    elif len(payer) > LONGEST_PAYER:
        reading.doubt("payer", f"The payer has more than {LONGEST_PAYER} characters; the rest was cut off.")
    return payer[:LONGEST_PAYER]


def _urgency(reading: RowReading) -> str:
    urgency = reading.text("urgency").lower()
    if urgency in URGENCIES:
        return urgency
    reading.doubt("urgency", f"“{reading.text('urgency')}” is neither routine nor urgent.")
    return UNCLEAR
