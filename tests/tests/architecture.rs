//! ARCHITECTURE.md names functions, types and modules: they are there.

#![allow(clippy::disallowed_methods)]

use std::{fs, path::Path};

use tests::workspace;

const CRATES: [(&str, &str); 3] = [("forms", "forms"), ("forms_fn", "forms-fn"), ("generator", "generator")];

#[test]
fn every_name_in_the_architecture_is_in_the_code() -> anyhow::Result<()> {
    let root = workspace::repository();
    let text = fs::read_to_string(root.join("ARCHITECTURE.md"))?;
    let names: Vec<&str> = text.split('`').skip(1).step_by(2).filter(|name| is_path(name)).collect();
    assert!(names.len() > 30, "the walk through the code names its steps");
    let missing: Vec<_> = names.iter().filter(|name| !is_there(&root, name)).collect();
    assert!(missing.is_empty(), "not in the code: {missing:?}");
    Ok(())
}

fn is_path(name: &str) -> bool {
    let first = name.split("::").next().unwrap_or_default();
    name.contains("::") && CRATES.iter().any(|(krate, _)| *krate == first)
}

/// Tells whether a path names a module file, or an item in the file of its parent module.
fn is_there(root: &Path, name: &str) -> bool {
    let mut parts: Vec<&str> = name.split("::").collect();
    let Some((_, folder)) = CRATES.iter().find(|(krate, _)| *krate == parts[0]) else {
        return false;
    };
    parts.remove(0);
    let source = root.join(folder).join("src");
    let Some(item) = parts.pop() else {
        return false;
    };
    let parent =
        if parts.is_empty() { source.join("lib.rs") } else { source.join(parts.join("/")).with_extension("rs") };
    let module = source.join(parts.join("/")).join(format!("{item}.rs"));
    let declares = |text: String| {
        let kinds = ["fn", "struct", "enum", "mod"];
        let declared = kinds.iter().any(|kind| {
            text.match_indices(&format!("{kind} {item}")).any(|(at, found)| {
                !text[at + found.len()..].starts_with(|next: char| next.is_alphanumeric() || next == '_')
            })
        });
        declared || text.lines().any(|line| line.contains("pub") && line.contains("use") && line.contains(item))
    };
    module.is_file() || fs::read_to_string(parent).is_ok_and(declares)
}
