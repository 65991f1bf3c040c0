"""Which view shows which content. Import late: numpy and pyqtgraph are slow."""

from __future__ import annotations

from gui.shows.answers import AnswerView
from gui.shows.attention import AttentionView
from gui.shows.boxes import BoxView
from gui.shows.contents import (
    Against,
    Answers,
    Attention,
    Boxes,
    Content,
    Masks,
    Pictures,
    Points,
    Series,
    Text,
)
from gui.shows.curves import AgainstView, PointsView, SeriesView
from gui.shows.masks import MaskView
from gui.shows.pictures import PictureView
from gui.shows.view import View
from gui.shows.words import TextView

VIEWS: dict[type[Content], type[View]] = {
    Pictures: PictureView,
    Text: TextView,
    Attention: AttentionView,
    Masks: MaskView,
    Boxes: BoxView,
    Series: SeriesView,
    Answers: AnswerView,
    Against: AgainstView,
    Points: PointsView,
}


def view_for(content: Content) -> View:
    """A new view for this kind of content."""
    return VIEWS[type(content)]()
