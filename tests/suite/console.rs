//! The console's pages: what they show of a case, and that nothing that somebody typed is markup there.

use firstline::{
    app::{
        self,
        gaps::{Gap, Lack},
        searches::{Opened, Search},
    },
    case::{
        self, Case, Entry, Escalation, Event, OutboxEntry, Requester, Ticket,
        envelope::{Envelope, Friction, Script, Seat, Tried, Why},
        numbers::{Numbers, Outcomes, PlaybookNumbers, StepNumbers},
    },
    desk::Desk,
    id::{CaseId, EscalationId, IncidentId, OutboxId, RunId},
    language::Language,
    run::{self, Audience, Input, Said, Signal, View},
    store::{Incident, Outgoing, Recall, Standing},
    web::{
        page::{
            self, Frame, Notice, RowView, Viewer, case::CasePage, change::ChangePage, error::Problem, flow, found,
            health, home, incidents, library, lists, playbook, preview, reply, versions,
        },
        view,
    },
};
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, OnceLock};

fn now() -> Timestamp {
    "2026-11-21T10:30:00Z".parse().expect("a moment")
}

fn viewer(name: &str) -> Viewer {
    Viewer {
        name: name.into(),
        tier: "tier-1".into(),
        tier_name: "Service desk".into(),
        accounts: false,
        language: Language::ENGLISH,
    }
}

fn frame(here: &'static str) -> Frame {
    Frame {
        desk: "IT Service Desk".into(),
        here,
        who: Some(viewer("agent")),
        token: "t0ken".into(),
        now: now(),
        refused: 1,
        outages: 1,
        stale: 1,
        speech: Default::default(),
        notice: None,
    }
}

/// A desk without mistakes in force.
fn live(desk: &Arc<Desk>) -> app::Live {
    let offer = |playbook: &firstline::playbook::Playbook| app::Offer {
        id: playbook.id.clone(),
        title: playbook.title.as_ref().expect("it has a title").value.clone(),
        summary: playbook.summary.as_ref().map(|summary| summary.value.clone()),
        category: playbook.category.as_ref().map(|category| category.value.clone()),
        symptoms: firstline::desk::names(&playbook.symptoms).map(str::to_owned).collect(),
        tags: Vec::new(),
        audience: playbook.audience.clone(),
        program: Arc::new(desk.program(&playbook.id).expect("it links")),
        held_back: None,
    };
    app::Live {
        desk: Arc::clone(desk),
        offers: desk.playbooks.values().map(|playbook| (playbook.id.clone(), offer(playbook))).collect(),
        newest: Arc::clone(desk),
        findings: Vec::new(),
        missing: Vec::new(),
        recalled: Vec::new(),
        recalls: Vec::new(),
        desk_held_back: false,
        since: now(),
        hash: String::new(),
        indexes: app::Indexes::new(desk),
        tested: OnceLock::new(),
        index_folder: None,
    }
}

fn library(health: health::Health) -> library::Library {
    let review = |title: &str, playbook: bool, overdue: bool| library::Review {
        title: title.into(),
        address: "/library/a".into(),
        playbook,
        owner: overdue.then(|| "Endpoint team".into()),
        by: "2026-11-30".into(),
        overdue,
    };
    let book = |title: &str, errors, warnings, passed, tests| library::Book {
        id: "a".into(),
        title: title.into(),
        owner: None,
        errors,
        warnings,
        passed,
        tests,
        covered: 88,
        outcomes: Outcomes { started: passed as u64, assumed: 1, ..Outcomes::default() },
        escalated: 1,
    };
    let gap = |lack, reason: Option<&str>| library::GapView {
        gap: Gap {
            lack,
            count: 3,
            audience: Audience::SelfService,
            playbook: reason.map(|_| "a".into()),
            step: reason.map(|_| "lights".into()),
            reason: reason.map(str::to_owned),
            article: matches!(lack, Lack::Feedback | Lack::Misleading).then(|| "b".into()),
            words: Some("no <picture>".into()),
            reasons: Default::default(),
            cases: vec![1001, 1002],
            said: vec!["another <cable>".into()],
        },
        title: None,
        why: reason.map(str::to_owned),
    };
    let search = |words: &str, hits, entries| Search {
        words: words.into(),
        audience: Audience::SelfService,
        times: 4,
        hits,
        opened: hits,
        entries,
    };
    let entry = Opened { kind: "article".into(), id: "b".into(), opened: 3, helped: 1, not_helped: 2 };
    library::Library {
        health,
        reviews: vec![review("Printer is <offline>", true, true), review("Clear the queue", false, false)],
        gaps: vec![
            gap(Lack::Verdict, Some("missing-step")),
            gap(Lack::Stop, Some("stuck")),
            gap(Lack::Feedback, None),
            gap(Lack::NoHits, None),
            gap(Lack::NotOpened, None),
            gap(Lack::Misleading, None),
        ],
        searches: vec![search("no <picture>", 0, Vec::new()), search("blank pages", 3, vec![entry])],
        playbooks: vec![book("A", 1, 0, 2, 3), book("B", 0, 2, 3, 3), book("C", 0, 0, 0, 0)],
        articles: 38,
    }
}

fn playbook_page(id: &str) -> playbook::BookPage {
    let version = |hash: &str, in_force, recalled| app::library::Version {
        hash: hash.into(),
        runs: 32,
        open: 2,
        in_force,
        recalled,
    };
    let recall = Recall {
        program: "b".into(),
        playbook: id.into(),
        why: "it breaks <trays>".into(),
        by: "Bo".into(),
        at: now(),
    };
    let versions = vec![version("0123456789", true, None), version("b", false, Some(recall))];
    let step = StepNumbers {
        playbook: id.into(),
        step: "lights".into(),
        item: None,
        kind: "ask",
        visits: 12,
        ways: Default::default(),
        abandoned: 1,
        open: 0,
        stops: Default::default(),
        escalated: 0,
        seconds: Some(70),
        minutes: Some(1.0),
        chance: None,
        weeks: Vec::new(),
    };
    let all = Numbers { outcomes: Outcomes { started: 12, ..Outcomes::default() }, steps: vec![step] };
    let numbers = vec![PlaybookNumbers { playbook: id.into(), all, versions: Vec::new() }];
    playbook::BookPage::new(&live(&Arc::new(app::starter())), id, versions, &numbers, Vec::new(), Language::ENGLISH)
        .expect("it is there")
}

/// What changed since a desk with another first step.
fn versions_page(id: &str) -> versions::Versions {
    let starter = app::starter();
    let source = starter.source(&starter.playbooks[id]);
    let (path, text) = (source.path.clone(), source.text.replace("start: lights", "start: who-else"));
    let files = starter.sources.0.iter().map(|source| (source.path.clone(), source.text.as_bytes().to_vec()));
    let others = files.filter(|(other, _)| *other != path).chain([(path.clone(), text.into_bytes())]);
    let other = Desk::build(others.collect());
    let version = app::library::Version { hash: "0123456789".into(), runs: 3, open: 1, in_force: true, recalled: None };
    let mut page = versions::Versions::new(&starter.playbooks[id], "HEAD", vec![version], true);
    page.compare(id, &firstline::compare::compare(&other, &starter), &other, &starter);
    let difference = run::Difference { after: None, was: "asks `who-else`".into(), now: "asks `lights`".into() };
    page.rebased(app::Rebased {
        moved: Vec::new(),
        stays: vec![app::Stays { case: 1031, run: RunId::mint(), playbook: id.into(), difference }],
        current: 2,
        without: 0,
    });
    page.replayed(&run::replay::Summary { runs: 4, ..Default::default() });
    page
}

/// A draft's page after answers to whatever it asks.
fn preview(id: &str, audience: Audience, words: &[&str]) -> String {
    let live = live(&Arc::new(app::starter()));
    let mut said: Vec<(String, String)> = Vec::new();
    for word in words {
        let draft = live.preview(id, audience, &said).expect("it links");
        let View::Prompt(prompt) = draft.run.view(&run::CaseInfo::default()) else {
            panic!("it is over before {word}")
        };
        said.push((prompt.at, (*word).to_owned()));
    }
    let draft = live.preview(id, audience, &said);
    let answers: Vec<String> = said.iter().map(|(at, said)| format!("{at}={said}")).collect();
    let page = preview::PreviewPage::new(
        &live,
        &live.newest.playbooks[id],
        audience,
        &answers,
        draft.as_ref(),
        Language::ENGLISH,
    );
    view::page("preview.html", &frame("library"), page)
}

/// A case that is told what happens to it, a minute apart.
struct Story {
    desk: Arc<Desk>,
    case: Case,
    at: Timestamp,
    program: Option<Arc<firstline::playbook::Program>>,
}

impl Story {
    fn new(requester: &str, words: &str) -> Self {
        let at = now() - SignedDuration::from_mins(20);
        let event = Event::Opened {
            number: 1042,
            requester: Requester {
                name: requester.into(),
                contact: Some("4711".to_owned()).filter(|_| !requester.is_empty()),
            },
            channel: Some("phone".to_owned()).filter(|_| !requester.is_empty()),
            words: words.into(),
            tier: "tier-1".into(),
        };
        let case = Case::open(CaseId::mint(), &Entry { seq: 1, when: at, by: "agent".into(), event });
        Self { desk: Arc::new(app::starter()), case: case.expect("it opens"), at, program: None }
    }

    fn then(mut self, by: &str, event: Event) -> Self {
        self.at += SignedDuration::from_secs(70);
        let entry = Entry { seq: self.case.seq + 1, when: self.at, by: by.into(), event };
        let program = self.program.clone();
        self.case.apply(&entry, &|_| program.clone()).expect("it applies");
        self
    }

    fn start(mut self, playbook: &str, facts: &[(&str, &str)]) -> Self {
        let program = Arc::new(self.desk.program(playbook).expect("it links"));
        self.program = Some(program.clone());
        let title = self.desk.playbooks[playbook].title.as_ref().expect("it has a title").value.clone();
        let facts = facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let hash = program.hash.to_string();
        let (audience, tier) = (Audience::Agent, "tier-1".into());
        let run = RunId::mint();
        self.then(
            "agent",
            Event::RunStarted { run, playbook: playbook.into(), title, program: hash, audience, tier, facts },
        )
    }

    fn input(self, input: Input) -> Self {
        let run = &self.case.latest_run().expect("a run").run;
        let what = run.decide(&input, None).expect("it is taken").expect("it changes something");
        let run = run.id;
        self.then("agent", Event::Went { run, what })
    }

    fn say(self, answers: &[&str]) -> Self {
        answers.iter().fold(self, |story, answer| {
            let View::Prompt(prompt) = story.case.latest_run().expect("a run").run.view(&story.case.info()) else {
                panic!("the run is over before {answer}")
            };
            let is_choice = prompt.choices.iter().any(|choice| choice.id == *answer);
            let said = (*answer).to_owned();
            story.input(Input::Say(if is_choice { Said::Answer(said) } else { Said::Value(said) }))
        })
    }

    fn envelope(&self, reason: &str, detail: Option<&str>) -> Envelope {
        let case = &self.case;
        let seat = |tier: &str, team: Option<&str>| Seat {
            tier: tier.into(),
            name: page::tier_name(&self.desk, tier, Language::ENGLISH),
            team: team.map(str::to_owned),
            zone: None,
        };
        let run = case.latest_run();
        let tried = Tried {
            at: "restart-printer".into(),
            action: "Switch the printer off, wait for half a minute, switch it on.".into(),
            verify: None,
            outcome: "failed".into(),
        };
        Envelope {
            version: 1,
            desk: "IT Service Desk".into(),
            case: case.id,
            number: case.number,
            escalation: EscalationId::mint(),
            when: self.at,
            by: "agent".into(),
            from: seat("tier-1", None),
            to: seat("tier-2", Some("hardware")),
            stays: false,
            priority: "high".into(),
            respond_by: Some(self.at + SignedDuration::from_hours(4)),
            why: Why { reason: reason.into(), at: Some("error-light".into()), detail: detail.map(str::to_owned) },
            playbook: run.map(|run| Script {
                id: run.playbook.clone(),
                title: run.title.clone(),
                version: "0".into(),
                run: run.run.id,
            }),
            requester: case.requester.clone(),
            channel: case.channel.clone(),
            words: case.words.clone(),
            told: Some("A colleague from hardware comes by. **Leave the printer on** until then.".into()),
            facts: Default::default(),
            path: Vec::new(),
            tried: vec![tried],
            not_tried: vec!["Reinstall the printer".into()],
            notes: Vec::new(),
            attachments: Vec::new(),
            seconds_open: 600,
            friction: Friction::default(),
            link: None,
        }
    }

    fn escalate(self, reason: &str) -> Self {
        let envelope = self.envelope(reason, None);
        let outbox = vec![(OutboxId::mint(), "helpdesk".to_owned()), (OutboxId::mint(), "mail".to_owned())];
        let id = envelope.escalation;
        self.then("agent", Event::Escalated { escalation: Box::new(Escalation { id, envelope, outbox }) })
    }

    fn page(&self, name: &str) -> CasePage {
        CasePage::new(&self.case, &live(&self.desk), &viewer(name), now())
    }

    fn html(&self, name: &str) -> String {
        view::page("case.html", &frame(""), self.page(name))
    }
}

/// At a printer that does nothing, as far as the restart.
fn printer() -> Story {
    Story::new(
        "Maria Keller",
        "The printer on the second floor blinks and prints nothing, and the minutes have to go out",
    )
    .start("printer-offline", &[])
    .say(&["yes", "not-sure", "network", "office"])
    .then("agent", Event::Noted { text: "Speaks from the meeting room.\nCall back on the same number.".into() })
}

fn row(number: u64, minutes: i64, title: &str, team: Option<&str>, holder: Option<&str>, state: &str) -> RowView {
    let row = case::Row {
        case: CaseId::mint(),
        seq: 3,
        number,
        title: title.into(),
        requester: "Maria Keller".into(),
        requester_key: "4711".into(),
        tier: "tier-2".into(),
        team: team.map(str::to_owned),
        holder: holder.map(str::to_owned),
        priority: if minutes < 0 { "high" } else { "normal" }.into(),
        state: state.into(),
        reason: Some("stuck".into()),
        respond_by: Some(now() + SignedDuration::from_mins(minutes)),
        opened: now() - SignedDuration::from_hours(3),
        updated: now() - SignedDuration::from_mins(9),
    };
    RowView::new(row, &app::starter(), &viewer("agent"), now())
}

fn queue() -> lists::Queue {
    let rows = vec![
        row(1040, 190, "Laptop does not charge", Some("hardware"), None, "open"),
        row(1038, -25, "Mail comes back from one customer only", Some("network"), None, "open"),
        row(1041, 45, "Printer is offline or prints nothing", None, None, "open"),
        row(1031, 200, "Account locked again and again", Some("accounts"), Some("agent"), "open"),
        row(1019, 1500, "Waits for the new cable", Some("hardware"), Some("Bo"), "parked"),
    ];
    let tiers = page::tiers(&app::starter(), Language::ENGLISH);
    let tier = tiers.iter().find(|tier| tier.id == "tier-2").expect("it is there").clone();
    lists::Queue::new(rows, tiers, tier, None)
}

fn outgoing(standing: Standing) -> Outgoing {
    let envelope = printer().envelope("stuck", None);
    let entry = OutboxEntry {
        id: OutboxId::mint(),
        case: envelope.case,
        escalation: Some(envelope.escalation),
        connector: "helpdesk".into(),
        ticket: Ticket { subject: "Printer is offline or prints nothing (1042)".into(), body: String::new(), envelope },
        created: now() - SignedDuration::from_mins(12),
    };
    Outgoing { entry, number: 1042, standing, leased: None }
}

fn article_page(id: &str) -> page::ArticlePage {
    let article = page::article(&live(&Arc::new(app::starter())), id, false, Language::ENGLISH).expect("it is there");
    page::ArticlePage { article, case: Some(1042) }
}

fn looked_up(case: Option<u64>) -> found::Found {
    let start =
        |id: &str, title: &str, sure| found::StartView { id: id.into(), title: title.into(), summary: None, sure };
    let hit = found::HitView {
        address: page::article_address("calm-an-upset-caller", Some("avoid"), case, ""),
        title: "Calm an upset caller".into(),
        heading: Some("Avoid".into()),
        snippet: "Do <mark>not</mark> argue &amp; blame".into(),
        expired: true,
    };
    found::Found {
        words: "my printer says <offline>".into(),
        outages: vec![found::OutageView::new(&incident())],
        sure: case.is_none(),
        starts: vec![start("printer-offline", "Printer", "almost sure"), start("poor-print", "Poor print", "likely")],
        hits: vec![hit],
        widened: true,
        did_you_mean: Some("my printer is offline".into()),
        may_start: true,
        case,
    }
}

fn incident() -> Incident {
    Incident {
        id: IncidentId::mint(),
        title: "Mail is <down>".into(),
        text: "We are **on it**.".into(),
        phrases: vec!["no new messages".into()],
        playbooks: vec!["printer-offline".into()],
        self_service: false,
        opened: now() - SignedDuration::from_mins(50),
        opened_by: "Bo".into(),
        closed: None,
        closed_by: None,
    }
}

/// Every page, by a name.
fn pages() -> Vec<(&'static str, String)> {
    let desk = Arc::new(app::starter());
    let home = home::Home {
        case: CaseId::mint(),
        caller: home::CallerView::default(),
        found: looked_up(None),
        categories: page::categories(&live(&desk), Language::ENGLISH),
        mine: vec![
            row(1031, 200, "Account locked again and again", None, Some("agent"), "open"),
            row(1019, 1500, "Waits for the new cable", None, Some("agent"), "parked"),
        ],
    };
    let run = |story: &Story| story.case.latest_run().expect("a run").run.id;
    let upset = printer().input(Input::Signal(Signal::Upset));
    let held =
        printer().input(Input::Change { at: "lights".into(), visit: None, said: Said::Answer("error-light".into()) });
    let held = held.say(&["worked"]);
    let stopped = printer().input(Input::Signal(Signal::HandOver)).escalate("hand-over");
    let (first, second) = (stopped.case.deliveries[0].outbox, stopped.case.deliveries[1].outbox);
    let delivered = stopped
        .then(
            "firstline",
            Event::Delivered {
                outbox: first,
                connector: "helpdesk".into(),
                ticket: Some("#55120".into()),
                link: Some("https://helpdesk.example.com/55120".into()),
            },
        )
        .then(
            "firstline",
            Event::NotDelivered {
                outbox: second,
                connector: "mail".into(),
                said: "550 no such mailbox <tier3>".into(),
            },
        );
    let change = ChangePage::new(&held.case, run(&held), "lights", 1, None, Language::ENGLISH, &held.case.info())
        .expect("it is on the path");
    let typed = Story::new("", "").start("verify-identity", &[]).say(&["next", "owner"]);
    let broken = Desk::build(vec![("playbooks/a.yaml".into(), b"title: A\nstart: nowhere\nsteps: {}\n".to_vec())]);
    let mut found = broken.findings.clone();
    found.extend(firstline::check::check(&broken, jiff::civil::date(2026, 11, 21)));
    let health = health::Health {
        since: now() - SignedDuration::from_mins(2),
        trouble: None,
        desk_held_back: true,
        playbooks: 6,
        stale: vec![
            health::Stale { id: "a".into(), errors: Some(2), served: true, withdrawn: None },
            health::Stale { id: "b".into(), errors: None, served: false, withdrawn: None },
            health::Stale { id: "c".into(), errors: None, served: false, withdrawn: Some("It does harm.".into()) },
        ],
        findings: health::findings(found.iter(), &broken.sources),
    };
    let refused = Standing::Refused { at: now(), attempts: 1, said: "400: group `2nd Levle` does not exist".into() };
    let due = Standing::Due {
        at: now() + SignedDuration::from_mins(4),
        attempts: 7,
        said: Some("connection refused".into()),
    };
    let outbox = lists::Outbox::new(vec![outgoing(refused), outgoing(due)], &desk, Language::ENGLISH);
    let conflict = Problem::new(409, "Somebody else was faster", "Bo claimed case 1042 a minute ago.")
        .way("/queue", "Back to the queue");
    let with_notice = Frame {
        notice: Some(Notice { kind: "warning", text: "`x` does not fit: this takes a number".into() }),
        ..frame("")
    };
    let resolved = Event::Resolved { text: "The cable was loose.".into(), confirmed: true };
    let parked = Event::Parked { until: now() + SignedDuration::from_hours(4), why: "waits for toner".into() };
    let cases = lists::Cases { find: "4711".into(), rows: vec![row(1031, 5, "Locked", None, None, "resolved")] };
    let tiers = page::tiers(&desk, Language::ENGLISH);
    vec![
        ("home", view::page("home.html", &frame("start"), home)),
        ("case", printer().html("agent")),
        ("case-foreign", printer().html("Bo")),
        ("case-upset", upset.html("agent")),
        ("case-held", held.html("agent")),
        ("case-new", Story::new("Maria Keller", "My second screen stays black").html("agent")),
        ("case-bare", Story::new("", "").html("agent")),
        ("case-handed-over", delivered.html("agent")),
        ("case-received", delivered.then("Bo", Event::Claimed { tier: "tier-2".into() }).html("Bo")),
        ("case-typed", typed.html("agent")),
        ("case-solved", {
            let story = Story::new("Maria Keller", "Nothing comes out").start("printer-offline", &[]);
            story.say(&["yes", "others-can", "usb", "worked", "worked"]).html("agent")
        }),
        ("case-parked", printer().then("agent", parked).html("agent")),
        ("case-resolved", printer().then("agent", resolved).html("agent")),
        ("case-notice", view::page("case.html", &with_notice, printer().page("agent"))),
        ("change", view::page("change.html", &frame(""), change)),
        ("queue", view::page("queue.html", &frame("queue"), queue())),
        ("cases", view::page("cases.html", &frame(""), cases)),
        ("outbox", view::page("outbox.html", &frame("outbox"), outbox)),
        ("library", view::page("library.html", &frame("library"), library(health))),
        ("playbook", view::page("playbook.html", &frame("library"), playbook_page("printer-offline"))),
        ("versions", view::page("versions.html", &frame("library"), versions_page("printer-offline"))),
        ("preview", preview("verify-identity", Audience::Agent, &["nonsense"])),
        ("preview-typed", preview("verify-identity", Audience::Agent, &["next", "owner"])),
        ("preview-over", preview("printer-offline", Audience::SelfService, &["stuck"])),
        ("article", view::page("article.html", &frame(""), article_page("calm-an-upset-caller"))),
        ("flow", {
            let story = Story::new("Maria Keller", "The VPN hangs").start("vpn-does-not-connect", &[]).say(&["failed"]);
            let page =
                flow::FlowPage::case(&live(&desk), &story.case, None, Language::ENGLISH).expect("it is in a playbook");
            view::page("flow.html", &frame(""), page)
        }),
        ("flow-of-playbook", {
            let german = Language::parse("de").expect("a language");
            let page = flow::FlowPage::playbook(&live(&desk), "printer-offline", Some(flow::By::Tests), &[], german)
                .expect("the desk has it");
            view::page("flow.html", &frame(""), page)
        }),
        ("incidents", {
            let offers = Default::default();
            let view = |incident| incidents::IncidentView::new(incident, &offers);
            let closed = Incident { closed: Some(now()), closed_by: Some("Bo".into()), ..incident() };
            let form = Some(incidents::IncidentForm::new(None, &offers));
            let page = incidents::Incidents { open: vec![view(incident())], closed: vec![view(closed)], form };
            view::page("incidents.html", &frame("incidents"), page)
        }),
        ("incident", {
            let (offers, incident) = (Default::default(), incident());
            let form = Some(incidents::IncidentForm::new(Some(&incident), &offers));
            let incident = incidents::IncidentView::new(incident, &offers);
            view::page("incident.html", &frame("incidents"), incidents::IncidentPage { incident, form })
        }),
        ("case-search", view::page("case_search.html", &frame(""), looked_up(Some(1042)))),
        ("reply", {
            let reply = app::reply::Reply { plain: "Pull the <cable>.".into(), markdown: "Pull the *cable*.".into() };
            let texts = vec![reply::Text { id: "step", name: "This step", reply }];
            let back = ("/cases/1042".into(), "Back to the case".into());
            view::page("reply.html", &frame(""), reply::ReplyPage { title: "Case 1042".into(), back, texts })
        }),
        ("sign-in", {
            let signed_out = Frame { who: None, ..frame("") };
            let page = serde_json::json!({"problem": "The login or the password is wrong.", "to": "/queue"});
            view::page("sign_in.html", &signed_out, page)
        }),
        ("me", view::page("me.html", &frame("me"), serde_json::json!({ "tiers": tiers }))),
        ("error", view::page("error.html", &frame(""), conflict)),
    ]
}

#[test]
fn every_page_is_whole() {
    let folder = std::env::var_os("FIRSTLINE_PREVIEW").map(std::path::PathBuf::from);
    for (name, html) in pages() {
        assert!(html.ends_with("</html>"), "{name}");
        for inline in [" style=", "<style", "javascript:", " onclick", " onload", "{{", "{%", "None", "undefined"] {
            assert!(!html.contains(inline), "{name} has {inline}");
        }
        // Ids are what links, labels and live changes find their way by.
        let ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "{name} has an id twice: {ids:?}");
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().expect("a form has an end");
            assert!(
                !form.contains("method=\"post\"") || form.contains("name=\"token\""),
                "{name}: a form has no token"
            );
        }
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder.join("assets")).expect("a folder");
            std::fs::write(folder.join(format!("{name}.html")), &html).expect("a page");
            for asset in firstline::web::assets::all() {
                std::fs::write(folder.join("assets").join(&asset.name), asset.text).expect("an asset");
            }
        }
    }
}

#[test]
fn what_somebody_typed_is_never_markup() {
    let evil = "<img src=x onerror=alert(1)>\"'><script>alert(1)</script>[x](javascript:alert(1))";
    let html = Story::new(evil, evil)
        .then("agent", Event::Noted { text: evil.into() })
        .then("agent", Event::FactSet { name: "device".into(), value: Some(evil.into()) })
        .then("agent", Event::Attached { name: evil.into(), media: evil.into(), bytes: 3, hash: "ab".into() })
        .start("verify-identity", &[])
        .html("agent");
    assert!(!html.contains("<img") && !html.contains("<script>") && !html.contains("href=\"javascript"), "{html}");
    assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;"));
}

#[test]
fn the_step_offers_answers_to_whoever_holds_the_case_alone() {
    let story = printer();
    let mine = story.html("agent");
    assert!(mine.contains("name=\"answer\" value=\"worked\" data-key=\"1\""), "{mine}");
    assert!(mine.contains("name=\"answer\" value=\"stuck\" data-key=\"s\""));
    assert!(mine.contains(&story.case.latest_run().expect("a run").run.position()));
    let other = story.html("Bo");
    assert!(!other.contains("name=\"answer\"") && other.contains("Take it from agent"), "{other}");
}

#[test]
fn the_flow_shows_where_a_case_stands() {
    let story = Story::new("Maria Keller", "The VPN hangs").start("vpn-does-not-connect", &[]).say(&["failed"]);
    let live = live(&story.desk);
    let page = |frame| flow::FlowPage::case(&live, &story.case, frame, Language::ENGLISH);
    let titles = |page: &flow::FlowPage| page.frames.iter().map(|frame| frame.title.clone()).collect::<Vec<_>>();
    let here = |page: &flow::FlowPage| {
        page.steps.iter().filter(|step| step.here).map(|step| step.title.clone()).collect::<Vec<_>>()
    };
    let inner = page(None).expect("it is in a playbook");
    assert_eq!((inner.playbook.as_str(), here(&inner)), ("wifi", vec!["Switch Wi-Fi on".to_owned()]));
    assert_eq!(titles(&inner), ["VPN does not connect", "Wi-Fi does not work"]);
    let outer = page(Some(0)).expect("it began there");
    assert_eq!((outer.playbook.as_str(), here(&outer)), ("vpn-does-not-connect", vec!["Get online first".to_owned()]));
    assert!(outer.svg.contains("<a href=\"/cases/1042/flow?frame=1\">"), "the call leads to where it went");
    assert!(outer.svg.contains("way gone\" data-ways=\"internet.failed\""), "the way there is marked");
    assert!(!outer.svg.contains("way gone\" data-ways=\"internet.worked\""));
    assert!(page(Some(2)).is_none() && flow::FlowPage::playbook(&live, "none", None, &[], Language::ENGLISH).is_none());
    let plain =
        flow::FlowPage::playbook(&live, "vpn-does-not-connect", None, &[], Language::ENGLISH).expect("the desk has it");
    assert!(plain.svg.contains("<a href=\"/playbooks/wifi/flow\">") && !plain.svg.contains("gone"));
}

#[test]
fn a_change_says_first_what_must_be_confirmed() {
    let story = printer();
    let run = story.case.latest_run().expect("a run").run.id;
    let page = ChangePage::new(&story.case, run, "lights", 1, None, Language::ENGLISH, &story.case.info())
        .expect("it is on the path");
    assert_eq!(page.was, "Yes");
    let names: Vec<&str> = page.options.iter().map(|option| option.id.as_str()).collect();
    assert_eq!(names, ["yes", "no", "error-light", "stuck"]);
    let said = |id: &str| Said::Answer(id.into());
    let told = &page.options.iter().find(|option| option.id == "no").expect("it is offered").confirm;
    let real =
        story.case.latest_run().expect("a run").run.would_confirm("lights", Some(1), &said("no")).expect("taken");
    assert_eq!(told.len(), real.len());
    let back = story.input(Input::Back(4));
    let run = back.case.latest_run().expect("a run").run.id;
    assert!(
        ChangePage::new(&back.case, run, "lights", 1, None, Language::ENGLISH, &back.case.info()).is_none(),
        "it stands there again"
    );
    let story = printer();
    let run = story.case.latest_run().expect("a run").run.id;
    assert!(ChangePage::new(&story.case, run, "lights", 2, None, Language::ENGLISH, &story.case.info()).is_none());
    assert!(
        ChangePage::new(&story.case, run, "restart-printer", 1, None, Language::ENGLISH, &story.case.info()).is_none(),
        "it was not answered yet"
    );
}

#[test]
fn a_fact_of_the_start_can_be_changed_like_an_answer() {
    let story = Story::new("", "").start("printer-offline", &[("location", "home")]);
    let run = story.case.latest_run().expect("a run").run.id;
    let page = ChangePage::new(&story.case, run, "location", 1, None, Language::ENGLISH, &story.case.info())
        .expect("it was given");
    assert_eq!(page.was, "At home");
    assert!(page.options.iter().any(|option| option.id == "office" && !option.same));
}

#[test]
fn a_typed_change_is_tried_before_it_is_made() {
    let story = Story::new("", "").start("verify-identity", &[]).say(&["next", "owner", "mkeller"]);
    let path = story.case.latest_run().expect("a run").run.path(&run::CaseInfo::default());
    assert!(path.iter().any(|line| line.at == "account_name"), "{path:?}");
    let run = story.case.latest_run().expect("a run").run.id;
    let page = |typed| {
        ChangePage::new(&story.case, run, "account_name", 1, Some(typed), Language::ENGLISH, &story.case.info())
            .expect("it is on the path")
    };
    assert_eq!(page("m.keller").typed.expect("it fits").id, "m.keller");
    assert!(page("not an account").refused.expect("it does not fit").contains("does not fit"));
}

#[test]
fn the_queue_is_sorted_by_respond_by_and_says_what_is_late() {
    let queue = queue();
    let numbers: Vec<u64> = queue.waiting.iter().map(|row| row.row.number).collect();
    assert_eq!(numbers, [1038, 1041, 1040]);
    assert_eq!((queue.held.len(), queue.parked.len()), (1, 1));
    let tab = queue.tabs.iter().find(|tab| tab.id == "tier-2").expect("it is there");
    assert_eq!((tab.waiting, tab.late), (3, 1));
}
