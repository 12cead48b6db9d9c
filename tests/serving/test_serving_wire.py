"""What stands before every door: packed bodies and answers, hosts, proxies; and the options."""

import dataclasses
import gzip
import json

import pytest
from click.testing import CliRunner

from mdm_sim import tenant
from mdm_sim.cli import main
from mdm_sim.settings import Settings

DEVICES = "/v1.0/deviceManagement/managedDevices"
USER = f"/v1.0/users/{tenant.USERS[0].upn}"


def test_a_long_answer_is_packed_for_whoever_takes_gzip(client, admin):
    path = "/v1.0/users"
    plain = client.get(path, headers=admin)
    packed = client.get(path, headers={**admin, "Accept-Encoding": "gzip, deflate"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
    refused = client.get(path, headers={**admin, "Accept-Encoding": "gzip;q=0"})
    short = client.get("/healthz", headers={"Accept-Encoding": "gzip"})
    assert not any("Content-Encoding" in each.headers for each in (refused, short))


BODY = json.dumps({"displayName": "CANARY"}).encode()
PACKED = gzip.compress(BODY)
BOMB = gzip.compress(b" " * 1_100_000)


@pytest.mark.parametrize(
    ("coding", "data", "status"),
    [("gzip", PACKED, 204), ("identity", BODY, 204), ("GZIP", PACKED, 204),
     ("gzip", BODY, 400), ("gzip", PACKED[:-5], 400), ("gzip", b"", 400),
     ("gzip", PACKED * 2, 400), ("gzip", BOMB, 413), ("br", BODY, 415),
     ("gzip, gzip", BODY, 415)],
)  # fmt: skip
def test_a_packed_body_is_unpacked_within_the_limit(
    client, admin, dump, on_disk, coding, data, status
):
    before = dump()
    headers = {**admin, "Content-Encoding": coding, "Content-Type": "application/json"}
    answer = client.patch(USER, headers=headers, data=data)
    assert answer.status_code == status
    if status != 204:
        assert "CANARY" not in answer.text
        assert (dump(), on_disk("CANARY")) == (before, False)


@pytest.mark.parametrize("host", ["", "CAN ARY", "CANARY/x", "CANARY@x", "a\tb", "[::1"])
@pytest.mark.parametrize("path", [DEVICES, "/healthz"])
def test_a_host_that_is_none_is_refused(client, admin, path, host):
    answer = client.get(path, headers=admin, environ_overrides={"HTTP_HOST": host})
    assert (answer.status_code, answer.mimetype) == (400, "application/json")
    assert "CANARY" not in answer.text


FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "mdm.example",
             "X-Forwarded-Prefix": "/sim"}  # fmt: skip


@pytest.mark.parametrize(
    ("trusted", "root"),
    [
        ("",                       "http://localhost/v1.0"),
        ("0",                      "http://localhost/v1.0"),
        ("1",                      "https://mdm.example/sim/v1.0"),
        ("2",                      "http://localhost/v1.0"),
        ("127.0.0.1",              "https://mdm.example/sim/v1.0"),
        ("10.0.0.0/8, 127.0.0.0/8", "https://mdm.example/sim/v1.0"),
        ("10.0.0.1,::1",           "http://localhost/v1.0"),
    ],
)  # fmt: skip
def test_only_a_trusted_proxy_may_say_where_the_service_is(settings, serve, admin, trusted, root):
    client = serve(dataclasses.replace(settings, trusted_proxy=trusted))
    told = client.get(DEVICES, headers={**admin, **FORWARDED}).json
    assert told["@odata.context"] == f"{root}/$metadata#deviceManagement/managedDevices"


def test_a_trusted_proxys_host_is_checked_too(settings, serve, admin):
    client = serve(dataclasses.replace(settings, trusted_proxy="1"))
    odd = {**admin, "X-Forwarded-Host": "CAN ARY"}
    assert client.get(DEVICES, headers=odd).status_code == 400


EVERYTHING = Settings("sqlite:///x.db", 7, 2.5, True, workload="mam", throttle="documented",
                      quirks=frozenset({"intune"}), trusted_proxy="10.0.0.0/8")  # fmt: skip


@pytest.mark.parametrize("given", [Settings("sqlite:///x.db"), EVERYTHING])
def test_a_listener_is_given_every_setting(given):
    assert Settings.from_environment(given.to_environment()) == given


@pytest.mark.parametrize("name", ["WORKLOAD", "THROTTLE", "QUIRKS"])
def test_a_word_that_is_none_of_a_settings_is_refused(name):
    with pytest.raises(ValueError, match=f"MDM_SIM_{name} has to be"):
        Settings.from_environment({f"MDM_SIM_{name}": "CANARY"})


@pytest.mark.parametrize(
    "options",
    [("--workload", "x"), ("--throttle=x",), ("--quirks", "x"), ("--trusted-proxy", "x"),
     ("--trusted-proxy", "99"), ("--trusted-proxy", "10.0.0.300"), ("--trusted-proxy", "-1")],
)  # fmt: skip
def test_an_option_that_cannot_be_is_refused_before_anything_starts(options, tmp_path):
    given = ["serve", "--data-dir", str(tmp_path / "data"), *options]
    result = CliRunner().invoke(main, given)
    assert (result.exit_code, (tmp_path / "data").exists()) == (2, False)


def test_a_service_serves_by_its_options(started):
    options = ("--throttle", "--quirks", "intune", "--workload", "mam")
    service = started(*options, "--trusted-proxy", "127.0.0.1", "--port", "off")
    root, headers = service.ready["http_url"], {"Authorization": f"Bearer {service.token()}"}

    def get(path, **more):
        return service.session.get(root + path, headers={**headers, **more}, timeout=10)

    told = get(DEVICES, **FORWARDED).json()["@odata.context"]
    assert told.startswith("https://mdm.example/sim/v1.0/$metadata#")
    assert [get("/v1.0/auditLogs/signIns").status_code for _ in range(6)][-1] == 429


@pytest.mark.parametrize("listener", ["base_url", "http_url"])
@pytest.mark.parametrize(
    ("data", "status"), [(gzip.compress(b"{}"), 204), (gzip.compress(b"{}")[:-1], 400), (BOMB, 413)]
)
def test_a_packed_body_may_come_in_chunks_on_both_listeners(running, listener, data, status):
    headers = {"Authorization": f"Bearer {running.token()}", "Content-Encoding": "gzip",
               "Content-Type": "application/json"}  # fmt: skip
    url, parts = running.ready[listener] + USER, (data[:9], data[9:])
    answer = running.session.patch(url, data=iter(parts), headers=headers, timeout=10)
    assert answer.status_code == status
