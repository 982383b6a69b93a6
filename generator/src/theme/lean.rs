//! Styles and scripts as they travel: without comments and indentation, which only those read who write them.
//!
//! Nothing else is touched, so a line is found again by its words, and nothing has to understand either language.

/// Returns a stylesheet without comments, indentation and empty lines.
pub(super) fn style(css: &str) -> String {
    let mut lean = String::with_capacity(css.len());
    let mut rest = css;
    // A quote may hold what looks like a comment, and a comment what looks like a quote.
    while let Some(at) = rest.find(['"', '\'', '/']) {
        let (before, from) = rest.split_at(at);
        lean.push_str(before);
        let end = if let Some(comment) = from.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
            // Without anything between them two words would be one, and with a space two selectors something else.
            let joins = |letter: Option<char>| letter.is_some_and(|letter| !letter.is_whitespace());
            if joins(lean.chars().next_back()) && joins(rest.chars().next()) {
                lean.push_str("/**/");
            }
            continue;
        } else if from.starts_with('/') {
            1
        } else {
            quoted(from)
        };
        lean.push_str(&from[..end]);
        rest = &from[end..];
    }
    lean.push_str(rest);
    lines(&lean, |_| false)
}

/// Returns a script without indentation, empty lines, and lines that are a comment. A text between backticks that goes
/// over several lines stays as it is.
pub(super) fn script(js: &str) -> String {
    lines(js, |line| line.starts_with("//"))
}

/// Returns the length of the quote that `text` begins with, up to the end of the line if nothing closes it.
fn quoted(text: &str) -> usize {
    let mut signs = text.char_indices();
    let quote = signs.next().map(|(_, quote)| quote);
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\\' => drop(signs.next()),
            '\n' => return at,
            sign if Some(sign) == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn lines(text: &str, is_comment: impl Fn(&str) -> bool) -> String {
    let mut lean = String::with_capacity(text.len());
    let mut open = false;
    for line in text.lines() {
        let bare = line.trim();
        if open {
            lean.extend([line, "\n"]);
        } else if !bare.is_empty() && !is_comment(bare) {
            lean.extend([bare, "\n"]);
        } else {
            continue;
        }
        open ^= line.matches('`').count() % 2 == 1;
    }
    lean
}

#[cfg(test)]
mod tests {
    use super::{script, style};

    #[test]
    fn what_only_its_writer_reads_does_not_travel() {
        for (css, expected) in [
            ("/* a */\n\np {\n  color: red; /* b */\n}\n", "p {\ncolor: red;\n}\n"),
            ("a::after { content: \"/* a */\" '\\'/*'; }", "a::after { content: \"/* a */\" '\\'/*'; }\n"),
            ("a { margin: 1px/* b */2px }", "a { margin: 1px/**/2px }\n"),
            ("/* don't */ p { grid: auto / 1fr }", "p { grid: auto / 1fr }\n"),
            ("p { content: \"a\n} /* b */\n/* c", "p { content: \"a\n}\n"),
        ] {
            assert_eq!(style(css), expected);
        }
        for (js, expected) in [
            ("// a\n\nlet b = 1; // b\n  let c = \"//\";\n", "let b = 1; // b\nlet c = \"//\";\n"),
            ("f(`a\n  // b\n`);\n  // c\ng(`d`);\n", "f(`a\n  // b\n`);\ng(`d`);\n"),
        ] {
            assert_eq!(script(js), expected);
        }
    }
}
