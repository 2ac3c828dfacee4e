"""A second account for an organisation that is registered already."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models.partners import Organisation
from app.accounts.models.public import DonorAccount
from app.accounts.operations.partners import LOGIN_TAKEN
from app.accounts.operations.signing import hash_password
from app.accounts.queries.sessions import donor_by_login
from app.core import audit
from app.core.errors import BadInput
from app.policy.actors import Actor, Role


def join_organisation(
    session: Session,
    organisation: Organisation,
    *,
    login: str,
    password: str,
    name: str,
    actor: Actor,
    now: datetime,
) -> DonorAccount:
    """Raises BadInput: login taken, password too short."""
    if donor_by_login(session, login) is not None:
        raise BadInput(LOGIN_TAKEN, field="login")
    account = DonorAccount(
        login=login,
        display_name=name or login,
        password_hash=hash_password(password),
        role=Role.ORG_ADMIN,
        organisation_id=organisation.id,
        created_at=now,
        created_by=actor.label,
    )
    session.add(account)
    session.flush()
    audit.record(session, actor=actor, verb="account.made", obj=account, now=now, reason=str(Role.ORG_ADMIN))
    return account
