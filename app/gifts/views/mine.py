"""我的结对: everything of one partner on one page, what waits for it first."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _

from app.accounts.queries.partners import partner_of
from app.accounts.states import PARTNER_LABELS, PartnerState
from app.core.clock import local_day
from app.core.errors import NotFound
from app.core.guard import Desk, access
from app.gifts.models import Claim
from app.gifts.queries import claims_of
from app.gifts.queries.waiting import Waiting, waiting_for
from app.gifts.states import CHARITY_PROJECT_LABELS, ENDED, HELD, LIVE, ClaimState, PledgeState
from app.gifts.views.agenda import agenda
from app.gifts.views.claims import status_words
from app.pairings.models import Pairing
from app.pairings.operations.rhythm import NextContact, next_contact
from app.pairings.queries import pairings_of
from app.pairings.states import OPEN, PAIRING_LABELS

blueprint = Blueprint("mine", __name__)
_HANDED = (PledgeState.HANDED_OVER, PledgeState.CONFIRMED)
SHOWN = 6  # claims on the first page; the list has them all


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    here: bool
    count: int = 0


@blueprint.app_template_global()
def my_tabs() -> list[Tab]:
    """The places of a signed-in partner, in a fixed order."""
    waiting = _waiting(g.desk)
    places = [
        (_("等你办的"), url_for("mine.home"), 0),
        (_("给你配的"), url_for("matches.proposals"), len(waiting.proposals)),
        (_("认领清单"), url_for("claims.index"), waiting.live_claims),
        (_("我收着的"), url_for("mine_library.index"), 0),
        (_("我问过的"), url_for("questions.index"), len(waiting.answers)),
        (_("我能出什么"), url_for("matches.interest"), 0),
        (_("登记和核验"), url_for("partners.profile"), 0),
        (_("设置"), url_for("settings.show"), 0),
    ]
    if waiting.kind == "charity":
        places.insert(3, (_("慈善项目"), url_for("charity.index"), 0))
    home = places[0][1]
    return [Tab(label, url, _is_here(url, home), count) for label, url, count in places]


def _waiting(desk: Desk) -> Waiting:
    """Asked once for each page."""
    if "waiting" not in g:
        g.waiting = waiting_for(desk.session, desk.actor, day=local_day(desk.now))
    found: Waiting = g.waiting
    return found


def _is_here(url: str, home: str) -> bool:
    path = request.path
    return path == url if url == home else path == url or path.startswith(f"{url}/")


@blueprint.get("/my")
@access("partner.home")
def home(desk: Desk) -> str:
    partner = partner_of(desk.session, desk.actor)
    if partner is None:
        raise NotFound
    claims, pairings = claims_of(desk.session, desk.actor), pairings_of(desk.session, desk.actor)
    recent, waiting = desk.now - timedelta(days=14), _waiting(desk)
    current = [c for c in claims if c.state in LIVE] + [c for c in claims if c.state == ClaimState.DONE]
    return render_template(
        "mine/home.html",
        partner=partner,
        verified=partner.is_verified(local_day(desk.now)),
        state_name=PARTNER_LABELS[PartnerState(partner.state)],
        todos=agenda(desk, waiting, claims, pairings),
        lines=[_line(c) for c in current[:SHOWN]],
        more=max(0, len(current) - SHOWN),
        gone=[c for c in claims if c.state in ENDED and c.ended_at is not None and c.ended_at > recent],
        status_words=status_words,
        pairings=[_pair(p, desk) for p in pairings if p.state in OPEN],
        past_pairings=[p for p in pairings if p.state not in OPEN],
        pairing_labels=PAIRING_LABELS,
        projects=waiting.projects[::-1],
        project_labels=CHARITY_PROJECT_LABELS,
        minutes=waiting.minutes,
    )


def _pair(pairing: Pairing, desk: Desk) -> tuple[Pairing, NextContact | None]:
    return pairing, next_contact(pairing, desk.now)


def _line(claim: Claim) -> tuple[Claim, str, list[tuple[str, str]]]:
    """A claim with its word and the four marks of its rail: 接下, 说定, 送到, 确认."""
    return claim, status_words(claim), _rail(claim)


def _rail(claim: Claim) -> list[tuple[str, str]]:
    state = claim.pledge.state if claim.pledge is not None else ""
    promised = claim.state not in HELD
    handed, confirmed = state in _HANDED, state == PledgeState.CONFIRMED
    disputed = state == PledgeState.DISPUTED
    reached = (True, promised, handed, confirmed)
    words = (_("接下"), _("付款") if claim.kind == "money" else _("说定"), _("交到家里"), _("家里确认"))
    current = reached.index(False) if False in reached else -1
    marks = ["" if done else "w" for done in reached]
    if current > 0:
        marks[current] = "x" if disputed else "n"
    return list(zip(marks, words, strict=True))
