"""A county's run under labels of several counties: the neighbour loses nothing, sees nothing, and the public
side never learns whose a card is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app.core.house import House
from app.followup.models import ProposalBatch, ProposalDraft, ProposalLeft
from app.library.models import Card, ShelfCohort
from app.matches.jobs import answer_requests
from app.matches.models import PairingProposal
from app.matches.operations.proposing import propose
from app.needs.models import Need
from app.policy.actors import SYSTEM
from app.policy.lattice import covered_counties
from tests.clock import NOW
from tests.stories.followup_shelf import publish
from tests.stories.followup_world import Walk, open_walk
from tests.stories.pairings_world import shelve_services, willing
from tests.world import COUNTY, FAR_COUNTY, donor, office, public

BASE = "/office/followup/proposals"


@pytest.fixture(scope="module")
def published(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(peopled, tmp_path_factory.mktemp("public") / "instance")


@pytest.fixture
def walk(published: Path, tmp_path: Path) -> Iterator[Walk]:
    yield from open_walk(published, tmp_path)


def run_of_its_own(walk: Walk) -> None:
    """COUNTY asks for a run and has it."""
    assert walk.office("cs").post(f"{BASE}/again").status_code == 303
    walk.carry()
    answer_requests(walk.house, walk.now())
    walk.carry()


def page(walk: Walk, login: str) -> str:
    answer = walk.office(login).get(BASE)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def far_drafts(walk: Walk) -> dict[str, str]:
    """The neighbour's drafts and their states."""
    with office(walk.house) as session:
        rows = session.execute(
            select(ProposalDraft.proposal_ref, ProposalDraft.state)
            .join(Need)
            .where(Need.area.startswith(FAR_COUNTY))
        )
        return {row[0]: row[1] for row in rows}


@pytest.fixture
def shared(walk: Walk) -> Walk:
    """Cards of two counties under labels of several, with drafts for both."""
    walk.propose()
    with public(walk.house) as session:
        labels = session.scalars(select(ShelfCohort.region_label)).all()
    assert any({COUNTY, FAR_COUNTY} <= covered_counties(label) for label in labels)
    assert set(far_drafts(walk).values()) == {"draft"}
    return walk


def test_a_countys_run_replaces_its_own_drafts_and_leaves_the_neighbours_alone(shared: Walk) -> None:
    theirs, mine = far_drafts(shared), shared.drafts()[0]
    run_of_its_own(shared)
    assert far_drafts(shared) == theirs
    assert shared.draft(mine.id).state == "dropped"
    with office(shared.house) as session:
        live = session.scalars(
            select(ProposalDraft).where(ProposalDraft.need_id == mine.need_id, ProposalDraft.state == "draft")
        ).all()
        batch = session.scalars(select(ProposalBatch).where(ProposalBatch.county == COUNTY)).one()
    assert {d.run_ref for d in live} == {batch.run_ref}


def test_what_the_neighbour_had_can_still_be_sent_and_is_answered(shared: Walk) -> None:
    run_of_its_own(shared)
    with office(shared.house) as session:
        draft = session.scalars(
            select(ProposalDraft)
            .join(Need)
            .where(Need.area.startswith(FAR_COUNTY), ProposalDraft.rank == 1, ProposalDraft.state == "draft")
        ).first()
        assert draft is not None
    assert shared.send(draft, login="far_cs") == 303
    with public(shared.house) as session:
        proposal = session.scalars(
            select(PairingProposal).where(PairingProposal.proposal_ref == draft.proposal_ref)
        ).one()
        assert proposal.state == "sent"
        login = next(n for n in ("vol", "firm", "charity") if _is_of(session, proposal, n))
    shared.accept(draft, login)  # the drafts that were not stored lapse without holding up any letter
    with office(shared.house) as session:
        assert session.get_one(ProposalDraft, draft.id).state == "chosen"
    with public(shared.house) as session:
        assert (
            session.connection()
            .exec_driver_sql("SELECT count(*) FROM letter WHERE delivered_at IS NULL")
            .scalar()
            == 0
        )


def _is_of(session: Any, proposal: PairingProposal, login: str) -> bool:
    actor = donor(session, login)
    return (proposal.organisation_id, proposal.volunteer_id) == (actor.organisation_id, actor.volunteer_id)


def test_the_neighbour_sees_nothing_of_a_run_that_it_did_not_ask_for(shared: Walk) -> None:
    """Its candidates stay as they stood, and so does who was left without."""
    candidates = page(shared, "far_cs").count('class="cand"')
    assert candidates and any(area == "far" for area, _ in left_of(shared))
    with office(shared.house) as session:
        session.execute(update(ProposalLeft).values(reason="asked"))  # what a run says anew is wiped out
    run_of_its_own(shared)
    told = page(shared, "far_cs")
    assert "只排" not in told and told.count('class="cand"') == candidates
    assert "合适的都问过了" in told
    assert {reason for area, reason in left_of(shared) if area == "far"} == {"asked"}
    assert {reason for area, reason in left_of(shared) if area == "own"} != {"asked"}


def left_of(walk: Walk) -> list[tuple[str, str]]:
    with office(walk.house) as session:
        rows = session.execute(select(Need.area, ProposalLeft.reason).join(Need))
        return [("far" if r[0].startswith(FAR_COUNTY) else "own", r[1]) for r in rows]


def test_the_public_side_never_hears_which_county_a_card_is_of(shared: Walk) -> None:
    """The request names the county that asks; all cards of its labels are treated alike over there."""
    wide = wide_drafts(shared)
    assert wide and set(wide.values()) == {"draft"}
    run_of_its_own(shared)
    after = wide_drafts(shared)
    assert {ref: after[ref] for ref in wide} == wide, "own and neighbours' older drafts both stay"
    fresh = {ref for ref in after if ref not in wide}
    with public(shared.house) as session:
        cards = set(
            session.scalars(select(PairingProposal.project_id).where(PairingProposal.proposal_ref.in_(fresh)))
        )
    with office(shared.house) as session:
        own = {d.project_id for d in session.scalars(select(ProposalDraft)) if d.area.startswith(COUNTY)}
    assert cards - own, "the run works over the neighbours' cards too"
    with public(shared.house) as session:
        propose(session, actor=SYSTEM, now=shared.now())
    again = wide_drafts(shared)
    assert {again[ref] for ref in after} == {"expired"}, "a run over all replaces every draft"


def wide_drafts(walk: Walk) -> dict[str, str]:
    with public(walk.house) as session:
        rows = session.execute(
            select(PairingProposal.proposal_ref, PairingProposal.state, ShelfCohort.region_label)
            .join(Card, Card.project_id == PairingProposal.project_id)
            .join(ShelfCohort, ShelfCohort.id == Card.cohort_key)
        )
        return {r[0]: r[1] for r in rows if len(covered_counties(r[2])) > 1}


def test_under_a_label_of_one_county_its_run_replaces_the_drafts_over_there_too(house: House) -> None:
    shelve_services(house)
    willing(house)
    for _ in range(2):
        with public(house) as session:
            propose(session, county=COUNTY, actor=SYSTEM, now=NOW)
    with public(house) as session:
        states = session.scalars(select(PairingProposal.state).order_by(PairingProposal.id)).all()
    assert states.count("draft") == states.count("expired") > 0
