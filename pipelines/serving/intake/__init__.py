"""Intake: events of requests become lines of segments, durable before the answer, which landings take."""
