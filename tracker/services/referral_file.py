"""One row of a referral spreadsheet: what comes in, what is refused, and what is doubtful.

Refused is what nobody could put right later without guessing: who it is, when they were born, what for. Everything
else comes in with a doubt that somebody must look at. A row is wholly in or wholly out.
"""

from dataclasses import dataclass, field
from datetime import date

from tracker.domain.codes import LANGUAGES, doubt_about
from tracker.domain.dates import UnreadableDate, read_date
from tracker.domain.words import Indication, SpasticityOrigin
from tracker.services.contact_details import email, phone
from tracker.services.patients import LONGEST_NAME, Person, Reach
from tracker.services.referrals import NewReferral
from tracker.services.table_file import Complaint, Row

COLUMNS = (
    "received_on", "mrn", "family_name", "given_name", "birth_date", "sex", "phone", "email", "language", "city",
    "referred_by", "specialty", "diagnosis_code", "diagnosis", "indication", "spasticity_origin", "procedure",
    "payer", "urgency", "notes",
)  # fmt: skip
#: What a spreadsheet calls the procedures that there is a pathway for.
PROCEDURES = {"itb pump": "itb", "itb": "itb", "intrathecal baclofen pump": "itb"}
URGENCIES = ("routine", "urgent")
SEXES = ("male", "female", "other", "unknown", "")


@dataclass(slots=True)
class ReadRow:
    """What became of reading one row. ``referral`` is ``None`` if anything was refused."""

    number: int
    refused: list[Complaint] = field(default_factory=list)
    doubts: list[Complaint] = field(default_factory=list)
    referral: NewReferral | None = None

    def refuse(self, name: str | None, reason: str) -> None:
        """Keep this row out."""
        self.refused.append(Complaint(self.number, name, reason))

    def doubt(self, name: str, reason: str) -> None:
        """Let it in, and have somebody look."""
        self.doubts.append(Complaint(self.number, name, reason))


def read_referral(row: Row, today: date) -> ReadRow:
    """Read one row; every refusal and every doubt of it, never only the first."""
    read = ReadRow(row.number)
    if row.misfit:
        read.refuse(None, row.misfit)
        return read
    values = {name: row.values.get(name, "").strip() for name in COLUMNS}
    received_on = _date(read, values, "received_on", today)
    birth_on = _date(read, values, "birth_date", today)
    _names(read, values)
    pathway = PROCEDURES.get(values["procedure"].lower())
    if pathway is None:
        read.refuse("procedure", f"There is no pathway for “{values['procedure']}”.")
    indication = values["indication"].lower()
    if indication not in set(Indication):
        read.refuse("indication", f"“{values['indication']}” is neither spasticity nor pain.")
    if read.refused or received_on is None or birth_on is None or pathway is None:
        return read
    reach = _reach(read, values)
    _doubts(read, values, received_on)
    person = Person(
        mrn=values["mrn"],
        family_name=values["family_name"],
        given_name=values["given_name"],
        birth_on=birth_on,
        sex=values["sex"].lower() if values["sex"].lower() in SEXES else "",
        language=values["language"].lower(),
        city=values["city"],
        reach=reach,
    )
    urgency = values["urgency"].lower()
    read.referral = NewReferral(
        person=person,
        received_on=received_on,
        indication=indication,
        pathway=pathway,
        urgency=urgency if urgency in URGENCIES else "unclear",
        spasticity_origin=values["spasticity_origin"].lower(),
        source="import",
        **{name: values[name] for name in ("procedure", "referred_by", "specialty", "diagnosis_code", "diagnosis")},
        payer=values["payer"],
        notes=values["notes"],
    )
    return read


def _date(read: ReadRow, values: dict[str, str], name: str, today: date) -> date | None:
    if not values[name]:
        read.refuse(name, "The date is missing.")
        return None
    try:
        day = read_date(values[name])
    except UnreadableDate as error:
        read.refuse(name, str(error))
        return None
    if day > today:
        read.refuse(name, f"{day.isoformat()} is in the future.")
    elif day.year < today.year - 120:
        read.refuse(name, f"{day.isoformat()} is more than 120 years ago.")
    return day


def _names(read: ReadRow, values: dict[str, str]) -> None:
    for name in ("family_name", "given_name"):
        if not values[name]:
            read.refuse(name, "The name is missing.")
        elif len(values[name]) > LONGEST_NAME:
            read.refuse(name, f"The name has more than {LONGEST_NAME} characters.")


def _reach(read: ReadRow, values: dict[str, str]) -> tuple[Reach, ...]:
    found: list[Reach] = []
    if values["phone"]:
        found.append(phone(values["phone"]))
        if not found[-1].is_possible:
            read.doubt("phone", f"“{values['phone']}” cannot be a telephone number.")
    if values["email"]:
        address = email(values["email"])
        found.append(address)
        if not address.is_possible:
            read.doubt("email", f"“{values['email']}” is not an e-mail address.")
    if not found:
        read.doubt("phone", "There is no telephone number and no e-mail address.")
    return tuple(found)


def _doubts(read: ReadRow, values: dict[str, str], received_on: date) -> None:
    if values["sex"].lower() not in SEXES:
        read.doubt("sex", f"“{values['sex']}” is not understood.")
    if values["language"].lower() not in LANGUAGES:
        read.doubt("language", f"“{values['language']}” is not a language code.")
    if not values["payer"]:
        read.doubt("payer", "The payer is missing.")
    if values["urgency"].lower() not in URGENCIES:
        read.doubt("urgency", f"“{values['urgency']}” is neither routine nor urgent.")
    origin, is_spasticity = values["spasticity_origin"].lower(), values["indication"].lower() == Indication.SPASTICITY
    if (is_spasticity or origin) and origin not in set(SpasticityOrigin):
        read.doubt("spasticity_origin", f"“{values['spasticity_origin']}” is neither spinal nor cerebral.")
    code = doubt_about(values["diagnosis_code"], received_on)
    if code:
        read.doubt("diagnosis_code", code)
