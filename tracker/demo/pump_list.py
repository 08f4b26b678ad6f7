"""Last month's comparison of the pumps with the list of billing: two differences, one given to somebody and done."""

import csv
import io
from datetime import timedelta

from tracker.demo.clinic import DemoClinic
from tracker.demo.telling import Story
from tracker.domain.pump_comparison import Finding
from tracker.queries.pump_comparisons import hold_against, tasks_since
from tracker.services.pump_comparisons import PumpList, open_tasks, record_comparison
from tracker.services.pump_list_file import read_pump_list
from tracker.services.task_endings import end_task

#: So long ago that the next one is coming up.
DAYS_AGO = 26


def monthly_comparison(clinic: DemoClinic) -> Story:
    """The lead coordinator compares, on an open day of last month."""
    day = clinic.calendar.open_day_on_or_before(clinic.today - timedelta(days=DAYS_AGO))
    yield clinic.calendar.start_of(day) + timedelta(hours=14)
    actor = clinic.people["lead"]
    with clinic.runtime.database.reading() as session:
        pumps = [each.known for each in hold_against(session, actor, ()).differences if each.known]
    written = io.StringIO(newline="")
    rows = [(pump.mrn, pump.family_name, pump.given_name, pump.birth_on.isoformat(), pump.serial) for pump in pumps[1:]]
    stranger = ("009999", "Ferrante", "Lucia", "1957-08-14", "NGP990001")
    csv.writer(written).writerows([("MRN", "Last name", "First name", "DOB", "Pump serial"), *rows, stranger])
    content = written.getvalue().encode()
    listed = PumpList("billing-pumps.csv", content, read_pump_list(content)[1])
    with clinic.runtime.database.reading() as session:
        found = hold_against(session, actor, listed.rows)
    reasons = {each.key: "billed by the hospital since the move" for each in found.of(Finding.NOT_LISTED)}
    for each in found.of(Finding.NOT_FOLLOWED):
        clinic.does("lead", open_tasks, listed, round_id=0, reasons={}, today=day, key=each.key)
    with clinic.runtime.database.reading() as session:
        tasks = tasks_since(session, actor, 0)
    clinic.does("lead", record_comparison, listed, round_id=0, reasons=reasons, note="Compared with Jo of billing")
    yield clinic.calendar.start_of(day) + timedelta(hours=15)
    for task in tasks.values():
        clinic.does("coordinator", end_task, task_id=task.id, outcome="Moved away in spring; billing put it right")
