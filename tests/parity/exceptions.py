"""Models of which the engines may differ, each with the reason."""

EXCEPTIONS: dict[str, str] = {}
