"""Telling at the form what an action refused, so that everything typed is kept."""

from django import forms

from accounts.refusals import BadInput, Refusal, WrongPassword
from templates_app.child import ChildProblem, TooComplex


def tell(form: forms.Form, problem: Refusal | ChildProblem) -> int:
    """Put the sentence beside its field, or above the form when it is about none, and return the page's HTTP status."""
    if isinstance(problem, ChildProblem):
        form.add_error(None, problem.sentence)
        return 422 if isinstance(problem, TooComplex) else 503
    field = getattr(problem, "field", "")
    form.add_error(field if field in form.fields else None, problem.sentence)
    return 422 if isinstance(problem, BadInput | WrongPassword) else problem.status
