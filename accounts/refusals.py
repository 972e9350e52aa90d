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
    """The password typed to confirm an act is not the person's."""

    status = 403

    def __init__(self, sentence: str = "That is not your password. Type it again.") -> None:
        super().__init__(sentence)


class LockedOut(Refusal):
    """Too many wrong passwords."""

    status = 429

    def __init__(self, sentence: str = "Too many wrong passwords. Wait 15 minutes, then sign in again.") -> None:
        super().__init__(sentence)
