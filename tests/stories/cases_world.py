"""Short ways through the pages of a household: what each person types, and what the page says then."""

import re
from datetime import date

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.cases.models import BatchItem, Case, EntryBatch
from app.core.house import House
from tests.world import Site, office, officer, resident_number

CASES, BATCHES = "/office/cases", "/office/batches"
TODAY = "2026-11-23"


def page(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def sent(answer: TestResponse) -> str:
    """The address that a form leads on to."""
    assert answer.status_code == 303, (answer.status_code, said(answer))
    return str(answer.headers["Location"])


def said(answer: TestResponse) -> str:
    """The words of a page, without its markup."""
    return re.sub(r"<[^>]+>|\s+", " ", answer.get_data(as_text=True))


def home(**changed: str) -> dict[str, str]:
    """Step 1."""
    return {
        "category": "C3",
        "dibao_kind": "rural",
        "monthly_income": "680",
        "phone": "138 0000 0001",
        "address_detail": "三组 12 号",
        "narrative": "奶奶带着孙女，药费重。",
        **changed,
    }


NOTHING = dict.fromkeys(
    ("sex", "disability_type", "disability_grade", "disease_code", "school_stage", "employment"), ""
)


def person(serial: int = 1, **changed: str) -> dict[str, str]:
    """Step 2: the head of the household."""
    number = resident_number(date(1958, 4, 5), serial)
    return {**NOTHING, "relation": "本人", "name": f"测试人{serial}", "id_no": number, **changed}


def child(**changed: str) -> dict[str, str]:
    born = {"birth_date": "2016年3月4日", "school_stage": "小学"}
    return {**NOTHING, "relation": "孙女", "name": "测试孙女", **born, **changed}


def key_of(html: str) -> str:
    found = re.search(r'name="key" value="([0-9A-Z]{32})"', html)
    assert found is not None
    return found[1]


def start(client: FlaskClient, **changed: str) -> str:
    """Step 1 handed in; returns the draft's key."""
    key = key_of(page(client, f"{CASES}/new"))
    onward = sent(client.post(f"{CASES}/new", data={"key": key, "part": "household", **home(**changed)}))
    assert onward == f"{CASES}/new/{key}/members"
    return key


def add(client: FlaskClient, key: str, typed: dict[str, str]) -> None:
    sent(client.post(f"{CASES}/new/{key}/members", data={"key": key, "part": "member", **typed}))


def enter(client: FlaskClient, serial: int = 1, *, with_child: bool = False) -> int:
    """A household written down in three steps; returns its case's id."""
    key = start(client)
    add(client, key, person(serial))
    if with_child:
        add(client, key, child())
    onward = sent(client.post(f"{CASES}/new/{key}/review"))
    return int(onward.rsplit("/", 1)[1])


def sheet(second: int, **changed: str) -> dict[str, str]:
    """The home sheet with every consent given by the household itself."""
    return {
        "done_on": TODAY,
        "second": str(second),
        "second_by": "on_site",
        **dict.fromkeys(("cond_a", "cond_b", "cond_c", "cond_d"), "属实"),
        "supporter_check": "partly",
        "dibao_kind": "rural",
        **dict.fromkeys(("record", "publish", "direct_match", "pair", "disclose"), "yes"),
        "given_by": "测试人",
        "capacity": "self",
        "method": "paper",
        **changed,
    }


def votes(**changed: str) -> dict[str, str]:
    return {
        "held_on": TODAY,
        "chair": "主持人",
        "attendees_n": "9",
        "recused_n": "1",
        "votes_for": "7",
        "votes_against": "1",
        "votes_abstain": "0",
        "minutes": "大家都说这户难",
        **changed,
    }


def wish(code: str = "G07", **changed: str) -> dict[str, str]:
    typed = {"item_code": code, "qty": "1", "urgency": "important", "budget": "1200", "option": "", **changed}
    return {f"need-{name}": value for name, value in typed.items()}


def decision(needs: list[int], **changed: str) -> dict[str, object]:
    typed = {"accepted": "yes", "meeting_on": TODAY, "ref_no": "会纪1号", "reason": "", **changed}
    return {**{f"determine-{name}": value for name, value in typed.items()}, "keep": [str(n) for n in needs]}


def account(house: House, login: str) -> int:
    with office(house) as session:
        return officer(session, login).account_id


def case_of(house: House, case_id: int) -> Case:
    with office(house) as session:
        return session.get_one(Case, case_id)


def state(house: House, case_id: int) -> str:
    return case_of(house, case_id).state


def need_ids(html: str) -> list[int]:
    """The needs that the township may keep or drop."""
    return [int(n) for n in re.findall(r'name="keep" value="(\d+)"', html)]


def checked(site: Site, serial: int = 1, *, with_child: bool = False) -> int:
    """Entered and visited by two."""
    vw = site.office("vw")
    case_id = enter(vw, serial, with_child=with_child)
    by = {"capacity": "guardian"} if with_child else {}
    sent(vw.post(f"{CASES}/{case_id}/check", data=sheet(account(site.house, "to"), **by)))
    return case_id


def listed(site: Site, serial: int = 1, *, codes: tuple[str, ...] = ("G07",)) -> int:
    """Evaluated, difficulties and needs sent to the township."""
    case_id, vw = checked(site, serial), site.office("vw")
    sent(vw.post(f"{CASES}/{case_id}/evaluation", data=votes()))
    sent(vw.post(f"{CASES}/{case_id}/list/difficulties", data={"difficulty-kind": "生活物资"}))
    for code in codes:
        sent(vw.post(f"{CASES}/{case_id}/list/needs", data=wish(code)))
    sent(vw.post(f"{CASES}/{case_id}/list/submit"))
    return case_id


def determined(site: Site, serial: int = 1) -> int:
    case_id, tl = listed(site, serial), site.office("tl")
    needs = need_ids(page(tl, f"{CASES}/{case_id}/determination"))
    sent(tl.post(f"{CASES}/{case_id}/determination", data=decision(needs)))
    return case_id


def batched(site: Site, *cases: int) -> int:
    """A draft batch with these households; returns its id."""
    onward = sent(site.office("to").post(f"{BATCHES}/", data={"case": [str(c) for c in cases]}))
    return int(onward.rsplit("/", 1)[1])


def under_review(site: Site, *cases: int) -> int:
    batch_id = batched(site, *cases)
    sent(site.office("tl").post(f"{BATCHES}/{batch_id}/submit"))
    sent(site.office("cs").post(f"{BATCHES}/{batch_id}/review"))
    return batch_id


def item_of(house: House, case_id: int) -> int:
    """The case's newest place in a batch."""
    with office(house) as session:
        found = select(BatchItem.id).where(BatchItem.case_id == case_id).order_by(BatchItem.id.desc())
        return session.scalars(found).first() or 0


def batch_state(house: House, batch_id: int) -> str:
    with office(house) as session:
        return session.get_one(EntryBatch, batch_id).state
