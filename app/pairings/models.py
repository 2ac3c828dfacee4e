"""Tables of the pairings room (public database): nothing of the family, only the liaison."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import PublicBase, Row, Stateful, one_of, state_check
from app.core.secrets import PublicSecret
from app.pairings.states import PairingState, VisitState

MOODS = {"good": "挺好", "same": "跟平时一样", "low": "有些低落", "unsure": "说不准"}
VISIT_KINDS = {"visit": "上门", "call": "由联系人转接电话", "activity": "一起活动"}


class Pairing(Row, Stateful, PublicBase):
    """`live_key` is the project's number while the pairing is open: one at a time (I-08).

    `title` and `label_text` repeat the public card. `adults_min`: how many adults come to a visit.
    """

    __tablename__ = "pairing"
    __table_args__ = (
        state_check(PairingState),
        CheckConstraint("(organisation_id IS NULL) <> (volunteer_id IS NULL)", name="one_partner"),
        CheckConstraint("adults_min BETWEEN 1 AND 2", name="adults_min_1_or_2"),
        CheckConstraint("live_key IS NULL OR live_key = project_id", name="live_key_is_the_project"),
    )

    pairing_ref: Mapped[str] = mapped_column(String(32), unique=True)
    project_id: Mapped[str] = mapped_column(String(11), index=True)
    live_key: Mapped[str | None] = mapped_column(String(11), unique=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteer.id"), index=True)
    title: Mapped[str] = mapped_column(String(20))
    label_text: Mapped[str] = mapped_column(String(120))
    adults_min: Mapped[int] = mapped_column(default=1)
    proposal_ref: Mapped[str] = mapped_column(String(32))
    cadence: Mapped[str]
    contacts_min: Mapped[int | None]
    visits_min: Mapped[int | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    first_on: Mapped[date | None]
    liaison_name: Mapped[str | None] = mapped_column(PublicSecret)
    liaison_phone: Mapped[str | None] = mapped_column(PublicSecret)
    meeting_point: Mapped[str | None] = mapped_column(String(80))
    visits: Mapped[list["Visit"]] = relationship(back_populates="pairing", order_by="Visit.planned_at")


class Visit(Row, Stateful, PublicBase):
    """The sentence itself travels in its letter; here lies at most an unsent draft of it."""

    __tablename__ = "visit"
    __table_args__ = (
        state_check(VisitState),
        one_of("kind", VISIT_KINDS),
        one_of("mood_code", MOODS),
        CheckConstraint("minutes IS NULL OR minutes BETWEEN 1 AND 480", name="minutes_1_to_480"),
        CheckConstraint("adults_n BETWEEN 1 AND 6", name="adults_1_to_6"),
    )

    visit_ref: Mapped[str] = mapped_column(String(32), unique=True)
    pairing_id: Mapped[int] = mapped_column(ForeignKey("pairing.id"), index=True)
    planned_at: Mapped[datetime]
    kind: Mapped[str]
    adults_n: Mapped[int]
    minutes: Mapped[int | None]
    mood_code: Mapped[str | None]
    draft: Mapped[str | None] = mapped_column(PublicSecret)
    draft_at: Mapped[datetime | None]
    logged_at: Mapped[datetime | None]
    pairing: Mapped[Pairing] = relationship(back_populates="visits")

    @property
    def organisation_id(self) -> int | None:
        return self.pairing.organisation_id

    @property
    def volunteer_id(self) -> int | None:
        return self.pairing.volunteer_id


class ServiceHour(Row, PublicBase):
    """Minutes count only after the other side confirmed (I-25). One row a visit."""

    __tablename__ = "service_hour"
    __table_args__ = (CheckConstraint("minutes BETWEEN 1 AND 480", name="minutes_1_to_480"),)

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), unique=True)
    minutes: Mapped[int]
    confirmed_at: Mapped[datetime]
