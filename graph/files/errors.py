"""What goes wrong with files, as sentences."""


class FileError(ValueError):
    """A file cannot be read or written. The text is a sentence for the person; nothing was changed."""
