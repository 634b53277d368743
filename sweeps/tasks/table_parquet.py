"""A Parquet file as a table."""

from __future__ import annotations

import io

from sweeps.tasks.table_file import Source, content
from sweeps.tasks.table_sheet import Sheet, check_names


def read_parquet(source: Source) -> Sheet:
    """The table in the file; an index with a name is one of its columns.

    Raises SweepError for what is no Parquet file, has no rows, or columns that cannot be.
    """
    import pandas
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    data = io.BytesIO(content(source))
    try:
        with ParquetFile(data) as file:
            check_names(file.schema_arrow.names, source)
        frame = pandas.read_parquet(data)
    except (ArrowException, OSError, NotImplementedError) as error:
        said = str(error).strip().split("\n", 1)[0]
        raise source.wrong(f" cannot be read as Parquet: {said}") from error
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    if not len(frame):
        raise source.wrong(" has columns and no rows")
    return Sheet(frame.set_axis([str(name) for name in frame.columns], axis=1), source)
