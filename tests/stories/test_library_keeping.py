"""The shelf that a process keeps: read before anybody asks, and a large one beside the requests."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta

from app.core.house import House
from app.library.operations import blank_card, freeze_cohort, set_claimed
from app.library.queries import Wish, browse
from app.library.queries.keeping import Keeper
from app.library.queries.snapshot import Snapshot
from app.policy.catalogue import NAMES
from tests.clock import NOW
from tests.stories.library_world import DAY, LABELS, card, catalogue_shelf, cohort, shelve_all
from tests.stories.test_library_pages import counted
from tests.world import public


def next_week(house: House) -> None:
    cards = [card(f"XQ-NEXT{n:04d}", NAMES["护理床"]) for n in range(3)]
    with public(house) as session:
        week = DAY + timedelta(weeks=1)
        shelve_all(session, [cohort(60, LABELS[1], cards, week)], now=NOW + timedelta(weeks=1))


def test_a_large_shelf_is_read_beside_the_requests_and_claims_and_freezes_show_at_once(house: House) -> None:
    """Until the new arrays are there the old ones stand: what left is hidden, what came is not yet seen."""
    catalogue_shelf(house)
    started: list[Callable[[], Snapshot]] = []
    promised: list[Future[Snapshot]] = []

    def start(read: Callable[[], Snapshot]) -> Future[Snapshot]:
        started.append(read)
        promised.append(Future())
        return promised[-1]

    keeper = Keeper(house.public, start=start, large=1)

    def shelf() -> Snapshot:
        with house.public.transaction(writes=False) as session:
            return keeper.shelf(session)

    def found() -> list[str]:
        return [c.project_id for c in browse(shelf(), Wish(), found=None, day=DAY, size=999).page.items]

    assert len(found()) == 136 and started == [], "the first is read at once: there is nothing else to show"
    next_week(house)
    with public(house) as session:
        set_claimed(session, "XQ-00000001", claimed=True, now=NOW)
        blank_card(session, "XQ-00000002", now=NOW)
        freeze_cohort(session, "C000000000000003", now=NOW)
    old = found()
    assert not {"XQ-00000001", "XQ-00000002", "XQ-NEXT0000"} & set(old) and len(old) == 134 - 34
    assert not any(number.startswith("XQ-03") for number in old) and shelf().tick == DAY
    assert found() == old and len(started) == 1, "one reading is enough"
    promised[0].set_result(started[0]())
    new = found()
    assert {"XQ-NEXT0000", *old} <= set(new) and len(new) == len(old) + 3
    assert shelf().tick == DAY + timedelta(weeks=1) and len(started) == 1


def test_a_reading_that_fails_is_made_again(house: House) -> None:
    catalogue_shelf(house)
    promised: list[Future[Snapshot]] = []

    def start(read: Callable[[], Snapshot]) -> Future[Snapshot]:
        promised.append(Future())
        return promised[-1]

    keeper = Keeper(house.public, start=start, large=1)
    with house.public.transaction(writes=False) as session:
        keeper.shelf(session)
    next_week(house)
    with house.public.transaction(writes=False) as session:
        keeper.shelf(session)
        promised[0].set_exception(OSError("gone"))
        assert keeper.shelf(session).tick == DAY and len(promised) == 2


def test_a_process_that_serves_has_read_the_shelf_before_anybody_asks(house: House) -> None:
    catalogue_shelf(house)
    keeper = Keeper(house.public)
    keeper.prepare()
    with house.public.transaction(writes=False) as session:
        assert len(keeper.shelf(session)) == 136
        with counted(house) as seen:
            assert len(keeper.shelf(session)) == 136
    assert len(seen) == 1, "the counter alone"
