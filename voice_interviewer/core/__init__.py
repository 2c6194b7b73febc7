"""The interview itself: standard library only, no clock, no thread, no file, no device."""
