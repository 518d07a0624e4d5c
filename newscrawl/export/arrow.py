"""Documents to columns of Apache Arrow: the one schema of Parquet exports. Needs pyarrow; no I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import pyarrow as pa

from newscrawl.columns import SCHEMA, Column, Kind
from newscrawl.export.rows import WrongValue, as_json

Document = Mapping[str, Any]

INSTANT = pa.timestamp("ms", tz="UTC")
SCALARS: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "flag": pa.bool_(),
    "instant": INSTANT,
    "json": pa.string(),
}
_PAIR = pa.struct([("name", pa.string()), ("value", pa.string())])
_NOTHING: Document = {}
_REFUSALS = (pa.ArrowException, TypeError, ValueError, AttributeError, OverflowError)


def arrow_type(column: Column) -> pa.DataType:
    """The type of a column."""
    if column.kind == "texts":
        return pa.list_(pa.string())
    if column.kind == "records":
        return pa.list_(pa.struct([(name, SCALARS[kind]) for name, kind in column.parts]))
    if column.kind == "pairs":
        return pa.list_(_PAIR)
    return SCALARS[column.kind]


def arrow_schema(columns: Iterable[Column]) -> pa.Schema:
    """The schema of an export. Every column may be null; the metadata name its version."""
    return pa.schema([pa.field(c.name, arrow_type(c)) for c in columns], metadata={"newscrawl": SCHEMA})


class Converter:
    """Makes batches of rows out of documents, for one choice of columns.

    Instants in the documents are aware, or naive and UTC. A list that is missing is an empty one.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.schema = arrow_schema(columns)
        self._columns = columns
        self._types = [arrow_type(column) for column in columns]
        self._keys = list(dict.fromkeys(column.path[0] for column in columns))
        self._makers = {name: _maker(column) for name, column in ((c.name, c) for c in columns)}
        # Values of one part of the document are taken out of it together.
        self._parts = [
            (name, [column.path[1] for column in group], [column.name for column in group])
            for name, group in (
                (name, list(found)) for name, found in groupby(filter(_is_in_part, columns), lambda c: c.path[0])
            )
        ]

    def __call__(self, documents: Sequence[Document]) -> pa.RecordBatch:
        """One row a document. Raises WrongValue."""
        # Document by document, not column by column: what is in the processor's cache is used up before it goes.
        rows = [tuple(map(document.get, self._keys)) for document in documents]
        by_key = dict(zip(self._keys, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(self._keys, ())
        values: dict[str, Sequence[Any]] = {}
        for name, keys, columns in self._parts:
            parts = [
                tuple(map(part.get, keys)) if isinstance(part, Mapping) else self._no_part(part, name, keys, document)
                for part, document in zip(by_key[name], documents, strict=True)
            ]
            values |= zip(columns, zip(*parts, strict=True), strict=True) if parts else dict.fromkeys(columns, ())
        arrays = []
        for column, kind in zip(self._columns, self._types, strict=True):
            given = by_key[column.path[0]]
            try:
                made = values[column.name] if column.name in values else self._makers[column.name](given)
                arrays.append(pa.array(made, type=kind))
            except _REFUSALS as error:
                raise self._wrong(column, kind, documents, error) from None
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    @staticmethod
    def _no_part(part: Any, name: str, keys: Sequence[str], document: Document) -> tuple[Any, ...]:
        """The values of a part that a document has not."""
        if part is not None:
            raise WrongValue(f"the article {document.get('_id')} has in `{name}` what is no part of an article")
        return (None,) * len(keys)

    def _wrong(self, column: Column, kind: pa.DataType, documents: Sequence[Document], error: Exception) -> WrongValue:
        where = ".".join(column.path)
        for document in documents if len(documents) > 1 else ():
            try:
                self([document])
            except WrongValue as found:
                return found
        identity = documents[0].get("_id")
        return WrongValue(f"the article {identity} has in `{where}` what is no {column.kind} ({kind}): {error}"[:300])


def _is_in_part(column: Column) -> bool:
    """Whether the value is one of a part of the document, and no list is on the way."""
    return len(column.path) == 2 and column.kind != "texts" and not column.is_first


def _maker(column: Column) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """From the values at the first key of a column's path to its own ones."""
    key = column.path[-1]
    if column.kind == "json":
        return lambda given: [as_json(value) for value in given]
    if column.kind == "pairs":
        return lambda given: [list((value or _NOTHING).items()) for value in given]
    if column.is_first:
        return lambda given: [parts[0].get(key) if parts else None for parts in given]
    if column.kind == "texts" and len(column.path) == 2:
        return lambda given: [[part.get(key) for part in parts or ()] for parts in given]
    if column.kind in ("texts", "records"):
        return lambda given: [parts or () for parts in given]
    return lambda given: given
