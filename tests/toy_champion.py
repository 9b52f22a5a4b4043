"""A champion in milliseconds: untrained image models, and a language model that knows five plans by heart."""

from __future__ import annotations

import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

PLANS = (
    "network right sky soft full\n4 6 1",
    "network down sand box full\n4 6 1",
    "network right mint round short\n4 6 1",
    "chart right rose soft full\ntable > [model] > text",
    "network right",  # no plan: it cannot be read
)


class ToyChampion:
    """Takes the place of the champion; `prompts` are those that its language model was asked."""

    def __init__(self) -> None:
        self.prompts: list[str] = []

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """From now on, in this process."""
        import torch

        from diagram_core import drawing
        from diagram_core.models import neighbors
        from diagram_core.models.autoencoder import Autoencoder, Encoder
        from diagram_core.models.readability import Ensemble, ReadabilityNet
        from diagram_core.models.taste_space import TasteSpace
        from tasks.config import GenerateConfig, RecommendConfig

        torch.manual_seed(0)
        encoder = Encoder(Autoencoder(latent_size=8), 48)
        encoder.model.eval()
        encoder.model.to_latent.weight.data *= 100  # untrained, it would see next to no difference between drawings
        space = TasteSpace(encoder)
        rater = neighbors.fit(space.latents([]), [], [], [], 10, space.aspect_sizes)
        judge = drawing.Judge(Ensemble((ReadabilityNet(mean=0.2).eval(),), 48), space, rater, RecommendConfig())
        language_model: Any = SimpleNamespace()
        parts = drawing.Parts(language_model, "plan", GenerateConfig(), judge)
        monkeypatch.setattr(drawing, "load_parts", lambda folders: parts)
        monkeypatch.setattr(drawing, "load_judge", lambda folders: judge)
        monkeypatch.setattr(drawing, "generate", self._generate)
        monkeypatch.setattr("tasks.registry.champion", lambda profile: Path("bundle"))
        monkeypatch.setattr("tasks.bundle.read", lambda folder: SimpleNamespace(folder=folder))

    def _generate(self, model: Any, prompt: str, count: int, settings: Any, seed: int) -> list[Any]:
        from diagram_core.generate import Candidate

        self.prompts.append(prompt)
        texts = random.Random(seed).sample(PLANS, min(count, len(PLANS)))
        return [Candidate(text, -0.1, 20, stopped=True, seconds=0.1) for text in texts]
