"""The pipelines that are known by name."""

import pytest

from editloop.memory import SettingsError
from editloop.tools.diffusers import DiffusersEditor
from editloop.tools.diffusers.presets import ALIASES, PRESETS, preset

RUNNABLE = [each.name for each in PRESETS.values() if not each.elsewhere and each.name != "custom"]


def test_an_unknown_preset_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="flux-kontext, flux2"):
        preset("photoshop")


@pytest.mark.parametrize("name", ["omnigen2", "step1x-edit"])
def test_what_diffusers_lacks_is_said_plainly_before_anything_is_loaded(name: str) -> None:
    with pytest.raises(SettingsError, match="diffusers has no"):
        DiffusersEditor(name)


def test_short_names_mean_presets() -> None:
    assert all(preset(short).name == name for short, name in ALIASES.items())


@pytest.mark.parametrize("name", RUNNABLE)
def test_a_preset_names_its_model_and_class(name: str) -> None:
    found = preset(name)
    assert found.model.count("/") == 1
    assert found.cls.endswith("Pipeline")
    assert found.guidance.scales


@pytest.mark.parametrize("name", RUNNABLE)
def test_guidance_that_is_on_by_default_has_the_negative_prompt_it_needs(name: str) -> None:
    guidance = preset(name).guidance
    if guidance.cfg == "true_cfg_scale" and guidance.scales[guidance.cfg] > 1:
        assert guidance.negative is not None


@pytest.mark.parametrize("name", RUNNABLE)
def test_a_preset_with_references_takes_one_request_at_a_time(name: str) -> None:
    found = preset(name)
    assert not (found.listed and found.batches)
    assert found.listed == bool(found.references)


def test_lightning_brings_its_weights_its_schedule_and_no_cfg() -> None:
    found = preset("qwen-image-edit-lightning")
    assert "8steps" in found.loras[0]
    assert found.steps == 8
    assert found.guidance.scales == {"true_cfg_scale": 1.0}
    assert found.scheduler
    assert found.scheduler["shift_terminal"] is None


def test_abilities_are_declared_before_anything_is_loaded() -> None:
    assert DiffusersEditor("flux-fill").abilities.mask
    assert DiffusersEditor("qwen-image-edit-plus").abilities.references == 2
    assert DiffusersEditor("flux-kontext", parameters={"size": "source"}).abilities.keeps_size
    assert not DiffusersEditor("flux-kontext").abilities.keeps_size
