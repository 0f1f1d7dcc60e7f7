"""The printed configuration: checked by nginx itself, and used."""

import shutil
import subprocess
from pathlib import Path

import anyio
import httpx2
import pytest
from served import ENCODED, Held, Serving

from editloop.memory import SettingsError
from editloop.server.nginx import Front, config

BODY = {"image": ENCODED, "prompt": "warmer"}


@pytest.fixture
def nginx() -> str:
    found = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if found is None:
        pytest.skip("needs nginx")
    return found


def _checked(nginx: str, text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "nginx.conf"
    file.write_text(f"pid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n{text}")
    command = [nginx, "-t", "-q", "-p", str(folder), "-c", str(file)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)


@pytest.mark.parametrize("upstreams", [["127.0.0.1:8005"], ["localhost:8005", "[::1]:8006"]])
def test_nginx_takes_the_configuration(
    nginx: str, upstreams: list[str], tmp_path: Path, free_tcp_port: int
) -> None:
    front = Front(upstreams=upstreams, listen=f"127.0.0.1:{free_tcp_port}", name="edits.local")
    found = _checked(nginx, config(front), tmp_path)
    assert (found.returncode, found.stderr) == (0, "")


def test_the_part_fits_into_a_configuration_of_ones_own(
    nginx: str, tmp_path: Path, free_tcp_port: int
) -> None:
    listen = f"127.0.0.1:{free_tcp_port}"
    part = config(Front(upstreams=["127.0.0.1:8005"], listen=listen, complete=False))
    assert _checked(nginx, f"events {{}}\nhttp {{\n{part}\n}}\n", tmp_path).returncode == 0


def test_the_defects_of_the_official_configuration_are_not_there() -> None:
    lines = [line.strip() for line in config(Front(upstreams=["a:1", "b:2"])).splitlines()]
    for line in (
        "least_conn;",
        "proxy_http_version 1.1;",
        'proxy_set_header Connection "";',
        "proxy_next_upstream error timeout;",
        "client_max_body_size 100m;",
        "server a:1 max_fails=2 fail_timeout=10s;",
        "server b:2 max_fails=2 fail_timeout=10s;",
    ):
        assert line in lines
    assert not any("non_idempotent;" in line for line in lines)


@pytest.mark.parametrize(
    ("upstreams", "listen", "name"),
    [
        ([], "127.0.0.1:80", "_"),
        (["gpu-1"], "127.0.0.1:80", "_"),
        (["a:1; } evil"], "127.0.0.1:80", "_"),
        (["a:1"], "80", "_"),
        (["a:1"], "127.0.0.1:80", "a b;"),
    ],
)
def test_what_would_break_the_file_is_refused(upstreams: list[str], listen: str, name: str) -> None:
    with pytest.raises(SettingsError):
        config(Front(upstreams=upstreams, listen=listen, name=name))


@pytest.mark.anyio
async def test_two_services_behind_nginx_share_the_edits_and_survive_a_dead_one(
    nginx: str, serving: Serving, tmp_path: Path, free_tcp_port: int
) -> None:
    one, two = Held(open=False), Held(open=False)
    async with serving(one) as first, serving(two) as second:
        dead = "127.0.0.1:1"
        upstreams = [dead, f"127.0.0.1:{first.port}", f"127.0.0.1:{second.port}"]
        text = config(Front(upstreams=upstreams, listen=f"127.0.0.1:{free_tcp_port}"))
        assert _checked(nginx, text, tmp_path).returncode == 0
        command = [nginx, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
        async with await anyio.open_process([*command, "-g", "daemon off;"]) as process:
            answers: list[int] = []

            async def edit() -> None:
                # the name that the proxy is known by means nothing to the services behind it
                answer = await http.post("/edit", json=BODY, headers={"host": "images.example"})
                answers.append(answer.status_code)

            base = f"http://127.0.0.1:{free_tcp_port}"
            async with httpx2.AsyncClient(base_url=base, timeout=20) as http:
                await _up(http)
                async with anyio.create_task_group() as group:
                    group.start_soon(edit)
                    group.start_soon(edit)
                    await one.begun.wait()
                    await two.begun.wait()  # the idle one got the second
                    one.let.set()
                    two.let.set()
            process.terminate()
    assert answers == [200, 200]
    assert (len(one.requests), len(two.requests)) == (1, 1)


async def _up(http: httpx2.AsyncClient) -> None:
    with anyio.fail_after(60):
        while True:
            try:
                assert (await http.get("/nginx-health")).text == "healthy\n"
                return
            except httpx2.HTTPError:
                await anyio.sleep(0.05)  # another process: nothing else tells
