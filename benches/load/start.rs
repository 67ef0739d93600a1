//! From the start of the process to the first page, with a data folder that knows the desk.

use crate::{folder, library, median, server::Server, write};
use std::{path::Path, time::Instant};

const STARTS: usize = 10;
const PLAYBOOKS: usize = 1000;

/// Prints the medians, and the fastest.
pub fn report() {
    println!("\nstart to first page, ms, {STARTS} starts");
    let desk = folder("start/desk");
    write(&desk, &library::written().into_iter().take(1 + PLAYBOOKS).collect());
    for (name, desk) in [("the starter desk", None), ("1,000 playbooks", Some(desk.as_path()))] {
        let data = folder("start/data");
        first_page(&data, desk);
        let times: Vec<f64> = (0..STARTS).map(|_| first_page(&data, desk)).collect();
        let fastest = times.iter().copied().fold(f64::INFINITY, f64::min);
        println!("| {name} | {:.0} ({fastest:.0}) |", median(times));
    }
    std::fs::remove_dir_all(folder("start")).expect("the folder can go");
}

/// In milliseconds.
fn first_page(data: &Path, desk: Option<&Path>) -> f64 {
    let start = Instant::now();
    let server = Server::start(data, desk);
    let page = server.visitor().get("/");
    let took = start.elapsed();
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(server.stop(), "it ends well");
    took.as_secs_f64() * 1e3
}
