"""``tracker check``: what must hold, computed from the facts. Exit 0 when it does, 1 when something does not."""

import json
import sys

import click

from tracker.cli.context import runtime_of, say
from tracker.queries.invariants import Report, check_everything
from tracker.services.papers_check import PapersReport, check_papers


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def check(context: click.Context, *, as_json: bool) -> None:
    """Check that nothing due is forgotten and nothing stored was changed behind the tracker's back."""
    with runtime_of(context) as runtime, runtime.database.reading() as session:
        report = check_everything(session, runtime.clock.now(), _progress)
        papers = check_papers(session, runtime.papers)
    show(report, papers, as_json=as_json)
    if not (report.is_ok and papers.is_ok):
        context.exit(1)


def show(report: Report, papers: PapersReport, *, as_json: bool) -> None:
    """Print what was found, for scripts or for people."""
    if as_json:
        lost = [{"case": case, "message": message} for case, message in papers.lost]
        found = {"scans": papers.scans, "signed_texts": papers.forms, "lost": lost, "unnamed": papers.unnamed}
        document = {**report.document(), "ok": report.is_ok and papers.is_ok, "papers": found}
        click.echo(json.dumps(document, ensure_ascii=False))
        return
    for case, message in papers.lost:
        click.echo(f"Papers: {message} (case {case})")
    for path in papers.unnamed:
        click.echo(f"Papers: no record names {path}. If it is still there tomorrow, it can be deleted.")
    counts = report.counts
    for violation in report.violations:
        case = f" (case {violation.case})" if violation.case else ""
        click.echo(f"{violation.invariant}: {violation.message}{case}")
    if report.unlisted:
        click.echo(f"… and {report.unlisted} more")
    click.echo(f"{counts['pumps_unplanned']} of {counts['pumps_in_place']} pumps unplanned.")
    if counts["pump_lists_overdue"]:
        click.echo(
            f"{counts['pump_lists_overdue']} of {counts['clinics']} clinics did not compare its pump list in time."
        )
    holds = "all holds" if report.is_ok and papers.is_ok else "NOT all holds"
    click.echo(f"{counts['cases']} cases, {counts['events']} events: {holds}.")


def _progress(done: int) -> None:
    if sys.stderr.isatty():
        say(f"{done} cases checked …")
