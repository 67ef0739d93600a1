//! Durable answers: 64 people answer a playbook of forty questions as fast as they are let.

use crate::{
    bare::{self, Work},
    client::Client,
    folder, median,
    server::Server,
    write,
};
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

const ROUNDS: usize = 3;
const PEOPLE: usize = 64;
const QUESTIONS: usize = 40;
const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(6);

/// What people do between two answers.
#[derive(Clone, Copy, PartialEq)]
enum Between {
    /// Nothing: the next answer's position is known beforehand.
    Nothing,
    /// What a browser does: it loads the page that the answer leads to.
    Page,
}

/// A round's figures.
struct Round {
    answers: f64,
    latencies: Vec<Duration>,
    work: Work,
    bare: Duration,
}

/// Prints a table, the rounds' medians last.
pub fn report() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    println!("{PEOPLE} connections, {QUESTIONS} questions a case, {} s a round", MEASURED.as_secs());
    for (between, title) in [(Between::Nothing, "answers"), (Between::Page, "answers, each with the page after it")] {
        println!("\n{title}");
        println!(
            "| round | answers/s | p50 ms | p99 ms | commits/s | appends a commit | bytes a commit | bare, appends/s | of bare |"
        );
        println!("|---|---|---|---|---|---|---|---|---|");
        let rounds: Vec<[f64; 8]> = (1..=ROUNDS)
            .map(|number| {
                let figures = runtime.block_on(round(between)).figures();
                print(&number.to_string(), figures);
                figures
            })
            .collect();
        print("median", std::array::from_fn(|n| median(rounds.iter().map(|figures| figures[n]).collect())));
    }
}

fn print(title: &str, figures: [f64; 8]) {
    let [answers, p50, p99, commits, appends, bytes, bare, share] = figures;
    let share = share * 100.0;
    println!(
        "| {title} | {answers:.0} | {p50:.1} | {p99:.1} | {commits:.0} | {appends:.1} | {bytes:.0} | {bare:.0} | {share:.0} % |"
    );
}

impl Round {
    fn figures(&self) -> [f64; 8] {
        let seconds = MEASURED.as_secs_f64();
        let per_commit = |what: u64| what as f64 / self.work.commits as f64;
        let percentile = |part: usize| self.latencies[self.latencies.len() * part / 100].as_secs_f64() * 1e3;
        [
            self.answers / seconds,
            percentile(50),
            percentile(99),
            self.work.commits as f64 / seconds,
            per_commit(self.work.rows),
            per_commit(self.work.bytes),
            self.work.rows as f64 / self.bare.as_secs_f64(),
            self.bare.as_secs_f64() / seconds,
        ]
    }
}

/// Serves, then writes as much barely.
async fn round(between: Between) -> Round {
    let (data, desk) = (folder("answers/data"), folder("answers/desk"));
    write(&desk, &files());
    let server = Server::start(&data, Some(&desk));
    let positions: Arc<[String]> = scout(&server.address).await.into();
    let begin = Instant::now() + WARM_UP;
    let end = begin + MEASURED;
    let mut people = tokio::task::JoinSet::new();
    for _ in 0..PEOPLE {
        let client = Client::connect(&server.address).await.expect("the server takes connections");
        people.spawn(person(client, Arc::clone(&positions), between, begin..end));
    }
    let mut watcher = Client::connect(&server.address).await.expect("the server takes connections");
    tokio::time::sleep_until(begin.into()).await;
    let before = counted(&mut watcher).await;
    tokio::time::sleep_until(end.into()).await;
    let after = counted(&mut watcher).await;
    let mut latencies = people.join_all().await.concat();
    latencies.sort_unstable();
    drop(server);
    let grown = |name: &str| after[name] - before[name];
    let work = Work {
        commits: grown("firstline_store_commits_total"),
        rows: grown("firstline_store_appends_total"),
        bytes: grown("firstline_store_bytes_total"),
    };
    let bare = bare::write(&folder("answers/bare"), work).await;
    std::fs::remove_dir_all(folder("answers")).expect("the folder can go");
    Round { answers: latencies.len() as f64, latencies, work, bare }
}

/// One case after the other; how long each answer took that began and ended in the time measured.
async fn person(
    mut client: Client,
    positions: Arc<[String]>,
    between: Between,
    measured: std::ops::Range<Instant>,
) -> Vec<Duration> {
    let mut latencies = Vec::new();
    loop {
        let (case, run, _) = open(&mut client).await;
        for position in positions.iter() {
            let form = format!("position={position}&answer=yes");
            let start = Instant::now();
            let reply = client.post(&format!("{case}/runs/{run}/answer"), &form).await.expect("it answers");
            assert_eq!((reply.status, &reply.location), (303, &case), "an answer is taken");
            let now = Instant::now();
            if now >= measured.end {
                return latencies;
            }
            if start >= measured.start {
                latencies.push(now - start);
            }
            if between == Between::Page {
                assert_eq!(client.get(&case).await.expect("it answers").status, 200);
            }
        }
    }
}

/// A new case: its path, its run, and its page.
async fn open(client: &mut Client) -> (String, String, String) {
    let opened =
        client.post("/cases", "name=Kim&contact=4711&words=It+does+nothing&playbook=forty").await.expect("it answers");
    assert_eq!(opened.status, 303, "a case is opened");
    let page = client.get(&opened.location).await.expect("it answers").body;
    (opened.location, between(&page, "data-run=\""), page)
}

/// The position tokens of the questions, from the pages. They are the same in every case: they follow from the
/// playbook and the answers.
async fn scout(address: &str) -> Vec<String> {
    let mut client = Client::connect(address).await.expect("the server takes connections");
    let (case, run, mut page) = open(&mut client).await;
    let mut positions = Vec::new();
    for number in 1..=QUESTIONS {
        assert!(page.contains(&format!("Question {number}:")), "it asks question {number}");
        let position = between(&page, "data-position=\"");
        let form = format!("position={position}&answer=yes");
        assert_eq!(client.post(&format!("{case}/runs/{run}/answer"), &form).await.expect("it answers").status, 303);
        page = client.get(&case).await.expect("it answers").body;
        positions.push(position);
    }
    positions
}

/// What stands behind a mark, up to the quote.
fn between(page: &str, mark: &str) -> String {
    let found = page.split_once(mark).and_then(|(_, rest)| rest.split_once('"'));
    found.unwrap_or_else(|| panic!("no {mark} in {page}")).0.to_owned()
}

/// The store's counters.
async fn counted(client: &mut Client) -> HashMap<String, u64> {
    let metrics = client.get("/metrics").await.expect("it answers").body;
    let lines = metrics.lines().filter(|line| line.starts_with("firstline_store_"));
    lines
        .filter_map(|line| line.split_once(' '))
        .map(|(name, value)| (name.to_owned(), value.parse().expect("a count")))
        .collect()
}

/// A desk of one playbook: forty questions, one after the other.
fn files() -> crate::library::Files {
    let mut playbook = String::from(
        "title: Forty questions\naudience: [agent]\nsymptoms: [it does nothing]\nstart: question-1\nsteps:\n",
    );
    for number in 1..=QUESTIONS {
        let next = if number == QUESTIONS { "done".to_owned() } else { format!("question-{}", number + 1) };
        playbook += &format!(
            "  question-{number}:\n    ask: 'Question {number}: is the light on?'\n    answers: {{yes: {next}, no: {next}}}\n"
        );
    }
    playbook += "  done:\n    resolve: It works again.\n";
    let desk = "name: Example\ntiers:\n  - {id: tier-1, level: 1, name: Service desk}\n";
    vec![("desk.yaml".into(), desk.into()), ("playbooks/forty.yaml".into(), playbook.into_bytes())]
}
