"""What both peers say, so that they differ in their turn-taking only."""

from __future__ import annotations

GREETING = "Hi, thanks for joining me today. How would you improve a bus service for commuters?"
QUESTIONS = (
    "What would have to be true in a year for this product to count as worthwhile?",
    "Which of these groups do you choose, and why?",
    "What is hard for them today?",
    "How would you measure that?",
)
