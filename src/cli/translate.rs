//! `firstline translate`: the file that a translator works in, written or brought up to date.

use super::{Error, Status};
use crate::{
    app,
    desk::Desk,
    kb::Article,
    language::Language,
    playbook::translation::{quoted, write},
};
use clap::Args;
use std::{fs, path::Path};

/// Write the file that translates a playbook or an article, or bring it up to date
#[derive(Debug, Args)]
pub struct Arguments {
    /// The playbook's or the article's id; `desk` for the facts of desk.yaml
    id: String,
    /// The language, by its two letters
    #[arg(value_parser = super::language)]
    language: Language,
}

pub fn run(
    arguments: &Arguments,
    folder: Option<&Path>,
    load: impl FnOnce() -> Result<Desk, app::Error>,
) -> Result<Status, Error> {
    let Some(folder) = app::folder(folder) else {
        return Err(Error::Usage("the starter desk is built in; name the folder of yours with --desk".into()));
    };
    let (desk, language) = (load()?, arguments.language);
    if language == desk.policy.language() {
        return Err(Error::Usage(format!("the desk is written in `{language}`; name the language to translate into")));
    }
    let (playbook, found) = (desk.playbooks.get(&arguments.id), desk.article(&arguments.id));
    let source = match (playbook, found) {
        (Some(playbook), _) => &desk.source(playbook).path,
        (None, _) if arguments.id == "desk" => "desk.yaml",
        (None, Some(article)) => &desk.sources.0[article.file.0 as usize].path,
        (None, None) => return super::playbook(&desk, &arguments.id).map(|_| Status::Fine),
    };
    let path = beside(source, language);
    // What could not be read would be lost.
    if let Some(mistake) = ["desk.yaml", source, &path].into_iter().find_map(|path| desk.mistake(path)) {
        let (place, said) = (desk.sources.place(mistake.primary.span), mistake.said());
        return Err(Error::Usage(format!(
            "{place}: {said}; nothing was written: mend this first, `firstline check` says how"
        )));
    }
    let (text, said) = match (playbook, found) {
        (None, Some(article)) if source != "desk.yaml" => match copy(&desk, article, &path, language) {
            Ok(written) => written,
            Err(said) => {
                anstream::println!("{said}");
                return Ok(Status::Fine);
            }
        },
        _ => texts(&desk, playbook.map_or("", |playbook| &playbook.id), language),
    };
    fs::write(folder.join(&path), text)?;
    anstream::println!("{path}: {said}");
    if !desk.policy.other_languages().contains(&language) {
        let own = desk.policy.language();
        anstream::println!("nobody reads it yet: write `languages: [{own}, {language}]` in desk.yaml");
    }
    Ok(Status::Fine)
}

/// The file, and what to say of it.
type Written = (String, String);

fn texts(desk: &Desk, id: &str, language: Language) -> Written {
    let parts = desk.editions.get(&language).map(|edition| &edition.texts.parts);
    // The same words elsewhere are most often translated alike.
    let known = |hash: &str| {
        let found =
            parts?.values().flat_map(|part| &part.list).find(|text| text.of.value == hash && !text.texts.is_empty())?;
        Some(found.texts.iter().map(|text| text.source.value.clone()).collect())
    };
    let name = if id.is_empty() { "desk" } else { id };
    let old = parts.and_then(|parts| parts.get(id));
    let (text, done) = write(name, language, &desk.originals(id), old, known);
    let mut said = format!("{} of {} texts translated", done.current, done.all);
    if done.stale > 0 {
        said += &format!(", {} changed since", done.stale);
    }
    if done.dropped > 0 {
        said += &format!(", {} without a source and put at the end", done.dropped);
    }
    (text, said)
}

/// A copy to work in; or what to do with the one that is there.
fn copy(desk: &Desk, source: &Article, path: &str, language: Language) -> Result<Written, String> {
    let file = &desk.sources.0[source.file.0 as usize];
    let now = source.hash();
    if let Some(old) = desk.editions.get(&language).and_then(|edition| edition.articles.get(&source.id)) {
        return Err(match old.is_current() {
            true => format!("{path}: it is translated as it is"),
            false => {
                format!("{path}: when it says all that {} says, write `translates: {now}` into its header", file.path)
            }
        });
    }
    let mut header = format!("# When all is translated, take the first sign out of this line:\n# translates: {now}\n");
    header += &format!("title: {}\n", quoted(&source.title));
    header += &source.summary.iter().map(|summary| format!("summary: {}\n", quoted(summary))).collect::<String>();
    for (key, words) in
        [("tags", &source.tags), ("symptoms", &source.symptoms)].into_iter().filter(|(_, words)| !words.is_empty())
    {
        let words: String = words.iter().map(|word| format!("  - {}\n", quoted(&word.value))).collect();
        header += &format!("{key}:\n{words}");
    }
    let text = format!("---\n{header}---\n{}", source.body);
    Ok((text, "a copy of the article; translate it where it stands".to_owned()))
}

/// The path of a file's translation.
fn beside(path: &str, language: Language) -> String {
    let (stem, ending) = path.rsplit_once('.').unwrap_or((path, "md"));
    format!("{stem}.{language}.{ending}")
}
