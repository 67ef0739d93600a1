//! Whoever guesses is made to wait.

use jiff::{SignedDuration, Timestamp};

/// So many failures are forgiven.
const FORGIVEN: u32 = 5;
/// The first wait; each further failure doubles it.
const FIRST: SignedDuration = SignedDuration::from_mins(1);
/// The longest wait.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// Until when a login is locked after so many failures in a row, the last of them now.
pub fn locked_until(failures: u32, now: Timestamp) -> Option<Timestamp> {
    let doublings = failures.checked_sub(FORGIVEN)?;
    let wait = 2_i32.checked_pow(doublings).and_then(|times| FIRST.checked_mul(times)).unwrap_or(LONGEST);
    Some(now.saturating_add(wait.min(LONGEST)).unwrap_or(Timestamp::MAX))
}
