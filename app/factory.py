"""Builds the Flask applications for a side. The only module that imports views, api, login and commands."""

import importlib
import importlib.util
import logging
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import click
from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from app.accounts.login import office_door, public_door
from app.config import Settings
from app.core.commands import closed_command
from app.core.guard import require_declared_access
from app.core.house import House, open_house
from app.core.messages import msg
from app.pages import prepare_pages

ROOT = Path(__file__).resolve().parent.parent
VIEW_ROOMS = {
    "public": ("accounts", "library", "matches", "pairings", "gifts"),
    "office": ("accounts", "cases", "needs", "releases", "followup", "oversight"),
}
COMMAND_ROOMS = {
    "public": ("library", "matches"),
    "office": ("accounts", "needs", "releases", "matches", "library", "demo"),
}
FLOORS = ("login", "views", "api")


def build(settings: Settings) -> Flask:
    """`public`: the open site. `office`: the officers' site under /office. `both`: one address, two
    applications."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    house = open_house(settings)
    if settings.side == "public":
        front = build_public(house)
    elif settings.side == "office":
        front = build_front(house)
        mount_office(front, build_office(house))
    else:
        front = build_public(house)
        mount_office(front, build_office(house))
    front.extensions["house"] = house
    _add_commands(front, settings)
    return front


def warm(app: Flask) -> None:
    """For a process that serves: the shelf is read before the first visitor asks for it."""
    if "library" in app.extensions and os.environ.get("FLASK_RUN_FROM_CLI") != "true":
        app.extensions["library"].prepare()


def build_public(house: House) -> Flask:
    public_house = House(house.settings, house.clock, None, house.public)
    app = _flask("public", house.settings, cookie="jiedui_public", path="/")
    app.extensions["door"] = public_door(public_house)
    _add_views(app, "public")
    prepare_pages(app, house.settings, wing="public")
    require_declared_access(app)
    return app


def build_office(house: House) -> Flask:
    app = _flask("office", house.settings, cookie="jiedui_office", path="/office")
    app.extensions["door"] = office_door(house)
    _add_views(app, "office")
    prepare_pages(app, house.settings, wing="office")
    require_declared_access(app)
    return app


def build_front(house: House) -> Flask:
    """The office side's own root: health only, everything else lies under /office."""
    app = _flask("front", house.settings, cookie="jiedui_front", path="/")
    app.extensions["door"] = office_door(house)
    app.register_blueprint(importlib.import_module("app.accounts.views.health").blueprint)
    return app


def _flask(name: str, settings: Settings, *, cookie: str, path: str) -> Flask:
    app = Flask(
        f"jiedui-{name}", template_folder=str(ROOT / "app" / "templates"), static_folder=str(ROOT / "static")
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME=cookie,
        SESSION_COOKIE_PATH=path,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        MAX_CONTENT_LENGTH=24 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.secure_cookies,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.extensions["settings"] = settings
    app.url_map.strict_slashes = False  # people type addresses with and without the last stroke
    app.url_map.converters["int"] = Number
    CSRFProtect(app)
    app.wsgi_app = ProxyFix(app.wsgi_app) if settings.env == "production" else app.wsgi_app  # type: ignore[method-assign]
    return app


def mount_office(front: Flask, office: Flask) -> None:
    """One address for both: the office answers below /office."""
    front.wsgi_app = DispatcherMiddleware(front.wsgi_app, {"/office": office.wsgi_app})  # type: ignore[method-assign]


class Number(IntegerConverter):
    """A number in an address that fits into a column. A longer one names nothing: the page is not found."""

    def __init__(self, map: Map, **limits: Any) -> None:
        super().__init__(map, **{"max": 2**31 - 1, **limits})


def _modules(rooms: tuple[str, ...], floors: tuple[str, ...]) -> list[ModuleType]:
    names = [f"app.{room}.{floor}" for room in rooms for floor in floors]
    return [importlib.import_module(name) for name in names if importlib.util.find_spec(name)]


def _add_views(app: Flask, wing: str) -> None:
    csrf = app.extensions["csrf"]
    for module in _modules(VIEW_ROOMS[wing], FLOORS):
        for blueprint in getattr(module, wing.upper(), ()):
            app.register_blueprint(blueprint)
        for view in getattr(module, "CSRF_EXEMPT", ()):
            csrf.exempt(view)


def _add_commands(front: Flask, settings: Settings) -> None:
    rooms: tuple[str, ...] = COMMAND_ROOMS["public"] if settings.side == "public" else COMMAND_ROOMS["office"]
    modules = _modules(tuple(r for r in rooms if r != "demo" or settings.demo), ("commands",))
    if settings.side != "public":
        modules.append(importlib.import_module("app.worker"))
    commands = [pair for module in modules for pair in module.COMMANDS]
    if not settings.demo:
        commands.append(("demo", closed_command("load", msg("正式环境里没有演示数据，什么也没有装。"))))
    for group_name, command in commands:
        group = front.cli.commands.get(group_name)
        if not isinstance(group, click.Group):
            group = click.Group(group_name)
            front.cli.add_command(group)
        group.add_command(command)
