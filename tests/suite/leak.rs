//! Invariant 13: a reader never learns that something exists which they may not open. A self-service reader goes
//! everywhere that pages lead and to every address that staff has, asks for every word that only staff knows, and
//! finds none of them; the same answers come from a desk that never had the staff's half.

use super::server::{Answer, Folder, Server, Visitor, firstline};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fs,
    path::Path,
};

/// Where each word of the staff's half stands.
const SECRETS: [(&str, &str); 17] = [
    ("title", "quorvexin"),
    ("summary", "blenthirop"),
    ("body", "mivostrak"),
    ("heading", "zorbalent"),
    ("symptom", "krellinot"),
    ("tag", "fendraxil"),
    ("category", "wexlorpun"),
    ("alias", "grumbataw"),
    ("id", "plinthoze"),
    ("owner", "dweomarik"),
    ("image", "snarvetol"),
    ("playbook", "ulmegrant"),
    ("step", "yofterban"),
    ("answer", "hexoldrum"),
    ("staff step", "orvantiqe"),
    ("tip", "cazembrol"),
    ("note", "jelfongar"),
];

fn secret(place: &str) -> &'static str {
    SECRETS.iter().find(|(known, _)| *known == place).expect("it is in the list").1
}

/// The half that everybody may read.
fn open_half(folder: &Folder) {
    let desk = "name: Example IT\nfacts: {os: {ask: Which system is it?, choices: {windows: Windows, linux: Linux}}}\n";
    folder.write(&[("desk.yaml", desk)]);
    for (n, (title, words)) in [
        ("Clear the print queue", "A document waits in the printer queue. Restart the spooler."),
        ("Mail on a phone", "The mailbox asks for the password again. Add the account anew."),
        ("Join the wireless network", "The laptop does not see the network. Forget it, then join it again."),
        ("Choose a good password", "Three words that nobody guesses. The manager keeps them."),
    ]
    .iter()
    .enumerate()
    {
        let system = if n == 0 { "applies_to: {os: [windows]}\n" } else { "" };
        let text = format!(
            "---\ntitle: {title}\nsummary: {words}\naudience: [self-service, agent]\ncategory: basics\ntags: [help]\n\
             {system}related: [fix-the-printer]\nsymptoms: [it does not work]\n---\n\n{words}\n\n## First\n\n{words}\n\n\
             ## Then\n\n```sh\nlpstat -t\n```\n"
        );
        folder.write(&[(&format!("kb/open-{n}.md"), &text)]);
    }
    let playbook = format!(
        "title: Fix the printer\nsummary: A printer that prints nothing.\naudience: [self-service, agent]\n\
         category: basics\nsymptoms: [the printer prints nothing]\nstart: power\nsteps:\n  power:\n    ask: Is the \
         printer on?\n    answers:\n      'yes': {{label: 'Yes', goto: cable}}\n      'no': {{label: 'No', goto: \
         inside}}\n      other: {{label: Something else, goto: {{escalate: Nothing fits}}}}\n    tip: Ask for the \
         {}\n    article: open-0\n  inside:\n    say: Look at the {}.\n    audience: agent\n    goto: cable\n  cable:\n    \
         do: Plug the cable in.\n    verify: Does it print?\n    worked: {{resolve: It prints}}\n    failed: deeper\n  \
         deeper:\n    call: repair-the-printer\n    resolved: {{resolve: It was repaired}}\n    not_resolved: {{escalate: \
         It stays broken}}\n",
        secret("tip"),
        secret("staff step"),
    );
    folder.write(&[("playbooks/fix-the-printer.yaml", &playbook)]);
}

/// The half that only staff may read; with the separation taken out, everybody.
fn staff_half(folder: &Folder, audience: &str) {
    for n in 0..4 {
        let text = format!(
            "---\ntitle: The {title} printer queue password network {n}\nsummary: When {summary} does not print\n\
             audience: {audience}\ncategory: {category}\ntags: [help, {tag}]\naliases: [{alias}-{n}]\nowner: {owner}\n\
             applies_to: {{os: [linux]}}\nsymptoms: [the printer is {symptom}]\nrelated: [repair-the-printer]\n---\n\n\
             The printer queue of {body} and the password of the network.\n\n![A printer]({image}.png)\n\n## About \
             {heading} printers\n\nThe spooler of {body}.\n",
            title = secret("title"),
            summary = secret("summary"),
            category = secret("category"),
            tag = secret("tag"),
            alias = secret("alias"),
            owner = secret("owner"),
            symptom = secret("symptom"),
            body = secret("body"),
            image = secret("image"),
            heading = secret("heading"),
        );
        folder.write(&[(&format!("kb/{}-{n}.md", secret("id")), &text)]);
    }
    folder.write(&[(&format!("kb/{}.png", secret("image")), "PNG")]);
    let playbook = format!(
        "title: Repair {playbook} printers\nsummary: The {playbook} way\naudience: {audience}\ncategory: {category}\n\
         symptoms: [the printer is {symptom}]\nstart: open\nsteps:\n  open:\n    ask: Is the {step} loose?\n    \
         answers:\n      {answer}: {{label: The {answer}, goto: {{resolve: Repaired}}}}\n      none: {{label: None, \
         goto: {{not_resolved: Nothing}}}}\n",
        playbook = secret("playbook"),
        category = secret("category"),
        symptom = secret("symptom"),
        step = secret("step"),
        answer = secret("answer"),
    );
    folder.write(&[("playbooks/repair-the-printer.yaml", &playbook)]);
}

/// A desk without the staff's half calls a playbook that says nothing.
fn no_half(folder: &Folder) {
    let playbook =
        "title: Nothing\naudience: [agent]\nsymptoms: [nothing]\nstart: end\nsteps:\n  end: {not_resolved: Nothing}\n";
    folder.write(&[("playbooks/repair-the-printer.yaml", playbook)]);
}

/// Somebody who has no account, and everything that came back.
struct Reader {
    visitor: Visitor,
    /// By what was asked.
    seen: BTreeMap<String, String>,
}

impl Reader {
    fn at(server: &Server) -> Self {
        Self { visitor: server.visitor(), seen: BTreeMap::new() }
    }

    fn get(&mut self, path: &str) -> String {
        if let Some(known) = self.seen.get(path) {
            return known.clone();
        }
        let text = whole(&self.visitor.get(path));
        self.seen.insert(path.to_owned(), text.clone());
        text
    }

    /// Goes wherever pages lead, from these on.
    fn crawl(&mut self, from: impl IntoIterator<Item = String>) {
        let mut open: VecDeque<String> = from.into_iter().collect();
        while let Some(path) = open.pop_front() {
            assert!(self.seen.len() < 5_000, "pages lead on without an end: {path}");
            if self.seen.contains_key(&path) {
                continue;
            }
            let text = self.get(&path);
            open.extend(links(&text).into_iter().filter(|link| !self.seen.contains_key(link)));
        }
    }
}

/// Status, headers and body: all that a reader could learn from.
fn whole(answer: &Answer) -> String {
    let quiet = ["date", "set-cookie"];
    let headers = answer.headers.iter().filter(|(name, _)| !quiet.contains(&name.as_str()));
    let headers: String = headers.map(|(name, value)| format!("{name}: {value}\n")).collect();
    format!("{}\n{headers}\n{}", answer.status, answer.body)
}

/// Addresses of this site that a page leads to.
fn links(text: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for mark in ["href=\"", "src=\"", "data-suggest=\"", "\nlocation: "] {
        for (at, _) in text.match_indices(mark) {
            let rest = &text[at + mark.len()..];
            let end = rest.find(['"', '\n', '#']).unwrap_or(rest.len());
            let link = super::server::unescape(&rest[..end]);
            if link.starts_with('/') && !link.starts_with("//") {
                out.insert(link);
            }
        }
    }
    out
}

/// What a reader may type: everything that only staff knows, its beginnings and slips, and words that all know.
fn queries() -> Vec<String> {
    let mut out = Vec::new();
    for (_, word) in SECRETS {
        let slip = format!("{}x{}", &word[..3], &word[4..]);
        for query in [word.to_owned(), word[..4].to_owned(), word[..word.len() - 1].to_owned(), slip] {
            out.push(query.clone());
            out.push(format!("printer+{query}"));
        }
    }
    for query in ["printer", "pritner", "queue", "password", "network", "help", "the", "p", "", "printer+-queue"] {
        out.push(query.to_owned());
    }
    out
}

fn searches(query: &str) -> Vec<String> {
    let (category, tag) = (secret("category"), secret("tag"));
    let mut out = vec![
        format!("/help/search?q={query}"),
        format!("/help/suggest?q={query}"),
        format!("/help/ask?words={query}"),
        format!("/suggest?q={query}"),
    ];
    if query == "printer" {
        out.extend([
            format!("/help/search?q={query}&category={category}"),
            format!("/help/search?q={query}&tag={tag}"),
            format!("/help/search?q={query}&os=linux"),
            format!("/help/search?q={query}&page=2"),
        ]);
    }
    out
}

/// Addresses of what only staff may open.
fn forbidden() -> Vec<String> {
    let (id, alias, image) = (secret("id"), secret("alias"), secret("image"));
    let mut out = Vec::new();
    for part in ["/help", ""] {
        out.extend([
            format!("{part}/articles/{id}-0"),
            format!("{part}/articles/{alias}-0"),
            format!("{part}/articles/{id}-0/reply"),
            format!("{part}/playbooks/repair-the-printer"),
            format!("{part}/playbooks/repair-the-printer/flow"),
            format!("{part}/images/{image}.png"),
            format!("{part}/images/kb/{image}.png"),
            format!("{part}/categories/{}", secret("category")),
        ]);
    }
    out.extend(
        ["/", "/queue", "/cases", "/cases/1001", "/cases/1001/flow", "/library", "/outbox", "/incidents"]
            .map(str::to_owned),
    );
    out
}

/// Everything that is asked of a desk, but for guided playbooks.
fn ask_everything(reader: &mut Reader) {
    reader.crawl(["/help".to_owned()]);
    reader.crawl(queries().iter().flat_map(|query| searches(query)));
    reader.crawl(forbidden());
}

/// The staff's words that stand in an answer and were not in the question.
fn told<'a>(asked: &str, text: &str) -> Vec<(&'static str, &'a str)> {
    let (asked, text) = (asked.to_lowercase(), text.to_lowercase());
    SECRETS.into_iter().filter(|(_, word)| !asked.contains(word) && text.contains(word)).collect()
}

/// Without what differs between any two servers.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let quiet = line.starts_with("content-length") || line.starts_with("etag") || line.contains("name=\"token\"");
        if !quiet && !line.contains("name=\"form\"") && !line.contains("name=\"case\"") {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

fn serve(folder: &Folder) -> (Server, std::path::PathBuf) {
    let data = folder.path().join("data");
    fs::create_dir_all(&data).expect("a folder can be made");
    folder.write(&[("password", "correct horse battery")]);
    let mut add = firstline(&data, Some(folder.path()));
    add.args(["user", "add", "ann", "--role", "lead", "--tier", "tier-1", "--password-file"]);
    let added = add.arg(folder.path().join("password")).output().expect("it runs");
    assert!(added.status.success(), "{added:?}");
    (Server::start(&data, Some(folder.path())), data)
}

fn check_is_clean(folder: &Path, data: &Path) {
    let checked = firstline(data, Some(folder)).arg("check").output().expect("it runs");
    assert!(checked.status.code() != Some(2), "{checked:?}");
}

#[test]
fn a_reader_never_learns_of_what_they_may_not_open() {
    let both = Folder::new();
    open_half(&both);
    staff_half(&both, "[agent]");
    let one = Folder::new();
    open_half(&one);
    no_half(&one);
    let (with, data) = serve(&both);
    check_is_clean(both.path(), &data);
    let (without, _) = serve(&one);

    let mut reader = Reader::at(&with);
    ask_everything(&mut reader);
    assert!(reader.seen.len() > 300, "only {} answers", reader.seen.len());
    let open = reader.seen.values().filter(|text| text.starts_with("200")).count();
    assert!(open > 150, "only {open} pages opened");
    let leaks: Vec<_> = reader.seen.iter().filter(|(asked, text)| !told(asked, text).is_empty()).collect();
    let leaks: Vec<_> = leaks.iter().map(|(asked, text)| format!("{asked}: {:?}\n{text}", told(asked, text))).collect();
    assert!(leaks.is_empty(), "{} leaks\n{}", leaks.len(), leaks[0]);

    // The desk that never had the staff's half answers the same.
    let mut other = Reader::at(&without);
    for (asked, text) in &reader.seen {
        assert_eq!(plain(&other.get(asked)), plain(text), "{asked}");
    }
}

#[test]
fn without_the_separation_the_same_reader_finds_the_words() {
    let folder = Folder::new();
    open_half(&folder);
    staff_half(&folder, "[self-service, agent]");
    let (server, _) = serve(&folder);
    let mut reader = Reader::at(&server);
    ask_everything(&mut reader);
    let found: BTreeSet<&str> =
        reader.seen.iter().flat_map(|(asked, text)| told(asked, text)).map(|(place, _)| place).collect();
    for place in ["title", "summary", "body", "heading", "tag", "category", "id", "image", "playbook", "step"] {
        assert!(found.contains(place), "{place} stands nowhere: {found:?}");
    }
    let places =
        |part: &str| reader.seen.iter().any(|(asked, text)| asked.starts_with(part) && !told(asked, text).is_empty());
    for part in ["/help/search", "/help/suggest", "/help/articles", "/help/playbooks", "/help/ask"] {
        assert!(places(part), "nothing is found at {part}");
    }
    // A slip is put right with a word of theirs.
    let slip = format!("{}x{}", &secret("title")[..3], &secret("title")[4..]);
    let page = &reader.seen[&format!("/help/search?q={slip}")];
    assert!(page.contains(secret("title")), "{page}");
}
