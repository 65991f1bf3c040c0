"""One file per source or family. A file declares ``SOURCES = (Source(…), …)`` and is found by itself."""
