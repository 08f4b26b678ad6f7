"""Daily doses that are asked back: possible, and more likely typed wrongly. Nothing is proposed instead."""

from decimal import Decimal

from tracker.domain.errors import Question
from tracker.domain.pathway.definition import Pathway


def unusual_dose(
    pathway: Pathway, drug: str, daily_dose_mcg: Decimal | None, *, last_mcg: Decimal | None = None
) -> tuple[Question, ...]:
    """What is asked about a daily dose (mcg/day) above what the pathway's file says of the drug.

    A dose that is on record already (``last_mcg``) was asked about then.
    """
    known = pathway.drugs.get(drug)
    most = known.daily_dose_asked_above_mcg if known else None
    if most is None or daily_dose_mcg is None or daily_dose_mcg <= most or daily_dose_mcg == last_mcg:
        return ()
    typed = f"{daily_dose_mcg.normalize():f}"
    return (
        Question(
            field="daily_dose_mcg",
            about=typed,
            sentence=f"{typed} mcg a day is more than {most.normalize():f}, above which there is little experience. "
            "Read it again.",
            answer=f"{typed} mcg a day is right",
        ),
    )
