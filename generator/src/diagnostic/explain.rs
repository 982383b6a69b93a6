//! What a rule is about: for one who asks on the command line, and as the pages that list all rules.

use std::fmt::Write as _;

use super::{Diagnostic, Rule, Texts, texts::examples};

/// Returns the explanation of a rule, with an example.
pub(crate) fn explain(rule: &'static Rule, texts: &Texts) -> String {
    let mut out = format!("{}[{}]: {}\n", texts.severity(rule.severity), rule.id, message(rule, texts));
    let Some(said) = texts.rule(rule) else {
        return out;
    };
    // Writing to a String cannot fail.
    let _ = write!(out, "\n{}\n\n{} {}\n", said.explanation, texts.phrase("what-to-do", &[]), hint(rule, texts));
    if let Some(source) = &said.source {
        let _ = write!(out, "\n{} {source}\n", texts.phrase("source", &[]));
    }
    if let Some(example) = examples().get(rule.id) {
        let _ = write!(out, "\n{}\n{}", texts.phrase("wrong", &[]), indented(&example.wrong));
        let _ = write!(out, "\n{}\n{}", texts.phrase("right", &[]), indented(&example.right));
    }
    out
}

fn message(rule: &'static Rule, texts: &Texts) -> String {
    texts.message(&example(rule))
}

fn hint(rule: &'static Rule, texts: &Texts) -> String {
    texts.hint(&example(rule))
}

/// Returns the breach of a rule that its example is.
fn example(rule: &'static Rule) -> Diagnostic {
    let words = examples().get(rule.id).map(|example| &example.words);
    let word = |arg: &str| words.and_then(|words| words.get(arg)).map_or("…", String::as_str);
    rule.args.iter().fold(Diagnostic::new(rule, None), |problem, arg| problem.with(arg, word(arg)))
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }).collect()
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, clippy::unwrap_used)] // A test is an end: it reads and writes the page.
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{diagnostic::rule, slug};

    /// The pages of rules, in the help for editors.
    const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../content/pomoc/zasady");

    #[test]
    fn the_pages_of_rules_tell_the_rules_there_are() {
        let pages = pages(&Texts::in_language("pl"));
        if std::env::var_os("UPDATE").is_some() {
            let _ = std::fs::remove_dir_all(FOLDER);
            std::fs::create_dir_all(FOLDER).unwrap();
            for (name, page) in &pages {
                std::fs::write(format!("{FOLDER}/{name}"), page).unwrap();
            }
        }
        let files = std::fs::read_dir(FOLDER).unwrap().map(|file| file.unwrap().path());
        let name = |file: &std::path::Path| file.file_name().unwrap().to_string_lossy().into_owned();
        let written: BTreeMap<_, _> =
            files.map(|file| (name(&file), std::fs::read_to_string(&file).unwrap())).collect();
        assert!(written == pages, "{FOLDER} is out of date: UPDATE=1 cargo test -p generator the_pages_of_rules");
    }

    #[test]
    fn a_rule_is_explained_with_an_example() {
        let told = explain(rule::DATE_BAD, &Texts::in_language("en"));
        assert!(told.starts_with("error[date-bad]: “2026-06-31” is not a date.\n\nA date has one form"), "{told}");
        assert!(told.contains("\nWrong:\n    end: 2026-06-31\n\nRight:\n    end: 2026-06-30\n"), "{told}");
    }

    /// Writes a page for each group of rules, and one that leads to them.
    fn pages(texts: &Texts) -> BTreeMap<String, String> {
        let reference = texts.reference();
        let front = format!("# {}\n\n{}\n", reference.title, reference.introduction);
        let mut pages = BTreeMap::from([("index.md".to_owned(), front)]);
        for (index, (group, rules)) in rule::GROUPS.iter().enumerate() {
            let title = texts.group(group);
            let sections: String = rules.iter().map(|rule| section(rule, texts)).collect();
            let mut page = format!("---\nweight: {}\n---\n\n# {title}\n", index + 1);
            let spoken: Vec<&str> = sections.split(|letter: char| !letter.is_alphanumeric()).collect();
            for (short, words) in reference.abbreviations.iter().filter(|(short, _)| spoken.contains(&short.as_str())) {
                let _ = write!(page, "\n{short} – {words}.\n");
            }
            page.push_str(&sections);
            pages.insert(format!("{}.md", slug::fold(title)), page);
        }
        pages
    }

    fn section(rule: &'static Rule, texts: &Texts) -> String {
        let said = texts.rule(rule).unwrap();
        let example = &examples()[rule.id];
        let severity = texts.severity(rule.severity);
        let mut section = format!("\n## `{}` ({severity}) {{#{}}}\n\n", rule.id, rule.id);
        let _ = write!(section, "{} {}\n\n", escaped(&message(rule, texts)), escaped(&said.explanation));
        let _ = write!(section, "**{}** {}\n\n", texts.phrase("what-to-do", &[]), escaped(&hint(rule, texts)));
        if let Some(source) = &said.source {
            let _ = write!(section, "**{}** {}\n\n", texts.phrase("source", &[]), escaped(source));
        }
        for (label, code) in [("wrong", &example.wrong), ("right", &example.right)] {
            let _ = write!(section, "{}\n\n```text\n{}\n```\n\n", texts.phrase(label, &[]), code.trim_end());
        }
        section.truncate(section.trim_end().len());
        section + "\n"
    }

    /// Writes a sentence so that Markdown shows it as it is.
    fn escaped(text: &str) -> String {
        let mut escaped = String::new();
        for letter in text.chars() {
            if "\\`*_[]<>#{}~|".contains(letter) {
                escaped.push('\\');
            }
            escaped.push(letter);
        }
        escaped
    }
}
