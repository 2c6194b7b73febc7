"""voice-interviewer practice: hold an interview out loud; ends with a report."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from voice_interviewer.core.endpointing import NEEDED
from voice_interviewer.core.errors import DeviceError, UsageError

if TYPE_CHECKING:
    from voice_interviewer.adapters.audio_sources import SoundOptions
    from voice_interviewer.adapters.language_model import LitellmWriter
    from voice_interviewer.adapters.session_folder import SessionFolder
    from voice_interviewer.bootstrap import Practice

DEFAULT_TYPE = "product-design"
LONGEST_MINUTES = 300.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `practice`."""
    what = parser.add_argument_group("what to practise")
    what.add_argument("--type", help="interview type, for example product-design or behavioural")
    what.add_argument("--question", metavar="ID", help="a question of the bank (see: content list)")
    what.add_argument("--framework", metavar="ID", help="for example circles or star")
    what.add_argument("--company", metavar="ID", help="google, amazon, microsoft, openai or anthropic")
    what.add_argument("--minutes", type=parse_minutes, help="length; the framework's own when not given")
    what.add_argument("--seed", type=int, help="the same seed makes the same choices")
    what.add_argument(
        "--live-figures", action="store_true", help="show words a minute and ums so far while you speak"
    )
    what.add_argument("--resume", metavar="SESSION|last", help="go on with an interview that was cut short")
    add_sound_arguments(parser)


def add_sound_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of every command that holds an interview."""
    sound = parser.add_argument_group("sound")
    sound.add_argument("--mic", metavar="NAME|FILE", help="microphone by name, or a recording in its place")
    sound.add_argument(
        "--loudspeaker", metavar="NAME|FILE.wav|none", help="loudspeaker by name, a file, or none"
    )
    sound.add_argument(
        "--candidate", metavar="demo|FILE", help="a stand-in: the demonstration, a script or a recording"
    )
    sound.add_argument(
        "--pace", choices=("real", "fast"), help="fast: as fast as the machine can, without devices"
    )
    sound.add_argument(
        "--duplex", choices=("full", "half"), help="full needs headphones or echo cancellation"
    )
    sound.add_argument(
        "--patience",
        choices=tuple(NEEDED),
        default="usual",
        help="brisk: replies sooner, and cuts in more often; patient: the reverse",
    )
    other = parser.add_argument_group("other")
    other.add_argument("--sessions-dir", type=Path, metavar="DIR", help="where sessions are kept")
    other.add_argument("--plain", action="store_true", help="print lines instead of a live view")
    other.add_argument(
        "--second-look",
        action=argparse.BooleanOptionalAction,
        help="hear the recording again after the report, and renew it (yes, but not at fast pace)",
    )
    other.add_argument("--llm", metavar="MODEL", help="let this litellm model word the follow-ups")
    other.add_argument(
        "--llm-rubric",
        action="store_true",
        help="ask that model for marks by the rubric after the session; shown as its opinion",
    )


def parse_minutes(text: str) -> float:
    """A length in minutes. Raises ArgumentTypeError."""
    try:
        minutes = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of minutes") from None
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise argparse.ArgumentTypeError(f"between 1 and {LONGEST_MINUTES:g} minutes, not {text}")
    return minutes


def run(args: argparse.Namespace) -> int:
    """Hold the interview; 0 when a report was made."""
    from voice_interviewer.adapters.disk_space import room_for
    from voice_interviewer.adapters.paths import sessions_dir
    from voice_interviewer.cli.holding import perform, wants_second_look

    _check_content(args)
    _check_resume(args)
    opinion_of(args)
    folder = args.sessions_dir or sessions_dir()
    if args.resume:
        return _resume(args, folder)
    _offer_recovery(folder)
    options, demonstrating = sound_options(args)
    practice = _practice(args, options, folder, demonstrating=demonstrating)
    print(room_for(practice.minutes, folder))
    plain = args.plain or not sys.stdout.isatty()
    again = wants_second_look(args.second_look, practice.sound)
    perform(practice, plain=plain, second_look=again, opinion=opinion_of(args))
    return 0


def sound_options(args: argparse.Namespace) -> tuple[SoundOptions, bool]:
    """What was asked for, and whether it is the demonstration, if only for want of devices."""
    from voice_interviewer.adapters.audio_sources import SoundOptions

    if args.candidate and args.mic:
        raise UsageError("--candidate stands in for the microphone", hint="give one of --candidate and --mic")
    options = SoundOptions(
        args.mic, args.loudspeaker, args.candidate, "", args.pace, args.duplex, args.patience
    )
    if not args.candidate and not args.mic:
        return _devices_or_demonstration(options)
    from_file = bool(args.candidate) or _names_a_file(args.mic)
    if from_file and options.pace is None and not (options.loudspeaker or _has_loudspeaker()):
        # Nobody could listen along: real time would be waiting for nothing.
        options = dataclasses.replace(options, pace="fast")
    return options, args.candidate == "demo"


def _names_a_file(name: str | None) -> bool:
    from voice_interviewer.adapters.audio_sources import is_file

    return name is not None and is_file(name)


def _has_loudspeaker() -> bool:
    from voice_interviewer.adapters import portaudio

    try:
        portaudio.find("output", None)
    except DeviceError:
        return False
    return True


def _check_resume(args: argparse.Namespace) -> None:
    chosen = [name for name in ("type", "question", "framework", "company", "minutes") if vars(args)[name]]
    if args.resume and chosen:
        raise UsageError(f"--resume goes on with what the session had; --{chosen[0]} cannot change it")


def _resume(args: argparse.Namespace, sessions: Path) -> int:
    from voice_interviewer.adapters import session_folder
    from voice_interviewer.adapters.disk_space import room_for
    from voice_interviewer.cli.holding import perform, wants_second_look

    folder = session_folder.find(sessions, args.resume)
    options, _ = sound_options(args)
    practice = resumed(folder, options, args.llm or "")
    print(room_for(max(1.0, practice.minutes - practice.begins_at_s / 60), folder.path))
    plain = args.plain or not sys.stdout.isatty()
    again = wants_second_look(args.second_look, practice.sound)
    perform(practice, plain=plain, second_look=again, opinion=opinion_of(args))
    return 0


def resumed(folder: SessionFolder, options: SoundOptions, llm: str = "") -> Practice:
    """A session that was cut short, mended where a crash left it, ready to go on. Raises UsageError when
    nothing of it is left.
    """
    from voice_interviewer import bootstrap
    from voice_interviewer.adapters import going_on, recovery
    from voice_interviewer.cli.recogniser import usual_recogniser

    going_on.prepare(folder)  # what cannot go on is told before anything is changed
    recovery.recover(folder, usual_recogniser)
    again = going_on.prepare(folder)
    setup = again.interviewer.setup
    if not options.framework:
        options = dataclasses.replace(options, framework=setup.framework.id)
    return bootstrap.Practice(
        setup.framework,
        setup.question,
        setup.minutes,
        folder.path.parent,
        setup.seed,
        setup.company,
        options,
        writer=writer_for(llm),
        language_model=llm,
        only_phase=setup.only_phase,
        going_on=again,
    )


def _offer_recovery(folder: Path) -> None:
    """A session that a crash cut short is not forgotten."""
    from voice_interviewer.adapters import recovery

    left_behind = recovery.cut_short(folder)
    if left_behind:
        name = left_behind[-1].id
        print(
            f"{name} was cut short; its report: voice-interviewer report --recover {name}; "
            f"or go on with it: voice-interviewer practice --resume {name}",
            file=sys.stderr,
        )


def _check_content(args: argparse.Namespace) -> None:
    """Names that are not in the content are told before any device is touched."""
    from voice_interviewer.adapters import content_files

    if args.question:
        content_files.load_question(args.question)
    if args.framework:
        content_files.load_framework(args.framework)
    if args.company:
        content_files.load_company(args.company)
    if args.type:
        known = {framework.type for framework in content_files.load_frameworks()}
        if args.type not in known:
            raise UsageError(
                f"there is no interview type {args.type}", hint=f"one of {', '.join(sorted(known))}"
            )


def _devices_or_demonstration(options: SoundOptions) -> tuple[SoundOptions, bool]:
    """Real devices where there are any; otherwise one line, and the demonstration."""
    from voice_interviewer.adapters import portaudio
    from voice_interviewer.adapters.microphone import SoundDeviceMicrophone
    from voice_interviewer.runtime.loading import load

    missing = ""
    # Opening the devices is mostly waiting: meanwhile what comes next is loaded.
    load(_load_stage)
    try:
        probe = SoundDeviceMicrophone(None)
        probe.start()
        probe.stop()
        if options.loudspeaker is None:
            portaudio.find("output", None)
    except DeviceError as error:
        missing = f"No usable microphone and loudspeaker here ({error.message})"
    if not missing and options.pace == "fast":
        missing = "--pace fast runs without devices"
    if not missing:
        return options, False
    print(f"{missing}: running the demonstration with a scripted candidate.", file=sys.stderr)
    pace = options.pace or ("real" if _has_loudspeaker() else "fast")
    return dataclasses.replace(options, candidate="demo", pace=pace, loudspeaker=options.loudspeaker), True


def _load_stage() -> None:
    """A third of the time from Enter to the first word went into loading libraries."""
    importlib.import_module("voice_interviewer.bootstrap")


def _practice(
    args: argparse.Namespace, options: SoundOptions, folder: Path, *, demonstrating: bool
) -> Practice:

    from voice_interviewer import bootstrap
    from voice_interviewer.adapters import audio_sources, candidates, content_files

    seed = args.seed if args.seed is not None else secrets.randbelow(2**31)
    company = content_files.load_company(args.company) if args.company else None
    minutes = args.minutes
    question_id = args.question
    framework_id = args.framework or ""
    script = None
    if demonstrating or (options.candidate or "").endswith(".toml"):
        kind = framework_id or ("star" if args.type == "behavioural" else "circles")
        path = (
            audio_sources.script_path(kind) if options.candidate == "demo" else Path(options.candidate or "")
        )
        script = candidates.load_script(path)
        options = dataclasses.replace(options, framework=kind)
        question_id = question_id or script.question or None
        minutes = minutes or script.minutes
    if question_id:
        question = content_files.load_question(question_id)
    else:
        type_id = args.type or ("" if framework_id or company else DEFAULT_TYPE)
        bank = content_files.load_questions()
        found = bootstrap.pick_question(
            bank, seed, type_id=type_id, framework=framework_id, company=company.id if company else ""
        ) or bootstrap.pick_question(bank, seed, type_id=type_id, framework=framework_id)
        if found is None:
            raise UsageError("the bank has no question that fits", hint="see: voice-interviewer content list")
        question = found
    framework = content_files.load_framework(framework_id or question.framework)
    return bootstrap.Practice(
        framework,
        question,
        float(minutes or round(framework.nominal_s / 60)),
        folder,
        seed,
        company,
        options,
        writer=writer_for(args.llm),
        language_model=args.llm or "",
        live_figures=args.live_figures,
    )


def opinion_of(args: argparse.Namespace) -> str:
    """The model that is to give marks after the session, '' for none. Raises UsageError without a model."""
    if args.llm_rubric and not args.llm:
        raise UsageError("--llm-rubric needs a model to ask", hint="name one: --llm MODEL")
    return args.llm if args.llm_rubric else ""


def writer_for(model: str | None) -> LitellmWriter | None:
    """The language model that words the prompts, None without one."""
    if not model:
        return None
    from voice_interviewer.adapters.language_model import LitellmWriter

    return LitellmWriter(model)
