"""The user's settings: a TOML file with one table a command, each key one of its options.

    [practice]
    mic = "USB headset"
    llm = "ollama/llama3.1"
    plain = true

What is given on the command line wins. A key that is no option, or a value that the option would refuse,
is an error that names the file, never ignored.
"""

from __future__ import annotations

import argparse
import difflib
import tomllib
from pathlib import Path
from typing import Any

from voice_interviewer.adapters.paths import settings_path
from voice_interviewer.core.errors import UsageError


def apply_settings(command: str, parser: argparse.ArgumentParser) -> None:
    """Make the command's settings the defaults of its parser. Raises UsageError."""
    path = settings_path()
    options = {
        option.removeprefix("--"): action
        for action in parser._actions
        for option in action.option_strings
        if option.startswith("--") and option != "--help"
    }
    for key, value in _table(path, command).items():
        name = key.replace("_", "-")
        if name not in options:
            near = difflib.get_close_matches(name, options, n=1)
            hint = f"did you mean {near[0]}?" if near else "one of " + ", ".join(options)
            raise UsageError(f"{path}: {command} has no option {key}", hint=hint if options else "")
        parser.set_defaults(**{options[name].dest: _value(options[name], value, f"{path}: {command}.{key}")})


def _table(path: Path, command: str) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text).get(command, {})
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(
            f"the settings in {path} can't be read ({error})", hint="mend or remove it"
        ) from error
    if not isinstance(table, dict):
        raise UsageError(f"{path}: {command} must be a table", hint=f"write [{command}] on a line of its own")
    return table


def _value(action: argparse.Action, value: object, where: str) -> object:
    """What the option would have made of the value on the command line."""
    if action.nargs == 0:
        if not isinstance(value, bool):
            raise UsageError(f"{where} must be true or false, not {value!r}")
        if isinstance(action, argparse.BooleanOptionalAction):
            return value
        return action.const if value else action.default
    if isinstance(value, bool | dict):
        raise UsageError(f"{where} can't be {value!r}")
    if isinstance(value, list):
        return [_single(action, item, where) for item in value]
    return _single(action, value, where)


def _single(action: argparse.Action, value: object, where: str) -> object:
    convert = action.type if callable(action.type) else str
    try:
        converted = convert(str(value))
    except (argparse.ArgumentTypeError, ValueError, TypeError) as error:
        raise UsageError(f"{where}: {error}") from error
    if action.choices is not None and converted not in action.choices:
        raise UsageError(f"{where} can't be {value!r}", hint="one of " + ", ".join(map(str, action.choices)))
    return converted
