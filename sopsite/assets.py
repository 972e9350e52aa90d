"""How static files are stored for serving."""

from functools import cached_property

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Assets(CompressedManifestStaticFilesStorage):
    """Names by content, compressed once; the import lines of ES modules are rewritten too."""

    support_js_module_import_aggregation = True

    @cached_property
    def _addresses(self) -> dict[str | None, str]:
        return {}

    def url(self, name: str | None, force: bool = False) -> str:
        """Return a file's address, worked out once: pages name a dozen files each, and the names stay as they are."""
        if name not in self._addresses:
            self._addresses[name] = super().url(name or "", force)
        return self._addresses[name]
