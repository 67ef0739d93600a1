//! The rounds, of the store and of the whole console. `FIRSTLINE_KILLS` says how many of each, `FIRSTLINE_SEED` brings
//! them back; `store` or `serve` as an argument leaves the others out, `verify FOLDER` looks at a data folder.

use crate::{
    appends,
    disk::Disk,
    random::Random,
    served,
    verify::{Acknowledged, Found, verify},
};
use firstline::store::Settings;
use std::{
    env, fs,
    io::{self, BufRead},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// A folder is used for so many kills, so that its making is under way at some.
const KILLS: u64 = 15;
/// So long it may take until something is acknowledged.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the arguments say, or the whole.
pub fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("it starts");
    let arguments: Vec<_> = env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[1..] {
        // The program that is killed.
        ["append", folder, seed, synced] => {
            let settings = Settings { synced: synced == "synced", ..Settings::default() };
            runtime.block_on(appends::append(Path::new(folder), seed.parse().expect("a number"), settings));
        }
        // A data folder by hand.
        ["verify", folder] => match runtime.block_on(verify(Path::new(folder), &[])) {
            Ok(found) => println!("{found:?}"),
            Err(wrong) => panic!("{}", wrong.join("\n")),
        },
        ref parts => match number("FIRSTLINE_KILLS") {
            Some(kills) => {
                let seed = number("FIRSTLINE_SEED").unwrap_or_else(|| u64::from(std::process::id()) << 20 | kills);
                println!("crash: FIRSTLINE_SEED={seed}");
                let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("crash-{}", std::process::id()));
                if *parts != ["serve"] {
                    soak(&runtime, kills, seed, &work);
                }
                if *parts != ["store"] {
                    served::soak(&runtime, kills, seed, &work);
                }
                fs::remove_dir_all(work).expect("it is ours");
            }
            None => println!("crash: not run; FIRSTLINE_KILLS=NUMBER says how often"),
        },
    }
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().expect("the variable is a whole number"))
}

fn soak(runtime: &tokio::runtime::Runtime, kills: u64, seed: u64, work: &Path) {
    let mut random = Random(seed);
    bites(runtime, work, &mut random);
    let mut sum = Sum::default();
    let mut acknowledged: Vec<Acknowledged> = Vec::new();
    let mut disk = Disk::new(work).expect("there is a C compiler");
    for kill in 1..=kills {
        let scene = match random.below(5) {
            0 => Scene::Opening,
            1 => Scene::Full(if random.percent(50) { 28 } else { 122 }),
            _ => Scene::Work,
        };
        let new = killed(&disk, scene, &mut random).expect("it runs");
        sum.appends += new.len();
        sum.full += u64::from(matches!(scene, Scene::Full(_)));
        acknowledged.extend(new);
        // Nothing of the unsynced, some of it, or all of it, as after a kill without a power cut.
        let chance = [0, 0, 10, 50, 90, 100][random.below(6) as usize];
        sum.torn += disk.cut(chance, &mut random).expect("it copies");
        let copy = disk.copy().expect("it copies");
        match runtime.block_on(verify(&copy, &acknowledged)) {
            Ok(found) => sum.found = found,
            Err(wrong) => {
                let shown: Vec<_> = wrong.iter().take(10).map(String::as_str).collect();
                panic!("kill {kill}, {chance} %, {}: {} faults\n{}", work.display(), wrong.len(), shown.join("\n"));
            }
        }
        if kill % 50 == 0 || kill == kills {
            println!("crash: {kill} kills, nothing lost: {sum:?}");
        }
        if kill % KILLS == 0 {
            disk = Disk::new(work).expect("there is a C compiler");
            acknowledged.clear();
        }
    }
}

/// The figures.
#[derive(Debug, Default)]
struct Sum {
    /// Appends that were acknowledged, and were there.
    appends: usize,
    /// Unsynced sectors that survived all the same.
    torn: u64,
    /// How often the disk was full for a while.
    full: u64,
    /// What the last folder held.
    found: Found,
}

/// When a program is killed.
#[derive(Clone, Copy)]
enum Scene {
    /// While it opens, or soon after.
    Opening,
    /// While it works.
    Work,
    /// After the disk was full for a while, with this error number.
    Full(u8),
    /// While it works and does not sync.
    Unsynced,
}

/// Without syncs, the same has to lose something: or the disk loses nothing.
fn bites(runtime: &tokio::runtime::Runtime, work: &Path, random: &mut Random) {
    let disk = Disk::new(work).expect("there is a C compiler");
    let acknowledged = killed(&disk, Scene::Unsynced, random).expect("it runs");
    disk.cut(0, random).expect("it copies");
    let verdict = runtime.block_on(verify(&disk.folder, &acknowledged));
    assert!(verdict.is_err(), "a store that does not sync loses nothing on this disk: it proves nothing");
    println!("crash: without syncs, this disk loses what was acknowledged");
}

/// What a program acknowledged until it was killed.
fn killed(disk: &Disk, scene: Scene, random: &mut Random) -> io::Result<Vec<Acknowledged>> {
    let synced = if matches!(scene, Scene::Unsynced) { "unsynced" } else { "synced" };
    disk.settle()?;
    let mut command = Command::new(env::current_exe()?);
    command.arg("append").arg(&disk.folder).arg(random.any().to_string()).arg(synced).stdout(Stdio::piped());
    let mut child = disk.prepare(&mut command).spawn()?;
    let lines = io::BufReader::new(child.stdout.take().expect("it is piped"));
    let (sender, acknowledged) = mpsc::channel();
    let reader = thread::spawn(move || {
        for line in lines.split(b'\n').map_while(Result::ok) {
            // A line without an end was cut off.
            if let Ok(line) = serde_json::from_slice::<Acknowledged>(&line) {
                sender.send(line).expect("somebody listens");
            }
        }
    });
    let mut kept = Vec::new();
    if matches!(scene, Scene::Opening) {
        thread::sleep(Duration::from_millis(random.below(60)));
    } else {
        kept.extend(acknowledged.recv_timeout(PATIENCE));
        assert!(!kept.is_empty(), "it does nothing");
        thread::sleep(Duration::from_millis(random.below(400)));
    }
    if let Scene::Full(number) = scene {
        fs::write(&disk.full, number.to_string())?;
        thread::sleep(Duration::from_millis(random.below(200)));
        // Acknowledged before it was full, or while somebody looked away.
        kept.extend(acknowledged.try_iter());
        fs::remove_file(&disk.full)?;
        let next = acknowledged.recv_timeout(PATIENCE);
        assert!(next.is_ok(), "it does not go on when there is room again");
        kept.extend(next);
        thread::sleep(Duration::from_millis(random.below(100)));
    }
    let ended = child.try_wait()?;
    assert!(ended.is_none(), "it ended by itself: {ended:?}");
    child.kill()?;
    child.wait()?;
    reader.join().expect("it reads to the end");
    kept.extend(acknowledged.try_iter());
    Ok(kept)
}
