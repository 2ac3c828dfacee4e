"""Loads every room's models, so that the metadata of a wing is whole."""

import importlib
import pkgutil

from sqlalchemy import MetaData

import app
from app.core.database import OfficeBase, PublicBase


def load_models() -> None:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if ".models" in module.name or module.name in (
            "app.core.states",
            "app.core.audit",
            "app.core.outbox",
        ):
            importlib.import_module(module.name)


def metadata_of(wing: str) -> MetaData:
    load_models()
    return OfficeBase.metadata if wing == "office" else PublicBase.metadata
