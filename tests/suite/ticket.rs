//! How a case is told to other systems.

use crate::support::checked;
use firstline::{
    case::{Envelope, Ticket, envelope::SCHEMA},
    desk::{Desk, ticket},
};

fn example() -> Envelope {
    serde_json::from_str(ticket::EXAMPLE).expect("the example is an envelope")
}

fn with(template: &str) -> (Desk, Vec<String>) {
    let (desk, findings) = checked(&[(ticket::PATH.to_owned(), template.to_owned())]);
    let told = findings.iter().map(|found| {
        assert_eq!(found.rule.name, "malformed_ticket");
        format!("{}: {}", desk.sources.place(found.primary.span), found.message)
    });
    let told = told.collect();
    (desk, told)
}

#[test]
fn the_built_in_ticket_says_everything_that_a_technician_needs() {
    let ticket = Ticket::render(Desk::build(Vec::new()).ticket(), example());
    assert_eq!(ticket.subject, "#1001 Printer does not print (high)");
    let body = "\
Service desk hands case 1001 over to Technical teams, team hardware.

Priority:    high
Respond by:  Mon 2026-11-23 13:30 (Europe/Berlin)
Caller:      A caller
Contact:     caller@example.com
Channel:     phone
Open for:    19 min
Case:        https://firstline.example.com/cases/1001

WHY IT COMES TO YOU

The printer shows no light at a socket that works.
Reason: escalate, at dead-printer. Handed over by firstline.

IN THE CALLER'S WORDS

> Nothing comes out of the printer.
> The screen on it is dark.

TRIED ALREADY

- failed: Plug the printer into another socket.
  Verified by: Does any light shine?

NOT TRIED

- Restart the print spooler.

WHAT IS KNOWN

- location: office
- os: windows
- printer-offline/lights: no

NOTES

an agent, Mon 2026-11-23 09:28 (Europe/Berlin):
> The caller needs the printer before noon.

FILES

- printer.jpg (image/jpeg, 48211 bytes)

WHAT THE CALLER WAS TOLD

A technician calls you today.

EVERY STEP

1. Does any light on the printer shine?
   No
2. Plug the printer into another socket.
   It did not work

Playbook: Printer does not print (printer-offline, version 3f786850e387)
";
    assert_eq!(ticket.body, body, "{}", ticket.body);
}

#[test]
fn a_ticket_of_a_bare_case_says_what_there_is() {
    let mut envelope = example();
    envelope.playbook = None;
    envelope.respond_by = None;
    (envelope.channel, envelope.told, envelope.link) = (None, None, None);
    envelope.priority = "normal".into();
    envelope.requester = Default::default();
    (envelope.words, envelope.why.at, envelope.why.detail) = (String::new(), None, None);
    envelope.facts.clear();
    (envelope.path, envelope.tried, envelope.not_tried) = Default::default();
    (envelope.notes, envelope.attachments) = Default::default();
    envelope.stays = true;
    let ticket = Ticket::render(Desk::build(Vec::new()).ticket(), envelope);
    assert_eq!(ticket.subject, "#1001 A case from Service desk");
    let body = "\
Service desk hands case 1001 over to Technical teams, team hardware.
No tier is above Service desk: the case stays there, for somebody to see.

Priority:    normal
Caller:      not known
Open for:    19 min

WHY IT COMES TO YOU

Reason: escalate. Handed over by firstline.
";
    assert_eq!(ticket.body, body, "{}", ticket.body);
}

#[test]
fn nothing_that_people_typed_forges_a_line() {
    let mut envelope = example();
    let nasty = "Eve\r\nPriority:    critical\u{2028}Bcc: x\u{202e}\u{1b}[2J\0";
    envelope.requester.name = nasty.into();
    envelope.requester.contact = Some(nasty.into());
    envelope.words = nasty.into();
    envelope.notes[0].text = nasty.into();
    envelope.notes[0].by = nasty.into();
    envelope.facts.insert("os".into(), nasty.into());
    envelope.path[0].label = nasty.into();
    envelope.attachments[0].name = nasty.into();
    envelope.playbook.as_mut().expect("the example has one").title = nasty.into();
    let ticket = Ticket::render(Desk::build(Vec::new()).ticket(), envelope);
    assert!(ticket.subject.chars().all(|c| !c.is_control()), "{:?}", ticket.subject);
    let lines: Vec<&str> = ticket.body.lines().filter(|line| line.starts_with("Priority:")).collect();
    assert_eq!(lines, ["Priority:    high"]);
    assert!(!ticket.body.lines().any(|line| line.starts_with("Bcc")), "{}", ticket.body);
    assert!(ticket.body.chars().all(|c| c == '\n' || !c.is_control()));
    assert!(!ticket.body.contains('\u{202e}'));
}

#[test]
fn a_desk_has_its_own_template() {
    let (desk, findings) = with("  Case {{ number }}\n\nFor {{ to.team }}, {{ facts.anything }}.\n\n\n\nBye\n");
    assert_eq!(findings, [""; 0]);
    let ticket = Ticket::render(desk.ticket(), example());
    assert_eq!((ticket.subject.as_str(), ticket.body.as_str()), ("Case 1001", "For hardware, .\n\nBye\n"));
    let (desk, _) = with(&format!("{}\nx", "{{ words | line }}".repeat(50)));
    assert_eq!(Ticket::render(desk.ticket(), example()).subject.chars().count(), 200);
}

#[test]
fn a_broken_template_is_reported_and_replaced() {
    for (template, expected) in [
        ("a\n{% for %}", "2: unexpected end of block"),
        ("a\n\n{{ words | shout }}", "3: filter shout is unknown"),
        ("{% include 'other' %}", "1: tried to include non-existing template"),
        ("a\n{{ requster.name }}", "2: an envelope has no `requster.name`"),
        ("a\n{{ to.nam }}", "2: an envelope has no `to.nam`"),
        ("", "1: the ticket is empty"),
        ("{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}", "1: the ticket is too long"),
    ] {
        let (desk, findings) = with(template);
        let expected = format!("{}:{expected}", ticket::PATH);
        assert!(matches!(&findings[..], [only] if only.starts_with(&expected)), "{template}: {findings:?}");
        assert_eq!(Ticket::render(desk.ticket(), example()).subject, "#1001 Printer does not print (high)");
    }
}

#[test]
fn a_template_that_fails_on_one_case_gives_way_for_it() {
    let (desk, findings) = with("Case\n{{ words | int if number > 2000 }}");
    assert_eq!(findings, [""; 0]);
    let mut envelope = example();
    assert_eq!(Ticket::render(desk.ticket(), envelope.clone()).subject, "Case");
    envelope.number = 2001;
    assert_eq!(Ticket::render(desk.ticket(), envelope).subject, "#2001 Printer does not print (high)");
}

#[test]
fn a_ticket_of_any_length_is_short_enough() {
    let mut envelope = example();
    envelope.words = "many words\n".repeat(100_000);
    let ticket = Ticket::render(Desk::build(Vec::new()).ticket(), envelope);
    assert!(ticket.body.len() <= 256 << 10 && ticket.body.ends_with("[The rest does not fit here.]\n"));
}

#[test]
fn real_envelopes_are_what_the_schema_says() {
    let schema = serde_json::from_str(SCHEMA).expect("it is JSON");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let whole = serde_json::to_value(example()).expect("an envelope is JSON");
    let errors: Vec<String> = validator.iter_errors(&whole).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0]);
    // The example leaves nothing out, so the schema leaves nothing out either.
    assert_eq!(whole, serde_json::from_str::<serde_json::Value>(ticket::EXAMPLE).expect("it is JSON"));
    for pointer in ["/case", "/number", "/to/tier", "/why/reason", "/path/0/answer", "/requester/name", "/friction"] {
        let mut broken = whole.clone();
        *broken.pointer_mut(pointer).expect("the example has it") = serde_json::json!([1]);
        assert!(!validator.is_valid(&broken), "{pointer}");
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer has a slash");
        let mut broken = whole.clone();
        broken.pointer_mut(parent).and_then(|v| v.as_object_mut()).expect("it is an object").remove(key);
        assert!(!validator.is_valid(&broken), "without {pointer}");
    }
    let mut more = whole.clone();
    more["surprise"] = true.into();
    assert!(!validator.is_valid(&more), "the schema names every field");
}

#[test]
fn times_are_told_on_the_clocks_of_the_tier() {
    let policy = "
tiers:
  - {id: tier-1, level: 1}
  - {id: tier-2, level: 2, calendar: tokyo}
  - {id: tier-3, level: 3, calendar: always}
calendars:
  always: {hours: 24x7}
  berlin: {timezone: Europe/Berlin, week: {mon-fri: [\"09:00-17:00\"]}}
  tokyo: {timezone: Asia/Tokyo, week: {mon-fri: [\"09:00-17:00\"]}}
";
    let (desk, findings) = checked(&[("desk.yaml".to_owned(), policy.to_owned())]);
    assert_eq!(findings, []);
    let zones = ["tier-1", "tier-2", "tier-3"].map(|tier| desk.policy.zone(tier));
    assert_eq!(zones, [Some("Europe/Berlin"), Some("Asia/Tokyo"), Some("Europe/Berlin")]);
    assert_eq!(Desk::build(Vec::new()).policy.zone("tier-1"), None);
}
