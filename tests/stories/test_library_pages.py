"""The open pages: what they count, in which order, how they are kept and when they are thrown away."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from app.core.house import House
from app.library.models import Card
from app.library.operations import blank_card, flip_statuses, set_claimed
from app.library.queries import Wish, browse, recommend, refreshed, taken, wish_of
from app.library.queries.keeping import Keeper, counter_of
from app.library.queries.recommending import answers_of
from app.library.queries.snapshot import Snapshot
from app.policy.catalogue import ITEMS, NAMES
from app.policy.lattice import Label, covered_counties
from app.policy.lists import URGENCY_ORDER
from tests.clock import NOW, SteppingClock
from tests.stories.library_world import DAY, LABELS, card, catalogue_shelf, cohort, many, shelve_all
from tests.world import Site, public

PAGES = ("/", "/library", "/library?q=轮椅&kind=goods", "/recommend?kind=goods&near=640324&time=once")
MOST_QUERIES = 6


def kept(house: House) -> Snapshot:
    with house.public.transaction(writes=False) as session:
        changes, tick = counter_of(session)
        return taken(session, changes=changes, tick=tick)


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.get_data(as_text=True)


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    """The SELECTs that reach the public database meanwhile."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append(statement)

    event.listen(house.public.engine, "before_cursor_execute", note)
    yield seen
    event.remove(house.public.engine, "before_cursor_execute", note)


def test_no_open_page_needs_more_than_six_queries(site: Site) -> None:
    catalogue_shelf(site.house)
    site.work()
    pages: tuple[str, ...] = (
        *PAGES,
        "/library/XQ-00000000",
        "/guide",
        "/privacy",
        "/data",
        "/verify/T000-TEST",
        "/sitemap.xml",
    )
    pages += ("/api/v1/projects", "/api/v1/projects.csv", "/api/v1/projects/XQ-00000000", "/api/v1/keys")
    many_queries = {}
    for address in pages:
        with counted(site.house) as seen:
            assert site.visitor().get(address).status_code == 200, address
        if len(seen) > MOST_QUERIES:
            many_queries[address] = seen
    assert many_queries == {}


@pytest.mark.parametrize(("address", "more"), [("/library", 2), ("/library?kind=goods", 2), ("/my/saved", 6)])
def test_pages_of_a_partner_need_no_more_either(site: Site, address: str, more: int) -> None:
    """Beside the page's own: two ask who it is; under /my the tabs count what waits."""
    catalogue_shelf(site.house)
    partner = site.public("vol")
    partner.get("/library")
    with counted(site.house) as seen:
        text(partner, address)
    assert len(seen) <= MOST_QUERIES - 2 + more, (address, seen)


def test_facets_add_up_to_the_cards_that_fit(house: House) -> None:
    with public(house) as session:
        shelve_all(session, many(300))
    shelf = kept(house)
    found = browse(shelf, Wish(), found=None, day=DAY)
    assert found.page.total == 300
    for name in ("urgency", "amount"):
        assert sum(found.counts[name].values()) == 300, name
    kinds = {k: n for k, n in found.counts["kind"].items() if k != "company"}
    assert sum(kinds.values()) == 300 and found.counts["kind"]["company"] <= kinds["service"]
    assert sum(found.counts["action"].values()) + found.unsorted == 300


def test_every_count_is_what_choosing_it_shows(house: House) -> None:
    with public(house) as session:
        shelve_all(session, many(200))
    shelf = kept(house)
    start = Wish(kind=("goods",), urgency=("urgent", "important"))
    shown = browse(shelf, start, found=None, day=DAY)
    for name, counts in shown.counts.items():
        for value, count in counts.items():
            wish = wish_of({**_args(start.without(name)), name: [value]})
            assert browse(shelf, wish, found=None, day=DAY).page.total == count, (name, value)


def _args(wish: Wish) -> dict[str, list[str]]:
    args: dict[str, list[str]] = {}
    for name, value in wish.pairs():
        args.setdefault(name, []).append(value)
    return args


def test_an_address_says_all_and_only_what_is_chosen() -> None:
    wish = wish_of(
        {"kind": ["goods", "nonsense", "goods"], "region": ["640324", "64"], "sort": ["x"], "q": [" 床 "]}
    )
    assert wish.pairs() == [("q", "床"), ("kind", "goods"), ("region", "640324")]
    assert wish_of(_args(wish)) == wish
    assert wish.without("kind", "goods").query() == "q=%E5%BA%8A&region=640324"


def test_urgent_comes_first_and_inside_a_grade_the_turn_changes_with_the_day(house: House) -> None:
    with public(house) as session:
        shelve_all(session, many(120))
    shelf = kept(house)

    def order(day: date) -> list[str]:
        page = browse(shelf, Wish(), found=None, day=day, size=200).page
        return [c.project_id for c in page.items]

    grades = [
        URGENCY_ORDER.index(c.urgency or "")
        for c in browse(shelf, Wish(), found=None, day=DAY, size=200).page.items
    ]
    assert grades == sorted(grades)
    first = [{order(DAY + timedelta(days=n))[0] for n in range(30)}]
    assert len(first[0]) > 5, "one card stands first nearly every day"
    assert order(DAY) == order(DAY)


def test_the_region_facet_finds_every_label_that_contains_the_county(house: House) -> None:
    cards = [card(f"XQ-{n:08d}", NAMES["理发"]) for n in range(4)]
    labels = (Label("同心县"), Label("吴忠市"), Label("山区"), Label("银川市"))
    with public(house) as session:
        shelve_all(session, [cohort(n, labels[n], [cards[n]]) for n in range(4)])
    found = browse(kept(house), wish_of({"region": ["640324"]}), found=None, day=DAY)
    assert {c.label.region_label for c in found.page.items} == {"同心县", "吴忠市", "山区"}


def test_nothing_fits_shows_the_nearest_that_can_be_claimed(house: House) -> None:
    catalogue_shelf(house)
    wish = wish_of({"kind": ["money"], "amount": ["不涉及资金"], "region": ["640324"]})
    found = browse(kept(house), wish, found=None, day=DAY)
    assert found.page.total == 0 and len(found.nearest) == 4
    assert {c.kind for c in found.nearest} == {"money"} and {c.status for c in found.nearest} == {"open"}


def test_a_snapshot_that_is_brought_up_to_date_is_the_one_taken_anew(house: House) -> None:
    catalogue_shelf(house)
    old = kept(house)
    with public(house) as session:
        assert set_claimed(session, "XQ-00000001", claimed=True, now=NOW)
        blank_card(session, "XQ-00000002", now=NOW)
        flip_statuses(session, [{"project_id": "XQ-00000003", "status": "done"}], now=NOW)
    with house.public.transaction(writes=False) as session:
        changes, tick = counter_of(session)
        new, anew = (
            refreshed(session, old, changes=changes, tick=tick),
            taken(session, changes=changes, tick=tick),
        )
    assert new.cards == anew.cards and new.at == anew.at
    for name in new.columns:
        assert (new.columns[name] == anew.columns[name]).all(), name
    for name in ("wording", "company", "lasting"):
        assert (getattr(new, name) == getattr(anew, name)).all(), name
    assert old.cards != new.cards, "a snapshot never changes"


def test_a_kept_page_is_served_until_a_claim_or_a_blanking_empties_the_cache(site: Site) -> None:
    catalogue_shelf(site.house)
    visitor = site.visitor()
    assert "可认领<b>136</b>" in text(visitor, "/library")
    with counted(site.house) as seen:
        text(visitor, "/library")
    assert seen == [], "the counter alone is asked, on a bare connection"
    keeper: Keeper = site.app("public").extensions["library"]
    assert keeper.pages.name == "library.pages" and len(keeper.pages) == 1
    with public(site.house) as session:
        set_claimed(session, "XQ-00000001", claimed=True, now=NOW)
    assert "可认领<b>135</b>" in text(visitor, "/library")
    with public(site.house) as session:
        blank_card(session, "XQ-00000002", now=NOW)
    assert "可认领<b>134</b>" in text(visitor, "/library")
    assert len(keeper.pages) == 1, "pages of before are gone"


def test_who_is_signed_in_gets_no_kept_page_and_leaves_none(site: Site) -> None:
    catalogue_shelf(site.house)
    mine = text(site.public("vol"), "/library")
    assert "测试伙伴" in mine
    assert "测试伙伴" not in text(site.visitor(), "/library")
    answer = site.public("vol").get("/library")
    assert answer.headers["Cache-Control"] == "no-store" and "ETag" not in answer.headers


@pytest.mark.parametrize(
    "address", [*PAGES, "/library/XQ-00000005", "/api/v1/projects", "/api/v1/projects.csv"]
)
def test_validators_move_with_tick_day_and_changes_and_with_nothing_else(
    site: Site, clock: SteppingClock, address: str
) -> None:
    catalogue_shelf(site.house)
    visitor = site.visitor()
    first = visitor.get(address)
    etag = first.headers["ETag"]
    assert first.headers["Last-Modified"] == "Mon, 23 Nov 2026 00:00:00 GMT"  # 08:00 in Ningxia
    age = re.search(r"max-age=(\d+)", first.headers["Cache-Control"])
    assert age is not None and int(age.group(1)) <= 60
    clock.forward(timedelta(minutes=30))
    assert visitor.get(address).headers["ETag"] == etag
    assert visitor.get(address, headers={"If-None-Match": etag}).status_code == 304
    assert (
        visitor.get(address, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 200
    )
    with public(site.house) as session:
        set_claimed(session, "XQ-00000001", claimed=True, now=NOW)
    changed = visitor.get(address, headers={"If-None-Match": etag})
    assert changed.status_code == 200 and changed.headers["Last-Modified"] == first.headers["Last-Modified"]
    clock.forward(timedelta(days=1))
    assert visitor.get(address).headers["ETag"] != changed.headers["ETag"]


def test_the_part_that_a_filter_fetches_is_the_part_of_the_page(site: Site) -> None:
    catalogue_shelf(site.house)
    visitor = site.visitor()
    part = visitor.get("/library?kind=money&sort=fair&status=open", headers={"HX-Request": "true"})
    body = part.get_data(as_text=True)
    assert body.lstrip().startswith('<div id="shelf"') and "<html" not in body
    assert part.headers["HX-Push-Url"] == "/library?kind=money"
    whole = text(visitor, "/library?kind=money")
    assert "<html" in whole and re.findall(r"XQ-\w+", body) == re.findall(r"XQ-\w+", whole)
    assert (
        "HX-Request" in part.headers["Vary"]
        and part.headers["ETag"] != visitor.get("/library").headers["ETag"]
    )


def test_the_first_page_hides_small_numbers_and_its_actions_sum_to_the_total(site: Site) -> None:
    """Under 11 is not shown; what is shown and the rest that is named make the whole."""
    few = [card(f"XQ-FEW{n:05d}", NAMES["法律咨询"]) for n in range(3)]
    lots = [card(f"XQ-LOT{n:05d}", NAMES["理发"]) for n in range(40)]
    generic = [card(f"XQ-GEN{n:05d}", NAMES["理发"], action_no=None, need_item="综合帮扶") for n in range(12)]
    with public(site.house) as session:
        shelve_all(session, [cohort(1, LABELS[0], [*few, *lots, *generic])])
    page = text(site.visitor(), "/")
    told = [int(n) for n in re.findall(r"<small>(\d+) 件</small></a>", page)]
    rest = re.search(r"合计 (\d+) 件", page)
    assert rest is not None and sum(told) + int(rest.group(1)) == 55
    assert told == [40] and "不到 11 件</small></a>" in page
    assert ">3 件<" not in page


def test_the_list_tells_no_small_numbers_either(site: Site) -> None:
    """Under 11 neither beside a filter nor over the hits; what would find nothing is still quieter."""
    few = [card(f"XQ-FEW{n:05d}", NAMES["法律咨询"]) for n in range(3)]
    lots = [card(f"XQ-LOT{n:05d}", NAMES["理发"]) for n in range(40)]
    with public(site.house) as session:
        shelve_all(session, [cohort(1, LABELS[0], [*few, *lots])])
    site.work()
    page = text(site.visitor(), "/library")
    numbers = {int(n) for n in re.findall(r'<span class="n">(\d+)</span>', page)}
    assert numbers and min(numbers) >= 11 and "43 件符合" in page
    few_found = text(site.visitor(), "/library?q=法律咨询")
    assert "符合的都在这里" in few_found and "3 件" not in few_found
    assert not re.findall(r'<span class="n">\d+</span>', few_found)


def test_the_three_questions_lead_to_three_different_things_with_true_reasons(house: House) -> None:
    catalogue_shelf(house)
    shelf = kept(house)
    picks = recommend(shelf, answers_of("service", "640324", "monthly"), day=DAY)
    assert len({p.card.title for p in picks}) == 3
    for pick in picks:
        assert pick.card.kind == "service" and "640324" in covered_counties(pick.card.label.region_label)
        assert pick.reasons and not pick.caution
    money = recommend(shelf, answers_of("money", "", "year"), day=DAY)
    assert all(p.card.kind == "money" and "用不了那么久" in p.caution for p in money)
    company = recommend(shelf, answers_of("company", "", "monthly"), day=DAY)
    assert {p.card.title for p in company[:2]} == {ITEMS["S01"].name, ITEMS["S02"].name}


def test_what_is_taken_or_gone_is_never_picked(house: House) -> None:
    catalogue_shelf(house)
    with public(house) as session:
        for row in session.query(Card).filter(Card.kind == "money"):
            set_claimed(session, row.project_id, claimed=True, now=NOW)
    picks = recommend(kept(house), answers_of("money", "", "once"), day=DAY)
    assert len(picks) == 3 and all(p.card.status == "open" for p in picks)
    assert all("不是你想出的那一种" in p.caution for p in picks)


def test_a_card_that_was_taken_shows_four_alike(site: Site) -> None:
    catalogue_shelf(site.house)
    with public(site.house) as session:
        set_claimed(session, "XQ-00000000", claimed=True, now=NOW)
    page = text(site.visitor(), "/library/XQ-00000000")
    part = page.split('class="likes"')[1].split("</ul>")[0]
    assert "已有人接了" in page and len(set(re.findall(r"/library/(XQ-\w+)", part))) == 4
    assert "我来接这一项" not in page.split("<h2>")[-2]


def test_an_emptied_place_says_nothing_of_what_stood_there(site: Site) -> None:
    catalogue_shelf(site.house)
    with public(site.house) as session:
        blank_card(session, "XQ-00000000", now=NOW)
    page = text(site.visitor(), "/library/XQ-00000000")
    assert "这一项已结束" in page and "轮椅" not in page


@pytest.mark.parametrize(
    "address", ["/library/XQ-NOSUCH00", "/library/..%2f", "/api/v1/projects/XQ-NOSUCH00"]
)
def test_what_is_not_there_says_so(site: Site, address: str) -> None:
    answer = site.visitor().get(address)
    assert answer.status_code == 404
    if address.startswith("/api/"):
        assert answer.json is not None and answer.json["error"]["status"] == 404


def test_robots_and_sitemap_keep_single_cards_out_and_say_the_ticks_date(site: Site) -> None:
    catalogue_shelf(site.house)
    visitor = site.visitor()
    sitemap, robots = text(visitor, "/sitemap.xml"), text(visitor, "/robots.txt")
    assert set(re.findall(r"<lastmod>(.*?)</lastmod>", sitemap)) == {DAY.isoformat()}
    assert "XQ-" not in sitemap and "Disallow: /library/\n" in robots and "Sitemap: " in robots
    assert visitor.get("/library/XQ-00000000").headers["X-Robots-Tag"] == "noindex"
