//! A prompt that has somebody type or tell a secret.

use super::{Context, Findings, Subject};
use crate::{
    diagnostic::{Diagnostic, Rule, Span},
    expression::Type,
    playbook::{
        Fact, Scope,
        flow::{Node, Options},
    },
    rule,
    template::Text,
};
use regex::{Regex, RegexBuilder};
use std::sync::LazyLock;

/// See the page beside this file.
pub static RULE: Rule = rule!("FL407", "password_prompt", Error);

const SECRET: &str = r"(pass ?words?|pass ?phrases?|pass ?codes?|pins?|pin codes?|(one[- ]time|security|verification|recovery|authenticator|mfa|2fa|sms) codes?|cvv|kennw(ort|örter)|passw(ort|örter))";

static ASKS: LazyLock<Regex> = LazyLock::new(|| {
    let verb = r"(what('s| is| was| are| were)|which( is)?|enter|type( in)?|tell( me| us)?|give( me| us)?|spell( out)?|read( out)?|say|provide|share|send( me| us)?|note down|nenne?n?|gib|geben sie)";
    let words = r"(\s+(me|us|the|your|their|his|her|my|a|an|current|old|new|last|temporary|first|caller's|user's|out|in|ihr|dein|das|is|was|on|from|full|whole|letters?|digits?|characters?|part|of)){0,6}";
    RegexBuilder::new(&format!(r"(^|\W){verb}{words}\s+{SECRET}\b|^\W*(your\s+|the\s+|current\s+|new\s+)*{SECRET}(\s+(of|for|to)\s+[\w' ]+)?\W*$"))
        .case_insensitive(true)
        .build()
        .expect("the expression is a constant")
});

static TELLS_WHEN: LazyLock<Regex> = LazyLock::new(|| {
    RegexBuilder::new(r"(after|when|once|while|before|if|until)\s+(you|they|the caller|he|she)\s+(\w+\s+){0,2}$")
        .case_insensitive(true)
        .build()
        .expect("the expression is a constant")
});

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(^|_)(password|passphrase|passcode|pin|pin_code|otp|cvv)$").expect("the expression is a constant")
});

/// For each playbook: facts, and questions whose typed answer is kept.
pub fn check(context: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    let flow = &subject.playbook.flow;
    let scope = Scope { own: &flow.facts, desk: &context.desk.facts };
    flow.facts.list.iter().for_each(|fact| check_fact(fact, out));
    for node in &flow.nodes {
        let Node::Prompt(prompt) = node else { continue };
        let (Some(slot), Options::Typed(_)) = (&prompt.save, &prompt.options) else { continue };
        if typed(scope.fact(slot.value)) {
            check_text(&prompt.text, out);
        }
    }
}

/// For the desk's facts.
pub fn check_desk(context: &Context<'_>, out: &Findings) {
    context.desk.facts.list.iter().for_each(|fact| check_fact(fact, out));
}

fn typed(fact: &Fact) -> bool {
    matches!(fact.kind, Type::Text(_) | Type::Number(..))
}

fn check_fact(fact: &Fact, out: &Findings) {
    let Some(ask) = fact.ask.as_ref().filter(|_| typed(fact)) else { return };
    if NAMED.is_match(&fact.name.value) {
        report(fact.name.span, out);
    } else {
        check_text(ask, out);
    }
}

fn check_text(text: &Text, out: &Findings) {
    let words = &text.source.value;
    let asks = ASKS.find(words).is_some_and(|found| !TELLS_WHEN.is_match(&words[..found.start() + 1]));
    if asks {
        report(text.source.span, out);
    }
}

fn report(span: Span, out: &Findings) {
    let found = Diagnostic::new(&RULE, span, "this asks somebody for a password or code");
    out.push(found.help(
        "nobody may ask for one, and answers are kept: let the person type it themselves, and ask whether that worked",
    ));
}
