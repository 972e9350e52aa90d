"""The site that the apps come together in."""

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class SopsiteConfig(AppConfig):
    name = "sopsite"
    verbose_name = "SOPsite"

    def ready(self) -> None:
        """Register the checks that refuse an unsafe installation."""
        from sopsite import checks  # noqa: F401


class Assets(StaticFilesConfig):
    """Django's static files, without the htmx extensions: nothing uses them, and they import by bare names."""

    def __init__(self, app_name: str, app_module: object) -> None:
        super().__init__(app_name, app_module)  # type: ignore[arg-type]
        self.ignore_patterns = [*StaticFilesConfig.ignore_patterns, "hx-*.js"]
