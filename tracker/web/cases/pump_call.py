"""The pump is beeping: what the caller says is written down, and what was done for the patient closes the call."""

from flask import url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, RadioField
from wtforms.validators import InputRequired

from tracker.domain.access import Permission
from tracker.domain.errors import NotFound
from tracker.domain.facts import Document, PumpCall
from tracker.queries.case_detail import OpenedCase, list_contact_lines
from tracker.services.contact_details import call_back_doubt
from tracker.services.pump_calls import Call, record_pump_call, settle_pump_call
from tracker.web.cases.acting import Act, Notice, answer, opened, path
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.fields import CaseForm, MomentField, NoteField, PersonField, Section, TextField
from tracker.web.cases.sentences import as_told, civil, pump_call_said
from tracker.web.cases.visit_forms import instant_of
from tracker.web.cases.words import CALL_CONDITIONS, DOCUMENT_WORDS, TONE_WORDS, first_upper
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic
from tracker.web.common.database import read_session
from tracker.web.common.filters import at
from tracker.web.common.forms import options
from tracker.web.common.scripts import NO_EMERGENCY_SERVICE, clinic_line, read_out


class PumpCallForm(CaseForm):
    """What the caller says. Nothing is chosen beforehand, and nothing is concluded from it."""

    SECTIONS = (
        Section("What is heard", (("tone",),)),
        Section("How the patient is, as the caller says", (("drowsy", "feverish", "itching"), ("stiff", "wound"))),
        Section("Who called", (("caller", "phone"), ("no_phone",), ("words",), ("called_at",))),
    )
    tone = RadioField(
        "The pump gives",
        [InputRequired("Choose what is heard; not sure is an answer.")],
        choices=options({key: first_upper(label) for key, label in TONE_WORDS.items()}),
    )
    drowsy = BooleanField(first_upper(CALL_CONDITIONS["drowsy"]))
    feverish = BooleanField(first_upper(CALL_CONDITIONS["feverish"]))
    itching = BooleanField(first_upper(CALL_CONDITIONS["itching"]))
    stiff = BooleanField(first_upper(CALL_CONDITIONS["stiff"]))
    wound = BooleanField(first_upper(CALL_CONDITIONS["wound"]))
    caller = TextField("Who called", [InputRequired("Who called?")])
    phone = TextField("Number to call back", description="Ask for it: the physician calls back.")
    no_phone = BooleanField("No number is known")
    words = NoteField("In words")
    called_at = MomentField("Called at", description="Empty: now.")

    def call(self) -> Call:
        """What was said, as the service takes it."""
        return Call(
            tone=self.tone.data,
            drowsy=self.drowsy.data,
            feverish=self.feverish.data,
            itching=self.itching.data,
            stiff=self.stiff.data,
            wound=self.wound.data,
            caller=self.caller.data,
            phone=self.phone.data,
            none_known=self.no_phone.data,
            words=self.words.data,
        )


class SettleCallForm(CaseForm):
    """What was done for the patient."""

    document_seq = PersonField(
        "Care elsewhere, documented by",
        description="A letter or a note in the chart, from the call on. Attach it to the case first.",
    )
    reason = NoteField("What was done for the patient", [InputRequired("Say what was done for the patient.")])


def _known(case: OpenedCase) -> list[tuple[str, str]]:
    """Numbers first, then what is read out: before anything is asked."""
    return [
        _phones(case),
        ("Physicians of the clinic", clinic_line(clinic())),
        *read_out(case.pathway, "pump_call"),
    ]


def _phones(case: OpenedCase) -> tuple[str, str]:
    reach = list_contact_lines(read_session(), actor(), case.head.patient.id)
    phones = [f"{each.as_typed} ({each.owner})" for each in reach if each.kind == "phone"]
    return "Phones on record", ", ".join(phones) or "none: ask for the number"


@blueprint.route(path("/pump-call"), methods=["GET", "POST"])
@permission(Permission.PUMP_CALL)
def pump_call(public_id: str) -> ResponseReturnValue:
    """Record a call about the pump, whatever becomes of it."""
    case, form = opened(public_id), PumpCallForm()
    act = Act(
        title="Pump call",
        submit="Record the call and tell the physician",
        done="pump call; it is a physician's to-do now",
        lede=NO_EMERGENCY_SERVICE,
        known=_known(case),
        after=lambda _written: _doubts(case, form),
    )
    zone = clinic().zone
    return answer(
        case,
        form,
        act,
        lambda work, ref: record_pump_call(work, ref, form.call(), called_at=instant_of(form.called_at.data, zone)),
    )


def _doubts(case: OpenedCase, form: PumpCallForm) -> list[Notice]:
    """The number is doubted once the physician is told, while the caller may still be there."""
    doubt = call_back_doubt(form.phone.data, none_known=form.no_phone.data)
    if not doubt:
        return []
    text = f"{doubt} Is the caller still there? Ask for the number."
    if not actor().may(Permission.EDIT_PATIENT):
        return [Notice(text=text)]
    url = url_for("cases.identity", public_id=case.head.public_id)
    return [Notice(text=text, link_url=url, link_text="Write it into the patient's details")]


@blueprint.route(path("/settle-pump-call/<seq:seq>"), methods=["GET", "POST"])
@permission(Permission.REFILL)
def settle_call(public_id: str, seq: int) -> ResponseReturnValue:
    """Close a call by a document of care elsewhere, or by a physician's decision."""
    case, form = opened(public_id), SettleCallForm()
    call = next((each for each in case.snapshot.of(PumpCall) if each.seq == seq), None)
    if call is None:
        raise NotFound(str(seq))
    papers = case.snapshot.of(Document)
    form.document_seq.offer([(each.seq, f"{DOCUMENT_WORDS[each.kind]}, {civil(each.dated_on)}") for each in papers])
    act = Act(
        title="Close a pump call",
        submit="Close the call",
        done="pump call closed",
        lede="Reading or filling the pump after the call closes it by itself. Else: a document of care elsewhere, or a "
        "physician's decision.",
        known=[("Called", at(call.effective_at)), ("Said", pump_call_said(as_told(call))), _phones(case)],
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: settle_pump_call(
            work, ref, call_seq=seq, document_seq=form.document_seq.data, reason=form.reason.data
        ),
    )
