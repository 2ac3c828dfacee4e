"""Five hundred households in whom everything personal is a string that stands nowhere else, published, found
by partners, helped; and officers who write down what nobody else may read."""

import io
import random
import shutil
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from app.cases.operations.consents import NewConsent, give_consent
from app.core.house import House
from app.core.money import yuan
from app.factory import _add_commands, build_public
from app.followup.operations.late import verify_late_outcome
from app.needs.operations import cascade
from app.policy.catalogue import ITEMS
from app.policy.regions import display_name, villages_in
from app.releases.models import UNSURE, Cohort
from app.releases.operations.freezing import freeze_cohort, unfreeze_cohort
from app.releases.operations.projects import NeighbourCheck, prepare_project, return_project
from app.releases.operations.referral import ask_referral
from tests.clock import NOW, SteppingClock
from tests.house.doors_world import Names, helped
from tests.register import Register, make, write
from tests.stories.direct_world import urgent_need
from tests.stories.followup_shelf import CODES, TWO
from tests.stories.followup_world import Walk
from tests.stories.leak_net import listening
from tests.world import COUNTY, VILLAGE, Site, Wish, house_of, new_household, office, officer, settled_case

COUNTIES = ("640303", COUNTY, "640422", "640423", "640424")
EACH = 100
TEAM = "640324100"  # the township of VILLAGE: its officers are tests' people
Secrets = dict[str, set[str]]


def planted() -> tuple[Register, Secrets]:
    """The register, and what must not be seen, by sort."""
    made, secrets = make(23, COUNTIES, households=EACH, first=1.0), defaultdict[str, set[str]](set)
    for n, row in enumerate(made.households):
        _plant_household(n, row, secrets)
    for n, row in enumerate(made.members):
        row["name"] = f"密名{n:05d}"
        secrets["name"].add(row["name"])
        secrets["number"] |= {row["id_no"], row["birth_date"]}
        secrets["key"].add(row["member_ref"])
    own = {h["household_ref"] for h in made.households if h["county_code"] == COUNTY}
    for n, row in enumerate(made.needs):
        _plant_need(n, row, row["household_ref"] in own, secrets)
    heads = {row["household_ref"]: row for row in made.members if row["relation"] == "本人"}
    for row in made.households:
        row["applicant_name"] = heads[row["household_ref"]]["name"]
    return made, {sort: {s for s in found if len(s) >= 4} for sort, found in secrets.items()}


def _plant_household(n: int, row: dict[str, str], secrets: Secrets) -> None:
    if row["county_code"] == COUNTY:
        row["township_code"], row["village_code"] = TEAM, VILLAGE
    row |= {
        "address_detail": f"密址{n:04d}号院",
        "phone": f"139777{n:05d}",
        "narrative": f"密述{n:04d}：院里一棵老槐树，奶奶每天坐在树下等人。",
        "monthly_income_fen": str(7_000_000 + n * 13),
    }
    secrets["key"].add(row["household_ref"])
    secrets["phone"].add(row["phone"])
    secrets["sentence"] |= {row["narrative"], row["narrative"][:6]}
    secrets["amount"].add(row["monthly_income_fen"])
    secrets["village"] |= {row["village_code"], row["address_detail"]}
    secrets["village"] |= {v.name for v in villages_in(row["township_code"]) if v.code == row["village_code"]}
    secrets["township"] |= {row["township_code"], display_name(row["township_code"])}


def _plant_need(n: int, row: dict[str, str], own: bool, secrets: Secrets) -> None:
    """Those of the pilot county are of few kinds, so that the partners of the tests find what they take."""
    if own:
        code = CODES[n % len(CODES)]
        row |= {"item_code": code, "action_no": str(ITEMS[code].action_no)}
        row["quantity"] = "2" if code == TWO else "1"
    fen = int(row["budget_fen"] or 1) * 100 + 7
    row |= {"description": f"密求{n:05d}：想要一样东西", "budget_fen": str(fen)}
    secrets["sentence"] |= {row["description"], row["description"][:7]}
    secrets["key"].add(row["need_ref"])
    secrets["amount"] |= {str(fen), yuan(fen)}


@dataclass(frozen=True)
class World:
    """The house after all of it; `said` is what was logged and printed, `names` the things behind doors."""

    house: House
    site: Site
    names: Names
    secrets: Secrets
    table: Path
    said: str

    @property
    def words(self) -> frozenset[str]:
        return frozenset(word for found in self.secrets.values() for word in found)


def open_world(peopled: Path, folder: Path) -> World:
    shutil.copytree(peopled, folder / "instance")
    house, log = house_of(folder / "instance", clock=SteppingClock()), io.StringIO()
    register, secrets = planted()
    write(register, folder / "in")
    with listening(log):
        run(house, log, ["demo", "load", "--from", str(folder / "in"), "--settled"])
        run(house, log, ["releases", "tick", "--plan-all"])
        walk = Walk(house, Site(house))
        names = helped(walk)
        secrets["remark"] = remarks(walk, int(str(names["tie"])))
        run(house, log, ["library", "reindex"])
        run(house, log, ["library", "export", "--out", str(folder / "table.csv")])
    return World(house, walk.site, names, secrets, folder / "table.csv", log.getvalue())


def run(house: House, log: io.StringIO, args: list[str]) -> None:
    app = build_public(house)
    app.extensions["house"] = house
    _add_commands(app, house.settings)
    result = app.test_cli_runner().invoke(args=args)
    assert result.exit_code == 0, result.output
    log.write(result.output)


class Pen:
    """Writes remarks that are told apart."""

    def __init__(self) -> None:
        self.written: set[str] = set()
        self.count = 0

    def __call__(self, about: str) -> str:
        self.count += 1
        remark = f"密注{self.count:03d}{about}，只记在这里"
        self.written |= {remark, remark[:5] + about}
        return remark


def remarks(walk: Walk, tie: int) -> set[str]:
    """What officers write for themselves at every step."""
    pen = Pen()
    _on_a_claim(walk, tie, pen)
    _on_a_case(walk, pen)
    walk.carry()
    return pen.written


def _on_a_claim(walk: Walk, tie: int, pen: Pen) -> None:
    assert walk.post("cs", tie, "contact", note=pen("电话里说了家里的事")) == 303
    walk.pledge(tie, login="charity")
    assert walk.post("cs", tie, "arrive", qty=2) == 303
    receipt = {"receipt_by": "member", "receipt_method": "paper", "receipt_name": pen("签收")[:20]}
    assert walk.post("to", tie, "hand-over", **receipt) == 303
    assert walk.post("vw", tie, "dispute", reason=pen("炕太短放不下")) == 303


def _on_a_case(walk: Walk, pen: Pen) -> None:
    with office(walk.house) as session:
        cs, cl, vw, dept = (officer(session, login) for login in ("cs", "cl", "vw", "dept"))
        home = replace(new_household(951), narrative=pen("村里人讲过的"), address_detail=pen("住处")[:30])
        long_ago = NOW - timedelta(days=61)
        case, needs = settled_case(session, home, Wish("G06"), Wish("G07"), Wish("G03"), now=long_ago)
        consent = NewConsent("publish", given_by=pen("给的人")[:20], witness=pen("见证")[:20])
        give_consent(session, case, consent, actor=vw, now=NOW)
        unsure = NeighbourCheck({**NeighbourCheck().answers, "guess": UNSURE}, pen("邻居"))
        project = prepare_project(
            session, needs[0], neighbour=unsure, rng=random.Random(5), actor=cs, now=NOW
        )
        return_project(session, project, reason=pen("退回的原因"), actor=cl, now=NOW)
        ask_referral(session, needs[1], dossier=pen("前前后后"), actor=cs, now=NOW)
        urgent = urgent_need(session, serial=952, reason=pen("等不得"))
        entry = cascade.record_outcome(
            session,
            urgent,
            outcome="none",
            covered_qty=0,
            basis=pen("依据"),
            note=pen("另外"),
            stage=1,
            actor=dept,
            now=NOW,
        )
        verify_late_outcome(session, entry, actor=cs, now=NOW)
        cohort = session.scalars(select(Cohort).order_by(Cohort.households_n)).first()
        assert cohort is not None
        area = next(p.area[:6] for p in cohort.projects)
        by = (cs, cl) if area == COUNTY else (officer(session, "far_cs"), officer(session, "far_cl"))
        freeze_cohort(session, cohort, reason=pen("有人来电话"), actor=by[0], now=NOW)
        unfreeze_cohort(session, cohort, note=pen("查过了"), actor=by[1], now=NOW)
