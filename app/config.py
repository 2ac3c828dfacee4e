"""Settings, read once from the environment (contracts §2)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

DEMO_SECRET = "jiedui-demo-secret-not-for-production"
DEMO_FIELD_KEY = "jiedui-demo-field-key-not-for-production"
SIDES = ("public", "office", "both")
ENVIRONMENTS = ("demo", "test", "production")


class SettingsError(Exception):
    """The process must not start with these settings; the message says which and why."""


@dataclass(frozen=True)
class Settings:
    """All that the product takes from outside. The public side has no office URL and no office key."""

    env: str
    side: str
    instance: Path
    office_url: str | None
    public_url: str
    secret_key: str
    field_key: str
    public_field_key: str
    search: str
    fixed_now: datetime | None
    stripe_secret_key: str
    stripe_api_base: str
    stripe_webhook_secret: str
    metrics_token: str

    @property
    def demo(self) -> bool:
        return self.env != "production"

    @property
    def secure_cookies(self) -> bool:
        return self.env == "production"


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Raises SettingsError when production is asked to start with what only a demo may use."""
    env = os.environ if environ is None else environ
    name = _one_of(env, "JIEDUI_ENV", "demo", ENVIRONMENTS)
    side = _one_of(env, "JIEDUI_SIDE", "both", SIDES)
    instance = Path(env.get("JIEDUI_INSTANCE", "instance")).resolve()
    field_key = env.get("JIEDUI_FIELD_KEY") or DEMO_FIELD_KEY
    settings = Settings(
        env=name,
        side=side,
        instance=instance,
        office_url=_office_url(env, side, instance),
        public_url=env.get("JIEDUI_PUBLIC_DATABASE_URL") or _sqlite(instance, "public"),
        secret_key=env.get("JIEDUI_SECRET_KEY") or DEMO_SECRET,
        field_key=field_key,
        public_field_key=env.get("JIEDUI_PUBLIC_FIELD_KEY") or field_key,
        search=_one_of(env, "JIEDUI_SEARCH", "whoosh", ("whoosh", "postgres")),
        fixed_now=_fixed_now(env, name),
        stripe_secret_key=env.get("STRIPE_SECRET_KEY", ""),
        stripe_api_base=env.get("STRIPE_API_BASE", ""),
        stripe_webhook_secret=env.get("STRIPE_WEBHOOK_SECRET", ""),
        metrics_token=env.get("JIEDUI_METRICS_TOKEN", ""),
    )
    if settings.search == "postgres" and not settings.public_url.startswith("postgresql"):
        raise SettingsError("JIEDUI_SEARCH=postgres needs a public database on PostgreSQL.")
    if name == "production":
        _refuse_demo_secrets(settings)
    return settings


def _one_of(env: Mapping[str, str], key: str, default: str, allowed: tuple[str, ...]) -> str:
    value = env.get(key) or default
    if value not in allowed:
        raise SettingsError(f"{key}={value!r}: use one of {', '.join(allowed)}.")
    return value


def _office_url(env: Mapping[str, str], side: str, instance: Path) -> str | None:
    if side == "public":
        return None
    return env.get("JIEDUI_OFFICE_DATABASE_URL") or _sqlite(instance, "office")


def _sqlite(instance: Path, wing: str) -> str:
    return f"sqlite:///{instance / wing / (wing + '.sqlite')}"


def _fixed_now(env: Mapping[str, str], name: str) -> datetime | None:
    text = env.get("JIEDUI_NOW")
    if not text or name == "production":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(
            f"JIEDUI_NOW={text!r} is not an ISO 8601 moment such as 2026-11-23T08:00+08:00."
        ) from error
    if moment.tzinfo is None:
        raise SettingsError("JIEDUI_NOW needs an offset, for example 2026-11-23T08:00+08:00.")
    return moment


def _refuse_demo_secrets(settings: Settings) -> None:
    if settings.secret_key == DEMO_SECRET or len(settings.secret_key) < 32:
        raise SettingsError("Production needs a JIEDUI_SECRET_KEY of its own, at least 32 characters.")
    if settings.field_key == DEMO_FIELD_KEY or len(settings.field_key) < 32:
        raise SettingsError("Production needs a JIEDUI_FIELD_KEY of its own, at least 32 characters.")
