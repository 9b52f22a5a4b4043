"""What this machine can do, and which profile fits it. Torch is imported only where there may be a GPU for it."""

from __future__ import annotations

import importlib.util
import os
import shutil
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

GIB = 2**30
PROFILES_BY_GPU_GIB = ((70, "gpu-80gb"), (10, "gpu-12gb"))  # a "12 GB" card reports a little less
FLASH_ATTENTION_CAPABILITY = (8, 0)  # Ampere


@dataclass(frozen=True)
class Machine:
    """Facts about the hardware and about what the installed torch makes of it."""

    cores: int
    memory_bytes: int
    gpu: str | None  # the name of the first GPU that torch can use
    gpu_memory_bytes: int
    bfloat16: bool  # in matrix units of the GPU, or of the CPU where there is no GPU; else float32 is faster
    flash_attention: bool
    nvidia_driver: bool  # true beside `gpu=None`: torch has no CUDA, or one that is too new for it
    torch_version: str


def machine() -> Machine:
    """Look at the machine; 10 ms with a CPU-only torch, the time of importing torch otherwise."""
    gpu, gpu_memory_bytes, bfloat16, flash_attention = _gpu()
    return Machine(
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        gpu=gpu,
        gpu_memory_bytes=gpu_memory_bytes,
        bfloat16=bfloat16,
        flash_attention=flash_attention,
        nvidia_driver=shutil.which("nvidia-smi") is not None,
        torch_version=metadata.version("torch"),
    )


def fitting_profile(facts: Machine) -> str:
    """The name of the largest profile that the machine has the GPU memory for."""
    for gibibytes, profile in PROFILES_BY_GPU_GIB:
        if facts.gpu_memory_bytes >= gibibytes * GIB:
            return profile
    return "cpu"


def local_timezone() -> dict[str, str]:
    """The machine's time zone by its IANA name, as a build step of prefect.yaml: 03:00 shall be at night here."""
    from tzlocal import get_localzone_name

    return {"timezone": get_localzone_name()}


@cache
def _gpu() -> tuple[str | None, int, bool, bool]:
    """Name, bytes, bfloat16 and flash attention of the first GPU, or of the CPU in its place."""
    if metadata.version("torch").endswith("+cpu"):
        return None, 0, _cpu_has_amx(), False
    import torch

    if not torch.cuda.is_available():
        return None, 0, _cpu_has_amx(), False
    properties = torch.cuda.get_device_properties(0)
    capable = (properties.major, properties.minor) >= FLASH_ATTENTION_CAPABILITY
    flash_attention = capable and importlib.util.find_spec("flash_attn") is not None
    bfloat16 = torch.cuda.is_bf16_supported(including_emulation=False)
    return properties.name, properties.total_memory, bfloat16, flash_attention


def _cpu_has_amx() -> bool:
    """Whether the CPU multiplies bfloat16 matrices in hardware, by what Linux says of it."""
    cpuinfo = Path("/proc/cpuinfo")
    return cpuinfo.is_file() and "amx_bf16" in cpuinfo.read_text(encoding="utf-8").split()
