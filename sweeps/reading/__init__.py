"""From the sections of a sweep file to a Sweep, every mistake told with its place."""
