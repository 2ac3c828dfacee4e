"""Tables of the library (public database). Nothing here comes from a household but what the gate let
through."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import PublicBase, Row, Stateful, one_of, state_check
from app.core.secrets import PublicSecret
from app.library.states import CardStatus, QuestionState
from app.policy import lists
from app.policy.catalogue import BAND_NAMES, KINDS
from app.policy.lattice import COLUMNS, Label, describe
from app.policy.questions import REASONS, TOPICS

WAITING, FROZEN, RETIRED = "waiting", "frozen", "retired"


class ShelfCohort(PublicBase):
    """Cards that appeared together under one label, and the certificate of what was guaranteed.

    `absence` says why it is not on the shelf: it waits for the rest of its week, it is frozen for a review,
    or it has left for good.

    `jws` is the certificate signed by the office (RFC 7515), to be checked offline; a cohort of before the
    signatures has none.
    """

    __tablename__ = "shelf_cohort"
    __table_args__ = (
        CheckConstraint("households_n >= 11", name="at_least_eleven"),
        one_of("absence", (WAITING, FROZEN, RETIRED)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[str] = mapped_column(String(40), unique=True)
    certificate_no: Mapped[str] = mapped_column(String(20), unique=True)
    certificate: Mapped[dict[str, float]] = mapped_column(JSON)
    region_label: Mapped[str] = mapped_column(String(60))
    household_size_band: Mapped[str] = mapped_column(String(12))
    has_minor: Mapped[str] = mapped_column(String(4))
    has_elder: Mapped[str] = mapped_column(String(4))
    disability_group: Mapped[str] = mapped_column(String(8))
    disease_group: Mapped[str] = mapped_column(String(8))
    households_n: Mapped[int]
    tick: Mapped[date]
    published_month: Mapped[str] = mapped_column(String(7))
    absence: Mapped[str | None] = mapped_column(String(10))
    jws: Mapped[str | None] = mapped_column(Text)

    @hybrid_property
    def retired(self) -> bool:
        """Not on the shelf now, for whatever reason: no list, page, search or table shows its cards."""
        return self.absence is not None

    @retired.inplace.expression
    @classmethod
    def _retired(cls) -> ColumnElement[bool]:
        return cls.absence.is_not(None)

    @property
    def label(self) -> Label:
        return Label(**{c: getattr(self, c) for c in COLUMNS})

    @property
    def label_text(self) -> str:
        return describe(self.label)


class Wording(PublicBase):
    """What a card says, as words to find it by. All cards that say the same share one: nothing in it names a
    card.

    `words` is a text search vector: A the item, B what people call it, C its kind and action, D place and
    people.
    """

    __tablename__ = "wording"
    __table_args__ = (
        Index("ix_wording_words", "words", postgresql_using="gin"),
        UniqueConstraint("need_item", "action_no", "kind", "region_label", "people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    need_item: Mapped[str] = mapped_column(String(20))
    action_no: Mapped[int]  # 0 where the card names none
    kind: Mapped[str] = mapped_column(String(10))
    region_label: Mapped[str] = mapped_column(String(60))
    people: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))


class Card(PublicBase):
    """One published project. After shelving only `status` changes, or the card is blanked.

    `touched` is the library's counter of changes when this row last changed.
    """

    __tablename__ = "card"
    __table_args__ = (
        one_of("status", [s.value for s in CardStatus]),
        one_of("urgency", lists.URGENCY),
        one_of("kind", KINDS),
        one_of("amount_band", BAND_NAMES),
        CheckConstraint("action_no IS NULL OR action_no BETWEEN 1 AND 12", name="action_1_to_12"),
        CheckConstraint("blanked OR need_item IS NOT NULL", name="item_unless_blanked"),
        Index("ix_card_shelf", "cohort_key", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(String(11), unique=True)
    cohort_key: Mapped[int] = mapped_column(ForeignKey("shelf_cohort.id"))
    action_no: Mapped[int | None]
    need_item: Mapped[str | None] = mapped_column(String(20))
    kind: Mapped[str | None] = mapped_column(String(10))
    amount_band: Mapped[str | None] = mapped_column(String(20))
    urgency: Mapped[str | None] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(10), default="open")
    blanked: Mapped[bool] = mapped_column(default=False)
    wording_id: Mapped[int | None] = mapped_column(ForeignKey("wording.id"), index=True)
    touched: Mapped[int] = mapped_column(default=0, index=True)
    cohort: Mapped[ShelfCohort] = relationship()

    @property
    def title(self) -> str:
        return self.need_item or "已结束"

    @property
    def label_text(self) -> str:
        return self.cohort.label_text

    @property
    def k(self) -> int:
        return self.cohort.households_n

    @property
    def month_text(self) -> str:
        year, month = self.cohort.published_month.split("-")
        return f"{year} 年 {int(month)} 月"


class LibraryTick(PublicBase):
    """One row: the last finished tick, and a counter of every change since the beginning (for ETags)."""

    __tablename__ = "library_tick"

    id: Mapped[int] = mapped_column(primary_key=True)
    tick: Mapped[date | None]
    changes: Mapped[int] = mapped_column(default=0)


class WeeklyStatus(PublicBase):
    """What a card's status was when a week's tick was done: past weeks are exported again from here."""

    __tablename__ = "weekly_status"
    __table_args__ = (UniqueConstraint("tick", "card_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tick: Mapped[date]
    card_id: Mapped[int] = mapped_column(ForeignKey("card.id"))
    status: Mapped[str] = mapped_column(String(10))


class Exposure(PublicBase):
    """How often a card was shown, opened, and picked by 问三题 on a day; nothing about who looked."""

    __tablename__ = "exposure"
    __table_args__ = (UniqueConstraint("card_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("card.id"))
    day: Mapped[date]
    shows: Mapped[int] = mapped_column(default=0)
    opens: Mapped[int] = mapped_column(default=0)
    picks: Mapped[int] = mapped_column(default=0)
    sent: Mapped[bool] = mapped_column(default=False, index=True)  # the day's figures went to the office


class SigningKey(PublicBase):
    """A public key with which the office signs certificates; old ones stay so that old certificates can be
    checked."""

    __tablename__ = "signing_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[str] = mapped_column(String(16), unique=True)
    public_key: Mapped[str] = mapped_column(String(64))
    since: Mapped[date]


class Favourite(PublicBase):
    """A card that a partner put aside."""

    __tablename__ = "favourite"
    __table_args__ = (UniqueConstraint("account_id", "card_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("donor_account.id"))
    card_id: Mapped[int] = mapped_column(ForeignKey("card.id"))
    since: Mapped[date]


class SavedSearch(PublicBase):
    """A set of conditions that a partner keeps, and the tick up to which they have looked."""

    __tablename__ = "saved_search"
    __table_args__ = (UniqueConstraint("account_id", "conditions"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("donor_account.id"))
    conditions: Mapped[str] = mapped_column(String(400))  # the canonical query string of /library
    since: Mapped[date]
    looked: Mapped[date | None]


class Question(Row, Stateful, PublicBase):
    """One question of one account about a card. The words themselves travel in their letter; here lies at
    most an unsent draft of them. The answer is made of closed sentences (`answers`, or a `reason` not to
    answer) and perhaps one `sentence` of the county's own."""

    __tablename__ = "question"
    __table_args__ = (
        state_check(QuestionState),
        one_of("topic", TOPICS),
        one_of("reason", REASONS),
        CheckConstraint("draft IS NULL OR state = 'draft'", name="words_only_in_a_draft"),
        Index("ix_question_waiting", "account_id", "card_id"),
    )

    question_ref: Mapped[str] = mapped_column(String(32), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("donor_account.id"))
    card_id: Mapped[int] = mapped_column(ForeignKey("card.id"), index=True)
    topic: Mapped[str | None] = mapped_column(String(10))
    draft: Mapped[str | None] = mapped_column(PublicSecret)
    draft_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    answers: Mapped[list[str]] = mapped_column(JSON, default=list)
    sentence: Mapped[str | None] = mapped_column(PublicSecret)
    reason: Mapped[str | None] = mapped_column(String(10))
    answered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    card: Mapped[Card] = relationship()


class DatedParameter(PublicBase):
    """A parameter's dated value, brought by letter from the office (architecture §9)."""

    __tablename__ = "dated_parameter"
    __table_args__ = (UniqueConstraint("key", "region", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60))
    region: Mapped[str] = mapped_column(String(6), default="")
    since: Mapped[date]
    value: Mapped[int]
    received_at: Mapped[datetime]
