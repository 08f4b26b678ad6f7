"""The forms about consents as rows: what is wrong and what is right to type."""

from tests.web.cases.scene import NURSE, FormCase

CONSENT_FORMS = (
    FormCase(
        name="consent",
        stage="implant_booked",
        path="consent?purpose=implant",
        role=NURSE,
        good=lambda s: {"purpose": "implant", "signed_on": s.day(), "signed_by": "the patient", "relation": "self"},
        bad={"purpose": "implant", "signed_on": "9999-12-31", "signed_by": "her son", "relation": "representative"},
        sentence="This year cannot be right.",
        kept=("her son",),
    ),
    FormCase(
        name="sign",
        stage="implant_booked",
        path="sign-consent?purpose=implant",
        role=NURSE,
        good={"signed_by": "James Okafor", "relation": "self", "text_version": "1", "strokes": "9,9 99,99"},
        bad={"signed_by": "James Okafor", "relation": "self", "text_version": "1", "strokes": "9,9"},
        sentence="This is too short for a signature.",
        kept=("James Okafor",),
    ),
    FormCase(
        name="void",
        stage="trial_day",
        path="void-consent?purpose=trial",
        role=NURSE,
        good={"purpose": "trial", "reason": "another operation"},
        sentence="Say what has changed.",
    ),
    FormCase(
        name="withdraw",
        stage="trial_day",
        path="withdraw-consent?purpose=trial",
        role=NURSE,
        good={"purpose": "trial", "reason": "afraid"},
        sentence="Say what the patient said.",
    ),
)
