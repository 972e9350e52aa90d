"""A version's number in an address: v1.0."""

from django.urls import register_converter

from sop_library.domain.numbering import Number, parse


class VersionConverter:
    """Reads `v1.0` as a number; other texts do not match, so the address is not found."""

    regex = r"v[1-9]\d{0,3}\.\d{1,4}"

    def to_python(self, value: str) -> Number:
        """Return the number; ValueError makes the address not found."""
        number = parse(value[1:])
        if number is None:
            raise ValueError(value)
        return number

    def to_url(self, value: Number) -> str:
        """Return the number as it stands in an address."""
        return f"v{value}"


register_converter(VersionConverter, "version")
