"""Donor accounts and their sessions (public database). No identity number is ever kept here."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import PublicBase, Row, one_of
from app.core.secrets import PublicSecret
from app.policy.actors import PARTNER_ROLES


class DonorAccount(Row, PublicBase):
    """Signs in for an organisation (org_admin) or for oneself (volunteer)."""

    __tablename__ = "donor_account"
    __table_args__ = (
        one_of("role", [r.value for r in PARTNER_ROLES]),
        one_of("status", ("active", "locked", "disabled")),
    )

    login: Mapped[str] = mapped_column(String(60), unique=True)
    display_name: Mapped[str] = mapped_column(PublicSecret)
    password_hash: Mapped[str]
    role: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteer.id"), index=True)
    status: Mapped[str] = mapped_column(default="active")
    is_demo: Mapped[bool] = mapped_column(default=False)
    failed_n: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class PublicSession(PublicBase):
    """A donor's sign-in. The cookie holds a random token, the row only its hash."""

    __tablename__ = "session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("donor_account.id"), index=True)
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
