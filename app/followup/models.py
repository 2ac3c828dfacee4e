"""Tables of the followup room (office database): here a donor's claim meets the household it is for."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models import Case
from app.core.database import OfficeBase, Row, Stateful, one_of, state_check
from app.core.secrets import BlindIndex, OfficeSecret
from app.followup.states import (
    WHY_LEFT,
    WISHES,
    DraftState,
    FilingCheckState,
    InquiryState,
    OfferState,
    OfficeVisitState,
    PairState,
    TieState,
)
from app.needs.models import Need, OfNeed
from app.policy.catalogue import KINDS
from app.policy.questions import REASONS, TOPICS

RECEIPT_BY = {"member": "家里人", "guardian": "监护人", "proxy": "代办人"}
RECEIPT_METHOD = {"paper": "签字", "thumbprint": "按手印", "audio": "录音"}


class _ForNeed(OfNeed, Row, Stateful):
    """Ties hang on a need; their area is the household's village."""

    project_id: Mapped[str] = mapped_column(String(11), index=True)
    donor_token: Mapped[str] = mapped_column(String(32))
    donor_kind: Mapped[str]
    donor_name: Mapped[str] = mapped_column(OfficeSecret)
    donor_phone: Mapped[str | None] = mapped_column(OfficeSecret)


class Tie(_ForNeed, OfficeBase):
    """A claim seen from the office, with the copy of the few public facts that the work needs."""

    __tablename__ = "tie"
    __table_args__ = (
        state_check(TieState),
        one_of("kind", KINDS),
        one_of("receipt_by", RECEIPT_BY),
        one_of("receipt_method", RECEIPT_METHOD),
        CheckConstraint(
            "confirmed_by_key IS NULL OR handed_by_key IS NULL OR confirmed_by_key <> handed_by_key",
            name="confirmer_is_another",
        ),
        CheckConstraint(
            "confirmed_by_key IS NULL OR counted_by_key IS NULL OR confirmed_by_key <> counted_by_key",
            name="confirmer_did_not_count",
        ),
    )

    claim_ref: Mapped[str] = mapped_column(String(32), unique=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    kind: Mapped[str]
    ready_on: Mapped[date | None]
    held_at: Mapped[datetime]
    contact_due: Mapped[datetime]
    lapses_at: Mapped[datetime]
    contacted_at: Mapped[datetime | None]
    pledge_ref: Mapped[str | None] = mapped_column(String(32), unique=True)
    qty: Mapped[int | None]
    pledged_on: Mapped[date | None]
    date_by: Mapped[date | None]
    amount_fen: Mapped[int | None]
    charity_project: Mapped[str | None] = mapped_column(String(60))
    paid_at: Mapped[datetime | None]
    purchase: Mapped[str | None] = mapped_column(String(120))
    arrived_on: Mapped[date | None]
    counted_by_key: Mapped[str | None] = mapped_column(BlindIndex)
    handed_on: Mapped[date | None]
    handed_by_key: Mapped[str | None] = mapped_column(BlindIndex)
    receipt_by: Mapped[str | None]
    receipt_method: Mapped[str | None]
    receipt_name: Mapped[str | None] = mapped_column(OfficeSecret)
    disputed_on: Mapped[date | None]
    confirmed_on: Mapped[date | None]
    confirmed_by_key: Mapped[str | None] = mapped_column(BlindIndex)
    confirmed_qty: Mapped[int | None]
    ended_how: Mapped[str | None]
    need: Mapped[Need] = relationship()


class PairTie(_ForNeed, OfficeBase):
    """A pairing seen from the office: the household's answer, the plan, the liaison."""

    __tablename__ = "pair_tie"
    __table_args__ = (
        state_check(PairState),
        CheckConstraint(
            "state <> 'active' OR (contacts_min >= 4 AND visits_min >= 2)", name="active_has_a_cadence"
        ),
    )

    pairing_ref: Mapped[str] = mapped_column(String(32), unique=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    live_key: Mapped[int | None] = mapped_column(unique=True)
    donor_skills: Mapped[list[str]] = mapped_column(JSON, default=list)
    donor_checks: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    cadence: Mapped[str]
    minor: Mapped[bool] = mapped_column(default=False)
    second_adult: Mapped[str | None] = mapped_column(OfficeSecret)
    social_worker: Mapped[str | None] = mapped_column(OfficeSecret)
    contacts_min: Mapped[int | None]
    visits_min: Mapped[int | None]
    liaison_name: Mapped[str | None] = mapped_column(OfficeSecret)
    liaison_phone: Mapped[str | None] = mapped_column(OfficeSecret)
    meeting_point: Mapped[str | None] = mapped_column(String(80))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    first_on: Mapped[date | None]
    need: Mapped[Need] = relationship()
    visits: Mapped[list["OfficeVisit"]] = relationship(back_populates="pair", order_by="OfficeVisit.id")

    @property
    def case(self) -> Case:
        return self.need.case


class OfficeVisit(Row, Stateful, OfficeBase):
    """A volunteer's visit seen from the village."""

    __tablename__ = "office_visit"
    __table_args__ = (
        state_check(OfficeVisitState),
        CheckConstraint("minutes IS NULL OR minutes BETWEEN 1 AND 480", name="minutes_1_to_480"),
    )

    visit_ref: Mapped[str] = mapped_column(String(32), unique=True)
    pair_id: Mapped[int] = mapped_column(ForeignKey("pair_tie.id"), index=True)
    planned_at: Mapped[datetime]
    kind: Mapped[str]
    adults_n: Mapped[int]
    sentence: Mapped[str | None] = mapped_column(OfficeSecret)
    mood_code: Mapped[str | None]
    minutes: Mapped[int | None]
    concern: Mapped[bool] = mapped_column(default=False)
    pair: Mapped[PairTie] = relationship(back_populates="visits")

    @property
    def area(self) -> str:
        return self.pair.area


class ProposalDraft(_ForNeed, OfficeBase):
    """What the batch suggests, with the household's side beside it; an officer sends or drops it."""

    __tablename__ = "proposal_draft"
    __table_args__ = (state_check(DraftState),)

    proposal_ref: Mapped[str] = mapped_column(String(32), unique=True)
    run_ref: Mapped[str] = mapped_column(String(32), index=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    donor_skills: Mapped[list[str]] = mapped_column(JSON, default=list)
    donor_checks: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    cadence: Mapped[str] = mapped_column(default="once")
    expires_on: Mapped[date | None]
    rank: Mapped[int]
    score: Mapped[float]
    reasons: Mapped[dict[str, float]] = mapped_column(JSON, default=dict)
    gap: Mapped[float]
    objective: Mapped[float]
    bound: Mapped[float]
    need: Mapped[Need] = relationship()


class ProposalBatch(Row, OfficeBase):
    """A run as the office hears of it: how good it is proved to be, who was shown, from how many answers the
    order was learned (0: by the weights alone), and (`idle`, JSON) which partners got nothing and why; the
    names go when a newer run of the same county comes."""

    __tablename__ = "proposal_batch"

    run_ref: Mapped[str] = mapped_column(String(32), unique=True)
    county: Mapped[str] = mapped_column(String(6), default="")
    ran_at: Mapped[datetime]
    people_n: Mapped[int]
    needs_n: Mapped[int]
    arcs_n: Mapped[int]
    assigned_n: Mapped[int]
    objective: Mapped[float]
    bound: Mapped[float]
    gap: Mapped[float]
    inputs_hash: Mapped[str] = mapped_column(String(64))
    answers_n: Mapped[int] = mapped_column(default=0)
    fairness: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    idle: Mapped[str | None] = mapped_column(OfficeSecret)


class ProposalLeft(Row, OfficeBase):
    """A need to which the last run that saw it brought nobody, and why."""

    __tablename__ = "proposal_left"
    __table_args__ = (one_of("reason", WHY_LEFT),)

    run_ref: Mapped[str] = mapped_column(String(32))
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), unique=True)
    project_id: Mapped[str] = mapped_column(String(11))
    reason: Mapped[str]
    need: Mapped[Need] = relationship()


class ProposalWish(OfNeed, Row, OfficeBase):
    """An officer's word on one pair for the runs to come; `missed`: the last run could not follow it."""

    __tablename__ = "proposal_wish"
    __table_args__ = (one_of("kind", WISHES),)

    wish_ref: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str]
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    project_id: Mapped[str] = mapped_column(String(11))
    donor_token: Mapped[str] = mapped_column(String(32))
    donor_name: Mapped[str] = mapped_column(OfficeSecret)
    reason: Mapped[str | None] = mapped_column(OfficeSecret)
    missed: Mapped[bool] = mapped_column(default=False)
    lifted_at: Mapped[datetime | None]
    need: Mapped[Need] = relationship()


class ProposalRequest(Row, OfficeBase):
    """A county asks for another run; `live_key` is the county until it has come back, or was given up after
    several tries (answered, and no `run_ref`)."""

    __tablename__ = "proposal_request"

    request_ref: Mapped[str] = mapped_column(String(32), unique=True)
    area: Mapped[str] = mapped_column(String(6), index=True)
    live_key: Mapped[str | None] = mapped_column(String(6), unique=True)
    run_ref: Mapped[str | None] = mapped_column(String(32))
    started_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]

    @property
    def failed(self) -> bool:
        return self.answered_at is not None and self.run_ref is None


class DirectOffer(OfNeed, Row, Stateful, OfficeBase):
    """One organisation is asked for a need that stands in no list. `live_key` is the need's id until it
    answers: one is asked at a time."""

    __tablename__ = "direct_offer"
    __table_args__ = (
        state_check(OfferState),
        CheckConstraint("(state = 'offered') = (live_key IS NOT NULL)", name="live_while_offered"),
    )

    offer_no: Mapped[str] = mapped_column(String(11), unique=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    live_key: Mapped[int | None] = mapped_column(unique=True)
    donor_token: Mapped[str] = mapped_column(String(32), index=True)
    donor_kind: Mapped[str]
    donor_name: Mapped[str] = mapped_column(OfficeSecret)
    answer_by: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    need: Mapped[Need] = relationship()


class Inquiry(_ForNeed, OfficeBase):
    """A partner's private question about a project: its words are here alone. Only the county of the need
    behind it reads and answers it, however many counties the public label names."""

    __tablename__ = "inquiry"
    __table_args__ = (state_check(InquiryState), one_of("topic", TOPICS), one_of("reason", REASONS))

    question_ref: Mapped[str] = mapped_column(String(32), unique=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    topic: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(OfficeSecret)
    donor_verified: Mapped[bool]
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    answers: Mapped[list[str]] = mapped_column(JSON, default=list)
    sentence: Mapped[str | None] = mapped_column(OfficeSecret)
    reason: Mapped[str | None] = mapped_column(String(10))
    answered_at: Mapped[datetime | None]
    need: Mapped[Need] = relationship()


class FilingCheck(Row, Stateful, OfficeBase):
    """Two people compare a charity's project with the register of filings."""

    __tablename__ = "filing_check"
    __table_args__ = (state_check(FilingCheckState),)

    ref: Mapped[str] = mapped_column(String(32), unique=True)
    area: Mapped[str] = mapped_column(String(6), index=True)
    organisation: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(60))
    filing_no: Mapped[str] = mapped_column(String(40))
    purpose: Mapped[str] = mapped_column(String(200))
    items: Mapped[list[str]] = mapped_column(JSON, default=list)
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    first_by_key: Mapped[str | None] = mapped_column(BlindIndex)
    second_by_key: Mapped[str | None] = mapped_column(BlindIndex)


class CountyParameter(Row, OfficeBase):
    """A dated value that a county's lead has set; the public side has its own copy by letter."""

    __tablename__ = "county_parameter"

    area: Mapped[str] = mapped_column(String(6), index=True)
    key: Mapped[str] = mapped_column(String(40))
    value: Mapped[int]
    valid_from: Mapped[date]
