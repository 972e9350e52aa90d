"""Runs a command with DATABASE_URL naming a PostgreSQL server that is started for it and thrown away after.

    python tests/postgres.py pytest -n 2 tests/audit

A DATABASE_URL that is given already is used as it is. Without PostgreSQL on the machine the command is not run:
the exit code is 0 with a sentence, or 1 when SOP_REQUIRE=all.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sopsite.machine import postgres_folder


def main(command: list[str]) -> int:
    """Return the command's exit code."""
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return subprocess.run(command, check=False).returncode
    programs = postgres_folder()
    if programs is None:
        print("PostgreSQL is not on this machine, so the tests did not run on it.")
        return 1 if os.environ.get("SOP_REQUIRE") == "all" else 0
    # In memory where there is some: the server keeps its safe settings, which the product checks, and is still fast.
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="sop-pg-", dir=memory if memory.is_dir() else None) as folder:
        return with_server(programs, Path(folder), command)


def with_server(programs: Path, folder: Path, command: list[str]) -> int:
    """Start a server in the folder, run the command, stop the server."""
    data, port = folder / "data", free_port()
    as_owner = server_account(folder)
    run([programs / "initdb", "-D", data, "-U", "sop", "-A", "trust", "-E", "UTF8", "--locale=C"], as_owner)
    options = " ".join(["-p", str(port), "-h", "127.0.0.1", "-k", str(folder), "-c", "max_connections=260"])
    run([programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"], as_owner)
    try:
        address = f"postgres://sop@127.0.0.1:{port}/postgres"
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": address}, check=False).returncode
    finally:
        run([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], as_owner)


def server_account(folder: Path) -> dict[str, object]:
    """Return how to start the server: PostgreSQL refuses root, so root starts it as another account."""
    if os.geteuid() != 0:
        return {}
    name = next(name for name in ("postgres", "nobody") if name in {entry.pw_name for entry in pwd.getpwall()})
    shutil.chown(folder, name)
    return {"user": name}


def run(command: list[object], as_owner: dict[str, object]) -> None:
    """Run one of the server's programs; its words are shown only when it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/tmp", **as_owner)
    if done.returncode:
        raise SystemExit(f"{words[0]} failed:\n{done.stdout}{done.stderr}")


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
