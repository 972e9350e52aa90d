"""SOPs, their versions, and the evidence of who signed what."""

from sop_library.models.comments import Comment, Resolution
from sop_library.models.evidence import (
    Approval,
    ApprovalPerson,
    Confirmation,
    FrozenText,
    Publication,
    Signature,
    SignOff,
)
from sop_library.models.procedures import SOP, Version
from sop_library.models.reminders import Reminded
from sop_library.models.rollouts import NotePolicy, Rollout, RolloutItem
from sop_library.models.routes import Delegation, Route, RouteStep

__all__ = [
    "SOP",
    "Approval",
    "ApprovalPerson",
    "Comment",
    "Confirmation",
    "Delegation",
    "FrozenText",
    "NotePolicy",
    "Publication",
    "Reminded",
    "Resolution",
    "Rollout",
    "RolloutItem",
    "Route",
    "RouteStep",
    "SignOff",
    "Signature",
    "Version",
]
