"""Tables of the gifts room (public database). Money is whole fen and goes only to a charity's filed
project."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models.partners import Organisation, Volunteer
from app.core.database import PublicBase, Row, Stateful, one_of, state_check
from app.core.secrets import PublicSecret
from app.gifts.states import CharityProjectState, ClaimState, OfferState, PaymentState, PledgeState
from app.policy import lists
from app.policy.catalogue import BAND_NAMES, KINDS

LEDGER_ACCOUNTS = ("donor", "charity", "refund")
ONE_PARTNER = "(organisation_id IS NULL) <> (volunteer_id IS NULL)"


class Claim(Row, Stateful, PublicBase):
    """`live_key` is the project's number while the claim lives: the database lets one stand (I-08)."""

    __tablename__ = "claim"
    __table_args__ = (
        state_check(ClaimState),
        one_of("kind", KINDS),
        CheckConstraint(ONE_PARTNER, name="one_partner"),
        CheckConstraint("lapses_at > held_at", name="lapses_later"),
        CheckConstraint("live_key IS NULL OR live_key = project_id", name="live_key_is_the_project"),
    )

    claim_ref: Mapped[str] = mapped_column(String(32), unique=True)
    project_id: Mapped[str] = mapped_column(String(11), index=True)
    live_key: Mapped[str | None] = mapped_column(String(11), unique=True)
    kind: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteer.id"), index=True)
    ready_on: Mapped[date]
    held_at: Mapped[datetime]
    contact_due: Mapped[datetime]
    lapses_at: Mapped[datetime] = mapped_column(index=True)
    contacted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    title: Mapped[str] = mapped_column(String(20))
    terms: Mapped[str | None] = mapped_column(PublicSecret)
    organisation: Mapped[Organisation | None] = relationship()
    volunteer: Mapped[Volunteer | None] = relationship()
    pledge: Mapped["Pledge | None"] = relationship(back_populates="claim", uselist=False)

    @property
    def partner(self) -> Organisation | Volunteer:
        found = self.organisation or self.volunteer
        if found is None:
            raise LookupError("a claim without a partner")
        return found


class DirectOffer(Row, Stateful, PublicBase):
    """What the county asks one organisation for (decisions 10). It is no card: no list, search, table or
    site map reads this row. It names a prefecture and nothing finer; once it came to nothing it says nothing.
    """

    __tablename__ = "direct_offer"
    __table_args__ = (
        state_check(OfferState),
        one_of("kind", KINDS),
        one_of("amount_band", BAND_NAMES),
        one_of("urgency", lists.URGENCY),
        CheckConstraint("(state IN ('offered', 'taken')) = (need_item IS NOT NULL)", name="says_while_open"),
    )

    offer_no: Mapped[str] = mapped_column(String(11), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    need_item: Mapped[str | None] = mapped_column(String(20))
    region_label: Mapped[str | None] = mapped_column(String(60))
    kind: Mapped[str | None] = mapped_column(String(10))
    amount_band: Mapped[str | None] = mapped_column(String(20))
    urgency: Mapped[str | None] = mapped_column(String(10))
    answer_by: Mapped[datetime] = mapped_column(index=True)
    organisation: Mapped[Organisation] = relationship()

    @property
    def volunteer_id(self) -> None:
        return None


class CharityProject(Row, Stateful, PublicBase):
    """A registered charity's own filed project: the only place where money may go (I-26).

    `payee_account` is the charity's own account at the provider. `ref` changes when it is filed again.
    """

    __tablename__ = "charity_project"
    __table_args__ = (
        state_check(CharityProjectState),
        UniqueConstraint("organisation_id", "filing_no"),
        CheckConstraint("valid_to > valid_from", name="valid_for_a_while"),
    )

    ref: Mapped[str] = mapped_column(String(32), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    filing_no: Mapped[str] = mapped_column(String(40))
    purpose: Mapped[str] = mapped_column(String(200))
    payee_account: Mapped[str] = mapped_column(PublicSecret)
    item_codes: Mapped[list[str]] = mapped_column(JSON, default=list)
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    reason: Mapped[str | None]
    organisation: Mapped[Organisation] = relationship()

    def takes_money_on(self, day: date) -> bool:
        return self.state == CharityProjectState.VALID and self.valid_from <= day <= self.valid_to


class Pledge(Row, Stateful, PublicBase):
    """What a partner promised for a claim: one pledge a claim."""

    __tablename__ = "pledge"
    __table_args__ = (
        state_check(PledgeState),
        one_of("kind", KINDS),
        CheckConstraint("qty BETWEEN 1 AND 99", name="qty_1_to_99"),
        CheckConstraint("(kind = 'money') = (amount_fen IS NOT NULL)", name="money_has_an_amount"),
        CheckConstraint("amount_fen IS NULL OR amount_fen > 0", name="amount_positive"),
        CheckConstraint("kind <> 'money' OR charity_project_id IS NOT NULL", name="money_has_a_project"),
    )

    pledge_ref: Mapped[str] = mapped_column(String(32), unique=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), unique=True)
    kind: Mapped[str]
    qty: Mapped[int]
    date_by: Mapped[date]
    amount_fen: Mapped[int | None]
    charity_project_id: Mapped[int | None] = mapped_column(ForeignKey("charity_project.id"), index=True)
    purchase: Mapped[str | None] = mapped_column(String(120))
    purchased_on: Mapped[date | None]
    claim: Mapped[Claim] = relationship(back_populates="pledge")
    charity_project: Mapped[CharityProject | None] = relationship()

    @property
    def organisation_id(self) -> int | None:
        return self.claim.organisation_id

    @property
    def volunteer_id(self) -> int | None:
        return self.claim.volunteer_id


class Payment(Row, Stateful, PublicBase):
    """One checkout at the provider. `paid` and `refunded` come only from its signed event."""

    __tablename__ = "payment"
    __table_args__ = (
        state_check(PaymentState),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("currency = 'cny'", name="yuan_only"),
    )

    payment_ref: Mapped[str] = mapped_column(String(32), unique=True)
    pledge_id: Mapped[int] = mapped_column(ForeignKey("pledge.id"), index=True)
    charity_project_id: Mapped[int] = mapped_column(ForeignKey("charity_project.id"))
    session_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    intent_id: Mapped[str | None] = mapped_column(String(200))
    pay_url: Mapped[str | None] = mapped_column(String(2000))
    amount_fen: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), default="cny")
    paid_at: Mapped[datetime | None]
    refund_reason: Mapped[str | None]
    pledge: Mapped[Pledge] = relationship()
    charity_project: Mapped[CharityProject] = relationship()

    @property
    def organisation_id(self) -> int | None:
        return self.pledge.organisation_id

    @property
    def volunteer_id(self) -> int | None:
        return self.pledge.volunteer_id


class WebhookEvent(PublicBase):
    """Every event of the provider once, by its own id (I-27)."""

    __tablename__ = "webhook_event"

    event_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    kind: Mapped[str]
    received_at: Mapped[datetime]
    outcome: Mapped[str]


class LedgerEntry(Row, PublicBase):
    """Double entry: the rows of one payment add up to nothing. Append-only."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        one_of("account", LEDGER_ACCOUNTS),
        UniqueConstraint("event_id", "account"),
        CheckConstraint("amount_fen <> 0", name="amount_not_zero"),
        {"info": {"append_only": True}},
    )

    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("webhook_event.event_id"))
    account: Mapped[str]
    amount_fen: Mapped[int]
    at: Mapped[datetime]
