"""Packages that not everybody needs: what is installed, told without importing any of it."""

from importlib.metadata import PackageNotFoundError, version

EXTRAS = {
    "diffusers": ("torch", "diffusers", "transformers", "accelerate"),
    "server": ("starlette", "uvicorn", "python-multipart"),
    "mcp": ("mcp",),
    "ray": ("ray",),
    "google": ("google-genai",),
    "otel": ("opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"),
    "postgres": ("asyncpg",),
    "evals": ("pyarrow",),
}
"""The distributions of each extra of editloop."""

VLLM = "vllm"
"""Never an extra of ours: a server that we start and talk to."""


def found(distribution: str) -> str | None:
    """The version of an installed distribution."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def missing(extra: str) -> tuple[str, ...]:
    """What an extra lacks; nothing for none."""
    return tuple(name for name in EXTRAS.get(extra, ()) if found(name) is None)


def install(extra: str) -> str:
    """The command that installs an extra."""
    return f"pip install 'editloop[{extra}]'"
