"""The kinds of letters (e-mail) there are, in words: what each is about, and why somebody gets it."""

from enum import StrEnum


class Kind(StrEnum):
    """What a letter is about. A person may stop each kind but SECURITY."""

    TURN = "turn"
    AUTHOR = "author"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    TRAINING = "training"
    REVIEW = "review"
    SECURITY = "security"
    CHECKPOINT = "checkpoint"

    @property
    def label(self) -> str:
        """The kind's name on the page of letters."""
        return _WORDS[self][0]

    @property
    def meaning(self) -> str:
        """When such a letter is sent, in one sentence."""
        return _WORDS[self][1]

    @property
    def reason(self) -> str:
        """The rest of the sentence “You get this letter because …”."""
        return _WORDS[self][2]

    @property
    def can_be_stopped(self) -> bool:
        """Whether a person may choose not to get it."""
        return self is not Kind.SECURITY


_WORDS = {
    Kind.TURN: ("Your turn to sign", "When a version waits for your signature.", "you may sign this step"),
    Kind.AUTHOR: (
        "Versions you prepared",
        "When a version of yours comes back to you, or every step of it is signed.",
        "you prepared this version",
    ),
    Kind.REMINDER: (
        "Reminders to sign",
        "Before a step is due, and again when it is overdue.",
        "you may sign this step and have not yet",
    ),
    Kind.ESCALATION: (
        "Steps that others left waiting",
        "When a step is so late that the route names you to look after it.",
        "the route names you for steps that are late",
    ),
    Kind.TRAINING: (
        "Procedures to read and sign",
        "When you have not yet signed a procedure as read and understood.",
        "you are asked to read this procedure and sign that you understood it",
    ),
    Kind.REVIEW: (
        "Review dates",
        "Before the review date of a procedure you look after, and again for as long as it is overdue.",
        "you look after procedures",
    ),
    Kind.SECURITY: (
        "Security of accounts",
        "When something happens that could mean that a stranger tries to sign in.",
        "it is about the security of accounts",
    ),
    Kind.CHECKPOINT: (
        "Checkpoints of the trail",
        "When the trail has grown and a checkpoint over it was signed.",
        "this address is named to keep checkpoints of the trail",
    ),
}

# Those that a member chooses about on the page of letters; checkpoints go to addresses, not to members.
FOR_MEMBERS = tuple(kind for kind in Kind if kind is not Kind.CHECKPOINT)
STOPPABLE = tuple(kind for kind in FOR_MEMBERS if kind.can_be_stopped)
