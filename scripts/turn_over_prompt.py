"""Stages of bench_turns.py: the robot speaks over a prompt, and the loudspeaker comes back as an echo."""

from __future__ import annotations

import argparse
import itertools
import random
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from turn_figures import locate, percentile, silent_after, sounding, spans
from turn_robot import Answer, Mouth, Pcm, Piece, Robot, Said, place

from tests.soundcard import RATE_HZ, Ear
from voice_interviewer.adapters.audio_files import load

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
REPEAT = "Could you repeat the question, please?"
BARGE = "Sorry, could you repeat the question, please?"
ECHOES = [(delay_ms, below_db) for below_db in (0, 6, 12) for delay_ms in (20, 100, 200, 300)]
HELD_S = 2.5
"""A prompt that is silent for less may only be held: 1.6 s, and what it takes to be sure."""
SAME_FIT = 0.7
"""Correlation of a prompt's first words with those of the prompt it should be."""
PROMPT_LIMIT_S = 20.0

Figures = dict[str, Any]


def stage_barge(robot: Robot, mouth: Mouth, options: argparse.Namespace) -> Figures:
    """Over the repeated question: half of the time words, half of the time mere noises.

    The words ask for the question again, so that every trial is made on the same prompt.
    """
    rng = random.Random(options.seed)
    repeat, words = _single(mouth, REPEAT), _single(mouth, BARGE)
    noises = false_sounds(mouth)
    robot.wait_for_prompt(0.0, 60.0)
    robot.wait_for_silence(1.5)
    whole_s = _repeated(robot, repeat)
    stops: list[float] = []
    kept: dict[str, list[bool]] = {name: [] for name in noises}
    asked_s = 0.0  # when the prompt of the next trial was asked for, 0 if it was not yet
    for trial in range(2 * options.trials):
        if not asked_s:
            robot.say(repeat, "repeat", polite=False)
            asked_s = time.monotonic()
        if not robot.wait_for_prompt(asked_s - 0.2, PROMPT_LIMIT_S):
            asked_s = 0.0
            continue
        begun_s = robot.loud.first_sound_at_s(after_s=asked_s - 0.2)
        room_s = max(0.5, whole_s - 2.5)  # so much of the prompt must be left that its end is not the stop
        time.sleep(max(0.0, begun_s + rng.uniform(0.5, room_s) - time.monotonic()))
        asked_s = 0.0
        if trial % 2 == 0:
            said = robot.say(words, "barge", polite=False)
            asked_s = time.monotonic()
            stops.append(_stop_s(robot, said))
        else:
            name = list(noises)[trial // 2 % len(noises)]
            robot.say(noises[name], name, polite=False)
            robot.wait_for_silence(4.0)
            kept[name].append(_sound_since_s(robot, begun_s) > 0.8 * whole_s)
    return {
        "barge_ins": len(stops),
        "stop_p50_s": round(percentile(stops, 50), 2),
        "stop_p95_s": round(percentile(stops, 95), 2),
        "stops_s": [round(stop, 2) for stop in stops],
        "prompt_s": round(whole_s, 2),
        "false_trials": sum(len(results) for results in kept.values()),
        "false_barge_ins": sum(not kept_on for results in kept.values() for kept_on in results),
        "false_by_sound": {name: results.count(False) for name, results in kept.items()},
    }


def _stop_s(robot: Robot, said: Said) -> float:
    """From the onset of the words to the silence of the loudspeaker; 99 when it talked on."""
    at_s = place(robot, said, robot.room.samples())[0] + robot.room.began_at_s
    stopped = silent_after(sounding(robot.loud.samples()), at_s - robot.loud.began_at_s)
    return 99.0 if stopped is None else stopped


def _repeated(robot: Robot, repeat: Answer) -> float:
    """Seconds of sound in the repeated question when nobody disturbs it."""
    asked_s = _ask_again(robot, repeat)
    begun_s = robot.loud.first_sound_at_s(after_s=asked_s - 0.2)
    robot.wait_for_silence(1.5)
    return _sound_since_s(robot, begun_s)


def _sound_since_s(robot: Robot, since_s: float) -> float:
    """Seconds of sound that the loudspeaker made since then."""
    loud = sounding(robot.loud.samples())
    return float(loud[max(0, round((since_s - robot.loud.began_at_s) * 100)) :].sum() / 100)


def false_sounds(mouth: Mouth) -> dict[str, Answer]:
    """What must not stop the interviewer."""
    rng = np.random.default_rng(7)
    burst = rng.standard_normal(RATE_HZ // 6) * np.exp(-np.linspace(0, 5, RATE_HZ // 6)) * 9000
    cough = np.concatenate([burst, np.zeros(RATE_HZ // 8), 0.7 * burst])
    sounds: dict[str, Answer] = {
        "cough": _sound("cough", cough),
        "okay": _single(mouth, "Okay."),
    }
    keys = DATA / "noise" / "keyboard-typing.ogg"
    if keys.exists():
        sounds["keyboard"] = _sound("keyboard", load(keys)[: 3 * RATE_HZ].astype(np.float64))
    meeting = DATA / "spontaneous" / "ami_trn04.flac"
    if meeting.exists():  # somebody who listens: "Mm-hmm"
        pcm = load(meeting)[round(14.41 * RATE_HZ) : round(15.92 * RATE_HZ)]
        begin_s, end_s = max(
            spans(sounding(pcm, int(np.abs(pcm).max()) // 8), 0.3), key=lambda s: s[1] - s[0]
        )
        loud = pcm[round(begin_s * RATE_HZ) : round(end_s * RATE_HZ)].astype(np.float64)
        sounds["mm-hm"] = _sound("mm-hm", loud * 9000 / np.abs(loud).max())
    return sounds


def _single(mouth: Mouth, text: str) -> Answer:
    return mouth.answer(text, text, [])


def _sound(name: str, pcm: NDArray[np.float64]) -> Answer:
    whole = np.clip(pcm, -32000, 32000).astype(np.int16)
    return Answer(name, whole, (Piece(name, 0.0, whole.size / RATE_HZ),))


def stage_echo(robot: Robot, mouth: Mouth, options: argparse.Namespace) -> Figures:
    """The question is repeated over each echo path, and over all of them again until the time is up, while
    the robot keeps quiet.
    """
    repeat = _single(mouth, REPEAT)
    robot.wait_for_prompt(0.0, 60.0)
    robot.wait_for_silence(1.5)
    whole_s = _repeated(robot, repeat)
    opening = _opening(robot)
    rows: list[Figures] = []
    began_s = time.monotonic()
    for number, (delay_ms, below_db) in enumerate(itertools.cycle(ECHOES)):
        passed = number >= len(ECHOES) and time.monotonic() - began_s >= options.echo_minutes * 60
        if passed or not robot.running():
            break
        robot.card.add_echo(delay_ms=delay_ms, attenuation_db=below_db)
        asked_s = _ask_again(robot, repeat)
        robot.wait_for_silence(HELD_S)
        done_s = time.monotonic() - HELD_S
        time.sleep(7.0)
        path = {"delay_ms": delay_ms, "level_db": -below_db}
        rows.append(path | _echo_row(robot.loud, asked_s, done_s, opening, whole_s))
        robot.wait_for_silence(1.5)
        robot.card.remove_echo()
    return {
        "echo_trials": len(rows),
        "echo_minutes": round((time.monotonic() - began_s) / 60, 1),
        "other_prompts": sum(not row["same_prompt"] for row in rows),
        "stopped_itself": sum(row["stopped_itself"] for row in rows),
        "held_itself": sum(row["held_itself"] for row in rows),
        "answered_itself": sum(row["answered_itself"] for row in rows),
        "by_path": rows,
    }


def _ask_again(robot: Robot, repeat: Answer) -> float:
    """Have the question repeated, and wait until it is; time.monotonic() when it was asked for."""
    robot.say(repeat, "repeat", polite=False)
    asked_s = time.monotonic()
    robot.wait_for_prompt(asked_s - 0.2, PROMPT_LIMIT_S)
    return asked_s


def _echo_row(loud: Ear, asked_s: float, done_s: float, opening: Pcm, whole_s: float) -> Figures:
    """What the loudspeaker did from when the question was asked for, and after it was done."""
    heard = loud.samples()
    at_s = asked_s - loud.began_at_s
    split = round((done_s + 0.3 - loud.began_at_s) * 100)
    per_frame = sounding(heard)
    prompt = per_frame[round((at_s - 0.2) * 100) : split]
    same = locate(opening, heard, at_s, PROMPT_LIMIT_S)[1] > SAME_FIT
    return {
        "at_s": round(at_s, 1),
        "same_prompt": same,
        "stopped_itself": bool(same and prompt.sum() / 100 < 0.8 * whole_s),
        "held_itself": len(spans(prompt)) > 1,
        "answered_itself": bool(per_frame[split:].any()),
    }


def _opening(robot: Robot) -> Pcm:
    """How the prompt begins that the loudspeaker played last, at 16 kHz."""
    heard = robot.loud.samples()
    begin_s = spans(sounding(heard), HELD_S)[-1][0]
    return heard[round(begin_s * RATE_HZ) : round((begin_s + 1.5) * RATE_HZ)]
