"""Where the candidate is: the chain over phases, by cues alone and with meanings given."""

from __future__ import annotations

import pytest

from voice_interviewer.adapters.content_files import load_framework, load_frameworks
from voice_interviewer.core.phase_evidence import OPENS, is_hold, is_plan
from voice_interviewer.core.phase_tracker import PhaseBelief, PhaseTracker, change_nats, place_nats

CIRCLES = [phase.id for phase in load_framework("circles").phases]


def told(*lines: str) -> list[PhaseBelief]:
    """Beliefs after each line, by cues alone."""
    tracker = PhaseTracker(load_framework("circles"))
    return [tracker.observe(line, 5.0 * at, 5.0 * at + 4) for at, line in enumerate(lines)]


def meant(phase: str, *, opens: str = "", sure: float = 0.6) -> dict[str, float]:
    """What a scorer would say of a line that fits `phase` and perhaps opens one."""
    rest = (1 - sure) / (len(CIRCLES) - 1)
    scores = {one: sure if one == phase else rest for one in CIRCLES}
    return scores | {OPENS + one: 40.0 if one == opens else 0.5 for one in CIRCLES}


def test_starts_in_the_first_phase_and_follows_announced_transitions() -> None:
    beliefs = told(
        "I have a few clarifying questions before I start.",
        "Let's talk about the users, there are three segments of users.",
        "Next, the pain points of these users, they struggle with the price.",
        "Now let me brainstorm some solutions, the first idea is an app.",
    )
    assert [belief.phase_id for belief in beliefs] == ["comprehend", "identify", "report", "list"]


def test_beliefs_are_probabilities_and_repeat_exactly() -> None:
    lines = ("Let me think about the user segments.", "yeah", "The main pain point is the price.")
    first, second = told(*lines), told(*lines)
    assert first == second
    for belief in first:
        assert sum(belief.probabilities.values()) == pytest.approx(1.0)
        assert max(belief.probabilities, key=belief.probabilities.__getitem__) == belief.phase_id
        assert 1 / len(CIRCLES) <= belief.confidence <= max(belief.probabilities.values())


def test_a_plan_names_phases_without_being_in_them() -> None:
    plan = "First I'll talk about users, then their pain points, and then we get to solutions."
    assert is_plan(plan)
    assert told("I have some clarifying questions.", plan)[-1].phase_id == "comprehend"
    assert not is_plan("Now let's move on to the pain points.")


@pytest.mark.parametrize(
    ("framework", "plan", "would_be"),
    [
        ("circles", "I'd like to go over the mission, then users, pain points and solutions.", "summarize"),
        (
            "circles",
            "First I'll talk about users, then pain points, and I'll wrap up with metrics.",
            "summarize",
        ),
        ("game", "So I'll start with the goals, then user actions, then metrics, then the test.", "metrics"),
        ("strategy", "I'll look at the goal first, then the market, some options and the risks.", "risks"),
        ("prfaq", "I'll go through the headline, the problem, the solution, and then the FAQ.", "faq"),
    ],
)
def test_a_plan_of_the_talk_opens_nothing_whatever_it_sounds_like(
    framework: str, plan: str, would_be: str
) -> None:
    phases = [phase.id for phase in load_framework(framework).phases]
    sounds = {one: 0.9 if one == would_be else 0.01 for one in phases} | {OPENS + would_be: 100.0}
    for text, phase in ((plan, phases[0]), ("Here it is.", would_be)):
        tracker = PhaseTracker(load_framework(framework))
        tracker.observe("Okay.", 0, 1)
        assert tracker.observe(text, 1, 5, sounds).phase_id == phase


@pytest.mark.parametrize(
    "hold",
    [
        "Can I take a minute to think about solutions?",
        "Any questions before I move on to the pain points?",
        "Does that make sense so far?",
    ],
)
def test_a_hold_stays_where_it_is(hold: str) -> None:
    assert is_hold(hold)
    before = ("Let's talk about the user segments.", "One segment is students, another group is parents.")
    assert told(*before, hold)[-1].phase_id == "identify"


def test_a_hold_that_means_another_phase_stays_unless_it_opens_one() -> None:
    def after(text: str, opens: str) -> str:
        tracker = PhaseTracker(load_framework("circles"))
        for at in range(4):
            tracker.observe("", at, at + 1.0, meant("identify", sure=0.8))
        scores = meant("report", opens=opens, sure=0.9)
        return [tracker.observe(text, 4, 5, scores) for _ in range(3)][-1].phase_id

    assert after("Any questions before I go on?", "") == "identify"
    assert after("The lines are long.", "") == "report"
    assert after("Give me a moment. So, pain points.", "report") == "report"


def test_one_odd_line_does_not_move_the_candidate_but_a_clear_opening_does() -> None:
    tracker = PhaseTracker(load_framework("circles"))
    for at in range(6):
        tracker.observe("", at, at + 1.0, meant("list"))
    assert tracker.observe("", 7, 8, meant("report", sure=0.5)).phase_id == "list"
    assert tracker.observe("", 8, 9, meant("list")).phase_id == "list"
    assert tracker.observe("", 9, 10, meant("evaluate", opens="evaluate")).phase_id == "evaluate"


def test_candidates_may_return() -> None:
    tracker = PhaseTracker(load_framework("circles"))
    for at in range(5):
        tracker.observe("", at, at + 1.0, meant("list", sure=0.8))
    for at in range(5, 11):
        belief = tracker.observe("", at, at + 1.0, meant("identify", sure=0.8))
    assert belief.phase_id == "identify"


def test_a_prompt_about_a_phase_puts_its_answer_there() -> None:
    plain, asked = PhaseTracker(load_framework("circles")), PhaseTracker(load_framework("circles"))
    for tracker in (plain, asked):
        for at in range(6):
            tracker.observe("", at, at + 1.0, meant("list", sure=0.8))
    unclear = meant("evaluate", sure=0.3)
    assert plain.observe("", 7, 8, unclear).phase_id == "list"
    assert asked.observe("", 7, 8, unclear, after_prompt="evaluate").phase_id == "evaluate"


def test_an_unknown_prompted_phase_is_ignored() -> None:
    tracker = PhaseTracker(load_framework("circles"))
    assert tracker.observe("hello", 0, 1, after_prompt="curve_ball").phase_id == "comprehend"


def test_looking_back_corrects_what_was_late_to_be_noticed() -> None:
    tracker = PhaseTracker(load_framework("circles"))
    for at in range(5):
        tracker.observe("", at, at + 1.0, meant("comprehend"))
    live = [tracker.observe("", at, at + 1.0, meant("identify")).phase_id for at in range(5, 12)]
    after = [belief.phase_id for belief in tracker.smoothed()]
    assert live[0] == "comprehend"
    assert live[-1] == "identify"
    assert after == ["comprehend"] * 5 + ["identify"] * 7


def test_a_phase_is_taken_to_have_begun_where_two_more_lines_show_it_did() -> None:
    tracker = PhaseTracker(load_framework("circles"))
    for at in range(5):
        tracker.observe("", 10.0 * at, 10.0 * at + 9, meant("comprehend"))
    assert tracker.opened_s() == 20.0, "looks back two lines and no further"
    live = [tracker.observe("", 10.0 * at, 10.0 * at + 9, meant("identify")).phase_id for at in range(5, 7)]
    assert live == ["comprehend", "identify"]
    assert [belief.phase_id for belief in tracker.recent()] == ["comprehend", "identify", "identify"]
    assert tracker.opened_s() == 50.0


def test_what_is_recent_of_a_short_talk_is_all_of_it() -> None:
    tracker = PhaseTracker(load_framework("circles"))
    assert tracker.recent() == []
    first = tracker.observe("", 3.0, 4.0, meant("comprehend"))
    assert tracker.recent() == [first] and tracker.opened_s() == 3.0


def test_a_line_that_could_be_two_phases_is_taken_for_the_one_usual_there() -> None:
    unclear = {**meant("comprehend"), "comprehend": 0.4, "summarize": 0.4}

    def told_at(place: int) -> str:
        tracker = PhaseTracker(load_framework("circles"))
        for at in range(40):
            tracker.observe(
                "so it is", at, at + 1.0, unclear if at // 10 == place else meant("list", sure=0.2)
            )
        return tracker.smoothed()[10 * place + 5].phase_id

    assert told_at(0) == "comprehend"
    assert told_at(3) == "summarize"


def test_where_phases_usually_are() -> None:
    shares = [0.2, 0.5, 0.3]
    likeliest = [
        max(range(3), key=place_nats(shares, at).__getitem__) for at in (0.0, 0.1, 0.4, 0.6, 0.9, 1.0)
    ]
    assert likeliest == [0, 0, 1, 1, 2, 2]
    assert place_nats([0.0, 0.0], 0.7) == [0.0, 0.0]
    for framework in load_frameworks():
        assert sum(phase.usual_share for phase in framework.phases) == pytest.approx(1.0, abs=0.03)


def test_smoothing_gives_one_belief_a_line_and_agrees_with_live_on_the_last() -> None:
    tracker = PhaseTracker(load_framework("circles"))
    assert tracker.smoothed() == []
    last = [tracker.observe("", at, at + 1.0, meant(phase)) for at, phase in enumerate(CIRCLES * 3)][-1]
    after = tracker.smoothed()
    assert len(after) == 3 * len(CIRCLES)
    assert after[-1].phase_id == last.phase_id
    assert sum(after[-1].probabilities.values()) == pytest.approx(1.0)


def test_a_talk_of_few_lines_may_change_its_phase_with_every_line_and_a_long_one_may_not() -> None:
    def after(lines_each: int) -> list[str]:
        tracker = PhaseTracker(load_framework("circles"))
        for at in range(len(CIRCLES) * lines_each):
            tracker.observe("", at, at + 1.0, meant(CIRCLES[at // lines_each], sure=0.5))
        tracker.observe("", 900, 901, meant("list", sure=0.5))
        return [belief.phase_id for belief in tracker.smoothed()]

    assert after(1)[:-1] == CIRCLES
    assert after(1)[-1] == "list"
    assert after(60) == [phase for phase in CIRCLES for _ in range(60)] + [CIRCLES[-1]]
    assert change_nats(0) == change_nats(1) == 0.0 < change_nats(20) < change_nats(800)


def test_two_hours_of_lines_stay_within_numbers() -> None:
    tracker = PhaseTracker(load_framework("circles"))
    for at in range(2000):
        belief = tracker.observe("the pain point is that they struggle", at, at + 1.0)
    assert belief.phase_id == "report"
    assert 0.0 <= belief.confidence <= 1.0 + 1e-9


@pytest.mark.parametrize("framework", load_frameworks(), ids=lambda framework: framework.id)
def test_each_phase_is_recognised_by_its_own_invitation_and_examples(framework: object) -> None:
    from voice_interviewer.core.content import Framework

    assert isinstance(framework, Framework)
    tracker = PhaseTracker(framework)
    at, wanted = 0.0, []
    for phase in framework.phases:
        for text in (*phase.invitations[:1], *phase.examples[:6]):
            tracker.observe(text, at, at + 4)
            wanted.append(phase.id)
            at += 5
    right = sum(w == b.phase_id for w, b in zip(wanted, tracker.smoothed(), strict=True))
    assert right / len(wanted) >= 0.7
