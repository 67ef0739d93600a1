//! Programs are killed while they write, on a disk that loses what was not synced; then everything that they
//! acknowledged has to be there, and nothing by halves. Linux, and a C compiler.

#[cfg(target_os = "linux")]
mod agents;
#[cfg(target_os = "linux")]
mod appends;
#[cfg(target_os = "linux")]
mod disk;
#[cfg(target_os = "linux")]
mod random;
#[cfg(target_os = "linux")]
#[allow(dead_code)]
#[path = "../suite/receiver.rs"]
mod receiver;
#[cfg(target_os = "linux")]
mod served;
#[cfg(target_os = "linux")]
#[allow(dead_code)]
#[path = "../suite/server.rs"]
mod server;
#[cfg(target_os = "linux")]
mod soak;
#[cfg(target_os = "linux")]
mod verify;

fn main() {
    #[cfg(target_os = "linux")]
    soak::main();
    #[cfg(not(target_os = "linux"))]
    println!("crash: not run; it needs Linux");
}
