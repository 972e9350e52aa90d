"""The form under which a reader signs."""

from django import forms

from accounts.fields import SafeCharField
from sop_library.forms_approving import password_field


class SignOffForm(forms.Form):
    """The reader's password again, and the digest of the text that the page showed."""

    shown_digest = SafeCharField(max_length=64, widget=forms.HiddenInput)
    password = password_field()
