"""Whatever partners, the office and time do to claims in whatever order: one live claim a need, three holds a
partner, and the card says what is so."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import Refusal
from app.core.house import House
from app.core.states import PublicStateChange
from app.gifts.models import Claim
from app.gifts.operations import claims, pledges
from app.gifts.queries import live_holds
from app.gifts.states import CLAIM, HELD, LIVE, ClaimState, hold_is_over
from app.library.models import Card
from app.policy.actors import Actor
from tests.clock import NOW
from tests.stories.gifts_world import TERMS, bed, shelve
from tests.world import donor, public

PARTNERS, BEDS, MOST = ("vol", "charity", "firm"), 5, 3
WHAT = ("claim",) * 5 + ("tell", "promise", "release", "contact", "reject", "lapse", "confirm", "wait")
WHO = (0, 0, 0, 1, 2)  # one partner tries most, so that the limit is met
moves = st.lists(
    st.tuples(st.sampled_from(WHAT), st.sampled_from(WHO), st.integers(0, BEDS - 1)),
    min_size=12,
    max_size=40,
)


@dataclass
class World:
    """One run: who there is, and the time, which only goes on."""

    session: Session
    actors: list[Actor]
    now: datetime

    def some_claim(self, which: int) -> Claim | None:
        """A live one where there is any, the latest first; else one that is over."""
        rows = self.session.scalars(select(Claim).order_by(Claim.id.desc())).all()
        alive = [c for c in rows if c.state in LIVE] or rows
        return alive[which % len(alive)] if alive else None


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(moves)
def test_claims_keep_their_rules_whatever_happens(house: House, steps: list[tuple[str, int, int]]) -> None:
    _shelve_once(house)
    with public(house) as session:
        world = World(session, [donor(session, login) for login in PARTNERS], NOW)
        for what, who, which in steps:
            _try(world, what, world.actors[who], which)
            _check(world)
        _check_log(session)
        session.rollback()


def _shelve_once(house: House) -> None:
    with public(house) as session:
        there = session.scalar(select(Card.id).limit(1))
    if there is None:
        shelve(house, beds=BEDS)


def _try(world: World, what: str, actor: Actor, which: int) -> None:
    """A refusal is an answer like another; it must leave nothing half-done."""
    if what == "wait":
        world.now += timedelta(days=2)
        return
    try:
        with world.session.begin_nested():
            _do(world, what, actor, which)
    except Refusal:
        world.session.expire_all()


def _do(world: World, what: str, actor: Actor, which: int) -> None:
    """Others than its owner try to release or promise a claim now and then, too."""
    session, now, claim = world.session, world.now, world.some_claim(which)
    number = bed(which)
    if what == "claim":
        claims.claim_card(
            session, project_id=number, ready_on=now.date(), promised=True, actor=actor, now=now
        )
    elif what == "lapse":
        claims.lapse_claims(session, now=now)
    elif claim is None:
        return
    elif what in ("release", "promise"):
        owner = actor if which == 0 else next(a for a in world.actors if _is_of(claim, a))
        if what == "release":
            claims.release_claim(session, claim, actor=owner, now=now)
        else:
            pledges.make_pledge(session, claim, qty=1, date_by=now.date(), actor=owner, now=now)
    else:
        _letter(world, what, claim)


def _letter(world: World, what: str, claim: Claim) -> None:
    """What the office says, whether it still fits or not."""
    session, now, about = world.session, world.now, {"claim_ref": claim.claim_ref}
    if what == "tell":
        claims.take_terms(session, {**about, "lines": TERMS, "qty": 2}, now=now)
    elif what == "contact":
        claims.take_contact(session, {**about, "at": now.isoformat()}, now=now)
    elif what == "reject":
        claims.take_rejection(session, {**about, "reason": "不合适"}, now=now)
    elif claim.pledge is not None:
        for action in ("arrive", "hand_over", "confirm"):
            pledges.take_step(session, {"pledge_ref": claim.pledge.pledge_ref}, action, now=now)


def _check(world: World) -> None:
    session, now = world.session, world.now
    rows = session.scalars(select(Claim).execution_options(populate_existing=True)).all()
    alive = Counter(c.project_id for c in rows if c.state in LIVE)
    assert all(n == 1 for n in alive.values())
    assert all((c.live_key == c.project_id) == (c.state in LIVE) for c in rows)
    assert all(c.terms is None for c in rows if c.ended_at is not None and c.state != ClaimState.DONE)
    for actor in world.actors:
        mine = [c for c in rows if _is_of(c, actor) and c.state in HELD and not hold_is_over(c, now)]
        assert len(mine) <= MOST
        assert len(mine) == live_holds(session, actor, now)
    done = {c.project_id for c in rows if c.state == ClaimState.DONE}
    for card in session.scalars(select(Card).where(Card.project_id.in_([bed(n) for n in range(BEDS)]))):
        session.refresh(card)
        taken = card.project_id in alive or card.project_id in done
        assert card.status == ("claimed" if taken else "open"), card.project_id


def _is_of(claim: Claim, actor: Actor) -> bool:
    return (claim.organisation_id, claim.volunteer_id) == (actor.organisation_id, actor.volunteer_id)


def _check_log(session: Session) -> None:
    """Every move that was made is a line of the table, and each begins where the last one ended."""
    lines = session.scalars(
        select(PublicStateChange)
        .where(PublicStateChange.subject_type == CLAIM.name)
        .order_by(PublicStateChange.subject_id, PublicStateChange.id)
    ).all()
    at: dict[int, str] = {}
    for line in lines:
        assert line.from_state == at.get(line.subject_id, "")
        move = CLAIM.find(line.from_state, line.action)
        assert line.action == "begin" or (move is not None and move.target == line.to_state)
        at[line.subject_id] = line.to_state
