"""A configuration of nginx for several edit services behind one address.

It does what the official set-up script means and misses: HTTP/1.1 to the services, so that
connections are kept; the service with the fewest requests instead of one after the other; an edit
that was sent is never sent again; bodies and times are bounded.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..memory import SettingsError

_PLACE = re.compile(r"[A-Za-z0-9._-]+:\d{1,5}|\[[0-9A-Fa-f:]+\]:\d{1,5}")
_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What the proxy is told."""

    upstreams: Sequence[str]
    """`host:port` of every service."""

    listen: str = "127.0.0.1:8080"
    name: str = "_"
    """The server's name; `_` is any."""

    body_megabytes: int = 100
    seconds: int = 660
    """An edit, with its waiting in the service's line: longer than the service's own bound."""

    complete: bool = True
    """A whole configuration rather than the part for `http {}`."""


def config(front: Front) -> str:
    """Write the configuration.

    Raises:
        SettingsError: no upstream, or one that is no `host:port`.
    """
    if not front.upstreams:
        raise SettingsError("name the services: --upstream HOST:PORT, once for each")

    for place in (*front.upstreams, front.listen):
        if not _PLACE.fullmatch(place):
            raise SettingsError(f"{place!r} is no address: write HOST:PORT")

    if not _NAME.fullmatch(front.name):
        raise SettingsError(f"{front.name!r} is no name of a server")

    inner = _upstream(front) + "\n" + _server(front)
    if not front.complete:
        return inner

    body = "".join(f"    {line}\n" if line else "\n" for line in inner.splitlines())
    return f"worker_processes auto;\n\nevents {{\n    worker_connections 1024;\n}}\n\nhttp {{\n{body}}}\n"


def _upstream(front: Front) -> str:
    servers = "\n".join(
        f"    server {place} max_fails=2 fail_timeout=10s;" for place in front.upstreams
    )
    return f"""upstream editloop {{
    zone editloop 64k;  # one count for all workers
    least_conn;
{servers}
    keepalive 32;
    keepalive_timeout 60s;  # the services keep idle connections a little longer
}}
"""


def _server(front: Front) -> str:
    return f"""server {{
    listen {front.listen};
    server_name {front.name};
    client_max_body_size {front.body_megabytes}m;
    client_body_buffer_size 8m;
    keepalive_timeout 65s;

    location = /nginx-health {{
        access_log off;
        default_type text/plain;
        return 200 "healthy\\n";
    }}

    location / {{
        proxy_pass http://editloop;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host localhost;  # the one name that every service answers to
        proxy_set_header X-Forwarded-Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_connect_timeout 5s;
        proxy_send_timeout 60s;
        proxy_read_timeout {front.seconds}s;
        proxy_ignore_client_abort off;  # a client that leaves takes its edit with it
        proxy_max_temp_file_size 0;

        # Elsewhere only where nothing was sent yet: without `non_idempotent` a POST that has
        # reached a service is not repeated. 429 and 503 go to the client, which knows how to wait.
        proxy_next_upstream error timeout;
        proxy_next_upstream_tries 3;
    }}
}}
"""
