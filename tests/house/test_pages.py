"""What every page owes: declared access, a strict policy for scripts, and nothing written inside the
markup."""

import re
from pathlib import Path

import pytest
from flask import Blueprint, Flask, render_template_string

from app.core.guard import access, require_declared_access
from app.pages import CSP
from tests.house.files import ROOT, named, templates
from tests.world import Site

WINGS = ("public", "office")
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a script of its own": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "a tag that htmx would evaluate": re.compile(r"\bhx-(on|vals\s*=\s*.js:)", re.IGNORECASE),
}
FROM_ELSEWHERE = re.compile(r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE)


def inline_parts(html: str) -> list[str]:
    return [what for what, pattern in INLINE.items() if pattern.search(html)]


@pytest.mark.parametrize("template", templates(), ids=named)
def test_no_template_writes_style_or_script_into_the_page(template: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert inline_parts(text) == []
    assert not FROM_ELSEWHERE.search(text)


def test_the_search_for_inline_parts_finds_them() -> None:
    for html in (
        "<p style='x'>",
        "<style>",
        "<script>1</script>",
        "<a onclick=1>",
        "<a href='javascript:1'>",
    ):
        assert inline_parts(html), html
    assert inline_parts('<script src="/static/js/app.js" defer></script><p class="style">') == []


@pytest.mark.parametrize("wing", WINGS)
def test_every_template_compiles(site: Site, wing: str) -> None:
    """A fault that only one page would show."""
    app = site.app(wing)
    folder = ROOT / "app" / "templates"
    broken = {}
    for template in templates():
        name = template.relative_to(folder).as_posix()
        try:
            app.jinja_env.get_template(name)
        except Exception as error:  # whatever it is, the list of all is worth more than the first
            broken[name] = str(error)
    assert broken == {}


@pytest.mark.parametrize("wing", WINGS)
def test_every_view_of_every_blueprint_is_guarded(site: Site, wing: str) -> None:
    app = site.app(wing)
    views = {r.endpoint: app.view_functions[r.endpoint] for r in app.url_map.iter_rules()}
    assert [
        e for e, v in views.items() if not hasattr(v, "access_permission") and not e.endswith("static")
    ] == []
    assert len(views) > 20


def test_a_view_without_access_stops_the_start() -> None:
    app = Flask("open")
    app.add_url_rule("/secret", "secret", lambda: "everything")
    with pytest.raises(RuntimeError, match=r"/secret .* declares no access"):
        require_declared_access(app)


def test_an_address_with_an_id_must_name_its_loader() -> None:
    app, blueprint = Flask("loaderless"), Blueprint("cases", __name__)
    blueprint.add_url_rule("/<int:case_id>", "show", access("case.read")(lambda desk, case_id: "x"))
    app.register_blueprint(blueprint)
    with pytest.raises(RuntimeError, match="names no loader"):
        require_declared_access(app)


def test_a_permission_that_the_table_does_not_know_stops_the_import() -> None:
    with pytest.raises(KeyError, match=r"case\.burn"):
        access("case.burn")


def test_the_policy_lets_nothing_run_that_is_not_a_file_of_ours() -> None:
    rules = dict(part.strip().split(" ", 1) for part in CSP.split(";"))
    assert (
        rules["default-src"] == "'self'" and rules["object-src"] == "'none'" and rules["base-uri"] == "'none'"
    )
    assert rules["frame-ancestors"] == "'none'" and rules["form-action"] == "'self'"
    assert "unsafe" not in CSP and "*" not in CSP


@pytest.mark.parametrize(
    "address", ["/", "/library", "/login", "/office/login", "/nowhere", "/office/nowhere"]
)
def test_every_answer_carries_the_policy(site: Site, address: str) -> None:
    answer = site.visitor().get(address)
    assert answer.headers["Content-Security-Policy"] == CSP
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("address", ["/login", "/office/login"])
def test_a_form_without_its_token_is_turned_away(house: object, address: str) -> None:
    guarded = Site(house, csrf=True)  # type: ignore[arg-type]
    answer = guarded.visitor().post(address, data={"login": "vw", "password": "x"})
    assert answer.status_code == 400


@pytest.mark.parametrize("wing", WINGS)
def test_what_people_type_is_escaped(site: Site, wing: str) -> None:
    app = site.app(wing)
    with app.test_request_context("/"):
        assert "<b>" not in render_template_string("{{ typed }}", typed="<b>")
    assert all(app.select_jinja_autoescape(named(t)) for t in templates())


@pytest.mark.parametrize("wing", WINGS)
def test_cookies_are_kept_from_scripts_and_from_other_sites(site: Site, wing: str) -> None:
    config = site.app(wing).config
    assert config["SESSION_COOKIE_HTTPONLY"] and config["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert config["SESSION_COOKIE_PATH"] == {"public": "/", "office": "/office"}[wing]
