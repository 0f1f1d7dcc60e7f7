"""Arguments that would do nothing are refused before the first edit."""

from typing import Any

import pytest

from editloop.memory import SettingsError
from editloop.tools.diffusers.choices import Sampling
from editloop.tools.diffusers.plan import Facts, Plan, inspected, planned, taken_by
from editloop.tools.diffusers.presets import preset

NONE = Facts()
COMMON = ("prompt", "image", "num_inference_steps", "generator", "width", "height")
KONTEXT = (*COMMON, "guidance_scale", "true_cfg_scale", "negative_prompt", "max_area", "sigmas")
QWEN = (*COMMON, "guidance_scale", "true_cfg_scale", "negative_prompt")
KLEIN = (*COMMON, "guidance_scale")
PIX2PIX = (*COMMON, "guidance_scale", "image_guidance_scale", "negative_prompt")


def plan(
    name: str,
    taken: tuple[str, ...],
    facts: Facts = NONE,
    **chosen: Any,
) -> Plan:
    sampling = Sampling(
        **{key: chosen.pop(key) for key in ("steps", "guidance", "negative") if key in chosen},
        knobs=chosen,
    )
    return planned(preset(name), sampling, dict.fromkeys(taken), facts)


def test_guidance_means_the_main_scale_by_whatever_name() -> None:
    assert plan("flux-kontext", KONTEXT, guidance=4.0).arguments["guidance_scale"] == 4.0
    assert plan("qwen-image-edit", QWEN, guidance=2.0).arguments == {"true_cfg_scale": 2.0}


def test_true_cfg_is_called_with_the_negative_prompt_that_turns_it_on() -> None:
    made = plan("qwen-image-edit", QWEN)
    assert made.cfg
    assert made.negative == " "


def test_cfg_that_is_off_is_on_record_and_takes_no_negative_prompt() -> None:
    made = plan("qwen-image-edit", QWEN, guidance=1.0)
    assert made.details["cfg"] is False
    assert made.negative is None


def test_a_negative_prompt_that_would_do_nothing_is_refused() -> None:
    with pytest.raises(SettingsError, match="does nothing while true_cfg_scale is at most 1"):
        plan("flux-kontext", KONTEXT, negative="blurry")


def test_a_negative_prompt_works_once_true_cfg_is_raised() -> None:
    made = plan("flux-kontext", KONTEXT, negative="blurry", true_cfg_scale=2.0)
    assert (made.negative, made.cfg) == ("blurry", True)


def test_an_argument_that_the_pipeline_does_not_take_is_refused_with_those_it_takes() -> None:
    with pytest.raises(SettingsError, match=r"takes no 'cfg'; it takes .*sigmas"):
        plan("flux-kontext", KONTEXT, cfg=4.0)


def test_an_argument_that_is_ours_is_refused() -> None:
    with pytest.raises(SettingsError, match="num_images_per_prompt cannot be set"):
        plan("flux-kontext", KONTEXT, num_images_per_prompt=4)


def test_a_pipeline_that_changed_its_words_is_noticed_when_it_is_opened() -> None:
    with pytest.raises(SettingsError, match="takes no 'true_cfg_scale'"):
        plan("qwen-image-edit", COMMON)


def test_a_scale_that_these_weights_do_not_read_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"guidance_scale does nothing.*set true_cfg_scale"):
        plan("qwen-image-edit", QWEN, Facts(guidance_embeds=False), guidance_scale=3.0)


def test_a_default_scale_that_these_weights_do_not_read_is_left_out_of_the_record() -> None:
    made = plan("flux-kontext", KONTEXT, Facts(guidance_embeds=False))
    assert "guidance_scale" not in made.details


def test_weights_that_need_an_embedded_scale_ask_for_it() -> None:
    with pytest.raises(SettingsError, match="need guidance_scale"):
        plan("qwen-image-edit", QWEN, Facts(guidance_embeds=True))


def test_guidance_on_distilled_weights_is_refused_and_off_by_default() -> None:
    distilled = Facts(distilled=True)
    with pytest.raises(SettingsError, match="distilled"):
        plan("flux2-klein", KLEIN, distilled, guidance=4.0)
    made = plan("flux2-klein", KLEIN, distilled)
    assert (made.steps, made.cfg, made.arguments["guidance_scale"]) == (4, False, 1.0)


def test_undistilled_weights_get_their_steps_and_guidance() -> None:
    made = plan("flux2-klein", KLEIN, Facts(distilled=False))
    assert (made.steps, made.cfg, made.arguments["guidance_scale"]) == (50, True, 4.0)


def test_a_second_scale_that_would_turn_guidance_off_is_refused() -> None:
    with pytest.raises(
        SettingsError, match=r"image_guidance_scale=0.5 would turn all guidance off"
    ):
        plan("instruct-pix2pix", PIX2PIX, image_guidance_scale=0.5)


def test_a_scale_that_is_no_number_is_refused() -> None:
    with pytest.raises(SettingsError, match="'high' must be a number"):
        plan("qwen-image-edit", QWEN, true_cfg_scale="high")


def stranger(
    image: object,
    prompt: str,
    true_cfg_scale: float = 3.0,
    num_inference_steps: int = 7,
    generator: object = None,
    negative_prompt: str = "",
    mask_image: object = None,
) -> None:
    """A pipeline that no preset knows."""


def test_any_other_pipeline_is_called_by_its_signature() -> None:
    found = inspected(preset("custom"), stranger, "StrangerPipeline")
    assert (found.steps, found.callback, found.sized) == (7, "scheduler", None)
    assert found.mask == "mask_image"
    made = planned(found, Sampling(), taken_by(stranger), Facts())
    assert (made.cfg, made.negative) == (True, " ")


def test_a_pipeline_without_a_source_picture_is_no_editor() -> None:
    def paints(prompt: str, num_inference_steps: int = 4) -> None: ...

    with pytest.raises(SettingsError, match="PaintsPipeline takes no image and prompt"):
        inspected(preset("custom"), paints, "PaintsPipeline")
