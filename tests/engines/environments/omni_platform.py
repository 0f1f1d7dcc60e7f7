"""The CPU as a platform of vLLM-Omni 0.30, which has none but takes plugins.

vLLM's own CPU platform does the work; what vLLM-Omni asks beyond it is about a device's memory and
streams, which the CPU answers with the machine's memory and with nothing.
"""

from typing import Any


def plugin() -> str:
    """Name the platform, as the entry point group `vllm_omni.platform_plugins` wants it."""
    return f"{__name__}.CpuOmniPlatform"


def __getattr__(name: str) -> type:
    """Make the classes on demand: their bases cannot be imported while plugins are being listed."""
    if name not in _MAKERS:
        raise AttributeError(name)
    made = globals()[name] = _MAKERS[name]()
    return made


def _platform() -> type:
    import psutil
    import torch
    from vllm.platforms.cpu import CpuPlatform
    from vllm_omni.platforms.interface import OmniPlatform, OmniPlatformEnum

    class CpuOmniPlatform(OmniPlatform, CpuPlatform):
        _omni_enum = OmniPlatformEnum.UNSPECIFIED
        device_type = "cpu"

        @classmethod
        def get_diffusion_attn_backend_cls(cls, *_: Any, **__: Any) -> str:
            return f"{__name__}.CpuSDPABackend"

        @classmethod
        def get_default_stage_config_path(cls) -> str:
            return "vllm_omni/model_executor/stage_configs"

        @classmethod
        def supports_torch_inductor(cls) -> bool:
            return False

        @classmethod
        def is_available(cls) -> bool:
            return True

        @classmethod
        def get_torch_device(cls, local_rank: int | None = None) -> Any:
            return torch.device("cpu")

        @classmethod
        def get_device_count(cls) -> int:
            return 1

        @classmethod
        def get_device_name(cls, device_id: int = 0) -> str:
            return "cpu"

        @classmethod
        def get_device_version(cls) -> None:
            return None

        @classmethod
        def get_device_total_memory(cls, device_id: int = 0) -> int:
            return psutil.virtual_memory().total

        @classmethod
        def get_free_memory(cls, device: Any = None) -> int:
            return psutil.virtual_memory().available

        @classmethod
        def get_device_memory(cls, device: Any = None) -> tuple[int, int]:
            memory = psutil.virtual_memory()
            return memory.available, memory.total

        @classmethod
        def current_stream(cls, *_: Any, **__: Any) -> Any:
            return torch.cpu.current_stream()

        @classmethod
        def _nothing(cls, *_: Any, **__: Any) -> None:
            return None

        @classmethod
        def _zero(cls, *_: Any, **__: Any) -> int:
            return 0

        set_device = synchronize = empty_cache = record_device_event = _nothing
        reset_peak_memory_stats = _nothing
        memory_reserved = max_memory_reserved = memory_allocated = max_memory_allocated = _zero

    return CpuOmniPlatform


def _attention() -> type:
    from vllm_omni.diffusion.attention.backends.sdpa import SDPABackend, SDPAImpl

    class CpuSDPAImpl(SDPAImpl):
        def forward(self, query: Any, key: Any, value: Any, attn_metadata: Any = None) -> Any:
            # the base picks by platform and knows no CPU; this branch is plain torch
            return self.forward_cuda(query, key, value, attn_metadata)

    class CpuSDPABackend(SDPABackend):
        @staticmethod
        def get_impl_cls() -> type:
            return CpuSDPAImpl

    return CpuSDPABackend


_MAKERS = {"CpuOmniPlatform": _platform, "CpuSDPABackend": _attention}
