"""Every error a user can meet, as one tree.

VoiceInterviewerError            one clear line; exit code 1
+-- UsageError                   the command line or a setting makes no sense; exit code 2
+-- AudioFileError               a recording cannot be read, is empty, or holds no sound
+-- DeviceError                  a microphone or loudspeaker is missing or has failed
+-- ModelError                   weights are missing, incomplete or cannot be loaded
|   +-- ChecksumError            weights differ from the manifest
+-- ContentError                 a content file breaks its schema
+-- SessionError                 a session folder cannot be used
|   +-- SessionBusyError         another process holds the session or the microphone
|   +-- JournalError             the journal is unreadable or from a newer version
|   +-- StorageFullError         the disk has no room left
+-- LanguageModelError           a remote or local language model failed
"""

from __future__ import annotations


class VoiceInterviewerError(Exception):
    """One line for the user: what happened, to what, and what to do about it."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} - {self.hint}" if self.hint else self.message


class UsageError(VoiceInterviewerError):
    """The command line or a setting makes no sense."""

    exit_code = 2


class AudioFileError(VoiceInterviewerError):
    """A recording cannot be read, is empty, or holds no sound."""


class DeviceError(VoiceInterviewerError):
    """A microphone or loudspeaker is missing or has failed."""


class ModelError(VoiceInterviewerError):
    """Weights are missing, incomplete or cannot be loaded."""


class ChecksumError(ModelError):
    """Weights differ from the manifest."""


class ContentError(VoiceInterviewerError):
    """A content file breaks its schema."""


class SessionError(VoiceInterviewerError):
    """A session folder cannot be used."""


class SessionBusyError(SessionError):
    """Another process holds the session or the microphone."""


class JournalError(SessionError):
    """The journal is unreadable or was written by a newer version."""


class StorageFullError(SessionError):
    """The disk has no room left."""


class LanguageModelError(VoiceInterviewerError):
    """A language model failed; the interview goes on with the question bank."""
