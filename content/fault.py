"""内容差错 — a flaw in a content file, named by file and line so that an editor can go there."""


class ContentFault(Exception):
    """A content file cannot be used as it stands.

    `file` is relative to the content folder, `line` counts from 1, `message` is a sentence for the
    editor.  Raised while loading, that is at start-up, never while somebody is talking to the bot.
    """

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file = file
        self.line = line
        self.message = message
