"""``tracker user``: let people in from the command line, without anybody's password passing through it."""

import click
from sqlalchemy.orm import Session

from tracker.cli.context import runtime_of, say
from tracker.domain.errors import InvalidInput
from tracker.domain.words import Role
from tracker.queries.accounts import find_user_id, list_members
from tracker.queries.clinic import find_clinic_id, list_clinic_names
from tracker.runtime import Runtime
from tracker.services import members
from tracker.services.accounts import NewLink
from tracker.services.members import Administration


@click.group()
def user() -> None:
    """Let people in."""


def _operator(runtime: Runtime, session: Session, clinic: str) -> Administration:
    clinic_id = find_clinic_id(session, clinic)
    if clinic_id is None:
        known = ", ".join(list_clinic_names(session)) or "none yet"
        raise InvalidInput({"clinic": f"There is no clinic named {clinic}. Clinics: {known}."})
    return Administration(session, clinic_id, None, runtime.ids, runtime.clock.now())


def _print_link(runtime: Runtime, link: NewLink) -> None:
    say(f"One-time link, good until {link.expires_at:%Y-%m-%d %H:%M} UTC. It is not shown again:")
    click.echo(f"{runtime.settings.base_url}/set-password/{link.token}")


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The person's name, as colleagues know it.")
@click.option("--clinic", required=True, help="The name of the clinic.")
@click.option("--role", "roles", required=True, multiple=True, type=click.Choice([role.value for role in Role]))
@click.pass_context
def add(context: click.Context, email: str, name: str, clinic: str, roles: tuple[str, ...]) -> None:
    """Let the person with this EMAIL work in a clinic, and print a one-time sign-in link."""
    with runtime_of(context) as runtime:
        with runtime.database.writing() as session:
            work = _operator(runtime, session, clinic)
            invited = members.invite(work, email=email, name=name, roles=[Role(role) for role in roles])
        if invited.link is None:
            say("This person has an account already and signs in with it.")
        else:
            _print_link(runtime, invited.link)


@user.command("link")
@click.argument("email")
@click.option("--clinic", required=True, help="The name of a clinic in which the person works.")
@click.pass_context
def link(context: click.Context, email: str, clinic: str) -> None:
    """Print a one-time link with which the person chooses a new password."""
    with runtime_of(context) as runtime:
        with runtime.database.writing() as session:
            work = _operator(runtime, session, clinic)
            user_id = find_user_id(session, email)
            found = [member for member in list_members(session, work.clinic_id) if member.user_id == user_id]
            if not found:
                raise InvalidInput({"email": f"Nobody with the address {email} works in {clinic}."})
            made = members.make_reset_link(work, public_id=found[0].public_id, expected_version=found[0].version)
        _print_link(runtime, made)
