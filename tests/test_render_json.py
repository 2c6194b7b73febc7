"""report.json: the contract, its schema, and golden files that show every change of a figure."""

from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest

from tests import report_samples
from voice_interviewer.analysis.report import build_report
from voice_interviewer.render.json_report import SCHEMA, dumps, to_json

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "data" / "golden"
SAMPLES = {
    "interview": report_samples.interview,
    "story": report_samples.story,
    "recording": report_samples.recording,
    "silence": report_samples.silence,
}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_report_follows_its_schema(name: str) -> None:
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(to_json(build_report(SAMPLES[name]())))


@pytest.mark.parametrize("name", SAMPLES)
def test_the_report_is_the_golden_one(name: str) -> None:
    """UPDATE_GOLDEN=1 writes them anew; read the difference before committing it."""
    text = dumps(build_report(SAMPLES[name]()))
    path = GOLDEN / f"{name}.report.json"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert json.loads(text) == json.loads(path.read_text())


def test_the_keys_of_the_contract_are_all_there() -> None:
    report = to_json(build_report(report_samples.interview()))
    assert report["schema"] == SCHEMA == "voice-interviewer.report/1"
    contract = {
        "session": {
            "id",
            "kind",
            "started_at",
            "framework",
            "question_id",
            "company",
            "duration_s",
            "models",
        },
        "fillers": {"events", "per_minute", "per_100_words", "by_token"},
        "pacing": {"speech_rate_wpm", "articulation_rate_wpm", "speaking_s", "curve"},
        "pauses": {"events", "count", "total_s", "longest_s"},
        "latency": {"reply_gap_s", "dropped_blocks"},
    }
    for section, keys in contract.items():
        assert keys <= set(report[section]), section
    rows = {
        "turns": {"id", "by", "start_s", "end_s", "text", "phase"},
        "words": {"text", "start_s", "end_s", "probability", "turn_id"},
        "phases": {"id", "name", "budget_s", "spent_s"},
    }
    for section, keys in rows.items():
        assert all(keys <= set(row) for row in report[section]), section
    assert {"token", "category", "start_s", "end_s", "confidence"} <= set(report["fillers"]["events"][0])
    assert {"start_s", "end_s", "kind"} <= set(report["pauses"]["events"][0])
    assert set(report["pacing"]["curve"][0]) == {"at_s", "wpm"}
    assert {"p50", "p95"} <= set(report["latency"]["reply_gap_s"])


def test_the_figures_can_be_recomputed_from_the_report_itself() -> None:
    report = to_json(build_report(report_samples.interview()))
    turns = [turn for turn in report["turns"] if turn["by"] == "candidate"]
    speaking_s = sum(turn["end_s"] - turn["start_s"] for turn in turns)
    ums = {i for e in report["fillers"]["events"] if e["category"] == "vocal" for i in e["words"]}
    words = len(report["words"]) - len(ums)
    pauses_s = sum(
        pause["end_s"] - pause["start_s"]
        for pause in report["pauses"]["events"]
        if pause["kind"] != "before_answer"
    )
    pacing = report["pacing"]
    assert pacing["speech_rate_wpm"] == pytest.approx(60 * words / speaking_s, rel=1e-4)
    assert pacing["articulation_rate_wpm"] == pytest.approx(60 * words / (speaking_s - pauses_s), rel=1e-4)
    assert report["fillers"]["per_minute"] == pytest.approx(
        60 * len(report["fillers"]["events"]) / speaking_s, rel=1e-4
    )
    assert report["fillers"]["per_100_words"] == pytest.approx(
        100 * len(report["fillers"]["events"]) / words, rel=1e-4
    )
    assert sum(report["fillers"]["by_token"].values()) == len(report["fillers"]["events"])
