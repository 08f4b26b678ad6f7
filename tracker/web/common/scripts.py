"""What is read out to a caller, and whom to reach: the same words wherever a call is taken."""

from tracker.domain.pathway.definition import Pathway
from tracker.queries.accounts import ClinicFacts

NO_EMERGENCY_SERVICE = (
    "This is not an emergency service: nobody watches it round the clock, and it judges nothing. "
    "Whatever is answered here, a physician is asked at once."
)


def clinic_line(clinic: ClinicFacts) -> str:
    """The number at which the clinic's physicians are reached."""
    return f"through {clinic.phone}" if clinic.phone else "no number is recorded: see the page Clinic"


def read_out(pathway: Pathway, name: str) -> list[tuple[str, str]]:
    """A script as label and words; a text that no clinician has approved says so."""
    script = pathway.scripts.get(name)
    if script is None:
        return []
    approved = f"approved by {script.approved_by}" if script.approved_by else "not approved by a clinician yet"
    return [(f"Read out, word for word ({approved})", script.text)]
