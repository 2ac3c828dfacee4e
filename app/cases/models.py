"""Tables of the cases room (office database). Identity fields (S3) lie encrypted, with a blind index to find
them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.states import BatchState, CaseState, ConsentState
from app.core.database import OfficeBase, Row, Stateful, one_of, state_check
from app.core.secrets import BlindIndex, OfficeSecret
from app.policy import lists

DECISIONS = ("filed", "returned", "objected")
RECORD_KINDS = (
    "step",
    "outcome",
    "publication",
    "claim",
    "delivery",
    "confirmation",
    "pairing",
    "visit",
    "money",
    "note",
)


class Household(Row, OfficeBase):
    """The family, the lasting identity. `household_ref` is the source's own number, unique in its county."""

    __tablename__ = "household"
    __table_args__ = (
        UniqueConstraint("county_code", "household_ref"),
        CheckConstraint("length(village_code) = 12", name="village_code_length"),
        CheckConstraint("monthly_income_fen IS NULL OR monthly_income_fen >= 0", name="income_not_negative"),
        one_of("dibao_kind", lists.DIBAO_KIND),
    )

    household_ref: Mapped[str] = mapped_column(String(20))
    county_code: Mapped[str] = mapped_column(String(6))
    village_code: Mapped[str] = mapped_column(String(12), index=True)
    address_detail: Mapped[str | None] = mapped_column(OfficeSecret)
    phone: Mapped[str | None] = mapped_column(OfficeSecret)
    phone_index: Mapped[str | None] = mapped_column(BlindIndex, index=True)
    monthly_income_fen: Mapped[int | None]
    dibao_kind: Mapped[str] = mapped_column(default="none")
    members: Mapped[list["Member"]] = relationship(back_populates="household", order_by="Member.id")

    @property
    def area(self) -> str:
        return self.village_code

    @property
    def head(self) -> "Member | None":
        return next((m for m in self.members if m.relation == "本人"), None)


class Member(Row, OfficeBase):
    """A person of the household. `open_key` repeats the index while the household is open: one open
    membership."""

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("household_id", "member_ref"),
        one_of("relation", lists.RELATION),
        one_of("sex", lists.SEX),
        one_of("disability_type", lists.DISABILITY_TYPE),
        one_of("disease_code", lists.DISEASE),
        one_of("school_stage", lists.SCHOOL_STAGE),
        one_of("employment", lists.EMPLOYMENT),
        one_of("status", lists.MEMBER_STATUS),
        CheckConstraint("disability_grade IS NULL OR disability_grade BETWEEN 1 AND 4", name="grade_1_to_4"),
    )

    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    member_ref: Mapped[str] = mapped_column(String(40))
    relation: Mapped[str]
    name: Mapped[str] = mapped_column(OfficeSecret)
    id_no: Mapped[str | None] = mapped_column(OfficeSecret)
    id_index: Mapped[str | None] = mapped_column(BlindIndex, index=True)
    open_key: Mapped[str | None] = mapped_column(BlindIndex, unique=True)
    sex: Mapped[str | None]
    birth_date: Mapped[str | None] = mapped_column(OfficeSecret)
    disability_type: Mapped[str | None]
    disability_grade: Mapped[int | None]
    disease_code: Mapped[str | None]
    school_stage: Mapped[str | None]
    employment: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="alive_here")
    household: Mapped[Household] = relationship(back_populates="members")

    @property
    def born(self) -> date | None:
        return date.fromisoformat(self.birth_date) if self.birth_date else None


class Case(Row, Stateful, OfficeBase):
    """One period of care. `open_key` is the household's id while the case is open: one open case a
    household."""

    __tablename__ = "case"
    __table_args__ = (
        state_check(CaseState),
        one_of("category", lists.CATEGORY),
        one_of("supporter_check", lists.SUPPORTER_CHECK),
        CheckConstraint("length(area) = 12", name="area_is_a_village"),
        CheckConstraint("state <> 'filed' OR filing_no IS NOT NULL", name="filed_has_a_number"),
        Index("ix_case_county_state", "county_code", "state"),
    )

    case_no: Mapped[str] = mapped_column(String(20), unique=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    open_key: Mapped[int | None] = mapped_column(unique=True)
    area: Mapped[str] = mapped_column(String(12), index=True)
    county_code: Mapped[str] = mapped_column(String(6))
    category: Mapped[str]
    cond_a: Mapped[str | None] = mapped_column(OfficeSecret)
    cond_b: Mapped[str | None] = mapped_column(OfficeSecret)
    cond_c: Mapped[str | None] = mapped_column(OfficeSecret)
    cond_d: Mapped[str | None] = mapped_column(OfficeSecret)
    supporter_check: Mapped[str | None]
    narrative: Mapped[str | None] = mapped_column(OfficeSecret)
    source: Mapped[str] = mapped_column(default="hand")
    on_behalf: Mapped[bool] = mapped_column(default=False)
    source_batch: Mapped[str | None] = mapped_column(String(30))
    filing_no: Mapped[str | None] = mapped_column(String(40), unique=True)
    filed_on: Mapped[date | None] = mapped_column(index=True)
    closed_on: Mapped[date | None]
    due_on: Mapped[date | None]
    duty_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    household: Mapped[Household] = relationship()
    home_checks: Mapped[list["HomeCheck"]] = relationship(order_by="HomeCheck.id")
    evaluations: Mapped[list["Evaluation"]] = relationship(order_by="Evaluation.id")
    determinations: Mapped[list["Determination"]] = relationship(order_by="Determination.id")
    difficulties: Mapped[list["Difficulty"]] = relationship(order_by="Difficulty.id")
    consents: Mapped[list["Consent"]] = relationship(order_by="Consent.id")


class Difficulty(Row, OfficeBase):
    __tablename__ = "difficulty"
    __table_args__ = (one_of("kind", lists.DIFFICULTY),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[str]
    detail: Mapped[str | None] = mapped_column(OfficeSecret)


class HomeCheck(Row, OfficeBase):
    """Two people looked at the home; the second may be the township officer by phone (decisions 29)."""

    __tablename__ = "home_check"
    __table_args__ = (
        CheckConstraint("first_key <> second_key", name="two_people"),
        one_of("second_by", ("on_site", "phone")),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    done_on: Mapped[date]
    first_key: Mapped[str] = mapped_column(BlindIndex)
    second_key: Mapped[str] = mapped_column(BlindIndex)
    second_name: Mapped[str] = mapped_column(OfficeSecret)
    second_by: Mapped[str]
    findings: Mapped[str | None] = mapped_column(OfficeSecret)


class Evaluation(Row, OfficeBase):
    """The village's democratic evaluation. It passes with more than half of those eligible in favour."""

    __tablename__ = "evaluation"
    __table_args__ = (
        CheckConstraint("votes_for + votes_against + votes_abstain = eligible_n", name="votes_add_up"),
        CheckConstraint("eligible_n <= attendees_n AND eligible_n > 0", name="eligible_attend"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    held_on: Mapped[date]
    chair: Mapped[str] = mapped_column(OfficeSecret)
    attendees_n: Mapped[int]
    recused_n: Mapped[int]
    eligible_n: Mapped[int]
    votes_for: Mapped[int]
    votes_against: Mapped[int]
    votes_abstain: Mapped[int]
    minutes: Mapped[str] = mapped_column(OfficeSecret)
    passed: Mapped[bool]
    recorded_by_key: Mapped[str] = mapped_column(BlindIndex)


class Determination(Row, OfficeBase):
    __tablename__ = "determination"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    meeting_on: Mapped[date]
    ref_no: Mapped[str] = mapped_column(String(40))
    accepted: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(OfficeSecret)
    signed_by_key: Mapped[str] = mapped_column(BlindIndex)


class EntryBatch(Row, Stateful, OfficeBase):
    """A township's numbered batch for filing (domain 4.3)."""

    __tablename__ = "entry_batch"
    __table_args__ = (state_check(BatchState), CheckConstraint("length(area) = 9", name="area_is_a_township"))

    batch_no: Mapped[str] = mapped_column(String(30), unique=True)
    area: Mapped[str] = mapped_column(String(9), index=True)
    submitted_on: Mapped[date | None]
    due_on: Mapped[date | None]
    items: Mapped[list["BatchItem"]] = relationship(back_populates="batch", order_by="BatchItem.id")


class BatchItem(Row, OfficeBase):
    """A case in a batch. `live_key` is the case's id while undecided: one open batch at a time."""

    __tablename__ = "batch_item"
    __table_args__ = (one_of("decision", DECISIONS), one_of("return_code", lists.RETURN_CODES))

    batch_id: Mapped[int] = mapped_column(ForeignKey("entry_batch.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    live_key: Mapped[int | None] = mapped_column(unique=True)
    decision: Mapped[str | None]
    return_code: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(OfficeSecret)
    decided_at: Mapped[datetime | None]
    batch: Mapped[EntryBatch] = relationship(back_populates="items")
    case: Mapped[Case] = relationship()

    @property
    def area(self) -> str:
        return self.case.area


class Consent(Row, Stateful, OfficeBase):
    """What the household agreed to, for one purpose. Refusing any but `record` lowers no help (I-40)."""

    __tablename__ = "consent"
    __table_args__ = (
        state_check(ConsentState),
        one_of("scope", lists.CONSENT_SCOPE),
        one_of("capacity", ("self", "guardian", "proxy")),
        one_of("method", ("paper", "audio", "witnessed", "phone")),
        Index("ix_consent_case_scope", "case_id", "scope", "state"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    scope: Mapped[str]
    capacity: Mapped[str]
    method: Mapped[str]
    given_by: Mapped[str | None] = mapped_column(OfficeSecret)
    witness: Mapped[str | None] = mapped_column(OfficeSecret)
    proxy_reason: Mapped[str | None] = mapped_column(OfficeSecret)
    for_minor: Mapped[bool] = mapped_column(default=False)
    given_on: Mapped[date]
    expires_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    case: Mapped[Case] = relationship(overlaps="consents")

    @property
    def area(self) -> str:
        return self.case.area


class CaseRecord(Row, OfficeBase):
    """One row of the household's timeline. `source_ref` is unique in its kind: a letter read twice adds
    nothing."""

    __tablename__ = "case_record"
    __table_args__ = (
        one_of("kind", RECORD_KINDS),
        UniqueConstraint("kind", "source_ref"),
        Index("ix_case_record_case", "case_id", "at"),
        {"info": {"append_only": True}},
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    need_id: Mapped[int | None]
    kind: Mapped[str]
    text: Mapped[str] = mapped_column(OfficeSecret)
    source_ref: Mapped[str] = mapped_column(String(120))
    actor_label: Mapped[str]
    at: Mapped[datetime]


class Draft(Row, OfficeBase):
    """A form not yet sent, kept on the server and encrypted. One of a kind for each person and subject."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("officer_id", "form", "subject"),)

    officer_id: Mapped[int] = mapped_column(index=True)
    form: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40), default="")
    content: Mapped[str] = mapped_column(OfficeSecret)
    saved_at: Mapped[datetime]


class Reveal(Row, OfficeBase):
    """A county officer opened masked identity fields of one case, with a reason, for ten minutes."""

    __tablename__ = "identity_reveal"
    __table_args__ = (Index("ix_identity_reveal_open", "case_id", "officer_id", "expires_at"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    officer_id: Mapped[int]
    reason: Mapped[str] = mapped_column(OfficeSecret)
    expires_at: Mapped[datetime]
