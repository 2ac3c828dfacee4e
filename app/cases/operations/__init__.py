"""What officers do with a case, from the first visit to filing."""

from app.cases.operations.record import record

__all__ = ["record"]
