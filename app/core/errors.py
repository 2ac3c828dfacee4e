"""The expected ways of saying no. Everything else is a bug and becomes the 500 page."""

from app.core.messages import Message, msg


class Refusal(Exception):
    """The thing exists and may be read, but not so, not now (409). The message says what to do next."""

    status = 409

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


class NotAllowed(Refusal):
    """In sight, but not this person's to do (403)."""

    status = 403

    def __init__(self, message: Message | None = None) -> None:
        super().__init__(message or msg("这一步不归你这个岗位办。请交给有这项职责的同事。"))


class NotFound(Refusal):
    """Absent, or hidden from this person: the two look alike (404)."""

    status = 404

    def __init__(self, message: Message | None = None) -> None:
        super().__init__(message or msg("没有找到这一页。它可能已经移走，或者不在你的范围内。"))


class BadInput(Refusal):
    """Something typed cannot be taken (422); `field` names the form field it stands beside."""

    status = 422

    def __init__(self, message: Message, field: str = "") -> None:
        super().__init__(message)
        self.field = field
