"""Small weights that are added to large ones."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...memory import SettingsError
from .choices import Loading
from .heard import heard


@dataclass(frozen=True, slots=True)
class Lora:
    """Where a LoRA lies and how strongly it acts."""

    source: str
    """A folder, or an id on the hub."""

    file: str = ""
    scale: float = 1.0

    @classmethod
    def read(cls, text: str) -> "Lora":
        """Read `FOLDER_OR_ID[/FILE.safetensors][@SCALE]`.

        Raises:
            SettingsError: the scale is no number, or nothing is named.
        """
        place, sign, scale = text.rpartition("@")
        if not sign:
            place, scale = text, "1"
        try:
            strength = float(scale)
        except ValueError:
            raise SettingsError(f"the scale {scale!r} of the LoRA {text!r} is no number") from None

        if not place:
            raise SettingsError(f"the LoRA {text!r} names no folder and no id")

        if not place.endswith(".safetensors"):
            return cls(place, "", strength)

        folder, _, file = place.rpartition("/")
        return cls(folder or ".", file, strength)

    def load(self, pipe: Any, name: str, loading: Loading) -> None:
        """Load it into a pipeline under a name.

        Raises:
            SettingsError: the pipeline takes none, or it is not there or for another model.
        """
        if not hasattr(pipe, "load_lora_weights"):
            raise SettingsError(f"{type(pipe).__name__} takes no LoRA: leave loras out")

        options = {"weight_name": self.file} if self.file else {}
        home = Path(self.source).expanduser()
        try:
            with heard() as said:
                pipe.load_lora_weights(
                    str(home) if home.is_dir() else self.source,
                    adapter_name=name,
                    local_files_only=loading.local_files_only,
                    **options,
                )
        except Exception as error:
            raise self._wrong(f"{type(error).__name__}: {str(error)[:300]}") from error

        if any("unexpected keys" in each for each in said):
            raise self._wrong("it has weights for other layers: it belongs to another model")

    def _wrong(self, why: str) -> SettingsError:
        return SettingsError(
            f"the LoRA {self.file or 'weights'} of {self.source!r} cannot be loaded ({why})"
        )
