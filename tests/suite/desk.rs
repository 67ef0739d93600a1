//! `desk.yaml`: what the policy says, and what it keeps to itself.

use crate::support::checked;
use firstline::{
    desk::{
        Desk,
        connector::{Kind, Secret, Smtp, Tls, Webhook},
    },
    diagnostic,
};

fn policy(text: &str) -> Desk {
    let (desk, findings) = checked(&[("desk.yaml".to_owned(), text.to_owned())]);
    assert!(findings.is_empty(), "{}", diagnostic::human(&findings, &desk.sources));
    desk
}

#[test]
fn tiers_promise_on_their_calendar() {
    let desk = policy(
        "tiers:
  - {id: tier-1, level: 1, respond_within: 15m}
  - {id: tier-2, level: 2, calendar: office, respond_within: 1 working day}
  - {id: tier-3, level: 3, calendar: office}
calendars:
  office: {timezone: Europe/Berlin, week: {mon-fri: [\"09:00-17:00\"]}}
",
    );
    let by = |tier| {
        let from = "2026-11-27T20:00:00Z".parse().expect("it is a time");
        desk.policy.respond_by(tier, from).map(|by| by.to_string())
    };
    assert_eq!(by("tier-1").as_deref(), Some("2026-11-27T20:15:00Z"));
    assert_eq!(by("tier-2").as_deref(), Some("2026-12-01T08:00:00Z"));
    assert_eq!([by("tier-3"), by("tier-9")], [None, None]);
}

#[test]
fn impact_and_urgency_make_a_priority() {
    let desk = policy(
        "priorities:
  urgent: {impact: [site, company], urgency: [stopped, unsafe]}
  low: {impact: [person, site], urgency: stopped}
",
    );
    let policy = &desk.policy;
    assert_eq!(policy.impacts(), ["site", "company", "person"]);
    assert_eq!(policy.urgencies(), ["stopped", "unsafe"]);
    assert_eq!(policy.rate("site", "stopped"), Some("urgent"));
    assert_eq!(policy.rate("person", "stopped"), Some("low"));
    assert_eq!(policy.rate("person", "unsafe"), Some("normal"));
    assert_eq!((policy.rate("nobody", "unsafe"), policy.rate("person", "")), (None, None));
    let ids: Vec<_> = policy.priorities.iter().map(|priority| priority.id.value.as_str()).collect();
    assert_eq!(ids, ["urgent", "low", "critical", "high", "normal"]);
}

#[test]
fn a_desk_that_says_nothing_has_the_usual_priorities() {
    for desk in [policy("name: Example IT\n"), Desk::build(Vec::new())] {
        let policy = &desk.policy;
        assert_eq!(policy.impacts(), ["company", "team", "person"]);
        assert_eq!(policy.urgencies(), ["stopped", "slowed"]);
        let rated = [("company", "stopped"), ("team", "stopped"), ("person", "stopped"), ("person", "slowed")];
        let rated = rated.map(|(impact, urgency)| policy.rate(impact, urgency).unwrap_or("none"));
        assert_eq!(rated, ["critical", "high", "normal", "low"]);
    }
}

#[test]
fn connectors_are_read_whole() {
    let desk = policy(
        "link: https://desk.example.com:8443/
tiers:
  - {id: tier-1, level: 1}
  - {id: tier-2, level: 2, deliver: [mail, hook]}
connectors:
  hook: {use: webhook, url: \"http://[::1]:9000/in?x=1\", secret: {file: /run/secrets/hook}}
  mail: {use: smtp, server: mail.example.com, port: 465, from: Desk <desk@example.com>, to: [a@example.com, b@example.com],
    user: desk, password: {env: MAIL_PASSWORD}}
  local: {use: smtp, server: 127.0.0.1, tls: none, from: desk@localhost, to: root@localhost}
",
    );
    let policy = &desk.policy;
    assert_eq!(policy.link.as_deref(), Some("https://desk.example.com:8443"));
    let ids: Vec<_> = policy.delivers("tier-2").map(|connector| connector.id.value.as_str()).collect();
    assert_eq!(ids, ["mail", "hook"]);
    assert_eq!(policy.delivers("tier-1").count() + policy.delivers("tier-7").count(), 0);
    let webhook = |id| match &policy.connector(id).expect("it is declared").kind {
        Kind::Webhook(webhook) => webhook.clone(),
        Kind::Smtp(_) => panic!("{id} is a webhook"),
    };
    let smtp = |id| match &policy.connector(id).expect("it is declared").kind {
        Kind::Smtp(smtp) => smtp.clone(),
        Kind::Webhook(_) => panic!("{id} is a mail server"),
    };
    let url = "http://[::1]:9000/in?x=1".to_owned();
    assert_eq!(webhook("hook"), Webhook { url, secret: Some(Secret::File("/run/secrets/hook".into())) });
    let mail = Smtp {
        server: "mail.example.com".into(),
        port: Some(465),
        tls: Tls::Implicit,
        from: "Desk <desk@example.com>".into(),
        to: vec!["a@example.com".into(), "b@example.com".into()],
        user: Some("desk".into()),
        password: Some(Secret::Env("MAIL_PASSWORD".into())),
    };
    assert_eq!(smtp("mail"), mail);
    assert_eq!((smtp("local").tls, smtp("local").port()), (Tls::None, 25));
    assert!(policy.connector("other").is_none());
}

#[test]
fn a_secret_in_the_file_is_in_no_report() {
    let text = "connectors:
  hook: {use: webhook, url: \"https://example.com/\", secret: hunter2-é, sekret: 1}
  mail: {use: smtp, server: m.example.com, from: a@b.example, to: a@b.example, user: u, password: \"hunter2\"}
  more:
    {use: webhook, uri: x, secret: hunter2}
";
    let (desk, findings) = checked(&[("desk.yaml".to_owned(), text.to_owned())]);
    let plain = findings.iter().filter(|finding| finding.rule.name == "plain_secret").count();
    assert_eq!(plain, 3, "{findings:?}");
    let human = diagnostic::human(&findings, &desk.sources);
    let json = diagnostic::json(&findings, &desk.sources).to_string();
    assert!(human.contains("*******") && !human.contains("hunter2"), "{human}");
    assert!(!json.contains("hunter2") && !format!("{:?}", desk.policy).contains("hunter2"));
    assert_eq!(desk.policy.connectors.len(), 0);
}

#[test]
fn addresses_that_cannot_be_reached_are_found() {
    let found = |key: &str, value: &str| {
        let text = match key {
            "link" => format!("link: \"{value}\"\n"),
            "url" => format!("connectors: {{x: {{use: webhook, url: \"{value}\"}}}}\n"),
            "server" => {
                format!("connectors: {{x: {{use: smtp, server: \"{value}\", from: a@b.example, to: a@b.example}}}}\n")
            }
            _ => format!(
                "connectors: {{x: {{use: smtp, server: b.example, from: \"{value}\", to: [\"{value}\", a@b.example]}}}}\n"
            ),
        };
        let (_, findings) = checked(&[("desk.yaml".to_owned(), text)]);
        findings.iter().filter(|finding| finding.rule.name == "malformed_address").count()
    };
    for url in ["https://a", "http://127.0.0.1:80/x/y", "http://[2001:db8::1]/", "https://a-b.example.com/?q=%20"] {
        assert_eq!(found("url", url), 0, "{url}");
    }
    let wrong =
        ["example.com", "ftp://example.com", "https://", "https://:80", "https://a b", "https://u:p@a", "https://a:0"];
    for url in
        wrong.into_iter().chain(["https://a:99999", "https://a..b", "https://[::1", "https://ä.example", "https://a/ä"])
    {
        assert_eq!(found("url", url), 1, "{url}");
        assert_eq!(found("link", url), 1, "{url}");
    }
    assert_eq!(found("link", "https://a/?x"), 1);
    for server in ["mail.example.com:25", "smtp://mail", "mail example", "a/b"] {
        assert_eq!(found("server", server), 1, "{server}");
    }
    for address in ["a@b.example", "Desk <a@b.example>", "a.b+1@b.example", "Bürö <a@b.example>"] {
        assert_eq!(found("mail", address), 0, "{address}");
    }
    for address in ["a", "@b", "a@", "a b@c", "a@b c", "<a@b", "Desk a@b>", "a@b, c@d", "Desk, IT <a@b>", "ä@b"] {
        assert_eq!(found("mail", address), 2, "{address}");
    }
}
