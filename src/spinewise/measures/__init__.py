"""
Definitions at work: who is counted, and how.

:mod:`interpret` reads one person in plain Python and is the reference; :mod:`compile` says the
same for everybody at once in SQL. The two share the words of a definition
(:mod:`spinewise.know.terms`), the frame (:mod:`.frame`) and the shape of an outcome
(:mod:`.outcome`), and nothing else; tests hold that they agree unit by unit.
"""
