"""Where clients keep their configuration, on each operating system."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class System:
    """The machine as far as the places of files depend on it."""

    platform: str = sys.platform
    home: Path = field(default_factory=Path.home)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    folder: Path = field(default_factory=Path.cwd)
    """The project."""

    def config(self, *parts: str) -> Path:
        """Below the folder where programs with windows keep their settings."""
        if self.platform == "win32":
            base = self._named("APPDATA", self.home / "AppData" / "Roaming")
        elif self.platform == "darwin":
            base = self.home / "Library" / "Application Support"
        else:
            base = self._named("XDG_CONFIG_HOME", self.home / ".config")
        return base.joinpath(*parts)

    def claude_code(self) -> Path:
        """Claude Code's own file, servers of the user among much else."""
        return self._named("CLAUDE_CONFIG_DIR", self.home) / ".claude.json"

    def goose(self) -> Path:
        """Goose uses `~/.config` on macOS too."""
        if self.platform == "win32":
            return self.config("Block", "goose", "config", "config.yaml")
        base = self._named("XDG_CONFIG_HOME", self.home / ".config")
        return base / "goose" / "config.yaml"

    def codex(self) -> Path:
        """Codex's file, shared by its command line and its extension."""
        return self._named("CODEX_HOME", self.home / ".codex") / "config.toml"

    def _named(self, variable: str, otherwise: Path) -> Path:
        named = self.environ.get(variable, "")
        return Path(named) if named else otherwise
