"""How static files are stored for serving."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Assets(CompressedManifestStaticFilesStorage):
    """Names by content, compressed once; the import lines of ES modules are rewritten too."""

    support_js_module_import_aggregation = True
