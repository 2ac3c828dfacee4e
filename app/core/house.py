"""What one process holds: settings, clock, and the database of each wing that it may open."""

from dataclasses import dataclass

from app.config import Settings
from app.core.clock import Clock
from app.core.database import Database
from app.core.secrets import load_keys


@dataclass(frozen=True)
class House:
    """`office` is None on the public side: there is no way from there into a case."""

    settings: Settings
    clock: Clock
    office: Database | None
    public: Database

    def dispose(self) -> None:
        self.public.dispose()
        if self.office is not None:
            self.office.dispose()

    def need_office(self) -> Database:
        """Raises RuntimeError on the public side, where commands of the office do not exist."""
        if self.office is None:
            raise RuntimeError("this process is the public side and has no office database")
        return self.office


def open_house(settings: Settings) -> House:
    load_keys("public", settings.public_field_key)
    office = None
    if settings.office_url is not None:
        load_keys("office", settings.field_key)
        office = Database(settings.office_url, "office")
    return House(settings, Clock(settings.fixed_now), office, Database(settings.public_url, "public"))
