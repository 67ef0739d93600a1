//! The only source of time: everything below `cli` and `app` is handed the moment it happens at.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// Now, in UTC.
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// Today's date where this process runs.
pub fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::system()).date()
}
