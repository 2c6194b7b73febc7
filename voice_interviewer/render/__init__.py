"""HTML, JSON and the terminal."""
