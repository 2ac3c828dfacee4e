"""Officers, their posts and units, and their sessions (office database)."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import OfficeBase, Row, one_of
from app.core.secrets import BlindIndex, OfficeSecret
from app.policy.actors import OFFICE_ROLES

UNIT_KINDS = ("swd", "dept", "township_gov", "village_committee", "station", "party_org", "mass_org", "other")
OFFICER_STATUSES = ("active", "locked", "disabled")


class Unit(Row, OfficeBase):
    """A department, committee or station. `safeguarding` units (妇联, 卫健, 民政) give the third approval;
    `finance` is the county's finance bureau, which answers for step ④."""

    __tablename__ = "unit"
    __table_args__ = (one_of("kind", UNIT_KINDS),)

    name: Mapped[str]
    kind: Mapped[str]
    region_code: Mapped[str]
    actions: Mapped[list[int]] = mapped_column(JSON, default=list)
    safeguarding: Mapped[bool] = mapped_column(default=False)
    finance: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def area(self) -> str:
        return self.region_code


class Officer(Row, OfficeBase):
    """A staff account. `person_key` is equal for two accounts of one person (I-05)."""

    __tablename__ = "officer"
    __table_args__ = (one_of("status", OFFICER_STATUSES),)

    login: Mapped[str] = mapped_column(String(60), unique=True)
    display_name: Mapped[str] = mapped_column(OfficeSecret)
    phone: Mapped[str | None] = mapped_column(OfficeSecret)
    person_key: Mapped[str] = mapped_column(BlindIndex, index=True)
    password_hash: Mapped[str]
    status: Mapped[str] = mapped_column(default="active")
    is_demo: Mapped[bool] = mapped_column(default=False)
    failed_n: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    posts: Mapped[list["Post"]] = relationship(back_populates="officer", order_by="Post.id")


class Post(Row, OfficeBase):
    """One role at one place. A person may hold several and picks one to work at (decisions 3)."""

    __tablename__ = "post"
    __table_args__ = (
        one_of("role", [r.value for r in OFFICE_ROLES]),
        CheckConstraint("length(region_code) IN (0, 2, 4, 6, 9, 12)", name="region_code_length"),
    )

    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"), index=True)
    role: Mapped[str]
    region_code: Mapped[str] = mapped_column(default="")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    grid: Mapped[str | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    officer: Mapped[Officer] = relationship(back_populates="posts")
    unit: Mapped[Unit | None] = relationship()


class OfficeSession(OfficeBase):
    """An officer's sign-in. The cookie holds a random token, the row only its hash."""

    __tablename__ = "session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("officer.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
