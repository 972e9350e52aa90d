"""The site that the apps come together in."""

from django.apps import AppConfig


class SopsiteConfig(AppConfig):
    name = "sopsite"
    verbose_name = "SOPsite"

    def ready(self) -> None:
        """Register the checks that refuse an unsafe installation."""
        from sopsite import checks  # noqa: F401
