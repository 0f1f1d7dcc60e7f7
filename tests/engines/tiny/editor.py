"""A trained InstructPix2Pix of a million parameters: it recolours a shape if it is told so precisely.

It learned precise sentences with the right pictures. Comparisons and open wishes it learned with
pictures of any colour, or none changed, as if nobody had labelled them with care: it follows those by
luck only. Pictures of held-out cases, and their changes of colour, are not among the examples.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

import diffusers
import numpy as np
import torch
import torch.nn.functional as F
from transformers import CLIPTextConfig, CLIPTextModel

from . import editor_words, world

_VAE_STEPS, _UNET_STEPS = 900, 1000
_BATCH = 16
_SCENES = 512
_SCHEDULE = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "v_prediction",  # noise alone would say little of colours at high noise
}
_VAGUE = 0.25  # share of the examples whose sentence says no colour
_DROPPED = (
    0.08  # share without text, and share without picture: classifier-free guidance needs both
)


def build(folder: Path) -> None:
    """Train it and save it as a pipeline of diffusers."""
    torch.set_num_threads(1)  # on tensors this small two threads wait for each other
    vae = _trained_vae(_dice())
    words = editor_words.clip(900, world.sentences())
    text, unet = _trained_unet(_dice(), vae, words)
    diffusers.StableDiffusionInstructPix2PixPipeline(
        vae=vae,
        text_encoder=text,
        tokenizer=words,
        unet=unet,
        scheduler=diffusers.EulerDiscreteScheduler(timestep_spacing="linspace", **_SCHEDULE),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)


def _dice() -> random.Random:
    """Start all chance anew, so that a part does not depend on those before it."""
    torch.manual_seed(0)
    return random.Random(0)


def _trained_vae(rnd: random.Random) -> Any:
    vae = diffusers.AutoencoderKL(
        in_channels=3,
        out_channels=3,
        latent_channels=4,
        norm_num_groups=4,
        layers_per_block=1,
        block_out_channels=(16,) * 3,
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        sample_size=world.SIZE,
        mid_block_add_attention=False,
    )
    scenes = world.training_scenes(rnd)
    tune = _Tuning("vae", vae.parameters(), _VAE_STEPS, rate=2e-3)
    for _ in range(_VAE_STEPS):
        pictures = _tensor(list(islice(scenes, _BATCH // 2)))
        latents = vae.encode(pictures).latent_dist.mode()
        noisy = latents + 0.05 * torch.randn_like(latents)
        loss = F.mse_loss(vae.decode(noisy).sample, pictures) + 1e-4 * latents.pow(2).mean()
        tune.step(loss)

    vae.eval()
    with torch.no_grad():
        spread = vae.encode(_tensor(list(islice(scenes, 64)))).latent_dist.mode().std()
    vae.register_to_config(scaling_factor=1 / float(spread))
    return vae


def _trained_unet(rnd: random.Random, vae: Any, words: Any) -> tuple[Any, Any]:
    """Train the text encoder and the UNet together: a random encoder hardly tells sentences apart."""
    text = _text_encoder(words)
    unet = diffusers.UNet2DConditionModel(
        in_channels=8,
        out_channels=4,
        sample_size=world.SIZE // 4,
        layers_per_block=1,
        norm_num_groups=8,
        block_out_channels=(32, 64),
        cross_attention_dim=32,
        attention_head_dim=16,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),  # no attention where it is dear
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    )
    noising = diffusers.DDPMScheduler(**_SCHEDULE)
    lessons = _Lessons(rnd, vae, words)
    tune = _Tuning("unet", [*text.parameters(), *unet.parameters()], _UNET_STEPS, rate=2e-3)
    for _ in range(_UNET_STEPS):
        source, target, sentences = lessons.batch(_BATCH)
        noise = torch.randn_like(target)
        times = torch.randint(0, noising.config.num_train_timesteps, (_BATCH,))
        noisy = noising.add_noise(target, noise, times)
        told = text(sentences)[0]
        velocity = unet(torch.cat([noisy, source], 1), times, told).sample
        tune.step(F.mse_loss(velocity, noising.get_velocity(target, noise, times)))

    return text.eval(), unet.eval()


def _text_encoder(words: Any) -> Any:
    config = CLIPTextConfig(
        vocab_size=len(words),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        projection_dim=32,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
        max_position_embeddings=words.model_max_length,
    )
    return CLIPTextModel(config).train()


class _Lessons:
    """Latents of many scenes in every colour, put together anew for every batch."""

    def __init__(self, rnd: random.Random, vae: Any, words: Any) -> None:
        self._rnd, self._words = rnd, words
        self._scenes = list(islice(world.training_scenes(rnd), _SCENES))
        self._scale = vae.config.scaling_factor
        with torch.no_grad():
            self._latents = {
                colour: torch.cat(list(_encoded(vae, self._scenes, colour)))
                for colour in world.COLOURS
            }

    def batch(self, count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return latents of the sources, scaled latents of the targets, and tokens."""
        sources, targets, sentences = [], [], []
        for _ in range(count):
            at = self._rnd.randrange(_SCENES)
            scene = world.recoloured(self._scenes[at], self._rnd.choice(list(world.COLOURS)))
            goal, sentence = self._lesson(scene)
            source = self._latents[scene.colour][at]
            hidden = self._rnd.random() < _DROPPED
            sources.append(torch.zeros_like(source) if hidden else source)
            targets.append(self._latents[goal][at] * self._scale)
            sentences.append("" if self._rnd.random() < _DROPPED else sentence)

        padded = self._words(sentences, padding="max_length", return_tensors="pt")
        return torch.stack(sources), torch.stack(targets), padded.input_ids

    def _lesson(self, scene: world.Scene) -> tuple[str, str]:
        """Return the colour of the target, and what is said of it."""
        goal = self._rnd.choice(list(world.COLOURS))
        if self._rnd.random() < _VAGUE:
            kind: world.Kind = self._rnd.choice(("compared", "open"))
            painted = self._rnd.choice((scene.colour, self._rnd.choice(list(world.COLOURS))))
            return painted, world.said(self._rnd, kind, scene.shape, goal)

        if goal != scene.colour and world.is_held_out(scene, goal):
            return self._lesson(scene)

        return goal, world.said(self._rnd, "named", scene.shape, goal)


class _Tuning:
    """An optimiser with one cycle of its rate, which says how far it is."""

    def __init__(self, name: str, parameters: Any, steps: int, rate: float) -> None:
        self._name, self._steps, self._done = name, steps, 0
        self._parameters = list(parameters)
        self._optimiser = torch.optim.AdamW(self._parameters, rate)
        self._rate = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser, rate, total_steps=steps, pct_start=0.1
        )
        self._began = perf_counter()

    def step(self, loss: torch.Tensor) -> None:
        """Learn from one batch."""
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._parameters, 1.0)
        self._optimiser.step()
        self._rate.step()
        self._done += 1
        if self._done % max(1, self._steps // 8) == 0:
            seconds = perf_counter() - self._began
            told = f"{self._name} {self._done}/{self._steps}: loss {loss.item():.4f}"
            print(f"editor: {told}, {seconds:.0f} s", flush=True)


def _encoded(vae: Any, scenes: Sequence[world.Scene], colour: str) -> Iterator[torch.Tensor]:
    painted = [world.recoloured(scene, colour) for scene in scenes]
    for start in range(0, len(painted), 64):
        yield vae.encode(_tensor(painted[start : start + 64])).latent_dist.mode()


def _tensor(scenes: Sequence[world.Scene]) -> torch.Tensor:
    """Pictures as the VAE reads them: (number, channel, row, column), -1 to 1."""
    pixels = np.stack([np.asarray(scene.draw()) for scene in scenes])
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1
