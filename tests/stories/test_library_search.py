"""Twenty questions of a donor, written down before the search was built; and what a search must never do."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from app.core.house import House
from app.policy.catalogue import NAMES
from tests.stories.library_world import catalogue_shelf
from tests.stories.library_world import shown_items as first_five
from tests.world import Site

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


@pytest.fixture
def stocked(any_house: House) -> Iterator[FlaskClient]:
    """The whole catalogue on the shelf and in the index, on either engine."""
    catalogue_shelf(any_house)
    site = Site(any_house)
    site.work()
    yield site.visitor()


@pytest.mark.parametrize(("question", "wanted"), QUESTIONS, ids=[q for q, _ in QUESTIONS])
def test_a_donors_question_is_answered_in_the_first_five(
    house: House, question: str, wanted: set[str]
) -> None:
    catalogue_shelf(house)
    site = Site(house)
    site.work()
    titles = first_five(site.visitor(), question)[:5]
    assert wanted & {NAMES[t].code for t in titles}, titles
