"""The site's settings on a data folder that lives as long as the tests, with a fast password hasher."""

import os
import tempfile
from pathlib import Path

_FOLDER = tempfile.TemporaryDirectory(prefix="sopsite-tests-")
os.environ["SOP_DATA_DIR"] = _FOLDER.name

from sopsite.settings import *  # noqa: E402, F403
from sopsite.settings import DATABASES, STORAGES  # noqa: E402

# A file and not memory: threads then lock each other as they do in production.
DATABASES["default"]["TEST"] = {"NAME": None}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"]["NAME"] = str(Path(_FOLDER.name) / "tests.sqlite3")

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Whitenoise looks for collected files at start; tests need none.
(Path(_FOLDER.name) / "static").mkdir()
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
