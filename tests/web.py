"""A small internet on the loopback: names, their addresses, and one real TLS server behind them."""

import datetime
import socket
import ssl
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import anyio
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.tls import TLSListener
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from loopback import GONE, Asked, request

from editloop.server.pictures import Reach
from editloop.server.pictures.fetch import Fetcher

OPEN, OTHER = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
"""Addresses of the open internet; nothing is ever sent there."""

NAMES = ("pictures.example", "other.example", "moving.example")

Pieces = Callable[[Asked], AsyncIterator[bytes]]


def page(body: bytes = b"", status: int = 200, **headers: str) -> bytes:
    """A whole answer, with the length of its body unless another one is said."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    said = {"content-length": f"{len(body)}", **named}
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return f"HTTP/1.1 {status} So\r\n{head}\r\n".encode() + body


def moved(to: str, status: int = 302) -> bytes:
    return page(status=status, location=to)


@dataclass
class Web:
    """Answers by `host/path`, under any address that a name is given."""

    port: int
    trust: ssl.SSLContext
    names: dict[str, list[str]] = field(default_factory=lambda: {name: [OPEN] for name in NAMES})
    """What a name is looked up to."""

    next_names: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """What it is looked up to from the second time on."""

    pages: dict[str, bytes | Pieces] = field(default_factory=dict[str, bytes | Pieces])
    closed: set[str] = field(default_factory=set[str])
    """Addresses at which nobody listens."""

    looked_up: list[str] = field(default_factory=list[str])
    dialled: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    asked: list[Asked] = field(default_factory=list[Asked])

    def fetcher(self, limit: int = 1_000_000, **reach: Any) -> Fetcher:
        """One that has this internet and no other."""
        return Fetcher(
            replace(Reach(urls=True), **reach),
            limit,
            look_up=self.look_up,
            dial=self.dial,
            trust=self.trust,
        )

    async def look_up(self, name: str, port: int) -> Sequence[str]:
        again = name in self.looked_up
        self.looked_up.append(name)
        names = {**self.names, **self.next_names} if again else self.names
        if name not in names:
            raise socket.gaierror("unknown")
        return names[name]

    def dial(self, ip: str, port: int) -> tuple[str, int]:
        self.dialled.append((ip, port))
        return "127.0.0.1", 1 if ip in self.closed else self.port

    async def serve(self, stream: ByteStream) -> None:
        async with stream:
            try:
                asked = await request(BufferedByteReceiveStream(stream))
                self.asked.append(asked)
                said = self.pages.get(f"{asked.headers['host']}{asked.path}", page(status=404))
                async for piece in _pieces(said, asked):
                    await stream.send(piece)
            except GONE:
                return


@asynccontextmanager
async def web() -> AsyncGenerator[Web]:
    """Have the internet until the end of the block."""
    server, trust = _tls()
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    found = Web(listener.extra(SocketAttribute.local_port), trust)
    safe = TLSListener(listener, server, standard_compatible=False)
    async with safe, anyio.create_task_group() as group:
        group.start_soon(safe.serve, found.serve)
        yield found
        group.cancel_scope.cancel()


async def _pieces(said: bytes | Pieces, asked: Asked) -> AsyncIterator[bytes]:
    if isinstance(said, bytes):
        yield said
    else:
        async for piece in said(asked):
            yield piece


@cache
def _tls() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What the server shows, and what trusts it; made anew for every session."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests of editloop")])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in NAMES]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        both = Path(folder) / "both.pem"
        both.write_bytes(secret + pem)
        server.load_cert_chain(both)
    return server, ssl.create_default_context(cadata=pem.decode())
