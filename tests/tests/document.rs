//! A document of 400 pages in two versions: built, compared and printed, with the times and sizes that this takes.
//! `tests/long document` runs it.

// A test is an end of the system: it reads and writes files, and looks at the clock; this one is run for its figures.
#![allow(clippy::disallowed_methods, clippy::print_stdout)]

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context as _, ensure};
use tempfile::TempDir;
use tests::{browser::CHROMIUM, workspace};

/// Chapters, sections of each, and sentences of each: a section fills a page.
const CHAPTERS: usize = 40;
const SECTIONS: usize = 10;
const SENTENCES: usize = 32;
/// Every so many sections one is changed in the second version.
const EVERY: usize = 7;

const CONSULTATION: &str = "title: Plan\nsubject: Plan\nterm:\n  start: 2026-03-02\n  end: 2026-04-07\n";
const DOCUMENT: &str = "title: Plan\nkind: plan\nnumbered: true\nversions:\n  - version: \"1.0\"\n    date: 2026-03-02\n    \
    status: projekt\n  - version: \"2.0\"\n    date: 2026-03-09\n    status: projekt\n";
/// Words that sentences are made of.
const WORDS: [&str; 12] = [
    "miasto",
    "drzewo",
    "ulica",
    "budżet",
    "mieszkaniec",
    "szkoła",
    "park",
    "zadanie",
    "woda",
    "droga",
    "plan",
    "zdrowie",
];

fn chapter(number: usize, newer: bool) -> String {
    let mut text = format!("# Rozdział {number}\n\nWstęp do rozdziału.\n");
    for section in 0..SECTIONS {
        let at = number * SECTIONS + section;
        let _ = write!(text, "\n## Część {at} {{#czesc-{at}}}\n\n");
        for sentence in 0..SENTENCES {
            let word = |step: usize| WORDS[(at * 5 + sentence * 7 + step * step) % WORDS.len()];
            let cost =
                1000 + (at * SENTENCES + sentence) % 8999 + usize::from(newer && is_changed(at) && sentence == 3);
            let _ = writeln!(
                text,
                "Zadanie {sentence}: {} i {} oraz {} w roku 2027, koszt {cost} zł, bo {} i {} są ważne.",
                word(1),
                word(2),
                word(3),
                word(4),
                word(5)
            );
        }
    }
    text
}

fn is_changed(section: usize) -> bool {
    section.is_multiple_of(EVERY)
}

#[test]
#[ignore = "takes long: tests/long document"]
fn a_document_of_400_pages_is_built_compared_and_printed() -> anyhow::Result<()> {
    let (root, out, cache) = (TempDir::new()?, TempDir::new()?, TempDir::new()?);
    let park = root.path().join("content/miasto");
    write(&root.path().join("content/site.yaml"), "authority: Urząd\nlanguage: pl\n")?;
    write(&park.join("consultation.yaml"), CONSULTATION)?;
    write(&park.join("documents/plan/document.yaml"), DOCUMENT)?;
    let mut bytes = 0;
    for (version, newer) in [("1.0", false), ("2.0", true)] {
        for number in 0..CHAPTERS {
            let text = chapter(number, newer);
            bytes += text.len();
            write(&park.join(format!("documents/plan/{version}/{number:02}-rozdzial-{number}.md")), &text)?;
        }
    }
    println!("{CHAPTERS} chapters, {} sections, two versions: {bytes} bytes of Markdown", CHAPTERS * SECTIONS);
    for run in ["first build", "build with nothing new"] {
        let begun = Instant::now();
        let mut build = Command::new(workspace::konsultacje()?);
        build.args(["build", "--today", "2026-03-20", "--root"]).arg(root.path());
        build.arg("--cache").arg(cache.path()).arg("--out").arg(out.path());
        let output = build.stdin(Stdio::null()).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        println!("{run}: {:.1} s", begun.elapsed().as_secs_f64());
    }
    let site = out.path().join("site/miasto/plan");
    let page = |path: &str| fs::read_to_string(site.join(path).join("index.html")).with_context(|| path.to_owned());
    let (whole, chapter, changes) = (page("calosc")?, page("rozdzial-7")?, page("zmiany/1.0-2.0")?);
    println!(
        "whole document {} bytes, a chapter {} bytes, changes {} bytes",
        whole.len(),
        chapter.len(),
        changes.len()
    );
    assert_eq!(whole.matches("Zadanie 0:").count(), CHAPTERS * SECTIONS);
    let changed = (0..CHAPTERS * SECTIONS).filter(|section| is_changed(*section)).count();
    let edits = changes.matches("<ins").count();
    // One more explains how changes are shown.
    assert_eq!((edits, changes.matches("<del").count()), (changed + 1, changed + 1));

    let begun = Instant::now();
    let (profile, pdf) = (TempDir::new()?, out.path().join("plan.pdf"));
    let mut print = Command::new(CHROMIUM);
    print.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
    print.args([
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-pdf-header-footer",
    ]);
    print.arg(format!("--user-data-dir={}", profile.path().display())).arg(format!("--print-to-pdf={}", pdf.display()));
    print.arg(format!("file://{}", site.join("calosc/index.html").display()));
    let output = print.stdin(Stdio::null()).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = fs::read(&pdf)?;
    let pages = printed.windows(b"/Type /Page\n".len()).filter(|window| *window == b"/Type /Page\n").count();
    println!("printed: {pages} pages, {} bytes, {:.1} s", printed.len(), begun.elapsed().as_secs_f64());
    assert!((350..650).contains(&pages), "{pages} pages");
    Ok(())
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::create_dir_all(path.parent().context("a file has a folder")?)?;
    Ok(fs::write(path, text)?)
}
