//! What a terminal shows while a build takes long, and what it shows no more afterwards.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod tree;

use std::process::Command;

use tree::{Tree, repository};

/// Builds a tree slowly: its first file takes a while to come to its place. Returns the command that does so.
fn slow_build(tree: &Tree) -> String {
    let slow = "strace -f -qq -o /dev/null -e trace=rename -e inject=rename:delay_enter=1200000:when=1";
    let root = tree.root().display();
    format!("{slow} {} build --root {root} --out {root}/dist", env!("CARGO_BIN_EXE_konsultacje"))
}

fn on_a_terminal(tree: &Tree, variables: &[(&str, &str)]) -> String {
    let mut script = Command::new("script");
    script.args(["-qec", &slow_build(tree), "/dev/null"]).env_remove("NO_COLOR").env("TERM", "xterm");
    let output = script.envs(variables.iter().copied()).output().expect("script is there");
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn long_work_is_told_on_every_terminal_and_leaves_nothing_behind() {
    let tree = || Tree::copy_of(&repository().join("tests/fixtures/broken/_base"));
    for variables in [&[][..], &[("NO_COLOR", "1")], &[("TERM", "dumb")]] {
        let shown = on_a_terminal(&tree(), variables);
        let (waiting, rest) = shown.rsplit_once("\rStrony i inne pliki: ").expect("it is told that it goes on");
        let (last, after) = rest.split_once('\r').unwrap();
        assert!(last.len() < 40 && last.trim_end().ends_with(" s"), "{shown:?}");
        let (blank, end) = after.split_once('\r').unwrap();
        assert!(blank.trim().is_empty() && blank.len() >= "Strony i inne pliki: ".len() + last.len() - 1, "{shown:?}");
        assert!(end.starts_with("Strona gotowa") && !waiting.contains("Strona"), "{shown:?}");
        assert!(variables.is_empty() || !shown.contains('\u{1b}'), "{shown:?}");
    }
    let piped = Command::new("sh").args(["-c", &slow_build(&tree())]).output().unwrap();
    assert!(piped.status.success() && piped.stderr.is_empty(), "{}", String::from_utf8_lossy(&piped.stderr));
}
