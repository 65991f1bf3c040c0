"""Pages made of what a run says at its end, before its mistakes have been looked for."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication

MOST_CLASSES = 60
"""A larger confusion matrix cannot be read, and takes long to draw."""
AVERAGES = ("macro avg", "weighted avg")


def pages_of_report(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The report of the classes with the confusion matrix, and the curves, of a "finished" message."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("Results", text)

    views: list[dict[str, Any]] = []
    if result.get("confusion") and len(result["classes"]) <= MOST_CLASSES:
        views.append(
            {
                "kind": "confusion",
                "name": "confusion",
                "title": tr("Taken for"),
                "counts": result["confusion"],
                "classes": result["classes"],
                "cells": {},
            }
        )
    report = result.get("report") or {}
    if report:
        keys = ("precision", "recall", "f1", "support")
        heads = (
            ("class", "text"),
            ("precision", "share"),
            ("recall", "share"),
            ("F1", "share"),
            ("samples", "number"),
        )
        views.append(
            {
                "kind": "table",
                "name": "report",
                "title": tr("Scores of every class"),
                "columns": [{"title": title, "kind": kind} for title, kind in heads],
                "rows": [[name, *(one[key] for key in keys)] for name, one in report.items()],
                "bold": [number for number, name in enumerate(report) if name in AVERAGES],
            }
        )
    pages = [{"title": tr("Classes"), "views": views}] if views else []
    curves = result.get("curves") or {}
    titles = {"roc": tr("Hits against false alarms (ROC)"), "pr": tr("Precision against recall")}
    drawn = [
        {"kind": "trade", "name": name, "title": title, "curve": name, "curves": list(curves[name])}
        for name, title in titles.items()
        if curves.get(name)
    ]
    return [*pages, {"title": tr("Curves"), "views": drawn}] if drawn else pages
