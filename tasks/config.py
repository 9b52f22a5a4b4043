"""The typed form of a profile: one YAML file in configs/, one class a stage, and nothing that no stage reads."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, ValidationError, model_validator

from diagram_core.errors import UsageError

CONFIG_DIR = Path(__file__).resolve().parent.parent / "configs"
STARTER_DIR = CONFIG_DIR.parent / "starter"  # what is shipped trained
ENVIRONMENT = {  # variables for what is one machine's rather than one profile's; a profile that names it wins
    "artifacts_dir": "DIAGRAMFORGE_HOME",
    "tracking_uri": "MLFLOW_TRACKING_URI",
    "ratings_url": "DIAGRAMFORGE_RATINGS",
    "model_name": "DIAGRAMFORGE_MODEL",
}

Notation = Literal["plan", "compact", "list"]
Device = Literal["auto", "cpu", "cuda"]
Dtype = Literal["auto", "float32", "bfloat16", "float16"]
Attention = Literal["auto", "eager", "sdpa", "flash_attention_2"]
LanguageModelForm = Literal["merged", "quantized"]  # with the adapters merged in; quantized by GPTQ after that


class Section(BaseModel):
    """A part of a profile: immutable, and it refuses keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SynthesizeConfig(Section):
    train_examples: int = Field(gt=0)
    validation_examples: int = Field(gt=0)
    test_examples: int = Field(gt=0)
    notation: Notation = "plan"
    conversations: Path | None = None  # JSON to train on in place of train_examples made-up ones
    seed: int = 0


class BaseConfig(Section):
    """model: "starter" (SmolLM2-135M-Instruct), "tiny" (a random Llama for tests), a hub id or a folder."""

    model: str
    adapter: Literal["starter"] | None = None  # the shipped adapter, merged in, so that training goes on from it


class LoraSection(Section):
    rank: int = Field(default=16, gt=0)
    alpha: int = Field(default=32, gt=0)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    target_modules: tuple[str, ...] = ("q_proj", "k_proj", "v_proj", "o_proj")


class TrainerSection(Section):
    """What SFT and ORPO have in common."""

    learning_rate: float = Field(gt=0)
    max_steps: int = Field(gt=0)
    batch_size: int = Field(gt=0)  # examples an optimizer step; micro-batches are made of it
    micro_batch_size: int = Field(gt=0)
    max_length: int = Field(gt=0)  # tokens of prompt and answer together
    warmup_ratio: float = Field(default=0.05, ge=0, le=1)  # of the steps, in which the learning rate rises in a line
    # Of the steps, in which it falls to 0 in half a cosine; between the two it is constant. None: all after the rise.
    # A constant rate lets a training be prolonged (warmup-stable-decay; Hu et al. 2024, MiniCPM).
    decay_ratio: float | None = Field(default=None, ge=0, le=1)
    save_steps: int = Field(gt=0)
    logging_steps: int = Field(default=5, gt=0)
    gradient_checkpointing: bool = False
    optimizer: Literal["adamw", "adamw_8bit"] = "adamw"
    dtype: Dtype = "auto"
    attention: Attention = "auto"
    device: Device = "auto"
    seed: int = 0

    @model_validator(mode="after")
    def _rate_rises_before_it_falls(self) -> Self:
        if self.warmup_ratio + (self.decay_ratio or 0) > 1:
            raise ValueError(
                f"warmup_ratio {self.warmup_ratio} and decay_ratio {self.decay_ratio} are more than 1 together"
            )
        return self

    @model_validator(mode="after")
    def _micro_batches_fill_the_batch(self) -> Self:
        if self.batch_size % self.micro_batch_size:
            raise ValueError(
                f"batch_size {self.batch_size} is not a multiple of micro_batch_size {self.micro_batch_size}"
            )
        return self


class SftConfig(TrainerSection):
    method: Literal["lora", "qlora", "full"] = "lora"
    # Nats a token on held-out answers. Above 0 only for a base that knows such answers already.
    max_loss_increase: float = Field(default=0.0, ge=0)
    compile: bool = False  # a training step takes 0.6 of the time, after a minute of compiling
    lora: LoraSection = LoraSection()


class OrpoConfig(TrainerSection):
    beta: float = Field(default=0.1, gt=0)
    pairs: int = Field(gt=0)
    lora: LoraSection = LoraSection()


class QuantizeConfig(Section):
    bits: Literal[4, 8] = 4
    group_size: Literal[32, 64, 128] = 32
    calibration_examples: int = Field(gt=0)
    check_examples: int = Field(gt=0)
    max_loss_increase: float = Field(gt=0)  # nats a token on held-out answers, against the model before
    device: Device = "auto"


class RenderConfig(Section):
    correct_diagrams: int = Field(gt=0)
    spoiled_diagrams: int = Field(gt=0)
    half_trained_diagrams: int = Field(default=0, ge=0)  # as half-trained models write them, from nothing
    image_height_px: int = Field(default=96, ge=32)  # the width follows the canvas, 5 : 3
    held_out_share: float = Field(default=0.15, gt=0, lt=1)
    seed: int = 0


class ReadabilityConfig(Section):
    folds: int = Field(default=5, ge=2)
    epochs: int = Field(gt=0)
    batch_size: int = Field(default=16, gt=0)
    learning_rate: float = Field(default=1e-2, gt=0)
    min_gain: float = Field(default=0.2, gt=0, lt=1)  # share of the variance that held-out predictions must explain
    start: Literal["starter"] | None = None  # the shipped networks, so that training goes on from them
    scores: Path | None = None  # JSON lines of drawings that people rated, to learn from, too
    device: Device = "auto"
    seed: int = 0


class AutoencoderConfig(Section):
    latent_size: int = Field(default=32, gt=0)
    epochs: int = Field(gt=0)
    batch_size: int = Field(default=16, gt=0)
    learning_rate: float = Field(default=3e-3, gt=0)
    min_gain: float = Field(default=0.1, gt=0, lt=1)  # reconstruction against always answering the mean image
    device: Device = "auto"
    seed: int = 0


class NeighborsConfig(Section):
    max_neighbors: int = Field(default=40, gt=0)


class RaterConfig(NeighborsConfig):
    """What the neighbors stage sees: its own section, and where the ratings are (an SQLAlchemy URL)."""

    ratings_url: str


class GenerateConfig(Section):
    """How candidates are sampled; frozen into the bundle."""

    style_temperature: float = Field(default=1.0, gt=0)  # where taste lives
    temperature: float = Field(default=0.8, gt=0)  # what was asked: candidates differ where the model is unsure
    max_new_tokens: int = Field(default=320, gt=0)
    max_seconds: float = Field(default=120, gt=0)


class RecommendConfig(Section):
    readability_weight: float = Field(default=0.5, ge=0, le=1)  # the rest goes to the user's expected rating
    max_overlap_share: float = Field(default=0.01, ge=0, le=1)  # of the smaller shape: a hard check
    max_off_canvas_share: float = Field(default=0.0, ge=0, le=1)


class BundleConfig(Section):
    """What register freezes beside the models."""

    language_model: LanguageModelForm
    notation: Notation
    generate: GenerateConfig
    recommend: RecommendConfig


class EvaluateConfig(Section):
    prompts: int = Field(gt=0)
    count: int = Field(default=5, gt=0)
    seed: int = 0


class DrawingTestConfig(EvaluateConfig):
    """What the evaluate stage sees: its own section, and the settings of drawing."""

    drawing: BundleConfig


class CompareConfig(Section):
    """How language models are asked, as they are, when a base model is chosen."""

    prompts: int = Field(default=20, gt=0)
    prompts_file: Path | None = None  # rows as `evaluate prompts` takes them; made-up ones unless told
    shots: int = Field(default=2, ge=0)  # examples before each prompt
    notation: Notation = "list"
    max_new_tokens: int = Field(default=1536, gt=0)
    max_seconds: float = Field(default=300, gt=0)  # an answer
    dtype: Dtype = "auto"
    device: Device = "auto"
    seed: int = 0


class CandidateConfig(CompareConfig):
    """What measuring one of them sees; model: as in `base`."""

    model: str


class RegistryConfig(Section):
    language_model: LanguageModelForm = "merged"
    min_valid_rate: float = Field(default=0.0, ge=0, le=1)
    tolerance: float = Field(default=0.02, ge=0)  # how much worse than the champion still counts as equal


class PipelineConfig(Section):
    """Where things live. Relative paths are relative to the folder that the command runs in."""

    artifacts_dir: Path = Path("artifacts")
    tracking_uri: str | None = None  # sqlite in the artifacts folder
    ratings_url: str | None = None  # sqlite in the artifacts folder
    model_name: str = "diagramforge"  # that MLflow registers bundles under
    experiment: str = "diagramforge"
    max_attempts: int = Field(default=4, ge=1)
    retry_delay_seconds: tuple[NonNegativeFloat, ...] = Field(default=(2.0, 30.0, 120.0), min_length=1)  # one a retry
    stage_timeout_seconds: float = Field(default=6 * 3600, gt=0)


class Profile(Section):
    """A whole profile. Each stage sees its own section only."""

    name: str
    pipeline: PipelineConfig = PipelineConfig()
    synthesize: SynthesizeConfig
    base: BaseConfig
    sft: SftConfig
    orpo: OrpoConfig
    quantize: QuantizeConfig
    render: RenderConfig
    readability: ReadabilityConfig
    autoencoder: AutoencoderConfig
    neighbors: NeighborsConfig = NeighborsConfig()
    generate: GenerateConfig = GenerateConfig()
    recommend: RecommendConfig = RecommendConfig()
    evaluate: EvaluateConfig
    registry: RegistryConfig = RegistryConfig()
    compare: CompareConfig = CompareConfig()

    @property
    def candidate(self) -> CandidateConfig:
        """The section of measuring the base model as a candidate, gathered from those of others."""
        return CandidateConfig(model=self.base.model, **self.compare.model_dump())

    @property
    def bundle(self) -> BundleConfig:
        """The section of the register stage, gathered from those of others."""
        return BundleConfig(
            language_model=self.registry.language_model,
            notation=self.synthesize.notation,
            generate=self.generate,
            recommend=self.recommend,
        )

    @property
    def drawing_test(self) -> DrawingTestConfig:
        """The section of the evaluate stage, gathered from those of others."""
        return DrawingTestConfig(**self.evaluate.model_dump(), drawing=self.bundle)

    @property
    def rater(self) -> RaterConfig:
        """The section of the neighbors stage, gathered from those of others."""
        return RaterConfig(**self.neighbors.model_dump(), ratings_url=self.ratings_url())

    def tracking_uri(self) -> str:
        """The MLflow store, absolute: a relative one would depend on the folder a worker happens to run in."""
        return self.pipeline.tracking_uri or f"sqlite:///{self.artifacts_dir() / 'mlflow.db'}"

    def ratings_url(self) -> str:
        """The ratings database as an SQLAlchemy URL."""
        return self.pipeline.ratings_url or f"sqlite:///{self.artifacts_dir() / 'ratings.db'}"

    def artifacts_dir(self) -> Path:
        """The artifacts folder, absolute."""
        return self.pipeline.artifacts_dir.absolute()


def profile_names() -> list[str]:
    """Names of the shipped profiles."""
    return sorted(path.stem for path in CONFIG_DIR.glob("*.yaml"))


def load_profile(name: str, overrides: list[str] | None = None) -> Profile:
    """Read configs/NAME.yaml, or a YAML file by path, and apply `key.path=value` overrides.

    Raises UsageError that names the unknown profile, key or contradiction.
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else CONFIG_DIR / f"{name}.yaml"
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(
            f"no profile {name!r}: choose one of {', '.join(profile_names())}, or give a .yaml file"
        ) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"cannot read the profile {path}: {' '.join(str(error).split())}") from None
    if not isinstance(values, dict):
        raise UsageError(f"the profile {path} holds no keys: start from {CONFIG_DIR / 'cpu.yaml'}")
    for override in overrides or []:
        _override(values, override)
    pipeline = values.get("pipeline")
    if pipeline is None or isinstance(pipeline, dict):
        values["pipeline"] = _environment() | (pipeline or {})
    try:
        return Profile.model_validate({"name": path.stem, **values})
    except ValidationError as error:
        raise UsageError(f"profile {name}: {_first_problem(error)}") from None


def _environment() -> dict[str, str]:
    return {key: os.environ[name] for key, name in ENVIRONMENT.items() if os.environ.get(name)}


def _override(values: dict[str, Any], override: str) -> None:
    path, separator, text = override.partition("=")
    if not separator or not path:
        raise UsageError(f"--set {override!r} is not of the form key.path=value, for example sft.max_steps=20")
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        raise UsageError(f"--set {override!r}: {text!r} is not a value; quote text as in key='\"a: b\"'") from None
    *parents, last = path.split(".")
    section = values
    for key in parents:
        section = section.setdefault(key, {})
        if not isinstance(section, dict):
            raise UsageError(f"--set {override!r}: {key} is a value, not a section")
    section[last] = value


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"{key} is not a known key; see configs/ for those there are"
    return f"{key}: {problem['msg']} (given: {problem.get('input')!r})"
