//! A calendar as `desk.yaml` writes it.

use super::Calendar;
use crate::{
    diagnostic::{Diagnostic, Sink, Span, Spanned, form, wording},
    yaml::{Fields, Node, shown},
};
use jiff::{civil::Date, tz::TimeZone};
use std::{collections::HashMap, ops::Range};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Reads the calendar called `name`. What cannot be read is left out of it.
pub fn parse(name: &Spanned<String>, node: &Spanned<Node>, findings: &Sink<Diagnostic>) -> Calendar {
    let owner = format!("calendar `{}`", shown(&name.value));
    let Some(mut fields) = Fields::new(node, &owner, name.span, findings) else { return Calendar::always() };
    if let Some(hours) = fields.text("hours") {
        around_the_clock(&hours, &mut fields, findings);
        return Calendar::always();
    }
    let mut calendar = Calendar::never();
    let example = "write `{timezone: Europe/Berlin, week: {mon-fri: [\"09:00-17:00\"]}}`, or `{hours: 24x7}`";
    if let Some(name) = fields.required("timezone", example) {
        calendar.zone = zone(&name, findings);
    }
    if fields.require("week", example)
        && let Some((key, node)) = fields.take("week")
    {
        let before = findings.len();
        week(key, node, &mut calendar, findings);
        if calendar.week.iter().all(Vec::is_empty) && findings.len() == before {
            let message = format!("{owner} is never open");
            findings.push(form::malformed_calendar(key.span, message, "write hours: `mon-fri: [\"09:00-17:00\"]`"));
        }
    }
    for text in fields.texts("holidays") {
        holiday(&text, &mut calendar, findings);
    }
    fields.finish();
    calendar
}

fn around_the_clock(hours: &Spanned<String>, fields: &mut Fields<'_>, findings: &Sink<Diagnostic>) {
    if hours.value != "24x7" {
        let help = "write other hours under `week`: `mon-fri: [\"09:00-17:00\"]`";
        findings.push(form::malformed_calendar(hours.span, "`hours` can only be `24x7`", help));
    }
    for key in fields.keys().filter(|key| key.value != "hours") {
        let message = format!("`{}` does not go with `hours`", shown(&key.value));
        let help = "for days off or a time zone, leave `hours` out and write `week: {mon-sun: [\"00:00-24:00\"]}`";
        findings.push(form::malformed_calendar(key.span, message, help));
    }
}

fn zone(name: &Spanned<String>, findings: &Sink<Diagnostic>) -> TimeZone {
    TimeZone::get(&name.value).unwrap_or_else(|_| {
        let all: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
        let places = all.iter().map(String::as_str).filter(|name| name.contains('/'));
        let near = wording::nearest(&name.value, places);
        let help = near.map(|near| format!("did you mean `{near}`?"));
        let help = help.unwrap_or_else(|| "write a continent and a city: `Europe/Berlin`, `America/New_York`".into());
        let message = format!("there is no time zone `{}`", shown(&name.value));
        findings.push(form::malformed_calendar(name.span, message, help));
        TimeZone::UTC
    })
}

fn week(key: &Spanned<String>, node: &Spanned<Node>, calendar: &mut Calendar, findings: &Sink<Diagnostic>) {
    let Some(mut fields) = Fields::new(node, "`week`", key.span, findings) else { return };
    let mut said: HashMap<usize, Span> = HashMap::new();
    for (key, node) in fields.take_all() {
        let Some(days) = days(&key.value) else {
            let message = format!("`{}` is no day of the week", shown(&key.value));
            let help = "days are `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`, and ranges such as `mon-fri`";
            findings.push(form::malformed_calendar(key.span, message, help));
            continue;
        };
        let hours = hours(&fields.as_texts(key, node), findings);
        for day in days {
            if let Some(first) = said.insert(day, key.span) {
                let message = format!("`{}` is in the week twice", DAYS[day]);
                let help = "give each day its hours once: `mon-thu: [\"09:00-17:00\"]` and `fri: [\"09:00-15:00\"]`";
                findings.push(form::malformed_calendar(key.span, message, help).also(first, "first here"));
            }
            calendar.week[day].clone_from(&hours);
        }
    }
}

/// `mon`, `mon-fri`, and several joined by commas.
fn days(text: &str) -> Option<Vec<usize>> {
    let day = |name: &str| DAYS.iter().position(|day| *day == name.trim());
    let mut out = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (day(first)?, day(last)?);
        out.extend((first..first + 7).take((last + 7 - first) % 7 + 1).map(|day| day % 7));
    }
    Some(out)
}

/// The hours of a day, in order; what overlaps is left out.
fn hours(texts: &[Spanned<String>], findings: &Sink<Diagnostic>) -> Vec<Range<u16>> {
    let mut all: Vec<Spanned<Range<u16>>> = Vec::new();
    for text in texts {
        let written = shown(&text.value);
        let Some(range) = range(&text.value) else {
            let message = format!("`{written}` is no range of hours");
            let help = "write two times of the day, in quotes: `\"09:00-17:30\"`; a day ends at `24:00`";
            findings.push(form::malformed_calendar(text.span, message, help));
            continue;
        };
        if range.is_empty() {
            let message = format!("`{written}` does not end after it begins");
            let help = "hours over midnight are two: until `24:00`, and from `00:00` on the next day";
            findings.push(form::malformed_calendar(text.span, message, help));
        } else if let Some(other) = all.iter().find(|o| o.value.start < range.end && range.start < o.value.end) {
            let message = format!("`{written}` overlaps other hours of the same day");
            let found = form::malformed_calendar(text.span, message, "write each hour once");
            findings.push(found.also(other.span, "the other hours"));
        } else {
            all.push(Spanned::new(range, text.span));
        }
    }
    let mut out: Vec<_> = all.into_iter().map(|hours| hours.value).collect();
    out.sort_by_key(|hours| hours.start);
    out
}

/// `09:00-17:30` in minutes of the day.
fn range(text: &str) -> Option<Range<u16>> {
    let minute = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let digits = |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let well = digits(hour, 2) && digits(minute, 2) && minute.len() == 2;
        let (hour, minute): (u16, u16) = well.then(|| Some((hour.parse().ok()?, minute.parse().ok()?)))??;
        (minute < 60 && hour * 60 + minute <= 24 * 60).then_some(hour * 60 + minute)
    };
    let (start, end) = text.split_once(['-', '–'])?;
    Some(minute(start)?..minute(end)?)
}

/// `2026-12-25`, or `12-25` for every year.
fn holiday(text: &Spanned<String>, calendar: &mut Calendar, findings: &Sink<Diagnostic>) {
    // A leap year has all days.
    let yearly = || format!("2024-{}", text.value).parse::<Date>().ok().filter(|_| text.value.len() == 5);
    if let Ok(date) = text.value.parse() {
        calendar.holidays.insert(date);
    } else if let Some(date) = yearly() {
        calendar.yearly.insert((date.month(), date.day()));
    } else {
        let message = format!("`{}` is no date", shown(&text.value));
        let help = "write year, month and day: `2026-12-25`, or month and day for every year: `12-25`";
        findings.push(form::malformed_calendar(text.span, message, help));
    }
}
