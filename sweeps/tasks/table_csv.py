"""Comma-separated text as a table: every row as long as the header, every byte a character."""

from __future__ import annotations

import csv
import io
from array import array

from sweeps.errors import SweepError
from sweeps.tasks.table_file import Source, content
from sweeps.tasks.table_sheet import Sheet, check_names

SEPARATORS = (",", ";", "\t")
NAMES = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
ALIKE = ("cp1252", "latin-1")
"""Encodings that are tried for a file that is not UTF-8; the second one takes everything."""


def read_csv(source: Source) -> Sheet:
    """The table in the file; values are typed as pandas reads them.

    Raises SweepError, with the line, for what is no table in UTF-8 (or in the encoding that was
    said) with a header and rows of its length.
    """
    import pandas

    text = _decoded(content(source), source)
    separator = source.separator or _separator(text)
    header, lines = _records(text, separator, source)
    check_names(header, source)
    try:
        frame = pandas.read_csv(
            io.StringIO(text),
            sep=separator,
            header=0,
            names=header,
            index_col=False,
            low_memory=False,
            skipinitialspace=True,
            decimal=source.decimal,
            na_values=list(source.missing),
            dtype=dict.fromkeys(source.text, str),
        )
    except (ValueError, csv.Error) as error:  # pandas's ParserError is a ValueError
        raise source.wrong(f" cannot be read: {error}") from error
    return Sheet(frame, source, lines if len(lines) == len(frame) else None)


def _decoded(data: bytes, source: Source) -> str:
    if source.encoding != "utf-8":
        try:
            return data.decode(source.encoding)
        except UnicodeDecodeError as error:
            raise SweepError(
                f"{source.name}{_at(data, error.start)} is not {source.encoding}",
                ("task", "encoding"),
            ) from error
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise source.wrong(" is UTF-16: set `encoding: utf-16`, or save it as UTF-8")
    zero = data.find(b"\0")
    if zero >= 0:
        raise source.wrong(
            f"{_at(data, zero)} is no text: save the table as CSV in UTF-8 (a workbook is none)"
        )
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    try:
        return data[start:].decode("utf-8")
    except UnicodeDecodeError as error:
        fits = next(name for name in ALIKE if _fits(data, name))
        raise source.wrong(
            f"{_at(data, start + error.start)} is not UTF-8; "
            f"set `encoding: {fits}`, which fits, or save the file as UTF-8"
        ) from error


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _at(data: bytes, position: int) -> str:
    line = data.count(b"\n", 0, position) + 1
    return f", line {line:,}: byte 0x{data[position]:02x} (number {position:,} of the file)"


def _separator(text: str) -> str:
    """What stands most often in the first line, outside of quotes."""
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    outside = "".join(first.split('"')[::2])
    return max(SEPARATORS, key=outside.count)


def _records(text: str, separator: str, source: Source) -> tuple[list[str], array[int]]:
    """The header, and the line on which each row begins."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True
    )
    header: list[str] = []
    lines = array("q")
    before = 0
    try:
        for record in reader:
            begins, before = before + 1, reader.line_num
            if not any(record) and len(record) < 2:  # a blank line
                continue
            if not header:
                header = [name.strip() for name in record]
                continue
            if len(record) != len(header):
                raise source.wrong(_ragged(begins, len(record), len(header), separator))
            lines.append(begins)
    except csv.Error as error:
        why = "a quote that is never closed" if "end of data" in str(error) else error
        raise source.wrong(f", line {before + 1:,}: {why}") from error
    if not header:
        raise source.wrong(" is empty")
    if not lines:
        raise source.wrong(" has a header and no rows")
    return _named(header), lines


def _named(header: list[str]) -> list[str]:
    """Names for columns without one, such as an index that was written along."""
    return [name or f"column {position}" for position, name in enumerate(header, start=1)]


def _ragged(line: int, fields: int, columns: int, separator: str) -> str:
    fields_found = f"{fields:,} field" if fields == 1 else f"{fields:,} fields"
    between = NAMES.get(separator, repr(separator))
    return (
        f", line {line:,}: {fields_found} where the header has {columns:,} (with {between} between "
        "them); put values that hold one in double quotes"
    )
