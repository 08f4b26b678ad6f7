"""What is measured before and after a test dose, in the stories of the demonstration clinic."""

from datetime import timedelta

from tracker.demo.telling import Story, Teller
from tracker.domain.words import ASKED_ADVERSE, AdverseKind, Happened, Occasion, Severity
from tracker.services import observing
from tracker.services.observing import EventAnswer, Measured, Score, Vitals

#: Muscle group, side, and the Ashworth score before the dose.
BEFORE = (
    ("Hip adductors", "left", "3"),
    ("Hip adductors", "right", "3"),
    ("Knee flexors", "left", "3"),
    ("Knee flexors", "right", "2"),
    ("Ankle plantar flexors", "left", "4"),
    ("Ankle plantar flexors", "right", "3"),
)
#: What a dose that works makes of it.
LESS = {"2": "1", "3": "1+", "4": "2"}


def baseline(teller: Teller) -> None:
    """The therapist measures before any dose."""
    scores = (*(Score("ashworth", value, *where) for *where, value in BEFORE), *_spasms("3", "2"))
    _measure(teller, Measured(occasion=Occasion.BASELINE, scores=scores))


def after_dose(teller: Teller, dose: int, *, works: bool) -> None:
    """The therapist measures after the dose, which works or does not."""
    scores = tuple(Score("ashworth", LESS[value] if works else value, *where) for *where, value in BEFORE)
    _measure(
        teller,
        Measured(
            occasion=Occasion.AFTER_DOSE,
            dose_seq=dose,
            scores=(*scores, *(_spasms("1", "1") if works else _spasms("3", "2"))),
            vitals=Vitals(systolic=112, diastolic=68, pulse=66, saturation=97, breaths=14, alertness="awake"),
        ),
    )


def hour_by_hour(teller: Teller, dose: int) -> Story:
    """The therapist comes at one and two hours; the nurse still waits for the next."""
    for _ in range(2):
        yield teller.clinic.clock.now() + timedelta(hours=1)
        after_dose(teller, dose, works=True)


def adverse_events(teller: Teller, dose: int) -> None:
    """The nurse asks one by one: a little headache since half an hour, and nothing else."""
    began = teller.clinic.clock.now() - timedelta(minutes=30)
    headache = EventAnswer(event=AdverseKind.HEADACHE, happened=Happened.YES, severity=Severity.MILD, at=began)
    others = tuple(
        EventAnswer(event=each, happened=Happened.NO) for each in ASKED_ADVERSE if each is not AdverseKind.HEADACHE
    )
    teller.does("nurse", observing.record_adverse_events, dose_seq=dose, answers=(headache, *others))


def _spasms(frequency: str, severity: str) -> tuple[Score, Score]:
    return Score("penn", frequency), Score("penn_severity", severity)


def _measure(teller: Teller, measured: Measured) -> None:
    teller.does("therapist", observing.record_measurements, measured)
