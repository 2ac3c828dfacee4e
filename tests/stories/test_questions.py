"""A private question about a project: asked on the card's page, answered in the county, read by the asker
alone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.core.clock import local_day
from app.core.house import House
from app.core.outbox import OfficeReceived, PublicLetter, PublicReceived
from app.followup.jobs import TO_OFFICE, TO_PUBLIC
from app.followup.models import Inquiry
from app.followup.operations.inquiries import words_that_tell
from app.library.models import Question
from app.library.operations import blank_card
from app.library.operations.asking import MOST_A_DAY, drop_old_drafts
from app.needs.models import Need
from app.policy.calendar import add_working_days
from app.policy.questions import ANSWERS, FITTING, REASONS, TOPICS
from app.policy.regions import display_name
from app.releases.models import NeedProject
from app.releases.queries import project_by_number
from tests.clock import NOW
from tests.stories.followup_shelf import publish
from tests.stories.followup_world import Walk, open_walk
from tests.stories.releases_world import approve_all, crowd, tick
from tests.world import COUNTY, VILLAGE, Site, office, public, secret_name

ASKED = "旧的洗衣机行不行，要不要自己装？"
LIST = "/office/followup/inquiries"


@pytest.fixture(scope="module")
def published(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(peopled, tmp_path_factory.mktemp("public") / "instance")


@pytest.fixture
def walk(published: Path, tmp_path: Path) -> Iterator[Walk]:
    yield from open_walk(published, tmp_path)


def ask(walk: Walk, login: str = "vol", nth: int = 0, words: str = ASKED, topic: str = "size") -> int:
    """The status of a question about a card of VILLAGE."""
    address = f"/library/{walk.project('G07', nth)}/ask"
    return walk.site.public(login).post(address, data={"topic": topic, "text": words}).status_code


def asked(walk: Walk, **how: object) -> int:
    """The same, arrived in the office: the inquiry's id."""
    assert ask(walk, **how) == 303  # type: ignore[arg-type]
    walk.carry()
    with office(walk.house) as session:
        return session.scalars(select(Inquiry.id).order_by(Inquiry.id.desc())).first() or 0


def own_page(walk: Walk, login: str = "vol") -> str:
    with public(walk.house) as session:
        ref = session.scalars(select(Question.question_ref)).one()
    answer = walk.site.public(login).get(f"/my/questions/{ref}")
    assert answer.status_code in (200, 404)
    return answer.get_data(as_text=True) if answer.status_code == 200 else ""


def answer(walk: Walk, inquiry: int, *, login: str = "cs", **form: object) -> tuple[int, str]:
    reply = walk.office(login).post(f"{LIST}/{inquiry}/answer", data=form)
    walk.carry()
    return reply.status_code, reply.get_data(as_text=True)


def need_of(walk: Walk, inquiry: int) -> tuple[str, str]:
    """The name of the head of the household asked about, and its village."""
    with office(walk.house) as session:
        need = session.get_one(Inquiry, inquiry).need
        head = need.case.household.head
        assert head is not None
        return head.name, need.area


def test_a_question_travels_and_its_answer_is_seen_by_the_asker_alone(walk: Walk) -> None:
    number = walk.project("G07")
    assert "私下问县里" in walk.site.public("vol").get(f"/library/{number}").get_data(as_text=True)
    inquiry = asked(walk)
    waiting = walk.office("cs").get(LIST).get_data(as_text=True)
    assert "等答复的 1 句" in waiting and number in waiting and ASKED not in waiting
    assert ASKED in walk.office("cs").get(f"{LIST}/{inquiry}").get_data(as_text=True)
    assert "在等县里答复" in own_page(walk)
    said = ["used_ok", "call"]
    assert answer(walk, inquiry, answers=said, sentence="装的事可以请村里的电工帮忙")[0] == 303
    page = own_page(walk)
    assert all(ANSWERS[code] in page for code in said) and "装的事可以请村里的电工帮忙" in page
    assert own_page(walk, "firm") == "" and own_page(walk, "charity") == ""
    for browser in (walk.site.public("firm"), walk.site.visitor()):
        shown = browser.get(f"/library/{number}").get_data(as_text=True)
        assert "电工" not in shown and "看你问过的那一句" not in shown
    assert "看你问过的那一句" in walk.site.public("vol").get(f"/library/{number}").get_data(as_text=True)


def test_a_new_answer_waits_on_the_partners_home_until_it_is_read(walk: Walk) -> None:
    inquiry = asked(walk)
    answer(walk, inquiry, answers="call")
    partner = walk.site.public("vol")
    assert "县里答复了" in partner.get("/my").get_data(as_text=True)
    with public(walk.house) as session:
        ref = session.scalars(select(Question.question_ref)).one()
    own_page(walk)
    assert "县里答复了：" in partner.get("/my").get_data(as_text=True), "opening a page is not reading it"
    assert partner.post(f"/my/questions/{ref}/read").status_code == 303
    assert "县里答复了：" not in partner.get("/my").get_data(as_text=True)
    assert "县里答复了" in partner.get("/my/questions").get_data(as_text=True)


def test_not_to_be_answered_says_a_standard_reason(walk: Walk) -> None:
    inquiry = asked(walk, words="是谁家的？", topic="other")
    refused = walk.office("cs").post(f"{LIST}/{inquiry}/decline", data={})
    assert refused.status_code == 422 and "请选一个" in refused.get_data(as_text=True)
    assert walk.office("cs").post(f"{LIST}/{inquiry}/decline", data={"reason": "who"}).status_code == 303
    walk.carry()
    assert "这一句不便回答" in own_page(walk) and REASONS["who"] in own_page(walk)


def test_the_words_are_gone_from_the_public_side_once_they_have_arrived(
    walk: Walk, caplog: pytest.LogCaptureFixture
) -> None:
    planted = f"能送到{secret_name()}那里吗".translate(str.maketrans("0123456789", "ghjkmnprst"))
    with caplog.at_level("DEBUG"):
        assert ask(walk, words=planted) == 303
        with public(walk.house) as session:
            sent = session.scalars(select(PublicLetter).where(PublicLetter.kind == "question.asked")).one()
            assert sent.payload is not None and planted in sent.payload, "on its way, encrypted"
            assert session.scalars(select(Question.draft)).one() is None
            raw = session.execute(text("SELECT payload FROM letter WHERE kind = 'question.asked'")).scalar()
            assert raw is not None and planted not in str(raw)
        walk.carry()
    with public(walk.house) as session:
        delivered = select(PublicLetter).where(PublicLetter.kind == "question.asked")
        assert session.scalars(delivered).one().payload is None
    assert planted not in caplog.text
    folder = walk.house.settings.instance / "public"
    walk.house.public.dispose()
    for path in folder.rglob("*"):
        assert not path.is_file() or planted.encode() not in path.read_bytes(), path


def test_only_the_county_of_the_need_sees_it_whatever_the_label_says(walk: Walk) -> None:
    inquiry = asked(walk)
    assert walk.office("cl").get(f"{LIST}/{inquiry}").status_code == 200
    assert walk.office("far_cs").get(f"{LIST}/{inquiry}").status_code == 404
    assert "没有等答复的" in walk.office("far_cs").get(LIST).get_data(as_text=True)
    assert answer(walk, inquiry, login="cl", answers="call")[0] == 403
    assert walk.office("vw").get(LIST).status_code == 404
    answer(walk, inquiry, answers="call")
    page = own_page(walk)
    with public(walk.house) as session:
        letters = session.execute(text("SELECT * FROM question")).all()
        shown = session.scalars(select(Question)).one().card.label_text
    assert display_name(COUNTY) not in page.replace(shown, "")
    assert COUNTY not in str(letters) and VILLAGE not in str(letters), "nor which county answered"


def test_a_sentence_that_could_tell_who_it_is_is_refused_with_the_word_and_its_place(walk: Walk) -> None:
    inquiry = asked(walk)
    name, area = need_of(walk, inquiry)
    telling = {
        f"送到{name}家门口就行": name,
        f"在{display_name(area)}东头": display_name(area)[:2],
        f"送到{display_name(COUNTY)}来": display_name(COUNTY)[:2],
        "打 13912345678 联系": "13912345678",
        "家里有人透析": "透析",
    }
    for sentence, word in telling.items():
        status, page = answer(walk, inquiry, answers="call", sentence=sentence)
        assert status == 422 and "可能让人认出" in page and word in page, sentence
    with office(walk.house) as session:
        assert session.get_one(Inquiry, inquiry).state == "asked", "nothing left the office"
        need = session.get_one(Inquiry, inquiry).need
        need.budget_fen, need.option = 123_400, "双桶"
        assert words_that_tell(need, "要双桶的，一千二 1234 元以内") == ["双桶", "1234"]
    with public(walk.house) as session:
        assert session.scalars(select(Question.sentence)).one() is None


def test_a_sentence_tells_neither_who_lives_there_nor_what_only_a_holder_knows(walk: Walk) -> None:
    """A label leaves open whether there are children or old people: no answer closes it."""
    inquiry = asked(walk)
    with office(walk.house) as session:
        item = session.get_one(Inquiry, inquiry).need.item.name
    telling = {
        "家里有老人，轻一点": "老人",
        "孩子放学以后来": "孩子",
        "要 1.2 米宽的": "1.2",
        "两床就够": "两",
        "三百元以内的": "三百",
        f"{item}就行": item,
    }
    for sentence, word in telling.items():
        status, page = answer(walk, inquiry, answers="call", sentence=sentence)
        assert status == 422 and f"“{word}”可能让人认出" in page, sentence
    assert answer(walk, inquiry, answers="call", sentence="送之前打个招呼就行")[0] == 303


def test_words_on_their_way_are_not_kept_again(walk: Walk) -> None:
    """A second press, or the page that saves by itself, comes after the question has gone."""
    assert ask(walk) == 303
    address, partner = f"/library/{walk.project('G07')}/ask", walk.site.public("vol")
    again = partner.post(address, data={"topic": "size", "text": ASKED})
    assert again.status_code == 409 and "县里还没有答复" in again.get_data(as_text=True)
    assert "<textarea" not in again.get_data(as_text=True)
    for data in ({"text": ASKED, "later": "1"}, {"text": ASKED}):
        partner.post(address, data=data)
    assert "已存" not in partner.post(f"{address}/keep", data={"text": ASKED}).get_data(as_text=True)
    with public(walk.house) as session:
        assert session.scalars(select(Question.draft)).all() == [None]


def test_both_letters_twice_change_nothing(walk: Walk) -> None:
    inquiry = asked(walk)
    with office(walk.house) as session:
        row = session.get_one(Inquiry, inquiry)
        donor = {"token": row.donor_token, "kind": row.donor_kind, "name": "另一位", "verified": True}
        payload = {"question_ref": row.question_ref, "project_id": row.project_id, "donor": donor}
        TO_OFFICE["question.asked"](session, payload, NOW)
        assert len(session.scalars(select(Inquiry)).all()) == 1
        assert session.get(OfficeReceived, f"question.asked/{row.question_ref}") is not None
        ref = row.question_ref
    answer(walk, inquiry, answers="call")
    with public(walk.house) as session:
        again = {"question_ref": ref, "answers": [], "sentence": "别的", "reason": "who"}
        TO_PUBLIC["question.answered"](session, {**again, "at": NOW.isoformat()}, NOW)
        kept = session.scalars(select(Question)).one()
        assert (kept.state, kept.answers, kept.sentence) == ("answered", ["call"], None)
        assert session.get(PublicReceived, f"question.answered/{ref}") is not None


def test_an_answer_of_unknown_words_is_not_taken(walk: Walk) -> None:
    """The public side keeps the closed list itself: whatever the office sends."""
    asked(walk)
    with public(walk.house) as session:
        question = session.scalars(select(Question)).one()
        payload = {"question_ref": question.question_ref, "answers": ["住在村东头"], "sentence": None}
        with pytest.raises(LookupError):
            TO_PUBLIC["question.answered"](session, {**payload, "reason": None, "at": NOW.isoformat()}, NOW)


def test_a_draft_survives_and_is_nobody_elses(walk: Walk) -> None:
    address = f"/library/{walk.project('G07')}/ask"
    partner = walk.site.public("vol")
    kept = partner.post(f"{address}/keep", data={"topic": "when", "text": "周末"}).get_data(as_text=True)
    assert kept.startswith("草稿 ") and kept.endswith("已存")
    assert "周末</textarea>" in walk.site.public("vol").get(address).get_data(as_text=True)
    assert "周末" not in walk.site.public("firm").get(address).get_data(as_text=True)
    refused = partner.post(address, data={"topic": "", "text": "周末能送吗"})
    assert refused.status_code == 422 and "周末能送吗</textarea>" in refused.get_data(as_text=True)
    assert "周末能送吗</textarea>" in walk.site.public("vol").get(address).get_data(as_text=True)
    assert "草稿" in partner.get("/my/questions").get_data(as_text=True)
    assert partner.post(f"{address}/drop").status_code == 303
    assert "周末" not in partner.get(address).get_data(as_text=True)


def test_a_draft_that_was_left_for_a_month_is_forgotten(walk: Walk) -> None:
    address = f"/library/{walk.project('G07')}/ask/keep"
    walk.site.public("vol").post(address, data={"topic": "when", "text": "周末"})
    with public(walk.house) as session:
        assert drop_old_drafts(session, now=walk.now() + timedelta(days=29)) == 0
        assert drop_old_drafts(session, now=walk.now() + timedelta(days=31)) == 1
        assert session.scalars(select(Question)).all() == []


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"topic": "size", "text": ""}, "请写下要问的话"),
        ({"topic": "size", "text": "  \n "}, "请写下要问的话"),
        ({"topic": "nonsense", "text": "行吗"}, "请选问的是哪一样"),
        ({"topic": "size", "text": "行" * 301}, "最多 300 个"),
        ({"topic": "size", "text": "打我 13912345678"}, "联系方式"),
        ({"topic": "size", "text": "加微信 abc"}, "联系方式"),
    ],
)
def test_what_cannot_be_sent_says_why_beside_its_field(walk: Walk, form: dict[str, str], why: str) -> None:
    refused = walk.site.public("vol").post(f"/library/{walk.project('G07')}/ask", data=form)
    assert refused.status_code == 422 and why in refused.get_data(as_text=True)
    with public(walk.house) as session:
        assert session.scalars(select(PublicLetter).where(PublicLetter.kind == "question.asked")).all() == []


def test_nobody_floods_the_county(walk: Walk) -> None:
    assert [ask(walk, nth=n) for n in range(3)] == [303, 303, 303]
    assert ask(walk, nth=0) == 409, "one at a time about one project"
    address = f"/library/{walk.project('G07', 3)}/ask"
    refused = walk.site.public("vol").post(address, data={"topic": "size", "text": "第四句"})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 409 and "你有 3 句话在等县里答复" in page and "第四句</textarea>" in page
    assert ask(walk, "newvol") == 303 and ask(walk, "newvol", nth=1) == 409, "one of who is not verified"
    assert ask(walk, "firm") == 303, "another partner is not held up"


def test_after_the_answer_a_follow_up_is_a_new_question_within_the_days_limit(walk: Walk) -> None:
    for _ in range(MOST_A_DAY):
        inquiry = asked(walk)
        answer(walk, inquiry, answers="call")
    assert ask(walk) == 409
    walk.later(hours=25)
    assert ask(walk) == 303


def test_there_are_three_working_days_and_then_the_lead_hears_of_it(walk: Walk) -> None:
    inquiry = asked(walk)
    with office(walk.house) as session:
        assert session.get_one(Inquiry, inquiry).due_on == add_working_days(local_day(walk.now()), 3)
    assert "答复一句询问" in walk.office("cs").get("/office/").get_data(as_text=True)
    assert "答复一句询问" not in walk.office("cl").get("/office/").get_data(as_text=True)
    assert "答复一句询问" not in walk.office("cs").get("/office/late").get_data(as_text=True)
    walk.later(days=8)
    assert "答复一句询问" in walk.office("cl").get("/office/").get_data(as_text=True)
    late = walk.office("cs").get("/office/late").get_data(as_text=True)
    assert "答复一句询问" in late and f"/office/followup/inquiries/{inquiry}" in late
    assert "答复一句询问" not in walk.office("to").get("/office/late").get_data(as_text=True)
    answer(walk, inquiry, answers="call")
    assert "答复一句询问" not in walk.office("cl").get("/office/").get_data(as_text=True)


def test_it_is_answered_once(walk: Walk) -> None:
    inquiry = asked(walk)
    assert answer(walk, inquiry, answers="call")[0] == 303
    assert answer(walk, inquiry, answers="used_ok")[0] == 409
    assert walk.office("cs").post(f"{LIST}/{inquiry}/decline", data={"reason": "who"}).status_code == 409
    assert answer(walk, asked(walk, nth=1))[0] == 422, "an answer says something"


def test_a_stranger_is_led_to_sign_in_and_told_the_telephone(walk: Walk) -> None:
    number = walk.project("G07")
    page = walk.site.visitor().get(f"/library/{number}").get_data(as_text=True)
    assert "登录后可以私下问县里" in page and "12345" in page
    assert walk.site.visitor().get(f"/library/{number}/ask").status_code == 302
    assert walk.site.visitor().get("/my/questions").status_code == 302


def test_of_an_emptied_place_nothing_is_asked_and_its_name_is_gone_from_the_list(walk: Walk) -> None:
    number = walk.project("G07")
    inquiry = asked(walk)
    with public(walk.house) as session:
        blank_card(session, number, now=NOW)
    with office(walk.house) as session:
        project = project_by_number(session, number)
        assert isinstance(project, NeedProject) and isinstance(project.need, Need)
        title = project.need.item.name
    partner = walk.site.public("vol")
    assert partner.get(f"/library/{number}/ask").status_code == 404
    listed = partner.get("/my/questions").get_data(as_text=True)
    assert "这一项已结束" in listed and title not in listed
    assert answer(walk, inquiry, answers="call")[0] == 303, "it can still be answered"
    assert title not in own_page(walk)


def test_both_engines_carry_a_question_there_and_back(any_house: House) -> None:
    crowd(any_house)
    approve_all(any_house)
    tick(any_house)
    site = Site(any_house)
    ours = (NeedProject.state == "public", Need.area.startswith(COUNTY))
    with office(any_house) as session:
        number = session.scalars(select(NeedProject.project_id).join(Need).where(*ours)).first()
    asking = {"topic": "other", "text": ASKED}
    assert site.public("firm").post(f"/library/{number}/ask", data=asking).status_code == 303
    assert site.public("firm").post(f"/library/{number}/ask", data=asking).status_code == 409
    site.carry()
    with office(any_house) as session:
        inquiry = session.scalars(select(Inquiry.id)).one()
    told = {"answers": "call", "sentence": "送之前打个招呼就行"}
    assert site.office("cs").post(f"{LIST}/{inquiry}/answer", data=told).status_code == 303
    site.carry()
    told_to = [who for who in ("firm", "vol") if "县里答复了：" in site.public(who).get("/my").text]
    assert told_to == ["firm"]


def test_the_closed_lists_hold_together_and_tell_nothing(walk: Walk) -> None:
    """Every standard sentence may be said to anybody: it passes what an officer's own sentence must pass."""
    several = [s for s in ANSWERS.values() if "一个人" in s or "两个人" in s]
    assert several == [], "where there are children two come: how many says whether there are"
    assert set(FITTING) == set(TOPICS) and {c for codes in FITTING.values() for c in codes} <= set(ANSWERS)
    number, sentences = walk.project("G07"), (*ANSWERS.values(), *REASONS.values())
    with office(walk.house) as session:
        project = project_by_number(session, number)
        assert project is not None
        told = {s: found for s in sentences if (found := words_that_tell(project.need, s))}
    assert told == {}
