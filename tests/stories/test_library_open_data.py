"""Open data: the contract's table, a description that is true of it, certificates that open with the public
key, and shows counted without anyone."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.house import House
from app.core.sealing import BadSeal, Sealer, opened
from app.library.models import Exposure, ShelfCohort
from app.library.operations import blank_card, set_claimed, shelve_cohort
from app.library.operations.shelf import UnsafeCohort
from app.library.queries import EXPORT_COLUMNS, export_rows
from app.library.queries.keeping import Keeper
from app.library.views.dictionary import COLUMNS
from app.policy.catalogue import NAMES
from app.releases.models import SeenCard
from tests.clock import NOW, SteppingClock
from tests.stories.library_world import DAY, LABELS, card, catalogue_shelf, cohort
from tests.stories.releases_world import approve_all, crowd, table, tick
from tests.world import Site, office, public

TOKENS = {
    "week", "project_id", "cohort_id", "region_label", "household_size_band", "has_minor", "has_elder",
    "disability_group", "disease_group", "action_no", "need_item", "kind", "amount_band", "urgency", "status",
    "published_month",
}  # fmt: skip


def data(client: FlaskClient, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return json.loads(answer.get_data())


@pytest.fixture
def released(house: House) -> Site:
    """A whole week through the gate: cohorts with signed certificates on the shelf."""
    crowd(house)
    approve_all(house)
    tick(house)
    return Site(house)


def test_the_table_is_the_same_as_csv_as_json_and_by_command(released: Site) -> None:
    visitor = released.visitor()
    with public(released.house) as session:
        number = str(export_rows(session, None)[0]["project_id"])
        blank_card(session, number, now=NOW)
    rows = list(csv.DictReader(io.StringIO(visitor.get("/api/v1/projects.csv").get_data(as_text=True))))
    assert list(rows[0]) == EXPORT_COLUMNS and set(EXPORT_COLUMNS) == TOKENS
    assert rows == [{k: str(v) for k, v in row.items()} for row in table(released.house)]
    listed = data(visitor, "/api/v1/projects?size=1000")["projects"]
    assert [{k: "" if v is None else str(v) for k, v in r.items()} for r in listed] == rows
    assert data(visitor, f"/api/v1/projects/{number}")["need_item"] is None


def test_pages_and_filters_of_the_interface_cut_the_same_table(released: Site) -> None:
    visitor = released.visitor()
    whole = data(visitor, "/api/v1/projects?size=1000")
    pages = [
        data(visitor, f"/api/v1/projects?size=7&page={n}") for n in range(1, -(-whole["total"] // 7) + 1)
    ]
    assert [r for p in pages for r in p["projects"]] == whole["projects"]
    goods = data(visitor, "/api/v1/projects?kind=goods&kind=money&size=1000")["projects"]
    assert goods == [r for r in whole["projects"] if r["kind"] in ("goods", "money")] and goods
    csv_goods = visitor.get("/api/v1/projects.csv?kind=goods").get_data(as_text=True)
    assert csv_goods.count("\n") == 1 + sum(r["kind"] == "goods" for r in whole["projects"])


def test_past_weeks_can_be_had_again_and_hide_what_was_hidden_since(site: Site) -> None:
    catalogue_shelf(site.house)
    with public(site.house) as session:
        set_claimed(session, "XQ-00000001", claimed=True, now=NOW)
        blank_card(session, "XQ-00000002", now=NOW)
    visitor = site.visitor()
    assert data(visitor, "/api/v1/weeks")["weeks"] == [DAY.isoformat()]
    past = {r["project_id"]: r for r in data(visitor, f"/api/v1/projects?week={DAY}&size=1000")["projects"]}
    assert past["XQ-00000001"]["status"] == "open" and past["XQ-00000002"]["need_item"] is None
    assert visitor.get("/api/v1/projects?week=2026-01-05").status_code == 404
    assert visitor.get("/api/v1/projects?week=soon").status_code == 422


def test_every_row_keeps_to_the_description_of_the_interface(released: Site) -> None:
    visitor = released.visitor()
    document = data(visitor, "/api/v1/openapi.json")
    shape = document["components"]["schemas"]["Project"]
    assert document["openapi"].startswith("3.1") and set(shape["required"]) == TOKENS
    for row in data(visitor, "/api/v1/projects?size=1000")["projects"]:
        assert set(row) == TOKENS
        for name, value in row.items():
            told = shape["properties"][name]
            kinds = told["type"] if isinstance(told["type"], list) else [told["type"]]
            kind = {str: "string", int: "integer", type(None): "null"}[type(value)]
            assert kind in kinds and (value in told["enum"] if "enum" in told else True), (name, value)


def test_the_description_names_every_address_and_every_address_answers(site: Site) -> None:
    catalogue_shelf(site.house)
    app, visitor = site.app("public"), site.visitor()
    told = set(data(visitor, "/api/v1/openapi.json")["paths"])
    there = {
        r.rule.replace("<", "{").replace(">", "}")
        for r in app.url_map.iter_rules()
        if r.endpoint.startswith("api.")
    }
    assert told == there
    for path in told:
        address = path.replace("{project_id}", "XQ-00000000").replace("{number}", "T000-TEST")
        answer = visitor.get(address)
        assert answer.status_code == 200 and answer.headers["Access-Control-Allow-Origin"] == "*", address


def test_the_dictionary_explains_every_column_and_no_other(site: Site) -> None:
    assert [c.name for c in COLUMNS] == EXPORT_COLUMNS
    page = site.visitor().get("/data").get_data(as_text=True)
    for column in COLUMNS:
        assert f"<code>{column.name}</code>" in page and column.meaning


def test_a_certificate_opens_with_the_published_key_and_says_what_is_on_the_shelf(released: Site) -> None:
    visitor = released.visitor()
    row = table(released.house)[0]
    number = data(visitor, f"/api/v1/projects/{row['project_id']}")["certificate"]
    told = data(visitor, f"/verify/{number}.json")
    key = data(visitor, "/api/v1/keys")["keys"][0]
    statement = opened(told["jws"], key["x"])
    assert key["crv"] == "Ed25519" and told["key_id"] == key["kid"] and statement == told["statement"]
    assert statement["cohort_id"] == row["cohort_id"] and row["project_id"] in statement["projects"]
    assert statement["certificate"]["households"] >= 11
    asked = visitor.get(f"/verify/{number}", headers={"Accept": "application/json"})
    assert json.loads(asked.get_data()) == told
    assert "签名核对过" in visitor.get(f"/verify/{number.lower()}").get_data(as_text=True)


def test_a_changed_certificate_is_not_called_sound(released: Site) -> None:
    with public(released.house) as session:
        cohort_row = session.scalars(select(ShelfCohort)).first()
        assert cohort_row is not None
        head, body, signature = str(cohort_row.jws).split(".")
        cohort_row.jws = f"{head}.{body[:-4]}AAAA.{signature}"
        number = cohort_row.certificate_no
    visitor = released.visitor()
    assert data(visitor, f"/verify/{number}.json")["jws"] is None
    assert "签名核对过" not in visitor.get(f"/verify/{number}").get_data(as_text=True)


def test_a_cohort_whose_signature_does_not_hold_is_not_shelved(house: House) -> None:
    sealer, other = Sealer(b"1" * 32), Sealer(b"2" * 32)
    payload = cohort(1, LABELS[0], [card("XQ-00000001", NAMES["理发"])])
    statement = {k: payload[k] for k in ("cohort_id", "label", "certificate", "tick", "published_month")}
    forged = [
        (other.seal(statement), "not signed by that key"),
        (sealer.seal({**statement, "label": LABELS[1].as_dict()}), "something else"),
        ("x.y.z", "no signature at all"),
    ]
    for jws, why in forged:
        wrong = {**payload, "jws": jws, "key_id": sealer.key_id, "public_key": sealer.public_key}
        with pytest.raises(UnsafeCohort), public(house) as session:
            shelve_cohort(session, wrong, now=NOW)
        assert table(house) == [], why
    right = {
        **payload,
        "jws": sealer.seal(statement),
        "key_id": sealer.key_id,
        "public_key": sealer.public_key,
    }
    with public(house) as session:
        shelve_cohort(session, right, now=NOW)
    assert len(table(house)) == 1


def test_the_same_statement_is_sealed_the_same_and_only_its_key_opens_it() -> None:
    sealer = Sealer(b"3" * 32)
    jws = sealer.seal({"b": "值", "a": [1, 2]})
    assert jws == sealer.seal({"a": [1, 2], "b": "值"}) and opened(jws, sealer.public_key) == {
        "b": "值",
        "a": [1, 2],
    }
    for broken in (jws + "A", jws.replace(".", "", 1), "", "..", jws[1:]):
        with pytest.raises(BadSeal):
            opened(broken, sealer.public_key)
    with pytest.raises(BadSeal):
        opened(jws, Sealer(b"4" * 32).public_key)


def test_the_ten_lines_of_the_page_check_a_certificate_offline(released: Site, tmp_path: Path) -> None:
    visitor = released.visitor()
    project = table(released.house)[0]["project_id"]
    number = data(visitor, f"/api/v1/projects/{project}")["certificate"]
    page = visitor.get(f"/verify/{number}").get_data(as_text=True)
    program = page.split('<pre class="code" tabindex="0">')[1].split("</pre>")[0]
    program = program.replace("&#34;", '"').replace("&quot;", '"')
    (tmp_path / f"{number}.json").write_bytes(visitor.get(f"/verify/{number}.json").get_data())
    (tmp_path / "keys").write_bytes(visitor.get("/api/v1/keys").get_data())
    for name in (f"{number}.json", "keys"):
        program = program.replace(f'Path("{name}")', f"Path({str(tmp_path / name)!r})")
    exec(compile(program, "the page", "exec"), {"print": lambda *_: None})  # noqa: S102  # our own page


def keeper_of(site: Site) -> Keeper:
    found: Keeper = site.app("public").extensions["library"]
    return found


def flush(site: Site) -> None:
    """As if the seconds between two writes had passed."""
    keeper_of(site).shown._since = -1e9
    site.visitor().get("/library?page=3&sort=new")


def test_shows_opens_and_picks_are_counted_also_from_the_cache(site: Site) -> None:
    catalogue_shelf(site.house)
    visitor = site.visitor()
    visitor.get("/guide")
    for _ in range(3):
        visitor.get("/library/XQ-00000000")
        visitor.get("/recommend?kind=money")
        visitor.get("/library")
    flush(site)
    with site.house.public.transaction(writes=False) as session:
        counts = session.execute(select(Exposure.shows, Exposure.opens, Exposure.picks)).all()
    assert sum(c.opens for c in counts) == 3 and sum(c.picks for c in counts) == 9
    assert sum(c.shows for c in counts) >= 3 * 12


def test_nothing_about_who_looked_is_kept(site: Site) -> None:
    names = {c.name for c in Exposure.__table__.columns}
    assert names == {"id", "card_id", "day", "shows", "opens", "picks", "sent"}


def test_the_office_learns_a_finished_day_once_and_sees_who_was_never_shown(
    released: Site, clock: SteppingClock
) -> None:
    house = released.house
    number = str(table(house)[0]["project_id"])
    for _ in range(2):
        released.visitor().get(f"/library/{number}")
    flush(released)
    released.work()
    with office(house) as session:
        assert session.scalars(select(SeenCard)).all() == [], "the day is not over"
    clock.forward(timedelta(days=1))
    released.work()
    released.work()
    with office(house) as session:
        seen = session.scalars(select(SeenCard).where(SeenCard.project_id == number)).one()
        assert (seen.opens, seen.until) == (2, DAY)
    page = released.office("cs").get("/office/releases/seen").get_data(as_text=True)
    assert "一次也没有出现过" in page and "谁还没被看到" in page
    assert released.office("vw").get("/office/releases/seen").status_code in (403, 404)
