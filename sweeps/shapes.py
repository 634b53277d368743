"""The widths of a network's hidden layers, from the parameters that describe its shape."""

from __future__ import annotations

from sweeps.config_reader import AT_LEAST_ONE, AT_LEAST_ZERO, POSITIVE, ConfigReader

WIDEST = 1_000_000
"""Units of one layer; a ratio above 1 over many layers would otherwise ask for any number."""


def hidden_units(reader: ConfigReader) -> tuple[int, ...]:
    """Units of each hidden layer, input side first. Raises ValueError for shapes that clash.

    A shape is said in one of three ways: whole (`width.layers`), as a split of a fixed total over
    two layers (`ratio.split.*`), or as `layer_count` layers of `width`, tapered by `ratio`.
    """
    if reader.has("width.layers"):
        _refuse_beside(reader, "width.layers", ("layer_count", "width", "ratio"))
        return _whole(reader.text("width.layers"))
    if reader.has("ratio.split"):
        _refuse_beside(reader, "ratio.split", ("width", "ratio"))
        return _split(reader)
    return _tapered(reader)


def _refuse_beside(reader: ConfigReader, chosen: str, others: tuple[str, ...]) -> None:
    for other in others:
        if other in reader.config:
            value = reader.config[other]
            raise ValueError(
                f"{other}: {value!r} cannot stand beside {chosen}; leave one of them out"
            )
        if not chosen.startswith(f"{other}.") and reader.has(f"{other}"):
            raise ValueError(f"{other}: cannot stand beside {chosen}; leave one of them out")


def _whole(shape: str) -> tuple[int, ...]:
    parts = shape.split("-")
    if not all(part.isdecimal() and 1 <= int(part) <= WIDEST for part in parts):
        raise ValueError(f"width.layers: {shape!r} is not a shape such as '128-64-32'")
    return tuple(int(part) for part in parts)


def _split(reader: ConfigReader) -> tuple[int, ...]:
    layer_count = reader.whole("layer_count", AT_LEAST_ZERO, 2)
    if layer_count != 2:
        raise ValueError(
            f"layer_count: {layer_count} does not fit ratio.split, which is two layers"
        )
    total = reader.whole("ratio.split.total", AT_LEAST_ONE)
    first = reader.whole("ratio.split.first", AT_LEAST_ONE)
    if first >= total:
        raise ValueError(f"ratio.split.first: {first} leaves nothing of the total {total}")
    return (first, total - first)


def _tapered(reader: ConfigReader) -> tuple[int, ...]:
    layer_count = reader.whole("layer_count", AT_LEAST_ZERO, 1)
    width = reader.whole("width", AT_LEAST_ONE, 32)
    ratio = reader.number("ratio", POSITIVE, 1.0)
    units = [float(width)]
    for _ in range(layer_count - 1):
        units.append(units[-1] * ratio)
    widest = max(units)
    if widest > WIDEST:
        raise ValueError(
            f"ratio: {ratio:g} makes a layer of {widest:.3g} units, and {WIDEST:,} are the most"
        )
    return tuple(max(1, round(width * ratio**layer)) for layer in range(layer_count))
