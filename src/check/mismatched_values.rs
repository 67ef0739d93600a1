//! A translation that shows other values than what it translates.

use super::{Context, Findings};
use crate::{
    diagnostic::{Diagnostic, Rule, wording},
    language::translation::hash,
    playbook::translation::reads,
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL516", "mismatched_values", Warning);

/// For every text that is translated as it is.
pub fn check(context: &Context<'_>, out: &Findings) {
    for part in &context.translations {
        for text in &part.translation.list {
            let (Some(original), Some(own)) = (part.original(text), text.texts.first()) else { continue };
            if original.list || hash(&original.text) != text.of.value {
                continue;
            }
            let (source, own_reads) = (reads(&original.parsed()), reads(own));
            let extra = own_reads.iter().find(|read| !source.contains(read));
            let lost = source.iter().find(|read| !own_reads.contains(read));
            let message = match (extra, lost) {
                (Some(extra), _) => format!("the source does not show `{}`", wording::shorten(extra)),
                (None, Some(lost)) => format!("the source shows `{}` here too", wording::shorten(lost)),
                (None, None) => continue,
            };
            let help = match source.as_slice() {
                [] => "write the text without values, as its source is".to_owned(),
                all => {
                    let all: Vec<String> = all.iter().map(|name| format!("{{{{ {name} }}}}")).collect();
                    format!("show what the source shows: {}", all.join(", "))
                }
            };
            let finding = Diagnostic::new(&RULE, own.source.span, message);
            out.push(finding.also(original.span, "this is the source").help(help));
        }
    }
}
