"""The blueprint that the pages of a household hang on, and what they share."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.cases.models import Case
from app.cases.states import CaseState
from app.core.errors import Refusal
from app.core.messages import msg

blueprint = Blueprint("cases", __name__, url_prefix="/cases")
Answer = str | Response | tuple[str, int]


def back(case: Case, message: str) -> Response:
    """To the household's page, with what was done."""
    flash(message)
    return redirect(url_for("cases.show", case_id=case.id), 303)


def later(url: str) -> Response:
    """The draft is kept; on with something else."""
    flash(_("存好了，随时回来接着写。只有你看得到。"))
    return redirect(url, 303)


def expect(case: Case, *states: CaseState) -> None:
    """Raises Refusal when the case has gone on since the button was shown."""
    if case.state not in states:
        raise Refusal(msg("这一步现在办不了：它已经走到了别的环节。回到户档案，看看现在到了哪一步。"))


def unchanged(thing: Case) -> None:
    """Raises Refusal when a form is sent from a page that was opened before somebody else moved the case."""
    seen = request.form.get("version", "")
    if seen and seen != str(thing.version):
        raise Refusal(msg("你打开这一页以后，别人动过这一户。什么也没有写进去。请重新打开，看过再办。"))
