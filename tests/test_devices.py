"""Devices that change under a session: what was not heard is known to the sample, and the rest goes on."""

from __future__ import annotations

import queue
import threading
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import soundcard
from tests.soundcard import VirtualSoundCard
from tests.test_audio_soundcard import find, lowpassed, noise, save
from voice_interviewer.adapters.microphone import Gap, SoundDeviceMicrophone
from voice_interviewer.adapters.recording import TrackRecorder
from voice_interviewer.core.errors import DeviceError
from voice_interviewer.core.events import Event, MicrophoneLost, MicrophoneRegained
from voice_interviewer.core.segmenter import Segmenter
from voice_interviewer.core.speech import Frame
from voice_interviewer.ports import FRAME_SAMPLES
from voice_interviewer.runtime.audio_buffer import AudioBuffer
from voice_interviewer.runtime.listener import Listener

sound_card = soundcard.sound_card
RATE_HZ = 16_000


class Activity:
    """Hears nothing, and remembers that it was told of another microphone."""

    def __init__(self) -> None:
        self.forgotten = 0

    def is_speech(self, frame: Frame) -> bool:
        return False

    def forget_level(self) -> None:
        self.forgotten += 1


class Unplugged:
    """A second of sound, then gone for a time that it knows to the sample, then sound again."""

    name = "unplugged"
    dropped_blocks = 0

    def __init__(self, *, knows: bool) -> None:
        self.gaps: list[Gap] = [Gap(0.1, 0.2, "an earlier one")]
        self._knows = knows
        self._next = 0
        self._lost = False

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def read(self, timeout_s: float) -> Frame | None:
        if self._next == RATE_HZ and not self._lost:
            self._lost = True
            raise DeviceError("pulled out")
        if self._next > 2 * RATE_HZ:
            raise EOFError
        self._next += FRAME_SAMPLES
        return Frame(self._next - FRAME_SAMPLES, b"\0" * 2 * FRAME_SAMPLES)

    def reopen(self) -> None:
        if self._knows:
            self.gaps.append(Gap(1.0, 3.25, "the device was disconnected"))


@pytest.mark.parametrize(("knows", "gap_s"), [(True, 2.25), (False, 0.0)])
def test_the_gap_is_what_the_microphone_says_and_the_level_is_learned_anew(
    knows: bool, gap_s: float, tmp_path: Path
) -> None:
    events: list[Event] = []
    activity = Activity()
    track = TrackRecorder(tmp_path / "track.wav")
    listener = Listener(Unplugged(knows=knows), activity, Segmenter(), AudioBuffer(), track, events.append)
    listener.run(threading.Event())
    track.close()
    (lost,) = (event for event in events if isinstance(event, MicrophoneLost))
    (back,) = (event for event in events if isinstance(event, MicrophoneRegained))
    assert lost.at_s == 1.0
    assert back.gap_s == pytest.approx(gap_s) and back.at_s == pytest.approx(1.0 + gap_s)
    assert activity.forgotten == 1


class Session:
    """A listener on a real microphone, recording, on its own thread."""

    def __init__(self, path: Path, name: str | None = None) -> None:
        self.microphone = SoundDeviceMicrophone(name)
        self.path = path
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._track = TrackRecorder(path)
        self._stopping = threading.Event()
        self._listener = Listener(
            self.microphone, Activity(), Segmenter(), AudioBuffer(), self._track, self.events.put
        )
        self._thread = threading.Thread(target=self._listener.run, args=(self._stopping,), daemon=True)

    def __enter__(self) -> Session:
        self.microphone.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(10)
        self.microphone.stop()
        self._track.close()

    def heard(self) -> Any:
        with wave.open(str(self.path)) as track:
            return np.frombuffer(track.readframes(track.getnframes()), dtype=np.int16)

    def wait_for(self, kind: type[Event], limit_s: float = 15.0) -> Any:
        deadline = time.monotonic() + limit_s
        while (left_s := deadline - time.monotonic()) > 0:
            event = self.events.get(timeout=left_s)
            if isinstance(event, kind):
                return event
        raise AssertionError(f"no {kind.__name__}")


def spoken(card: VirtualSoundCard, tmp_path: Path, seed: int, room: str) -> tuple[Any, float]:
    """Say something in a room; what, and when."""
    said = lowpassed(lowpassed(lowpassed(noise(1.2, seed=seed))))
    at_s = time.monotonic()
    card.speak(save(tmp_path / f"said-{seed}.wav", said), room).wait(10)
    return said, at_s


@pytest.mark.timeout(120)
def test_a_headset_that_switches_its_profile_is_taken_up_and_the_timeline_stays_true(
    sound_card: VirtualSoundCard, tmp_path: Path
) -> None:
    """Bluetooth in the telephone profile: the card vanishes and comes back with another rate."""
    with Session(tmp_path / "track.wav") as session:
        before, before_s = spoken(sound_card, tmp_path, 11, sound_card.room)
        sound_card.unplug_card()
        session.wait_for(MicrophoneLost)
        sound_card.plug_headset(rate_hz=8_000)
        back = session.wait_for(MicrophoneRegained)
        time.sleep(0.5)
        after, after_s = spoken(sound_card, tmp_path, 12, "headset_room")
        time.sleep(0.7)
    heard = session.heard()
    (lag_before, fit_before), (lag_after, fit_after) = find(before, heard), find(after, heard)
    assert fit_before >= 0.95
    assert fit_after >= 0.7  # half the band is gone with the telephone's rate
    assert (lag_after - lag_before) / RATE_HZ == pytest.approx(after_s - before_s, abs=0.25)
    (gap,) = session.microphone.gaps
    assert back.gap_s == pytest.approx(gap.end_s - gap.start_s, abs=0.001) and back.gap_s > 0.3
    assert not heard[round(gap.start_s * RATE_HZ) + 1 : round(gap.end_s * RATE_HZ) - 1].any()


@pytest.mark.timeout(120)
def test_another_default_microphone_is_followed(sound_card: VirtualSoundCard, tmp_path: Path) -> None:
    with Session(tmp_path / "track.wav") as session:
        before, before_s = spoken(sound_card, tmp_path, 13, sound_card.room)
        sound_card.plug_headset(rate_hz=44_100)
        time.sleep(2.5)
        after, after_s = spoken(sound_card, tmp_path, 14, "headset_room")
        time.sleep(0.7)
    heard = session.heard()
    (lag_before, fit_before), (lag_after, fit_after) = find(before, heard), find(after, heard)
    assert min(fit_before, fit_after) >= 0.9
    assert (lag_after - lag_before) / RATE_HZ == pytest.approx(after_s - before_s, abs=0.3)
