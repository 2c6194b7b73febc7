"""One library each: microphone, voice activity, recogniser, voice, files, language models."""
