"""A test suite as somebody would write it with the wrapper, on the standard library alone."""

import os
import sys
import urllib.error
import urllib.request

sys.path.insert(0, os.environ["WRAPPERS"])
from tongbao_sim import Simulator, SimulatorError  # noqa: E402

with Simulator() as sim, Simulator(options=("--https", "--proxy")) as other:
    assert sim.base_url.startswith("http://127.0.0.1:"), sim.base_url
    assert sim.env["MCHID"] == "1900000001" and "PRIVATE KEY" in sim.file("MCH_PRIVATE_KEY")
    assert sim.orders() == [] and sim.notifications() == []
    assert sim.advance(7200)["ahead_seconds"] == 7200
    assert other.get("clock")["ahead_seconds"] == 0, "another simulator knows nothing of it"
    assert other.env["SIM_PROXY"] == other.base_url and "BEGIN CERTIFICATE" in other.file("SIM_CA")
    try:
        sim.pay("NOSUCH0001")
        raise AssertionError("there is no such order")
    except SimulatorError as error:
        assert "HTTP 404" in str(error), error
    try:
        urllib.request.urlopen(sim.base_url + "/v3/certificates", timeout=10)
        raise AssertionError("an unsigned request")
    except urllib.error.HTTPError as error:
        assert error.code in (400, 401), error.code

sim.stop()
assert not os.path.exists(sim.env["MCH_PRIVATE_KEY"]), "its files are gone"
try:
    urllib.request.urlopen(sim.base_url, timeout=10)
    raise AssertionError("nobody listens any more")
except urllib.error.URLError:
    pass
for arguments, said in [
    ({"options": ("--ca-dir", "/dev/null/ca")}, "simulate.ca_dir"),
    ({"binary": "/no/such/tongbao"}, "cannot be started"),
]:
    try:
        Simulator(**arguments)
        raise AssertionError(arguments)
    except SimulatorError as error:
        assert said in str(error), error
