"""In what precision this machine computes fastest."""

from __future__ import annotations

import torch


def has_bfloat16(device: str) -> bool:
    """Whether matrices of bfloat16 are multiplied in hardware: on a CPU without AMX they are emulated, or so narrow
    that float32 is faster."""
    if device == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.cpu._is_amx_tile_supported()


def mixed_precision(device: str) -> torch.autocast:
    """A context in which convolutions and matrix products run in bfloat16 where that is in hardware, with weights kept
    in float32 (Micikevicius et al. 2018); where it is not, nothing changes."""
    return torch.autocast(device, torch.bfloat16, enabled=has_bfloat16(device))
