use crate::{
    diagnostic::{Diagnostic, rule},
    model::Site,
};

/// The case number looks as the office writes them: as `case_numbers` of the site says, else as the office instruction
/// of 18 January 2011 has it.
pub(super) fn looks_like_one(site: &Site) -> Vec<Diagnostic> {
    let odd = site.consultations.iter().filter_map(|consultation| {
        let number = consultation.case_number.as_deref()?;
        let fits = match site.case_numbers.as_slice() {
            [] => is_usual(number),
            patterns => patterns.iter().any(|pattern| fits(number, pattern)),
        };
        let problem = Diagnostic::new(rule::CASE_NUMBER_ODD, consultation.written.case_number.clone()?);
        (!fits).then(|| problem.with("number", number))
    });
    odd.collect()
}

/// Tells whether `number` fits `pattern`, in which `#` stands for a number and `RRRR` for a year.
fn fits(number: &str, pattern: &str) -> bool {
    let (Some(literal), is_year) = (pattern.find(['#', 'R']), pattern.starts_with("RRRR")) else {
        return number == pattern;
    };
    if is_year {
        let (year, rest) = number.split_at_checked(4).unwrap_or_default();
        return is_number(year) && fits(rest, &pattern["RRRR".len()..]);
    }
    if let Some(pattern) = pattern.strip_prefix('#') {
        let digits = number.bytes().take_while(u8::is_ascii_digit).count();
        return digits > 0 && fits(&number[digits..], pattern);
    }
    // A letter R that begins no year stands for itself.
    let literal = literal.max(1);
    let same = number.get(..literal) == pattern.get(..literal);
    same && fits(&number[literal..], &pattern[literal..])
}

/// Tells whether `number` is unit, class, one or two numbers and year, with the clerk's initials after it if need be.
fn is_usual(number: &str) -> bool {
    let mut parts: Vec<&str> = number.split('.').collect();
    let initials = |part: &str| part.chars().count() <= 4 && part.chars().all(char::is_alphabetic);
    if parts.last().is_some_and(|last| initials(last)) {
        parts.pop();
    }
    let numbers = parts.iter().rev().take_while(|part| is_number(part)).count();
    let unit = parts[..parts.len() - numbers].join(".");
    let [class, .., year] = &parts[parts.len() - numbers..] else { return false };
    let letters = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '.');
    (3..=4).contains(&numbers)
        && (2..=4).contains(&class.len())
        && year.len() == 4
        && unit.chars().any(char::is_alphabetic)
        && unit.chars().all(letters)
}

fn is_number(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_others() {
        for (number, usual) in [
            ("PiKS-VI.7311.1.20.2021", true),
            ("DP.0001.2.2026", true),
            ("PO.RPP.603.263.2021.MS", true),
            ("ŚR-II.6220.15.2021", true),
            ("7311.1.20.2021", false),
            ("PiKS-VI.7311.20.21", false),
            ("PiKS-VI 7311.20.2021", false),
            ("do uzupełnienia", false),
            ("", false),
        ] {
            assert_eq!(is_usual(number), usual, "{number}");
        }
    }

    #[test]
    fn an_office_may_say_how_its_numbers_look() {
        for (number, pattern, expected) in [
            ("PiKS-VI.7311.1.20.2021", "PiKS-VI.#.#.#.RRRR", true),
            ("PiKS-VI.7311.20.2021", "PiKS-VI.#.#.#.RRRR", false),
            ("PR.7311.20.2021", "PR.#.#.RRRR", true),
            ("PR.7311.20.21", "PR.#.#.RRRR", false),
            ("PR.7311.20.20211", "PR.#.#.RRRR", false),
            ("ŻÓŁW/7/2021", "ŻÓŁW/#/RRRR", true),
            ("ŻÓ", "ŻÓŁW/#/RRRR", false),
            ("", "#", false),
        ] {
            assert_eq!(fits(number, pattern), expected, "{number} {pattern}");
        }
    }
}
