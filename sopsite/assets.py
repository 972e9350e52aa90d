"""How static files are stored for serving."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Assets(CompressedManifestStaticFilesStorage):
    """Names by content, compressed once; the import lines of ES modules are rewritten too, so that each is cached for good."""

    support_js_module_import_aggregation = True
