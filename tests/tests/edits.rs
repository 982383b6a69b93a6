//! Whatever happens to a file, a build ends in a diagnostic or in a site whose links all lead somewhere.
//!
//! Good trees are edited at random: a line is dropped, two are swapped, a byte is changed, a file is there twice. Trees
//! and sites stay in memory, so that many of them are tried; a failing edit is shrunk to the least that fails.

// A test is an end of the system: it reads fixtures.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

use std::{collections::BTreeMap, fs, sync::LazyLock};

use generator::pipeline::{Options, build_files};
use jiff::civil::date;
use proptest::{prelude::*, sample::Index};
use tests::{crawl, workspace};
use walkdir::WalkDir;

/// Fixtures without a mistake.
const TREES: [&str; 3] = ["broken/_base", "versions", "languages"];
/// What may stand in the place of a byte: what means something somewhere, what means nothing, and half a letter.
const BYTES: &[u8] = b"\0\t\n\r !\"#%&'()*+,-./09:<=>?@AZ[\\]^_`az{|}~\x7f\xc4\xc5\xff";

type Files = BTreeMap<String, Vec<u8>>;

static GOOD: LazyLock<[Files; TREES.len()]> = LazyLock::new(|| TREES.map(read));

fn read(name: &str) -> Files {
    let root = workspace::repository().join("tests/fixtures").join(name);
    let files = WalkDir::new(root.join("content")).into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file());
    let path = |entry: &walkdir::DirEntry| entry.path().strip_prefix(&root).unwrap().display().to_string();
    files.map(|entry| (path(&entry), fs::read(entry.path()).unwrap())).collect()
}

/// A slip of the hand.
#[derive(Clone, Debug)]
enum Edit {
    DropLine(Index),
    SwapLines(Index, Index),
    ChangeByte(Index, u8),
    /// The copy lies in the folder of another file.
    Duplicate(Index, &'static str),
}

fn edit() -> impl Strategy<Value = (Index, Edit)> {
    let edit = prop_oneof![
        any::<Index>().prop_map(Edit::DropLine),
        any::<(Index, Index)>().prop_map(|(one, other)| Edit::SwapLines(one, other)),
        (any::<Index>(), prop::sample::select(BYTES)).prop_map(|(at, byte)| Edit::ChangeByte(at, byte)),
        (any::<Index>(), prop::sample::select(&["kopia-", "02-", "Kopia "][..]))
            .prop_map(|(folder, before)| Edit::Duplicate(folder, before)),
    ];
    (any::<Index>(), edit)
}

fn apply(files: &mut Files, file: Index, edit: &Edit) {
    let paths: Vec<String> = files.keys().cloned().collect();
    let path = &paths[file.index(paths.len())];
    let bytes = files.get_mut(path).unwrap();
    let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    match edit {
        _ if bytes.is_empty() => {}
        Edit::DropLine(line) => {
            lines.remove(line.index(lines.len()));
            *bytes = lines.concat();
        }
        Edit::SwapLines(one, other) => {
            let count = lines.len();
            lines.swap(one.index(count), other.index(count));
            *bytes = lines.concat();
        }
        Edit::ChangeByte(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        Edit::Duplicate(folder, before) => {
            let copy = bytes.clone();
            let (_, name) = path.rsplit_once('/').unwrap();
            let (folder, _) = paths[folder.index(paths.len())].rsplit_once('/').unwrap();
            files.insert(format!("{folder}/{before}{name}"), copy);
        }
    }
}

fn build(files: &Files) -> Result<Files, String> {
    build_files(files.clone(), &Options { today: date(2026, 5, 10), drafts: false, commit: None })
}

#[test]
fn the_trees_are_good_and_the_crawler_sees_a_link_that_is_lost() {
    for (name, files) in TREES.iter().zip(GOOD.iter()) {
        let mut site = build(files).unwrap_or_else(|told| panic!("{name}: {told}"));
        let followed = crawl::follow(&site);
        assert!(followed.links > 20 && followed.lost.is_empty(), "{name}: {followed:#?}");
        let page = site.keys().find(|path| path.ends_with("/index.html") && path.matches('/').count() > 1).unwrap();
        site.remove(&page.clone());
        assert!(!crawl::follow(&site).lost.is_empty(), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn an_edit_ends_in_a_diagnostic_or_in_a_site_whose_links_hold(
        tree in 0..TREES.len(),
        edits in prop::collection::vec(edit(), 1..3),
    ) {
        let mut files = GOOD[tree].clone();
        for (file, edit) in &edits {
            apply(&mut files, *file, edit);
        }
        match build(&files) {
            Ok(site) => {
                let lost = crawl::follow(&site).lost;
                prop_assert!(lost.is_empty(), "{lost:#?}");
            }
            Err(told) => prop_assert!(told.contains("error["), "{told}"),
        }
    }
}
