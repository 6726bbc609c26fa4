"""What every suite in Python needs: a simulator of its own, an address that is notified, and a payer's hands.

`TONGBAO` names the binary. Everything else a client must be told comes from the file of `--write-env`.
"""

import atexit
import json
import os
import queue
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

READY_WITHIN_SECONDS = 60
NOTIFIED_WITHIN_SECONDS = 20


class Simulator:
    """`tongbao simulate` on a free port, stopped when the suite ends.

    With `proxy`, clients that heed `HTTPS_PROXY` reach it under the platform's own names, over TLS.
    """

    def __init__(self, key_mode="both", proxy=False):
        self.folder = Path(tempfile.mkdtemp(prefix="tongbao-peer-"))
        file, log = self.folder / "wxpay.env", self.folder / "log"
        words = ["simulate", "--listen", "127.0.0.1:0", "--fixed-keys", "--key-mode", key_mode]
        words += ["--proxy"] if proxy else []
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [os.environ["TONGBAO"], *words, "--write-env", file], stdout=output, stderr=output
            )
        atexit.register(self.process.kill)
        self.env = self._read(file, log)
        self.base = self.env["WXPAY_BASE_URL"]
        if proxy:
            os.environ["HTTPS_PROXY"] = self.env["SIM_PROXY"]
            os.environ["REQUESTS_CA_BUNDLE"] = self.env["SIM_CA"]

    def _read(self, file, log):
        until = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            # Its last act before it answers is to write the file; whether it answers says the health address.
            lines = file.read_text().splitlines() if file.exists() else []
            env = dict(line.split("=", 1) for line in lines)
            try:
                self.base = env["WXPAY_BASE_URL"]
                self.get("/sim/v1/health")
                return env
            except (KeyError, OSError):
                time.sleep(0.05)
        raise SystemExit(f"the simulator did not start:\n{log.read_text()}")

    def text(self, name):
        """The PEM file that a line of the env file names."""
        return Path(self.env[name]).read_text()

    def get(self, path):
        with urllib.request.urlopen(self.base + path, timeout=10) as answer:
            return json.load(answer)

    def post(self, path, **body):
        request = urllib.request.Request(self.base + path, json.dumps(body).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def login_code(self):
        """What `wx.login` gives a mini program."""
        return self.post("/sim/v1/login-codes", appid=self.env["APPID"])["code"]

    def pay(self, out_trade_no, **more):
        return self.post(f"/sim/v1/orders/{out_trade_no}/pay", **more)

    def advance(self, seconds):
        return self.post("/sim/v1/clock", advance_seconds=seconds)

    def to_the_day_after(self):
        """Moves the clock to noon of the next day in Beijing, when bills are out; returns the day that was."""
        now = datetime.fromisoformat(self.get("/sim/v1/clock")["now"]).astimezone(BEIJING)
        noon = (now + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
        self.advance(int((noon - now).total_seconds()) + 1)
        return now.date()

    def opens_cashier(self, **invocation):
        """Whether the cashier takes what a client signed for `wx.requestPayment`."""
        query = urllib.parse.urlencode({**invocation, "lang": "en"})
        with urllib.request.urlopen(f"{self.base}/cashier?{query}", timeout=10) as answer:
            page = answer.read().decode()
        return 'id="password"' in page


BEIJING = timezone(timedelta(hours=8))


class Notified:
    """An address of the merchant. `verify(headers, body)` is the client's own; what it gives back is kept."""

    def __init__(self, verify, answer=b""):
        self.events, self.raw = queue.Queue(), []
        notified = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                notified.raw.append((self.headers, body))
                try:
                    event = verify(self.headers, body)
                    assert event, "the client does not believe the notification"
                except Exception as error:  # told to the suite, which waits for it
                    event = error
                self.send_response(500 if isinstance(event, Exception) else 200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
                notified.events.put(event)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}/notify"

    def next(self):
        event = self.events.get(timeout=NOTIFIED_WITHIN_SECONDS)
        if isinstance(event, Exception):
            raise event
        return event


def step(words):
    """Says how far a suite came; the last line before a failure names what failed."""
    print(f"  {words}", flush=True)


def same(said, expected):
    assert said == expected, f"{said!r} is not {expected!r}"
