"""Messages counted again from their rows, and whether who answered came, from the events of visits."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.recounting import ZONE, Chart, cases, day_of
from tests.support.recounts import Found, Recount, only
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.reminders import reminder_report
from tracker.persistence.models import DeliveryAttempt, Reminder


def recount_messages(session: Session, recount: Recount) -> Found:
    """By kind and channel; and the visits by whether the patient was told, answered, and came."""
    found: dict[str, list[Chart]] = defaultdict(list)
    told: set[tuple[int, int]] = set()
    by_case = {chart.case.id: chart for chart in recount.charts}
    for row in session.scalars(select(Reminder).where(Reminder.case_id.in_(by_case))):
        tries = session.scalars(select(DeliveryAttempt).where(DeliveryAttempt.reminder_id == row.id)).all()
        chart, number = by_case[row.case_id], int(row.subject.split(":")[-1])
        visit = next((each for each in chart.of("Appointment") if each["appointment"] == number), None)
        is_about = row.subject.startswith("appointment:") and visit is not None
        if not tries:
            continue
        tried_on = min(each.started_at for each in tries).astimezone(ZONE).date()
        is_taken = any(each.outcome == "accepted" for each in tries)
        if is_about and is_taken and tried_on <= day_of(str(visit["starts_at"])):
            told.add((chart.place, number))
        clinician = visit["clinician_id"] if is_about else None
        if recount.within(tried_on) and recount.fits(chart, clinician=clinician):
            for name in ("all", f"{row.kind} {row.channel}"):
                found[f"{name} tried"].append(chart)
                found[f"{name} sent"] += [chart] if is_taken else []
                found[f"{name} reached"] += [chart] if row.state == "delivered" else []
    for chart in recount.charts:
        for versions in chart.versions("Appointment"):
            last, on = versions[-1], day_of(str(versions[-1]["starts_at"]))
            fits = recount.fits(chart, clinician=last["clinician_id"])
            if not fits or not recount.within(on) or on > recount.today:
                continue
            is_told = (chart.place, last["appointment"]) in told
            is_answered = any(each["state"] == "confirmed" and each["reason"] == "link" for each in versions)
            found["told"] += [chart] if is_told else []
            found["answered"] += [chart] if is_told and is_answered else []
            group = "untold" if not is_told else "answered" if is_answered else "silent"
            if last["state"] in ("arrived", "completed", "no_show"):
                found[f"{group} ended"].append(chart)
                found[f"{group} missed"] += [chart] if last["state"] == "no_show" else []
    return only((name, cases(of)) for name, of in found.items())


def said_of_messages(history: History, selection: Selection) -> Found:
    """The same of the panel."""
    said = reminder_report(history, selection)
    rows = [("told", said.answered.whole.cases), ("answered", said.answered.part.cases)]
    for name, each in [("all", said.everything), *((f"{one.kind} {one.channel}", one) for one in said.kinds)]:
        rows += [
            (f"{name} tried", each.tried.cases),
            (f"{name} sent", each.sent.part.cases),
            (f"{name} reached", each.reached.part.cases),
        ]
    groups = (("answered", said.missed_answered), ("silent", said.missed_silent), ("untold", said.missed_untold))
    for name, share in groups:
        rows += [(f"{name} missed", share.part.cases), (f"{name} ended", share.whole.cases)]
    return only(rows)
