"""`accounts create`: accounts from the command line; the password comes on standard input."""

import secrets
import sys
from datetime import date, datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from app.accounts.models.partners import ORGANISATION_KINDS, PAPERS, Organisation, Volunteer
from app.accounts.operations.joining import join_organisation
from app.accounts.operations.officers import NewOfficer, make_officer, make_unit
from app.accounts.operations.papers import Paper
from app.accounts.operations.partners import Profile, register, take_verdict
from app.accounts.operations.verification import first_check, receive_papers, verify
from app.accounts.queries.partners import dossiers_of, organisation_named
from app.accounts.queries.sessions import donor_by_login
from app.core.commands import room_command
from app.core.errors import BadInput, Refusal
from app.core.house import House
from app.core.messages import msg
from app.core.outbox import deliver
from app.policy.actors import OFFICE_ROLES, PARTNER_ROLES, SYSTEM, Actor, Role
from app.policy.numbers import id_check_digit, uscc_check_digit

VOLUNTEER = "volunteer"
PAPER = b"%PDF-1.4\n% made up for a demo or a test\n%%EOF\n"


@room_command("create", help="Make an account; the password is read from standard input.")
@click.option("--login", required=True)
@click.option("--role", required=True, type=click.Choice([r.value for r in (*OFFICE_ROLES, *PARTNER_ROLES)]))
@click.option("--scope", default="", help="Region code: county 6, township 9, village 12 digits.")
@click.option("--unit", default="", help="Name of the unit; made if the county has none of that name.")
@click.option("--actions", default="", help="Action numbers of a department, for example 3,4.")
@click.option("--grid", default="")
@click.option("--name", default="", help="The name that others see.")
@click.option("--org", default="", help="For org_admin: the organisation; in demo and test made if new.")
@click.option(
    "--kind", default="charity", type=click.Choice(sorted(ORGANISATION_KINDS)), help="Of a new --org."
)
def create(house: House, login: str, role: str, org: str, kind: str, **options: str) -> dict[str, object]:
    password = sys.stdin.readline().rstrip("\r\n")
    if Role(role) in PARTNER_ROLES:
        kind = VOLUNTEER if role == Role.VOLUNTEER else kind
        return _partner(house, login, password, kind, org or options["name"] or login, options["scope"])
    if org:
        raise BadInput(msg("--org 只用于单位管理员。"))
    return _officer(house, login, password, Role(role), options)


def _officer(
    house: House, login: str, password: str, role: Role, options: dict[str, str]
) -> dict[str, object]:
    now, scope, unit = house.clock.now(), options["scope"], options["unit"]
    with house.need_office().transaction() as session:
        if unit:
            numbers = tuple(int(n) for n in options["actions"].split(",") if n.strip().isdigit())
            county = scope[:6]
            make_unit(
                session, name=unit, kind="dept", region_code=county, actions=numbers, actor=SYSTEM, now=now
            )
        new = NewOfficer(login, password, role, options["name"], scope, unit, options["grid"])
        officer = make_officer(session, new, actor=SYSTEM, now=now)
        return {"account": officer.login, "role": str(role), "scope": scope}


def _partner(house: House, login: str, password: str, kind: str, name: str, county: str) -> dict[str, object]:
    """Another account of a registered organisation; in demo and test a new partner, verified by made-up
    officers."""
    now, role = house.clock.now(), Role.VOLUNTEER if kind == VOLUNTEER else Role.ORG_ADMIN
    with house.public.transaction() as session:
        known = organisation_named(session, name) if role == Role.ORG_ADMIN else None
        if known is not None:
            join_organisation(
                session, known, login=login, password=password, name=name, actor=SYSTEM, now=now
            )
            return {"account": login, "role": str(role), "organisation": name}
    if not house.settings.demo:
        raise Refusal(msg("没有叫“{name}”的单位。单位和志愿者自己在网站上登记，由县里核验。", name=name))
    if not county:
        raise BadInput(msg("请用 --scope 写明是哪个县（6 位代码）。"), field="scope")
    with house.public.transaction() as session:
        register(session, _profile(kind, name, county), login=login, password=password, now=now)
    _look(house, login, county, now)
    return {"account": login, "role": str(role), "organisation": name}


def _profile(kind: str, name: str, county: str) -> Profile:
    person, serial = kind == VOLUNTEER, secrets.randbelow(10**7)
    return Profile(
        kind=kind,
        name=name,
        region_code=county,
        phone="10000000000",
        contact="" if person else "演示联系人",
        uscc="" if person else _checked(f"52649999MJ{serial:07d}", uscc_check_digit),
        id_no=_checked(f"649999{date(1988, 5, 4):%Y%m%d}{serial % 1000:03d}", id_check_digit)
        if person
        else "",
        papers=tuple(Paper(item, "made-up.pdf", PAPER) for item in PAPERS[kind]),
    )


def _checked(front: str, digit: Any) -> str:
    return front + str(digit(front))


def _look(house: House, login: str, county: str, now: datetime) -> None:
    """The papers travel, two made-up officers find them good, the verdict travels back."""
    office = house.need_office()
    deliver(house.public, office, {"papers.submitted": _receive}, now=now)
    with house.public.transaction(writes=False) as session:
        token = _token_of(session, login)
    first, second = (
        Actor(0, f"command:{role}", "演示经办", role, area=county)
        for role in (Role.COUNTY_SWD, Role.COUNTY_SWD_LEAD)
    )
    with office.transaction() as session:
        dossier = dossiers_of(session, token)[0]
        passed = frozenset((*dossier.required, *dossier.optional))
        first_check(session, dossier, passed=passed, actor=first, now=now)
        verify(session, dossier, actor=second, now=now)
    deliver(office, house.public, {"verdict.given": _take}, now=now)


def _token_of(session: Session, login: str) -> str:
    account = donor_by_login(session, login)
    if account is None:
        raise LookupError("the account was made just now")
    partner = account.organisation_id, account.volunteer_id
    found = session.get(Organisation, partner[0]) if partner[0] else session.get(Volunteer, partner[1])
    return found.token if found else ""


def _receive(session: Session, payload: dict[str, Any], now: datetime) -> None:
    receive_papers(session, payload, now=now)


def _take(session: Session, payload: dict[str, Any], now: datetime) -> None:
    take_verdict(session, payload, now=now)


COMMANDS = (("accounts", create),)
