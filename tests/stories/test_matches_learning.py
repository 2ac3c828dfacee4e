"""What partners answered moves the order of pairs, once they are enough; reasons stay as they were."""

import json
import zlib

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.house import House
from app.core.outbox import PublicLetter
from app.core.states import advance, begin_all
from app.core.tokens import token
from app.library.models import DatedParameter
from app.matches.models import PairingProposal, ProposalRun
from app.matches.operations.batch import Inputs
from app.matches.operations.learning import FIT, LEAST_EACH, order_on
from app.matches.operations.proposing import propose, repeat
from app.matches.operations.scoring import weights_on
from app.matches.queries import interest_of
from app.matches.states import PROPOSAL
from app.policy.actors import SYSTEM
from matching.weights import Score
from tests.clock import NOW
from tests.stories.pairings_world import another_partner, shelve_services, willing
from tests.world import donor, public

DAY = local_day(NOW)
ENOUGH = 100
SKILLED = {"item": 18.0, "skill": 15.0, "reach": 8.0, "cadence": 4.0, "waiting": 0.0, "reliability": 5.0}
NEAR = {**SKILLED, "skill": 0.0, "reach": 15.0}


@pytest.fixture
def shelf(house: House) -> House:
    """Five services, two partners, and a first run."""
    shelve_services(house)
    willing(house)
    another_partner(house)
    with public(house) as session:
        propose(session, actor=SYSTEM, now=NOW)
        row = {"key": "learn_from_answers", "since": DAY, "value": ENOUGH, "received_at": NOW}
        session.add(DatedParameter(**row))
    return house


def answer(session: Session, number: int, parts: dict[str, float], *steps: str) -> None:
    """Proposals of cards that are long gone, each taken through these steps."""
    partner, run = donor(session, "vol"), session.scalars(select(ProposalRun)).first()
    interest = interest_of(session, partner)
    assert run is not None and interest is not None
    made = [
        PairingProposal(
            proposal_ref=token(),
            run_id=run.id,
            interest_id=interest.id,
            volunteer_id=interest.volunteer_id,
            project_id=f"XQ-{token()[:8]}",
            rank=1,
            score=sum(parts.values()),
            reasons=parts,
        )
        for _ in range(number)
    ]
    begin_all(session, PROPOSAL, made, actor_of=lambda _: SYSTEM, now=NOW)
    for one in made:
        for step in ("send", *steps):
            actor = partner if step in ("choose", "decline") else SYSTEM
            advance(session, PROPOSAL, one, step, actor=actor, now=NOW)


def skill_is_what_counts(session: Session, each: int) -> None:
    answer(session, each, SKILLED, "choose", "end")
    answer(session, each, NEAR, "decline")


def test_with_few_answers_the_weights_alone_make_the_order(shelf: House) -> None:
    with public(shelf) as session:
        skill_is_what_counts(session, ENOUGH // 2 - 1)
        answer(session, 30, NEAR, "expire")  # no answer is no answer
        order = order_on(session, DAY, weights_on(session, DAY))
        assert order.answers == 0 and order.of(Score(61.5)) == 61.5


def test_where_hardly_anybody_said_yes_nothing_is_learned(shelf: House) -> None:
    with public(shelf) as session:
        answer(session, LEAST_EACH - 1, SKILLED, "choose", "end")
        answer(session, ENOUGH, NEAR, "decline")
        assert order_on(session, DAY, weights_on(session, DAY)).answers == 0
        answer(session, 1, SKILLED, "choose", "end")
        assert order_on(session, DAY, weights_on(session, DAY)).answers == ENOUGH + LEAST_EACH


def test_answers_move_the_order_and_neither_waiting_nor_the_reasons(shelf: House) -> None:
    with public(shelf) as session:
        skill_is_what_counts(session, 60)
        weights = weights_on(session, DAY)
        order = order_on(session, DAY, weights)
    assert order.answers == 120
    skilled, near = (Score(sum(p.values()), p) for p in (SKILLED, NEAR))
    assert near.total == skilled.total - 8 and order.of(skilled) > order.of(near) + 20
    waited = Score(near.total + 10, {**NEAR, "waiting": 10.0})
    assert order.of(waited) == pytest.approx(order.of(near) + 10)
    assert 0 <= order.of(near) <= sum(weights[name] for name in FIT)


def test_a_run_that_learned_says_so_and_comes_out_the_same_to_the_bit(shelf: House) -> None:
    with public(shelf) as session:
        skill_is_what_counts(session, 60)
        run = propose(session, actor=SYSTEM, now=NOW)
        drafts = session.scalars(select(PairingProposal).where(PairingProposal.run_id == run.id)).all()
        inputs = Inputs.from_bytes(zlib.decompress(run.inputs))
        ordered = {(interest, card): value for interest, card, value in inputs.arcs}
        assert inputs.answers == 120 and repeat(run).differs == []
        assert drafts and all(d.score == pytest.approx(sum(d.reasons.values())) for d in drafts)
        assert any(ordered[d.interest_id, d.project_id] != d.score for d in drafts)
        letter = session.scalars(select(PublicLetter).order_by(PublicLetter.id.desc())).first()
        assert letter is not None and json.loads(letter.payload or "")["run"]["answers"] == 120
