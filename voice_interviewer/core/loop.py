"""A company's interview loop: which question and which principles each round gets, and how far one is.

Everything follows from the company, the question bank and a seed. A round's interview is held elsewhere.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from voice_interviewer.core import wording
from voice_interviewer.core.content import Company, FollowUp, Framework, Principle, Question, Round

SHORTEST_ROUND_MINUTES = 1.0
BAR_RAISER = "bar raiser"
BAR_RAISER_LOOKS_BACK = 2
"""Principles of earlier rounds the bar raiser goes back to."""
HARD = 3


@dataclass(frozen=True, slots=True)
class Probe:
    """Something the interviewer asks because of a principle."""

    principle: str
    phase: str
    text: str


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """One round, decided."""

    number: int
    """From 1."""
    name: str
    type: str
    framework: str
    minutes: float
    question_id: str
    principles: tuple[str, ...]
    probes: tuple[Probe, ...] = ()
    """Asked in place of a few of the question's own follow-ups; only in behavioural rounds."""
    bar_raiser: bool = False


@dataclass(frozen=True, slots=True)
class LoopState:
    """A loop and how far it is."""

    id: str
    company: str
    begun_at: str
    """ISO 8601."""
    seed: int
    rounds: tuple[RoundPlan, ...]
    sessions: tuple[str, ...]
    """Per round the session that holds it, '' before it began."""
    done: tuple[bool, ...]
    """Per round whether it came to its end."""
    sessions_dir: str = ""

    @property
    def next_round(self) -> RoundPlan | None:
        """The first round that did not come to its end; None when all did."""
        return next((r for r, done in zip(self.rounds, self.done, strict=True) if not done), None)

    @property
    def is_over(self) -> bool:
        """Whether only the debrief is left."""
        return all(self.done)


# -- planning ------------------------------------------------------------------------------------


def plan_loop(
    company: Company,
    questions: Sequence[Question],
    frameworks: Sequence[Framework],
    seed: int,
    *,
    minutes_scale: float = 1.0,
    avoid: Collection[str] = (),
) -> tuple[RoundPlan, ...]:
    """Every round with its question and principles. ValueError when the bank lacks a question for a round.

    `avoid`: ids of questions of earlier loops; one of them is taken only where nothing else is left.
    """
    by_id = {framework.id: framework for framework in frameworks}
    covered = plan_principles(company, seed)
    plans: list[RoundPlan] = []
    for index, one in enumerate(company.rounds):
        taken = {plan.question_id for plan in plans}
        bar_raiser = BAR_RAISER in one.name.lower()
        question = _question(
            one, company, covered[index], questions, seed=seed, index=index, taken=taken, avoid=avoid
        )
        earlier = tuple(dict.fromkeys(p for own in covered[:index] for p in own)) if bar_raiser else ()
        probes = _probes(company, covered[index], earlier, question, by_id[question.framework], seed)
        plans.append(
            RoundPlan(
                index + 1,
                one.name,
                one.type,
                question.framework,
                max(SHORTEST_ROUND_MINUTES, one.minutes * minutes_scale),
                question.id,
                covered[index],
                probes,
                bar_raiser,
            )
        )
    return tuple(plans)


def plan_principles(company: Company, seed: int) -> tuple[tuple[str, ...], ...]:
    """The principles of each round, as many as the company plans for it.

    A round takes its own where they are fresh; no principle comes a second time before all the company has
    were covered.
    """
    counts = {principle.id: 0 for principle in company.principles}
    planned: list[tuple[str, ...]] = []
    for index, one in enumerate(company.rounds):
        later = {principle for following in company.rounds[index + 1 :] for principle in following.principles}
        chosen: list[str] = []
        for turn in range(min(len(one.principles), len(counts))):
            left = [name for name in counts if name not in chosen]
            fresh = [name for name in left if counts[name] == min(counts[other] for other in left)]
            own = [name for name in fresh if name in one.principles]
            spare = [name for name in fresh if name not in later]
            picked = wording.pick(seed, f"principle:{index}:{turn}", own or spare or fresh)
            chosen.append(picked)
            counts[picked] += 1
        planned.append(tuple(chosen))
    return tuple(planned)


def _question(
    one: Round,
    company: Company,
    principles: Sequence[str],
    questions: Sequence[Question],
    *,
    seed: int,
    index: int,
    taken: Collection[str],
    avoid: Collection[str],
) -> Question:
    """The best fitting question; among equals the seed decides."""
    fitting = [q for q in questions if q.type == one.type and q.id not in taken]
    if not fitting:
        raise ValueError(f"the bank has no question left for the round {one.name}")
    bar_raiser = BAR_RAISER in one.name.lower()

    def fit(question: Question) -> tuple[bool, bool, bool, bool, bool]:
        return (
            question.framework == one.framework,
            question.id not in avoid,
            bool(set(principles) & set(question.principles)),
            company.id in question.companies,
            bar_raiser and question.difficulty == HARD,
        )

    best = max(fit(question) for question in fitting)
    equals = sorted((q for q in fitting if fit(q) == best), key=lambda q: q.id)
    return equals[wording.draw(seed, f"question:{index}", len(equals))]


def _probes(
    company: Company,
    principles: Sequence[str],
    earlier: Sequence[str],
    question: Question,
    framework: Framework,
    seed: int,
) -> tuple[Probe, ...]:
    """One prompt a principle: a probe where the question is about it anyway, else a question of its own."""
    if not framework.monologue:
        return ()
    known = {principle.id: principle for principle in company.principles}
    back = sorted(earlier, key=lambda name: wording.draw(seed, f"back:{name}", 1 << 30))
    found: list[Probe] = []
    for name in (*principles, *back[:BAR_RAISER_LOOKS_BACK]):
        principle = known[name]
        about_it = name in question.principles
        options = _speakable(principle, about_it=about_it, question=question)
        if options:
            text = wording.pick(seed, f"probe:{name}", options)
            phase = framework.phases[len(framework.phases) // 2 if about_it else -1].id
            found.append(Probe(name, phase, text))
    return tuple(found)


def _speakable(principle: Principle, *, about_it: bool, question: Question) -> list[str]:
    first, second = principle.probes, principle.questions
    if not about_it:
        first, second = second, first
    for texts in (first, second):
        usable = [text for text in texts if wording.is_speakable(text) and text != question.wording]
        if usable:
            return usable
    return []


def with_probes(question: Question, plan: RoundPlan) -> Question:
    """The question as this round's interviewer asks it: the principles' prompts come before its own."""
    own = tuple(FollowUp(probe.phase, probe.text) for probe in plan.probes)
    return dataclasses.replace(question, follow_ups=own + question.follow_ups) if own else question


# -- how far it is -------------------------------------------------------------------------------


def new_loop(
    loop_id: str, company: str, begun_at: str, seed: int, rounds: tuple[RoundPlan, ...], sessions_dir: str
) -> LoopState:
    """A loop of which no round was held."""
    count = len(rounds)
    return LoopState(loop_id, company, begun_at, seed, rounds, ("",) * count, (False,) * count, sessions_dir)


def began(state: LoopState, number: int, session_id: str) -> LoopState:
    """The state once a round's session exists. ValueError for a round the loop does not have."""
    return _changed(state, number, session_id, done=False)


def ended(state: LoopState, number: int, session_id: str) -> LoopState:
    """The state once a round came to its end. ValueError for a round the loop does not have."""
    return _changed(state, number, session_id, done=True)


def _changed(state: LoopState, number: int, session_id: str, *, done: bool) -> LoopState:
    if not 1 <= number <= len(state.rounds):
        raise ValueError(f"there is no round {number}")
    sessions, flags = list(state.sessions), list(state.done)
    sessions[number - 1], flags[number - 1] = session_id, done
    return dataclasses.replace(state, sessions=tuple(sessions), done=tuple(flags))


def rounds_to_hold(state: LoopState, only: int | None, limit: int | None) -> Iterator[RoundPlan]:
    """The rounds to hold now, in order: one by number (again, if need be), or the open ones up to `limit`.

    ValueError for a round the loop does not have.
    """
    if only is not None:
        if not 1 <= only <= len(state.rounds):
            raise ValueError(f"there is no round {only}")
        yield state.rounds[only - 1]
        return
    open_rounds = [r for r, done in zip(state.rounds, state.done, strict=True) if not done]
    yield from open_rounds if limit is None else open_rounds[:limit]
