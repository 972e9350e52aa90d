"""Puts a SQLite without the WAL-reset bug in place of the system's.

SQLite 3.7.0 to 3.51.2 can lose committed writes in WAL mode when two connections checkpoint at once; 3.51.3 and the
back-ports 3.50.7 and 3.44.6 are mended. Python's own module links the system library, which is often older.
"""

import sqlite3
import sys

FIXED = (3, 51, 3)
BACKPORTS = {(3, 50): 7, (3, 44): 6}


def is_fixed(version: tuple[int, ...]) -> bool:
    """Return whether this SQLite version is safe in WAL mode with several connections."""
    backport = BACKPORTS.get((version[0], version[1]))
    return version >= FIXED or (backport is not None and version[2] >= backport)


def use_fixed_sqlite() -> None:
    """Make `import sqlite3` give the bundled, mended SQLite where the system's is not mended."""
    if is_fixed(sqlite3.sqlite_version_info):
        return
    import pysqlite3
    import pysqlite3.dbapi2

    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
