"""A page to raw fields. Pure: bytes and address in, raw fields or cards out; no Scrapy, no I/O.

The package itself is the public call `newscrawl.extract(html, url)`, see `newscrawl.api.extract`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Callable(ModuleType):
    """`newscrawl.extract` names both this package and the public call."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        from newscrawl.api import extract

        return extract(*arguments, **options)


sys.modules[__name__].__class__ = _Callable
