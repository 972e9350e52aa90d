"""SOPs, their versions, and the evidence of who signed what."""

from sop_library.models.comments import Comment, Resolution
from sop_library.models.evidence import Approval, Confirmation, FrozenText, Publication, Signature, SignOff
from sop_library.models.procedures import SOP, RouteStep, Version
from sop_library.models.rollouts import NotePolicy, Rollout, RolloutItem

__all__ = [
    "SOP",
    "Approval",
    "Comment",
    "Confirmation",
    "FrozenText",
    "NotePolicy",
    "Publication",
    "Resolution",
    "Rollout",
    "RolloutItem",
    "RouteStep",
    "SignOff",
    "Signature",
    "Version",
]
