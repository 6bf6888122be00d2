"""Does work on text grow with the text, or faster?"""

import gc
import time
from collections.abc import Callable


def grows_evenly(work: Callable[[int], object], size: int) -> bool:
    """Whether `work(4 * size)` takes under 8 times the time of `work(size)`.

    Linear work takes 4 times as long, quadratic work 16 times: the limit is halfway. Each is timed
    as the best of three, in seconds of this process's own CPU time and without the garbage
    collector, which in a long test run walks through everything that other tests have left.
    """

    def seconds(size: int) -> float:
        begin = time.process_time()
        work(size)
        return time.process_time() - begin

    work(size)  # imports
    gc.collect()
    gc.disable()
    try:
        quick, slow = (min(seconds(each) for _ in range(3)) for each in (size, 4 * size))
    finally:
        gc.enable()
    return slow < 8 * max(quick, 0.01)
