"""Loops: planned by seed, kept on disk, and looked back on across rounds."""

from __future__ import annotations

import dataclasses
import html
import io
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from tests import report_samples
from voice_interviewer.adapters import content_files, loop_files
from voice_interviewer.adapters.keyboard import EnterKey
from voice_interviewer.analysis.debrief import HeldRound, make_debrief
from voice_interviewer.analysis.findings import Report
from voice_interviewer.analysis.report import build_report
from voice_interviewer.core import wording
from voice_interviewer.core.content import Company, Round
from voice_interviewer.core.errors import SessionError, UsageError
from voice_interviewer.core.loop import (
    BAR_RAISER_LOOKS_BACK,
    LoopState,
    began,
    ended,
    new_loop,
    plan_loop,
    plan_principles,
    rounds_to_hold,
    with_probes,
)
from voice_interviewer.render.loop_view import debrief_json, debrief_view, loops_list, render_debrief

COMPANIES = {company.id: company for company in content_files.load_companies()}
QUESTIONS = content_files.load_questions()
FRAMEWORKS = content_files.load_frameworks()
BY_ID = {question.id: question for question in QUESTIONS}
companies = st.sampled_from(sorted(COMPANIES))
seeds = st.integers(0, 2**31)


def loop_of(company: str = "amazon", seed: int = 1, scale: float = 1.0) -> LoopState:
    rounds = plan_loop(COMPANIES[company], QUESTIONS, FRAMEWORKS, seed, minutes_scale=scale)
    return new_loop(f"2026-01-02-{company}-abcd", company, "2026-01-02T03:04:05+00:00", seed, rounds, "/s")


# -- planning ---------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(companies, seeds)
def test_every_round_gets_a_question_of_its_own_that_fits(company: str, seed: int) -> None:
    planned = plan_loop(COMPANIES[company], QUESTIONS, FRAMEWORKS, seed)
    assert [plan.name for plan in planned] == [one.name for one in COMPANIES[company].rounds]
    assert len({plan.question_id for plan in planned}) == len(planned)
    for plan, one in zip(planned, COMPANIES[company].rounds, strict=True):
        question = BY_ID[plan.question_id]
        assert (question.type, question.framework) == (one.type, one.framework)
        assert plan.minutes == one.minutes


@given(companies, seeds)
def test_a_seed_plans_the_same_loop_again(company: str, seed: int) -> None:
    assert plan_principles(COMPANIES[company], seed) == plan_principles(COMPANIES[company], seed)


def test_seeds_differ() -> None:
    plans = {tuple(plan.question_id for plan in loop_of(seed=seed).rounds) for seed in range(12)}
    assert len(plans) > 8


def evenly(planned: tuple[tuple[str, ...], ...], known: list[str]) -> None:
    """No principle a second time before all were covered: counts never differ by more than one."""
    counts = Counter(dict.fromkeys(known, 0))
    for one in planned:
        assert len(set(one)) == len(one)
        for name in one:
            assert counts[name] == min(counts.values())
            counts[name] += 1


@settings(max_examples=200, deadline=None)
@given(companies, seeds, st.data())
def test_no_principle_twice_before_all_were_covered(company: str, seed: int, data: st.DataObject) -> None:
    real = COMPANIES[company]
    known = [principle.id for principle in real.principles]
    wanted = st.lists(st.sampled_from(known), max_size=len(known) + 2)
    rounds = data.draw(
        st.just(real.rounds)
        | st.lists(wanted, max_size=9).map(
            lambda lists: tuple(Round("r", "behavioural", "star", 45, tuple(names)) for names in lists)
        )
    )
    planned = plan_principles(dataclasses.replace(real, rounds=rounds), seed)
    evenly(planned, known)
    assert [len(one) for one in planned] == [min(len(r.principles), len(known)) for r in rounds]


def test_amazon_covers_all_sixteen_as_it_splits_them() -> None:
    planned = plan_principles(COMPANIES["amazon"], 5)
    own = [set(one.principles) for one in COMPANIES["amazon"].rounds]
    assert [set(one) for one in planned] == own
    assert len({name for one in planned for name in one}) == 16


@settings(max_examples=30, deadline=None)
@given(companies, seeds)
def test_probes_are_of_the_principles_and_can_be_spoken(company: str, seed: int) -> None:
    principles = {principle.id: principle for principle in COMPANIES[company].principles}
    for plan in plan_loop(COMPANIES[company], QUESTIONS, FRAMEWORKS, seed):
        question = BY_ID[plan.question_id]
        assert bool(plan.probes) == (plan.type == "behavioural")
        for probe in plan.probes:
            of = principles[probe.principle]
            assert probe.text in (*of.probes, *of.questions) and wording.is_speakable(probe.text)
            assert probe.text != question.wording
        asked = with_probes(question, plan)
        assert asked.follow_ups[: len(plan.probes)] == tuple(
            type(asked.follow_ups[0])(probe.phase, probe.text) for probe in plan.probes
        )
        assert asked.follow_ups[len(plan.probes) :] == question.follow_ups


def test_the_bar_raiser_goes_back_to_what_others_had() -> None:
    last = loop_of("amazon").rounds[-1]
    assert last.bar_raiser and not any(plan.bar_raiser for plan in loop_of("amazon").rounds[:-1])
    earlier = {name for plan in loop_of("amazon").rounds[:-1] for name in plan.principles}
    back = [probe.principle for probe in last.probes if probe.principle in earlier]
    assert len(back) == BAR_RAISER_LOOKS_BACK


def test_what_was_asked_in_earlier_loops_is_avoided() -> None:
    first = {plan.question_id for plan in loop_of("google").rounds}
    again = plan_loop(COMPANIES["google"], QUESTIONS, FRAMEWORKS, 1, avoid=first)
    assert not first & {plan.question_id for plan in again}


def test_a_bank_without_a_fitting_question_says_so() -> None:
    with pytest.raises(ValueError, match="no question left"):
        plan_loop(COMPANIES["google"], QUESTIONS[:1], FRAMEWORKS, 1)


def test_minutes_are_scaled_and_never_below_one() -> None:
    assert {plan.minutes for plan in loop_of(scale=0.5).rounds} == {30.0}
    assert {plan.minutes for plan in loop_of(scale=0.001).rounds} == {1.0}


# -- how far it is ----------------------------------------------------------------------------------


def test_rounds_are_held_in_order_until_all_are() -> None:
    state = loop_of("google")
    for number in range(1, 6):
        following = state.next_round
        assert following is not None and following.number == number
        state = began(state, number, f"s{number}")
        assert state.next_round == following
        state = ended(state, number, f"s{number}")
    assert state.is_over and state.next_round is None


def test_which_rounds_are_due() -> None:
    state = ended(loop_of("google"), 2, "s")
    assert [plan.number for plan in rounds_to_hold(state, None, None)] == [1, 3, 4, 5]
    assert [plan.number for plan in rounds_to_hold(state, None, 2)] == [1, 3]
    assert [plan.number for plan in rounds_to_hold(state, 2, None)] == [2]
    with pytest.raises(ValueError, match="no round 6"):
        list(rounds_to_hold(state, 6, None))
    with pytest.raises(ValueError, match="no round 0"):
        began(state, 0, "s")


# -- on disk ----------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(companies, seeds, st.integers(1, 4), st.booleans())
def test_a_loop_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, company: str, seed: int, number: int, done: bool
) -> None:
    folder = tmp_path_factory.mktemp("data")
    state = (ended if done else began)(loop_of(company, seed), number, "2026-01-02T03-04-05-x")
    loop_files.save(folder, state)
    assert loop_files.all_loops(folder) == [state]
    path = loop_files.state_path(folder, state.id)
    assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "cannot be read"),
        ("[]", "cannot be read"),
        ("{}", "cannot be read"),
        ('{"loop": 99}', "newer version"),
        ('{"loop": 1, "rounds": [], "sessions": ["x"], "done": [], "id": "a", "company": "google",'
         ' "begun_at": "", "seed": 1}', "makes no sense"),
        ('{"loop": 1, "rounds": [{}], "sessions": [], "done": []}', "cannot be read"),
    ],
)  # fmt: skip
def test_a_damaged_loop_is_named(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "loops" / "a.json"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SessionError, match=says) as caught:
        loop_files.all_loops(tmp_path)
    assert "a.json" in str(caught.value)


def test_a_loop_is_found_by_name_by_company_and_as_the_last_one(tmp_path: Path) -> None:
    google, amazon = loop_of("google"), dataclasses.replace(loop_of("amazon"), begun_at="2026-02-01")
    for state in (google, amazon):
        loop_files.save(tmp_path, state)
    assert loop_files.find(tmp_path) == amazon
    assert loop_files.find(tmp_path, "", "google") == google
    assert loop_files.find(tmp_path, google.id[:14]) == google
    for number in range(1, 7):
        amazon = ended(amazon, number, "s")
    loop_files.save(tmp_path, amazon)
    assert loop_files.find(tmp_path) == google
    assert loop_files.find(tmp_path, amazon.id) == amazon
    with pytest.raises(UsageError, match="2 loops"):
        loop_files.find(tmp_path, "2026")
    with pytest.raises(UsageError, match="no loop named"):
        loop_files.find(tmp_path, "nothing")
    with pytest.raises(UsageError, match="no unfinished loop of microsoft"):
        loop_files.find(tmp_path, "", "microsoft")


@given(st.text(max_size=30))
def test_a_loops_name_cannot_leave_its_folder(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    try:
        path = loop_files.state_path(Path("/data"), name)
    except UsageError:
        return
    assert path.parent == Path("/data/loops")


def test_new_names_can_be_used() -> None:
    name = loop_files.new_id("google", datetime(2026, 1, 2, tzinfo=UTC))
    assert loop_files.state_path(Path("/d"), name).name.startswith("2026-01-02-google-")


# -- the debrief ------------------------------------------------------------------------------------


def held(state: LoopState, reports: list[Report]) -> list[HeldRound]:
    found = []
    for number, (plan, report) in enumerate(zip(state.rounds, reports, strict=False), 1):
        session = dataclasses.replace(report.session, id=f"s{number}")
        found.append(HeldRound(plan, dataclasses.replace(report, session=session), True))
    return found


PRINCIPLES = {question.id: question.principles for question in QUESTIONS}
GOOGLE: Company = COMPANIES["google"]


def design_report() -> Report:
    return build_report(report_samples.interview())


def test_what_shows_in_several_rounds_comes_first_with_examples_from_two() -> None:
    state = loop_of("google")
    debrief = make_debrief(GOOGLE, state.rounds, held(state, [design_report()] * 3), PRINCIPLES)
    assert 1 <= len(debrief.work_on) <= 3
    for item in (*debrief.work_on, *debrief.strengths):
        assert item.rounds == (1, 2, 3)
        assert [one.round for one in item.examples] == [1, 3]
        assert {one.session for one in item.examples} == {"s1", "s3"}
    assert debrief.not_held == tuple(plan.name for plan in state.rounds[3:])


def test_a_lone_round_has_its_own_advice_and_no_pattern() -> None:
    state = loop_of("google")
    debrief = make_debrief(GOOGLE, state.rounds, held(state, [design_report()]), PRINCIPLES)
    assert {item.id for item in debrief.work_on} == {item.id for item in design_report().advice.work_on}
    assert all(len(item.examples) <= 2 and item.rounds == (1,) for item in debrief.work_on)


def test_a_principle_counts_when_it_was_really_asked_about() -> None:
    state = loop_of("amazon")
    plan = state.rounds[0]
    report = design_report()
    silent = make_debrief(COMPANIES["amazon"], state.rounds, held(state, [report]), {})
    due = [mark for mark in silent.principles if 1 in mark.planned_in]
    assert due and not any(mark.covered for mark in due)
    said = dataclasses.replace(report.turns[0], by="interviewer", text=f"Okay. {plan.probes[0].text}")
    asked = dataclasses.replace(report, turns=(said, *report.turns[1:]))
    spoken = make_debrief(COMPANIES["amazon"], state.rounds, held(state, [asked]), {})
    assert [mark.id for mark in spoken.principles if mark.covered] == [plan.probes[0].principle]


def test_the_debrief_is_shown_three_ways() -> None:
    state = loop_of("google")
    report = design_report()
    evil = dataclasses.replace(
        report, session=dataclasses.replace(report.session, question="<script>alert(1)</script>")
    )
    debrief = make_debrief(GOOGLE, state.rounds, held(state, [evil, report]), PRINCIPLES)
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(debrief_view(debrief))
    console.print(loops_list([state], {"google": "Google"}))
    text = console.export_text()
    assert "Work on, across rounds" in text and "round 1" in text and "next: round 1" in text
    page = render_debrief(debrief, state, {"s1": "../../sessions/s1/report.html"})
    assert "<script>alert" not in page and "&lt;script&gt;" in page
    assert 'href="../../sessions/s1/report.html"' in page
    assert "default-src 'none'" in html.unescape(page)
    data = json.loads(json.dumps(debrief_json(debrief, state), allow_nan=False))
    assert data["schema"] == "voice-interviewer.loop/1"
    assert [one["number"] for one in data["rounds"]] == [1, 2]
    assert all("covered" in mark for mark in data["principles"])


# -- breaks -----------------------------------------------------------------------------------------


def test_enter_ends_a_break_and_time_does_too() -> None:
    import threading

    never = threading.Event()
    told: list[float] = []
    assert EnterKey(lambda: "\n").wait(30.0)
    assert not EnterKey(lambda: str(never.wait(5.0))).wait(0.05, told.append)
    assert told and told[0] <= 0.05
    never.set()
