"""
A review that may leave the practice: small numbers hidden, clinicians masked, nobody's rows.

:mod:`~spinewise.share.roles` says of every field of a review what becomes of it,
:mod:`~spinewise.share.cells` lists the numbers and how they add up, :mod:`~spinewise.share.protect`
chooses what to hide, :mod:`~spinewise.share.ledger` remembers what was shared, and
:mod:`~spinewise.share.build` makes the :class:`~spinewise.share.result.SharedReview`.
"""
