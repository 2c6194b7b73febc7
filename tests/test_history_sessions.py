"""History, comparison, export, re-analysis and erasure, on real session folders."""

from __future__ import annotations

import csv
import errno
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests import report_samples
from voice_interviewer import reporting
from voice_interviewer.adapters import content_files, loop_files, session_folder, session_lock, story_files
from voice_interviewer.adapters.journal import Journal
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.adapters.session_index import SessionIndex
from voice_interviewer.adapters.thresholds_file import load_thresholds
from voice_interviewer.analysis.corrections import corrections_document
from voice_interviewer.analysis.history import chosen, compare, row_of, trends
from voice_interviewer.analysis.report import build_report
from voice_interviewer.cli.main import main
from voice_interviewer.core.content import Question
from voice_interviewer.core.errors import UsageError
from voice_interviewer.core.events import Transcribed, UtteranceEnded
from voice_interviewer.core.loop import LoopState, RoundPlan
from voice_interviewer.core.speech import Word
from voice_interviewer.core.stories import Story
from voice_interviewer.render.exports import cues, to_csv, to_markdown, to_srt, to_vtt, to_words
from voice_interviewer.render.history_page import render_history
from voice_interviewer.render.json_report import to_json

SENTENCE = "We looked at the numbers and found that people left early because the page was slow. "


def asked() -> Question:
    """A question of the bank."""
    return content_files.load_questions()[0]


def make_session(root: Path, name: str, *, ums: int, started_at: str, company: str = "") -> SessionFolder:
    """A session of some forty seconds with so many ums, as a review writes it."""
    path = root / name
    path.mkdir(parents=True)
    folder = SessionFolder(path)
    texts = (SENTENCE * 6).split()
    for n in range(ums):
        texts.insert(7 * n + 3, "um,")
    words = tuple(Word(text, n * 0.4, n * 0.4 + 0.35, 0.9) for n, text in enumerate(texts))
    question = asked()
    header = {
        "id": name,
        "kind": "practice",
        "started_at": started_at,
        "framework": question.framework,
        "question_id": question.id,
        "question": question.wording,
        "company": company,
    }
    with Journal(folder.journal, header) as log:
        log.write(UtteranceEnded(words[-1].end_s, 1, 0.0, words[-1].end_s), words[-1].end_s)
        log.write(Transcribed(words[-1].end_s, 1, 0.0, words[-1].end_s, words), words[-1].end_s)
        log.note(duration_s=words[-1].end_s + 1)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "sessions"
    for n, ums in enumerate((12, 10, 9, 6, 3, 2)):
        company = "google" if n % 2 else ""
        folder = make_session(
            root,
            f"2026-0{n + 1}-10T09-00-00-talk",
            ums=ums,
            started_at=f"2026-0{n + 1}-10T09:00:00+00:00",
            company=company,
        )
        reporting.make_report(folder)
    return root


def run(root: Path, *arguments: str) -> int:
    return main([*arguments, "--sessions-dir", str(root)])


# -- the index -----------------------------------------------------------------------------------


def test_the_index_follows_the_folders(root: Path) -> None:
    index = SessionIndex(root)
    assert index.refresh() == []
    assert [row.id for row in index.rows()] == sorted(path.name for path in root.iterdir() if path.is_dir())
    make_session(root, "2026-09-01T09-00-00-new", ums=0, started_at="2026-09-01T09:00:00+00:00")
    index.refresh()
    rows = index.rows()
    assert rows[-1].id.endswith("new")
    assert rows[-1].vocal_per_minute is None  # there is no report yet
    reporting.make_report(SessionFolder(root / rows[-1].id))
    index.refresh()
    assert index.rows()[-1].vocal_per_minute == 0.0


def test_the_index_is_rebuilt_from_the_folders_alone(root: Path) -> None:
    index = SessionIndex(root)
    index.refresh()
    before = index.rows()
    index.path.write_bytes(b"this is no database at all, but something else")
    index.refresh()
    assert index.rows() == before
    index.path.unlink()
    assert run(root, "history", "--rebuild") == 0
    assert index.rows() == before


def test_a_damaged_session_costs_a_line_and_not_the_history(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = next(path for path in sorted(root.iterdir()) if path.is_dir())
    (broken / "report.json").write_text("{")
    assert run(root, "history") == 0
    captured = capsys.readouterr()
    assert "cannot be read" in captured.err
    assert "Traceback" not in captured.err
    assert len(SessionIndex(root).rows()) == 5


# -- trends and filters --------------------------------------------------------------------------


def test_trends_say_which_way_a_figure_moved(root: Path) -> None:
    index = SessionIndex(root)
    index.refresh()
    by_name = {trend.measure.name: trend for trend in trends(index.rows())}
    assert by_name["Ums and uhs"].direction == "better"
    assert by_name["Ums and uhs"].first > by_name["Ums and uhs"].last
    assert by_name["Speech rate"].direction == "same"  # no way is right by itself


def test_filters_by_framework_company_and_question(root: Path) -> None:
    index = SessionIndex(root)
    index.refresh()
    rows = index.rows()
    assert len(chosen(rows, company="google")) == 3
    assert len(chosen(rows, question=asked().id)) == 6
    assert len(chosen(rows, question=asked().wording[5:20].upper())) == 6
    assert chosen(rows, framework="star") == []
    story = row_of("s", to_json(build_report(report_samples.story())))
    assert chosen([story], framework="star") == chosen([story], framework="behavioural") == [story]


def test_the_row_of_an_interview_has_budgets_and_rubric() -> None:
    row = row_of("s", to_json(build_report(report_samples.interview())))
    assert (row.phases_kept, row.phases) == (5, 7)
    assert (row.rubric_heard, row.rubric) == (2, 3)
    assert (row.signals_heard, row.signals) == (6, 7)


def test_history_is_shown_as_a_table_and_written_as_a_page(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(root, "history") == 0
    shown = capsys.readouterr().out
    assert asked().framework in shown
    assert max(len(line) for line in shown.splitlines()) <= 80
    assert "better" in shown
    page = tmp_path / "history.html"
    assert run(root, "history", "--html", str(page)) == 0
    text = page.read_text()
    assert "default-src 'none'" in text.replace("&#39;", "'")
    assert text.count("<circle") >= 6
    assert "http" not in re.sub(r"http-equiv", "", text)


def test_a_history_page_escapes_what_people_typed() -> None:
    report = to_json(build_report(report_samples.interview()))
    report["session"]["question"] = "<script>alert(1)</script>"
    assert "<script>" not in render_history([row_of("s", report)], [])


def test_an_empty_history_says_how_to_begin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "none", "history") == 0
    assert "no session yet" in capsys.readouterr().out


# -- compare -------------------------------------------------------------------------------------


def test_compare_shows_what_changed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, "compare", "2026-01", "2026-06") == 0
    out = capsys.readouterr().out
    assert "Ums and uhs" in out
    assert re.search(r"Filler: um\s+12\s+2\s+-10", out)


def test_compare_counts_what_only_one_session_has() -> None:
    one = to_json(build_report(report_samples.interview()))
    other = to_json(build_report(report_samples.recording()))
    rows = {row.name: row for row in compare(one, other)}
    assert (rows["Filler: like"].first, rows["Filler: like"].second) == (2, 0)
    assert not any(name.startswith("Phase") for name in rows)  # different frameworks


# -- export --------------------------------------------------------------------------------------


def test_subtitles_are_well_formed_and_cover_every_word() -> None:
    report = build_report(report_samples.interview())
    made = cues(report)
    assert all(cue.start_s < cue.end_s for cue in made)
    assert sum(len(cue.text.split()) for cue in made if cue.by == "candidate") == len(report.words)
    blocks = to_srt(report).strip().split("\n\n")
    assert [block.split("\n")[0] for block in blocks] == [str(n + 1) for n in range(len(made))]
    time = r"\d\d:\d\d:\d\d,\d{3}"
    assert all(re.fullmatch(rf"{time} --> {time}", block.split("\n")[1]) for block in blocks)
    assert to_vtt(report).startswith("WEBVTT\n\n00:00:01.100 --> ")
    assert "<v Interviewer>" in to_vtt(report)


def test_csv_has_a_row_a_word_and_one_for_each_um_of_the_audio() -> None:
    report = build_report(report_samples.interview())
    rows = list(csv.DictReader(io.StringIO(to_csv(report))))
    audio_only = sum(not event.words for event in report.fillers.events)
    assert len(rows) == len(report.words) + audio_only
    assert sum(row["filler"] == "vocal" for row in rows) == report.fillers.vocal.count
    assert [float(row["start_s"]) for row in rows] == sorted(float(row["start_s"]) for row in rows)


def test_a_spoken_formula_stays_text() -> None:
    words = report_samples.Script().say("=SUM(A1) is what I said.").record(kind="review")
    assert "'=SUM(A1)" in to_csv(build_report(words))


def test_markdown_and_words_hold_what_was_said() -> None:
    report = build_report(report_samples.interview())
    text = to_markdown(report)
    assert "## Work on: " in text
    assert "| List solutions | 0:51 | 1:36 | as planned |" in text
    assert "I would seed it with 500 lists" in text
    words = json.loads(to_words(report))["words"]
    assert len(words) == len(report.words)


@pytest.mark.parametrize("name", ["markdown", "srt", "vtt", "csv", "words"])
def test_export_writes_one_and_many(
    root: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(root, "export", "last", "--format", name) == 0
    assert "found" in capsys.readouterr().out
    out = tmp_path / "out"
    assert run(root, "export", "2026-01", "2026-02", "--format", name, "--out", str(out)) == 0
    assert len(list(out.iterdir())) == 2


# -- erasure -------------------------------------------------------------------------------------


def test_delete_erases_the_folder_and_its_row(root: Path) -> None:
    SessionIndex(root).refresh()
    victim = session_folder.find(root, "2026-03")
    (victim.path / "candidate.wav").write_bytes(b"sound")
    assert run(root, "delete", "2026-03", "--yes") == 0
    assert not victim.path.exists()
    assert all(row.id != victim.id for row in SessionIndex(root).rows())


def test_nothing_is_erased_without_a_yes(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, "delete", "2026-03") == 2
    assert "--yes" in capsys.readouterr().err
    assert session_folder.find(root, "2026-03").path.exists()


def test_erase_before_takes_what_is_older_and_nothing_else(root: Path) -> None:
    assert run(root, "history", "--erase-before", "2026-03-10", "--yes") == 0
    assert [path.name[:7] for path in sorted(root.iterdir()) if path.is_dir()] == [
        "2026-03",
        "2026-04",
        "2026-05",
        "2026-06",
    ]


def a_loop(root: Path, data: Path, name: str, *sessions: str) -> Path:
    """A loop of two rounds with its debrief; the folder of the latter."""
    plan = RoundPlan(1, "Design", "product-design", "circles", 45.0, "q", ())
    state = LoopState(
        name, "google", "2026-01-10", 1, (plan, plan), sessions, (True, bool(sessions[1])), str(root)
    )
    loop_files.save(data, state)
    folder = loop_files.debrief_folder(data, name)
    (folder / "report.html").write_text("You said: it pays.", encoding="utf-8")
    return folder


def test_delete_takes_what_quotes_the_session_with_it(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("VOICE_INTERVIEWER_DATA", str(data))
    victim, other, third = (session_folder.find(root, f"2026-0{n}") for n in (1, 2, 3))
    alone = a_loop(root, data, "alone", victim.id, "")
    shared = a_loop(root, data, "shared", victim.id, other.id)
    foreign = a_loop(root, data, "foreign", other.id, third.id)
    elsewhere = a_loop(tmp_path / "elsewhere", data, "elsewhere", victim.id, "")
    (data / "loops" / "broken.json").write_text("{", encoding="utf-8")
    (other.path / "takes.html").write_text(f'<a href="../{victim.id}/report.html">', encoding="utf-8")
    (third.path / "takes.html").write_text(f'<a href="../{other.id}/report.html">', encoding="utf-8")
    SessionIndex(root).refresh()
    assert run(root, "delete", victim.id, "--yes") == 0
    told = capsys.readouterr().out
    assert "two takes in " + other.id in told and "loop alone" in told and "debrief of shared" in told
    assert not alone.exists() and not shared.exists()
    assert foreign.exists() and elsewhere.exists()
    assert {path.stem for path in (data / "loops").glob("*.json")} == {
        "shared", "foreign", "elsewhere", "broken"
    }  # fmt: skip
    assert loop_files.load(data / "loops" / "shared.json").sessions == ("", other.id)
    assert not (other.path / "takes.html").exists() and (third.path / "takes.html").exists()
    files = [path for path in (*root.rglob("*"), *data.rglob("*")) if path.is_file()]
    naming = {path for path in files if victim.id.encode() in path.read_bytes()}
    assert naming == {data / "loops" / "elsewhere.json"}  # of the same name, in another folder of sessions


def test_erase_before_takes_debriefs_too(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("VOICE_INTERVIEWER_DATA", str(data))
    old, young = (session_folder.find(root, f"2026-0{n}").id for n in (1, 6))
    both, kept = a_loop(root, data, "both", old, young), a_loop(root, data, "kept", young, "")
    assert run(root, "history", "--erase-before", "2026-03-10", "--yes") == 0
    assert not both.exists() and kept.exists()
    assert loop_files.load(data / "loops" / "both.json").sessions == ("", young)


def test_stories_taken_from_a_session_stay_and_that_is_said(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VOICE_INTERVIEWER_DATA", str(tmp_path))
    victim = session_folder.find(root, "2026-01").id
    story_files.save_story(tmp_path, Story("saved", "Saved", "2026-01-10", {}, {}, (), (), source=victim))
    assert run(root, "delete", victim, "--yes") == 0
    assert "stay: saved" in capsys.readouterr().out


def test_an_erasure_broken_off_leaves_the_session_to_be_found_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = session_folder.all_folders(root)[0]
    (folder.path / "candidate.wav").write_bytes(b"sound")
    unlink, left = Path.unlink, len(list(folder.path.iterdir())) - 1

    def broken_off(path: Path, missing_ok: bool = False) -> None:
        nonlocal left
        if path.parent == folder.path:
            if not left:
                raise OSError(errno.EIO, "Input/output error")
            left -= 1
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", broken_off)
    assert run(root, "delete", folder.id, "--yes") == 1
    assert [path.name for path in folder.path.iterdir()] == ["journal.jsonl"]
    monkeypatch.undo()
    assert run(root, "delete", folder.id, "--yes") == 0
    assert not folder.path.exists()


def test_a_session_that_is_running_is_not_erased(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = session_folder.all_folders(root)[0]
    with session_lock.hold(folder.path / session_lock.LOCK_NAME, folder.id):
        assert run(root, "delete", folder.id, "--yes") == 1
    assert "still running" in capsys.readouterr().err and folder.journal.is_file()


def test_a_link_to_somewhere_else_is_not_erased(root: Path, tmp_path: Path) -> None:
    elsewhere = make_session(
        tmp_path / "elsewhere", "precious", ums=1, started_at="2020-01-01T00:00:00+00:00"
    )
    (root / "link").symlink_to(elsewhere.path)
    assert run(root, "delete", "link", "--yes") == 1
    assert elsewhere.journal.exists()


# -- re-analysis and the user's own ranges -------------------------------------------------------


def test_reanalyse_makes_the_same_report_again(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = session_folder.find(root, "2026-01")
    before = json.loads(folder.report_json.read_text())
    folder.report_json.unlink()
    assert run(root, "reanalyse", "--all") == 0
    assert json.loads(folder.report_json.read_text()) == before
    assert capsys.readouterr().out.count("filler words a minute") == 6


def test_reanalyse_wants_to_know_which(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, "reanalyse") == 2
    assert "which sessions" in capsys.readouterr().err


def test_a_user_can_set_their_own_ranges(tmp_path: Path) -> None:
    path = tmp_path / "thresholds.toml"
    path.write_text("[speech_rate_wpm]\ngood_high = 170\n")
    assert load_thresholds(path)["speech_rate_wpm"].good_high == 170
    assert load_thresholds(path)["speech_rate_wpm"].source == "your own setting"
    path.write_text("[speech_rate_wpm\n")
    with pytest.raises(UsageError, match="not valid TOML"):
        load_thresholds(path)
    path.write_text("speech_rate_wpm = 3\n")
    with pytest.raises(UsageError, match="must be a table"):
        load_thresholds(path)


# -- corrections and the page --------------------------------------------------------------------


def test_corrections_from_the_page_are_kept_in_the_session(root: Path, tmp_path: Path) -> None:
    folder = session_folder.find(root, "2026-06")
    before = json.loads(folder.report_json.read_text())["fillers"]
    first, second = (event["id"] for event in before["events"] if event["token"] == "um")
    assert run(root, "report", folder.id, "--reject", first) == 0
    after = json.loads(folder.report_json.read_text())["fillers"]
    assert after["vocal"]["count"] == before["vocal"]["count"] - 1
    assert [event["id"] for event in after["rejected"]] == [first]
    download = tmp_path / "corrections.json"
    token, start_ms = second.split("@")
    document = corrections_document(folder.id, [(token, int(start_ms))])
    download.write_text(json.dumps(document))
    assert run(root, "report", folder.id, "--corrections", str(download)) == 0
    again = json.loads(folder.report_json.read_text())["fillers"]
    assert [event["id"] for event in again["rejected"]] == [second]
    assert run(root, "report", folder.id, "--reject-none") == 0
    assert json.loads(folder.report_json.read_text())["fillers"] == before


def test_corrections_of_another_session_are_refused(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    download = tmp_path / "corrections.json"
    download.write_text(json.dumps(corrections_document("other", [("um", 1)])))
    assert run(root, "report", "2026-06", "--corrections", str(download)) == 1
    assert "belong to session other" in capsys.readouterr().err


def test_the_page_holds_the_recording(root: Path) -> None:
    folder = session_folder.find(root, "2026-06")
    soundfile.write(folder.candidate_track, np.zeros(16_000, np.float32), 16_000)
    reporting.make_report(folder)
    page = folder.report_html.read_text()
    assert 'src="data:audio/mpeg;base64,' in page
    assert "candidate.wav" not in page.split("report-data")[0]
