"""`make demo`: the site, the worker and the stand-in for Stripe, started and stopped together."""

import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType

import click
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.models.office import Officer
from app.accounts.models.public import DonorAccount
from app.core.commands import room_command, say
from app.core.errors import Refusal
from app.core.house import House
from app.core.messages import msg
from app.demo.paying import ledger_path
from app.demo.people import PASSWORD
from app.policy.actors import ROLE_LABELS, Role

WEBHOOK_SECRET = "whsec_jiedui_demo"
STRIPE_KEY = "sk_test_jiedui_demo"
LOOK_EVERY = 0.3  # seconds
IN_FRONT = ("org_cs1", "org_qy1", "org_zy1", "vol_ma")  # as on the sign-in page
Process = subprocess.Popen[bytes]


@room_command(
    "serve", help="Serve both sides, the worker and the Stripe stand-in at one address; Ctrl+C stops all."
)
@click.option(
    "--port", type=int, default=lambda: int(os.environ.get("PORT", "8000")), show_default="PORT or 8000"
)
@click.option("--host", default="127.0.0.1")
def serve(house: House, port: int, host: str) -> dict[str, object]:
    for taken in (port, port + 1):
        _refuse_taken(host, taken)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    address, accounts = f"http://{host}:{port}", _accounts(house)
    children = [
        subprocess.Popen(command, env=_environment(port), start_new_session=True)
        for command in _commands(house, host, port)
    ]
    ended = None
    try:
        _wait_until_open(host, port, children)
        say(_greeting(address, accounts))
        ended = _watch(children)
    except _Stopped:
        say("\n正在停止……")
    finally:
        _end(children)
    if ended is not None:
        raise Refusal(msg("有一个进程自己停了，其余的也一起停下。看看上面的报错。"))
    return {"stopped": address}


class _Stopped(BaseException):
    """Ctrl+C, or the end of the terminal."""


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise _Stopped


def _refuse_taken(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refusal(
                msg("端口 {port} 被别的程序占着。换一个：PORT={other} make demo", port=port, other=port + 100)
            ) from error


def _wait_until_open(host: str, port: int, children: list[Process]) -> None:
    """Until the site answers, so that the address on the screen works when it is read."""
    while all(child.poll() is None for child in children):
        with socket.socket() as probe:
            if probe.connect_ex((host, port)) == 0:
                return
        time.sleep(LOOK_EVERY)


def _watch(children: list[Process]) -> Process:
    """Returns the first process that ends by itself."""
    while True:
        for child in children:
            if child.poll() is not None:
                return child
        time.sleep(LOOK_EVERY)


def _commands(house: House, host: str, port: int) -> list[list[str]]:
    python = sys.executable
    web = [
        python,
        "-m",
        "gunicorn",
        "wsgi:app",
        "--bind",
        f"{host}:{port}",
        "--workers",
        "1",
        "--threads",
        "8",
    ]
    stripe = [python, "-m", "app.demo.stripe_standin", "--host", host, "--port", str(port + 1)]
    stripe += ["--webhook", f"http://{host}:{port}/webhooks/stripe", "--secret", WEBHOOK_SECRET]
    stripe += ["--ledger", str(ledger_path(house.settings.instance))]
    return [
        [*web, "--log-level", "warning", "--timeout", "180"],
        [python, "-m", "flask", "--app", "wsgi", "jobs", "run"],
        stripe,
    ]


def _environment(port: int) -> dict[str, str]:
    stripe = {
        "STRIPE_SECRET_KEY": STRIPE_KEY,
        "STRIPE_API_BASE": f"http://127.0.0.1:{port + 1}",
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
    }
    return {**stripe, **os.environ}


def _accounts(house: House) -> list[tuple[str, str, str]]:
    """One account of each role, and of each kind of partner: login, role, name."""
    found: dict[str, tuple[str, str, str]] = {}
    with house.need_office().transaction(writes=False) as session:
        officers = (
            select(Officer).where(Officer.is_demo).options(joinedload(Officer.posts)).order_by(Officer.id)
        )
        for officer in session.scalars(officers).unique():
            for post in officer.posts:
                role = ROLE_LABELS[Role(post.role)]
                found.setdefault(role, (officer.login, role, officer.display_name))
    with house.public.transaction(writes=False) as session:
        donors = select(DonorAccount).where(DonorAccount.login.in_(IN_FRONT)).order_by(DonorAccount.login)
        shown = [(d.login, ROLE_LABELS[Role(d.role)], d.display_name) for d in session.scalars(donors)]
    return [*found.values(), *shown]


def _greeting(address: str, accounts: list[tuple[str, str, str]]) -> str:
    lines = [f"  {login:<12}  {role} · {name}" for login, role, name in accounts]
    return "\n".join(
        (
            "",
            f"结对 · 公开网站    {address}/",
            f"经办工作台        {address}/office/",
            "",
            f"演示账号（密码都是 {PASSWORD}；登录页上点一下就能进，那里还有更多）：",
            *lines,
            "",
            "数据保留在 instance/；从头来：make demo-reset。Ctrl+C 停止。",
            "",
        )
    )


def _end(children: list[Process]) -> None:
    """Asked first, made to after ten seconds."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
