"""SOPs, their versions, and the evidence of who signed what."""

from sop_library.models.evidence import Approval, ApprovalPerson, FrozenText, Publication, Signature, SignOff
from sop_library.models.procedures import SOP, Version
from sop_library.models.rollouts import NotePolicy, Rollout, RolloutItem
from sop_library.models.routes import Delegation, Route, RouteStep

__all__ = [
    "SOP",
    "Approval",
    "ApprovalPerson",
    "Delegation",
    "FrozenText",
    "NotePolicy",
    "Publication",
    "Rollout",
    "RolloutItem",
    "Route",
    "RouteStep",
    "SignOff",
    "Signature",
    "Version",
]
