//! A person, or somebody's cat, at the keys of a run.

use crate::generator::{Flaw, Random, Shape};
use firstline::{
    desk::Desk,
    id::RunId,
    playbook::Program,
    reason::Reason,
    run::{Audience, CaseInfo, Input, Outcome, Position, Prompt, Run, Said, Signal, View},
};
use std::sync::Arc;

/// Shapes of many kinds, small enough to be many.
pub fn shape(random: &mut Random) -> Shape {
    let flaw = if random.chance(30) { Some(*random.pick(&Flaw::ALL)) } else { None };
    Shape {
        playbooks: 1 + random.below(4),
        steps: 3 + random.below(12),
        flaw,
        wild: flaw.is_none() && random.chance(20),
    }
}

/// Starts a run as an agent, or as self-service where that is possible.
pub fn start(random: &mut Random, desk: &Desk, id: &str, program: &Arc<Program>) -> Run {
    let playbook = &desk.playbooks[id];
    let alone = playbook.audience.self_service && random.chance(50);
    let (audience, tier) = if alone { (Audience::SelfService, "self-service") } else { (Audience::Agent, "tier-1") };
    let mut facts = Vec::new();
    for fact in desk.facts.list.iter().filter(|_| random.chance(30)).collect::<Vec<_>>() {
        if let Some(value) = value(random, &fact.kind) {
            facts.push((fact.name.value.clone(), value));
        }
    }
    Run::start(RunId::mint(), program.clone(), audience, tier.to_owned(), &facts).expect("the facts fit")
}

/// A value of a type, as typed.
pub fn value(random: &mut Random, kind: &firstline::expression::Type) -> Option<String> {
    use firstline::expression::Type;
    let typed = match kind {
        Type::YesNo => (*random.pick(&["yes", "no"])).to_owned(),
        Type::Choice(ids) => random.pick(ids).to_string(),
        Type::Text(_) => (*random.pick(&["809", "A-17", "LaserJet 4", "x", "reading room", "012345"])).to_owned(),
        Type::Number(low, high) => {
            let low = low.unwrap_or(-5.0);
            let high = high.unwrap_or(low + 20.0);
            (low + (high - low) * random.below(41) as f64 / 40.0).round().clamp(low, high).to_string()
        }
        Type::Date(..) => format!("20{:02}-0{}-1{}", 20 + random.below(10), 1 + random.below(9), random.below(10)),
        Type::Broken => return None,
    };
    kind.read(&typed).map(|value| value.to_string())
}

/// One of the answers that a prompt takes; "stuck" now and then.
pub fn answer(random: &mut Random, prompt: &Prompt) -> Said {
    if let Some(typed) = &prompt.typed {
        if random.chance(10) {
            return Said::Answer("stuck".into());
        }
        let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse().ok());
        let kind = match typed.kind {
            "number" => firstline::expression::Type::Number(number(&typed.min), number(&typed.max)),
            "date" => firstline::expression::Type::Date(None, None),
            _ => firstline::expression::Type::Text(None),
        };
        return Said::Value(value(random, &kind).expect("the type is whole"));
    }
    let ids: Vec<&str> = prompt.choices.iter().map(|choice| choice.id.as_str()).collect();
    let id = if random.chance(85) && ids.len() > 1 { ids[random.below(ids.len() - 1)] } else { random.pick(&ids) };
    Said::Answer(id.to_owned())
}

/// Something that may be said to a run: mostly an answer, then back, change, taking over, a signal, a fact of the case, nonsense.
pub fn input(random: &mut Random, run: &Run) -> Input {
    let view = run.view(&CaseInfo::default());
    match random.below(100) {
        0..=9 => Input::Back(1 + random.below(4)),
        10..=24 => {
            let names = run.changeable();
            let Some(at) = (!names.is_empty()).then(|| random.pick(&names).clone()) else { return Input::Back(1) };
            let said = changed(random, run, &at).unwrap_or(Said::Answer("no".into()));
            Input::Change { at, visit: None, said }
        }
        25..=31 => Input::TakeOver {
            audience: *random.pick(&[Audience::Agent, Audience::Agent, Audience::SelfService]),
            tier: "tier-2".into(),
        },
        32 => Input::Signal(*random.pick(&[Signal::HandOver, Signal::Upset, Signal::Security])),
        33..=37 => {
            let scope = run.program.scope(0);
            let facts: Vec<_> = scope.own.list.iter().chain(&scope.desk.list).collect();
            let import = (!facts.is_empty()).then(|| *random.pick(&facts)).and_then(|fact| {
                Some(Input::Import { name: fact.name.value.clone(), value: value(random, &fact.kind)? })
            });
            import.unwrap_or(Input::Back(1))
        }
        38 if matches!(&view, View::Prompt(prompt) if prompt.typed.is_none()) => {
            Input::Say(Said::Answer("nonsense".into()))
        }
        _ => match &view {
            View::Prompt(prompt) => Input::Say(answer(random, prompt)),
            View::Outcome(_) => Input::Back(1 + random.below(6)),
        },
    }
}

/// A new answer for a place that the run came past.
pub fn changed(random: &mut Random, run: &Run, at: &str) -> Option<Said> {
    let path = run.path(&CaseInfo::default());
    let Some(position) = path.iter().rposition(|line| line.at == at) else {
        let scope = run.program.scope(0);
        let kind = &scope.fact(scope.find(at)?).kind;
        let typed = value(random, kind)?;
        let chosen = matches!(kind.name(), "choices" | "yes-no");
        return Some(if chosen { Said::Answer(typed) } else { Said::Value(typed) });
    };
    let mut there = run.clone();
    there.take(&Input::Back(path.len() - position), None, jiff::Timestamp::UNIX_EPOCH, "").ok()?;
    match there.view(&CaseInfo::default()) {
        View::Prompt(prompt) => Some(answer(random, &prompt)),
        View::Outcome(_) => None,
    }
}

/// Says it; whether it was taken.
pub fn say(run: &mut Run, input: &Input) -> bool {
    run.take(input, None, jiff::Timestamp::UNIX_EPOCH, "somebody").is_ok()
}

/// Whether the run stopped because of what its author wrote.
pub fn is_authors_fault(run: &Run, outcome: &Outcome) -> bool {
    match outcome.reason {
        Some(Reason::NoBranch | Reason::StepLimit) => true,
        Some(Reason::UnknownFact) => matches!(run.walk().position, Position::Stopped { key: None, .. }),
        _ => false,
    }
}
