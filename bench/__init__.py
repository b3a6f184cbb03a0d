"""
Measurements of Spinewise beside a yardstick, on the machine that runs them: ``make bench``.

Every figure is taken in a process of its own, after a warm-up in the same process, in turns with
its yardstick; ratios are of medians. Wall-clock time depends on what else the machine does, so the
processor time (user and system, all threads) is printed beside it.
"""
