"""The site that the apps come together in."""

from typing import ClassVar

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class SopsiteConfig(AppConfig):
    name = "sopsite"
    verbose_name = "SOPsite"

    def ready(self) -> None:
        """Register the checks that refuse an unsafe installation."""
        from sopsite import checks  # noqa: F401


class Assets(StaticFilesConfig):
    """Django's static files, without the htmx extensions: nothing uses them, and they import a module by a bare name."""

    ignore_patterns: ClassVar[list[str]] = [*StaticFilesConfig.ignore_patterns, "hx-*.js"]
