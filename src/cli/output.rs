//! How results are shown: calm colours, the same in all commands, which the streams strip where they are not wanted.

use anstyle::{AnsiColor, Effects, Style};
use clap::ValueEnum;

/// For people, or for scripts.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    Human,
    Json,
}

pub const ERROR: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
pub const WARNING: Style = AnsiColor::Yellow.on_default().effects(Effects::BOLD);
pub const GOOD: Style = AnsiColor::Green.on_default();
pub const KEY: Style = AnsiColor::Cyan.on_default().effects(Effects::BOLD);
pub const STRONG: Style = Style::new().effects(Effects::BOLD);
pub const QUIET: Style = AnsiColor::BrightBlack.on_default();

/// A word in a style.
pub fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}
