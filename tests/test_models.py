"""The list of weights and their state on this machine."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import pytest

from voice_interviewer.adapters import models
from voice_interviewer.adapters.model_manifest import (
    FolderSource,
    HubSource,
    Model,
    ModelFile,
    PackageSource,
    find_models,
    load_manifest,
)
from voice_interviewer.adapters.models import check_model, model_path
from voice_interviewer.core.errors import ModelError, UsageError

CONTENT = b"weights" * 100
OTHER_BUILD = b"another conversion"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def small_model(*, sha256: str = digest(CONTENT)) -> Model:
    files = (ModelFile("model.bin", len(CONTENT), sha256), ModelFile("config.json", 2, digest(b"{}")))
    other = (ModelFile("model.bin", len(OTHER_BUILD), digest(OTHER_BUILD)),)
    hub = HubSource(other, "somebody/something", "0" * 40, "")
    return Model("small", "testing", "MIT", "nobody", False, files, (FolderSource(files), hub))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VOICE_INTERVIEWER_MODELS", str(tmp_path))
    monkeypatch.setattr(models, "load_manifest", lambda: {"small": small_model()})
    return tmp_path / "small"


def install(folder: Path, **files: bytes) -> None:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_bytes(content)


# -- the manifest ---------------------------------------------------------------------------------------


def test_what_an_interview_needs_is_pinned_and_comes_from_packages() -> None:
    needed = [model for model in load_manifest().values() if not model.optional]
    assert [model.id for model in needed] == [
        "whisper-base",
        "piper-en_US-joe-medium",
        "smart-turn-v3.2",
        "minilm-l6-v2",
        "smollm2-135m-instruct",
    ]
    for model in needed:
        packages = [source for source in model.sources if isinstance(source, PackageSource)]
        assert packages, model.id
        for source in packages:
            assert set(source.parts) == {file.name for file in source.files}
            carried = {wheel.project for wheel in source.wheels}
            assert {part.project for parts in source.parts.values() for part in parts} == carried


def test_every_source_of_every_model_is_pinned() -> None:
    for model in load_manifest().values():
        assert model.purpose and model.licence and model.credit
        assert isinstance(model.sources[0], FolderSource)
        for build in model.builds:
            for file in build:
                assert re.fullmatch("[0-9a-f]{64}", file.sha256), f"{model.id}/{file.name}"
                assert file.size
        for source in model.sources:
            if isinstance(source, HubSource):
                assert re.fullmatch("[0-9a-f]{40}", source.revision), model.id
            if isinstance(source, PackageSource):
                assert all(
                    re.fullmatch("[0-9a-f]{64}", wheel.sha256) and wheel.size for wheel in source.wheels
                )


def test_the_checksums_that_were_agreed_on() -> None:
    manifest = load_manifest()
    whisper = {file.name: file.sha256 for file in manifest["whisper-base"].files}
    voice = {file.name: file.sha256 for file in manifest["piper-en_US-joe-medium"].files}
    assert whisper["model.bin"] == "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"
    assert (
        voice["en_US-joe-medium.onnx"] == "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06"
    )


def test_the_needed_weights_here_are_the_right_ones() -> None:
    for model in load_manifest().values():
        if not model.optional:
            assert check_model(model, hashing="always").state == "verified", model.id


def test_an_unusable_manifest_is_one_clear_error(tmp_path: Path) -> None:
    for name, text in {"broken": "version = ", "newer": "version = 2", "incomplete": "version = 1"}.items():
        path = tmp_path / f"{name}.toml"
        path.write_text(text)
        with pytest.raises(ModelError, match="list of weights"):
            load_manifest(path)


def test_an_unknown_model_gets_a_suggestion() -> None:
    with pytest.raises(UsageError, match=r"no model is called whisper-bass.*did you mean whisper-base\?"):
        find_models(["whisper-bass"], load_manifest())


# -- the state of a model -------------------------------------------------------------------------------


def test_a_complete_model_is_found_without_being_hashed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(folder, model_bin=bytes(len(CONTENT)), config_json=b"{}")
    monkeypatch.setattr(models, "sha256_of", lambda path: pytest.fail(f"{path} was hashed"))
    assert model_path("small") == folder


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({}, "are not here"),
        ({"model_bin": CONTENT}, "are incomplete"),
        ({"model_bin": CONTENT[:-1], "config_json": b"{}"}, "are incomplete"),
    ],
)
def test_missing_and_short_files_are_one_clear_error(
    folder: Path, files: dict[str, bytes], complaint: str
) -> None:
    install(folder, **files)
    with pytest.raises(ModelError, match=rf"small {complaint}.*models fetch small"):
        model_path("small")


def test_the_states(folder: Path) -> None:
    model = small_model()
    assert check_model(model, hashing="when changed").state == "absent"
    install(folder, model_bin=CONTENT)
    assert check_model(model, hashing="when changed").state == "incomplete"
    install(folder, config_json=b"{}")
    assert check_model(model, hashing="never").state == "present"
    assert check_model(model, hashing="when changed").state == "verified"
    assert check_model(model, hashing="never").state == "verified"
    install(folder, config_json=b"[]")
    assert check_model(model, hashing="when changed").state == "differs"


def test_a_changed_file_is_hashed_again_and_an_unchanged_one_is_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(folder, model_bin=CONTENT, config_json=b"{}")
    check_model(small_model(), hashing="when changed")
    hashed: list[str] = []
    compute = models.sha256_of

    def counting(path: Path) -> str:
        hashed.append(path.name)
        return compute(path)

    monkeypatch.setattr(models, "sha256_of", counting)
    check_model(small_model(), hashing="when changed")
    assert hashed == []
    os.utime(folder / "config.json", ns=(1, 1))
    assert check_model(small_model(), hashing="when changed").state == "verified"
    assert hashed == ["config.json"]


def test_verifying_finds_a_change_that_left_size_and_time_alone(folder: Path) -> None:
    install(folder, model_bin=CONTENT, config_json=b"{}")
    check_model(small_model(), hashing="when changed")
    before = (folder / "config.json").stat()
    install(folder, config_json=b"[]")
    os.utime(folder / "config.json", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert check_model(small_model(), hashing="always").state == "differs"


def test_another_build_of_the_same_model_is_complete_in_itself(folder: Path) -> None:
    install(folder, model_bin=OTHER_BUILD)
    check = check_model(small_model(), hashing="when changed")
    assert check.state == "verified"
    assert [each.file.name for each in check.files] == ["model.bin"]
    assert model_path("small") == folder


def test_a_broken_record_is_only_forgotten(folder: Path) -> None:
    install(folder, model_bin=CONTENT, config_json=b"{}")
    for text in ("", "{", "[]", '{"config.json": 3}', '{"config.json": {"size": 2}}'):
        (folder / models.RECORD_NAME).write_text(text)
        assert check_model(small_model(), hashing="when changed").state == "verified"


def test_a_file_without_pinned_checksum_is_held_to_what_it_was_first(folder: Path) -> None:
    model = small_model(sha256="")
    install(folder, model_bin=CONTENT, config_json=b"{}")
    first = check_model(model, hashing="when changed")
    assert first.state == "verified"
    assert [each.pinned for each in first.files] == [False, True]
    install(folder, model_bin=b"x" * len(CONTENT))
    assert check_model(model, hashing="always").state == "differs"
