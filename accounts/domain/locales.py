"""The locales an organisation can choose: how its numbers, money, dates and telephone numbers are written.

Curated: left to right, written in the letters that the document's fonts hold, with complete data in CLDR.
Each also names the region, for telephone numbers and for the currency an organisation starts with.
"""

from functools import lru_cache

from babel import Locale
from babel.numbers import get_territory_currencies

LOCALES = (
    "cs-CZ", "da-DK", "de-AT", "de-CH", "de-DE", "en-AU", "en-CA", "en-GB", "en-IE", "en-IN", "en-NZ", "en-US", "en-ZA",
    "es-ES", "es-MX", "et-EE", "fi-FI", "fr-BE", "fr-CA", "fr-CH", "fr-FR", "hr-HR", "hu-HU", "it-CH", "it-IT", "lt-LT",
    "lv-LV", "nb-NO", "nl-BE", "nl-NL", "pl-PL", "pt-BR", "pt-PT", "ro-RO", "sk-SK", "sl-SI", "sv-SE",
)  # fmt: skip
DEFAULT = "en-GB"


@lru_cache(maxsize=64)
def babel_locale(tag: str) -> Locale:
    """Return Babel's data for a locale of the list; for any other tag those of the default."""
    return Locale.parse(tag if tag in LOCALES else DEFAULT, sep="-")


def region_of(tag: str) -> str:
    """Return the region a locale belongs to: "GB" for "en-GB"."""
    return str(babel_locale(tag).territory)


def locale_choices() -> list[tuple[str, str]]:
    """Return the locales with their English names, by name: ("de-DE", "German (Germany)")."""
    named = [(tag, str(babel_locale(tag).get_display_name("en"))) for tag in LOCALES]
    return sorted(named, key=lambda row: row[1])


@lru_cache(maxsize=1)
def region_choices() -> tuple[tuple[str, str], ...]:
    """Return the regions of the world with their English names, by name."""
    names = Locale("en").territories
    return tuple(sorted(((code, name) for code, name in names.items() if _is_region(code)), key=lambda row: row[1]))


@lru_cache(maxsize=1)
def currency_choices() -> tuple[tuple[str, str], ...]:
    """Return the currencies in use somewhere today with their English names, by code: ("EUR", "EUR, Euro")."""
    codes = {code for region, _ in region_choices() for code in get_territory_currencies(region, tender=True)}
    names = Locale("en").currencies
    return tuple((code, f"{code}, {names.get(code, code)}") for code in sorted(codes))


def currency_of(tag: str) -> str:
    """Return the currency that a locale's region pays with: "EUR" for "de-DE"."""
    return str(next(iter(get_territory_currencies(region_of(tag))), "EUR"))


def _is_region(code: str) -> bool:
    # CLDR lists a few letters that are no places: the European Union, the United Nations, unknown, pseudo-locales.
    return len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "XA", "XB", "ZZ"}
