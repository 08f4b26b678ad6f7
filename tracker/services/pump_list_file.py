"""Another list of pumps, as billing or the programmers hand it out: few columns, called this or that.

A row needs a record number or a serial number; what else it says is compared where it is there. A row that cannot be
compared is kept with the reason, because somebody may stand in it whom nobody follows.
"""

from tracker.domain.names import fold
from tracker.domain.pump_comparison import Listed
from tracker.services.row_reading import LONGEST_MRN
from tracker.services.table_file import Columns, Row, Table, read_columns

_CALLED = {
    "mrn": (
        "mrn", "record number", "record no", "record", "medical record number", "medical record no", "med rec no",
        "patient id", "patient number", "patient no", "chart number", "chart no",
    ),
    "family_name": ("family name", "last name", "lastname", "surname", "patient last name", "last"),
    "given_name": ("given name", "first name", "firstname", "forename", "patient first name", "first"),
    "name": ("name", "patient", "patient name", "full name"),
    "birth_date": ("birth date", "birthdate", "date of birth", "dob", "born", "patient dob", "birthday"),
    "serial": (
        "serial", "serial number", "serial no", "sn", "pump serial", "pump serial number", "pump serial no",
        "device serial", "device serial number", "pump sn",
    ),
}  # fmt: skip
COLUMNS = Columns(
    one_of=frozenset({"mrn", "serial"}),
    headings={fold(heading): name for name, headings in _CALLED.items() for heading in headings},
)
_LONGEST = 400


def read_pump_list(content: bytes) -> tuple[Table, tuple[Listed, ...]]:
    """The table, and every row of it that is not empty.

    :raises UnreadableFile: for what is no table of text, or has a column neither for record nor for serial numbers
    """
    table = read_columns(content, COLUMNS)
    return table, tuple(_listed(row) for row in table.rows)


def _listed(row: Row) -> Listed:
    if row.misfit:
        return Listed(row=row.number, unreadable=row.misfit)
    said = {name: row.values.get(name, "").strip() for name in _CALLED}
    parts = [said[name] for name in ("family_name", "given_name") if said[name]]
    name = ", ".join(parts) or said["name"]
    field, reason = _refusal(said["mrn"], said["serial"], name)
    return Listed(
        row=row.number, mrn=said["mrn"], name=name, born=said["birth_date"], serial=said["serial"], field=field,
        unreadable=reason,
    )  # fmt: skip


def _refusal(mrn: str, serial: str, name: str) -> tuple[str, str]:
    """The column and the sentence that keep a row out, if any do."""
    if not mrn and not serial:
        return "mrn", "There is neither a record number nor a serial number."
    for field, typed, most in (("mrn", mrn, LONGEST_MRN), ("serial", serial, LONGEST_MRN), ("name", name, _LONGEST)):
        if len(typed) > most:
            return field, f"This has more than {most} characters."
    return "", ""
