"""``tracker pathway``: prove a pathway file before it is used, draw it, and tell it in words."""

import json
from pathlib import Path

import click

from tracker.domain.pathway.check import Violation, check_pathway
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.describe import describe
from tracker.domain.pathway.draw import draw
from tracker.domain.pathway.loader import PathwayFileError, load_pathway
from tracker.pathways.catalogue import CURRENT, FIRST, text_of

UNREADABLE = 2


@click.group()
def pathway() -> None:
    """Prove, draw and describe pathway files."""


@pathway.command("check")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check(file: Path | None, as_json: bool) -> None:
    """Prove a pathway FILE, or the one in use of that name (without either: all that are in use).

    Exit 1 on a violation, with the shortest counter-example; 2 on a file that cannot be read, with line and key.
    """
    checked = [file] if file is not None else [Path(name) for name in CURRENT]
    violations = tuple(violation for each in checked for violation in check_pathway(_load(each)))
    if as_json:
        found = [{"property": v.property, "message": v.message, "path": list(v.path)} for v in violations]
        click.echo(json.dumps({"ok": not violations, "violations": found}, ensure_ascii=False))
    else:
        _tell(violations)
    if violations:
        raise SystemExit(1)


@pathway.command("draw")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where the SVG is written.")
def draw_diagram(file: Path | None, out: Path | None) -> None:
    """Draw a pathway FILE, or the one in use of that name (without either: the one cases begin on), as SVG."""
    _write(draw(_load(file)), out)


@pathway.command("describe")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--diagram", default="pathway.svg", show_default=True, help="Where the drawing will stand.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where the document is written.")
def describe_in_words(file: Path | None, diagram: str, out: Path | None) -> None:
    """Tell a pathway FILE, or the one in use of that name (without either: the one cases begin on), as Markdown."""
    _write(describe(_load(file), diagram), out)


def _write(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
        click.echo(f"Wrote {out}", err=True)


def _load(file: Path | None) -> Pathway:
    name = FIRST if file is None else str(file)
    try:
        return load_pathway(text_of(name) if name in CURRENT else Path(name).read_text(encoding="utf-8"))
    except (PathwayFileError, OSError, UnicodeDecodeError) as error:
        click.echo(f"{name}: {error}", err=True)
        raise SystemExit(UNREADABLE) from error


def _tell(violations: tuple[Violation, ...]) -> None:
    for violation in violations:
        click.echo(f"{violation.property}: {violation.message}")
        if violation.path:
            click.echo(f"    {' → '.join(violation.path)}")
    click.echo(f"{len(violations)} violations" if violations else "Proved: every property holds.")
