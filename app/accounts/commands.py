"""`accounts create`: staff accounts from the command line; the password comes on standard input."""

import sys

import click

from app.accounts.operations.officers import NewOfficer, make_officer, make_unit
from app.core.commands import room_command
from app.core.errors import BadInput
from app.core.house import House
from app.core.messages import msg
from app.policy.actors import OFFICE_ROLES, SYSTEM, Role


@room_command("create", help="Make a staff account; the password is read from standard input.")
@click.option("--login", required=True)
@click.option("--role", required=True, type=click.Choice([r.value for r in OFFICE_ROLES]))
@click.option("--scope", default="", help="Region code: county 6, township 9, village 12 digits.")
@click.option("--unit", default="", help="Name of the unit; made if the county has none of that name.")
@click.option("--actions", default="", help="Action numbers of a department, for example 3,4.")
@click.option("--grid", default="")
@click.option("--name", default="", help="The name that colleagues see.")
@click.option("--org", default="", help="Partners register themselves; kept for scripts, refused here.")
def create(
    house: House, login: str, role: str, scope: str, unit: str, actions: str, grid: str, name: str, org: str
) -> dict[str, object]:
    if org:
        raise BadInput(msg("单位账号由单位自己在网站上注册，不在这里建。"))
    password = sys.stdin.readline().rstrip("\n")
    now = house.clock.now()
    with house.need_office().transaction() as session:
        if unit:
            numbers = tuple(int(n) for n in actions.split(",") if n.strip().isdigit())
            make_unit(
                session, name=unit, kind="dept", region_code=scope[:6], actions=numbers, actor=SYSTEM, now=now
            )
        new = NewOfficer(
            login=login,
            password=password,
            role=Role(role),
            display_name=name,
            scope=scope,
            unit=unit,
            grid=grid,
        )
        officer = make_officer(session, new, actor=SYSTEM, now=now)
        return {"account": officer.login, "role": role, "scope": scope}


COMMANDS = (("accounts", create),)
