"""
Statistics of quality improvement, on arrays: charts over time, funnels, intervals, trends.

Everything here computes and does nothing else: no files, no clock, no chance. The conventions:

- A series is a row. ``(T,)`` is one series of T points in order of time, ``(S, T)`` are S series;
  time is always the last axis, and what comes back has the shape of what was given.
- A missing point is NaN: a month without a denominator, a value that nobody wrote down. It never
  counts, and where a result has no meaning it is NaN (a number) or False (a signal).
- A share runs from 0 to 1; a percentage is made where it is shown.
- Many series give the same numbers as each of them alone; a property test holds that.
"""
