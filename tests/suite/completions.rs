//! A shell completes commands and options by what `completions` prints.

use crate::cli::{folder, out};
use std::process::Command;

#[test]
fn bash_completes_commands_and_what_an_option_takes() {
    let folder = folder("completions");
    let script = out(&folder, &["completions", "bash"], "", 0);
    for (words, expected) in [("firstline sche", "schema"), ("firstline check --format sar", "sarif")] {
        let last = words.split(' ').count() - 1;
        let ask = format!(
            "{script}\nCOMP_WORDS=({words}); COMP_CWORD={last}\n\
             _firstline firstline \"${{COMP_WORDS[{last}]}}\" \"${{COMP_WORDS[{}]}}\"; echo \"${{COMPREPLY[@]}}\"",
            last - 1
        );
        let output = Command::new("bash").args(["-c", &ask]).output().expect("there is a bash");
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), expected, "{words}");
    }
    for shell in ["zsh", "fish", "powershell", "elvish"] {
        assert!(out(&folder, &["completions", shell], "", 0).contains("schema"), "{shell}");
    }
}
