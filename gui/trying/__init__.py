"""Trying a trained network: on a picture that was dropped, pasted or drawn, on a text, or on a sample of the data."""
