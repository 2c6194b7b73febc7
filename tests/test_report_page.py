"""The report page in headless Chromium: really opened from disk, really clicked, really played.

Skipped, with the reason, where Chromium or Playwright is missing. Screenshots land in the folder that
REPORT_SCREENSHOTS names, if it is set.
"""

from __future__ import annotations

import base64
import io
import json
import os
import shlex
import shutil
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import report_samples
from voice_interviewer.adapters.audio_embed import embedded
from voice_interviewer.adapters.journal import Journal
from voice_interviewer.adapters.session_folder import SessionFolder, load_record
from voice_interviewer.analysis.corrections import parse_corrections, parse_filler_id
from voice_interviewer.analysis.record import SessionRecord
from voice_interviewer.analysis.report import build_report
from voice_interviewer.cli.main import main
from voice_interviewer.core.events import Transcribed, UtteranceEnded
from voice_interviewer.core.speech import Utterance, Word
from voice_interviewer.render.html_report import render_html

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is missing: the page is NOT tested")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is missing: the page is NOT tested")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--mute-audio"])
        yield chromium
        chromium.close()


@dataclass
class Opened:
    """A page and what it complained about."""

    page: Any
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def now_s(self) -> float:
        return float(self.page.get_attribute("#slider", "aria-valuenow"))

    def figure(self, name: str) -> str:
        return str(self.page.text_content(f"[data-fig='{name}'] >> nth=0"))


Open = Callable[..., Opened]


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Open]:
    opened: list[Opened] = []
    contexts: list[Any] = []

    def open_(
        html: str, *, width: int = 1280, height: int = 900, scheme: str = "light", **options: Any
    ) -> Opened:
        path = tmp_path / "report.html"
        path.write_text(html, encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, accept_downloads=True, **options
        )
        contexts.append(context)
        one = Opened(context.new_page())
        one.page.on(
            "console",
            lambda message: one.complaints.append(message.text) if message.type == "error" else None,
        )
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        one.page.on("request", lambda request: one.requests.append(request.url))
        one.page.goto(path.as_uri())
        opened.append(one)
        return one

    yield open_
    for one in opened:
        assert one.complaints == []
        outside = [url for url in one.requests if not url.startswith(("file:", "data:", "blob:"))]
        assert outside == []
    for context in contexts:
        context.close()


def tone_bytes(duration_s: float, hertz: float) -> bytes:
    stream = io.BytesIO()
    times = np.arange(int(duration_s * 8000)) / 8000
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes((6000 * np.sin(2 * np.pi * hertz * times)).astype("<i2").tobytes())
    return stream.getvalue()


def tone_uri(duration_s: float, hertz: float) -> str:
    return "data:audio/wav;base64," + base64.b64encode(tone_bytes(duration_s, hertz)).decode()


@cache
def sample_page(name: str) -> str:
    return page_of(getattr(report_samples, name)())


def page_of(record: SessionRecord) -> str:
    audio = {"candidate": tone_uri(record.duration_s, 220), "interviewer": tone_uri(record.duration_s, 330)}
    return render_html(build_report(record), audio=audio)


@pytest.fixture(scope="module")
def interview_html() -> str:
    return sample_page("interview")


def test_a_click_on_an_example_plays_its_few_seconds_and_stops(open_page: Open, interview_html: str) -> None:
    opened = open_page(interview_html)
    button = opened.page.locator(".card.work .play").first
    start_s, until_s = float(button.get_attribute("data-play")), float(button.get_attribute("data-until"))
    button.click()
    opened.page.wait_for_function(
        "s => !document.getElementById('audio-candidate').paused && "
        "document.getElementById('audio-candidate').currentTime > s + 0.3",
        arg=start_s,
        timeout=10_000,
    )
    both = opened.page.evaluate("[...document.querySelectorAll('audio')].map(a => [a.paused, a.currentTime])")
    assert [paused for paused, _ in both] == [False, False]
    assert abs(both[0][1] - both[1][1]) < 0.3
    opened.page.wait_for_function(
        "() => document.getElementById('audio-candidate').paused", timeout=(until_s - start_s + 15) * 1000
    )
    assert until_s - 0.1 <= opened.now_s() <= until_s + 0.5


def test_the_transcript_follows_word_by_word(open_page: Open, interview_html: str) -> None:
    opened = open_page(interview_html)
    report = build_report(report_samples.interview())
    index = next(n for n, word in enumerate(report.words) if word.text == "teachers,")
    opened.page.locator(f"[data-w='{index}']").click()
    opened.page.wait_for_function(
        "n => Number(document.querySelector('.w.now')?.dataset.w) >= n + 3", arg=index, timeout=10_000
    )
    lit = int(opened.page.get_attribute(".w.now", "data-w"))
    at_s = opened.page.evaluate("document.getElementById('audio-candidate').currentTime")
    assert report.words[lit].start_s <= at_s + 0.3
    assert at_s <= report.words[lit].end_s + 1.0


def test_the_timeline_is_clicked_and_walked_with_keys(open_page: Open, interview_html: str) -> None:
    opened = open_page(interview_html)
    duration_s = float(opened.page.get_attribute("#slider", "aria-valuemax"))
    box = opened.page.locator("#slider").bounding_box()
    opened.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    opened.page.wait_for_function("() => !document.getElementById('audio-candidate').paused", timeout=10_000)
    assert abs(opened.now_s() - duration_s / 2) < 3
    opened.page.locator("#slider").focus()
    opened.page.keyboard.press(" ")
    assert opened.page.evaluate("document.getElementById('audio-candidate').paused")
    opened.page.keyboard.press("Home")
    assert opened.now_s() == 0
    opened.page.keyboard.press("ArrowRight")
    assert opened.now_s() == pytest.approx(2.0, abs=0.06)
    opened.page.keyboard.press("PageUp")
    assert opened.now_s() == pytest.approx(17.0, abs=0.06)
    assert opened.page.get_attribute("#slider", "aria-valuetext") == "17 seconds"
    opened.page.keyboard.press("Home")
    opened.page.keyboard.press("n")
    first = build_report(report_samples.interview()).fillers.events[0]
    assert abs(opened.now_s() - (first.start_s - 1.2)) < 0.6


def test_every_moment_on_the_page_can_be_played(open_page: Open, interview_html: str) -> None:
    opened = open_page(interview_html)
    spans = opened.page.evaluate(
        "[...document.querySelectorAll('[data-play]')].map(e => [Number(e.dataset.play), "
        "Number(e.dataset.until)])"
    )
    duration_s = float(opened.page.get_attribute("#slider", "aria-valuemax"))
    assert len(spans) > 60
    assert all(start_s < until_s and start_s < duration_s for start_s, until_s in spans)


def test_marking_a_filler_moves_every_figure_and_is_kept(
    open_page: Open, interview_html: str, tmp_path: Path
) -> None:
    opened = open_page(interview_html)
    report = build_report(report_samples.interview())
    ums = [event for event in report.fillers.events if event.category == "vocal"]
    assert opened.figure("vocal_count") == str(len(ums))
    for event in ums[:2]:
        opened.page.locator(f"[data-reject='{event.id}']").click()
    rejected = frozenset(parse_filler_id(event.id) for event in ums[:2])
    after = build_report(replace(report_samples.interview(), rejected_fillers=rejected))
    assert opened.figure("vocal_count") == str(after.fillers.vocal.count)
    assert opened.figure("vocal_per_minute") == f"{after.fillers.vocal.per_minute:.1f}"
    assert opened.figure("vocal_per_100") == f"{after.fillers.vocal.per_100_words:.1f}"
    assert opened.page.text_content("[data-token-count='um']") == str(after.fillers.by_token["um"])
    assert opened.page.locator(f".mark.off[data-f='{ums[0].id}']").count() == 1
    command = opened.page.text_content("#corrections-command")
    assert (
        command == f"voice-interviewer report {report.session.id} --reject {ums[0].id} --reject {ums[1].id}"
    )
    with opened.page.expect_download() as download:
        opened.page.locator("#corrections-download").click()
    document = json.loads(Path(download.value.path()).read_text())
    assert parse_corrections(document, session_id=report.session.id) == rejected
    opened.page.reload()
    assert opened.figure("vocal_count") == str(after.fillers.vocal.count)
    opened.page.locator("#corrections-reset").click()
    assert opened.figure("vocal_count") == str(len(ums))
    assert opened.page.locator("#corrections").is_hidden()


def test_the_command_on_the_page_keeps_the_marks_in_the_session(browser: Any, tmp_path: Path) -> None:
    """Out of the page, into a shell, back in the page: wherever the session's folder lies."""
    folder = SessionFolder(tmp_path / "my sessions" / "2026-03-02T10-15-00-talk")
    folder.path.mkdir(parents=True)
    words = tuple(
        Word(text, n * 0.4, n * 0.4 + 0.3, 0.9)
        for n, text in enumerate("We um, shipped it um, late and um, people liked it a lot today.".split())
    )
    header = {"id": folder.id, "kind": "review", "recording": "loop [1].m4a", "started_at": "2026-03-02"}
    with Journal(folder.journal, header) as log:
        log.write(UtteranceEnded(words[-1].end_s, 1, 0.0, words[-1].end_s), words[-1].end_s)
        log.write(Transcribed(words[-1].end_s, 1, 0.0, words[-1].end_s, words), words[-1].end_s)
    assert main(["report", str(folder.path)]) == 0
    page = browser.new_page()
    page.goto(folder.report_html.as_uri())
    assert page.text_content("h1") == "loop [1].m4a"
    assert page.text_content("[data-fig='vocal_count'] >> nth=0") == "3"
    page.locator("[data-reject]").first.click()
    command = shlex.split(str(page.text_content("#corrections-command")))
    assert command[:3] == ["voice-interviewer", "report", str(folder.path)]
    assert main(command[1:]) == 0
    page.reload()
    assert page.text_content("[data-fig='vocal_count'] >> nth=0") == "2"
    assert page.locator("#corrections").is_hidden(), "the session has them now"
    assert load_record(folder).rejected_fillers == {("um", 400)}
    page.close()


def test_a_first_look_says_so_and_renews_itself(browser: Any, tmp_path: Path) -> None:
    report = build_report(report_samples.interview())
    path = tmp_path / "report.html"
    path.write_text(render_html(report, audio={}, ready_at_s=time.time() - 1))
    page = browser.new_page()
    page.goto(path.as_uri())
    assert "heard again" in str(page.text_content("#pending-text"))
    path.write_text(render_html(report, audio={}))
    page.locator("#pending").wait_for(state="detached", timeout=30_000)
    page.close()


def test_a_second_look_that_never_ends_is_told(browser: Any, tmp_path: Path) -> None:
    report = build_report(report_samples.interview())
    path = tmp_path / "report.html"
    path.write_text(render_html(report, audio={}, ready_at_s=time.time() - 3600))
    page = browser.new_page()
    page.goto(path.as_uri())
    page.get_by_text("did not come to its end").wait_for()
    assert f"reanalyse --listen {report.session.id}" in str(page.text_content("#pending-text"))
    page.close()


def test_advice_about_fillers_follows_the_corrections(open_page: Open, interview_html: str) -> None:
    opened = open_page(interview_html)
    card = opened.page.locator("[data-advice='vocal_fillers']")
    assert card.locator(".resolved").is_hidden()
    report = build_report(report_samples.interview())
    for event in report.fillers.events:
        if event.category == "vocal":
            opened.page.locator(f"[data-reject='{event.id}']").click()
    assert card.locator(".resolved").is_visible()
    assert "0.0 a minute" in card.locator("h3").text_content()
    assert "marked as not a filler" in card.locator(".why").first.text_content()


def test_what_was_spoken_stays_text(open_page: Open) -> None:
    evil = "<script>document.title='owned'</script>"
    words = [
        Word(text, n * 0.5, n * 0.5 + 0.4, 0.9)
        for n, text in enumerate(["Say", evil, "um,", "</script>", "now."])
    ]
    record = SessionRecord(
        id='x"><img src=x onerror=alert(1)>',
        kind="review",
        started_at="2026-03-02T10:15:00+00:00",
        duration_s=4.0,
        utterances=(Utterance(1, 0.0, 3.0, tuple(words)),),
        notes=("<b>note</b>",),
    )
    opened = open_page(page_of(record))
    assert opened.page.title() != "owned"
    assert opened.page.locator("img").count() == 0
    assert evil in opened.page.text_content("#lines")
    assert opened.page.text_content(".notes li") == "<b>note</b>"


def test_nothing_else_may_load_or_run(open_page: Open, interview_html: str) -> None:
    opened = open_page(interview_html)
    policy = opened.page.get_attribute("meta[http-equiv='Content-Security-Policy']", "content")
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
    ran = opened.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.ran = true';"
        "document.body.append(s); return Boolean(window.ran); }"
    )
    assert ran is False
    opened.complaints.clear()  # the browser reports the refusal, as it should


def test_sound_beside_the_page_plays_too(open_page: Open, tmp_path: Path) -> None:
    record = report_samples.recording()
    (tmp_path / "candidate.wav").write_bytes(tone_bytes(record.duration_s, 220))
    opened = open_page(render_html(build_report(record), audio={"candidate": "candidate.wav"}))
    opened.page.locator("#toggle").click()
    opened.page.wait_for_function(
        "() => document.getElementById('audio-candidate').currentTime > 0.2", timeout=10_000
    )
    assert opened.page.locator("#toggle").get_attribute("aria-label") == "Stop"


def test_without_sound_the_page_says_so_and_still_shows_moments(open_page: Open) -> None:
    opened = open_page(render_html(build_report(report_samples.interview()), audio={}))
    assert opened.page.locator("#toggle").is_disabled()
    assert opened.page.locator(".no-audio").is_visible()
    opened.page.locator(".card.work .play").first.click()
    assert opened.now_s() > 0
    assert opened.page.locator(".now").count() == 1


SHAPES = {"desktop": 1280, "tablet": 820, "phone": 360}


@pytest.mark.parametrize("name", ["interview", "story", "recording", "silence"])
def test_every_report_fits_every_window_light_and_dark(open_page: Open, name: str) -> None:
    opened = open_page(sample_page(name))
    folder = os.environ.get("REPORT_SCREENSHOTS")
    for scheme in ("light", "dark"):
        opened.page.emulate_media(color_scheme=scheme)
        for shape, width in SHAPES.items():
            opened.page.set_viewport_size({"width": width, "height": 800})
            assert opened.page.evaluate("document.documentElement.scrollWidth") <= width, (scheme, shape)
            if folder:
                opened.page.screenshot(path=f"{folder}/{name}-{shape}-{scheme}.png", full_page=True)


def test_the_recording_inside_the_page_is_heard_where_it_was_spoken(open_page: Open, tmp_path: Path) -> None:
    record = report_samples.recording()
    track = tmp_path / "candidate.wav"
    track.write_bytes(tone_bytes(record.duration_s, 220))
    opened = open_page(render_html(build_report(record), audio=embedded({"candidate": track})))
    (um,) = (event for event in build_report(record).fillers.events if event.category == "vocal")
    opened.page.locator(f"tr[data-row='{um.id}'] .play").click()
    opened.page.wait_for_function(
        "s => document.getElementById('audio-candidate').currentTime > s + 0.5",
        arg=um.start_s - 1.2,
        timeout=10_000,
    )
    length_s = opened.page.evaluate("document.getElementById('audio-candidate').duration")
    assert length_s == pytest.approx(record.duration_s, abs=0.3)


def test_text_has_enough_contrast_in_light_and_dark(open_page: Open, interview_html: str) -> None:
    for scheme in ("light", "dark"):
        opened = open_page(interview_html, scheme=scheme)
        weak = opened.page.evaluate(CONTRAST)
        assert weak == [], scheme


CONTRAST = """() => {
  const parse = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
  const linear = (v) => (v <= 10 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4);
  const lum = (c) => { const [r, g, b] = c.map(linear);
    return .2126 * r + .7152 * g + .0722 * b; };
  const back = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] > .9) return c.slice(0, 3); } return [255, 255, 255]; };
  const weak = new Set();
  for (const e of document.querySelectorAll('h1,h2,h3,p,li,td,th,span,q,summary,button,label,dd,b')) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!e.checkVisibility() || !own || e.closest('.sr-only, :disabled')) continue;
    const one = lum(parse(getComputedStyle(e).color).slice(0, 3)), two = lum(back(e));
    const ratio = (Math.max(one, two) + .05) / (Math.min(one, two) + .05);
    if (ratio < 4.5) weak.add(`${e.tagName}.${e.className} ${ratio.toFixed(2)}`);
  }
  return [...weak];
}"""


def test_everything_has_a_name_and_a_role(open_page: Open, interview_html: str) -> None:
    opened = open_page(interview_html)
    nameless = opened.page.evaluate(
        "[...document.querySelectorAll('button, a, select, input, [role]')].filter((e) => "
        "!(e.getAttribute('aria-label') || e.textContent.trim() || e.closest('label') || e.id === "
        "'status')).length"
    )
    assert nameless == 0
    assert opened.page.locator("h1").count() == 1
    assert opened.page.locator("main").count() == 1
    assert opened.page.get_attribute("html", "lang") == "en"
    for heading in opened.page.locator("th:not([scope])").all():
        pytest.fail(f"a table heading without scope: {heading.inner_text()}")


def test_without_scripts_everything_is_there_to_read(open_page: Open, interview_html: str) -> None:
    opened = open_page(interview_html, java_script_enabled=False)
    assert opened.page.locator("audio[controls]").count() == 2
    assert "Swap ums" in opened.page.text_content("main")
    assert "seed it with 500 lists" in " ".join(opened.page.text_content("#lines").split())


def test_the_page_prints(open_page: Open, interview_html: str, tmp_path: Path) -> None:
    opened = open_page(interview_html)
    opened.page.emulate_media(media="print")
    assert opened.page.locator(".controls").is_hidden()
    assert opened.page.locator("#lines").evaluate("e => e.scrollHeight - e.clientHeight") <= 1
    pdf = tmp_path / "report.pdf"
    opened.page.pdf(path=str(pdf), format="A4")
    assert pdf.stat().st_size > 10_000
