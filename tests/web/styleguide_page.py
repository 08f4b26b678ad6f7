"""The style guide: every macro with plain data, in a bare Jinja environment. Not a page of the product.

``python -m tests.web.styleguide_page FOLDER`` writes it with its static files, to look at.
"""

import shutil
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace as Row

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    Form,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    validators,
)
from wtforms.fields.choices import SelectChoice

from tests.web.chart_samples import charts, spark

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "tracker" / "web" / "static"


class ScoreForm(Form):
    """One of each control."""

    version_seen = HiddenField()
    name = StringField("Payer", [validators.InputRequired("Write the payer's name as it stands on the card.")])
    on = DateField("Date of service", [validators.InputRequired("Give the day of the procedure.")])
    score = DecimalField("Average Ashworth", [validators.Optional(), validators.NumberRange(0, 4, "Between 0 and 4.")])
    why = TextAreaField("Reason")
    room = SelectField("Room", choices=[SelectChoice(value="1", label="OR 1"), SelectChoice(value="2", label="OR 2")])
    outcome = RadioField(
        "Outcome of the trial",
        [validators.InputRequired("Choose the outcome that the physician recorded.")],
        choices=[SelectChoice(value="p", label="Positive"), SelectChoice(value="n", label="Negative")],
    )
    read_aloud = BooleanField("The message was read aloud once")


def environment() -> Environment:
    """Return the bare environment: undefined names fail, and Flask's globals are stand-ins."""
    env = Environment(
        loader=FileSystemLoader([ROOT / "templates", Path(__file__).parent]),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(
        url_for=lambda _endpoint, filename: f"static/{filename}",
        csrf_token=lambda: "a-token",
        form_of=lambda: "a-person",
        get_flashed_messages=lambda **_options: [
            ("ready", {"text": "Refill recorded for Moreno, Luis.", "link_url": "#", "link_text": "Correct it"})
        ],
    )
    return env


def frame(places: int = 5) -> Row:
    """Return the frame of a coordinator."""
    names = [("Today", "t"), ("Board", "b"), ("Day", "d"), ("Refills", "r"), ("Reports", "p")]
    return Row(
        clinic_name="Front Range Neuro & Spasticity Clinic",
        user_name="Dana Whitfield",
        role_label="Coordinator",
        find_url="/find",
        places=[Row(label=each, url="#", key=key, is_current=key == "t", is_near=True) for each, key in names[:places]],
        banners=[Row(tone="quiet", text="Demonstration data: these patients do not exist, nothing is sent.")],
    )


def filled_form() -> ScoreForm:
    """Return a form with two mistakes in it; what was typed is kept."""
    form = ScoreForm(
        MultiDict(
            {"name": "Medicare Part B", "score": "7", "on": "2026-12-04", "why": "Asked again by phone", "room": "2"}
        )
    )
    form.validate()
    return form


PATIENT = Row(
    family_name="Okafor",
    given_name="James",
    born="12 Mar 1961",
    age=65,
    sex="M",
    mrn="004417",
    url="#",
    alerts=["latex allergy"],
    notes=["prefers SMS, Spanish"],
)
STEPS = [
    Row(label="Referral", state="done", note="3 Aug"),
    Row(label="Trial", state="done", note="14 Oct · positive, 75 mcg"),
    Row(label="Implant", state="current", note="booked Fri 4 Dec 07:30"),
    Row(label="Refills", state="todo", note=""),
]
STOPPED = [
    Row(label="Referral", state="done", note="11 May"),
    Row(label="Trial", state="failed", note="9 Jul · negative at 100 mcg"),
    Row(label="Implant", state="todo", note=""),
    Row(label="Refills", state="todo", note=""),
]
BLOCKERS = [
    Row(
        sentence="Implant consent not signed",
        who="Nurse or physician",
        action_label="Capture consent",
        action_url="#",
        tone="critical",
    ),
    Row(
        sentence="H&P will be 34 days old on that day",
        who="Physician · at most 30 days",
        action_label="Attach H&P",
        action_url="#",
        tone="warn",
    ),
]
MET = ["authorization A-7713 to 31 Dec", "positive trial", "labs of 19 Nov", "anticoagulant hold agreed"]
HISTORY = [
    Row(
        when="Thu 19 Nov 16:05",
        written="",
        who="SMS gateway",
        text="Patient confirmed Fri 4 Dec 07:30.",
        struck=False,
        details=(),
        correct_url="",
    ),
    Row(
        when="Wed 14 Oct 15:40",
        written="Thu 15 Oct 08:02",
        who="Dr Haddad",
        text="Trial positive: test dose 75 mcg, Ashworth 3.4 to 1.6.",
        struck=False,
        details=("Corrects the entry below: the dose was read from the wrong line.",),
        correct_url="#",
    ),
    Row(
        when="Wed 14 Oct 15:40",
        written="",
        who="Priya N., nurse",
        text="Trial positive: test dose 50 mcg, Ashworth 3.4 to 1.6.",
        struck=True,
        details=(),
        correct_url="",
    ),
    Row(
        when="Mon 3 Aug 09:12",
        written="",
        who="Dana W., coordinator",
        text="Referred by Dr Lindqvist for spasticity after spinal cord injury.",
        struck=False,
        details=(),
        correct_url="",
    ),
]


def _todo(tone: str, name: tuple[str, str, str, str], what: str, why: str, action: str) -> Row:
    family, given, born, mrn = name
    return Row(
        tone=tone,
        patient=Row(
            family_name=family, given_name=given, born=born, age=None, sex="", mrn=mrn, url="#", alerts=[], notes=[]
        ),
        what=what,
        why=why,
        action=action,
    )


TODOS = {
    "Critical": [
        _todo(
            "critical",
            ("Moreno", "Luis", "19 Sep 1957", "003981"),
            "Refill not booked: latest date Thu 26 Nov, about 4 days left",
            "called Fri, no answer · next: Dr Haddad, tomorrow 09:00",
            "Book refill",
        ),
        _todo(
            "critical",
            ("Vandermeer-Oyelaran", "Wilhelmina Konstantina", "02 Feb 1949", "000218"),
            "Alarm date unknown since the take-over of Fri 20 Nov",
            "due today · the print-out of the programmer holds it",
            "Enter alarm date",
        ),
    ],
    "Due": [
        _todo(
            "warn",
            ("Ruiz", "Ana", "03 Jul 1988", "004502"),
            "Prior auth for implant ends Wed 25 Nov, procedure is Fri 27 Nov",
            "Medicare Advantage · A-7702",
            "Ask for extension",
        ),
        _todo(
            "ready",
            ("Chen", "Wei", "28 Jan 1970", "004388"),
            "Positive trial 9 days ago, decision not recorded",
            "target 5 days",
            "Record decision",
        ),
        _todo(
            "quiet",
            ("Okafor", "James", "12 Mar 1961", "004417"),
            "Attach H&P before Fri 4 Dec",
            "in 12 days",
            "Attach H&P",
        ),
    ],
}
CARDS = [
    Row(name="Okafor, James", age=12, target=21, owner="DW", blocked="Consent not signed", more=1, tone="critical"),
    Row(
        name="Vandermeer-Oyelaran, Wilhelmina",
        age=33,
        target=21,
        owner="DW",
        blocked="Prior auth not decided",
        more=2,
        tone="warn",
    ),
    Row(name="Chen, Wei", age=4, target=21, owner="MK", blocked="", more=0, tone="ready"),
]
PHASES = [
    Row(
        label="Referral",
        lanes=[
            Row(label="Referred", count=9, median=3, over=0, cards=CARDS[2:]),
            Row(label="Evaluation", count=14, median=11, over=2, cards=CARDS[:2]),
        ],
    ),
    Row(
        label="Trial",
        lanes=[
            Row(label="Trial authorization", count=21, median=15, over=4, cards=CARDS),
            Row(label="Trial booked", count=6, median=8, over=0, cards=CARDS[2:]),
        ],
    ),
    Row(
        label="Implant",
        lanes=[
            Row(label="Implant authorization", count=12, median=18, over=3, cards=CARDS[1:]),
            Row(label="Booked", count=0, median=0, over=0, cards=[]),
        ],
    ),
    Row(
        label="Refills",
        lanes=[
            Row(label="Post-op", count=5, median=9, over=0, cards=CARDS[2:]),
            Row(label="Active pump", count=212, median=610, over=0, cards=CARDS[2:]),
        ],
    ),
]
DAY = [
    Row(
        time="07:30",
        patient=PATIENT,
        what="Implant",
        who="Dr Haddad",
        room="OR 2",
        tone="warn",
        state="Arrived 06:04",
        done=7,
        of=18,
        missing="Implant consent not signed",
    ),
    Row(
        time="09:15",
        patient=TODOS["Due"][1].patient,
        what="Trial, test dose 2",
        who="Dr Haddad",
        room="Room 4",
        tone="quiet",
        state="Confirmed",
        done=0,
        of=12,
        missing="Nothing missing yet",
    ),
    Row(
        time="13:00",
        patient=TODOS["Critical"][1].patient,
        what="Refill",
        who="Priya N.",
        room="Room 1",
        tone="ready",
        state="Checked in",
        done=6,
        of=6,
        missing="",
    ),
]
REFILL_HEADERS = [
    "Patient",
    "Pump",
    "Latest date",
    {"label": "Days left (about)", "is_number": True},
    "Booked",
    {"label": "Action", "is_hidden": True},
]
REFILLS = [
    [
        {"text": "Vandermeer-Oyelaran, Wilhelmina", "url": "#", "sub": "02 Feb 1949 · MRN 000218"},
        "40 mL",
        {"text": "unknown", "tone": "critical"},
        "–",
        "–",
        {"text": "Enter date", "url": "#"},
    ],
    [
        {"text": "Moreno, Luis", "url": "#", "sub": "19 Sep 1957 · MRN 003981"},
        "40 mL",
        "Thu 26 Nov",
        "4",
        {"text": "not booked", "tone": "critical"},
        {"text": "Book", "url": "#"},
    ],
    [
        {"text": "Abara, Ngozi", "url": "#", "sub": "30 Oct 1979 · MRN 002260"},
        "20 mL",
        "Wed 9 Dec",
        "17",
        {"text": "Mon 7 Dec 10:30", "tone": "ready"},
        {"text": "Move", "url": "#"},
    ],
    [
        {"text": "Lindholm, Per", "url": "#", "sub": "14 Apr 1966 · MRN 001127"},
        "20 mL",
        "Sat 6 Feb 2027",
        "76",
        {"text": "plan by 16 Jan", "tone": "quiet"},
        {"text": "Book", "url": "#"},
    ],
]
WEEKS = [
    Row(
        label=f"{day} {month}",
        parts=[Row(value=booked, style="solid"), Row(value=unbooked, style="open")],
        figures=f"{booked} + {unbooked}",
    )
    for day, month, booked, unbooked in [
        (23, "Nov", 11, 1), (30, "Nov", 14, 0), (7, "Dec", 13, 3),
        (14, "Dec", 9, 8), (21, "Dec", 4, 6), (28, "Dec", 2, 11),
    ]
]  # fmt: skip


def render() -> str:
    """Render the guide."""
    guide = environment().get_template("styleguide.html")
    return guide.render(
        frame=frame(),
        app_version="0.1.0",
        form=filled_form(),
        fresh=ScoreForm(on=date(2026, 12, 4)),
        patient=PATIENT,
        steps=STEPS,
        stopped=STOPPED,
        blockers=BLOCKERS,
        met=MET,
        history=HISTORY,
        todos=TODOS,
        phases=PHASES,
        day=DAY,
        refill_headers=REFILL_HEADERS,
        refills=REFILLS,
        weeks=WEEKS,
        charts=charts(),
        spark=spark(),
    )


def main(folder: Path) -> None:
    """Write the guide and its static files."""
    shutil.copytree(STATIC, folder / "static", dirs_exist_ok=True)
    (folder / "index.html").write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
