//! Problems as commands of a GitHub workflow, which shows them beside the changed lines.

use super::{Diagnostic, Severity, Texts};

/// Writes each problem as a line `::error file=…,line=…,col=…,endColumn=…,title=…::…`.
pub(crate) fn github(diagnostics: &[Diagnostic], texts: &Texts) -> String {
    diagnostics.iter().map(|diagnostic| annotation(diagnostic, texts)).collect()
}

fn annotation(diagnostic: &Diagnostic, texts: &Texts) -> String {
    let command = match diagnostic.rule.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut properties = Vec::new();
    if let Some(place) = &diagnostic.place {
        properties.push(format!("file={}", property(&place.file)));
        if place.line > 0 {
            properties.push(format!("line={},col={}", place.line, place.column));
            properties.push(format!("endColumn={}", place.column + place.length.max(1)));
        }
    }
    properties.push(format!("title={}", property(diagnostic.rule.id)));
    let said = format!("{}\n{}", texts.message(diagnostic), texts.hint(diagnostic));
    format!("::{command} {}::{}\n", properties.join(","), data(&said))
}

/// Escapes what a runner would take for the end of a line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes what would end a property besides.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Place, rule};

    #[test]
    fn nothing_in_the_content_ends_a_command() {
        let place = Place { file: "content/a,b: 100%.md".into(), line: 7, column: 3, length: 2 };
        let problems = [
            Diagnostic::new(rule::LINK_BROKEN, place).with("target", "50%\n::stop"),
            Diagnostic::new(rule::BASE_URL_MISSING, None),
        ];
        let texts = Texts::in_language("en");
        let told = github(&problems, &texts);
        let lines: Vec<&str> = told.lines().collect();
        let start = "::error file=content/a%2Cb%3A 100%25.md,line=7,col=3,endColumn=5,title=link-broken::";
        assert!(lines[0].starts_with(&format!("{start}The link “50%25 ::stop” leads")), "{told}");
        assert!(lines[0].contains("not there.%0AGive the path"), "{told}");
        assert!(lines[1].starts_with("::warning title=base-url-missing::"), "{told}");
        assert_eq!(lines.len(), 2);
    }
}
