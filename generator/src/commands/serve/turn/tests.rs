//! Real files, real events: whatever way a file is saved, no set has half of it, and none is without it.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc::{Receiver, channel},
    thread,
    time::Instant,
};

use forms_fn::App;

use super::{super::engine::Engine, *};
use crate::commands::{Language, serve::site::tests::failing};

/// How long anything here may take on a busy machine.
const TIMEOUT: Duration = Duration::from_mins(2);
const PAGE: &str = "content/plan/strona.md";
const OTHER: &str = "content/plan/inna.md";

/// Returns a page of which every half is known.
fn page(words: &str) -> String {
    format!("---\ntitle: Strona\n---\n\nOd: {words}.\n\n{}\n\nDo: {words}.\n", "Treść. ".repeat(2000))
}

/// A tree that is followed as `serve` does it.
struct Tree {
    folder: tempfile::TempDir,
    maker: Maker,
    set: Set,
}

impl Tree {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            (
                "content/site.yaml",
                "authority: Urząd\nlanguage: pl\nnavigation:\n  - label: Plan\n    to: plan/index.md\n".into(),
            ),
            ("content/index.md", "---\ntitle: Miasto\n---\n\nWitamy.\n".into()),
            ("content/plan/index.md", "---\ntitle: Plan\n---\n\n[Strona](strona.md)\n".into()),
            (PAGE, page("przed")),
            (OTHER, page("przed")),
        ];
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let root = folder.path().canonicalize().unwrap();
        let watch = Watch::start(&root, false).unwrap();
        let pictures = root.join("pictures");
        let mut maker =
            Maker { builder: Builder::new(root, pictures, Clock::system(), Language { lang: None }), watch };
        let set = maker.first().unwrap();
        assert_eq!(set.mistakes, None);
        Self { folder, maker, set }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    /// Takes what is saved until a set is as it should be; each on the way is judged.
    fn until(&mut self, judge: impl Fn(&Set), is_it: impl Fn(&Set) -> bool) {
        let end = Instant::now() + TIMEOUT;
        while !is_it(&self.set) {
            assert!(Instant::now() < end, "it does not come");
            if self.maker.changed(Duration::from_secs(1)).is_ok() {
                let made = self.maker.make(&self.set).unwrap();
                self.set = self.maker.builder.accept(made);
                judge(&self.set);
            }
        }
    }

    /// Takes what is saved until nothing more comes.
    fn quiet(&mut self, judge: impl Fn(&Set)) {
        while self.maker.changed(Duration::from_secs(1)).is_ok() {
            let made = self.maker.make(&self.set).unwrap();
            self.set = self.maker.builder.accept(made);
            judge(&self.set);
        }
    }
}

/// Returns what the page at an address says, all of it and whole.
fn says(set: &Set, address: &str) -> Option<String> {
    let output = set.find(&format!("site/{address}/index.html"))?;
    let html = String::from_utf8_lossy(&output.bytes);
    let between = |start: &str| Some(html.split_once(start)?.1.split_once('.')?.0.to_owned());
    let (from, to) = (between("Od: "), between("Do: "));
    assert!(from.is_some() && from == to && html.trim_end().ends_with("</html>"), "half a page: {from:?} to {to:?}");
    from
}

fn is_whole(set: &Set) {
    assert_eq!(set.mistakes, None);
    for address in ["plan/strona", "plan/inna"] {
        assert!(says(set, address).is_some(), "{address} is not there");
    }
}

type Way = fn(&Path, &str);

/// The ways in which programs save a file that is there.
const WAYS: [(&str, Way); 9] = [
    ("in place", |path, text| fs::write(path, text).unwrap()),
    ("in place, bit by bit", |path, text| {
        let mut file = File::create(path).unwrap();
        for piece in text.as_bytes().chunks(1000) {
            file.write_all(piece).unwrap();
            thread::yield_now();
        }
    }),
    ("vim, with a backup", |path, text| {
        let beside = |name: &str| path.with_file_name(name);
        let mut swap = File::create(beside(".strona.md.swp")).unwrap();
        swap.write_all(text.as_bytes()).unwrap();
        fs::write(beside("4913"), "").unwrap();
        fs::remove_file(beside("4913")).unwrap();
        fs::rename(path, beside("strona.md~")).unwrap();
        thread::sleep(Duration::from_millis(5));
        let mut file = File::create(path).unwrap();
        for piece in text.as_bytes().chunks(4096) {
            file.write_all(piece).unwrap();
        }
        file.sync_all().unwrap();
        drop(file);
        fs::set_permissions(path, fs::metadata(beside("strona.md~")).unwrap().permissions()).unwrap();
        fs::remove_file(beside("strona.md~")).unwrap();
        fs::remove_file(beside(".strona.md.swp")).unwrap();
    }),
    ("JetBrains, safely", |path, text| {
        let beside = |name: &str| path.with_file_name(name);
        fs::write(beside("strona.md___jb_tmp___"), text).unwrap();
        fs::rename(path, beside("strona.md___jb_old___")).unwrap();
        thread::sleep(Duration::from_millis(5));
        fs::rename(beside("strona.md___jb_tmp___"), path).unwrap();
        fs::remove_file(beside("strona.md___jb_old___")).unwrap();
    }),
    ("LibreOffice", |path, text| {
        let beside = |name: &str| path.with_file_name(name);
        fs::write(beside(".~lock.strona.md#"), ",ja,komputer;").unwrap();
        fs::write(beside("lu1234ab.tmp"), text).unwrap();
        fs::remove_file(path).unwrap();
        thread::sleep(Duration::from_millis(5));
        fs::rename(beside("lu1234ab.tmp"), path).unwrap();
        fs::remove_file(beside(".~lock.strona.md#")).unwrap();
    }),
    ("beside, with a name of no page", |path, text| {
        fs::write(path.with_file_name(".strona.md.x7"), text).unwrap();
        fs::rename(path.with_file_name(".strona.md.x7"), path).unwrap();
    }),
    ("sed -i", |path, text| {
        let old = fs::read_to_string(path).unwrap();
        let words = |text: &str| text.split_once("Od: ").unwrap().1.split_once('.').unwrap().0.to_owned();
        let change = format!("s/: {}\\./: {}./", words(&old), words(text));
        assert!(Command::new("sed").arg("-i").arg(change).arg(path).status().unwrap().success());
    }),
    ("gone, then written anew", |path, text| {
        fs::remove_file(path).unwrap();
        thread::sleep(Duration::from_millis(5));
        fs::write(path, text).unwrap();
    }),
    ("a link in its place", |path, text| {
        fs::write(path.with_file_name(".nowa"), text).unwrap();
        fs::remove_file(path).unwrap();
        fs::hard_link(path.with_file_name(".nowa"), path).unwrap();
        fs::remove_file(path.with_file_name(".nowa")).unwrap();
    }),
];

#[test]
fn whichever_way_a_file_is_saved_it_is_always_there_and_whole() {
    let mut tree = Tree::new();
    let path = tree.root().join(PAGE);
    for (number, (name, way)) in WAYS.iter().enumerate() {
        let words = format!("zapis {number}");
        let saving = {
            let (path, text, way) = (path.clone(), page(&words), *way);
            thread::spawn(move || way(&path, &text))
        };
        let judge = |set: &Set| {
            assert_eq!(set.mistakes, None, "{name}");
            assert!(says(set, "plan/strona").is_some(), "{name}: the page is gone");
        };
        tree.until(judge, |set| says(set, "plan/strona").as_ref() == Some(&words));
        saving.join().unwrap();
        tree.quiet(judge);
    }
}

#[test]
fn a_file_that_is_being_written_counts_as_it_was_and_others_do_not_wait_for_it() {
    let mut tree = Tree::new();
    let (path, other, new) =
        (tree.root().join(PAGE), tree.root().join(OTHER), tree.root().join("content/plan/nowa.md"));
    let (go_on, wait): (_, Receiver<()>) = channel();
    let saving = thread::spawn(move || {
        let text = page("po");
        let (start, rest) = text.split_at(text.len() / 2);
        for path in [path, new] {
            let mut file = File::create(&path).unwrap();
            file.write_all(start.as_bytes()).unwrap();
            fs::write(&other, page(&format!("obok {}", path.file_stem().unwrap().display()))).unwrap();
            wait.recv().unwrap();
            file.write_all(rest.as_bytes()).unwrap();
        }
    });
    tree.until(is_whole, |set| says(set, "plan/inna").unwrap() == "obok strona");
    assert_eq!(says(&tree.set, "plan/strona").unwrap(), "przed");
    go_on.send(()).unwrap();
    tree.until(is_whole, |set| says(set, "plan/strona").unwrap() == "po");
    tree.until(is_whole, |set| says(set, "plan/inna").unwrap() == "obok nowa");
    assert_eq!(says(&tree.set, "plan/nowa"), None, "half a new page");
    go_on.send(()).unwrap();
    tree.until(is_whole, |set| says(set, "plan/nowa").is_some());
    saving.join().unwrap();
}

#[test]
fn a_file_that_nobody_closes_is_read_in_the_end() {
    let mut tree = Tree::new();
    let mut file = File::create(tree.root().join(PAGE)).unwrap();
    file.write_all(page("po").as_bytes()).unwrap();
    tree.until(is_whole, |set| says(set, "plan/strona").unwrap() == "po");
    drop(file);
}

#[test]
fn a_page_that_gets_another_name_is_there_once() {
    let mut tree = Tree::new();
    let path = |name: &str| tree.root().join(name);
    let once = |addresses: [&'static str; 2]| {
        move |set: &Set| {
            assert_eq!(set.mistakes, None);
            assert_eq!(addresses.iter().filter(|address| says(set, address).is_some()).count(), 1, "{addresses:?}");
        }
    };
    fs::rename(path(OTHER), path("content/plan/dalsza.md")).unwrap();
    tree.until(once(["plan/inna", "plan/dalsza"]), |set| says(set, "plan/dalsza").is_some());
    let path = |name: &str| tree.root().join(name);
    fs::create_dir(path("content/zbior")).unwrap();
    fs::rename(path("content/plan/dalsza.md"), path("content/zbior/dalsza.md")).unwrap();
    fs::rename(path("content/zbior"), path("content/osobno")).unwrap();
    tree.until(once(["plan/dalsza", "osobno/dalsza"]), |set| says(set, "osobno/dalsza").is_some());
    // What comes into a folder that has just come is seen too.
    let copied =
        Command::new("cp").arg("-r").args(["osobno", "kopia"]).current_dir(tree.root().join("content")).status();
    assert!(copied.unwrap().success());
    tree.until(is_not_wrong, |set| says(set, "kopia/dalsza").is_some());
    fs::remove_dir_all(tree.root().join("content/osobno")).unwrap();
    tree.until(is_not_wrong, |set| says(set, "osobno/dalsza").is_none());
    // All of it goes and comes back, as when work is put aside for a moment.
    fs::rename(tree.root().join("content"), tree.root().join("gone")).unwrap();
    fs::rename(tree.root().join("gone"), tree.root().join("content")).unwrap();
    tree.quiet(is_not_wrong);
    fs::write(tree.root().join("content/kopia/dalsza.md"), page("po")).unwrap();
    tree.until(is_not_wrong, |set| says(set, "kopia/dalsza").unwrap() == "po");
}

fn is_not_wrong(set: &Set) {
    assert_eq!(set.mistakes, None);
}

#[test]
fn files_that_a_build_leaves_aside_wake_nobody() {
    let mut tree = Tree::new();
    let beside = |name: &str| tree.root().join("content/plan").join(name);
    let mut swap = File::create(beside(".strona.md.swp")).unwrap();
    swap.write_all(b"b0VIM").unwrap();
    for name in ["strona.md~", ".~lock.plan.odt#", "~$plan.docx", "Thumbs.db", "README.md"] {
        fs::write(beside(name), "x").unwrap();
    }
    fs::create_dir(beside("_szkice")).unwrap();
    fs::write(beside("_szkice/a.md"), "x").unwrap();
    fs::write(tree.root().join("notatki.md"), "x").unwrap();
    assert_eq!(tree.maker.changed(Duration::from_secs(1)), Err(RecvTimeoutError::Timeout));
    assert_eq!(tree.maker.watch.unsettled(|_| true), BTreeSet::new());
    swap.write_all(b"more").unwrap();
    fs::write(tree.root().join(PAGE), page("po")).unwrap();
    tree.until(is_whole, |set| says(set, "plan/strona").unwrap() == "po");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_of_ours_is_told_and_the_next_save_builds_again() {
    let tree = Tree::new();
    let data = tempfile::tempdir().unwrap();
    let engine = Engine::open(data.path()).await.unwrap();
    let (root, clock) = (tree.root(), Clock::system());
    let app = Arc::new(App::new(engine.store(), clock, tree.set.catalogue().unwrap()));
    let (place, mut shown) = Place::open(app, tree.set);
    let Maker { builder, watch } = tree.maker;
    let maker = Maker { builder: builder.with_pipeline(failing), watch };
    let turning = Turning { maker, clock, place: Arc::new(place) };
    thread::spawn(move || turning.run());

    let index = root.join("content/index.md");
    fs::write(&index, "---\ntitle: Miasto\n---\n\nAwaria.\n").unwrap();
    let failed =
        tokio::time::timeout(TIMEOUT, shown.wait_for(|set| set.mistakes.is_some())).await.unwrap().unwrap().clone();
    let told = failed.mistakes.as_deref().unwrap();
    assert!(told.contains("błąd programu") && told.contains("Awaria"), "{told}");
    assert!(says(&failed, "plan/strona").is_some(), "the last good site stays");
    fs::write(&index, "---\ntitle: Miasto\n---\n\nJuż dobrze.\n").unwrap();
    let mended =
        tokio::time::timeout(TIMEOUT, shown.wait_for(|set| set.mistakes.is_none())).await.unwrap().unwrap().clone();
    let home = mended.find("site/index.html").unwrap();
    assert!(String::from_utf8_lossy(&home.bytes).contains("Już dobrze."));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_follows_the_last_set() {
    let tree = Tree::new();
    let data = tempfile::tempdir().unwrap();
    let engine = Engine::open(data.path()).await.unwrap();
    let app = Arc::new(App::new(engine.store(), Clock::system(), tree.set.catalogue().unwrap()));
    let (place, _shown) = Place::open(app, tree.set);
    let place = Arc::new(place);
    place.close();
    let mut turning = Turning { maker: tree.maker, clock: Clock::system(), place: place.clone() };
    turning.stopped(&anyhow!("the forms cannot be read"));
    turning.turn();
    assert!(place.shown().last);
}
