//! Names folded for addresses and ids, and the natural order of names.

use std::cmp::Ordering;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Folds a name to `[a-z0-9-]`: letters lose case and marks, everything else becomes one `-`
/// between words. A name without any Latin or Cyrillic letter or digit folds to nothing.
pub(crate) fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for letter in name.nfd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase) {
        match plain(letter) {
            Some(letters) => folded.push_str(letters),
            None if letter.is_ascii_alphanumeric() => folded.push(letter),
            // "don’t" is one word, and a soft hyphen no boundary.
            None if matches!(letter, '\'' | '’' | 'ʼ' | '\u{ad}') || is_combining_mark(letter) => {}
            None if folded.is_empty() || folded.ends_with('-') => {}
            None => folded.push('-'),
        }
    }
    folded.truncate(folded.trim_end_matches('-').len());
    folded
}

/// Returns whether a name is its own folded form, and not empty.
pub(crate) fn is_folded(name: &str) -> bool {
    !name.is_empty() && fold(name) == name
}

/// Returns the letters for one that Unicode does not take apart.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ø' => "o",
        'ħ' => "h",
        'ı' => "i",
        'ŧ' => "t",
        'ŋ' => "n",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => return cyrillic(letter),
    })
}

/// Returns the Latin letters for a Cyrillic one, as a Ukrainian passport has them inside of words (resolution of the
/// Cabinet of Ministers of Ukraine no. 55 of 2010).
fn cyrillic(letter: char) -> Option<&'static str> {
    Some(match letter {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' => "h",
        'ґ' => "g",
        'д' => "d",
        'е' | 'э' => "e",
        'є' => "ie",
        'ж' => "zh",
        'з' => "z",
        'и' | 'ы' => "y",
        'і' => "i",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ь' | 'ъ' => "",
        'ю' => "iu",
        'я' => "ia",
        _ => return None,
    })
}

/// Compares names as a person sorts them: runs of digits by their number, so 2 comes before 10.
pub(crate) fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    while !left.is_empty() && !right.is_empty() {
        let (left_run, left_rest) = run(left);
        let (right_run, right_rest) = run(right);
        let order = match (number(left_run), number(right_run)) {
            (Some(left), Some(right)) => (left.len(), left).cmp(&(right.len(), right)),
            _ => left_run.cmp(right_run),
        };
        if order.is_ne() {
            return order;
        }
        (left, right) = (left_rest, right_rest);
    }
    // "1" and "01" are equal numbers and still two names.
    left.len().cmp(&right.len()).then_with(|| a.cmp(b))
}

/// Splits off the leading run of digits or of what is not a digit.
fn run(name: &str) -> (&str, &str) {
    let digits = name.starts_with(|letter: char| letter.is_ascii_digit());
    let end = name.find(|letter: char| letter.is_ascii_digit() != digits).unwrap_or(name.len());
    name.split_at(end)
}

/// Returns the digits of a number without leading zeros; of equal length they compare as text.
fn number(run: &str) -> Option<&str> {
    run.starts_with(|letter: char| letter.is_ascii_digit()).then(|| run.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold() {
        for (name, folded) in [
            ("Ogłoszenie o konsultacjach", "ogloszenie-o-konsultacjach"),
            ("Zażółć GĘŚLĄ Jaźń", "zazolc-gesla-jazn"),
            ("Z\u{307}o\u{301}łw", "zolw"),
            ("  1. Cel — 2030+ (projekt)  ", "1-cel-2030-projekt"),
            ("Straße & Œuvre, þing", "strasse-oeuvre-thing"),
            ("İstanbul", "istanbul"),
            ("O’Connor", "oconnor"),
            ("___", ""),
            ("Київ", "kyiv"),
            ("Пʼять щойно", "piat-shchoyno"),
            ("東京", ""),
            ("", ""),
        ] {
            assert_eq!(fold(name), folded, "{name}");
            assert_eq!(fold(folded), folded);
        }
        assert!(is_folded("karta-2"));
        assert!(!is_folded("Karta"));
        assert!(!is_folded("-karta"));
        assert!(!is_folded(""));
    }

    #[test]
    fn numbers_sort_by_their_value() {
        let mut names = ["10-b", "b", "2-a", "2", "02-a", "b10", "b9", "99999999999999999999999", "100"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["2", "02-a", "2-a", "10-b", "100", "99999999999999999999999", "b", "b9", "b10"]);
    }

    proptest::proptest! {
        #[test]
        fn natural_order_is_an_order(a in "[a01-]{0,6}", b in "[a01-]{0,6}", c in "[a01-]{0,6}") {
            proptest::prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
            proptest::prop_assert_eq!(natural(&a, &b).is_eq(), a == b);
            if natural(&a, &b).is_le() && natural(&b, &c).is_le() {
                proptest::prop_assert!(natural(&a, &c).is_le());
            }
        }

        #[test]
        fn folding_gives_clean_names(name in "\\PC{0,20}") {
            let folded = fold(&name);
            proptest::prop_assert!(folded.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
            proptest::prop_assert!(!folded.contains("--") && !folded.starts_with('-') && !folded.ends_with('-'));
            proptest::prop_assert_eq!(fold(&folded), folded);
        }
    }
}
