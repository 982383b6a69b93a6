//! The real command, killed by the system at each file that it puts in its place or removes.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod tree;

use std::{collections::BTreeMap, process::Command};

use tree::{Tree, repository};

#[test]
fn killed_at_any_file_every_page_is_the_old_or_the_new_one_and_the_next_build_is_whole() {
    let tree = Tree::copy_of(&repository().join("tests/fixtures/versions"));
    let site = |tree: &Tree| -> BTreeMap<String, Vec<u8>> {
        tree.files().into_iter().filter(|(path, _)| path.starts_with("dist/site/")).collect()
    };
    assert_eq!(tree.build("2026-03-20").code, 0);
    let new = site(&tree);
    for call in ["rename", "unlink"] {
        for at in 1.. {
            assert_eq!(tree.build("2026-03-10").code, 0);
            let old = site(&tree);
            let killed = Command::new("strace")
                .args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}")])
                .args(["-e", &format!("inject={call}:signal=SIGKILL:when={at}")])
                .arg(env!("CARGO_BIN_EXE_konsultacje"))
                .args(["build", "--today", "2026-03-20", "--root"])
                .arg(tree.path(""))
                .arg("--out")
                .arg(tree.path("dist"))
                .output()
                .expect("strace is there");
            for (path, bytes) in site(&tree) {
                assert!(old.get(&path) == Some(&bytes) || new.get(&path) == Some(&bytes), "{call} {at}: {path}");
            }
            assert_eq!(tree.build("2026-03-20").code, 0);
            assert!(site(&tree) == new, "{call} {at}: the next build puts it right");
            if killed.status.success() {
                assert!(at > 1 || call == "unlink", "nothing was killed");
                break;
            }
        }
    }
}
