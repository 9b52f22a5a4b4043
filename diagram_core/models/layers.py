"""What both image models are made of."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from diagram_core.models.images import Image

_GROUPS = 8


class Downsample(nn.Module):
    """Half the resolution, then one residual convolution (He et al. 2016, pre-activation)."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(_GROUPS, before)
        self.down = nn.Conv2d(before, after, 3, stride=2, padding=1)
        self.norm_residual = nn.GroupNorm(_GROUPS, after)
        self.residual = nn.Conv2d(after, after, 3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        features = self.down(functional.relu(self.norm(features)))
        residual: Tensor = self.residual(functional.relu(self.norm_residual(features)))
        return features + residual


def channels_first(images: Image) -> Tensor:
    """A view [n, 3, h, w] of images [n, h, w, 3]: memory stays channels last, fastest for convolutions."""
    return torch.from_numpy(images).permute(0, 3, 1, 2)


def ink_of(images: Tensor) -> Tensor:
    """0 for white, 1 for black; so that the padding of a convolution is paper."""
    return 1 - images.float() / 255


def with_positions(ink: Tensor) -> Tensor:
    """[n, c, h, w] and two channels that say where a pixel is, -1 to 1 (CoordConv, Liu et al. 2018)."""
    count, _, height, width = ink.shape
    rows = torch.linspace(-1, 1, height, device=ink.device).view(1, 1, height, 1).expand(count, 1, height, width)
    columns = torch.linspace(-1, 1, width, device=ink.device).view(1, 1, 1, width).expand(count, 1, height, width)
    return torch.cat([ink, rows, columns], dim=1)
