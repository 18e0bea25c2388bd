"""备好的句子 — what SQLite has read and planned once it obeys again, instead of reading and planning it each time.

To prepare a statement takes it as long as to find a few rows. Python's module keeps what was prepared, by its text, and
two things came to nothing of that.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.sqlite.base import SQLiteCompiler

# What a connection keeps prepared. The module that comes with us gives up the least used one, which is always the
# newest: once a hundred statements (its usual) had been asked once each, as a migration does, whatever came later was
# prepared anew each time. So many are more than the product has.
MOST_PREPARED = 1000


class SteadyCompiler(SQLiteCompiler):
    """SQLAlchemy's own wording, but for the LIMIT.

    SQLite looks at the value of a bare parameter there while it plans, and so plans anew whenever one is given. At a
    sum it does not look.
    """

    def limit_clause(self, select: Any, **kw: Any) -> str:
        if select._limit_clause is None:
            return str(super().limit_clause(select, **kw))  # type: ignore[no-untyped-call]
        text = f"\n LIMIT {self.process(select._limit_clause, **kw)}+0"
        if select._offset_clause is not None:
            text += f" OFFSET {self.process(select._offset_clause, **kw)}"
        return text
