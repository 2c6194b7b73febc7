"""`voice-interviewer models`: lists, fetches and verifies the weights."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from voice_interviewer.adapters.model_manifest import Model, find_models, load_manifest
from voice_interviewer.adapters.models import ModelCheck, check_model, fetch_hint
from voice_interviewer.adapters.paths import models_dir
from voice_interviewer.core.errors import UsageError

_STATES = {
    "absent": "-",
    "incomplete": "incomplete",
    "present": "here",
    "verified": "verified",
    "differs": "WRONG",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="what there is, what for, under which licence, and its state")
    listing.add_argument("--json", action="store_true", help="machine-readable")
    fetching = actions.add_parser(
        "fetch", help="make weights complete: all needed ones, or those named; goes on where it stopped"
    )
    fetching.add_argument("ids", nargs="*", metavar="ID", help="which ones; see `models list`")
    fetching.add_argument("--needed", action="store_true", help="those an interview needs (the default)")
    fetching.add_argument("--all", action="store_true", help="the optional ones as well")
    fetching.add_argument(
        "--from",
        dest="folders",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="look in this folder first (DIR/ID/FILE or DIR/FILE); may be repeated",
    )
    verifying = actions.add_parser("verify", help="compute every checksum; exit code 1 if one is wrong")
    verifying.add_argument("ids", nargs="*", metavar="ID", help="which ones; all that are here by default")


def run(args: argparse.Namespace) -> int:
    """0, or 1 when a weight is not as it should be."""
    if args.action == "fetch":
        return _fetch(args)
    if args.action == "verify":
        return _verify(args.ids)
    return _list(as_json=args.json)


def _list(*, as_json: bool) -> int:
    checks = [check_model(model, hashing="never") for model in load_manifest().values()]
    if as_json:
        print(json.dumps([_as_data(check) for check in checks], indent=2))
        return 0
    print(f"{'id':26}  {'size':>7}  {'state':10}  licence")
    for check in checks:
        model = check.model
        optional = " (optional)" if model.optional else ""
        print(f"{model.id:26}  {megabytes(model.size):>7}  {_STATES[check.state]:10}  {model.licence}")
        print(f"    {model.purpose}{optional}")
    print(f"weights are in {models_dir()}")
    return 0


def _as_data(check: ModelCheck) -> dict[str, object]:
    model = check.model
    return {
        "id": model.id,
        "purpose": model.purpose,
        "licence": model.licence,
        "credit": model.credit,
        "optional": model.optional,
        "size": model.size,
        "state": check.state,
        "folder": str(models_dir() / model.id),
    }


def _fetch(args: argparse.Namespace) -> int:
    manifest = load_manifest()
    if args.ids and (args.needed or args.all):
        raise UsageError("give ids, or --needed, or --all", hint="see voice-interviewer models fetch --help")
    for folder in args.folders:
        if not folder.is_dir():
            raise UsageError(f"there is no folder {folder}")
    chosen = find_models(args.ids, manifest) or [m for m in manifest.values() if args.all or not m.optional]
    to_do = [model for model in chosen if check_model(model, hashing="when changed").state != "verified"]
    if not to_do:
        if not args.needed:
            print(f"{_names(chosen)}: here and verified")
        return 0
    # Costly imports, wanted only on the day something is missing: this runs before every interview.
    from voice_interviewer.adapters.model_fetch import fetch
    from voice_interviewer.render.progress_bars import TerminalProgress

    with TerminalProgress() as progress:
        for model in to_do:
            progress.note(f"fetching {model.id}, {megabytes(model.size)} ({model.licence})")
            fetch(model, folders=args.folders, progress=progress)
    print(f"{_names(to_do)}: here and verified", file=sys.stderr)
    return 0


def _verify(ids: Sequence[str]) -> int:
    manifest = load_manifest()
    failed = False
    for model in find_models(ids, manifest) or manifest.values():
        check = check_model(model, hashing="always")
        if check.state == "absent" and model.optional and not ids:
            continue
        failed |= check.state != "verified"
        _print_verdict(check)
    return 1 if failed else 0


def _print_verdict(check: ModelCheck) -> None:
    if check.state == "verified":
        unpinned = [each.file.name for each in check.files if not each.pinned]
        recorded = f" ({', '.join(unpinned)}: as first fetched, not pinned)" if unpinned else ""
        print(f"ok       {check.model.id}{recorded}")
        return
    wrong = [
        f"{each.file.name} {each.state}" for each in check.files if each.state not in ("verified", "present")
    ]
    print(f"FAILURE  {check.model.id}: {', '.join(wrong)} - {fetch_hint(check.model.id)}")


def _names(models: Sequence[Model]) -> str:
    return ", ".join(model.id for model in models)


def megabytes(size: int) -> str:
    """'145 MB', '1.5 GB'."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
