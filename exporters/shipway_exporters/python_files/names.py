"""Names that emitted Python must leave alone, the same on whatever Python they are looked up.

Those of Python 3.10 (language reference, 2.3; library reference, built-in functions), which later
ones have as well, and which `keyword` and `builtins` of a later one would add to.
"""

from __future__ import annotations

KEYWORDS = frozenset(
    "False None True and as assert async await break class continue def del elif else except "
    "finally for from global if import in is lambda nonlocal not or pass raise return try while "
    "with yield _ case match".split()
)
BUILTINS = frozenset(
    "abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod "
    "compile complex copyright credits delattr dict dir divmod enumerate eval exec exit filter "
    "float format frozenset getattr globals hasattr hash help hex id input int isinstance "
    "issubclass iter len license list locals map max memoryview min next object oct open ord pow "
    "print property quit range repr reversed round set setattr slice sorted staticmethod str sum "
    "super tuple type vars zip".split()
)
