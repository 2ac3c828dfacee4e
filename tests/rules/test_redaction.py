"""What a short sentence of a partner may not say, and what it may."""

import pytest

from app.core.redaction import telling_words


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("给马小花交学费", "马小花"),
        ("和杨秀英聊了一下午", "杨秀英"),
        ("带着苏玉梅老人晒太阳", "苏玉梅"),
        ("走访时白玉兰说挺好", "白玉兰"),
        ("帮马有才修好了门", "马有才"),
        ("找马哈三家问路", "马哈三"),
        ("给欧阳小兰送药", "欧阳小兰"),
        ("白海龙，想要一辆轮椅", "白海龙"),
        ("跟罗成聊天", "罗成"),
        ("阿依夏·买合木提，来过", "阿依夏·买合木提"),
        ("陪李奶奶去看病", "李奶奶"),
        ("今天王大爷精神很好", "王大爷"),
        ("和老马下棋", "老马"),
        ("给吴忠义带了药", "吴忠义"),
    ],
)
def test_a_name_is_told_whatever_follows_it(text: str, name: str) -> None:
    assert telling_words(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "马铃薯收成不好，常年吃药，做了白内障手术，出门不方便，万一有事打电话",
        "给高龄老人量体温，泡了金银花茶，和金银花茶配着喝",
        "田间的活干完了，马上回来，白天在家，高处够不着",
        "学雷锋活动，帮孙子辅导功课，给白天上班的家人做饭",
        "在吴忠市、海原县和贺兰县都行，找吴忠的师傅",
        "和李女士、王某某谈了，请何医生看了看",
        "给孩子交学费、住宿费，买了黄瓜、胡麻油和石榴",
        "许可证办好了，向卫健部门问过，周末去",
        "扶老人下楼，安排车费，成年子女都在外地",
        "在村委会碰头，进村先打电话，和本村社工一起",
    ],
)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert telling_words(text) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("打13900001111找我", "13900001111"),
        ("加微信abc12345", "微信abc12345"),
        ("住在梨花村", "住在梨花村"),
        ("在北长渠村委会碰头", "在北长渠村"),
        ("三号楼2单元", "2单元"),
        ("见 https://a.example/x", "https://a.example/x"),
        ("他有癌", "癌"),
    ],
)
def test_numbers_places_handles_and_illness_are_told(text: str, word: str) -> None:
    assert word in telling_words(text)


def test_words_come_in_the_order_they_stand() -> None:
    assert telling_words("给马小花和杨秀英，送到梨花村") == ["马小花", "杨秀英", "送到梨花村"]
