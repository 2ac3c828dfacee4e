"""The side bar of every office page: what the person's role may open, and where it is now."""

from dataclasses import dataclass

from flask import request
from flask.blueprints import BlueprintSetupState

from app.oversight.queries.menu import menu_for
from app.oversight.views.room import blueprint, door_to
from app.policy.actors import Actor


@dataclass
class Link:
    label: str
    url: str
    icon: str
    active: bool = False


@blueprint.record
def offer_menu(state: BlueprintSetupState) -> None:
    """base_office.html asks for it under this name, whatever room the page is of."""
    state.app.extensions["menu"] = side_bar


def side_bar(actor: Actor) -> list[tuple[str, list[Link]]]:
    """Headings with their links; an entry without a page is left out, and so is a heading without entries."""
    menu = [
        (heading, [Link(label, url, icon) for label, endpoint, icon in entries if (url := door_to(endpoint))])
        for heading, entries in menu_for(actor)
    ]
    _mark_here([link for _, links in menu for link in links])
    return [(heading, links) for heading, links in menu if links]


def _mark_here(links: list[Link]) -> None:
    """The entry whose address reaches furthest into this page's; the start page only when it is this one."""
    here, home = request.script_root + request.path, request.script_root + "/"
    fitting = [
        x for x in links if here == x.url or (x.url != home and here.startswith(x.url.rstrip("/") + "/"))
    ]
    if fitting:
        max(fitting, key=lambda x: len(x.url)).active = True
