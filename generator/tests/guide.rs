//! The guide for editors, `content/pomoc`: every example in it is run, in the order of the page, over a small town.
//!
//! What a fenced block is, its first line says:
//!
//! - `sh`: commands, each of which succeeds;
//! - `yaml PATH` or `markdown PATH`: a file that is laid into the tree, which then builds;
//! - `yaml błąd PATH`, `markdown błąd PATH`: a file that keeps the tree from being built, and is taken back;
//! - `yaml zmiana PATH`, `markdown zmiana PATH`: a file that is laid there, for the command that follows;
//! - `text`: words that the command or the build before it said.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod tree;

use std::fs;

use tree::{Tree, repository};

/// A day in the term of the town.
const TODAY: &str = "2026-03-10";
/// Largest page, so that it is read.
const LARGEST: u64 = 14_000;

struct Block<'a> {
    line: usize,
    info: Vec<&'a str>,
    text: String,
}

/// Returns the fenced blocks of a page.
fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut open = false;
    for (index, line) in page.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(info) if !open => {
                blocks.push(Block { line: index + 1, info: info.split(' ').collect(), text: String::new() });
                open = true;
            }
            Some(_) => open = false,
            None if open => blocks.last_mut().unwrap().text.extend([line, "\n"]),
            None => {}
        }
    }
    assert!(!open, "a block has no end");
    blocks
}

/// Splits a command as a shell does: words, some of them in quotes.
fn words(command: &str) -> Vec<String> {
    let quoted = command.split('"').enumerate();
    let mut words = Vec::new();
    for (index, part) in quoted {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

fn run_page(name: &str, page: &str) -> usize {
    let tree = Tree::copy_of(&repository().join("tests/fixtures/versions"));
    let mut told = String::new();
    let blocks = blocks(page);
    for Block { line, info, text } in &blocks {
        let place = format!("{name}:{line}");
        match info.as_slice() {
            ["sh"] => {
                for command in text.lines() {
                    let arguments = words(command);
                    assert_eq!(arguments[0], "konsultacje", "{place}");
                    let arguments: Vec<&str> = arguments[1..].iter().map(String::as_str).collect();
                    let outcome = tree.run(&arguments);
                    told = outcome.said + &outcome.complained;
                    assert_eq!(outcome.code, 0, "{place}: {told}");
                }
            }
            ["text"] => assert!(told.contains(text.trim_end()), "{place} is not what is said:\n{told}"),
            [_, "zmiana", path] => tree.write(path, text),
            [_, "błąd", path] => {
                let before = fs::read(tree.path(path)).ok();
                tree.write(path, text);
                let outcome = tree.build(TODAY);
                told = outcome.complained;
                assert_eq!(outcome.code, 1, "{place} is no mistake");
                match before {
                    Some(bytes) => fs::write(tree.path(path), bytes).unwrap(),
                    None => fs::remove_file(tree.path(path)).unwrap(),
                }
            }
            [_, path] => {
                tree.write(path, text);
                let outcome = tree.build(TODAY);
                told = outcome.said + &outcome.complained;
                assert_eq!(outcome.code, 0, "{place}: {told}");
            }
            other => panic!("{place}: nobody runs a block of {other:?}"),
        }
    }
    assert_eq!(tree.build(TODAY).code, 0, "{name}: the tree is right at the end");
    blocks.len()
}

#[test]
fn every_example_of_the_guide_is_run() {
    let mut run = 0;
    for entry in fs::read_dir(repository().join("content/pomoc")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // The pages of rules are made from the rules, whose examples have tests of their own.
        if path.is_dir() {
            continue;
        }
        assert!(fs::metadata(&path).unwrap().len() < LARGEST, "{name} is long");
        run += run_page(&name, &fs::read_to_string(&path).unwrap());
    }
    assert!(run > 25, "{run}");
}

#[test]
fn the_guide_keeps_its_own_rules() {
    let tree = Tree::empty();
    tree.write("content/site.yaml", "title: Pomoc\nbase_url: https://pomoc.example\n");
    tree.write("content/index.md", "# Pomoc\n\nZobacz [pomoc dla redakcji](pomoc/index.md).\n");
    for (path, bytes) in Tree::copy_of(&repository().join("content/pomoc")).folder("") {
        tree.write(&format!("content/pomoc/{path}"), &String::from_utf8(bytes).unwrap());
    }
    let checked = tree.run(&["check", "--notes"]);
    assert_eq!((checked.code, checked.said.as_str()), (0, "Wszystko w porządku.\n"));
}
