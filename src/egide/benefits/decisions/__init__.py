"""What benefits decide, without clock nor database: whose line it is, what is due on it, what must be posted.

A line goes through ``matching`` (person, cover, repeat, reversal), then ``adjudication`` (due by the rule book, difference with
what is posted); each refusal on the way has its words in ``refusals``.
"""
