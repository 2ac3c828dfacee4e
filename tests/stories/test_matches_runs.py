"""Every run of the batch is kept and can be repeated to the bit; the order of the shelf for one partner."""

import json
import re
import zlib
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.house import House
from app.library.models import Card
from app.library.queries import all_cards, browse, taken, wish_of
from app.library.queries.snapshot import Snapshot
from app.matches.models import Interest, ProposalRun
from app.matches.operations.batch import Inputs, Outcome, pins_that_fit, solve
from app.matches.operations.forme import OUT, answers_from, points_of
from app.matches.operations.proposing import propose, repeat, work_out
from app.matches.operations.scoring import (
    LEAST_SCORE,
    can_be_paired,
    is_allowed,
    need_of,
    person_of,
    weights_on,
)
from app.matches.queries import interest_of
from app.policy.actors import SYSTEM
from matching import check
from matching.weights import score
from tests.clock import NOW
from tests.stories.library_world import catalogue_shelf
from tests.stories.pairings_world import another_partner, shelve_services, willing
from tests.stories.test_commands import answer, refused, runner_of
from tests.world import Site, donor, public

DAY = local_day(NOW)


def made_run(house: House) -> ProposalRun:
    shelve_services(house)
    willing(house)
    another_partner(house)
    with public(house) as session:
        return propose(session, actor=SYSTEM, now=NOW)


def inputs_of(run: ProposalRun) -> Inputs:
    return Inputs.from_bytes(zlib.decompress(run.inputs))


def test_a_run_keeps_what_went_in_and_comes_out_the_same_to_the_bit(any_house: House) -> None:
    run = made_run(any_house)
    inputs = inputs_of(run)
    assert inputs.digest == run.inputs_hash and inputs.as_bytes() == zlib.decompress(run.inputs)
    assert (run.people_n, run.needs_n, run.pairs_n) == (2, 5, len(inputs.arcs))
    assert repeat(run).differs == []
    with public(any_house) as session:  # the world went on: the run is still what it was
        for interest in session.scalars(select(Interest)):
            interest.open = False
    with public(any_house) as session:
        assert repeat(session.scalars(select(ProposalRun)).one()).differs == []


def test_the_proof_of_a_run_stands_before_an_outsider(house: House) -> None:
    outcome = solve(inputs_of(made_run(house)))
    assert check(outcome.arcs, outcome.result.chosen, outcome.result.certificate, outcome.pinned) == []
    assert outcome.result.certificate.gap == 0.0 and outcome.result.certificate.count > 0


def shuffled(inputs: Inputs, seed: int) -> Inputs:
    """The same facts, read in another order."""
    rng = np.random.default_rng(seed)
    lists = {
        name: [getattr(inputs, name)[k] for k in rng.permutation(len(getattr(inputs, name)))]
        for name in ("people", "needs", "arcs", "pins", "forbidden")
    }
    weights = dict(reversed(inputs.weights.items()))
    return Inputs.of(county=inputs.county, day=inputs.day, weights=weights, answers=inputs.answers, **lists)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_things_are_read_changes_no_bit(house: House, seed: int) -> None:
    inputs = inputs_of(made_run(house))
    other = shuffled(inputs, seed)
    assert other.as_bytes() == inputs.as_bytes()
    assert solve(other).digest == solve(inputs).digest


def drawn(seed: int, people: int = 12, needs: int = 20) -> Inputs:
    """Random people and needs with ties, pins and forbidden pairs."""
    rng = np.random.default_rng(seed)
    cards = [f"XQ-{n:08d}" for n in range(needs)]
    arcs = [
        (p, c, float(rng.integers(40, 60))) for p in range(1, people + 1) for c in cards if rng.random() < 0.3
    ]
    pairs = [arc[:2] for arc in arcs]
    plain = Inputs.of(
        county="",
        day="2026-11-25",
        weights={"item": 30.0},
        people=[(p, int(rng.integers(1, 3))) for p in range(1, people + 1)],
        needs=[(c, int(rng.integers(0, 20))) for c in cards],
        arcs=arcs,
        pins=(),
        forbidden=pairs[::7],
    )
    pins = pins_that_fit([pairs[k] for k in rng.permutation(len(pairs))[:6]], plain)
    return Inputs.of(**{**vars(plain), "pins": pins})


@pytest.mark.parametrize("seed", range(20))
def test_pins_are_chosen_forbidden_pairs_are_not_and_the_proof_holds(seed: int) -> None:
    inputs = drawn(seed)
    outcome: Outcome = solve(inputs)
    assert set(inputs.pins) and set(inputs.pins) <= set(outcome.chosen)
    assert set(inputs.forbidden) and not set(inputs.forbidden) & set(outcome.chosen)
    assert check(outcome.arcs, outcome.result.chosen, outcome.result.certificate, outcome.pinned) == []
    assert solve(Inputs.from_bytes(inputs.as_bytes())).digest == outcome.digest


def test_pins_never_ask_for_more_places_than_there_are() -> None:
    inputs = Inputs.of(
        county="",
        day="2026-11-25",
        weights={},
        people=[(1, 1), (2, 1)],
        needs=[("XQ-A", 0), ("XQ-B", 0)],
        arcs=[(1, "XQ-A", 50.0), (1, "XQ-B", 50.0), (2, "XQ-A", 50.0)],
        pins=(),
        forbidden=[(2, "XQ-B")],
    )
    wanted = [(1, "XQ-A"), (1, "XQ-B"), (2, "XQ-A"), (2, "XQ-B"), (3, "XQ-A")]
    assert pins_that_fit(wanted, inputs) == [(1, "XQ-A")]


def test_the_command_repeats_a_run_and_says_when_it_differs(house: House) -> None:
    run = made_run(house)
    told = answer(runner_of(house)("pairings", "propose", "--repeat", run.run_ref))
    assert told["same"] is True and told["inputs_hash"] == run.inputs_hash
    with public(house) as session:
        assert session.scalar(select(func.count(ProposalRun.id))) == 1  # nothing was written
        kept = session.get_one(ProposalRun, run.id)
        inputs = json.loads(zlib.decompress(kept.inputs))
        inputs["arcs"][0][2] += 1.0
        kept.inputs = zlib.compress(json.dumps(inputs).encode())
    refused(runner_of(house)("pairings", "propose", "--repeat", run.run_ref), "不一样")
    refused(runner_of(house)("pairings", "propose", "--repeat", "nothing"), "没有这一次")
    both = runner_of(house)("pairings", "propose", "--repeat", run.run_ref, "--county", "640324")
    assert both.exit_code == 2


def test_no_name_and_no_number_of_a_partner_is_kept_with_a_run(house: House) -> None:
    run = made_run(house)
    text = zlib.decompress(run.inputs).decode()
    with public(house) as session:
        partners = [i.partner for i in session.scalars(select(Interest))]
        secrets = [word for p in partners for word in (p.public_name, p.phone, p.token)]
    assert [word for word in secrets if word in text] == []


@pytest.fixture
def stocked(site: Site) -> Site:
    """Every item of the catalogue under several labels, and a volunteer who said what it can give."""
    catalogue_shelf(site.house)
    willing(site.house, kinds=("service", "goods"), counties=("640324", "640422"))
    return site


def facts(session: Session, login: str = "vol") -> tuple[Snapshot, Interest]:
    interest = interest_of(session, donor(session, login))
    assert interest is not None
    return taken(session, changes=1, tick=DAY), interest


def test_the_points_for_me_are_those_of_the_batch(stocked: Site) -> None:
    """Of every service that the batch may pair, to the last digit."""
    with public(stocked.house) as session:
        shelf, interest = facts(session)
        weights, later = weights_on(session, DAY), DAY + timedelta(days=70)
        points = points_of(interest, shelf, later, weights)
        at = {card.project_id: n for n, card in enumerate(shelf.cards)}
        services = [c for c in all_cards(session) if can_be_paired(c, "")]
        allowed = [c for c in services if is_allowed(interest, c, later)]
        assert allowed and len(allowed) < len(services)
        person = person_of(interest)
        for card in services:
            fits = card in allowed
            wanted = score(person, need_of(card, later), weights).total if fits else OUT
            assert points[at[card.project_id]] == wanted, card.project_id


def test_a_run_scores_every_pair_as_if_it_were_alone(stocked: Site) -> None:
    """Cards that are alike are judged once: no pair is lost or scored otherwise by it."""
    willing(stocked.house, "charity", items=("S01", "S02", "S10"), counties=("640324",), capacity=20)
    with public(stocked.house) as session:
        batch, weights = work_out(session, now=NOW), weights_on(session, DAY)
        wanted = {
            (interest.id, card.project_id): score(person_of(interest), need_of(card, DAY), weights).total
            for interest in session.scalars(select(Interest))
            for card in all_cards(session)
            if can_be_paired(card, "") and is_allowed(interest, card, DAY)
        }
    assert {(p.interest.id, p.card.project_id): p.score.total for p in batch.look.pairs} == {
        pair: total for pair, total in wanted.items() if total >= LEAST_SCORE
    }
    assert len({interest for interest, _ in wanted}) == 2 and len(set(wanted.values())) > 5


def test_what_one_cannot_do_stands_last_and_equals_stand_as_on_any_day(stocked: Site) -> None:
    with public(stocked.house) as session:
        shelf, interest = facts(session)
        points = points_of(interest, shelf, DAY, weights_on(session, DAY))
        wish = wish_of({"sort": ["forme"]}, for_me=True)
        mine = browse(shelf, wish, found=None, day=DAY, size=len(shelf), points=points).page.items
        fair = browse(shelf, wish_of({}), found=None, day=DAY, size=len(shelf)).page.items
        at = {card.project_id: points[n] for n, card in enumerate(shelf.cards)}
    assert sorted(c.project_id for c in mine) == sorted(c.project_id for c in fair)
    assert mine == sorted(fair, key=lambda c: -at[c.project_id])
    assert at[mine[-1].project_id] == OUT < at[mine[0].project_id]
    assert {c.kind for c in mine if at[c.project_id] == OUT} >= {"money"}


def titles(page: str) -> list[str]:
    return re.findall(r'<h3><a href="/library/(XQ-[0-9A-Z]+)">', page)


def test_the_page_puts_first_what_fits_the_partner(stocked: Site) -> None:
    client = stocked.public("vol")
    plain, mine = client.get("/library").text, client.get("/library?sort=forme").text
    assert "按我的条件排" in plain and "照你写过的来排" not in plain and "照你写过的来排" in mine
    with public(stocked.house) as session:
        shelf, interest = facts(session)
        points = points_of(interest, shelf, DAY, weights_on(session, DAY))
        best = sorted(points, reverse=True)[:12]
        at = {card.project_id: points[n] for n, card in enumerate(shelf.cards)}
    assert [at[number] for number in titles(mine)] == best != [at[number] for number in titles(plain)]


def test_a_filter_and_the_second_page_keep_the_order(stocked: Site) -> None:
    client = stocked.public("vol")
    page = client.get("/library?kind=service&sort=forme&page=2").text
    assert "sort=forme" in page and len(titles(page)) == 12
    with public(stocked.house) as session:
        kinds = set(session.scalars(select(Card.kind).where(Card.project_id.in_(titles(page)))))
    assert kinds == {"service"}


@pytest.mark.parametrize("login", ["", "firm"])
def test_a_visitor_and_who_said_nothing_see_nothing_of_it(stocked: Site, login: str) -> None:
    client = stocked.public(login) if login else stocked.visitor()
    asked, plain = (client.get(path).text for path in ("/library?sort=forme", "/library"))
    assert "按我的条件排" not in asked and "照你写过的" not in asked and "sort=forme" not in asked
    assert titles(asked) == titles(plain)
    assert "照你写过的先填好了" not in client.get("/recommend").text


def test_a_page_for_me_is_never_given_to_others(stocked: Site) -> None:
    answer_for_me = stocked.public("vol").get("/library?sort=forme")
    assert "public" not in answer_for_me.headers.get("Cache-Control", "")
    assert "照你写过的来排" not in stocked.visitor().get("/library?sort=forme").text


def test_the_three_questions_are_filled_in_from_what_one_wrote(stocked: Site) -> None:
    page = stocked.public("vol").get("/recommend").text
    assert "照你写过的先填好了" in page
    assert re.search(r'name="time" value="monthly" checked', page)
    assert re.search(r'<option value="640(324|422)" selected', page)
    again = stocked.public("vol").get("/recommend?kind=money&near=&time=once").text
    assert re.search(r'name="kind" value="money" checked', again) and "照你写过的先填好了" not in again


def test_company_alone_is_asked_for_as_company(house: House) -> None:
    willing(house, items=("S01",), cadence="weekly")
    with public(house) as session:
        interest = interest_of(session, donor(session, "vol"))
        assert interest is not None
        told = answers_from(interest)
    assert (told.kind, told.time) == ("company", "year")
