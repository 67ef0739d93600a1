//! Data to HTML: the templates, compiled once, and what they may call.

use super::assets;
use crate::{
    diagnostic::wording,
    language::{self, Language},
    markdown,
    template::clean,
};
use jiff::{Timestamp, tz::TimeZone};
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, HtmlEscape, Output, State, UndefinedBehavior, Value, context,
    escape_formatter,
    syntax::SyntaxConfig,
    value::{Kwargs, Serde},
};
use serde::Serialize;
use std::{collections::BTreeMap, sync::LazyLock};

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("templates/", $name)))),*]
    };
}

/// The closed list.
const TEMPLATES: &[(&str, &str)] = &templates![
    "base.html",
    "token.html",
    "scripts.html",
    "languages.html",
    "limits.html",
    "article_body.html",
    "found.html",
    "found_status.html",
    "suggest.html",
    "case_search.html",
    "case_beside.html",
    "reply.html",
    "home.html",
    "case.html",
    "case_step.html",
    "case_judge.html",
    "case_outcome.html",
    "case_path.html",
    "case_side.html",
    "case_version.html",
    "case_work.html",
    "case_escalation.html",
    "change.html",
    "queue.html",
    "cases.html",
    "outbox.html",
    "findings.html",
    "gaps.html",
    "library.html",
    "playbook.html",
    "preview.html",
    "versions.html",
    "versions_table.html",
    "article.html",
    "flow.html",
    "incidents.html",
    "incident.html",
    "incident_fields.html",
    "sign_in.html",
    "me.html",
    "error.html",
    "portal/base.html",
    "portal/home.html",
    "portal/outages.html",
    "portal/find.html",
    "portal/items.html",
    "portal/hits.html",
    "portal/search.html",
    "portal/suggest.html",
    "portal/article.html",
    "portal/playbook.html",
    "portal/case.html",
    "portal/case_step.html",
    "portal/case_path.html",
    "portal/case_state.html",
    "portal/change.html",
    "portal/ask.html",
    "portal/person.html",
    "portal/error.html",
];

/// The templates in each language of the interface.
static ENVIRONMENTS: LazyLock<Vec<(Language, Environment<'static>)>> =
    LazyLock::new(|| Language::all().map(|language| (language, environment(language))).collect());

fn environment(language: Language) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(printed);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the usual delimiters"));
    environment
        .add_filter("markdown", |text: String, top: Option<u8>| safe(markdown::html(&text, top.unwrap_or(3), &inside)));
    environment.add_filter("encoded", |text: String| encoded(&text));
    environment.add_filter("line", |text: String| markdown::first_line(&text));
    environment.add_filter("words", move |text: String| named(language, &text));
    environment.add_filter("bold", |text: String| safe(format!("<b>{}</b>", HtmlEscape(&text))));
    environment.add_filter("number", |n: u64| safe(format!("<b class=\"number\">{n}</b>")));
    environment.add_filter("ticked", |text: String| safe(ticked(&text)));
    environment.add_filter("capital", |text: String| capital(&text));
    environment.add_filter("sentence", |text: String| sentence(&text));
    environment.add_filter("tone", tone);
    environment.add_filter("size", move |bytes: u64| size(language, bytes));
    environment.add_filter("minutes", move |count: f64| minutes(language, count));
    for form in ["moment", "due", "day", "since"] {
        let shown = move |when: String, now: String| Ok(time(language, parse(&when)?, parse(&now)?, form));
        environment.add_filter(form, shown);
    }
    environment.add_global("language", language.code().to_owned());
    environment.add_function("_", move |text: &str, values: Kwargs| filled(language.say(text), &values));
    environment.add_function("_n", move |n: usize, one: &str, many: &str, values: Kwargs| {
        let text = language.count(n, one, many);
        filled(&text, &values)
    });
    environment.add_function("asset", |file: String| {
        assets::address(&file).ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "there is no such asset"))
    });
    let scripts: BTreeMap<&str, String> =
        assets::all().iter().map(|asset| (asset.file, script_words(language, asset.text))).collect();
    environment.add_function("script_words", move |file: &str| scripts.get(file).cloned());
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).expect("a test renders every template");
    }
    environment
}

/// What a script says, as JSON: English texts and those of a language.
fn script_words(language: Language, script: &str) -> String {
    let said = script.split("_(\"").skip(1).filter_map(|rest| rest.split('"').next());
    let said: BTreeMap<&str, &str> = said.map(|english| (english, language.say(english))).collect();
    serde_json::to_string(&said).expect("texts are JSON")
}

/// A text with the values that a template gives; HTML, if one of them is.
fn filled(text: &str, values: &Kwargs) -> Result<Value, Error> {
    let get = |name: &str| values.get::<Value>(name).ok();
    let html = values.args().any(|name| get(name).is_some_and(|value| value.is_safe()));
    let shown = |value: Value| match html && !value.is_safe() {
        true => HtmlEscape(&value.to_string()).to_string(),
        false => value.to_string(),
    };
    let escaped = if html { HtmlEscape(text).to_string() } else { text.to_owned() };
    let text = language::fill(&escaped, |name| get(name).map(shown));
    values.assert_all_used()?;
    Ok(if html { safe(text) } else { Value::from(text) })
}

/// What stands in a page is escaped, and cannot turn the text around it.
fn printed(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let cleaned = value.as_str().map(|text| (clean(text), text)).filter(|(cleaned, text)| cleaned != text);
    match cleaned {
        Some((cleaned, _)) if value.is_safe() => escape_formatter(out, state, &safe(cleaned)),
        Some((cleaned, _)) => escape_formatter(out, state, &Value::from(cleaned)),
        None => escape_formatter(out, state, value),
    }
}

/// A whole page in the language of its frame; in English, if the interface does not speak it.
pub fn page(template: &str, frame: &impl Serialize, page: impl Serialize) -> String {
    let frame = Value::from(Serde(frame));
    let wanted = frame.get_attr("language").ok().and_then(|language| Language::parse(language.as_str()?));
    let spoken = ENVIRONMENTS.iter().find(|(spoken, _)| Some(*spoken) == wanted).unwrap_or(&ENVIRONMENTS[0]);
    let template = spoken.1.get_template(template).expect("it is in the list");
    let context = context! { frame, page => Value::from(Serde(page)) };
    template.render(context).expect("a test renders every template")
}

fn safe(html: String) -> Value {
    Value::from_safe_string(html)
}

/// Where a link of an article or playbook leads in the console.
fn inside(target: &str) -> Option<String> {
    let is_id = |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    match target.strip_prefix("playbook:") {
        Some(id) => is_id(id).then(|| format!("/#playbook-{id}")),
        None => {
            let id = target.split('#').next().unwrap_or_default();
            is_id(id).then(|| format!("/articles/{id}"))
        }
    }
}

/// A text as a part of an address.
pub fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// `printer_name`, `restart-printer` and `os` as people read them.
pub fn words(id: &str) -> String {
    if id.len() < 3 {
        return id.to_uppercase();
    }
    wording::in_words(id)
}

/// Ids that stand for the same in every desk, as people read them.
const KNOWN: &[&str] = &[
    "Open",
    "Parked",
    "Resolved",
    "Critical",
    "High",
    "Normal",
    "Low",
    "Company",
    "Team",
    "Person",
    "Stopped",
    "Slowed",
    "Phone",
    "Mail",
    "Chat",
    "Walk in",
    "Self service",
    "Worked",
    "Failed",
    "Stuck",
    "Yes",
    "No",
];

/// An id as people read it in a language, as far as it is one of `KNOWN`.
pub fn named(language: Language, id: &str) -> String {
    let shown = words(id);
    if KNOWN.contains(&shown.as_str()) { language.say(&shown).to_owned() } else { shown }
}

/// How loudly a priority is shown.
fn tone(priority: &str) -> &'static str {
    match priority {
        "critical" => "bad",
        "high" => "warning",
        _ => "",
    }
}

/// A sentence as it stands at the beginning of a line.
pub fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A message of ours that stands alone.
pub fn sentence(text: &str) -> String {
    let end = if text.ends_with(['.', '?', '!', ':', '…']) { "" } else { "." };
    capital(text) + end
}

/// A message of ours, with what stands in backticks set off.
fn ticked(text: &str) -> String {
    let (mut html, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('`')
        && let Some((code, after)) = after.split_once('`')
    {
        html += &format!("{}<code>{}</code>", HtmlEscape(before), HtmlEscape(code));
        rest = after;
    }
    html + &HtmlEscape(rest).to_string()
}

fn size(language: Language, bytes: u64) -> String {
    match bytes {
        0..1000 => language.fill("{n} bytes", &[("n", &bytes)]),
        1000..1_000_000 => format!("{} kB", bytes / 1000),
        _ => format!("{} MB", language.decimal((bytes / 100_000) as f64 / 10.0)),
    }
}

fn minutes(language: Language, minutes: f64) -> String {
    match minutes {
        m if m < 1.0 => language.fill("{n} s", &[("n", &(m * 60.0).round())]),
        m => language.fill("{n} min", &[("n", &language.decimal((m * 10.0).round() / 10.0))]),
    }
}

fn parse(when: &str) -> Result<Timestamp, Error> {
    when.parse().map_err(|_| Error::new(ErrorKind::InvalidOperation, "this is no moment"))
}

/// A moment as people say it, with the exact one behind it; the script keeps it up to date.
fn time(language: Language, when: Timestamp, now: Timestamp, form: &str) -> Value {
    let there = when.to_zoned(TimeZone::system());
    let exact = language.date("%A, %-d %B %Y, %H:%M %Z", &there);
    let seconds = now.as_second() - when.as_second();
    let with = |text: &str, seconds: i64| language.fill(text, &[("time", &span(language, seconds))]);
    let text = match (form, seconds) {
        ("day", _) => language.date("%A, %-d %b, %H:%M", &there),
        ("since", s) => span(language, s.max(0)),
        ("due", s) if s > 0 => with("{time} late", s),
        (_, s) if s <= -129_600 || s >= 86_400 => language.date("%-d %b, %H:%M", &there),
        (_, s) if s < 0 => with("in {time}", -s),
        (_, s) if s < 60 => language.say("just now").to_owned(),
        (_, s) => with("{time} ago", s),
    };
    safe(format!("<time datetime=\"{when}\" data-time=\"{form}\" title=\"{exact}\">{text}</time>"))
}

/// Seconds in the one or two units that matter.
fn span(language: Language, seconds: i64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let said = |text: &str, minutes: i64, hours: i64| {
        language.fill(text, &[("n", &minutes), ("h", &hours), ("m", &(minutes % 60)), ("d", &days)])
    };
    match seconds {
        s if s < 60 => language.say("less than a minute").to_owned(),
        s if s < 3600 => said("{n} min", minutes, 0),
        s if s < 86_400 && s % 3600 < 60 => said("{h} h", 0, hours),
        s if s < 86_400 => said("{h} h {m} min", minutes, hours),
        _ => said("{d} d {h} h", 0, hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_inside_the_desk() {
        assert_eq!(inside("playbook:printer-offline").as_deref(), Some("/#playbook-printer-offline"));
        assert_eq!(inside("calm-an-upset-caller#avoid").as_deref(), Some("/articles/calm-an-upset-caller"));
        for target in ["../x", "/x", "//x.example", "javascript:alert(1)", "", "playbook:", "a b"] {
            assert_eq!(inside(target), None, "{target}");
        }
    }

    #[test]
    fn what_stands_in_backticks_is_set_off_and_nothing_is_markup() {
        assert_eq!(ticked("no step `a<b`, `c`"), "no step <code>a&lt;b</code>, <code>c</code>");
        assert_eq!(ticked("one ` alone, <b>"), "one ` alone, &lt;b&gt;");
    }

    #[test]
    fn times_are_said_shortly() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().expect("a moment");
        let said = |seconds: i64, form: &str| {
            let when = Timestamp::from_second(now.as_second() + seconds).expect("in range");
            let html = time(Language::ENGLISH, when, now, form).to_string();
            html[html.find('>').expect("a tag") + 1..html.len() - "</time>".len()].to_owned()
        };
        assert_eq!(said(-30, "moment"), "just now");
        assert_eq!(said(-720, "moment"), "12 min ago");
        assert_eq!(said(5400, "due"), "in 1 h 30 min");
        assert_eq!(said(-7200, "due"), "2 h late");
        assert_eq!(said(-260, "since"), "4 min");
    }
}
