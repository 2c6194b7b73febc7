from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_interviewer.adapters.content_check import check_content
from voice_interviewer.adapters.content_files import load_frameworks, load_questions
from voice_interviewer.adapters.guide_files import load_guides
from voice_interviewer.adapters.paths import content_dir
from voice_interviewer.adapters.plan_files import load_plan
from voice_interviewer.core.plan import PastSession, Plan, PlanItem, PlanState, Stage
from voice_interviewer.core.plan_progress import choose_question, choose_type, follow, next_up, portion

BEGIN = date(2026, 11, 2)
DESIGN = PlanItem("design", "Design", "practice", 4, ("product-design",), minutes=35)
ANALYSIS = PlanItem("analysis", "Analysis", "practice", 4, ("metrics", "diagnosis"), minutes=35)
STUDY = PlanItem("study", "Study", "study", 1, ("product-design",), framework="circles", minutes=35)
TELL = PlanItem("tell", "Tell", "stories", 10)
MOCK = PlanItem("mock", "Mock", "mock", 1, minutes=45)
LOOP = PlanItem("loop", "Loop", "loop", 1)
OWN = PlanItem("own", "Own", "company", 2, minutes=35)
READ = PlanItem("read", "Read", "tick", 1)
PLAN = Plan(
    "p", "Plan", "", (Stage("a", "A", 10, (STUDY, TELL)), Stage("b", "B", 10, (DESIGN, ANALYSIS, READ)))
)


def session(number: int, **facts: object) -> PastSession:
    given_facts = {"type": "product-design", "framework": "circles", "duration_s": 35 * 60.0, **facts}
    question = given_facts.pop("question_id", f"q{number}")
    return PastSession(f"s{number}", BEGIN, question_id=str(question), **given_facts)  # type: ignore[arg-type]


def only(item: PlanItem, *sessions: PastSession, stories: int = 0, **state: object) -> tuple[int, int]:
    """How many count, and how many were too short."""
    plan = Plan("p", "Plan", "", (Stage("a", "A", 10, (item,)),))
    progress = follow(plan, PlanState(BEGIN, **state), sessions, stories, BEGIN)  # type: ignore[arg-type]
    return progress.items[0].have, progress.items[0].too_short


def test_sessions_count_by_type_and_length_and_once_a_question() -> None:
    assert only(DESIGN) == (0, 0)
    assert only(DESIGN, session(1), session(2)) == (2, 0)
    assert only(DESIGN, session(1), session(2, type="metrics")) == (1, 0)
    assert only(DESIGN, session(1, duration_s=13 * 60.0)) == (0, 1)
    assert only(DESIGN, session(1, duration_s=14 * 60.0)) == (1, 0)
    assert only(DESIGN, session(1, question_id="same"), session(2, question_id="same")) == (1, 0)
    assert only(ANALYSIS, session(1, type="metrics"), session(2, type="diagnosis")) == (2, 0)


def test_study_counts_the_framework_and_mocks_need_a_company_and_more_time() -> None:
    assert only(STUDY, session(1, framework="star")) == (0, 0)
    assert only(STUDY, session(1)) == (1, 0)
    assert only(MOCK, session(1)) == (0, 0)
    assert only(MOCK, session(1, company="google", duration_s=30 * 60.0)) == (0, 1)
    assert only(MOCK, session(1, company="google", duration_s=34 * 60.0)) == (1, 0)
    assert only(MOCK, session(1, company="google", duration_s=3000.0, loop="l")) == (0, 0)


def test_company_sessions_are_those_of_the_plans_company() -> None:
    held = (session(1, company="google"), session(2, company="amazon"), session(3))
    assert only(OWN, *held, company="google") == (1, 0)
    assert only(OWN, *held) == (2, 0)


def test_a_loop_counts_when_all_its_rounds_were_held() -> None:
    rounds = [session(n, loop="x", loop_rounds=5) for n in range(5)]
    assert only(LOOP, *rounds[:4]) == (0, 0)
    assert only(LOOP, *rounds) == (1, 0)
    assert only(LOOP, *(session(n, loop="x") for n in range(4))) == (1, 0)


def test_stories_and_ticks() -> None:
    assert only(TELL, stories=7) == (7, 0)
    assert only(READ) == (0, 0)
    assert only(READ, ticked=frozenset({"read"})) == (1, 0)


def test_stages_follow_each_other_and_stretch_to_the_interview() -> None:
    plain = follow(PLAN, PlanState(BEGIN), (), 0, BEGIN)
    assert [(one.first.day, one.last.day) for one in plain.stages] == [(2, 11), (12, 21)]
    squeezed = follow(PLAN, PlanState(BEGIN, BEGIN + timedelta(days=6)), (), 0, BEGIN)
    assert [(one.first.day, one.last.day) for one in squeezed.stages] == [(2, 4), (5, 7)]
    assert squeezed.days == 6


@pytest.mark.parametrize(
    ("days", "tell", "study"), [(-1, 0, 0), (0, 1, 1), (4, 5, 1), (9, 10, 1), (30, 10, 1)]
)
def test_what_is_due_grows_with_the_days_of_the_stage(days: int, tell: int, study: int) -> None:
    progress = follow(PLAN, PlanState(BEGIN), (), 0, BEGIN + timedelta(days=days))
    due = {one.item.id: one.due for one in progress.items}
    assert (due["tell"], due["study"]) == (tell, study)


def test_today_asks_first_for_what_is_overdue_from_earlier_weeks() -> None:
    late = follow(PLAN, PlanState(BEGIN), (), 3, BEGIN + timedelta(days=14))
    assert [one.item.id for one in portion(late)] == ["study", "tell", "design", "analysis"]
    later = follow(PLAN, PlanState(BEGIN), (), 3, BEGIN + timedelta(days=17))
    assert "read" in [one.item.id for one in portion(later)]
    upcoming = next_up(late)
    assert upcoming is not None and upcoming.item.id == "study"


def test_ahead_of_time_the_least_advanced_comes_next_and_nothing_when_all_is_done() -> None:
    ahead = follow(PLAN, PlanState(BEGIN), (session(1),), 5, BEGIN - timedelta(days=1))
    assert portion(ahead) == ()
    upcoming = next_up(ahead)
    assert upcoming is not None and upcoming.item.id == "tell"
    everything = frozenset({"study", "tell", "design", "analysis", "read"})
    assert next_up(follow(PLAN, PlanState(BEGIN, ticked=everything), (), 0, BEGIN)) is None


def test_type_practised_least_comes_next() -> None:
    assert choose_type(ANALYSIS, ()) == "metrics"
    assert choose_type(ANALYSIS, (session(1, type="metrics"),)) == "diagnosis"
    assert choose_type(OWN, ()) == ""


def test_questions_are_new_fit_the_company_and_get_harder() -> None:
    bank = load_questions()
    progress = follow(load_plan(), PlanState(BEGIN), (), 0, BEGIN)
    item = next(one for one in progress.items if one.item.id == "technical-questions")
    first = choose_question(item, bank, (), company="google", seed=1)
    assert first is not None and first.type == "technical"
    assert first.difficulty == 1 and "google" in first.companies
    asked = tuple(
        session(n, type="technical", question_id=one.id)
        for n, one in enumerate(bank)
        if one.type == "technical" and one.id != "uber-dispatch"
    )
    last = choose_question(item, bank, asked, seed=1)
    assert last is not None and last.id == "uber-dispatch"
    assert choose_question(item, (), (), seed=1) is None


def test_the_plan_of_the_content_refers_to_what_exists_and_asks_what_the_brief_asks() -> None:
    plan = load_plan()
    frameworks = {one.id: one.type for one in load_frameworks()}
    guides = {one.id for one in load_guides()}
    for stage in plan.stages:
        for item in stage.items:
            assert not item.framework or item.framework in frameworks, item.id
            assert set(item.types) <= set(frameworks.values()), item.id
            assert not item.guide or item.guide in guides, item.id
            assert item.minutes > 0 or item.kind in ("stories", "loop", "tick"), item.id
    assert plan.days == 42
    wanted = {item.id: item.wanted for stage in plan.stages for item in stage.items}
    assert wanted["write-stories"] == 20 and wanted["mock-interviews"] == 3
    assert wanted["product-design-questions"] == wanted["analytical-questions"] == 20
    assert wanted["technical-questions"] == 10 and wanted["mock-loops"] in (2, 3)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('kind = "mock"', 'kind = "mook"', "'mook' is not one of"),
        ('guide = "companies"', 'guide = "companys"', "no guide 'companys'"),
        ('framework = "circles"', 'framework = "circus"', "no framework 'circus'"),
        ('id = "story-review"', 'id = "study-star"', "item 'study-star' is there twice"),
        ("wanted = 20", "wanted = 0", "0 is less than the minimum"),
        ("[[stages]]", "[[stages", "must be valid TOML|Expected"),
    ],
)
def test_content_check_finds_what_is_wrong_with_a_plan(tmp_path: Path, old: str, new: str, says: str) -> None:
    copy = tmp_path / "content"
    shutil.copytree(content_dir(), copy)
    text = (copy / "plan.toml").read_text(encoding="utf-8")
    assert old in text
    (copy / "plan.toml").write_text(text.replace(old, new), encoding="utf-8")
    problems = [str(one) for one in check_content(copy).problems]
    assert problems and all(one.startswith("plan.toml") for one in problems)
    assert any(re.search(says, one) for one in problems), problems


@settings(deadline=None)
@given(
    length=st.integers(1, 200),
    day=st.integers(-5, 250),
    stories=st.integers(0, 40),
    held=st.lists(st.sampled_from(["product-design", "metrics", "technical", "behavioural"]), max_size=30),
)
def test_any_day_of_any_length_has_a_sound_plan(length: int, day: int, stories: int, held: list[str]) -> None:
    plan = load_plan()
    state = PlanState(BEGIN, BEGIN + timedelta(days=length))
    sessions = [session(n, type=kind) for n, kind in enumerate(held)]
    progress = follow(plan, state, sessions, stories, BEGIN + timedelta(days=day))
    for before, after in zip(progress.stages, progress.stages[1:], strict=False):
        assert after.first == before.last + timedelta(days=1)
    assert all(one.first <= one.last for one in progress.stages)
    assert progress.days == max(length, len(plan.stages))
    for one in progress.items:
        assert 0 <= one.due <= one.item.wanted and 0 <= one.share <= 1
        assert one.behind == 0 or not one.done
    assert (next_up(progress) is None) == all(one.done for one in progress.items)
