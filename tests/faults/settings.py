"""The site's own settings, hasher and all, on the data folder that the environment names; e-mail stays in memory."""

from sopsite.settings import *  # noqa: F403

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
