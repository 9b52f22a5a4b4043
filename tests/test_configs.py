"""Every shipped profile is valid, and what is wrong in a profile is named."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from diagram_core.errors import UsageError
from tasks.config import CONFIG_DIR, load_profile, profile_names


def test_the_profiles_that_the_documentation_names_are_shipped() -> None:
    assert set(profile_names()) >= {"cpu", "gpu-12gb", "gpu-80gb", "smoke", "starter"}


@pytest.mark.parametrize("name", [path.stem for path in sorted(CONFIG_DIR.glob("*.yaml"))])
def test_every_profile_validates_without_the_hardware_that_it_is_for(name: str) -> None:
    assert load_profile(name).name == name


@pytest.mark.parametrize("name", ["gpu-12gb", "gpu-80gb"])
def test_the_gpu_profiles_train_the_earlier_systems_model_as_it_did(name: str) -> None:
    profile = load_profile(name)
    assert profile.base.model == "deepseek-ai/deepseek-coder-1.3b-instruct"
    assert profile.sft.lora.rank == 16
    assert profile.sft.lora.target_modules == ("q_proj", "k_proj", "v_proj", "o_proj")


def test_what_is_shipped_is_made_without_what_was_shipped_before() -> None:
    profile = load_profile("starter")
    assert (profile.base.model, profile.base.adapter, profile.readability.start) == ("starter", None, None)


@pytest.mark.parametrize(
    ("overrides", "named"),
    [
        (["sft.max_stepz=3"], "sft.max_stepz is not a known key"),
        (["quantize.seed=3"], "quantize.seed is not a known key"),
        (["sfd.max_steps=3"], "sfd is not a known key"),
        (["sft.max_steps=many"], "sft.max_steps"),
        (["sft.max_steps=-1"], "sft.max_steps"),
        (
            ["sft.batch_size=8", "sft.micro_batch_size=3"],
            "batch_size 8 is not a multiple of micro_batch_size 3",
        ),
        (["sft.warmup_ratio=0.4", "sft.decay_ratio=0.7"], "warmup_ratio 0.4 and decay_ratio 0.7"),
        (["sft.max_steps"], "not of the form key.path=value"),
        (["=3"], "not of the form key.path=value"),
        (["name.x=3"], "name"),
        (["pipeline=3"], "pipeline: Input should be a valid dictionary"),
        (["pipeline=false"], "pipeline: Input should be a valid dictionary"),
        (["sft.max_steps={"], "is not a value"),
    ],
)
def test_a_wrong_override_is_named(overrides: list[str], named: str) -> None:
    with pytest.raises(UsageError) as error:
        load_profile("smoke", overrides)
    assert named in str(error.value)
    assert "\n" not in str(error.value)


def test_overrides_reach_their_key() -> None:
    profile = load_profile("smoke", ["sft.max_steps=7", "sft.lora.target_modules=[q_proj]"])
    assert profile.sft.max_steps == 7
    assert profile.sft.lora.target_modules == ("q_proj",)


def test_an_unknown_profile_names_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"no profile 'enormous'.*cpu, gpu-12gb, gpu-80gb, smoke, starter"):
        load_profile("enormous")


def test_an_unknown_key_in_a_file_is_named(tmp_path: Path) -> None:
    values = yaml.safe_load((CONFIG_DIR / "smoke.yaml").read_text(encoding="utf-8"))
    values["render"]["colour"] = "red"
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    with pytest.raises(UsageError, match=r"render\.colour is not a known key"):
        load_profile(str(path))


def test_a_file_that_is_no_profile_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    for content in (b"", b"just text", b"a: [", b"\xff\xfe\x00"):
        path.write_bytes(content)
        with pytest.raises(UsageError) as error:
            load_profile(str(path))
        assert "mine.yaml" in str(error.value)
        assert "\n" not in str(error.value)
