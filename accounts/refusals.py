"""Why an act was refused. Actions and views raise these; `sopsite.refusals` makes the page with the sentence."""


class Refusal(Exception):
    """An act that was refused: the HTTP status and one plain sentence that says what is wrong and what to do."""

    status = 400

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class BadInput(Refusal):
    """What was sent cannot be used; `field` names the form field it is about, if one is."""

    def __init__(self, sentence: str, *, status: int = 422, field: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.field = field


class NotAllowed(Refusal):
    """The person is known and may not do this."""

    status = 403


class NotFound(Refusal):
    """There is no such thing, or it belongs to somebody else: both look the same."""

    status = 404

    def __init__(self, sentence: str = "There is nothing at this address.") -> None:
        super().__init__(sentence)


class WrongState(Refusal):
    """The thing is not in a state that allows this act."""

    status = 409


class Stale(Refusal):
    """The thing changed after the page was shown."""

    status = 409


class WrongPassword(Refusal):
    """What was typed to confirm an act is not the person's; `field` names the form field it is about."""

    status = 403

    def __init__(self, sentence: str = "That is not your password. Type it again.", *, field: str = "password") -> None:
        super().__init__(sentence)
        self.field = field


class LockedOut(Refusal):
    """Too many wrong passwords or codes."""

    status = 429

    def __init__(self, wait: str = "15 minutes") -> None:
        super().__init__(f"Too many wrong tries. Wait {wait}, then sign in again.")

    @classmethod
    def of(cls, request: object) -> "LockedOut":
        """Return the refusal with the time that the lock of this request has left."""
        return cls(getattr(request, "locked_for", "15 minutes"))
