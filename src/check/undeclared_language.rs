//! A translation into a language that the desk does not have.

use super::{Context, Findings};
use crate::{
    diagnostic::{Diagnostic, FileId, Rule, Span},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL517", "undeclared_language", Warning);

/// One finding for each language.
pub fn check(context: &Context<'_>, out: &Findings) {
    let policy = &context.desk.policy;
    for (language, edition) in &context.desk.editions {
        if policy.other_languages().contains(language) || context.desk_unread {
            continue;
        }
        let texts = edition.texts.parts.values().map(|part| part.file);
        let articles = edition.articles.values().map(|article| article.file);
        let files: Vec<FileId> = texts.chain(articles).chain(edition.strays.iter().map(|(file, _)| *file)).collect();
        let Some(first) = files.iter().min() else { continue };
        let message = match (*language == policy.language(), files.len()) {
            (true, _) => format!("the desk is written in `{language}`: this translates it into its own language"),
            (false, 1) => format!("the desk has no language `{language}`, so that nobody reads this file"),
            (false, all) => {
                format!("the desk has no language `{language}`, so that nobody reads this file and {} more", all - 1)
            }
        };
        let mut all = vec![policy.language()];
        all.extend(policy.other_languages().iter().chain([language]));
        let all: Vec<&str> = all.iter().map(|language| language.code()).collect();
        let help = match *language == policy.language() {
            true => "take the file out, or name another language".to_owned(),
            false => format!("write `languages: [{}]` in `desk.yaml`, that of the playbooks first", all.join(", ")),
        };
        out.push(Diagnostic::new(&RULE, Span { file: *first, start: 0, end: 0 }, message).help(help));
    }
}
