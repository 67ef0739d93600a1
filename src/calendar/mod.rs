//! Working hours, breaks and holidays of a calendar, and durations that run on them.

mod parse;
mod within;

pub use parse::parse;
pub use within::Within;

use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime},
    tz::{Offset, TimeZone},
};
use std::{collections::BTreeSet, iter, ops::Range};

/// How far ahead a time is looked for; one that is not found until then is taken to be there.
const HORIZON: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);

/// When people work, in one time zone.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    /// From Monday on: minutes of the day.
    // Invariant: in order, not empty, without overlap; `parse` sees to it.
    week: [Vec<Range<u16>>; 7],
    holidays: BTreeSet<Date>,
    /// Month and day of holidays that come every year.
    yearly: BTreeSet<(i8, i8)>,
}

/// A stretch of open time that lies on one date, at one distance from UTC.
struct Open {
    date: Date,
    offset: Offset,
    range: Range<Timestamp>,
}

impl Calendar {
    /// Around the clock, every day.
    pub fn always() -> Self {
        Self { week: std::array::from_fn(|_| iter::once(0..24 * 60).collect()), ..Self::never() }
    }

    fn never() -> Self {
        let (holidays, yearly) = (BTreeSet::new(), BTreeSet::new());
        Self { zone: TimeZone::UTC, week: Default::default(), holidays, yearly }
    }

    /// Its time zone, as IANA calls it; `None` for UTC, which nobody lives in.
    pub fn zone(&self) -> Option<&str> {
        self.zone.iana_name().filter(|name| *name != "UTC")
    }

    /// Whether somebody works at a moment.
    pub fn is_open(&self, at: Timestamp) -> bool {
        let local = self.zone.to_offset(at).to_datetime(at);
        let minute = local.hour() as u16 * 60 + local.minute() as u16;
        self.hours(local.date()).iter().any(|hours| hours.contains(&minute))
    }

    /// When a time that began at `from` is over. Working time ends as soon as so much of it has gone by. Working days
    /// end on the day that is so many days with hours later, at the time of day at which they began, or as soon as
    /// somebody works again after it, or when that day's hours end. What begins while nobody works begins when
    /// somebody works again.
    pub fn add(&self, from: Timestamp, within: Within) -> Timestamp {
        let until = from.checked_add(HORIZON).unwrap_or(Timestamp::MAX);
        match within {
            Within::Time(time) => self.add_time(from, until, time),
            Within::WorkingDays(days) => self.add_days(from, until, days),
        }
    }

    fn add_time(&self, from: Timestamp, until: Timestamp, mut left: SignedDuration) -> Timestamp {
        for Open { range, .. } in self.open(from, until) {
            let length = range.start.duration_until(range.end);
            if left <= length {
                return range.start.checked_add(left).unwrap_or(until);
            }
            left -= length;
        }
        until
    }

    fn add_days(&self, from: Timestamp, until: Timestamp, mut left: u32) -> Timestamp {
        let mut open = self.open(from, until).peekable();
        let Some(first) = open.peek() else { return until };
        let time = first.offset.to_datetime(first.range.start).time();
        let (mut date, mut end) = (first.date, until);
        for Open { date: at, offset, range } in open {
            if left > 0 && at > date {
                (date, left) = (at, left - 1);
            }
            if left == 0 && at == date {
                let same = offset.to_timestamp(date.to_datetime(time)).unwrap_or(until).max(range.start);
                if same < range.end {
                    return same;
                }
                end = range.end;
            }
            // A clock that is set back over midnight comes to a date twice.
            if left == 0 && at > date.saturating_add(1.day()) {
                break;
            }
        }
        end
    }

    /// The hours of a date.
    fn hours(&self, date: Date) -> &[Range<u16>] {
        if self.holidays.contains(&date) || self.yearly.contains(&(date.month(), date.day())) {
            return &[];
        }
        &self.week[date.weekday().to_monday_zero_offset() as usize]
    }

    /// All open time between two moments, in order. Hours are what the clock on the wall says: where it is set forward
    /// over some, they are lost; where it is set back, they come twice.
    fn open(&self, from: Timestamp, until: Timestamp) -> impl Iterator<Item = Open> {
        let changes = self.zone.following(from).map(|change| change.timestamp());
        let starts = iter::once(from).chain(changes).take_while(move |start| *start < until);
        starts.flat_map(move |start| {
            let end = self.zone.following(start).next().map_or(until, |change| change.timestamp().min(until));
            self.open_at(self.zone.to_offset(start), start..end)
        })
    }

    /// The open time of a range in which the clock is not set.
    fn open_at(&self, offset: Offset, range: Range<Timestamp>) -> impl Iterator<Item = Open> {
        let date = |at| offset.to_datetime(at).date();
        let last = date(range.end);
        date(range.start).series(1.day()).take_while(move |date| *date <= last).flat_map(move |date| {
            let moment = move |minute: u16| {
                let local = DateTime::from(date).checked_add(SignedDuration::from_mins(minute.into()));
                local.and_then(|local| offset.to_timestamp(local)).unwrap_or(Timestamp::MAX)
            };
            let bounds = range.clone();
            self.hours(date).iter().filter_map(move |hours| {
                let range = moment(hours.start).max(bounds.start)..moment(hours.end).min(bounds.end);
                (!range.is_empty()).then_some(Open { date, offset, range })
            })
        })
    }
}
