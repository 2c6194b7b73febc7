"""Which question comes next when hearing is uncertain: what was probably given is not asked for."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from tests.small_content import framework, question
from voice_interviewer.adapters.content_check import check_content
from voice_interviewer.adapters.content_files import load_framework, load_frameworks
from voice_interviewer.adapters.paths import content_dir
from voice_interviewer.core import deepening, wording
from voice_interviewer.core.agenda import Agenda
from voice_interviewer.core.content import FollowUp, Framework, Question, Signal
from voice_interviewer.core.decision import Decision
from voice_interviewer.core.following_up import MAX_DEEPER_IN_STORY, MISSING_BELOW, OPEN_BELOW
from voice_interviewer.core.hearing import ANSWERS, GIVEN_ELSEWHERE, GIVEN_HERE, chances
from voice_interviewer.core.memory import Memory
from voice_interviewer.core.phase_tracker import PhaseTracker
from voice_interviewer.core.prompting import Prompter
from voice_interviewer.core.signals import GIVES

LINE = "Nothing in these words is known to a pattern of any kind."


class Talk:
    """A memory and a prompter, and a candidate who says one line after another."""

    def __init__(self, of: Framework, about: Question | None = None, *, seed: int = 0) -> None:
        agenda = Agenda(of, 1800.0)
        agenda.start(0.0)
        asked = about or dataclasses.replace(question(), follow_ups=(), curve_ball="")
        self.memory = Memory(of, asked, agenda, PhaseTracker(of))
        self.prompter = Prompter(self.memory, seed=seed)
        self.at_s = 0.0

    def says(self, meanings: dict[str, float] | None = None, text: str = LINE) -> Decision:
        self.at_s += 5.0
        self.memory.hear(text, self.at_s - 4.0, self.at_s, meanings or {})
        decision = self.prompter.decide(self.at_s, text)
        self.memory.asked.add(decision.key)
        self.memory.said.append(decision.text)
        return decision


def test_what_was_surely_not_given_is_asked_for() -> None:
    assert Talk(framework()).says({GIVES + "goal_named": MISSING_BELOW / 2}).key == "signal:goal_named"


def test_what_may_have_been_given_is_not_asked_for_though_it_was_not_heard() -> None:
    talk = Talk(framework())
    decision = talk.says({GIVES + "goal_named": (MISSING_BELOW + GIVEN_HERE) / 2})
    assert "goal_named" not in talk.memory.heard_ids
    assert decision.key.startswith(deepening.KEY)


def test_the_surest_gap_of_equal_worth_comes_first() -> None:
    small = framework()
    phase = dataclasses.replace(
        small.phases[0],
        signals=tuple(
            Signal(name, name, 0.5, ("x{9}",), (f"What about {name}?",)) for name in ("one", "two")
        ),
    )
    talk = Talk(dataclasses.replace(small, phases=(phase, *small.phases[1:])))
    assert talk.says({GIVES + "one": MISSING_BELOW * 0.9}).key == "signal:two"


def test_another_steps_signal_is_less_probable_than_it_looks() -> None:
    small = framework()
    found = chances(small, "clarify", {GIVES + "goal_named": 0.4, GIVES + "metric_named": 0.4})
    assert found["goal_named"] == 0.4
    assert found["metric_named"] == pytest.approx(0.4 * GIVEN_HERE / GIVEN_ELSEWHERE)


def test_a_follow_up_that_takes_something_for_granted_waits_for_it() -> None:
    small = framework()
    first = small.phases[0].signals[0]
    then = Signal("then", "then", 0.9, ("x{9}",), ("What about that goal?",), after=first.id)
    phase = dataclasses.replace(small.phases[0], signals=(first, then))
    of = dataclasses.replace(small, phases=(phase, *small.phases[1:]))
    assert Talk(of).says().key == f"signal:{first.id}"
    assert Talk(of).says(text="So the goal is to have more riders on the bus.").key == "signal:then"
    assert Talk(of).says({GIVES + first.id: 0.9}).key == "signal:then"


def test_the_questions_own_follow_up_is_not_asked_once_it_was_probably_answered() -> None:
    own = dataclasses.replace(
        question(), follow_ups=(FollowUp("clarify", "Which drivers complain the loudest?"),), curve_ball=""
    )
    given = {GIVES + "goal_named": 0.9}
    assert Talk(framework(), own).says(given).key == "question:0"
    asked = Talk(framework(), own).says({**given, f"{ANSWERS}0": OPEN_BELOW})
    assert asked.key.startswith(deepening.KEY)


def test_only_one_question_a_step_goes_deeper_and_it_is_the_seeds_choice() -> None:
    given = {GIVES + "goal_named": 0.9}
    talk = Talk(framework())
    keys = [talk.says(given).key, talk.says(given).key]
    assert keys[0].startswith(deepening.KEY) and keys[1].startswith("invite:")
    assert len({Talk(framework(), seed=seed).says(given).text for seed in range(12)}) > 1
    assert Talk(framework(), seed=3).says(given) == Talk(framework(), seed=3).says(given)


def test_a_deeper_question_is_not_asked_where_a_signal_answers_it() -> None:
    circles = load_framework("circles")
    answered = {number: one for number, one in enumerate(deepening.OF_TYPE[circles.type]) if one.unless}
    assert answered
    everything = {signal.id for phase in circles.phases for signal in phase.signals}
    for seed in range(20):
        talk = Talk(circles, seed=seed)
        talk.memory.heard_ids |= everything
        decision = talk.says()
        if decision.key.startswith(deepening.KEY):
            assert not set(deepening.answered_by(circles, decision.key)) & everything


def test_a_story_is_asked_about_in_the_order_in_which_it_is_told() -> None:
    star = load_framework("star")
    talk = Talk(star)
    first = {"situation": 0.9, "task": 0.05, "action": 0.03, "result": 0.02}
    decision = talk.says(first, "Some years ago I worked for a bank in Oslo.")
    assert decision.phase_id == "situation"
    here = {GIVES + signal.id: 0.9 for signal in star.phases[0].signals}
    assert talk.says({**first, **here}, "It was a mess for everybody in there.").phase_id == "task"


def test_a_story_has_room_for_a_few_deeper_questions() -> None:
    star = load_framework("star")
    talk = Talk(star)
    talk.memory.heard_ids |= {signal.id for phase in star.phases for signal in phase.signals}
    keys = [talk.says().key for _ in range(MAX_DEEPER_IN_STORY + 1)]
    assert sum(key.startswith(deepening.KEY) for key in keys) == MAX_DEEPER_IN_STORY


# -- the wordings ---------------------------------------------------------------------------------


def test_every_step_of_every_framework_has_a_deeper_question() -> None:
    for one in load_frameworks():
        for phase in one.phases:
            assert deepening.fitting(one, phase.id), f"{one.id} {phase.id}"


def test_deeper_questions_are_speakable_name_real_steps_and_end_in_one_question_mark() -> None:
    signals = {s.id for f in load_frameworks() for p in f.phases for s in p.signals}
    for one in load_frameworks():
        steps = {phase.id for phase in one.phases}
        for deeper in deepening.OF_TYPE[one.type]:
            assert set(deeper.phases) <= steps
            assert set(deeper.unless) <= signals
            for text in deeper.texts:
                spoken = text.replace("{choice}", "one two three four five six")
                assert wording.is_speakable(spoken) and spoken.endswith("?")


def test_follow_ups_wait_only_for_signals_that_exist_in_the_same_framework() -> None:
    waiting = 0
    for one in load_frameworks():
        names = {signal.id for phase in one.phases for signal in phase.signals}
        for phase in one.phases:
            for signal in phase.signals:
                waiting += bool(signal.after)
                assert not signal.after or signal.after in names - {signal.id}
    assert waiting >= 15


@pytest.mark.parametrize("named", ["lesson_applied", "no_such_signal"])
def test_content_check_finds_a_follow_up_that_waits_for_nothing(tmp_path: Path, named: str) -> None:
    copy = tmp_path / "content"
    shutil.copytree(content_dir(), copy)
    star = copy / "frameworks" / "star.toml"
    text = star.read_text(encoding="utf-8")
    assert 'after = "lesson_named"' in text
    star.write_text(text.replace('after = "lesson_named"', f'after = "{named}"'), encoding="utf-8")
    (problem,) = [str(one) for one in check_content(copy).problems]
    assert named in problem and "star.toml" in problem
