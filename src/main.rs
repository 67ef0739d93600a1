//! `firstline`: arguments to the command line, and its exit code.

fn main() -> std::process::ExitCode {
    firstline::cli::main()
}
