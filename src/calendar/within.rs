//! How long something may take: `15m`, `1h 30m` or `2 working days`.

use jiff::SignedDuration;
use std::fmt;

/// A duration on a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// So much time in which somebody works.
    Time(SignedDuration),
    /// So many days on which somebody works.
    WorkingDays(u32),
}

impl Within {
    /// Reads one; `Err` is what to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let forms = || "write hours and minutes of the calendar (`15m`, `4h`, `1h 30m`) or `2 working days`".to_owned();
        let mut minutes = 0;
        let mut rest = text.trim();
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let number: u32 = rest[..digits].parse().map_err(|_| forms())?;
            let unit = rest[digits..].trim_start();
            let end = unit.find(|c: char| c.is_ascii_digit()).unwrap_or(unit.len());
            rest = &unit[end..];
            minutes += match unit[..end].trim() {
                "h" if number <= 1000 => number * 60,
                "m" if number <= 60_000 => number,
                "working day" | "working days" if minutes == 0 && rest.is_empty() => {
                    return match number {
                        1..=250 => Ok(Self::WorkingDays(number)),
                        _ => Err("write 1 to 250 working days".to_owned()),
                    };
                }
                "d" | "day" | "days" => {
                    let days = if number == 1 { "day" } else { "days" };
                    return Err(format!("write `{number} working {days}`, or hours of the calendar: `8h`"));
                }
                "h" | "m" => return Err("write at most `1000h`".to_owned()),
                _ => return Err(forms()),
            };
        }
        match minutes {
            1..=60_000 => Ok(Self::Time(SignedDuration::from_mins(minutes.into()))),
            0 => Err(forms()),
            _ => Err("write at most `1000h`".to_owned()),
        }
    }
}

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WorkingDays(1) => f.write_str("1 working day"),
            Self::WorkingDays(days) => write!(f, "{days} working days"),
            Self::Time(time) => match (time.as_hours(), time.as_mins() % 60) {
                (0, minutes) => write!(f, "{minutes}m"),
                (hours, 0) => write!(f, "{hours}h"),
                (hours, minutes) => write!(f, "{hours}h {minutes}m"),
            },
        }
    }
}
