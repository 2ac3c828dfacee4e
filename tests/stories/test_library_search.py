"""Twenty questions of a donor, written down before the search was built; and what a search must never do."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from urllib.parse import quote_plus

import pytest
from sqlalchemy import select

from app.config import SettingsError, read_settings
from app.core.house import House
from app.library.models import Card, Wording
from app.library.operations import blank_card, renew_wordings, retire_cohorts
from app.library.search import WordIndex, find, open_search, query_words, vector_of
from app.library.search.words import known_words, pinyin, tiers_of
from app.policy.catalogue import ITEMS, NAMES
from tests.clock import NOW
from tests.house.files import ROOT
from tests.stories.library_world import LABELS, card, catalogue_shelf, cohort, many, shelve_all, shown_items
from tests.world import Site, public, secret_name

# What a donor types → the items of the catalogue of which one must stand among the first five hits.
QUESTIONS: tuple[tuple[str, set[str]], ...] = (
    ("轮椅", {"G01"}),
    ("代步工具", {"G01", "G03"}),
    ("我想给老人送一张床", {"G02"}),
    ("拐杖", {"G03"}),
    ("过冬", {"G05", "G08", "G09"}),
    ("孩子没有棉衣", {"G09"}),
    ("书桌", {"G10"}),
    ("捐书包文具", {"G11"}),
    ("大米面粉油", {"G12"}),
    ("成人尿不湿", {"G13"}),
    ("奶粉", {"G14"}),
    ("助听器", {"G15"}),
    ("陪老人聊聊天", {"S01"}),
    ("会教数学，能帮忙补课", {"S02"}),
    ("我是理发师", {"S06"}),
    ("陪诊", {"S07"}),
    ("房子漏雨", {"M04", "S09"}),
    ("想资助一个学生上学", {"M02"}),
    ("看病的钱", {"M01"}),
    ("同心县 洗衣机", {"G07"}),
)


ENGINES = ("whoosh", "postgres")


@pytest.fixture(params=ENGINES)
def searching(request: pytest.FixtureRequest) -> House:
    """A house that searches with either engine: Whoosh beside SQLite, PostgreSQL in itself."""
    name = "house" if request.param == "whoosh" else "postgres_house"
    found: House = request.getfixturevalue(name)
    return replace(found, settings=replace(found.settings, search=request.param))


@pytest.fixture
def stocked(searching: House) -> Site:
    """The whole catalogue on the shelf and in the index."""
    catalogue_shelf(searching)
    site = Site(searching)
    site.work()
    return site


def index_of(house: House) -> WordIndex:
    return open_search(house.settings.search, house.settings.instance)


def hits(house: House, text: str) -> dict[int, int]:
    index = index_of(house)
    try:
        with house.public.transaction(writes=False) as session:
            return find(index, session, query_words(text))
    finally:
        index.close()


def search(site: Site, text: str) -> str:
    return site.visitor().get("/library", query_string={"q": text}).get_data(as_text=True)


def test_the_database_can_search_only_where_it_can() -> None:
    with pytest.raises(SettingsError, match="PostgreSQL"):
        read_settings({"JIEDUI_ENV": "test", "JIEDUI_SEARCH": "postgres"})


def test_twenty_questions_of_a_donor_are_answered_in_the_first_five(stocked: Site) -> None:
    visitor, lost = stocked.visitor(), {}
    for question, wanted in QUESTIONS:
        titles = shown_items(visitor, question)[:5]
        if not wanted & {NAMES[t].code for t in titles}:
            lost[question] = titles
    assert len(QUESTIONS) == 20 and lost == {}


def test_every_item_is_found_by_its_name_its_synonyms_and_its_pinyin(stocked: Site) -> None:
    house, lost = stocked.house, []
    with house.public.transaction(writes=False) as session:
        names = {w.id: w.need_item for w in session.scalars(select(Wording))}
    for item in ITEMS.values():
        sound = pinyin()[item.name]
        for typed in (item.name, sound, sound.replace(" ", ""), sound.replace(" ", "").upper()):
            if item.name not in {names[n] for n in hits(house, typed)}:
                lost.append(typed)
    assert lost == []


def test_both_engines_give_the_same_hits_with_the_same_scores(house: House, postgres_house: House) -> None:
    found = []
    for place, engine in ((house, "whoosh"), (postgres_house, "postgres")):
        catalogue_shelf(place)
        Site(place).work()
        searching = replace(place, settings=replace(place.settings, search=engine))
        with place.public.transaction(writes=False) as session:
            said = {w.id: (w.need_item, w.region_label) for w in session.scalars(select(Wording))}
        found.append([{said[n]: s for n, s in hits(searching, q).items()} for q, _ in QUESTIONS])
    assert found[0] == found[1]


def test_more_of_the_words_comes_before_less(stocked: Site) -> None:
    titles = shown_items(stocked.visitor(), "同心县 洗衣机")
    assert titles and set(titles) == {"洗衣机"}


def test_a_place_and_the_people_of_a_label_are_words_too(stocked: Site) -> None:
    assert set(shown_items(stocked.visitor(), "西吉县 理发")) == {"理发"}
    assert shown_items(stocked.visitor(), "xiji 理发") == shown_items(stocked.visitor(), "西吉 理发")
    assert shown_items(stocked.visitor(), "老人 助学")[0] == "助学"


@pytest.mark.parametrize(("typed", "meant"), [("轮倚", "轮椅"), ("被辱", "被褥"), ("我想捐轮倚", "轮椅")])
def test_a_word_that_is_misspelt_is_found_by_its_sound(stocked: Site, typed: str, meant: str) -> None:
    page = search(stocked, typed)
    assert f"没有找到“{typed}”，下面是读音相近的" in page
    assert shown_items(stocked.visitor(), typed)[0] == meant
    assert "读音相近" not in search(stocked, meant)


def test_nothing_that_is_typed_reaches_a_query_language(stocked: Site) -> None:
    """Operators are letters and marks like others: an answer, never a fault."""
    visitor = stocked.visitor()
    typed = [
        "",
        "的",
        "()",
        "AND OR NOT",
        "words:轮椅*",
        "' OR 1=1 --",
        "轮椅~3^9",
        '"',
        "\\",
        "𠀀",
        "?" * 500,
    ]
    typed += ["床:*A & !车", "'", "轮椅' | '床", "\x00", "%_%"]
    answers = {t: visitor.get("/library", query_string={"q": t}).status_code for t in typed}
    assert set(answers.values()) == {200}, answers


def test_pieces_of_words_find_nothing(stocked: Site) -> None:
    """Two letters are initials or nothing; a character counts only where the synonyms name it by itself."""
    assert hits(stocked.house, "ly") and hits(stocked.house, "床") and hits(stocked.house, "des")
    assert [hits(stocked.house, piece) for piece in ("de", "l", "号", "习")] == [{}, {}, {}, {}]


def test_a_private_string_is_answered_like_a_nonsense_word(stocked: Site) -> None:
    """Names, numbers, villages, addresses: the page is the same but for the words themselves."""
    visitor = stocked.visitor()
    private = [secret_name(), "马秀英", "13912345678", "64999919900101001X", "梨花村三组 12 号", "牡丹社区"]

    def answered(typed: str) -> str:
        page = visitor.get("/library", query_string={"q": typed}).get_data(as_text=True)
        return page.replace(typed, "…").replace(quote_plus(typed), "…")

    nonsense = answered("龘靐齉")
    for typed in private:
        page = answered(typed)
        assert "没有搜到" in page and "没有符合的" in page and "读音" not in page, typed
        assert len(page.split()) == len(nonsense.split()), typed


def test_what_was_typed_is_not_logged(stocked: Site, caplog: pytest.LogCaptureFixture) -> None:
    planted = secret_name()
    with caplog.at_level("DEBUG"):
        stocked.visitor().get("/library", query_string={"q": planted})
    assert caplog.records and planted not in caplog.text


def test_an_emptied_card_is_not_found_and_its_words_are_forgotten(searching: House) -> None:
    only = card("XQ-ONLY0001", NAMES["听力辅具"])
    rest = [card(f"XQ-REST{n:04d}", NAMES["理发"]) for n in range(11)]
    with public(searching) as session:
        shelve_all(session, [cohort(1, LABELS[0], [only, *rest])])
    site = Site(searching)
    site.work()
    assert shown_items(site.visitor(), "助听器") == ["听力辅具"]
    with public(searching) as session:
        blank_card(session, "XQ-ONLY0001", now=NOW)
    site.work()
    assert hits(searching, "助听器") == {} and shown_items(site.visitor(), "助听器") == []
    with searching.public.transaction(writes=False) as session:
        assert session.scalar(select(Wording.id).where(Wording.need_item == "听力辅具")) is None


def test_a_retired_cohort_is_not_found(stocked: Site) -> None:
    assert "西吉县 · " in search(stocked, "西吉县 理发")
    with public(stocked.house) as session:
        retire_cohorts(session, ["C000000000000002"], tick="2026-11-30", now=NOW)
    stocked.work()
    labels = re.findall(r'<p class="small mut">(西吉县[^<]*)</p>', search(stocked, "西吉县 理发"))
    assert labels == []


def test_a_claim_writes_nothing_to_the_index(house: House) -> None:
    catalogue_shelf(house)
    site = Site(house)
    site.work()
    folder = house.settings.instance / "public" / "index"
    before = {p.name for p in folder.iterdir() if p.suffix == ".seg"}
    with public(house) as session:
        session.query(Card).filter(Card.project_id == "XQ-00000001").update(
            {"status": "claimed", "touched": 9999}
        )
    site.work()
    assert {p.name for p in folder.iterdir() if p.suffix == ".seg"} == before


def test_the_index_can_be_rebuilt_from_the_database(house: House) -> None:
    catalogue_shelf(house)
    Site(house).work()
    before = [hits(house, q) for q, _ in QUESTIONS]
    folder = house.settings.instance / "public" / "index"
    for path in folder.iterdir():
        path.unlink()
    index = index_of(house)
    with house.public.transaction(writes=False) as session:
        index.rebuild(session)
    index.close()
    assert [hits(house, q) for q, _ in QUESTIONS] == before and all(before)


def test_words_are_made_anew_after_the_synonyms_changed(house: House) -> None:
    catalogue_shelf(house)
    with public(house) as session:
        stale = session.scalars(select(Wording).where(Wording.need_item == "轮椅")).all()
        for wording in stale:
            wording.words = "'旧':1A"
    with public(house) as session:
        assert renew_wordings(session) == len(stale)
        assert all(w.words == vector_of(w) for w in session.scalars(select(Wording)))


KILLED = """
import sys
from pathlib import Path
from tests.world import house_of
from app.library.jobs import update_index
from tests.clock import NOW
house = house_of(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    update_index(house, NOW)
"""


def test_a_writer_killed_at_any_moment_loses_nothing(house: House) -> None:
    """Ten kills between which cards come; in the end everything is found."""
    payloads = many(400)
    for n in range(10):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(house.settings.instance)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        with public(house) as session:
            shelve_all(session, payloads[n * 2 : n * 2 + 2])
        _let_run(n)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    index = index_of(house)
    with house.public.transaction(writes=False) as session:
        index.sync(session)
        wanted = {w.id: w.need_item for w in session.scalars(select(Wording))}
        for name in {*wanted.values()}:
            found = find(index, session, query_words(name))
            assert {n for n, item in wanted.items() if item == name} <= set(found), name
    index.close()


def _let_run(n: int) -> None:
    """A different moment each time: the writer works while this thread does nothing of use."""
    until = time.monotonic() + 0.004 * n
    while time.monotonic() < until:
        pass


def test_every_word_that_the_library_knows_has_its_pinyin() -> None:
    missing = known_words() - set(pinyin())
    assert missing == set(), "make app/library/data/pinyin.csv anew, see the README beside it"
    assert all(s.isascii() and s.replace(" ", "").islower() for s in pinyin().values())


def test_a_vector_reads_back_as_it_was_written() -> None:
    wording = Wording(need_item="轮椅", action_no=3, kind="goods", region_label="同心县", people="elder")
    tiers = tiers_of(vector_of(wording))
    assert "轮椅" in tiers["A"] and {"代步", "lunyi", "ly", "wheelchair"} <= set(tiers["B"])
    assert {"残疾人", "辅助器具"} <= set(tiers["C"]) and {"同心县", "同心", "吴忠", "老人"} <= set(tiers["D"])


def test_the_words_hold_public_fields_alone(house: House) -> None:
    """What a wording is made of is on the card; nothing in it names a card or a cohort."""
    catalogue_shelf(house)
    with house.public.transaction(writes=False) as session:
        columns = {c.name for c in Wording.__table__.columns}
        text = " ".join(session.scalars(select(Wording.words)))
    assert columns == {"id", "need_item", "action_no", "kind", "region_label", "people", "words"}
    assert "xq-" not in text.lower() and "C0000000" not in text
