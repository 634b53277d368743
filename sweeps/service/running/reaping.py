"""One at a time where processes are started with `multiprocessing`, or asked how they ended.

It looks at all of them when it starts one, and of two threads that read the same exit code one gets
another.
"""

from __future__ import annotations

import threading

REAPING = threading.Lock()
