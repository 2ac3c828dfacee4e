"""One thing behind every address, so that each door can be tried by everybody; a copy to put back after a
push."""

import io
import random
import shutil
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models.office import Officer, Post, Unit
from app.accounts.models.verification import Verification
from app.cases.models import Draft
from app.cases.operations.opening import open_one
from app.cases.queries import live_item_of
from app.core.house import House
from app.core.tokens import token
from app.followup.models import FilingCheck, PairTie, ProposalDraft
from app.followup.operations.batches import wish_for
from app.followup.operations.direct import offer_directly
from app.followup.queries.inquiries import inquiry_by_ref
from app.gifts.models import Claim, Pledge
from app.gifts.operations.claims import claim_card
from app.library.models import SavedSearch
from app.library.operations.asking import ask
from app.library.queries import card_by_number
from app.needs.models import CascadeOutcome, ImportJob, Need
from app.needs.operations import cascade
from app.needs.operations import entry as need_entry
from app.needs.queries import needs_of
from app.releases.models import Cohort
from app.releases.operations.freezing import freeze_cohort
from app.releases.operations.projects import prepare_project
from app.releases.operations.referral import approve_referral, ask_referral
from tests.clock import NOW, SteppingClock
from tests.register import make
from tests.stories import cases_world as typing
from tests.stories import waiting_world as waiting
from tests.stories.direct_world import urgent_need
from tests.stories.followup_shelf import fill
from tests.stories.followup_world import Walk
from tests.stories.gifts_world import DAY, filed_project, project_of
from tests.stories.releases_world import CROWD
from tests.workbooks import workbook
from tests.world import (
    COUNTY,
    VILLAGE,
    Site,
    Wish,
    donor,
    filed_case,
    house_of,
    new_household,
    office,
    officer,
    partner_token,
    public,
    settled_case,
)

OFFICE_LOGINS = ("vw", "to", "tl", "cs", "cl", "dept", "safe", "duty", "admin", "far_vw", "far_cs")
PUBLIC_LOGINS = ("vol", "charity", "firm", "newvol")
COOKIES = (("jiedui_office", "/office"), ("jiedui_public", "/"))
Names = dict[str, object]


@dataclass
class Doors:
    """Signed-in browsers and the names of the things; `put_back` undoes what a push has changed."""

    house: House
    site: Site
    names: Names
    folder: Path
    kept: Path
    browsers: dict[str, FlaskClient] = field(default_factory=dict)
    cookies: dict[tuple[str, str], str] = field(default_factory=dict)

    def sign_in(self) -> None:
        self.browsers = {login: self.site.office(login) for login in OFFICE_LOGINS}
        self.browsers |= {login: self.site.public(login) for login in PUBLIC_LOGINS}
        self.browsers["stranger"] = self.site.visitor()
        for login, browser in self.browsers.items():
            for name, path in COOKIES:
                cookie = browser.get_cookie(name, path=path)
                self.cookies[login, name] = cookie.value if cookie else ""
        self.house.dispose()
        shutil.copytree(self.folder, self.kept)

    def put_back(self) -> None:
        """Both databases and everybody's cookies as they were."""
        self.house.dispose()
        shutil.rmtree(self.folder)
        shutil.copytree(self.kept, self.folder)
        for login, browser in self.browsers.items():
            for name, path in COOKIES:
                browser.delete_cookie(name, path=path)
                if value := self.cookies[login, name]:
                    browser.set_cookie(name, value, path=path)


def open_doors(peopled: Path, folder: Path) -> Doors:
    shutil.copytree(peopled, folder / "instance")
    house = house_of(folder / "instance", clock=SteppingClock())
    fill(house)
    walk = Walk(house, Site(house))
    names: Names = {**helped(walk), **_typed(walk)}
    with office(house) as session:
        names |= {**_entering(session), **_needs(session), **_batches(session), **_staff(session)}
    with office(house) as session:
        names |= {**_releases(session), **_fourth(session)}
    names["need_asked"] = names["need_waiting"]
    with office(house) as session:
        inquiry = inquiry_by_ref(session, str(names["question"]))
        assert inquiry is not None
        names["inquiry"] = inquiry.id
    doors = Doors(house, walk.site, names, folder / "instance", folder / "kept")
    doors.sign_in()
    return doors


def helped(walk: Walk) -> Names:
    """What partners have done with the cards of VILLAGE: a claim, a pairing, a gift, a search they keep; and
    what one of them was asked directly."""
    names = _walked(walk)
    return {**names, **_donors(walk, str(names["filing"])), **_asked(walk)}


def _entering(session: Session) -> Names:
    """Cases at each step of entry; `case_new` has a child whose number is missing."""
    new = open_one(session, new_household(801, child=True), actor=officer(session, "vw"), now=NOW)
    itemised = waiting.itemised(session, 804)
    return {
        "case_new": new.id,
        "member": new.household.members[1].id,
        "case_checked": waiting.checked(session, 802).id,
        "case_failed": waiting.voted(session, 803, votes_for=3).id,
        "listing": itemised.id,
        "diff": itemised.difficulties[0].id,
        "draft_need": needs_of(session, itemised.id)[0].id,
        "case_reported": waiting.reported(session, 805).id,
        "case_determined": waiting.determined(session, 807).id,
        "case_objected": waiting.objected(session, 806).id,
    }


def _needs(session: Session) -> Names:
    """A filed household of the duty unit, with needs that wait for a recorder, a checker, an approver, a
    closer, a confirmer."""
    wishes = [Wish(code, urgency="urgent") for code in ("G08", "G09", "G05", "G12")]
    case = filed_case(session, new_household(811), *wishes)
    unit = session.scalars(select(Unit).where(Unit.name == "包抓单位")).one()
    cs, vw = officer(session, "cs"), officer(session, "vw")
    cascade.assign_unit(session, case, unit_id=unit.id, actor=cs, now=NOW)
    first, second, third, fourth = needs_of(session, case.id)
    recorded = _outcome(session, second, "none", 0)
    met = _outcome(session, fourth, "covered", 1)
    cascade.verify_outcome(session, met, actor=cs, now=NOW)
    bypass = cascade.ask_bypass(
        session, third, reason_code="极端天气", reason="今晚降温到零下二十度", actor=cs, now=NOW
    )
    later = need_entry.raise_need(
        session, case, need_entry.NewNeed("later", "G07", 1, "low", budget_fen=1000), actor=vw, now=NOW
    )
    need_entry.list_later_need(session, later, actor=vw, now=NOW)
    return {
        "case": case.id,
        "consent": next(c.id for c in case.consents if c.scope == "publish"),
        "need": first.id,
        "need_met": fourth.id,
        "need_listed": later.id,
        "outcome": recorded.id,
        "bypass": bypass.id,
        "unit": unit.id,
    }


def _outcome(session: Session, need: Need, said: str, covered: int) -> CascadeOutcome:
    return cascade.record_outcome(
        session,
        need,
        outcome=said,
        covered_qty=covered,
        basis="补贴",
        actor=officer(session, "dept"),
        now=NOW,
    )


def _batches(session: Session) -> Names:
    found: Names = {}
    for name, case in (("draft", waiting.batched(session, 821)), ("sent", waiting.sent_up(session, 822))):
        item = live_item_of(session, case.id)
        assert item is not None
        found |= {f"batch_{name}": item.batch_id, f"item_{name}": item.id}
    return found


def _staff(session: Session) -> Names:
    found = session.scalars(select(Officer).where(Officer.login == "vw2")).one()
    post = session.scalars(select(Post).where(Post.officer_id == found.id)).one()
    dossier = session.scalars(select(Verification).where(Verification.state == "submitted")).first()
    assert dossier is not None
    return {
        "officer": found.id,
        "post": post.id,
        "dossier": dossier.id,
        "required": list(dossier.required),
        "paper": dossier.papers[0].id,
    }


def _releases(session: Session) -> Names:
    """A prepared project that the safeguarding unit has to see, a need that is not prepared, a cohort."""
    _, flagged = settled_case(session, new_household(831, child=True), Wish("S02", budget_fen=None))
    _, plain = settled_case(session, new_household(832), Wish("G06"))
    project = prepare_project(
        session, flagged[0], rng=random.Random(9), actor=officer(session, "cs"), now=NOW
    )
    assert project.flags
    shared = [c for c in session.scalars(select(Cohort)) if {p.area[:6] for p in c.projects} == set(CROWD)]
    frozen = shared[1]
    freeze_cohort(session, frozen, reason="有人说猜得出", actor=officer(session, "cs"), now=NOW)
    names: Names = {"project": project.id, "need_waiting": plain[0].id, "cohort_frozen": frozen.id}
    return {**names, "cohort": shared[0].id, "certificate": shared[0].certificate_no}


def _fourth(session: Session) -> Names:
    """Nobody came: one need waits for the lead's word, one is with the finance bureau; and a step that a
    bypass went past has been answered."""
    cs, cl = officer(session, "cs"), officer(session, "cl")
    long_ago = NOW - timedelta(days=61)
    _, needs = settled_case(session, new_household(841), Wish("G06"), Wish("G07"), now=long_ago)
    asked, up = (
        ask_referral(session, n, dossier="问过三家，都没有成，还差一件", actor=cs, now=NOW) for n in needs
    )
    approve_referral(session, up, actor=cl, now=NOW)
    urgent = urgent_need(session, serial=842)
    late = cascade.record_outcome(
        session,
        urgent,
        outcome="none",
        covered_qty=0,
        basis="没有对应政策",
        stage=1,
        actor=officer(session, "dept"),
        now=NOW,
    )
    names: Names = {"referral": asked.id, "referral_up": up.id, "need_fourth": up.need_id}
    return {**names, "outcome_late": late.id}


def _asked(walk: Walk) -> Names:
    """An organisation that the county has asked directly."""
    with public(walk.house) as session:
        asked = partner_token(session, "charity")
    with office(walk.house) as session:
        _, needs = settled_case(session, new_household(833), Wish("G06"))
        offer = offer_directly(
            session,
            needs[0],
            token=asked,
            rng=random.Random(11),
            actor=officer(session, "cs"),
            now=walk.now(),
        )
        names: Names = {"offer": offer.id, "offer_no": offer.offer_no}
    walk.carry()
    return names


def _walked(walk: Walk) -> Names:
    """A claim, a pairing with a visit, a suggestion that waits, a charity's filing: their office side."""
    tie = walk.claim(login="charity")
    pair = walk.active()
    visit = walk.planned_visit(pair)
    walk.propose("vol", "firm", "charity")
    filing = filed_project(walk.house, verdict="rejected")
    walk.carry()
    with office(walk.house) as session:
        donor_token = session.get_one(PairTie, pair).donor_token
        waiting = ProposalDraft.state == "draft", Need.area == VILLAGE
        drafts = session.scalars(select(ProposalDraft).join(Need).where(*waiting)).all()
        check = session.scalars(select(FilingCheck).where(FilingCheck.ref == filing)).one()
        sent = next(d for d in drafts if d.donor_token == donor_token)
        kept = next(d for d in drafts if d.need_id != sent.need_id)
        names: Names = {"tie": tie, "pair": pair, "visit": visit, "check": check.id}
        names |= {"need_suggested": kept.need_id, "suggested": kept.id, "filing": filing}
        pairing = session.get_one(PairTie, pair).pairing_ref
        names["wish"] = wish_for(session, kept, "pin", actor=officer(session, "cs"), now=walk.now()).id
    assert walk.send(sent, reason="离得近，方便常来") == 303
    with public(walk.house) as session:
        names |= {
            "pairing": pairing,
            "proposal": sent.proposal_ref,
            "claim": walk.claim_of(session, tie).claim_ref,
            "visit_ref": walk.public_visit(session, visit).visit_ref,
        }
    return names


def _donors(walk: Walk, filing: str) -> Names:
    """A card that is free, a gift to the charity's project, a search that the volunteer keeps."""
    free, money, own = walk.project("G07", 1), walk.project("M02"), walk.project("M02", 1)
    with public(walk.house) as session:
        firm, vol, charity = (donor(session, login) for login in ("firm", "vol", "charity"))
        claim = claim_card(session, project_id=money, ready_on=DAY, promised=True, actor=firm, now=NOW)
        paying = claim_card(session, project_id=own, ready_on=DAY, promised=True, actor=charity, now=NOW)
        gift = _gift(session, claim, filing)
        kept = SavedSearch(account_id=vol.account_id, conditions="kind=goods", since=DAY)
        session.add_all([gift, kept])
        session.flush()
        card = card_by_number(session, free)
        assert card is not None
        question = ask(session, card, topic="size", text="多宽的门能进？", actor=vol, now=NOW)
        names: Names = {"card": free, "gift": gift.pledge_ref, "search": kept.id}
        names["question"] = question.question_ref
        return {**names, "claim_money": paying.claim_ref}


def _gift(session: Session, claim: Claim, filing: str) -> Pledge:
    """Paid, and waiting for the charity to buy what it is for."""
    return Pledge(
        pledge_ref=token(),
        claim=claim,
        kind="money",
        qty=1,
        date_by=DAY,
        amount_fen=80_000,
        charity_project=project_of(session, filing),
        state="paid",
        created_at=NOW,
        created_by="system:0",
    )


def _typed(walk: Walk) -> Names:
    """What people have begun: a household's draft and a workbook."""
    vw, to = walk.office("vw"), walk.office("to")
    key = typing.start(vw)
    typing.add(vw, key, typing.person(841))
    book = workbook(make(4, [COUNTY], households=2))
    to.post("/office/imports/", data={"files": (io.BytesIO(book), "x.xlsx")})
    with office(walk.house) as session:
        job = session.scalars(select(ImportJob)).one()
        assert session.scalars(select(Draft).where(Draft.subject == key)).one()
        return {"key": key, "job": job.id}
