//! Data to HTML: the templates, compiled once, and what they may call.

use super::assets;
use crate::{
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
use std::sync::LazyLock;

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
    "health.html",
    "article.html",
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
    environment.add_filter("words", |text: String| words(&text));
    environment.add_filter("ticked", |text: String| safe(ticked(&text)));
    environment.add_filter("capital", |text: String| capital(&text));
    environment.add_filter("tone", tone);
    environment.add_filter("size", size);
    environment.add_filter("minutes", minutes);
    for form in ["moment", "due", "day", "since"] {
        let shown = move |when: String, now: String| Ok(time(parse(&when)?, parse(&now)?, form));
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
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).expect("a test renders every template");
    }
    environment
}

/// A text with the values that a template gives.
fn filled(text: &str, values: &Kwargs) -> Result<String, Error> {
    let text = language::fill(text, |name| values.get::<Value>(name).ok().map(|value| value.to_string()));
    values.assert_all_used().map(|()| text)
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
    capital(&id.replace(['_', '-'], " "))
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

fn size(bytes: u64) -> String {
    match bytes {
        0..1000 => format!("{bytes} bytes"),
        1000..1_000_000 => format!("{} kB", bytes / 1000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

fn minutes(minutes: f64) -> String {
    match minutes {
        m if m < 1.0 => format!("{} s", (m * 60.0).round()),
        m => format!("{} min", (m * 10.0).round() / 10.0),
    }
}

fn parse(when: &str) -> Result<Timestamp, Error> {
    when.parse().map_err(|_| Error::new(ErrorKind::InvalidOperation, "this is no moment"))
}

/// A moment as people say it, with the exact one behind it; the script keeps it up to date.
fn time(when: Timestamp, now: Timestamp, form: &str) -> Value {
    let there = when.to_zoned(TimeZone::system());
    let exact = there.strftime("%A, %-d %B %Y, %H:%M %Z");
    let seconds = now.as_second() - when.as_second();
    let text = match (form, seconds) {
        ("day", _) => there.strftime("%A, %-d %b, %H:%M").to_string(),
        ("since", s) => span(s.max(0)),
        ("due", s) if s > 0 => format!("{} late", span(s)),
        (_, s) if s <= -129_600 || s >= 86_400 => there.strftime("%-d %b, %H:%M").to_string(),
        (_, s) if s < 0 => format!("in {}", span(-s)),
        (_, s) if s < 60 => "just now".into(),
        (_, s) => format!("{} ago", span(s)),
    };
    safe(format!("<time datetime=\"{when}\" data-time=\"{form}\" title=\"{exact}\">{text}</time>"))
}

/// Seconds in the one or two units that matter.
fn span(seconds: i64) -> String {
    match seconds {
        s if s < 60 => "less than a minute".into(),
        s if s < 3600 => format!("{} min", s / 60),
        s if s < 86_400 && s % 3600 < 60 => format!("{} h", s / 3600),
        s if s < 86_400 => format!("{} h {} min", s / 3600, s % 3600 / 60),
        s => format!("{} d {} h", s / 86_400, s % 86_400 / 3600),
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
            let html = time(when, now, form).to_string();
            html[html.find('>').expect("a tag") + 1..html.len() - "</time>".len()].to_owned()
        };
        assert_eq!(said(-30, "moment"), "just now");
        assert_eq!(said(-720, "moment"), "12 min ago");
        assert_eq!(said(5400, "due"), "in 1 h 30 min");
        assert_eq!(said(-7200, "due"), "2 h late");
        assert_eq!(said(-260, "since"), "4 min");
    }
}
