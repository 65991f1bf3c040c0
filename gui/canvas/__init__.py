"""The canvas: shows one graph of the workspace and turns gestures into edits.

``scene`` mirrors the document by id, ``node_item`` and ``painting`` draw a node, ``overview`` draws
everything at once when the view is far away, ``hits`` tells what is under the mouse, and each file of
``interactions`` is one gesture.
"""
