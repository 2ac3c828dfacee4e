"""A run that a county asks for: worked out aside, begun anew after a crash, no concern of its neighbours."""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select, update

from app.core.clock import local_day
from app.core.house import House
from app.core.jobs import Periodic
from app.core.outbox import OfficeLetter
from app.followup.models import ProposalDraft, ProposalRequest
from app.gifts.operations import claims
from app.library.models import ShelfCohort
from app.matches.jobs import answer_requests, propose_nightly
from app.matches.models import Interest, PairingProposal, ProposalRun, RunRequest
from app.matches.operations.proposing import keep, work_out
from app.matches.operations.requests import MOST_TRIES, receive_request
from app.policy.actors import SYSTEM
from app.worker import Worker
from tests.clock import NOW
from tests.stories.followup_shelf import publish
from tests.stories.followup_world import Walk, open_walk
from tests.stories.pairings_world import HAIR, another_partner, shelve_services, willing
from tests.world import COUNTY, Site, donor, office, public

BASE = "/office/followup/proposals"
ASK = {"request_ref": "R" * 32, "county": COUNTY}


@pytest.fixture(scope="module")
def published(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(peopled, tmp_path_factory.mktemp("public") / "instance")


@pytest.fixture
def walk(published: Path, tmp_path: Path) -> Iterator[Walk]:
    yield from open_walk(published, tmp_path)


def asked(walk: Walk, login: str = "cs") -> None:
    """The click, and its letter."""
    assert walk.office(login).post(f"{BASE}/again").status_code == 303
    walk.carry()


def answered(walk: Walk, login: str = "cs") -> None:
    asked(walk, login)
    answer_requests(walk.house, walk.now())
    walk.carry()


def page(walk: Walk, login: str = "cs", path: str = "") -> str:
    answer = walk.office(login).get(f"{BASE}{path}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def runs(house: House) -> int:
    with public(house) as session:
        return session.scalar(select(func.count(ProposalRun.id))) or 0


def test_its_letter_writes_one_line_and_works_nothing_out(walk: Walk) -> None:
    walk.propose()
    asked(walk)
    with public(walk.house) as session:
        receive_request(session, {"request_ref": "R" * 32, "county": COUNTY}, now=walk.now())
        receive_request(session, {"request_ref": "R" * 32, "county": COUNTY}, now=walk.now())
        assert session.scalar(select(func.count(RunRequest.id))) == 2
    assert runs(walk.house) == 1


def test_the_page_says_at_once_how_far_it_is_and_shows_the_result_when_it_is_there(walk: Walk) -> None:
    walk.propose()
    assert walk.office("cs").post(f"{BASE}/again").status_code == 303
    told = page(walk)
    assert "正在再排" in told and "就要轮到" in told and "看看排好了没有" in told and "run-again" not in told
    look = re.search(r'hx-get="/office(/followup/proposals/run\?seen=asked)"', told)
    assert look and walk.office("cs").get(f"/office{look[1]}").status_code == 204  # nothing has moved
    walk.carry()
    with pytest.raises(Killed), killed_at_commit(walk.house, 2):
        answer_requests(walk.house, walk.now())
    walk.carry()
    part = walk.office("cs").get(f"/office{look[1]}").get_data(as_text=True)
    assert "正在一对一对地比" in part and "seen=started" in part
    answer_requests(walk.house, walk.later(minutes=1))
    walk.carry()
    part = walk.office("cs").get(f"{BASE}/run?seen=started").get_data(as_text=True)
    assert "排好了" in part and "换成新排的" in part and "hx-get" not in part and "run-again" in part
    assert "只排" in page(walk) and "换成新排的" not in page(walk)


class Killed(BaseException):
    """Not an Exception: nothing in the product may catch it."""


class killed_at_commit:
    """The process dies in front of its n-th commit on the public side, counted from 0."""

    def __init__(self, house: House, nth: int) -> None:
        self.engine, self.left = house.public.engine, nth

    def __enter__(self) -> None:
        event.listen(self.engine, "commit", self._commit)

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "commit", self._commit)

    def _commit(self, _connection: object) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed


@pytest.mark.parametrize("nth", [0, 1, 2, 3])
def test_a_crash_leaves_nothing_half_written_and_is_begun_anew(walk: Walk, nth: int) -> None:
    """In front of the commit of the look, of its beginning, of the reading, of the one that keeps it."""
    walk.propose()
    asked(walk)
    before = states_of(walk)
    with pytest.raises(Killed), killed_at_commit(walk.house, nth):
        answer_requests(walk.house, walk.now())
    walk.carry()
    assert runs(walk.house) == 1 and states_of(walk) == before
    for _ in range(2):
        answer_requests(walk.house, walk.later(minutes=1))
    walk.carry()
    assert runs(walk.house) == 2
    with office(walk.house) as session:
        request = session.scalars(select(ProposalRequest)).one()
        assert request.live_key is None and request.run_ref is not None
        refs = session.scalars(select(ProposalDraft.proposal_ref)).all()
    assert len(refs) == len(set(refs))


def states_of(walk: Walk) -> list[tuple[str, str]]:
    with public(walk.house) as session:
        rows = session.execute(select(PairingProposal.proposal_ref, PairingProposal.state))
        return sorted((row[0], row[1]) for row in rows)


def test_what_breaks_off_again_and_again_is_given_up_and_said(walk: Walk) -> None:
    walk.propose()
    asked(walk)
    with public(walk.house) as session:
        label = session.scalars(select(ShelfCohort.region_label)).first()
        session.execute(update(ShelfCohort).values(region_label="没有的地方"))
    for _ in range(MOST_TRIES):
        with pytest.raises(ValueError, match="region_label"):
            answer_requests(walk.house, walk.later(minutes=1))
    answer_requests(walk.house, walk.later(minutes=1))
    walk.carry()
    told = page(walk)
    assert "没有排成" in told and "正在再排" not in told and runs(walk.house) == 1
    with public(walk.house) as session:
        session.execute(update(ShelfCohort).values(region_label=label))
    answered(walk)
    assert "没有排成" not in page(walk) and runs(walk.house) == 2


def test_letters_are_carried_while_a_run_is_worked_out(walk: Walk) -> None:
    at_work, let_go, quick = threading.Event(), threading.Event(), []

    def long(house: House, now: Any) -> None:
        at_work.set()
        assert let_go.wait(20)

    worker = Worker(walk.house, aside=True)
    worker.periodic = [
        Periodic("long", timedelta(0), long, aside=True),
        Periodic("quick", timedelta(0), lambda house, now: quick.append(now)),
    ]
    assert worker.run_once(walk.now())["jobs"] == ["long", "quick"]
    assert at_work.wait(20)
    assert walk.office("cs").post(f"{BASE}/again").status_code == 303
    later = walk.later(minutes=1)
    assert worker.run_once(later) == {"letters": 1, "jobs": ["quick"]}  # a second one is not begun beside it
    assert quick[-1] == later
    let_go.set()


def test_what_was_overtaken_meanwhile_falls_out_of_the_drafts(walk: Walk) -> None:
    """A card is claimed, a partner closes its offer while the run is worked out: neither is drafted."""
    walk.propose()
    with public(walk.house) as session:
        batch = work_out(session, now=walk.now())
    chosen = batch.outcome.chosen
    gone_card, gone_partner = chosen[0][1], next(i for i, card in chosen if card != chosen[0][1])
    with public(walk.house) as session:
        claims.claim_card(
            session,
            project_id=gone_card,
            ready_on=local_day(walk.now()),
            promised=True,
            actor=donor(session, "firm", walk.now()),
            now=walk.now(),
        )
        session.get_one(Interest, gone_partner).open = False
    with public(walk.house) as session:
        run = keep(session, batch, actor=SYSTEM, now=walk.now())
        drafts = session.scalars(select(PairingProposal).where(PairingProposal.run_id == run.id)).all()
    assert drafts and gone_card not in {d.project_id for d in drafts}
    assert gone_partner not in {d.interest_id for d in drafts}
    assert {d.rank for d in drafts if d.project_id == drafts[0].project_id} >= {1}


def test_a_night_that_was_worked_out_twice_is_kept_once(house: House) -> None:
    shelve_services(house)
    willing(house)
    for _ in range(2):
        propose_nightly(house, NOW)
    assert runs(house) == 1


def together(*acts: Callable[[], object]) -> list[object]:
    """Each in a thread of its own, all let go at the same moment."""
    gate, results = threading.Barrier(len(acts)), []

    def one(act: Callable[[], object]) -> None:
        gate.wait()
        results.append(act())

    threads = [threading.Thread(target=one, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_officers_who_click_in_the_same_moment_get_one_run_and_words(postgres_house: House) -> None:
    site = Site(postgres_house)
    for turn in range(8):
        clients = [site.office(login) for login in ("cs", "cs2")]
        answers = together(*(_click(client) for client in clients))
        assert sorted(("请好了。排好了" in str(a), "已经有一次在排" in str(a)) for a in answers) == [
            (False, True),
            (True, False),
        ]
        assert all(">配对撮合</h1>" in str(a) for a in answers), "both are back on the page"
        site.carry()
        answer_requests(postgres_house, postgres_house.clock.now())
        site.carry()
        assert runs(postgres_house) == turn + 1
        with office(postgres_house) as session:
            assert session.scalar(select(func.count(ProposalRequest.id))) == turn + 1
            letters = select(func.count(OfficeLetter.id)).where(OfficeLetter.kind == "proposals.rerun")
            assert session.scalar(letters) == turn + 1


def _click(client: Any) -> Callable[[], object]:
    return lambda: client.post(f"{BASE}/again", follow_redirects=True).get_data(as_text=True)


def test_two_runs_at_once_on_postgresql_leave_one_set_of_drafts(postgres_house: House) -> None:
    shelve_services(postgres_house)
    willing(postgres_house)
    another_partner(postgres_house)

    def run() -> object:
        with public(postgres_house) as session:
            batch = work_out(session, now=NOW)
        with public(postgres_house) as session:
            return keep(session, batch, actor=SYSTEM, now=NOW)

    run()
    together(run, run)
    with public(postgres_house) as session:
        live = session.scalars(
            select(PairingProposal.rank).where(
                PairingProposal.project_id == HAIR, PairingProposal.state == "draft"
            )
        ).all()
    assert sorted(live) == [1, 2]
