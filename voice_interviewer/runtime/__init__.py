"""Threads and time: the session loop and its workers. Knows core and ports, never adapters."""
