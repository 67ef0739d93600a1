//! A random desk and a stream of inputs: a run keeps its promises whatever is said to it.
#![no_main]

#[path = "../../tests/suite/generator.rs"]
mod generator;

use firstline::{
    check,
    desk::Desk,
    diagnostic::Severity,
    expression::Type,
    id::RunId,
    reason::{Class, Reason},
    run::{Audience, CaseInfo, Input, Position, Prompt, Refused, Run, STEP_LIMIT, Said, Signal, View, observe, walk},
};
use generator::{Flaw, Random, Shape};
use jiff::{Timestamp, civil::date};
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

/// No more inputs than this are taken from one stream.
const MAX_INPUTS: usize = 200;
/// What is typed where a text is wanted: values that the generator compares with, and such as people should not type.
const TEXTS: [&str; 12] = [
    "809",
    "A-17",
    "LaserJet 4",
    "reading room",
    "0x80070005",
    "012345",
    " padded ",
    "",
    "{{ os }} *b* [x](javascript:y)",
    "stuck",
    "\u{0}\u{1b}[31m\n\u{2028}é",
    "-0",
];

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = Bytes(bytes);
    let seed = bytes.number();
    let flaw = (bytes.below(4) == 0).then(|| bytes.pick(&Flaw::ALL));
    let shape = Shape { playbooks: 1 + bytes.below(4), steps: 3 + bytes.below(12), flaw, wild: bytes.below(3) == 0 };
    let files = generator::desk(&mut Random::new(seed), &shape);
    let desk = Desk::build(files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect());
    let findings = check::check(&desk, date(2026, 11, 21));
    let passes = findings.iter().all(|finding| finding.rule.severity != Severity::Error);
    let about = format!(
        "seed {seed}, {} playbooks of {} steps, flaw {:?}, wild {}",
        shape.playbooks,
        shape.steps,
        shape.flaw.map(Flaw::rule),
        shape.wild,
    );
    if let Some(mut session) = Session::start(&desk, passes, about, &mut bytes) {
        session.drive(&mut bytes);
    }
});

/// The fuzzer's bytes, zeros behind their end.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn next(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn number(&mut self) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|_| self.next()))
    }

    fn below(&mut self, n: usize) -> usize {
        usize::from(self.next()) % n
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// How a run began, so that it can begin again.
struct Beginning {
    id: RunId,
    audience: Audience,
    tier: String,
    facts: Vec<(String, String)>,
}

struct Session {
    beginning: Beginning,
    run: Run,
    /// Whether the desk passes the check.
    passes: bool,
    /// The desk, for the message of what fails.
    about: String,
    /// The latest tokens, to be sent late.
    tokens: Vec<String>,
    case: CaseInfo,
}

impl Session {
    /// `None` if no playbook of the desk can be started.
    fn start(desk: &Desk, passes: bool, about: String, bytes: &mut Bytes<'_>) -> Option<Self> {
        let startable: Vec<_> =
            desk.playbooks.values().filter(|book| book.audience.agent || book.audience.self_service).collect();
        if startable.is_empty() {
            return None;
        }
        let playbook = bytes.pick(&startable);
        let program = Arc::new(desk.program(&playbook.id)?);
        let (audience, tier) = match playbook.audience.self_service && bytes.below(2) == 1 {
            true => (Audience::SelfService, desk.policy.lowest()),
            false => (Audience::Agent, desk.tier_of(playbook)),
        };
        let scope = program.scope(0);
        let mut facts = Vec::new();
        for fact in scope.own.list.iter().chain(&scope.desk.list) {
            if bytes.below(4) == 1 {
                facts.push((fact.name.value.clone(), typed(&fact.kind, bytes)));
            }
        }
        let id = RunId::mint();
        let start = |facts: &[(String, String)]| Run::start(id, Arc::clone(&program), audience, tier.to_owned(), facts);
        let run = start(&facts).or_else(|_| {
            facts.clear();
            start(&facts)
        });
        let run = run.expect("nothing given at the start cannot be refused");
        let caller = Some("*A* {{ b }}".to_owned());
        Some(Self {
            beginning: Beginning { id, audience, tier: tier.to_owned(), facts },
            run,
            passes,
            about,
            tokens: Vec::new(),
            case: CaseInfo { caller, ..CaseInfo::default() },
        })
    }

    fn drive(&mut self, bytes: &mut Bytes<'_>) {
        self.stands_well();
        for _ in 0..MAX_INPUTS {
            if bytes.0.is_empty() {
                break;
            }
            let input = self.input(bytes);
            let token = match bytes.below(8) {
                0 => Some(self.run.position()),
                1 if !self.tokens.is_empty() => Some(self.tokens[bytes.below(self.tokens.len())].clone()),
                2 => Some("nonsense".to_owned()),
                _ => None,
            };
            self.take(&input, token.as_deref());
            self.stands_well();
            self.back_and_forth();
        }
        self.replays();
    }

    /// Something to say, most of it sensible where the run stands.
    fn input(&self, bytes: &mut Bytes<'_>) -> Input {
        match bytes.below(16) {
            0..=7 => Input::Say(self.said(bytes)),
            8 => Input::Say(Said::Answer("stuck".to_owned())),
            9 => Input::Say(junk(bytes)),
            10 => Input::Back(bytes.below(5)),
            11 | 12 => self.change(bytes),
            13 => Input::Signal(bytes.pick(&[Signal::HandOver, Signal::Upset, Signal::Security])),
            14 => Input::TakeOver {
                audience: bytes.pick(&[Audience::Agent, Audience::Agent, Audience::SelfService]),
                tier: bytes.pick(&["tier-1", "tier-2"]).to_owned(),
            },
            _ => Input::Note(bytes.pick(&TEXTS).to_owned()),
        }
    }

    fn said(&self, bytes: &mut Bytes<'_>) -> Said {
        match self.run.view(&self.case) {
            View::Prompt(prompt) => answer(&self.run, &prompt, bytes),
            View::Outcome(_) => junk(bytes),
        }
    }

    /// A change of something on the path, in words that fit there more often than not.
    fn change(&self, bytes: &mut Bytes<'_>) -> Input {
        let path = self.run.walk().trail.len();
        if path == 0 || bytes.below(4) == 0 {
            let names = self.run.changeable();
            let at = if names.is_empty() { "nowhere".to_owned() } else { names[bytes.below(names.len())].clone() };
            return Input::Change { at, visit: bytes.pick(&[None, Some(1), Some(7)]), said: junk(bytes) };
        }
        let mut there = self.run.clone();
        let back = 1 + bytes.below(path);
        there.take(&Input::Back(back), None, Timestamp::UNIX_EPOCH, "").expect("it lies on the path");
        match there.view(&self.case) {
            View::Prompt(prompt) => {
                let said = answer(&there, &prompt, bytes);
                Input::Change { at: prompt.at.clone(), visit: Some(prompt.visit), said }
            }
            View::Outcome(outcome) => panic!("went back to {outcome:?}"),
        }
    }

    /// Takes an input; one that is refused leaves everything as it was, one that is repeated is a success.
    fn take(&mut self, input: &Input, token: Option<&str>) {
        let before = self.run.position();
        let entries = self.run.entries.len();
        let confirm = match input {
            Input::Change { at, visit, said } => Some(self.run.would_confirm(at, *visit, said)),
            _ => None,
        };
        let handed_over = self.run.handed_over();
        match self.run.take(input, token, Timestamp::UNIX_EPOCH, "fuzz") {
            Ok(true) => {
                assert_eq!(self.run.entries.len(), entries + 1, "{input:?} is one entry");
                if matches!(input, Input::Say(_)) {
                    assert_eq!(self.again(input, &before), Ok(false), "{input:?} a second time");
                }
            }
            Ok(false) | Err(_) => {
                assert_eq!(self.run.position(), before, "{input:?} changed nothing");
                assert_eq!(self.run.entries.len(), entries, "{input:?} was not recorded");
                assert_eq!(self.run.handed_over(), handed_over, "{input:?} changed nothing");
                if token.is_none() && confirm.is_some_and(|confirm| confirm.is_ok_and(|list| !list.is_empty())) {
                    panic!("{input:?} changes nothing, yet something would have to be confirmed");
                }
            }
        }
        self.tokens.push(before);
    }

    fn again(&self, input: &Input, token: &str) -> Result<bool, Refused> {
        self.run.clone().take(input, Some(token), Timestamp::UNIX_EPOCH, "fuzz")
    }

    /// What must hold wherever a run stands.
    fn stands_well(&self) {
        let run = &self.run;
        let mut entered = 0;
        let seen = observe(&run.program, run.book(), None, |taken| {
            entered += u32::from(taken.way.is_none_or(|(_, from)| from == u32::MAX));
        });
        assert!(entered <= STEP_LIMIT, "{entered} steps were entered");
        let once_more = walk(&run.program, run.book(), None);
        assert_eq!(format!("{seen:?}"), format!("{once_more:?}"), "a walk is a function of its arguments");
        run.path(&self.case);
        run.known();
        run.held();
        run.changeable();
        let view = run.view(&self.case);
        if !self.passes {
            return;
        }
        for position in [&run.walk().position, &seen.position] {
            if let Position::Stopped { reason, key, .. } = position {
                let blameless = match reason {
                    Reason::UnknownFact => key.is_some(),
                    other => other.entry().class != Class::Author,
                };
                assert!(blameless, "passes the check, yet a run stops: {view:?} {position:?}; {}", self.about);
            }
        }
    }

    /// Back by one and the same answer lead to where the run stood, unless it had gone back already.
    fn back_and_forth(&self) {
        let run = &self.run;
        let forward = walk(&run.program, run.book(), None);
        let gone_back = forward.trail.len() != run.walk().trail.len();
        if run.walk().trail.is_empty() || run.handed_over().is_some() || gone_back {
            return;
        }
        let mut other = run.clone();
        let back = other.take(&Input::Back(1), None, Timestamp::UNIX_EPOCH, "fuzz");
        assert_eq!(back, Ok(true), "there is something to go back to");
        let said = other.held().expect("the prompt shows its earlier answer");
        let answered = other.take(&Input::Say(said.clone()), None, Timestamp::UNIX_EPOCH, "fuzz");
        assert_eq!(answered, Ok(true), "{said:?} was taken before");
        assert_eq!(other.position(), run.position(), "back by one and {said:?} again; {}", self.about);
        let (here, there) = (run.view(&self.case), other.view(&self.case));
        assert_eq!(format!("{there:?}"), format!("{here:?}"), "back by one and {said:?} again; {}", self.about);
    }

    /// The entries lead a fresh run to the same place.
    fn replays(&self) {
        let Beginning { id, audience, tier, facts } = &self.beginning;
        let program = Arc::clone(&self.run.program);
        let mut fresh =
            Run::start(*id, program, *audience, tier.clone(), facts).expect("it was started like this before");
        for entry in &self.run.entries {
            assert_eq!(fresh.record(entry.clone()), Ok(()), "what was recorded once is recorded again");
        }
        assert_eq!(fresh.position(), self.run.position(), "replay equals live; {}", self.about);
        assert_eq!(fresh.tier, self.run.tier, "replay equals live; {}", self.about);
        let (live, replayed) = (self.run.view(&self.case), fresh.view(&self.case));
        assert_eq!(format!("{replayed:?}"), format!("{live:?}"), "replay equals live; {}", self.about);
    }
}

/// One of the prompt's answers, or a value of its type.
fn answer(run: &Run, prompt: &Prompt, bytes: &mut Bytes<'_>) -> Said {
    let Some(wanted) = &prompt.typed else {
        return Said::Answer(prompt.choices[bytes.below(prompt.choices.len())].id.clone());
    };
    let declared = run.program.units.iter().map(|unit| &unit.flow.facts).chain([&*run.program.facts]);
    let mut kinds = declared.flat_map(|facts| &facts.list).map(|fact| &fact.kind);
    let kind = kinds.find(|kind| word(kind) == wanted.kind).expect("the fact that it saves is declared");
    Said::Value(typed(kind, bytes))
}

/// A type as prompts call it.
fn word(kind: &Type) -> &'static str {
    match kind {
        Type::Text(_) => "text",
        Type::Number(..) => "number",
        Type::Date(..) => "date",
        Type::Choice(_) | Type::YesNo | Type::Broken => "",
    }
}

/// A value of a type, as somebody types it; near the values that the generator compares with.
fn typed(kind: &Type, bytes: &mut Bytes<'_>) -> String {
    match kind {
        Type::YesNo => bytes.pick(&["yes", "no"]).to_owned(),
        Type::Choice(ids) => ids[bytes.below(ids.len())].to_string(),
        Type::Text(_) | Type::Broken => bytes.pick(&TEXTS).to_owned(),
        Type::Number(..) => {
            let tail = bytes.pick(&["", "", "", ".5", ".25", "e3"]);
            format!("{}{tail}", bytes.below(20))
        }
        Type::Date(..) => format!("{}-{:02}-{}", 2025 + bytes.below(3), 1 + bytes.below(13), 14 + bytes.below(3)),
    }
}

/// Words that rarely fit.
fn junk(bytes: &mut Bytes<'_>) -> Said {
    const WORDS: [&str; 8] = ["yes", "no", "worked", "failed", "next", "stuck", "nothing", ""];
    match bytes.below(2) {
        0 => Said::Answer(bytes.pick(&WORDS).to_owned()),
        _ => Said::Value(bytes.pick(&TEXTS).to_owned()),
    }
}
