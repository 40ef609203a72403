"""The kernel: money, periods, calendars, time limits, identifiers and refusals, all pure."""
