"""What may be waived, by whom, for which patient. A waiver excuses one requirement and is signed by two."""

from collections.abc import Collection

from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.requirements.trial import TrialResult
from tracker.domain.words import Role


def waivable(pathway: Pathway, indication: str, roles: Collection[Role]) -> dict[str, str]:
    """What these roles may waive for a case of that indication: the requirement's key, and the procedure it is of.

    The trial itself may be waived by a physician only, and only for the indications that the file names.
    """
    found: dict[str, str] = {}
    for edge in pathway.transitions:
        for need in edge.needs:
            by_file = set(need.waivable_by) & set(roles)
            trial = isinstance(need, TrialResult) and indication in need.waiver_for and Role.PHYSICIAN in roles
            if by_file or trial:
                found[need.key] = found.get(need.key) or need.of_procedure
    return found
