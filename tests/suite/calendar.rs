//! Calendars, against an oracle that goes through time minute by minute.

use crate::support::{checked, desk};
use firstline::calendar::{Calendar, Within};
use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, date},
    tz::TimeZone,
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// Zones, and dates near which their clocks do something.
const PLACES: [(&str, &[Date]); 8] = [
    ("Europe/Berlin", &[date(2026, 3, 29), date(2026, 10, 25)]),
    ("America/New_York", &[date(2026, 3, 8), date(2026, 11, 1)]),
    ("Australia/Lord_Howe", &[date(2026, 4, 5), date(2026, 10, 4)]),
    ("Asia/Kathmandu", &[date(2026, 1, 1)]),
    ("America/Sao_Paulo", &[date(2018, 11, 4), date(2018, 2, 18)]),
    ("America/St_Johns", &[date(2010, 3, 14), date(2010, 11, 7)]),
    ("Pacific/Apia", &[date(2011, 12, 30)]),
    ("UTC", &[date(2024, 2, 29)]),
];

/// What a calendar was written from.
#[derive(Clone, Debug)]
struct Plan {
    zone: &'static str,
    week: [Vec<(u16, u16)>; 7],
    holidays: Vec<Date>,
}

impl Plan {
    fn calendar(&self) -> Calendar {
        let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let hours = |(start, end): &(u16, u16)| format!("\"{}-{}\"", time(*start), time(*end));
        let day = |(name, all): (&&str, &Vec<(u16, u16)>)| {
            format!("{name}: [{}]", all.iter().map(hours).collect::<Vec<_>>().join(", "))
        };
        let week: Vec<String> = DAYS.iter().zip(&self.week).map(day).collect();
        let holidays: Vec<String> = self.holidays.iter().map(Date::to_string).collect();
        let (week, holidays) = (week.join(", "), holidays.join(", "));
        calendar(&format!("{{timezone: {}, week: {{{week}}}, holidays: [{holidays}]}}", self.zone))
    }

    fn zone(&self) -> TimeZone {
        TimeZone::get(self.zone).expect("the zone is there")
    }

    /// The date of a moment, if somebody works then.
    fn open(&self, zone: &TimeZone, at: Timestamp) -> Option<Date> {
        let local = zone.to_datetime(at);
        let minute = local.hour() as u16 * 60 + local.minute() as u16;
        let day = &self.week[local.weekday().to_monday_zero_offset() as usize];
        let holiday = self.holidays.contains(&local.date());
        let open = !holiday && day.iter().any(|(start, end)| (*start..*end).contains(&minute));
        open.then_some(local.date())
    }

    fn minutes_from(&self, from: Timestamp) -> impl Iterator<Item = Timestamp> {
        (0..).map(move |n| from + MINUTE * n)
    }

    fn after_minutes(&self, from: Timestamp, count: usize) -> Timestamp {
        let zone = self.zone();
        let mut open = self.minutes_from(from).filter(|at| self.open(&zone, *at).is_some());
        open.nth(count - 1).expect("time goes on") + MINUTE
    }

    fn after_days(&self, from: Timestamp, count: usize) -> Timestamp {
        let zone = self.zone();
        let begin = self.minutes_from(from).find(|at| self.open(&zone, *at).is_some()).expect("time goes on");
        let begin = zone.to_datetime(begin);
        // All open minutes of a date, wherever on Earth.
        let of = |date: Date| {
            let midnight = date.to_zoned(TimeZone::UTC).expect("it is a date").timestamp();
            let window = self.minutes_from(midnight - SignedDuration::from_hours(26)).take(76 * 60);
            window.filter(|at| self.open(&zone, *at) == Some(date)).collect::<Vec<_>>()
        };
        let following = begin.date().series(1.day()).skip(1);
        let due = following.map(of).filter(|open| !open.is_empty()).nth(count - 1).expect("days go on");
        let same = due.iter().find(|at| zone.to_datetime(**at).time() >= begin.time());
        same.copied().unwrap_or_else(|| *due.last().expect("it is open") + MINUTE)
    }
}

fn calendar(yaml: &str) -> Calendar {
    let text = format!("name: Example IT\ncalendars:\n  here: {yaml}\n");
    let (desk, findings) = checked(&[("desk.yaml".to_owned(), text.clone())]);
    assert!(findings.is_empty(), "{text}{findings:?}");
    desk.policy.calendar("here").expect("it is declared").clone()
}

fn plans() -> impl Strategy<Value = (Plan, Timestamp)> {
    // Cuts in half hours, so that hours meet the moments at which clocks are set.
    let day = prop::collection::btree_set(0..=48u16, 0..=5).prop_map(|cuts| {
        let cuts: Vec<u16> = cuts.into_iter().map(|cut| cut * 30).collect();
        cuts.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>()
    });
    let night = prop::sample::select(vec![vec![(0, 60)], vec![(0, 180), (600, 1020)], vec![(1380, 1440)]]);
    let week = prop::collection::vec(prop_oneof![3 => day, 1 => night], 7);
    let days_off = prop::collection::vec(-4..12i32, 0..4);
    (0..PLACES.len(), any::<prop::sample::Index>(), week, days_off, -5 * 1440..2 * 1440i64).prop_filter_map(
        "somebody works on some day, every week",
        |(place, anchor, week, off, shift)| {
            let (zone, anchors) = PLACES[place];
            let anchor = anchors[anchor.index(anchors.len())];
            let holidays = off.iter().map(|days| anchor + days.days()).collect();
            let week: [Vec<(u16, u16)>; 7] = week.try_into().expect("a week has seven days");
            let from = anchor.to_zoned(TimeZone::UTC).expect("it is a date").timestamp() + MINUTE * shift as i32;
            let worked: u16 = week.iter().flatten().map(|(start, end)| end - start).sum();
            (worked >= 240).then_some((Plan { zone, week, holidays }, from))
        },
    )
}

/// The same cases every time.
fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

#[test]
fn working_time_is_what_counting_minutes_says() {
    let run = runner(150).run(&(plans(), 1..900usize), |((plan, from), count)| {
        let within = Within::Time(MINUTE * count as i32);
        prop_assert_eq!(plan.calendar().add(from, within), plan.after_minutes(from, count));
        Ok(())
    });
    run.expect("the calendar agrees with the oracle");
}

#[test]
fn working_days_are_what_counting_minutes_says() {
    let run = runner(150).run(&(plans(), 1..5usize), |((plan, from), count)| {
        let within = Within::WorkingDays(count as u32);
        prop_assert_eq!(plan.calendar().add(from, within), plan.after_days(from, count));
        Ok(())
    });
    run.expect("the calendar agrees with the oracle");
}

#[test]
fn it_is_open_when_the_clock_on_the_wall_says_so() {
    let run = runner(60).run(&plans(), |(plan, from)| {
        let (calendar, zone) = (plan.calendar(), plan.zone());
        for at in plan.minutes_from(from).take(2000) {
            prop_assert_eq!(calendar.is_open(at), plan.open(&zone, at).is_some(), "{}", at);
        }
        Ok(())
    });
    run.expect("the calendar agrees with the oracle");
}

fn berlin(text: &str) -> Timestamp {
    let local: jiff::civil::DateTime = text.parse().expect("it is a time");
    local.in_tz("Europe/Berlin").expect("the zone is there").timestamp()
}

#[test]
fn times_end_where_people_expect() {
    let office = calendar(
        "{timezone: Europe/Berlin, week: {mon-thu: [\"09:00-12:30\", \"13:15-17:30\"], fri: \"8:00 - 15:00\"}, \
         holidays: [2026-11-26, 12-25]}",
    );
    // 2026-11-23 is a Monday.
    for (from, within, due) in [
        ("2026-11-23T10:00", "15m", "2026-11-23T10:15"),
        ("2026-11-23T10:00:30", "15m", "2026-11-23T10:15:30"),
        ("2026-11-23T12:00", "1h 30m", "2026-11-23T14:15"),
        ("2026-11-23T12:00", "30m", "2026-11-23T12:30"),
        ("2026-11-23T17:00", "1h", "2026-11-24T09:30"),
        ("2026-11-23T20:00", "4h", "2026-11-24T13:45"),
        ("2026-11-25T17:00", "1h", "2026-11-27T08:30"),
        ("2026-12-24T17:00", "1h", "2026-12-28T09:30"),
        ("2026-11-23T10:00", "1 working day", "2026-11-24T10:00"),
        ("2026-11-23T10:00", "2 working days", "2026-11-25T10:00"),
        // Nobody works on Thursday.
        ("2026-11-23T10:00", "3 working days", "2026-11-27T10:00"),
        // Before the hours, in the break, after the hours: from when somebody works again.
        ("2026-11-23T06:00", "1 working day", "2026-11-24T09:00"),
        ("2026-11-23T12:40", "1 working day", "2026-11-24T13:15"),
        ("2026-11-23T19:00", "1 working day", "2026-11-25T09:00"),
        ("2026-11-21T11:00", "1 working day", "2026-11-24T09:00"),
        // Friday ends earlier, and begins earlier.
        ("2026-11-25T16:00", "1 working day", "2026-11-27T15:00"),
        ("2026-11-27T08:20", "1 working day", "2026-11-30T09:00"),
        // In the break of another day: when it is over.
        ("2026-11-27T12:45", "1 working day", "2026-11-30T13:15"),
    ] {
        let within = Within::parse(within).expect("it is a duration");
        let found = office.add(berlin(from), within);
        assert_eq!(found, berlin(due), "{from} + {within}: {}", found.to_zoned(office_zone()));
    }
}

fn office_zone() -> TimeZone {
    TimeZone::get("Europe/Berlin").expect("the zone is there")
}

#[test]
fn around_the_clock_is_plain_time() {
    let from: Timestamp = "2026-03-29T00:30:15.5Z".parse().expect("it is a time");
    for calendar in [Calendar::always(), calendar("{hours: 24x7}")] {
        let hours = |n| SignedDuration::from_hours(n);
        assert!(calendar.is_open(from));
        assert_eq!(calendar.add(from, Within::Time(hours(1000))), from + hours(1000));
        assert_eq!(calendar.add(from, Within::WorkingDays(2)), from + hours(48));
    }
}

#[test]
fn there_is_always_an_end() {
    let leap = "{timezone: Asia/Tokyo, week: {mon: [\"00:00-00:01\"]}}";
    let never = "{timezone: Asia/Tokyo, week: {mon: []}}";
    let text = format!("name: X\ncalendars: {{leap: {leap}, never: {never}, broken: [], odd: {{hours: 25x8}}}}\n");
    let desk = desk(&[("desk.yaml".to_owned(), text)]);
    assert_eq!(desk.policy.calendars.len(), 4);
    for (name, calendar) in &desk.policy.calendars {
        for from in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
            for within in ["1m", "1000h", "1 working day", "250 working days"] {
                let due = calendar.add(from, Within::parse(within).expect("it is a duration"));
                assert!(due >= from, "{} {within}", name.value);
                assert!(due <= from.checked_add(SignedDuration::from_hours(88_000)).unwrap_or(Timestamp::MAX));
            }
            calendar.is_open(from);
        }
    }
}

#[test]
fn durations_read_as_they_are_written() {
    for text in ["15m", "4h", "1h 30m", "1000h", "1 working day", "250 working days"] {
        assert_eq!(Within::parse(text).expect(text).to_string(), text);
    }
    for (text, same) in [("90m", "1h 30m"), ("1h30m", "1h 30m"), (" 2  working days ", "2 working days")] {
        assert_eq!(Within::parse(text).expect(text).to_string(), same);
    }
    let wrong = ["", "4", "h", "0m", "-1h", "3d", "2 days", "1.5h", "1001h", "0 working days", "251 working days"];
    for text in wrong.into_iter().chain(["1h 2 working days", "4 hours", "99999999999h", "1h 60000m", "½h"]) {
        assert!(Within::parse(text).is_err(), "{text}");
    }
    assert!(Within::parse("3d").expect_err("no duration").contains("`3 working days`"));
}
