//! A translation of something that is not there.

use super::{Context, Findings};
use crate::{
    diagnostic::{Diagnostic, Rule, Span, wording},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL515", "unknown_translation", Error);

/// For every file and text.
pub fn check(context: &Context<'_>, out: &Findings) {
    let desk = context.desk;
    for part in &context.translations {
        let of = part.translation.of.as_str();
        if !of.is_empty() && !desk.playbooks.contains_key(of) {
            let message = format!("there is no playbook `{}` to translate", wording::shorten(of));
            let near = wording::nearest(of, desk.playbooks.keys().map(String::as_str));
            let help = near.map(|near| format!("did you mean `{near}.{}.yaml`?", part.language));
            let help = help.unwrap_or_else(|| "name the file after the playbook that it translates".to_owned());
            out.push(Diagnostic::new(&RULE, part.top(), message).help(help));
            continue;
        }
        for text in part.translation.list.iter().filter(|text| part.original(text).is_none()) {
            let message = format!("{} has no text `{}`", part.name(), wording::shorten(&text.path));
            let paths = part.originals.iter().map(|original| original.path.as_str());
            let id = if of.is_empty() { "desk" } else { of };
            let renamed = || Some(format!("`firstline translate {id} {}` carries it over", part.language));
            let near = || wording::nearest(&text.path, paths).map(|near| format!("did you mean `{near}`?"));
            let help = part.moved(text).and_then(|_| renamed()).or_else(near);
            let help = help.unwrap_or_else(|| "take it out, or move it to where the text is".to_owned());
            out.push(Diagnostic::new(&RULE, text.key, message).help(help));
        }
    }
    for (language, edition) in &desk.editions {
        let declared = desk.policy.other_languages().contains(language);
        for (file, path) in edition.strays.iter().filter(|(_, path)| declared && !desk.is_unread_at(path)) {
            let top = Span { file: *file, start: 0, end: 0 };
            let message = format!("there is no article `{path}` to translate");
            let help = "name the file after the article beside it that it translates";
            out.push(Diagnostic::new(&RULE, top, message).help(help));
        }
    }
}
