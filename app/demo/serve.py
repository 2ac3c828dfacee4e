"""`make demo`: the site, the worker and the stand-in for Stripe, started and stopped together."""

import os
import signal
import subprocess
import sys
import time
from types import FrameType

import click

from app.core.commands import room_command, say
from app.core.house import House

WEBHOOK_SECRET = "whsec_jiedui_demo"
STRIPE_KEY = "sk_test_jiedui_demo"


@room_command(
    "serve", help="Serve both sides, the worker and the Stripe stand-in at one address; Ctrl+C stops all."
)
@click.option(
    "--port", type=int, default=lambda: int(os.environ.get("PORT", "8000")), show_default="PORT or 8000"
)
@click.option("--host", default="127.0.0.1")
def serve(house: House, port: int, host: str) -> dict[str, object]:
    address = f"http://{host}:{port}"
    children = [subprocess.Popen(command, env=_environment(port)) for command in _commands(host, port)]
    signal.signal(signal.SIGTERM, _stop)
    say(f"\n结对 · 演示站点:  {address}\n经办工作台:      {address}/office/\nCtrl+C 停止。\n")
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
    except KeyboardInterrupt:
        say("正在停止……")
    finally:
        _end(children)
    return {"stopped": address}


def _commands(host: str, port: int) -> list[list[str]]:
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
    stripe = [python, "-m", "app.demo.stripe_standin", "--port", str(port + 1), "--webhook"]
    stripe += [f"http://{host}:{port}/webhooks/stripe", "--secret", WEBHOOK_SECRET]
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


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
