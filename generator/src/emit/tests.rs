#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use data_encoding::HEXLOWER;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use super::{
    again::Note,
    disk::Disk,
    staging::{json, lock},
};

fn emit(out: &Path, outputs: &Outputs) -> Result<Report, EmitError> {
    emit_on(Disk::new(out), outputs)
}

fn emit_on(disk: Disk, outputs: &Outputs) -> Result<Report, EmitError> {
    let staging = Staging::on(disk);
    // In any order, from several threads, as a build makes them.
    outputs.par_iter().for_each(|(path, output)| staging.take(path.clone(), output.clone()));
    staging.place(None::<Note<()>>)
}

fn outputs(files: &[(&str, &str, Class)]) -> Outputs {
    files
        .iter()
        .map(|(path, text, class)| ((*path).to_owned(), Output::new(text.as_bytes().to_vec(), *class)))
        .collect()
}

/// A page names the files it needs, one a line, after its first line.
fn before() -> Outputs {
    outputs(&[
        ("site/assets/style-1.css", "a{}", Class::Asset),
        ("site/assets/logo.svg", "<svg/>", Class::Asset),
        ("site/index.html", "stara\nsite/assets/style-1.css\nsite/assets/logo.svg", Class::Page),
        ("site/same/index.html", "ta sama\nsite/assets/logo.svg", Class::Page),
        ("site/gone/deep/index.html", "znika\nsite/assets/style-1.css", Class::Page),
        ("site/folder/index.html", "folder", Class::Page),
        ("site/folder/x/index.html", "folder w folderze", Class::Page),
        ("site/file", "plik", Class::Page),
        ("forms/strategia-2030/ankieta.pl.json", "{}", Class::Side),
    ])
}

fn after() -> Outputs {
    outputs(&[
        ("site/assets/style-2.css", "b{}", Class::Asset),
        ("site/assets/logo.svg", "<svg/>", Class::Asset),
        ("site/index.html", "nowa strona\nsite/assets/style-2.css\nsite/assets/logo.svg", Class::Page),
        ("site/same/index.html", "ta sama\nsite/assets/logo.svg", Class::Page),
        ("site/new/index.html", "przybywa\nsite/assets/style-2.css", Class::Page),
        ("site/folder", "teraz plik", Class::Asset),
        ("site/file/index.html", "teraz folder\nsite/assets/style-2.css", Class::Page),
        ("forms/strategia-2030/ankieta.pl.json", "{\"revision\":1}", Class::Side),
    ])
}

/// Returns all files but the lock, with their content.
fn snapshot(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let disk = Disk::new(out);
    let files = disk.files().unwrap().into_iter().filter(|path| path != LOCK);
    files.map(|path| (path.clone(), disk.read(&path).unwrap().unwrap())).collect()
}

fn fresh(outputs: &Outputs) -> BTreeMap<String, Vec<u8>> {
    let out = tempfile::tempdir().unwrap();
    emit(out.path(), outputs).unwrap();
    snapshot(out.path())
}

fn times(out: &Path) -> Vec<(PathBuf, SystemTime)> {
    let entries = walkdir::WalkDir::new(out).sort_by_file_name().into_iter().map(Result::unwrap);
    entries.map(|entry| (entry.path().to_owned(), entry.metadata().unwrap().modified().unwrap())).collect()
}

#[test]
fn outputs_and_manifest_are_written() {
    let out = tempfile::tempdir().unwrap();
    let report = emit(out.path(), &before()).unwrap();
    assert_eq!((report.written.len(), report.unchanged), (before().len(), 0));
    let files = snapshot(out.path());
    assert_eq!(files.len(), before().len() + 1);
    for (path, output) in before() {
        assert_eq!(files[&path], output.bytes);
    }
    let manifest: serde_json::Value = serde_json::from_slice(&files[MANIFEST]).unwrap();
    assert_eq!(manifest["complete"], true);
    assert_eq!(manifest["files"].as_object().unwrap().len(), before().len());
    let style = &manifest["files"]["site/assets/logo.svg"];
    assert_eq!(style["class"], "asset");
    assert_eq!(style["sha256"], HEXLOWER.encode(&Sha256::digest(b"<svg/>")));
}

#[test]
fn where_nothing_changed_nothing_is_written() {
    let out = tempfile::tempdir().unwrap();
    emit(out.path(), &before()).unwrap();
    let times_before = times(out.path());
    std::thread::sleep(std::time::Duration::from_millis(20));
    let report = emit(out.path(), &before()).unwrap();
    assert_eq!(times(out.path()), times_before);
    assert_eq!(report, Report { pages: 6, unchanged: before().len(), ..Report::default() });
}

#[test]
fn only_what_differs_is_written_and_what_is_gone_removed() {
    let out = tempfile::tempdir().unwrap();
    emit(out.path(), &before()).unwrap();
    let report = emit(out.path(), &after()).unwrap();
    assert_eq!(report.unchanged, 2);
    assert_eq!(
        report.removed,
        [
            "site/assets/style-1.css",
            "site/file",
            "site/folder/index.html",
            "site/folder/x/index.html",
            "site/gone/deep/index.html"
        ]
    );
    assert_eq!(snapshot(out.path()), fresh(&after()));
    assert!(!out.path().join("site/gone").exists());
    emit(out.path(), &Outputs::new()).unwrap();
    assert_eq!(snapshot(out.path()).into_keys().collect::<Vec<_>>(), [MANIFEST]);
    assert!(!out.path().join("site").exists() && !out.path().join(STAGE).exists());
}

#[test]
fn bytes_on_disk_count_and_not_the_manifest() {
    let out = tempfile::tempdir().unwrap();
    emit(out.path(), &before()).unwrap();
    fs::write(out.path().join("site/index.html"), before()["site/index.html"].bytes.to_ascii_uppercase()).unwrap();
    fs::remove_file(out.path().join("site/file")).unwrap();
    let report = emit(out.path(), &before()).unwrap();
    assert_eq!(report.written, ["site/file", "site/index.html"]);
    assert_eq!(snapshot(out.path()), fresh(&before()));
}

#[test]
fn unknown_files_are_reported_and_stay() {
    let out = tempfile::tempdir().unwrap();
    fs::create_dir_all(out.path().join("site/gone")).unwrap();
    for own in [".gitignore", "notatki.txt", "site/gone/my.txt", "site/.gitignore"] {
        fs::write(out.path().join(own), own).unwrap();
    }
    let unknown = ["notatki.txt", "site/.gitignore", "site/gone/my.txt"];
    assert_eq!(emit(out.path(), &before()).unwrap().unknown, unknown);
    assert_eq!(emit(out.path(), &after()).unwrap().unknown, unknown);
    emit(out.path(), &Outputs::new()).unwrap();
    for own in [".gitignore", "notatki.txt", "site/gone/my.txt", "site/.gitignore"] {
        assert_eq!(fs::read_to_string(out.path().join(own)).unwrap(), own);
    }
    let manifest = fs::read_to_string(out.path().join(MANIFEST)).unwrap();
    assert!(!manifest.contains("my.txt"));
}

#[test]
fn a_lost_or_broken_manifest_makes_old_files_unknown() {
    for broken in [None, Some("{"), Some("{\"complete\":true,\"files\":{\"x\":1}}"), Some("\u{0}")] {
        let out = tempfile::tempdir().unwrap();
        emit(out.path(), &before()).unwrap();
        match broken {
            None => fs::remove_file(out.path().join(MANIFEST)).unwrap(),
            Some(text) => fs::write(out.path().join(MANIFEST), text).unwrap(),
        }
        let mut fewer = before();
        fewer.remove("site/file");
        assert_eq!(emit(out.path(), &fewer).unwrap().unknown, ["site/file"]);
        assert_eq!(emit(out.path(), &before()).unwrap().unknown, Vec::<String>::new());
    }
}

#[test]
fn a_manifest_cannot_have_files_elsewhere_removed() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("dist");
    fs::create_dir(&out).unwrap();
    fs::write(root.path().join("mine"), "").unwrap();
    fs::write(out.join(".gitignore"), "*").unwrap();
    let entry = Entry { class: Class::Page, sha256: String::new() };
    let files = ["../mine", "site/../../mine", ".gitignore"].map(|path| (path.to_owned(), entry.clone()));
    fs::write(out.join(MANIFEST), json(&Manifest { complete: true, files: files.into() })).unwrap();
    emit(&out, &before()).unwrap();
    assert!(root.path().join("mine").exists() && out.join(".gitignore").exists());
}

#[test]
fn what_cannot_be_placed_changes_nothing() {
    let one = |path: &str| outputs(&[(path, "x", Class::Page)]);
    for (theirs, path) in [("site", "site/index.html"), ("site/a/b.txt", "site/a"), ("site/a", "site/a/b/c.html")] {
        let out = tempfile::tempdir().unwrap();
        let file = out.path().join(theirs);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "moje").unwrap();
        let error = emit(out.path(), &one(path)).unwrap_err();
        assert!(matches!(&error, EmitError::Occupied { unknown, .. } if unknown == theirs), "{error}");
        assert_eq!(snapshot(out.path()).into_keys().collect::<Vec<_>>(), [theirs]);
    }
    let out = tempfile::tempdir().unwrap();
    for path in ["", "/etc/x", "../x", "site/../x", "site//x", "manifest.json", ".stage/x", ".lock", "a\\b", "C:x"] {
        assert!(matches!(emit(out.path(), &one(path)), Err(EmitError::BadPath(_))), "{path}");
    }
    let both = outputs(&[("site/a", "", Class::Page), ("site/a-b", "", Class::Page), ("site/a/b", "", Class::Page)]);
    assert!(matches!(emit(out.path(), &both), Err(EmitError::FileAndFolder { .. })));
    assert!(snapshot(out.path()).is_empty());
}

#[test]
fn two_builds_do_not_write_at_once() {
    let out = tempfile::tempdir().unwrap();
    let held = lock(&Disk::new(out.path())).unwrap();
    assert!(matches!(emit(out.path(), &before()), Err(EmitError::Locked(_))));
    drop(held);
    emit(out.path(), &before()).unwrap();
}

/// Asserts that a reader who comes now sees no page that is torn or lacks what it needs.
fn assert_readable(out: &Path, old: &Outputs, new: &Outputs, step: usize) {
    let files = snapshot(out);
    for path in old.keys().chain(new.keys()) {
        let of = |outputs: &Outputs| outputs.get(path).map(|output| output.bytes.to_vec());
        let found = files.get(path).cloned();
        assert!(found == of(old) || found == of(new), "{path} after {step}");
        let is_page = new.get(path).or(old.get(path)).is_some_and(|output| output.class == Class::Page);
        if let Some(page) = found.filter(|_| is_page) {
            for needed in String::from_utf8(page).unwrap().lines().skip(1) {
                assert!(files.contains_key(needed), "{path} needs {needed} after {step}");
            }
        }
    }
    // What is uploaded by a complete manifest is there as it says.
    let Some(manifest) = files.get(MANIFEST) else { return };
    let manifest: Manifest = serde_json::from_slice(manifest).unwrap();
    for (path, entry) in manifest.files.iter().filter(|_| manifest.complete) {
        assert_eq!(HEXLOWER.encode(&Sha256::digest(&files[path])), entry.sha256, "{path} after {step}");
    }
}

#[test]
fn killed_anywhere_it_is_readable_and_the_next_run_puts_it_right() {
    for (old, new) in [(before(), after()), (after(), before()), (Outputs::new(), before()), (before(), Outputs::new())]
    {
        let (fresh_old, fresh_new) = (fresh(&old), fresh(&new));
        let mut finished = false;
        for step in 0..200 {
            let out = tempfile::tempdir().unwrap();
            emit(out.path(), &old).unwrap();
            finished = emit_on(Disk::stopping_after(out.path(), step), &new).is_ok();
            assert_readable(out.path(), &old, &new, step);
            // On with the new build, or back to the old one.
            let back = tempfile::tempdir().unwrap();
            copy(out.path(), back.path());
            emit(back.path(), &old).unwrap();
            assert_eq!(snapshot(back.path()), fresh_old, "back after {step}");
            let report = emit(out.path(), &new).unwrap();
            assert_eq!(snapshot(out.path()), fresh_new, "on after {step}");
            assert_eq!(report.unknown, Vec::<String>::new());
            if finished {
                break;
            }
        }
        assert!(finished);
    }
}

fn copy(from: &Path, to: &Path) {
    for path in Disk::new(from).files().unwrap() {
        let target = to.join(&path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(from.join(&path), target).unwrap();
    }
}

#[test]
fn nothing_is_made_twice_from_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("dist");
    let find = |from: &str| again::find::<String>(&out, from).unwrap();
    assert_eq!(find("a"), None);
    let build = |outputs: &Outputs, note: Option<&str>| {
        let staging = Staging::at(&out);
        for (path, output) in outputs {
            staging.take(path.clone(), output.clone());
        }
        staging.place(note.map(|from| Note { from: from.to_owned(), told: "one warning" })).unwrap()
    };
    let report = build(&before(), Some("a"));
    assert!(!out.join(STAGE).exists());
    let (told, found) = find("a").unwrap();
    assert_eq!((told.as_str(), found.unchanged, found.pages), ("one warning", before().len(), report.pages));
    assert_eq!((found.written.as_slice(), found.removed.as_slice()), (&[] as &[String], &[] as &[String]));
    assert_eq!(find("b"), None);

    // A file that is another, that is gone, and the note of another build.
    let page = out.join("site/index.html");
    let bytes = fs::read(&page).unwrap();
    fs::write(&page, "inna").unwrap();
    assert_eq!(find("a"), None);
    fs::remove_file(&page).unwrap();
    assert_eq!(find("a"), None);
    fs::create_dir(&page).unwrap();
    assert_eq!(find("a"), None);
    fs::remove_dir(&page).unwrap();
    #[cfg(unix)]
    {
        fs::write(folder.path().join("page"), &bytes).unwrap();
        std::os::unix::fs::symlink(folder.path().join("page"), &page).unwrap();
        assert_eq!(find("a"), None);
        fs::remove_file(&page).unwrap();
    }
    fs::write(&page, bytes).unwrap();
    fs::write(out.join("obcy.txt"), "obcy").unwrap();
    assert_eq!(find("a").unwrap().1.unknown, ["obcy.txt"]);
    build(&after(), Some("b"));
    assert!(find("a").is_none() && find("b").is_some());

    // Builds that were killed before they noted anything.
    build(&before(), None);
    assert!(find("a").is_none() && find("b").is_none());
    build(&after(), None);
    assert!(find("b").is_some());
    for note in ["", "{", r#"{"note":{"from":"b"}}"#, r#"{"note":{"from":"b","told":""},"manifest":""}"#] {
        fs::write(out.join(MADE), note).unwrap();
        assert_eq!(find("b"), None);
    }
}

#[test]
fn a_build_that_is_not_whole_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let staging = Staging::at(folder.path());
    for (path, output) in before() {
        staging.take(path, output);
    }
    staging.place(Some(Note { from: "a".to_owned(), told: () })).unwrap();
    assert!(again::find::<()>(folder.path(), "a").unwrap().is_some());
    let manifest = fs::read_to_string(folder.path().join(MANIFEST)).unwrap();
    fs::write(folder.path().join(MANIFEST), manifest.replacen("true", "false", 1)).unwrap();
    assert!(again::find::<()>(folder.path(), "a").unwrap().is_none());
}
