//! The whole console is killed while agents work at it and its outbox reaches other systems; then everything that a page
//! acknowledged has to be there once, and every escalation has to reach both systems, under one key each.

use crate::{
    agents::{self, AGENTS, Form, Written, missing},
    disk::Disk,
    random::Random,
    receiver::{Receiver, Reply},
    server::firstline,
    verify::{self, Kept},
};
use firstline::{
    app::App,
    case::Event,
    store::{Filter, Sqlite, Standing, Store},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, BufRead, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

/// So long it may take until something happens.
const PATIENCE: Duration = Duration::from_secs(60);
/// The same for the outbox, whose leases and repetitions take minutes.
const LONG_PATIENCE: Duration = Duration::from_secs(600);
const CONNECTORS: [&str; 2] = ["one", "two"];

/// Everything that outlives the server.
struct World {
    desk: PathBuf,
    log: PathBuf,
    cases: Vec<u64>,
    unsure: Vec<Form>,
    written: Vec<Written>,
    sum: Sum,
}

/// The figures.
#[derive(Clone, Copy, Default)]
struct Sum {
    kills: u64,
    /// Of them, those that the disk lost what was not synced at.
    power_cuts: u64,
    /// Of them, those while it started.
    opening: u64,
    /// Unsynced sectors that survived all the same.
    torn: u64,
    /// How often the disk was full for a while.
    full: u64,
    /// Forms that were refused because of it.
    refused: u64,
    /// Pages that were shown meanwhile.
    shown: u64,
}

/// When the server is killed.
enum Scene<'a> {
    /// While it starts.
    Opening,
    /// While agents work.
    Work,
    /// After the disk was full for a while: makes it so, and ends it.
    Full(&'a dyn Fn(bool) -> io::Result<()>),
}

/// A server; killed when it goes out of scope.
struct Running(Child);

impl Running {
    fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    /// How it ended, if it did by itself.
    fn ended(&mut self) -> Result<(), String> {
        let ended = self.0.try_wait().expect("it can be asked");
        ended.map_or(Ok(()), |ended| Err(format!("it ended by itself: {ended}")))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// All rounds, and what came of them.
pub fn soak(runtime: &tokio::runtime::Runtime, kills: u64, seed: u64, work: &Path) {
    let mut random = Random(seed ^ 1);
    let disk = Disk::new(work).expect("there is a C compiler");
    let honest = Arc::new(AtomicBool::new(false));
    small(runtime, work, &mut random);
    let receivers = receivers(&honest, &mut random);
    let mut world = World::new(work, "serve", &receivers);
    for kill in 1..=kills {
        let cut = kill % 2 == 0;
        let number = if random.percent(50) { 28 } else { 122 };
        let full = |on| if on { fs::write(&disk.full, format!("{number}")) } else { fs::remove_file(&disk.full) };
        let scene = match random.below(10) {
            0 => Scene::Opening,
            1 | 2 if cut => Scene::Full(&full),
            _ => Scene::Work,
        };
        world.sum.kills += 1;
        world.sum.opening += u64::from(matches!(scene, Scene::Opening));
        let mut chance = 100;
        if cut {
            disk.settle().expect("it copies");
            world.round(&disk.folder, Some(&disk), &scene, &mut random);
            chance = [0, 0, 10, 50, 90][random.below(5) as usize];
            world.sum.power_cuts += 1;
            world.sum.torn += disk.cut(chance, &mut random).expect("it copies");
        } else {
            world.round(&disk.folder, None, &scene, &mut random);
        }
        let copy = disk.copy().expect("it copies");
        let kept = world.verified(runtime, &copy, &format!("kill {kill}, {chance} %"));
        if kill % 50 == 0 || kill == kills {
            println!("crash: serve: {}", world.figures(&kept));
        }
    }
    honest.store(true, SeqCst);
    runtime.block_on(world.drained(&disk.folder, &receivers));
    runtime.block_on(rebuilt(&disk.copy().expect("it copies"), &world.desk));
}

/// Two other systems, which fail now and then until they are to be honest.
fn receivers(honest: &Arc<AtomicBool>, random: &mut Random) -> [Receiver; 2] {
    CONNECTORS.map(|_| {
        let (random, honest) = (Mutex::new(Random(random.any())), Arc::clone(honest));
        Receiver::start(0, move |_, _| match random.lock().expect("nobody panics here").below(10) {
            _ if honest.load(SeqCst) => Reply::Status(200, "", ""),
            0 => Reply::Status(503, "", "later"),
            1 => Reply::Lost,
            2 => Reply::CutShort(200),
            _ => Reply::Status(200, "", ""),
        })
    })
}

/// The starter desk, whose upper tiers tell two other systems.
fn desk(desk: &Path, receivers: &[Receiver]) -> io::Result<()> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::create_dir(desk)?;
    for part in ["playbooks", "kb"] {
        assert!(Command::new("cp").arg("-r").arg(source.join(part)).arg(desk).status()?.success(), "cp fails");
    }
    let mut told = fs::read_to_string(source.join("desk.yaml"))?;
    for until in ["respond_within: 4h", "respond_within: 1h"] {
        told = told.replacen(until, &format!("{until}, deliver: [{}]", CONNECTORS.join(", ")), 1);
    }
    assert_eq!(told.matches("deliver").count(), 2, "tier-2 and tier-3 are as they were");
    told.push_str("\nconnectors:\n");
    for (name, receiver) in CONNECTORS.iter().zip(receivers) {
        told.push_str(&format!("  {name}: {{use: webhook, url: \"{}\"}}\n", receiver.url()));
    }
    fs::write(desk.join("desk.yaml"), told)
}

/// A real file system that runs full, where one can be mounted.
fn small(runtime: &tokio::runtime::Runtime, work: &Path, random: &mut Random) {
    let place = work.join("small");
    fs::create_dir(&place).expect("a folder can be made");
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"]).arg(&place).output();
    if !mounted.is_ok_and(|mounted| mounted.status.success()) {
        println!("crash: serve: no file system could be mounted here; a full disk is only a model");
        return;
    }
    let filler = place.join("filler");
    let full = |on| match on {
        true => {
            let mut file = fs::File::create(&filler)?;
            // Whatever is left at the end goes byte by byte.
            while file.write_all(&[0; 4096]).is_ok() {}
            while file.write_all(&[0]).is_ok() {}
            Ok(())
        }
        false => fs::remove_file(&filler),
    };
    let receivers = receivers(&Arc::default(), random);
    let mut tried = World::new(work, "small-serve", &receivers);
    let verdict = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        for round in 1..=3 {
            tried.round(&place.join("data"), None, &Scene::Full(&full), random);
            tried.verified(runtime, &place.join("data"), &format!("round {round} on a full file system"));
        }
    }));
    let unmounted = Command::new("umount").arg(&place).status();
    assert!(unmounted.is_ok_and(|status| status.success()), "{} stays mounted", place.display());
    if let Err(panic) = verdict {
        std::panic::resume_unwind(panic);
    }
    let Sum { full, refused, shown, .. } = tried.sum;
    println!(
        "crash: serve: a file system of 16 MiB was full {full} times: {refused} forms refused, {shown} pages shown; {} \
         acknowledged writes, 0 lost, 0 twice",
        tried.written.len()
    );
}

impl World {
    /// With a desk and a log of this name.
    fn new(work: &Path, name: &str, receivers: &[Receiver]) -> Self {
        let desk = work.join(format!("{name}-desk"));
        self::desk(&desk, receivers).expect("the desk can be written");
        let log = work.join(format!("{name}.log"));
        Self { desk, log, cases: Vec::new(), unsure: Vec::new(), written: Vec::new(), sum: Sum::default() }
    }

    fn start(&self, data: &Path, disk: Option<&Disk>) -> Running {
        let mut command = firstline(data, Some(&self.desk));
        let log = fs::File::options().create(true).append(true).open(&self.log).expect("a log can be written");
        command.args(["serve", "--listen", "127.0.0.1:0"]).env("FIRSTLINE_LOG", "warn");
        command.stdout(Stdio::piped()).stderr(log);
        if let Some(disk) = disk {
            disk.prepare(&mut command);
        }
        Running(command.spawn().expect("it starts"))
    }

    /// Where it listens, when it does.
    fn address(&self, server: &mut Running) -> String {
        let mut line = String::new();
        let stdout = server.0.stdout.as_mut().expect("it is piped");
        io::BufReader::new(stdout).read_line(&mut line).expect("it can be read");
        let address = line.trim().strip_prefix("firstline: http://").map(|rest| rest.trim_end_matches('/').to_owned());
        address.unwrap_or_else(|| panic!("it says where it listens, not {line:?}: {}", self.logged()))
    }

    /// Starts the server, lets agents work, and kills it.
    fn round(&mut self, data: &Path, disk: Option<&Disk>, scene: &Scene<'_>, random: &mut Random) {
        let mut server = self.start(data, disk);
        if matches!(scene, Scene::Opening) {
            thread::sleep(Duration::from_millis(random.below(400)));
            server.ended().unwrap_or_else(|why| panic!("{why}: {}", self.logged()));
        } else {
            self.worked(&mut server, scene, random);
        }
    }

    fn worked(&mut self, server: &mut Running, scene: &Scene<'_>, random: &mut Random) {
        let (sender, written) = mpsc::channel();
        let desk = agents::Desk {
            address: self.address(server),
            written: sender,
            cases: Mutex::new(std::mem::take(&mut self.cases)),
            over: AtomicBool::new(false),
            full: AtomicBool::new(false),
            refused: 0.into(),
            shown: 0.into(),
            unsure: Mutex::new(std::mem::take(&mut self.unsure)),
            wrong: Mutex::default(),
        };
        let played = thread::scope(|scope| {
            for _ in 0..AGENTS {
                let (desk, seed) = (&desk, random.any());
                scope.spawn(move || desk.work(seed));
            }
            let played = self.play(&desk, &written, scene, random);
            desk.over.store(true, SeqCst);
            let ended = server.ended();
            server.kill();
            ended.and(played)
        });
        self.written.extend(written.try_iter());
        self.cases = desk.cases.into_inner().expect("nobody panics here");
        self.unsure = desk.unsure.into_inner().expect("nobody panics here");
        self.sum.refused += desk.refused.into_inner();
        self.sum.shown += desk.shown.into_inner();
        let mut wrong = desk.wrong.into_inner().expect("nobody panics here");
        wrong.extend(played.err());
        assert!(
            wrong.is_empty(),
            "{} faults\n{}\n{}",
            wrong.len(),
            wrong[..wrong.len().min(5)].join("\n"),
            self.logged()
        );
    }

    /// What happens before the kill.
    fn play(
        &mut self,
        desk: &agents::Desk,
        written: &mpsc::Receiver<Written>,
        scene: &Scene<'_>,
        random: &mut Random,
    ) -> Result<(), String> {
        self.written.push(written.recv_timeout(PATIENCE).map_err(|_| "it does nothing")?);
        // Now and then long enough for whole cases.
        let most = if random.percent(15) { 2500 } else { 380 };
        thread::sleep(Duration::from_millis(20 + random.below(most)));
        let Scene::Full(fill) = scene else { return Ok(()) };
        desk.full.store(true, SeqCst);
        fill(true).map_err(|error| format!("the disk cannot be filled: {error}"))?;
        let enough = || desk.refused.load(SeqCst) >= 5 && desk.shown.load(SeqCst) >= 5;
        let seen = until(PATIENCE, || enough() || !desk.wrong.lock().expect("nobody panics here").is_empty());
        self.written.extend(written.try_iter());
        fill(false).map_err(|error| format!("no room can be made: {error}"))?;
        if !seen {
            return Err(format!("a full disk showed in {:?} refusals, {:?} pages", desk.refused, desk.shown));
        }
        self.written.push(written.recv_timeout(PATIENCE).map_err(|_| "it does not go on when there is room again")?);
        self.sum.full += 1;
        thread::sleep(Duration::from_millis(random.below(100)));
        Ok(())
    }

    /// What a data folder holds, if all of it is right.
    fn verified(&self, runtime: &tokio::runtime::Runtime, folder: &Path, when: &str) -> Kept {
        let wrong = match runtime.block_on(verify::read(folder)) {
            Ok(kept) => {
                let mut wrong = missing(&self.written, folder, &kept);
                wrong.extend(untold(&kept));
                if wrong.is_empty() {
                    return kept;
                }
                wrong
            }
            Err(wrong) => wrong,
        };
        let shown = wrong[..wrong.len().min(10)].join("\n");
        panic!("{when}, {}: {} faults\n{shown}\n{}", folder.display(), wrong.len(), self.logged());
    }

    /// The outbox comes to its end; everything arrived, under one key.
    async fn drained(&self, data: &Path, receivers: &[Receiver]) {
        let begun = Instant::now();
        let mut server = self.start(data, None);
        self.address(&mut server);
        let store = Sqlite::open(data).await.expect("it opens");
        loop {
            let waiting = store.outbox(false, u32::MAX).await.expect("it reads").len();
            if waiting == 0 {
                break;
            }
            assert!(begun.elapsed() < LONG_PATIENCE, "{waiting} deliveries wait; {}", self.logged());
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        let stopped = Command::new("kill").arg(server.0.id().to_string()).status().expect("kill runs");
        assert!(stopped.success() && server.0.wait().expect("it ends").success(), "it does not stop well");
        let outbox = store.outbox(true, u32::MAX).await.expect("it reads");
        store.close().await;
        let mut repeated = 0;
        let mut known = BTreeSet::new();
        for (name, receiver) in CONNECTORS.iter().zip(receivers) {
            let arrived = receiver.by_key();
            let mut keys: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
            for (key, seen) in &arrived {
                repeated += seen.len() - 1;
                assert!(seen.iter().all(|one| one.body == seen[0].body), "{key} came with two texts");
                assert!(seen.iter().all(|one| one.headers["idempotency-key"] == *key), "{key} has two names");
                let escalation = seen[0].json()["data"]["envelope"]["escalation"].to_string();
                keys.entry(escalation).or_default().insert(key);
                assert!(known.insert(key.clone()), "{key} came to two systems");
            }
            assert!(keys.values().all(|keys| keys.len() == 1), "an escalation came to `{name}` under two keys");
            for outgoing in outbox.iter().filter(|outgoing| outgoing.entry.connector == *name) {
                assert!(matches!(outgoing.standing, Standing::Delivered { .. }), "{outgoing:?}");
                assert!(arrived.contains_key(&outgoing.entry.id.to_string()), "{outgoing:?} never arrived");
            }
        }
        for key in &known {
            assert!(outbox.iter().any(|outgoing| outgoing.entry.id.to_string() == *key), "{key} arrived, and is lost");
        }
        println!(
            "crash: serve: {} deliveries arrived, each under one key, {repeated} times more than once; the last after {} s",
            known.len(),
            begun.elapsed().as_secs()
        );
    }

    fn figures(&self, kept: &Kept) -> String {
        let Sum { kills, power_cuts, opening, torn, full, refused, shown } = self.sum;
        let kinds: Vec<_> =
            agents::kinds(&self.written).iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        format!(
            "{kills} kills ({power_cuts} of them power cuts that left {torn} sectors of unsynced writes; {opening} while \
             it started): {} acknowledged writes ({}), 0 lost, 0 twice; {} cases, {} outbox entries; the disk was full \
             {full} times: {refused} forms refused, {shown} pages shown",
            self.written.len(),
            kinds.join(", "),
            kept.found.cases,
            kept.found.outbox
        )
    }

    fn logged(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

/// Escalations that do not tell every system of their tier.
fn untold(kept: &Kept) -> Vec<String> {
    let mut wrong = Vec::new();
    for entry in kept.streams.values().flat_map(|stream| &stream.entries) {
        let Event::Escalated { escalation } = &entry.event else { continue };
        let told: Vec<&str> = escalation.outbox.iter().map(|(_, connector)| connector.as_str()).collect();
        let to = &escalation.envelope.to.tier;
        let all: &[&str] = if matches!(to.as_str(), "tier-2" | "tier-3") { &CONNECTORS } else { &[] };
        if told != all {
            wrong.push(format!("escalation {} to {to} tells {told:?}", escalation.id));
        }
    }
    wrong
}

/// The lists, written anew from the streams, are as they were.
async fn rebuilt(folder: &Path, desk: &Path) {
    let store = Arc::new(Sqlite::open(folder).await.expect("it opens"));
    let all = Filter { limit: u32::MAX, ..Filter::default() };
    let before = store.list(&all).await.expect("it reads");
    let app = App::open(store.clone(), folder, Some(desk)).await.expect("it opens");
    let count = app.rebuild().await.expect("it writes");
    assert_eq!(before, store.list(&all).await.expect("it reads"), "the lists are others than their streams");
    println!("crash: serve: the lists of {count} cases are those that their streams lead to");
    store.close().await;
}

/// Whether it came true in time.
fn until(patience: Duration, done: impl Fn() -> bool) -> bool {
    let begun = Instant::now();
    while !done() {
        if begun.elapsed() > patience {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
    true
}
