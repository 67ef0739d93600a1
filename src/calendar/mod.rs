//! Working hours, breaks and holidays of a calendar, and durations that run on them.
