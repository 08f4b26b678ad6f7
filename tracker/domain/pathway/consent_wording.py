"""What a consent lacks that somebody signed who may not, or for something else than is planned: one sentence a code."""

from collections.abc import Callable, Mapping

Params = Mapping[str, str]


def of_signers(purpose: Callable[[Params], str], day: Callable[[str], str]) -> dict[str, Callable[[Params], str]]:
    """The sentences by code. ``purpose`` names the procedure of a blocker, ``day`` writes a date."""
    return {
        "assent_declined": lambda p: f"The child did not agree to the {purpose(p)}",
        "assent_missing": lambda p: (
            f"The child was not asked about the {purpose(p)}: from {p.get('years', '')} years on it must agree"
        ),
        "consent_by_child": lambda p: f"Consent for the {purpose(p)} was signed by a child alone: who signs for it?",
        "consent_of_age": lambda p: (
            f"The patient is {p.get('years', '')} or older on {day(p.get('on', ''))}, and somebody else signed: "
            f"ask the patient again for consent to the {purpose(p)}"
        ),
        "consent_void": lambda p: f"Consent for the {purpose(p)} does not hold any more: what is planned has changed",
    }
