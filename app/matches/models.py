"""Tables of the matches room (public database)."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models.partners import CADENCE, Organisation, Volunteer
from app.core.database import PublicBase, Row, Stateful, one_of, state_check
from app.matches.states import DECLINE_REASONS, WISHES, ProposalState


class Interest(Row, PublicBase):
    """What a partner can give; one for each partner, changed in place."""

    __tablename__ = "interest"
    __table_args__ = (
        one_of("cadence", CADENCE),
        UniqueConstraint("organisation_id"),
        UniqueConstraint("volunteer_id"),
        CheckConstraint("(organisation_id IS NULL) <> (volunteer_id IS NULL)", name="one_partner"),
        CheckConstraint("capacity BETWEEN 1 AND 20", name="capacity_1_to_20"),
    )

    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteer.id"))
    kinds: Mapped[list[str]] = mapped_column(JSON, default=list)
    items: Mapped[list[str]] = mapped_column(JSON, default=list)
    counties: Mapped[list[str]] = mapped_column(JSON, default=list)
    cadence: Mapped[str] = mapped_column(default="once")
    minors_ok: Mapped[bool] = mapped_column(default=False)
    capacity: Mapped[int] = mapped_column(default=1)
    open: Mapped[bool] = mapped_column(default=True)
    organisation: Mapped[Organisation | None] = relationship()
    volunteer: Mapped[Volunteer | None] = relationship()

    @property
    def partner(self) -> Organisation | Volunteer:
        """Exactly one of the two is set (CHECK)."""
        found = self.organisation or self.volunteer
        if found is None:
            raise LookupError("an interest without a partner")
        return found


class ProposalRun(Row, PublicBase):
    """One batch of matching: how good it is proved to be, and all that is needed to repeat it to the bit.

    `inputs` are the canonical bytes, deflated; they name interests and cards by number and hold no person.
    """

    __tablename__ = "proposal_run"

    run_ref: Mapped[str] = mapped_column(String(32), unique=True)
    request_ref: Mapped[str | None] = mapped_column(String(32), unique=True)
    county: Mapped[str] = mapped_column(String(6), default="")
    people_n: Mapped[int]
    needs_n: Mapped[int]
    pairs_n: Mapped[int]
    assigned_n: Mapped[int]
    objective: Mapped[float]
    bound: Mapped[float]
    gap: Mapped[float]
    inputs: Mapped[bytes]
    inputs_hash: Mapped[str] = mapped_column(String(64))
    result_hash: Mapped[str] = mapped_column(String(64))
    seconds: Mapped[float]
    library: Mapped[str] = mapped_column(String(80))
    ran_at: Mapped[datetime]


class RunRequest(Row, PublicBase):
    """A run that the office asks for. It waits here until it is worked out, or given up after a few tries;
    what came of it is the ProposalRun of the same `request_ref`."""

    __tablename__ = "run_request"
    __table_args__ = (CheckConstraint("tries >= 0", name="tries_not_negative"),)

    request_ref: Mapped[str] = mapped_column(String(32), unique=True)
    county: Mapped[str] = mapped_column(String(6))
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)


class PairWish(Row, PublicBase):
    """The office's word on one pair for the runs to come; why it says so stays in the office."""

    __tablename__ = "pair_wish"
    __table_args__ = (one_of("kind", WISHES),)

    wish_ref: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str]
    interest_id: Mapped[int] = mapped_column(ForeignKey("interest.id"), index=True)
    project_id: Mapped[str] = mapped_column(String(11), index=True)
    live: Mapped[bool] = mapped_column(default=True)


class PairingProposal(Row, Stateful, PublicBase):
    """One partner and one card. Reasons are codes with their points, of published facts alone."""

    __tablename__ = "pairing_proposal"
    __table_args__ = (
        state_check(ProposalState),
        one_of("decline_code", DECLINE_REASONS),
        CheckConstraint("rank BETWEEN 1 AND 3", name="rank_1_to_3"),
    )

    proposal_ref: Mapped[str] = mapped_column(String(32), unique=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("proposal_run.id"), index=True)
    interest_id: Mapped[int] = mapped_column(ForeignKey("interest.id"), index=True)
    organisation_id: Mapped[int | None]
    volunteer_id: Mapped[int | None]
    project_id: Mapped[str] = mapped_column(String(11), index=True)
    rank: Mapped[int]
    score: Mapped[float]
    reasons: Mapped[dict[str, float]] = mapped_column(JSON, default=dict)
    expires_on: Mapped[date | None]
    decline_code: Mapped[str | None]
    interest: Mapped[Interest] = relationship()
