"""Every setting that the environment may give: one table, read once, checked before anything starts.

`docs/settings.md` is printed from `SETTINGS`; a wrong value stops the start with a sentence.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name, default as text, meaning and an example."""

    name: str
    default: str
    meaning: str
    example: str


SETTINGS = (
    Setting("SOP_DATA_DIR", "./data", "Folder of all state: database, stored files, secret key.", "/var/lib/sopsite"),
    Setting(
        "DATABASE_URL",
        "SQLite in the data folder",
        "Database. PostgreSQL 15 or newer when it starts with postgres://.",
        "postgres://sop:secret@db:5432/sop",
    ),
    Setting(
        "SOP_URL",
        "http://127.0.0.1:8000",
        "Address people type. https turns on secure cookies and HSTS; plain http is accepted for this machine only.",
        "https://sop.example.org",
    ),
    Setting(
        "SOP_ALLOWED_HOSTS",
        "the host of SOP_URL",
        "More host names to answer to, with commas.",
        "sop.example.org,sop.internal",
    ),
    Setting(
        "SOP_ALLOW_HTTP",
        "no",
        "yes accepts plain http on a host other than this machine. Passwords then travel in the open.",
        "no",
    ),
    Setting(
        "SOP_BEHIND_PROXY",
        "no",
        "yes trusts X-Forwarded-Proto from the proxy in front, which must set it itself.",
        "yes",
    ),
    Setting(
        "SOP_SECRET_KEY",
        "generated into the data folder",
        "Key that signs sessions. At least 50 characters.",
        "(50 random characters)",
    ),
    Setting(
        "SOP_SECRET_KEY_FILE",
        "secret_key in the data folder",
        "File that holds the key, in place of SOP_SECRET_KEY.",
        "/run/secrets/sop_key",
    ),
    Setting("SOP_DEBUG", "no", "yes shows error details. Never on a server that others reach.", "no"),
    Setting("SOP_TIME_ZONE", "UTC", "Time zone for a new organisation.", "Europe/Lisbon"),
    Setting(
        "SOP_EMAIL_URL",
        "consolemail://",
        "Where e-mail goes; smtp+tls://user:password@host:587 for a server.",
        "smtp+tls://sop:secret@mail.example.org:587",
    ),
    Setting("SOP_EMAIL_FROM", "sop@localhost", "Sender of e-mail.", "procedures@example.org"),
    Setting("PORT", "8000", "Port that `make run` serves on.", "9000"),
    Setting("SOP_BIND", "127.0.0.1", "Address that `make run` listens on.", "192.0.2.10"),
    Setting("SOP_WEB_THREADS", "8", "Threads of the web process.", "16"),
    Setting(
        "SOP_DEMO", "yes", "no keeps `make run` from loading the demonstration organisation on the first start.", "no"
    ),
)


def wrong(name: str, sentence: str) -> ImproperlyConfigured:
    """Return the error that stops the start, naming the setting."""
    return ImproperlyConfigured(f"{name}: {sentence}")


def text(name: str, default: str = "") -> str:
    """Return the variable's text, or the default when it is absent or blank."""
    return os.environ.get(name, "").strip() or default


def yes(name: str, default: bool = False) -> bool:
    """Return a yes/no setting; anything but yes, no, 1, 0, true, false stops the start."""
    value = text(name, "yes" if default else "no").lower()
    if value in {"yes", "1", "true", "on"}:
        return True
    if value in {"no", "0", "false", "off"}:
        return False
    raise wrong(name, f"write yes or no, not {value!r}.")


def number(name: str, default: int, low: int, high: int) -> int:
    """Return a whole number between low and high."""
    value = text(name, str(default))
    if not value.isdecimal() or not low <= int(value) <= high:
        raise wrong(name, f"write a whole number from {low} to {high}, not {value!r}.")
    return int(value)


def data_dir() -> Path:
    """Return the data folder, made when missing and closed to other users of the machine."""
    folder = Path(text("SOP_DATA_DIR", str(ROOT / "data"))).expanduser().resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise wrong("SOP_DATA_DIR", f"the folder {folder} cannot be made: {error.strerror}.") from error
    if not os.access(folder, os.W_OK):
        raise wrong("SOP_DATA_DIR", f"the folder {folder} cannot be written to by this user.")
    return folder


def secret_key(folder: Path) -> str:
    """Return the signing key: from the environment, from the named file, or generated once into the data folder."""
    given = text("SOP_SECRET_KEY")
    path = Path(text("SOP_SECRET_KEY_FILE", str(folder / "secret_key")))
    if given:
        key, name = given, "SOP_SECRET_KEY"
    elif path.exists() or text("SOP_SECRET_KEY_FILE"):
        name = "SOP_SECRET_KEY_FILE"
        try:
            key = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise wrong(name, f"{path} cannot be read as text. Give a readable file with the key in it.") from error
    else:
        return generate_key(path)
    if len(key) < 50:
        raise wrong(name, f"the key has {len(key)} characters; use at least 50 random ones.")
    return key


def generate_key(path: Path) -> str:
    """Write a new key for the owner's eyes only and return it; two processes that start at once agree on one."""
    key = secrets.token_urlsafe(64)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
    try:
        os.link(temporary, path)
    except FileExistsError:
        key = path.read_text(encoding="ascii").strip()
    finally:
        temporary.unlink()
    return key


def public_url() -> str:
    """Return the address people type, without a slash at the end."""
    address = text("SOP_URL", f"http://127.0.0.1:{number('PORT', 8000, 1, 65535)}").rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise wrong("SOP_URL", f"write an address such as https://sop.example.org, not {address!r}.")
    local = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if parts.scheme == "http" and not local and not yes("SOP_ALLOW_HTTP"):
        raise wrong(
            "SOP_URL",
            "plain http to another machine shows passwords to the network. Use https, or set SOP_ALLOW_HTTP=yes.",
        )
    return address


def allowed_hosts(address: str) -> list[str]:
    """Return the host names that are answered: that of SOP_URL, the named others, and this machine."""
    named = [host.strip() for host in text("SOP_ALLOWED_HOSTS").split(",") if host.strip()]
    host = urlsplit(address).hostname or ""
    if "*" in named:
        raise wrong("SOP_ALLOWED_HOSTS", "a star would answer to any name. List the host names.")
    return list(dict.fromkeys([host, *named, "127.0.0.1", "localhost", "[::1]"]))


def time_zone() -> str:
    """Return the default time zone's IANA name."""
    name = text("SOP_TIME_ZONE", "UTC")
    if name not in available_timezones():
        raise wrong("SOP_TIME_ZONE", f"{name!r} is not a time zone. Write one such as Europe/Lisbon.")
    return name


def as_markdown() -> str:
    """Return the table of settings as Markdown, for `docs/settings.md`."""
    rows = [f"| `{row.name}` | {row.default} | {row.meaning} | `{row.example}` |" for row in SETTINGS]
    return "\n".join(["| name | default | meaning | example |", "|---|---|---|---|", *rows]) + "\n"
