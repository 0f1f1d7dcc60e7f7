"""The exception that readers use among themselves."""


class Unread(Exception):
    """A clause cannot be read in this way; another reader may know better. Never leaves `read`."""

    def __init__(self, advice: str = "") -> None:
        super().__init__(advice)
        self.advice = advice
