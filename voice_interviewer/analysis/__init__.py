"""From a session's journal and words to a report. Pure: numpy at most, no file, no clock."""
