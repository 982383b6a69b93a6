//! What editors may save: any bytes in the place of files of a small town, be it front matter, YAML or Markdown, and
//! files that are gone.
//!
//! An input is a tree: its parts stand between NUL bytes, and the first byte of each says which file it takes the place of.
#![no_main]

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{LazyLock, Mutex},
};

use generator::pipeline::{Options, Rebuilding};
use jiff::civil::date;
use libfuzzer_sys::fuzz_target;

type Files = BTreeMap<String, Vec<u8>>;

/// The files that a part may take the place of; the last two are not there.
const PLACES: [&str; 12] = [
    "content/park/index.md",
    "content/park/documents/plan/2.0/01-zielen.md",
    "content/park/consultation.yaml",
    "content/park/forms/ankieta.yaml",
    "content/park/documents/plan/document.yaml",
    "content/site.yaml",
    "content/park/documents/plan/2.0/01-zielen.en.md",
    "content/park/schedule.yaml",
    "content/index.md",
    "content/park/klauzula.md",
    "content/park/documents/plan/3.0/01-nowy.md",
    "content/park/published/forms/ankieta/1-0000000000000000.yaml",
];
/// A part that begins with a byte from here on takes its file away.
const GONE: u8 = 0x80;

/// What is not changed by an input is taken over from the last: ten times as many are tried.
static REBUILDING: LazyLock<Mutex<Rebuilding>> = LazyLock::new(Mutex::default);

static TOWN: LazyLock<Files> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/languages");
    let mut files = Files::new();
    take(&root, &root.join("content"), &mut files);
    let there = PLACES.iter().filter(|place| files.contains_key(**place)).count();
    assert_eq!(there, 10, "the town has every kind of file");
    files
});

fn take(root: &Path, folder: &Path, files: &mut Files) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            take(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("a path below").display().to_string();
            files.insert(name, fs::read(&path).expect("a file"));
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let mut files = TOWN.clone();
    for (first, text) in data.split(|byte| *byte == 0).filter_map(<[u8]>::split_first) {
        let place = PLACES[usize::from(*first) % PLACES.len()];
        if *first < GONE {
            files.insert(place.to_owned(), text.to_owned());
        } else {
            files.remove(place);
        }
    }
    let options = Options { today: date(2026, 3, 10), drafts: true, commit: None };
    let mut rebuilding = REBUILDING.lock().expect("no build has failed before");
    match rebuilding.build(files, &options) {
        Ok(site) => assert!(site.contains_key("site/index.html"), "a site without a page"),
        Err(told) => assert!(told.contains("error["), "nothing is told: {told}"),
    }
});
