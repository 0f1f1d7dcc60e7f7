"""How answers are drawn: seeds, temperatures, lengths, and the format that may be forced."""

from dataclasses import dataclass

from pydantic_ai.settings import ModelSettings

from ...memory import SettingsError

_SEEDS = 2**31
"""Seeds below this are taken by every server."""

_MOST_SAMPLES = 64

_NUMBER = r"(10|[0-9](\.[0-9]{1,2})?)"
FORMAT = (
    r"<think>[^<\x00]+</think>\s{0,2}"
    rf'<score>\s?\{{"semantic": {_NUMBER}, "quality": {_NUMBER}\}}\s?</score>\s{{0,2}}'
    r"<answer>[^<\x00]+</answer>"
)
"""The regular expression of constrained answers, in the dialect of vLLM's grammars."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """The part of a request in which two samples of one comparison may differ, and its bounds."""

    samples: int = 1
    temperature: float | None = 0.0
    fresh_temperature: float | None = 0.7
    max_tokens: int | None = 4096
    constrained: bool = False

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense.

        Raises:
            SettingsError: names the first.
        """
        if not 1 <= self.samples <= _MOST_SAMPLES:
            raise SettingsError(f"{self.samples} samples of a critique: give 1 to {_MOST_SAMPLES}")

        for given in (self.temperature, self.fresh_temperature):
            if given is not None and not 0 <= given <= 2:
                raise SettingsError(f"the temperature {given:g}: give 0 to 2")

        if self.samples > 1 and self.fresh_temperature == 0:
            raise SettingsError("several samples at temperature 0 are one: give a higher one")

        if self.max_tokens is not None and self.max_tokens < 1:
            raise SettingsError(f"max_tokens {self.max_tokens}: give 1 or more, or none at all")

    def seeds(self, seed: int) -> tuple[int, ...]:
        """One seed for each sample; those of another `seed` are all different."""
        return tuple((seed * self.samples + nth) % _SEEDS for nth in range(self.samples))

    def settings(self, seed: int, *, fresh: bool) -> ModelSettings:
        """What goes into the request; `fresh` is for all samples but a single first one."""
        settings = ModelSettings(seed=seed)
        temperature = self.fresh_temperature if fresh else self.temperature
        if temperature is not None:
            settings["temperature"] = temperature

        if self.max_tokens is not None:
            settings["max_tokens"] = self.max_tokens

        if self.constrained:
            settings["extra_body"] = {"structured_outputs": {"regex": FORMAT}}

        return settings
