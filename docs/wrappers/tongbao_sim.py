"""Starts `tongbao simulate` for a Python test suite. Python 3.8 or newer, nothing to install.

    from tongbao_sim import Simulator

    with Simulator() as sim:              # needs `tongbao` on PATH, or TONGBAO=/path/to/it
        ...                               # point the code under test at sim.base_url, with sim.env["MCHID"] and so on
        sim.pay("T0000001")               # the payer pays
        sim.advance(7200)                 # two hours later, everything that fell due has happened

As a fixture of pytest:

    @pytest.fixture(scope="session")
    def sim():
        with Simulator() as simulator:
            yield simulator
"""

import json
import os
import shlex
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

READY_WITHIN_SECONDS = 30


class SimulatorError(Exception):
    """It did not start, or refused a call."""


class Simulator:
    """A running simulator with a port, keys and state of its own, until `stop` or the end of `with`.

    `options` are more words for the command line, such as ("--https", "--proxy").
    """

    def __init__(self, binary=None, options=()):
        self._folder = Path(tempfile.mkdtemp(prefix="tongbao-sim-"))
        self._process = None
        env_file, ready_file = self._folder / "wxpay.env", self._folder / "ready"
        words = ["simulate", "--listen", "127.0.0.1:0", "--fixed-keys", "--write-env", env_file]
        command = [binary or os.environ.get("TONGBAO", "tongbao"), *words, "--ready-file", ready_file, *options]
        try:
            with open(self._folder / "log", "wb") as log:
                self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            self._wait(ready_file)
        except BaseException as error:
            self.stop()
            if isinstance(error, OSError):
                raise SimulatorError(f"tongbao cannot be started: {error}") from error
            raise
        lines = env_file.read_text(encoding="utf-8").splitlines()
        #: What `--write-env` wrote: WXPAY_BASE_URL, MCHID, APPID, APIV3_KEY, MCH_PRIVATE_KEY (a path) and so on.
        self.env = {key: (shlex.split(value) or [""])[0] for key, value in (line.split("=", 1) for line in lines)}
        #: Stands for https://api.mch.weixin.qq.com and https://api.weixin.qq.com.
        self.base_url = self.env["WXPAY_BASE_URL"]

    def file(self, name):
        """The text of a file that the env names, such as file("MCH_PRIVATE_KEY")."""
        return Path(self.env[name]).read_text(encoding="utf-8")

    def pay(self, out_trade_no, payer=None):
        """The payer pays an order."""
        return self.post(f"orders/{urllib.parse.quote(out_trade_no, safe='')}/pay", {"payer": payer})

    def advance(self, seconds):
        """Moves the clock ahead, and returns when everything that fell due has happened."""
        return self.post("clock", {"advance_seconds": seconds})

    def orders(self):
        """Every order."""
        return self.get("orders")["orders"]

    def notifications(self):
        """Every notification and what became of it."""
        return self.get("notifications")["notifications"]

    def get(self, path):
        """Any reading call of the control API: docs/simulator.md."""
        return self._call(path, None)

    def post(self, path, body=None):
        """Any other call of the control API."""
        return self._call(path, json.dumps(body or {}).encode())

    def stop(self):
        """Ends it and removes its files. May be called twice."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _wait(self, ready_file):
        until = time.monotonic() + READY_WITHIN_SECONDS
        while not ready_file.exists():
            code = self._process.poll()
            if code is not None or time.monotonic() > until:
                said = (self._folder / "log").read_text(encoding="utf-8", errors="replace")
                why = "is not ready in time" if code is None else f"ended with exit code {code}"
                raise SimulatorError(f"tongbao {why}\n{said}".rstrip())
            time.sleep(0.01)

    def _call(self, path, body):
        request = urllib.request.Request(f"{self.base_url}/sim/v1/{path}", body, {"content-type": "application/json"})
        # Straight to it, whatever proxy the code under test is given.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise SimulatorError(f"{path}: HTTP {error.code} {error.read().decode(errors='replace')}") from error
