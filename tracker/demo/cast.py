"""Who is in the demonstration: one line per patient, by the stage they have reached today and the trouble they are in.

Stages, ages and troubles are chosen so that every page has something to show; the delays on the way are drawn from
the medians and 90th percentiles that were published (clinical facts, section 7). All names are invented.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One patient's part: the stage reached, for how many days, how far ahead the booked visit is, and the trouble."""

    stage: str
    days: int = 1
    ahead: int = 7
    trouble: str = ""
    pain: bool = False
    second_dose: bool = False


PARTS: tuple[Part, ...] = (
    Part("referred", 0),
    Part("referred", 1),
    Part("referred", 2, pain=True),
    Part("referred", 8, trouble="unread"),
    Part("evaluation_booked", 10, 0),
    Part("evaluation_booked", 12, 1),
    Part("evaluation_booked", 5, 9),
    Part("evaluation_booked", 20, -2, trouble="unmarked"),
    Part("evaluating", 3),
    Part("evaluating", 6, pain=True),
    Part("evaluating", 21, trouble="hold"),
    Part("trial_authorization", 2),
    Part("trial_authorization", 6),
    Part("trial_authorization", 11, pain=True),
    Part("trial_authorization", 26, trouble="denied"),
    Part("trial_to_book", 1),
    Part("trial_to_book", 4, trouble="cancelled"),
    Part("trial_to_book", 12, trouble="no_show"),
    Part("trial_booked", 9, 1),
    Part("trial_booked", 5, 3, trouble="no_consent"),
    Part("trial_booked", 12, 6, trouble="expiring"),
    Part("trial_booked", 3, 11),
    Part("trial_booked", 8, 0),
    Part("trial_day", 0),
    Part("trial_observation", 0),
    Part("trial_catheter_in", 2),
    Part("trial_review", 1),
    Part("trial_review", 4, trouble="early_end"),
    Part("trial_to_book", 1, second_dose=True),
    Part("implant_decision", 2),
    Part("implant_decision", 9),
    Part("implant_decision", 19, second_dose=True),
    Part("implant_authorization", 3),
    Part("implant_authorization", 12),
    Part("implant_authorization", 24, trouble="denied"),
    Part("implant_to_book", 2),
    Part("implant_to_book", 9),
    Part("implant_booked", 8, 12),
    Part("implant_booked", 10, 2, trouble="no_consent"),
    Part("implant_booked", 14, 5, trouble="old_papers"),
    Part("implant_booked", 4, 19, second_dose=True),
    Part("implant_booked", 6, 0),
    Part("implant_day", 0),
    Part("recovering", 3),
    Part("recovering", 18),
    Part("recovering", 40, second_dose=True),
    Part("maintained", 8),
    Part("maintained", 30),
    Part("not_a_candidate", 60),
    Part("trial_unsuccessful", 35, second_dose=True),
    Part("not_covered", 50),
    Part("declined", 22),
    Part("unreachable", 44),
)


@dataclass(frozen=True, slots=True)
class PumpPart:
    """A patient who had a pump before: when it was last filled, how long a fill lasts, and the trouble."""

    filled_days_ago: int
    lasts_days: int
    trouble: str = ""
    reservoir_ml: int = 40


PUMP_PARTS: tuple[PumpPart, ...] = (
    PumpPart(250, 88),
    PumpPart(240, 76),
    PumpPart(230, 120),
    PumpPart(225, 60),
    PumpPart(210, 95),
    PumpPart(200, 90, reservoir_ml=20),
    PumpPart(190, 126),
    PumpPart(60, 64, trouble="not_booked"),
    PumpPart(70, 86, trouble="not_booked"),
    PumpPart(93, 90, trouble="overdue"),
    PumpPart(50, 90, trouble="unconfirmed"),
    PumpPart(12, 90, trouble="unknown_date"),
    PumpPart(45, 60, trouble="no_show"),
    PumpPart(60, 75, trouble="transferred"),
    PumpPart(90, 120, trouble="deceased"),
    PumpPart(30, 95, trouble="device_review"),
    PumpPart(80, 90, trouble="stopped"),
    PumpPart(40, 90, trouble="dose_changed"),
    PumpPart(65, 90, trouble="today"),
    PumpPart(70, 90, trouble="today"),
    PumpPart(75, 150, trouble="reoperation"),
    PumpPart(20, 120, trouble="reoperation"),
)

FAMILY_NAMES = (
    "Abernathy", "Okonkwo", "Lindgren", "Castellano", "Whitfield", "Nakamura", "Delacroix", "Obrecht",
    "Sandoval", "Thibault", "Marchetti", "Kowalczyk", "Hargrove", "Ivanova", "Pemberton", "Quintero",
    "Rasmussen", "Stavros", "Takahashi", "Underwood", "Villanueva", "Wojcik", "Yamamoto", "Zielinski",
    "Ashworthy", "Bellweather", "Cromwell", "Dunmore", "Ellingsen", "Fairbanks", "Galbraith", "Holloway",
    "Ingersoll", "Jankowski", "Kensington", "Lockhart", "Montrose", "Northcott", "Oyelaran", "Pritchard",
    "Rockwell", "Silverstein", "Trevino", "Upshaw", "Vandermeer", "Winslow",
)  # fmt: skip
GIVEN_NAMES = (
    "Amara", "Benedikt", "Carmela", "Dmitri", "Esperanza", "Finley", "Giselle", "Hamid",
    "Imogen", "Jelani", "Katarzyna", "Leopold", "Marisol", "Nikolai", "Odalys", "Percival",
    "Rosalind", "Santiago", "Tamsin", "Ulises", "Valentina", "Wendell", "Ximena", "Yusuf",
    "Zelda", "Anselm", "Beatrix", "Cormac", "Delphine", "Emeka", "Fiorella", "Gideon",
    "Henrietta", "Ignacio", "Josefina", "Kwame", "Lucinda", "Matthias", "Noemi", "Octavio",
    "Philippa", "Ruben",
)  # fmt: skip
REFERRERS = (
    ("Ferreira, Ines MD", "Neurology"),
    ("Aldous, Grant MD", "Physiatry"),
    ("Mbeki, Thandi DO", "Family Medicine"),
    ("Solberg, Kari NP", "Pain Medicine"),
)
PAYERS = ("Medicare", "Aetna", "Cigna", "UnitedHealthcare", "Medicaid (CO)", "Anthem BCBS")
SPASTICITY = (
    ("spinal_cord_injury", "spinal", "G82.50", "spinal cord injury, quadriplegia"),
    ("brain_injury", "cerebral", "G81.10", "traumatic brain injury, spastic hemiplegia"),
    ("cerebral_palsy", "cerebral", "G80.0", "cerebral palsy, spastic quadriplegic"),
    ("multiple_sclerosis", "spinal", "G35.B0", "multiple sclerosis"),
    ("stroke", "cerebral", "I69.351", "stroke, hemiplegia right dominant side"),
)
PAIN = (
    ("failed_back_surgery", "", "M96.1", "failed back surgery syndrome"),
    ("complex_regional_pain", "", "G90.50", "complex regional pain syndrome I"),
    ("cancer_pain", "", "G89.3", "cancer related pain"),
)
