"""The form under which a reader signs."""

from django import forms

from accounts.fields import SafeCharField
from accounts.forms_signing import SigningForm


class SignOffForm(SigningForm):
    """What identifies the reader, and the digest of the text that the page showed."""

    shown_digest = SafeCharField(max_length=64, widget=forms.HiddenInput)
