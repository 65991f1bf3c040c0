"""Preparation of data as steps that a person sees and changes. Importing this does not import torch.

A project holds a list of :class:`graph.model.Step`. Each kind is declared once (:class:`StepType`, found by itself
in this folder) and done by one class of :mod:`runtime.data.steps.code`, whose text goes into exported scripts.
:func:`plan` checks a list against the data, :func:`prepared_schema` tells what samples are like afterwards, and
:mod:`runtime.data.steps.apply` does it: what is the same for every epoch once while loading, the rest batch by batch.
"""
