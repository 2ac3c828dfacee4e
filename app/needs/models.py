"""Tables of the needs room (office database)."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models import Case
from app.core.database import OfficeBase, Row, Stateful, one_of, state_check
from app.core.secrets import BlindIndex, OfficeSecret
from app.needs.states import BypassState, ImportState, NeedState, OutcomeState, ReferralState
from app.policy import lists
from app.policy.catalogue import ITEMS, Item, item

OUTCOMES = {"covered": "全部解决", "partial": "解决一部分", "none": "没有可用的", "not_applicable": "不适用"}


_LIVE_OUTCOME = "state <> 'rejected' AND (stage < 4 OR state = 'recorded')"


class Need(Row, Stateful, OfficeBase):
    """One thing a household lacks. `residual_qty` is what verified outcomes and confirmations have left of
    it."""

    __tablename__ = "need"
    __table_args__ = (
        state_check(NeedState),
        one_of("urgency", lists.URGENCY),
        one_of("item_code", ITEMS),
        UniqueConstraint("case_id", "need_ref"),
        CheckConstraint("qty BETWEEN 1 AND 99", name="qty_1_to_99"),
        CheckConstraint("residual_qty >= 0 AND residual_qty <= qty", name="residual_within_qty"),
        CheckConstraint("action_no BETWEEN 1 AND 12", name="action_1_to_12"),
        CheckConstraint("budget_fen IS NULL OR budget_fen >= 0", name="budget_not_negative"),
        Index("ix_need_county_state", "county_code", "state"),
    )

    need_ref: Mapped[str] = mapped_column(String(60))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    area: Mapped[str] = mapped_column(String(12), index=True)
    county_code: Mapped[str] = mapped_column(String(6))
    item_code: Mapped[str] = mapped_column(String(3))
    action_no: Mapped[int]
    qty: Mapped[int]
    residual_qty: Mapped[int]
    option: Mapped[str | None] = mapped_column(String(20))
    frequency: Mapped[str] = mapped_column(default="once")
    budget_fen: Mapped[int | None]
    urgency: Mapped[str]
    description: Mapped[str | None] = mapped_column(OfficeSecret)
    cascade_stage: Mapped[int] = mapped_column(default=0)
    bypassed: Mapped[bool] = mapped_column(default=False)
    stage3_on: Mapped[date | None]
    stage4_on: Mapped[date | None]
    met_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    case: Mapped[Case] = relationship()
    outcomes: Mapped[list["CascadeOutcome"]] = relationship(
        back_populates="need", order_by="CascadeOutcome.id"
    )
    bypass: Mapped["CascadeBypass | None"] = relationship(back_populates="need", uselist=False)

    @property
    def item(self) -> Item:
        return item(self.item_code)

    @property
    def title(self) -> str:
        return f"{self.item.name} {self.residual_qty or self.qty} {self.item.unit}"

    @property
    def unit_id(self) -> int | None:
        return self.case.duty_unit_id

    @property
    def stage(self) -> int:
        """1 or 2 while that step's answer is open, else 0."""
        return {NeedState.STAGE1: 1, NeedState.STAGE2: 2}.get(NeedState(self.state), 0)

    @property
    def owed(self) -> tuple[int, ...]:
        """Steps that an urgent bypass went past and that have no verified answer yet (I-11)."""
        bypass = self.bypass if self.bypassed and self.state != NeedState.CANCELLED else None
        return tuple(bypass.stages_still_owed) if bypass is not None else ()

    @property
    def answerable(self) -> tuple[int, ...]:
        """The steps to which an answer may be recorded now."""
        if self.stage:
            return (self.stage,)
        return (*self.owed, 4) if self.state == NeedState.STAGE4 else self.owed


class OfNeed:
    """What hangs on a need: its area is that of the need's household."""

    if TYPE_CHECKING:
        need: Mapped[Need]

    @property
    def area(self) -> str:
        return self.need.area


class CascadeOutcome(OfNeed, Row, Stateful, OfficeBase):
    """What step ①, ② or ④ did for a need; it counts once another person has verified it. ④ may be asked
    again: only what waits for its check stands alone."""

    __tablename__ = "cascade_outcome"
    __table_args__ = (
        state_check(OutcomeState),
        one_of("outcome", OUTCOMES),
        CheckConstraint("stage IN (1, 2, 4)", name="stage_1_2_or_4"),
        CheckConstraint("covered_qty >= 0", name="covered_not_negative"),
        Index(
            "uq_cascade_outcome_live",
            "need_id",
            "stage",
            unique=True,
            sqlite_where=text(_LIVE_OUTCOME),
            postgresql_where=text(_LIVE_OUTCOME),
        ),
    )

    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    stage: Mapped[int]
    outcome: Mapped[str]
    covered_qty: Mapped[int]
    basis: Mapped[str] = mapped_column(String(120))
    note: Mapped[str | None] = mapped_column(OfficeSecret)
    recorded_by_key: Mapped[str] = mapped_column(BlindIndex)
    verified_by_key: Mapped[str | None] = mapped_column(BlindIndex)
    verified_at: Mapped[datetime | None]
    need: Mapped[Need] = relationship(back_populates="outcomes")

    @property
    def answerable(self) -> tuple[int, ...]:
        return (self.stage,)

    @property
    def late(self) -> bool:
        """Of a step that an urgent bypass went past, and that is still owed."""
        return self.stage in self.need.owed

    @property
    def cascade_stage(self) -> int:
        return self.need.cascade_stage

    @property
    def action_no(self) -> int:
        return self.need.action_no

    @property
    def unit_id(self) -> int | None:
        return self.need.unit_id


class CascadeBypass(OfNeed, Row, Stateful, OfficeBase):
    """A reasoned urgent skip of steps ① and ②, which stay owed (domain 4.4, I-11). One a need."""

    __tablename__ = "cascade_bypass"
    __table_args__ = (state_check(BypassState), one_of("reason_code", lists.BYPASS_REASONS))

    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), unique=True)
    reason_code: Mapped[str]
    reason: Mapped[str] = mapped_column(OfficeSecret)
    asked_by_key: Mapped[str] = mapped_column(BlindIndex)
    approved_by_key: Mapped[str | None] = mapped_column(BlindIndex)
    stages_still_owed: Mapped[list[int]] = mapped_column(JSON, default=list)
    need: Mapped[Need] = relationship(back_populates="bypass")

    @property
    def action_no(self) -> int:
        return self.need.action_no

    @property
    def unit_id(self) -> int | None:
        return self.need.unit_id


class Referral(OfNeed, Row, Stateful, OfficeBase):
    """Step ③ found nobody: the county puts the need to the finance bureau. `dossier` says what was tried and
    what is missing; `meeting_on` is the day on which the county's joint meeting takes it up."""

    __tablename__ = "referral"
    __table_args__ = (
        state_check(ReferralState),
        Index(
            "uq_referral_asked",
            "need_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )

    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    dossier: Mapped[str] = mapped_column(OfficeSecret)
    asked_by_key: Mapped[str] = mapped_column(BlindIndex)
    decided_by_key: Mapped[str | None] = mapped_column(BlindIndex)
    decided_on: Mapped[date | None]
    meeting_on: Mapped[date | None]
    need: Mapped[Need] = relationship()

    @property
    def cascade_stage(self) -> int:
        return self.need.cascade_stage


class ImportJob(Row, Stateful, OfficeBase):
    """An uploaded workbook on its way in. File and findings lie sealed in the instance folder."""

    __tablename__ = "import_job"
    __table_args__ = (
        state_check(ImportState),
        CheckConstraint("length(area) IN (6, 9)", name="area_is_county_or_township"),
    )

    token: Mapped[str] = mapped_column(String(32), unique=True)
    area: Mapped[str] = mapped_column(String(9), index=True)
    officer_id: Mapped[int] = mapped_column(index=True)
    file_name: Mapped[str] = mapped_column(OfficeSecret)
    fingerprint: Mapped[str] = mapped_column(String(64))
    checked_hash: Mapped[str | None] = mapped_column(String(64))
    households_n: Mapped[int] = mapped_column(default=0)
    members_n: Mapped[int] = mapped_column(default=0)
    needs_n: Mapped[int] = mapped_column(default=0)
    skipped_n: Mapped[int] = mapped_column(default=0)
    errors_n: Mapped[int] = mapped_column(default=0)
    warnings_n: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]
