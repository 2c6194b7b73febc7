"""A framework and a question small enough to reason about in the core's tests."""

from __future__ import annotations

from voice_interviewer.core.content import FollowUp, Framework, Phase, Question, Signal


def signal(name: str, pattern: str, ask: str, value: float = 0.5) -> Signal:
    return Signal(name, name.replace("_", " "), value, (pattern,), (ask,))


def phase(name: str, budget_s: float, cue: str, signals: tuple[Signal, ...], group: str = "") -> Phase:
    return Phase(
        id=name,
        name=name.capitalize(),
        purpose=f"to {name}",
        budget_s=budget_s,
        budget_group=group,
        strong=(),
        weak=(),
        cues=(cue,),
        transitions=(rf"\b(next|now|let'?s (talk|move))\b.*\b{cue}",),
        examples=(),
        invitations=(f"What about the {name} step?", f"Shall we look at {name}?"),
        signals=signals,
    )


def framework() -> Framework:
    """clarify 100 s, users + needs 100 s together, solve 150 s."""
    return Framework(
        "small",
        "Small",
        "product-design",
        "A framework for tests.",
        (
            phase("clarify", 100, r"\bgoal\b", (signal("goal_named", r"\bgoal is\b", "What is the goal?"),)),
            phase(
                "users",
                50,
                r"\b(users?|segments?)\b",
                (signal("segment_named", r"\b(students|drivers)\b", "Who exactly is it for?", 0.9),),
                "people",
            ),
            phase(
                "needs",
                50,
                r"\b(pain|needs?)\b",
                (signal("pain_named", r"\bpain\b", "What hurts them most?"),),
                "people",
            ),
            phase(
                "solve",
                150,
                r"\b(solutions?|build)\b",
                (
                    signal("several", r"\bsecond\b", "What else could you build?", 0.6),
                    signal("metric_named", r"\bmeasure\b", "Which number would tell you it works?", 0.8),
                ),
            ),
        ),
    )


def question() -> Question:
    return Question(
        "small-question",
        "product-design",
        "small",
        "How would you improve the bus?",
        2,
        clarifications={
            "goal": "The goal is fewer missed connections.",
            "users": "Commuters in one mid-sized city.",
            "platform": "Anything you like except new vehicles.",
            "market": "One city in Germany.",
            "constraints": "The budget is two million a year.",
            "timeline": "Results are wanted within a year.",
            "resources": "One team of eight people.",
        },
        follow_ups=(FollowUp("solve", "How would bus drivers react to that plan?"),),
        curve_ball="What if the city made all buses free tomorrow?",
    )
