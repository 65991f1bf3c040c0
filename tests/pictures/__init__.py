"""The README's pictures, made by driving the real window: ``make pictures``."""
