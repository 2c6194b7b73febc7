"""How the interviewer takes turns, measured from outside: a robot candidate on a virtual sound card.

    python scripts/bench_turns.py [--stages answers,barge,echo] [--answers 12] [--echo-minutes M] [--out DIR]
        [--peer "NAME=COMMAND"]... [-- COMMAND...]

The robot plays answers with thinking pauses into the microphone of a private PulseAudio server and records
the loudspeaker; the figures come from the two recordings alone, so COMMAND can be any program that talks
through the default devices. Without one it is this project's own interview, with the default half duplex for
the answers and `--duplex full` for the other stages.

answers  reply gap and cut-offs over answers with thinking pauses; processor and memory. Each --peer is given
         the same answers after it (see scripts/peers)
barge    speaking over a prompt (it must stop) and coughs, 'mm-hm', keys (it must not)
echo     the loudspeaker is heard by the microphone: does the interviewer answer itself?
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import shlex
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from turn_figures import (  # noqa: E402
    judge_answer,
    locate,
    percentile,
    silent_after,
    sounding,
    spans,
)
from turn_robot import Answer, Mouth, Piece, Robot, Said, answer_texts, drawn_pauses  # noqa: E402

from tests.soundcard import RATE_HZ, VirtualSoundCard, missing_programs  # noqa: E402
from voice_interviewer.adapters.audio_files import load  # noqa: E402
from voice_interviewer.adapters.models import model_path  # noqa: E402
from voice_interviewer.adapters.piper import PiperVoice  # noqa: E402

DATA = ROOT.parent / "shared" / "data"
STAGES = ("answers", "barge", "echo")
REPEAT = "Could you repeat the question, please?"
BARGE = "Sorry, could you repeat the question, please?"
ECHOES = [(delay_ms, below_db) for below_db in (0, 6, 12) for delay_ms in (20, 100, 200, 300)]
PROMPT_LIMIT_S = 20.0
HELD_S = 2.5
"""A prompt that is silent for less may only be held: 1.6 s, and what it takes to be sure."""
SAME_FIT = 0.7
"""Correlation of a prompt's first words with those of the prompt it should be."""
QUIET_S = 6.0
"""Nothing was heard for so long: what the program still had to do about it is done."""

Pcm = NDArray[np.int16]
Figures = dict[str, Any]


def main() -> int:
    options, command = _parse()
    # Whoever ends the measurement must not leave the program and the sound server behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if missing := missing_programs():
        print(f"not measured: no {', '.join(missing)}", file=sys.stderr)
        return 1
    folder = options.out or Path(tempfile.mkdtemp(prefix="bench-turns-"))
    mouth = Mouth(PiperVoice(model_path("piper-en_US-joe-medium"), speed=1.05, pitch=1.12))
    stages: dict[str, Callable[[Robot, Mouth, argparse.Namespace], Figures]] = {
        "answers": stage_answers, "barge": stage_barge, "echo": stage_echo,
    }  # fmt: skip
    peers = [peer.partition("=") for peer in options.peer]
    runs = [(name, name, command) for name in options.stages.split(",")]
    runs += [("answers", name, shlex.split(run)) for name, _, run in peers]
    results: Figures = {}
    for stage, name, program in runs:
        stage_folder = folder / name
        stage_folder.mkdir(parents=True, exist_ok=True)
        run = program or _own_command(stage_folder, full=stage != "answers")
        print(f"-- {name}: {' '.join(run)}", flush=True)
        with VirtualSoundCard() as card:
            robot = Robot(card, stage_folder, run)
            try:
                measured = stages[stage](robot, mouth, options)
            finally:
                robot.stop()
            results[name] = figures = measured | usage_figures(robot)
        print(json.dumps(figures, indent=1), flush=True)
        (folder / "figures.json").write_text(json.dumps(results, indent=1))
    print(table(results, [name for name, _, _ in peers]))
    print(f"recordings and figures: {folder}")
    return 0


def _parse() -> tuple[argparse.Namespace, list[str]]:
    arguments = sys.argv[1:]
    command = arguments[arguments.index("--") + 1 :] if "--" in arguments else []
    mine = arguments[: arguments.index("--")] if "--" in arguments else arguments
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--stages", default="answers,barge", help="of answers, barge, echo")
    parser.add_argument("--answers", type=int, default=12, help="how many answers")
    parser.add_argument("--pauses", default="0.3,5", help="shortest and longest thinking pause, seconds")
    parser.add_argument(
        "--peer", action="append", default=[], metavar="NAME=COMMAND", help="measured on the same answers"
    )
    parser.add_argument("--trials", type=int, default=6, help="barge-ins, and as many false ones")
    parser.add_argument(
        "--echo-minutes", type=float, default=0.0, help="go on over the echo paths for so long"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--noise", type=Path, help="a recording played in the room all the time")
    parser.add_argument("--noise-db", type=float, default=20.0, help="so far below the robot's voice")
    parser.add_argument("--out", type=Path, help="where recordings and figures go")
    options = parser.parse_args(mine)
    if unknown := set(options.stages.split(",")) - set(STAGES):
        parser.error(f"no stage {', '.join(sorted(unknown))}")
    return options, command


def _own_command(folder: Path, *, full: bool) -> list[str]:
    return [
        sys.executable, "-m", "voice_interviewer", "practice", "--question", "teams-frontline-workers",
        "--minutes", "45", "--seed", "1", "--plain", "--sessions-dir", str(folder / "sessions"),
        *(["--duplex", "full"] if full else []),
    ]  # fmt: skip


# -- the stages ------------------------------------------------------------------------------------


def stage_answers(robot: Robot, mouth: Mouth, options: argparse.Namespace) -> Figures:
    """Answer after answer, with pauses to think."""
    rng = random.Random(options.seed)
    texts = list(answer_texts(ROOT / "tests" / "data" / "turns.txt"))
    rng.shuffle(texts)
    ready = [
        mouth.answer(f"answer-{index}", text, drawn_pauses(rng, text.count("|"), *_pause_range(options)))
        for index, text in enumerate((texts * 9)[: options.answers])
    ]
    _add_noise(robot, options)
    robot.wait_for_prompt(0.0, 60.0)
    first_word_s = robot.loud.first_sound_at_s() - robot.started_at_s
    for answer in ready:
        robot.wait_for_silence(rng.uniform(1.2, 1.8))
        time.sleep(rng.uniform(0.0, 0.5))
        if not robot.running():
            break
        said = robot.say(answer, "answer", polite=True)
        end_s = time.monotonic()
        if not said.stopped:
            robot.wait_for_prompt(end_s - 0.3, PROMPT_LIMIT_S)
    robot.wait_for_silence(1.5)
    time.sleep(QUIET_S + 6.0)  # to see what listening to silence costs
    return {"first_word_s": round(first_word_s, 2)} | answer_figures(robot)


def _pause_range(options: argparse.Namespace) -> tuple[float, float]:
    shortest, _, longest = options.pauses.partition(",")
    return float(shortest), float(longest)


def _add_noise(robot: Robot, options: argparse.Namespace) -> None:
    if options.noise is None:
        return
    noise = load(options.noise).astype(np.float64)
    level = 0.08 * 32768 * 10 ** (-options.noise_db / 20)
    noise *= level / max(1.0, float(np.sqrt(np.mean(noise**2))))
    long = np.resize(np.clip(noise, -32000, 32000), RATE_HZ * 3600).astype(np.int16)
    path = robot.folder / "noise.wav"
    path.write_bytes(_wav(long))
    robot.card.speak(path)


def answer_figures(robot: Robot) -> Figures:
    """Reply gaps and cut-offs, from the two recordings."""
    room, loud = robot.room.samples(), robot.loud.samples()
    # Both on the clock of the room's recording.
    offset_s = robot.loud.began_at_s - robot.room.began_at_s
    prompts = [(a + offset_s, b + offset_s) for a, b in spans(sounding(loud))]
    answers = [said for said in robot.said if said.kind == "answer"]
    turns, fits = [], []
    for index, said in enumerate(answers):
        at_s, fit = place(robot, said, room)
        fits.append(fit)
        pieces = [(at_s + piece.start_s, at_s + piece.end_s) for piece in said.answer.pieces]
        later = answers[index + 1 :]
        until_s = later[0].at_s - robot.room.began_at_s if later else float("inf")
        turns.append(judge_answer(pieces, prompts, until_s))
    gaps = [turn.reply_gap_s for turn in turns if turn.reply_gap_s is not None]
    finished = [turn for turn in turns if not turn.cut_off]
    return {
        "answers": len(turns),
        "pauses": sum(turn.pauses for turn in turns),
        "cut_offs": sum(turn.cut_off for turn in turns),
        "cut_after_s": [round(turn.cut_after_s, 2) for turn in turns if turn.cut_off],
        "reply_gap_p50_s": round(percentile(gaps, 50), 2),
        "reply_gap_p95_s": round(percentile(gaps, 95), 2),
        "reply_gaps_s": [round(gap, 2) for gap in gaps],
        "no_reply": len(finished) - len(gaps),
        "broken_off": sum(turn.broken_off for turn in turns),
        "worst_fit": round(min(fits, default=0.0), 3),
    }


def place(robot: Robot, said: Said, room: Pcm) -> tuple[float, float]:
    """Where the robot's sound really lies in the room's recording, seconds, and how well it fits."""
    first = said.answer.pcm[: round(min(2.0, said.answer.pieces[0].end_s) * RATE_HZ)]
    return locate(first, room, said.at_s - robot.room.began_at_s)


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
    robot.say(repeat, "repeat", polite=False)
    asked_s = time.monotonic()
    robot.wait_for_prompt(asked_s - 0.2, PROMPT_LIMIT_S)
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
        robot.say(repeat, "repeat", polite=False)
        asked_s = time.monotonic()
        robot.wait_for_prompt(asked_s - 0.2, PROMPT_LIMIT_S)
        robot.wait_for_silence(HELD_S)
        done_s = time.monotonic() - HELD_S
        time.sleep(7.0)
        heard = robot.loud.samples()
        loud = sounding(heard)
        first = round((asked_s - 0.2 - robot.loud.began_at_s) * 100)
        split = round((done_s + 0.3 - robot.loud.began_at_s) * 100)
        same = locate(opening, heard, asked_s - robot.loud.began_at_s, PROMPT_LIMIT_S)[1] > SAME_FIT
        rows.append({
            "at_s": round(asked_s - robot.loud.began_at_s, 1), "delay_ms": delay_ms, "level_db": -below_db,
            "same_prompt": same,
            "stopped_itself": bool(same and loud[first:split].sum() / 100 < 0.8 * whole_s),
            "held_itself": len(spans(loud[first:split])) > 1,
            "answered_itself": bool(loud[split:].any()),
        })  # fmt: skip
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


def _opening(robot: Robot) -> Pcm:
    """How the prompt begins that the loudspeaker played last, at 16 kHz."""
    heard = robot.loud.samples()
    begin_s = spans(sounding(heard), HELD_S)[-1][0]
    return heard[round(begin_s * RATE_HZ) : round((begin_s + 1.5) * RATE_HZ)]


# -- the table -------------------------------------------------------------------------------------


def usage_figures(robot: Robot) -> Figures:
    """Share of one core while the room and the loudspeaker are silent, and while the robot speaks."""
    usage = robot.usage
    room, loud = sounding(robot.room.samples(), 300), sounding(robot.loud.samples())
    silent, speaking = [], []
    ready_s = robot.loud.first_sound_at_s()  # loading the models is no listening
    steps = zip(usage.at_s, usage.at_s[1:], usage.cpu_s, usage.cpu_s[1:], strict=False)
    for begin_s, end_s, before_s, after_s in steps:
        if ready_s == 0.0 or begin_s < ready_s + 5.0:
            continue
        share = (after_s - before_s) / (end_s - begin_s)
        in_room = _part(room, begin_s - QUIET_S - robot.room.began_at_s, end_s - robot.room.began_at_s)
        in_loud = _part(loud, begin_s - QUIET_S - robot.loud.began_at_s, end_s - robot.loud.began_at_s)
        if in_room == 0 and in_loud == 0:
            silent.append(share)
        elif in_room > 0.3 and in_loud == 0:
            speaking.append(share)
    return {
        "cpu_silence": round(float(np.mean(silent)), 2) if silent else None,
        "cpu_speech": round(float(np.mean(speaking)), 2) if speaking else None,
        "rss_mb": round(max(usage.rss_mb, default=0.0)),
    }


def _part(loud: NDArray[np.bool_], begin_s: float, end_s: float) -> float:
    window = loud[max(0, round(begin_s * 100)) : max(0, round(end_s * 100))]
    return float(window.mean()) if window.size else 0.0


def table(results: Figures, peers: list[str]) -> str:
    """The figures beside their targets, as in docs/benchmarks.md."""
    rows = ["| figure | measured | target |", "| --- | --- | --- |"]

    def row(name: str, value: str, target: str) -> None:
        rows.append(f"| {name} | {value} | {target} |")

    for name in ["answers", *peers]:
        if a := results.get(name):
            of = "" if name == "answers" else f"{name}: "
            gaps = f"{a['reply_gap_p50_s']} s, {a['reply_gap_p95_s']} s ({len(a['reply_gaps_s'])} turns)"
            row(f"{of}reply gap, median and 95 %", gaps, "1.0 s, 2.5 s")
            cuts = f"{a['cut_offs']} of {a['pauses']}, in {a['answers']} answers"
            row(f"{of}cut-offs over pauses of 0.5 to 5 s", cuts, "2 %")
            row(f"{of}no reply, reply that broke off", f"{a['no_reply']}, {a['broken_off']}", "0, 0")
            row(f"{of}start to first word", f"{a['first_word_s']} s", "1.5 s")
            busy = f"{a['cpu_silence']}, {a['cpu_speech']} cores"
            row(f"{of}processor, silence and speech", busy, "0.10, 1.20")
            row(f"{of}resident memory", f"{a['rss_mb']} MB", "900 MB")
    if b := results.get("barge"):
        row("barge-in to silence, median and 95 %", f"{b['stop_p50_s']} s, {b['stop_p95_s']} s", "95 % 0.3 s")
        row("false barge-ins", f"{b['false_barge_ins']} of {b['false_trials']}", "2 %")
    if e := results.get("echo"):
        hears = f"{e['answered_itself']} answered, {e['stopped_itself']} stopped, of {e['echo_trials']}"
        hears += f" in {e['echo_minutes']} min; {e['held_itself']} only held"
        row("hears itself over the echo", hears, "0")
    return "\n".join(rows)


def _wav(pcm: Pcm) -> bytes:
    from voice_interviewer.adapters.recording import wav_header

    return wav_header(RATE_HZ, 2 * pcm.size) + pcm.tobytes()


if __name__ == "__main__":
    raise SystemExit(main())
