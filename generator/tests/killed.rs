//! The real command, killed by the system at each call that changes what is in the folder.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod tree;

use std::{
    collections::BTreeMap,
    fs,
    process::{Command, Output},
};

use tree::{Tree, repository};

/// Calls that make a file or a folder, write into one, put one in its place or remove it.
const CALLS: [&str; 6] = ["mkdir", "write", "rename", "unlink", "unlinkat", "rmdir"];

/// Files below `dist`, by path.
type Files = BTreeMap<String, Vec<u8>>;

#[test]
fn killed_at_any_call_every_page_is_the_old_or_the_new_one_and_the_next_build_is_whole() {
    let tree = Tree::copy_of(&repository().join("tests/fixtures/versions"));
    let settings = tree.read("content/site.yaml");
    tree.write("content/site.yaml", &format!("{settings}theme: miasto\n"));
    tree.write("themes/miasto/theme.yaml", "extends: base\ncontract: 1\n");
    let build = |style: &str, today: &str| {
        tree.write("themes/miasto/assets/style.css", style);
        assert_eq!(tree.build(today).code, 0);
        tree.folder("dist")
    };
    // All pages change, for their style does, and the day turns some of them; a page comes and another goes.
    tree.write("content/stara.md", "# Stara strona\n");
    let old = build(":root { --proba: raz; }\n", "2026-03-10");
    fs::rename(tree.path("content/stara.md"), tree.path("content/nowa.md")).unwrap();
    let new = build(":root { --proba: dwa; }\n", "2026-03-20");
    assert!(old.keys().any(|path| !new.contains_key(path)) && new.keys().any(|path| !old.contains_key(path)));
    for call in CALLS {
        let mut kills = 0;
        for at in 1.. {
            restore(&tree, &old);
            let killed = !build_killed_at(&tree, call, at).status.success();
            assert_whole(&tree.folder("dist"), &old, &new, &format!("{call} {at}"));
            if !killed {
                break;
            }
            kills += 1;
            assert_eq!(tree.build("2026-03-20").code, 0);
            assert!(tree.folder("dist") == new, "{call} {at}: the next build puts it right");
        }
        assert!(kills > 0, "nothing was killed at {call}");
    }
}

/// Makes `dist` what it was.
fn restore(tree: &Tree, files: &Files) {
    fs::remove_dir_all(tree.path("dist")).unwrap();
    for (path, bytes) in files {
        fs::create_dir_all(tree.path(path).parent().unwrap()).unwrap();
        fs::write(tree.path(path), bytes).unwrap();
    }
}

/// Builds the tree, and kills that at the call after `at - 1` of its kind: one worker, so that all have a turn.
fn build_killed_at(tree: &Tree, call: &str, at: usize) -> Output {
    let mut strace = Command::new("strace");
    strace.env("RAYON_NUM_THREADS", "1").args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}")]);
    strace.args(["-e", &format!("inject={call}:signal=SIGKILL:when={at}")]).arg(env!("CARGO_BIN_EXE_konsultacje"));
    strace.args(["build", "--today", "2026-03-20", "--root"]).arg(tree.root()).arg("--out").arg(tree.path("dist"));
    strace.output().expect("strace is there")
}

/// Asserts that what a visitor may ask for is as it was or as it will be, with all that it needs.
fn assert_whole(found: &Files, old: &Files, new: &Files, moment: &str) {
    let site = |path: &&String| path.starts_with("dist/site/");
    for path in old.keys().chain(new.keys()).filter(site) {
        let bytes = found.get(path);
        assert!(bytes == old.get(path) || bytes == new.get(path), "{moment}: {path}");
    }
    for (path, bytes) in found.iter().filter(|(path, _)| site(path)) {
        let text = String::from_utf8_lossy(bytes);
        let page = if text.contains("</html>") { &text } else { "" };
        let assets = page.split('"').filter_map(|word| word.rsplit_once("assets/")).map(|(_, name)| name);
        for name in assets.filter(|name| !name.contains(['<', ' '])) {
            assert!(found.contains_key(&format!("dist/site/assets/{name}")), "{moment}: {path} lacks {name}");
        }
    }
}
