"""How the interviewer takes turns, measured from outside: a robot candidate on a virtual sound card.

    python scripts/bench_turns.py [--stages answers,barge,echo] [--answers 12] [--interview FILE]
        [--echo-minutes M] [--out DIR] [--peer "NAME=COMMAND"]... [-- COMMAND...]

The robot plays answers with thinking pauses into the microphone of a private PulseAudio server and records
the loudspeaker; the figures come from the two recordings alone, so COMMAND can be any program that talks
through the default devices. Without one it is this project's own interview, with the default half duplex for
the answers and `--duplex full` for the other stages.

answers  reply gap and cut-offs over answers with thinking pauses; processor and memory. Each --peer is given
         the same answers after it (see scripts/peers). With --interview they are those of one interview, in
         their order: they answer what is asked
barge    speaking over a prompt (it must stop) and coughs, 'mm-hm', keys (it must not)
echo     the loudspeaker is heard by the microphone: does the interviewer answer itself?
"""

from __future__ import annotations

import argparse
import json
import random
import shlex
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from turn_figures import judge_answer, percentile, sounding, spans  # noqa: E402
from turn_over_prompt import PROMPT_LIMIT_S, stage_barge, stage_echo  # noqa: E402
from turn_robot import Answer, Mouth, Robot, answer_texts, drawn_pauses, interview, place  # noqa: E402

from tests.soundcard import RATE_HZ, VirtualSoundCard, missing_programs  # noqa: E402
from voice_interviewer.adapters.audio_files import load  # noqa: E402
from voice_interviewer.adapters.models import model_path  # noqa: E402
from voice_interviewer.adapters.piper import PiperVoice  # noqa: E402

STAGES = ("answers", "barge", "echo")
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
    # Made beforehand: a program that starts is not to share the processor with its candidate.
    ready = made_answers(mouth, options) if options.peer or "answers" in options.stages else []
    stages: dict[str, Callable[[Robot, Mouth, argparse.Namespace], Figures]] = {
        "answers": partial(stage_answers, ready), "barge": stage_barge, "echo": stage_echo,
    }  # fmt: skip
    peers = [peer.partition("=") for peer in options.peer]
    runs = [(name, name, command) for name in options.stages.split(",")]
    runs += [("answers", name, shlex.split(run)) for name, _, run in peers]
    results: Figures = {}
    for stage, name, program in runs:
        stage_folder = folder / name
        stage_folder.mkdir(parents=True, exist_ok=True)
        run = program or _own_command(stage_folder, options, full=stage != "answers")
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
    parser.add_argument("--interview", type=Path, help="whose answers, as in tests/data/spoken")
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


def _own_command(folder: Path, options: argparse.Namespace, *, full: bool) -> list[str]:
    question = interview(options.interview)[0] if options.interview else "teams-frontline-workers"
    return [
        sys.executable, "-m", "voice_interviewer", "practice", "--question", question,
        "--minutes", "45", "--seed", "1", "--plain", "--sessions-dir", str(folder / "sessions"),
        *(["--duplex", "full"] if full else []),
    ]  # fmt: skip


# -- the stages ------------------------------------------------------------------------------------


def made_answers(mouth: Mouth, options: argparse.Namespace) -> list[Answer]:
    """The answers, synthesised, with their pauses to think."""
    rng = random.Random(options.seed)
    return [
        mouth.answer(f"answer-{index}", text, drawn_pauses(rng, text.count("|"), *_pause_range(options)))
        for index, text in enumerate(_texts(options, rng))
    ]


def stage_answers(ready: list[Answer], robot: Robot, _: Mouth, options: argparse.Namespace) -> Figures:
    """Answer after answer."""
    rng = random.Random(options.seed)
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


def _texts(options: argparse.Namespace, rng: random.Random) -> list[str]:
    if options.interview:
        return interview(options.interview)[1]
    texts = list(answer_texts(ROOT / "tests" / "data" / "turns.txt"))
    rng.shuffle(texts)
    return (texts * 9)[: options.answers]


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
            # An interview that came to its end leaves no silence to listen to.
            silence = "-" if a["cpu_silence"] is None else a["cpu_silence"]
            busy = f"{silence}, {a['cpu_speech']} cores"
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
