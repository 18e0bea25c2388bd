"""文件 — what may go wrong with a file that a person sent."""

from domain.refusal import Refusal


class FileTooLarge(Refusal):
    """The file is over the limit; `limit_mb` says what the limit is."""


class FileUnavailable(Refusal):
    """Telegram does not have the file any more, or could not be reached in time; sending it again helps."""
