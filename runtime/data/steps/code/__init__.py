"""What the steps do, in plain torch: each class is made with its options and changes a batch when it is called.

A batch is a dict of tensors: ``input``, ``target`` and the fields of the data, all (N, …) on one device. The text of
these files is copied into exported training scripts, so they import nothing but ``math``, ``torch`` and ``F``, say
what they do as a tutorial would, and draw random numbers from torch's own generator, one for each sample.

``pictures`` (N, C, H, W), ``masks`` (N, H, W) and ``boxes`` (N, M, 5) name the entries that move when pictures do.
Each is gone through in a loop of its own, so that a script without masks and boxes can leave theirs out
(:mod:`runtime.data.steps.narrow`).
"""
