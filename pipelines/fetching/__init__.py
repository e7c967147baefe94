"""`unitmill fetch`: a vendor's pages, asked for and put into the exports folder.

Belongs here: asking, waiting, following pages, and which days are asked again. Pages
stay as the vendor returned them. Does not belong here: what a page means (``sources``),
and an amount, which is never parsed here.
"""


class FetchError(Exception):
    """A vendor cannot be asked, or gave no answer; the message says what to do.

    Attributes:
        is_final: whether the vendor's other reports would fail of the same cause.
    """

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        """Take the message, and whether it is of the whole vendor."""
        super().__init__(message)
        self.is_final = is_final


class TooMuchError(Exception):
    """A vendor says that a question is wrong, or asks for too much at once."""
