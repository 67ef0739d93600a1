//! How often an address may write: a bucket of tokens that fills up again.

use jiff::Timestamp;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

/// So often at once; many people may sit behind one address.
const BURST: f64 = 60.0;
/// So often a second in the long run.
const RATE: f64 = 1.0;
/// Addresses that are remembered; those with a full bucket are forgotten beyond it.
const MOST: usize = 10_000;

/// See the module.
#[derive(Debug, Default)]
pub struct Limit(Mutex<HashMap<IpAddr, (f64, Timestamp)>>);

impl Limit {
    /// Whether the address may write once more.
    pub fn take(&self, from: IpAddr, now: Timestamp) -> bool {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let filled = |(tokens, since): (f64, Timestamp)| {
            (tokens + RATE * now.duration_since(since).as_secs_f64().max(0.0)).min(BURST)
        };
        if buckets.len() >= MOST {
            buckets.retain(|_, bucket| filled(*bucket) < BURST);
        }
        let bucket = buckets.entry(network(from)).or_insert((BURST, now));
        let tokens = filled(*bucket);
        let may = tokens >= 1.0;
        *bucket = (tokens - f64::from(may), now);
        may
    }
}

/// One customer of a provider has a whole network of the new addresses.
pub fn network(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[test]
    fn a_bucket_is_empty_and_fills_up() {
        let (limit, now) = (Limit::default(), Timestamp::UNIX_EPOCH);
        let [one, other] = ["192.0.2.1", "192.0.2.2"].map(|address| address.parse().expect("an address"));
        assert_eq!((0..100).filter(|_| limit.take(one, now)).count(), 60);
        assert!(limit.take(other, now));
        assert!(!limit.take(one, now + SignedDuration::from_millis(900)));
        assert!(limit.take(one, now + SignedDuration::from_secs(2)));
        assert_eq!((0..100).filter(|_| limit.take(one, now + SignedDuration::from_hours(9))).count(), 60);
    }

    #[test]
    fn a_network_of_new_addresses_is_one() {
        let [one, near, far, old] = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "::ffff:192.0.2.1"]
            .map(|address| network(address.parse().expect("an address")));
        assert_eq!(one, near);
        assert_ne!(one, far);
        assert_eq!(old, IpAddr::from([192, 0, 2, 1]));
    }
}
