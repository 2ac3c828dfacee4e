"""Messages that reach a person: Chinese is the source language, values are carried apart from the text."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Message:
    """`text` is what pybabel extracts and translates; `values` fill its {names}. Neither holds personal
    data."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format(**self.values) if self.values else self.text


def msg(text: str, **values: Any) -> Message:
    """Marks `text` for translation (`pybabel extract -k msg`)."""
    return Message(text, values)
