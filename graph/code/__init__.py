"""A network as Python that a good PyTorch programmer would have written; the module that trains.

How a graph is written, and with it the keys of its weights, follows from the drawing alone:

- A network that is one chain of layers (at least two, no blocks, no functions) is ``self.layers``, an
  ``nn.Sequential`` with one layer per line: keys ``layers.0.weight``.
- Any other graph gives its modules the names of its nodes: keys ``conv1.weight``.
- A block becomes a class. A block that is one chain of modules is an ``nn.Sequential`` with numbered
  items: keys ``features.0.weight``. Whether it is a class of its own or written where it is used (when it
  is used once, or holds nothing but blocks) changes no key.
- A block's use with ``repeat`` set (to anything but 1) is a row: ``blocks.0.conv1.weight``. Inside a chain
  the row's items are the chain's own, so a stage made of one block and a row reads
  ``nn.Sequential(Block(64, 128), *[Block(128, 128) for _ in range(3)])`` and has keys ``layer2.3.…``.
- Nodes that share weights have one module, named like its owner.
- What reaches no output is left out.

:func:`generate` gives a :class:`Source`, :func:`generate_all` one module with all networks; :func:`walk` runs
the same graph node by node over the model's own sub-modules. torch is imported only where something runs.
"""

from graph.code.generate import generate
from graph.code.source import Entry, Source, load_module
from graph.code.structure import CodeError
from graph.code.together import Together, generate_all
from graph.code.walking import walk

__all__ = ["CodeError", "Entry", "Source", "Together", "generate", "generate_all", "load_module", "walk"]
