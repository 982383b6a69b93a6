//! Personal data where residents read: a number or an address that nobody meant to publish.
//!
//! What stands in `public` of the site, in the contact of a consultation and at its channels is meant.

use std::{collections::BTreeSet, ops::Range};

use super::Prose;
use crate::{
    diagnostic::{Diagnostic, Rule, rule},
    markdown::Kind,
    model::Site,
};

/// A telephone has them, and every other number more.
const FEWEST_DIGITS: usize = 9;
/// What stands before the number of a telephone.
const PHONE_LABELS: [&str; 12] =
    ["tel", "telefon", "telefonu", "fax", "faks", "kom", "pod", "phone", "mobile", "тел", "телефон", "моб"];
/// What words for a mobile telephone begin with: "komórka", "telefon komórkowy".
const MOBILE: &str = "komórk";
/// What stands before a number of the register of residents, however its digits are grouped.
const PESEL_LABEL: &str = "pesel";
/// What stands after an amount, which no telephone has.
const UNITS: [&str; 12] = ["zł", "tys", "mln", "mld", "PLN", "EUR", "euro", "%", "m2", "m²", "osób", "mieszk"];

/// What stands before a number that is written as a telephone and is one of an enterprise.
const REGISTERS: [&str; 3] = ["regon", "nip", "krs"];
/// Codes that three capitals before six digits are more often than the series of a card.
const CURRENCIES: [&str; 5] = ["PLN", "EUR", "USD", "GBP", "CHF"];
/// Beginnings of the words that name an identity card before its number.
const CARD_LABELS: [&str; 2] = ["dowód", "dowod"];

/// The rules about personal data, which do not hold for what is meant to be public.
const ABOUT: [&Rule; 5] = [
    rule::PERSONAL_PESEL,
    rule::PERSONAL_IDENTITY_CARD,
    rule::PERSONAL_ACCOUNT,
    rule::PERSONAL_PHONE,
    rule::PERSONAL_EMAIL,
];

/// Nothing private stands in public text; what is public is known only once the whole site is.
pub(super) fn stays_private(prose: &Prose<'_>) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    // The words of links stand in their paragraph too.
    for passage in prose.passages.iter().filter(|passage| passage.kind != Kind::Link) {
        for (rule, range) in found(&passage.words, passage.kind) {
            let words = &passage.words[range.clone()];
            problems.push(Diagnostic::new(rule, prose.place(passage, range.clone())).with("words", words));
        }
    }
    problems
}

/// Tells whether a rule is about personal data.
pub(super) fn is_about(rule: &Rule) -> bool {
    ABOUT.contains(&rule)
}

/// What may be published.
pub(super) struct Public(BTreeSet<String>);

impl Public {
    pub(super) fn of(site: &Site) -> Self {
        let contacts = site.consultations.iter().map(|consultation| &consultation.contact);
        let contacts = contacts.flat_map(|contact| [contact.email.as_deref(), contact.phone.as_deref()]).flatten();
        let channels = site.consultations.iter().flat_map(|consultation| &consultation.channels);
        let channels = channels.flat_map(|channel| [Some(channel.how.as_str()), channel.url.as_deref()]).flatten();
        let contacts: Vec<_> = contacts.collect();
        let whole = site.public.iter().map(String::as_str).chain(contacts.iter().copied()).map(key);
        Self(whole.chain(contacts.iter().copied().chain(channels).flat_map(addresses)).collect())
    }

    /// Tells whether a problem is about something that may be published.
    pub(super) fn covers(&self, problem: &Diagnostic) -> bool {
        problem.args.iter().any(|(name, words)| *name == "words" && self.0.contains(&key(words)))
    }
}

/// Returns the addresses and telephones in what leads residents to a channel, labelled or not.
fn addresses(words: &str) -> Vec<String> {
    let numbers = numbers(words).into_iter().map(|number| {
        let told = number.told(words, Kind::Text).map(|(_, range)| range);
        key(&words[told.unwrap_or(number.range)])
    });
    let numbers = numbers.filter(|key| key.len() == 9);
    numbers.chain(emails(words).into_iter().map(|range| key(&words[range]))).collect()
}

/// Folds the ways to write one number or one address.
fn key(words: &str) -> String {
    if words.contains('@') {
        return words.to_lowercase();
    }
    let bare: String = words.chars().filter(char::is_ascii_alphanumeric).collect();
    let bare =
        bare.strip_prefix("0048").or_else(|| bare.strip_prefix("48").filter(|rest| rest.len() == 9)).unwrap_or(&bare);
    bare.strip_prefix("PL").unwrap_or(bare).to_owned()
}

/// Finds everything in a passage that looks like personal data.
fn found(words: &str, kind: Kind) -> Vec<(&'static Rule, Range<usize>)> {
    // Most passages have neither a digit nor an address.
    if !words.bytes().any(|byte| byte.is_ascii_digit() || byte == b'@') {
        return Vec::new();
    }
    let numbers = numbers(words).into_iter().filter_map(|number| number.told(words, kind));
    let addresses = emails(words).into_iter().map(|range| (rule::PERSONAL_EMAIL, range));
    let cards = identity_cards(words).into_iter().map(|range| (rule::PERSONAL_IDENTITY_CARD, range));
    numbers.chain(addresses).chain(cards).collect()
}

/// Digits in groups, each after one space, hyphen or bracket.
struct Number {
    range: Range<usize>,
    groups: Vec<Range<usize>>,
}

impl Number {
    /// Returns what it is and where: all of it, else a part of it that another number follows, "600 700 800 25 maja".
    fn told(&self, words: &str, kind: Kind) -> Option<(&'static Rule, Range<usize>)> {
        // Most numbers are years and amounts.
        if self.groups.iter().map(Range::len).sum::<usize>() < FEWEST_DIGITS {
            return None;
        }
        let parts = (1..=self.groups.len()).rev().filter(|count| self.may_end_after(*count, words));
        let mut told = parts.filter_map(|count| {
            let part = Part::of(words, &self.groups[..count])?;
            Some((part.rule(kind)?, part.range))
        });
        told.next()
    }

    /// Tells whether what follows a group may be another number: behind a space, and not three more digits of this one.
    fn may_end_after(&self, count: usize, words: &str) -> bool {
        let (Some(last), Some(next)) = (self.groups.get(count - 1), self.groups.get(count)) else { return true };
        words[last.end..next.start].trim().is_empty() && next.len() != 3
    }
}

/// Groups of digits that stand alone, and what is before them.
struct Part<'a> {
    words: &'a str,
    range: Range<usize>,
    /// Lengths of the groups.
    groups: Vec<usize>,
    digits: Vec<u32>,
    /// The last word before.
    label: String,
}

impl<'a> Part<'a> {
    fn of(words: &'a str, groups: &[Range<usize>]) -> Option<Self> {
        let range = groups.first()?.start..groups.last()?.end;
        let digits = words[range.clone()].chars().filter_map(|digit| digit.to_digit(10)).collect();
        let before = words[..range.start].trim_end_matches(|letter: char| !letter.is_alphanumeric());
        let label = before.rsplit(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default().to_lowercase();
        let part = Self { words, range, groups: groups.iter().map(Range::len).collect(), digits, label };
        part.stands_alone().then_some(part)
    }

    fn rule(&self, kind: Kind) -> Option<&'static Rule> {
        let whole = self.groups == [11] || (self.digits.len() == 11 && self.is_named_pesel());
        if whole && is_pesel(&self.digits) {
            return Some(rule::PERSONAL_PESEL);
        }
        if self.is_grouped_as_account() && is_account(&self.digits) {
            return Some(rule::PERSONAL_ACCOUNT);
        }
        self.is_phone(kind).then_some(rule::PERSONAL_PHONE)
    }

    /// Tells whether one of the last three words before says so: "PESEL dziecka to: 440514 01359".
    fn is_named_pesel(&self) -> bool {
        let before = self.words[..self.range.start].rsplit(|letter: char| !letter.is_alphanumeric());
        before.filter(|word| !word.is_empty()).take(3).any(|word| word.to_lowercase() == PESEL_LABEL)
    }

    fn is_grouped_as_account(&self) -> bool {
        matches!(self.groups.as_slice(), [26] | [2, 4, 4, 4, 4, 4, 4] | [2, 24] | [2, 8, 16])
    }

    fn is_labelled(&self) -> bool {
        PHONE_LABELS.contains(&self.label.as_str()) || self.label.starts_with(MOBILE)
    }

    fn is_phone(&self, kind: Kind) -> bool {
        let international = self.words[..self.range.start].trim_end_matches([' ', '(']).ends_with('+');
        let groups = match self.groups.as_slice() {
            [2, rest @ ..] if international && self.digits.starts_with(&[4, 8]) => rest,
            [4, rest @ ..] if self.digits.starts_with(&[0, 0, 4, 8]) => rest,
            all => all,
        };
        let abroad = international || groups.len() < self.groups.len();
        let dotted = self.words[self.range.clone()].contains('.');
        let shape = match groups {
            [3, 3, 3] if dotted => self.is_labelled() || abroad,
            // Amounts and numbers of registers are written like that too.
            [3, 3, 3] => self.is_labelled() || abroad || !self.may_count(kind),
            [2, 3, 2, 2] | [2, 2, 2, 3] | [2, 7] => true,
            [9] => self.is_labelled() || abroad,
            [11] => international && self.digits.starts_with(&[4, 8]),
            _ => false,
        };
        let unit = self.words[self.range.end..].trim_start();
        shape && !UNITS.iter().any(|word| unit.starts_with(word))
    }

    /// Tells whether it may be an amount or a number of a register.
    fn may_count(&self, kind: Kind) -> bool {
        kind == Kind::Cell || self.digits.ends_with(&[0, 0, 0]) || REGISTERS.contains(&self.label.as_str())
    }

    /// Tells whether nothing before or after makes it a part of something else.
    fn stands_alone(&self) -> bool {
        let before = self.words[..self.range.start].chars().next_back();
        let after: Vec<char> = self.words[self.range.end..].chars().take(2).collect();
        let joins = |letter: char| letter.is_alphanumeric() || matches!(letter, '/' | '_' | '@' | '=');
        let goes_on = match after.as_slice() {
            ['.' | ',', next] => next.is_ascii_digit(),
            // The last digits of a second line: "tel. 41 36 76 415/416".
            ['/', next] if next.is_ascii_digit() => !self.is_labelled(),
            [next, ..] => joins(*next),
            [] => false,
        };
        let country = self.words[..self.range.start].ends_with("PL");
        let stop = before == Some('.') && !self.is_labelled();
        !goes_on && !stop && !before.is_some_and(|letter| joins(letter) && !country)
    }
}

/// Lists the numbers in `words`, each with all groups that may belong to it.
fn numbers(words: &str) -> Vec<Number> {
    let mut numbers = Vec::new();
    let mut at = 0;
    while let Some(start) = words.bytes().skip(at).position(|byte| byte.is_ascii_digit()).map(|found| at + found) {
        let mut groups = Vec::new();
        let mut rest = start;
        loop {
            let end = rest + words[rest..].bytes().take_while(u8::is_ascii_digit).count();
            groups.push(rest..end);
            at = end;
            let after = &words[end..];
            let gap = after.len() - after.trim_start_matches([' ', '-', ')', '\u{a0}']).len();
            // A telephone in groups of three may have stops between them, which a date never has, and behind its country.
            let is_country = words[..end].ends_with("+48");
            let dotted = after.starts_with('.') && (is_country || groups.last().is_some_and(|group| group.len() == 3));
            let gap = if dotted && begins_with_three_digits(&after[1..]) { 1 } else { gap };
            let joined = gap <= 2 && gap > 0 && after[gap..].starts_with(|next: char| next.is_ascii_digit());
            if !joined {
                break;
            }
            rest = end + gap;
        }
        numbers.push(Number { range: start..at, groups });
    }
    numbers
}

fn begins_with_three_digits(words: &str) -> bool {
    words.bytes().take_while(u8::is_ascii_digit).count() == 3
}

/// Tells whether eleven digits are a PESEL number: a date and a check digit (act of 24 September 2010, art. 15).
fn is_pesel(digits: &[u32]) -> bool {
    const WEIGHTS: [u32; 10] = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3];
    let [.., check] = digits else { return false };
    let sum: u32 = WEIGHTS.iter().zip(digits).map(|(weight, digit)| weight * digit).sum();
    let (month, day) = ((digits[2] * 10 + digits[3]) % 20, digits[4] * 10 + digits[5]);
    (10 - sum % 10) % 10 == *check && (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// Tells whether 26 digits are an account: the remainder of ISO 7064 with the country at the end is 1.
fn is_account(digits: &[u32]) -> bool {
    // Account, then PL as 2521, then the two check digits.
    let order = digits[2..].iter().chain(&[2, 5, 2, 1]).chain(&digits[..2]);
    order.fold(0, |remainder, digit| (remainder * 10 + digit) % 97) == 1
}

/// Finds three capitals and six digits whose check digit, the first of the six, is right.
///
/// One in ten amounts of money after the code of a currency has such a digit too, and so has any other code before a
/// number: behind a space or the code of a currency a number is one of a card only where the text says so.
fn identity_cards(words: &str) -> Vec<Range<usize>> {
    const WEIGHTS: [u32; 9] = [7, 3, 1, 9, 7, 3, 1, 7, 3];
    let bytes = words.as_bytes();
    let mut found = Vec::new();
    for start in 0..bytes.len().saturating_sub(8) {
        if !bytes[start..start + 3].iter().all(u8::is_ascii_uppercase) {
            continue;
        }
        let gap = usize::from(bytes[start + 3] == b' ');
        let Some(digits) = bytes.get(start + 3 + gap..start + 9 + gap) else { continue };
        let range = start..start + 9 + gap;
        let joins = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '-');
        if !digits.iter().all(u8::is_ascii_digit)
            || joins(words[..start].chars().next_back())
            || joins(words[range.end..].chars().next())
        {
            continue;
        }
        let doubtful = gap > 0 || CURRENCIES.contains(&&words[start..start + 3]);
        if doubtful && !is_named_card(&words[..start]) {
            continue;
        }
        let letters = bytes[start..start + 3].iter().map(|letter| u32::from(letter - b'A') + 10);
        let values = letters.chain(digits.iter().map(|digit| u32::from(digit - b'0')));
        if WEIGHTS.iter().zip(values).map(|(weight, value)| weight * value).sum::<u32>() % 10 == 0 {
            found.push(range);
        }
    }
    found
}

/// Tells whether one of the last words before a number names an identity card: "dowód osobisty, seria i numer".
fn is_named_card(before: &str) -> bool {
    let mut last = before.split_whitespace().rev().take(6).map(str::to_lowercase);
    last.any(|word| CARD_LABELS.iter().any(|label| word.trim_start_matches('(').starts_with(label)))
}

/// Finds e-mail addresses.
fn emails(words: &str) -> Vec<Range<usize>> {
    let local = |letter: char| letter.is_ascii_alphanumeric() || "._%+-".contains(letter);
    let host = |letter: char| letter.is_ascii_alphanumeric() || ".-".contains(letter);
    let at_signs = words.match_indices('@').map(|(at, _)| at);
    let found = at_signs.filter_map(|at| {
        let start = words[..at].trim_end_matches(local).len();
        let after = &words[at + 1..];
        let length = after.len() - after.trim_start_matches(host).len();
        let domain = after[..length].trim_end_matches(['.', '-']);
        // Nobody can have an address that ends so (RFC 2606): it is an example.
        let example = [".example", ".test", ".invalid"].iter().any(|end| domain.ends_with(end));
        let whole = start < at && domain.contains('.') && !example;
        whole.then_some(start..at + 1 + domain.len())
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &str, expected: &[(&str, &str)]) {
        check_in(Kind::Text, words, expected);
    }

    fn check_in(kind: Kind, words: &str, expected: &[(&str, &str)]) {
        let told = found(words, kind).into_iter();
        let told: Vec<(&str, &str)> = told.map(|(rule, range)| (rule.id, &words[range])).collect();
        assert_eq!(told, expected, "{words}");
    }

    #[test]
    fn personal_data_are_found() {
        check("PESEL 44051401359, proszę", &[("personal-pesel", "44051401359")]);
        for pesel in ["440514 01359", "440514-01359", "4405-1401-359", "440 514 013 59"] {
            check(&format!("PESEL: {pesel}"), &[("personal-pesel", pesel)]);
        }
        check("tel. 600.700.800.", &[("personal-phone", "600.700.800")]);
        check("tel. komórkowy 600700803", &[("personal-phone", "600700803")]);
        check("komórka 600700801", &[("personal-phone", "600700801")]);
        check("dzwonić pod 600700802", &[("personal-phone", "600700802")]);
        check("Numer: 02070803628.", &[("personal-pesel", "02070803628")]);
        check("dzwoń: 123 456 789", &[("personal-phone", "123 456 789")]);
        check("tel. +48 41 36 76 415", &[("personal-phone", "48 41 36 76 415")]);
        check("tel. (41) 367 64 15", &[("personal-phone", "41) 367 64 15")]);
        check("telefon 413676415", &[("personal-phone", "413676415")]);
        check("tel.41 367 64 15", &[("personal-phone", "41 367 64 15")]);
        check("tel.600700800", &[("personal-phone", "600700800")]);
        check("tel. 41 36 76 415/416", &[("personal-phone", "41 36 76 415")]);
        check("Zadzwoń: 600 700 800 25 maja", &[("personal-phone", "600 700 800")]);
        check("44051401359 12 marca", &[("personal-pesel", "44051401359")]);
        check("tel. 600 700 000", &[("personal-phone", "600 700 000")]);
        check("+48 600 700 000", &[("personal-phone", "48 600 700 000")]);
        check_in(Kind::Cell, "+48 600 700 801", &[("personal-phone", "48 600 700 801")]);
        check_in(Kind::Cell, "tel. 600 700 801", &[("personal-phone", "600 700 801")]);
        check_in(Kind::Cell, "41 367 64 15", &[("personal-phone", "41 367 64 15")]);
        check("tel:+48413676415", &[("personal-phone", "48413676415")]);
        check("+48.600.700.800", &[("personal-phone", "48.600.700.800")]);
        check("PESEL dziecka to: 440514 01359", &[("personal-pesel", "440514 01359")]);
        check("np. jan.k@poczta.example albo jan.k@poczta.test", &[]);
        check("pisz na jan.k@poczta.example.pl.", &[("personal-email", "jan.k@poczta.example.pl")]);
        check("konto PL 61 1090 1014 0000 0712 1981 2874", &[("personal-account", "61 1090 1014 0000 0712 1981 2874")]);
        check("dowód ABA300000 wydany", &[("personal-identity-card", "ABA300000")]);
        check("legitymuje się: ABA300000", &[("personal-identity-card", "ABA300000")]);
        check("Dowodu osobistego, seria i numer: ABA 300000", &[("personal-identity-card", "ABA 300000")]);
        check("dowód PLN 100000", &[("personal-identity-card", "PLN 100000")]);
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for words in [
            "44051401358",
            "99999999999",
            "1 460 400 086 zł",
            "600.700.800",
            "1.460.400.086 zł",
            "192.168.100.200",
            "440514 01359",
            "PESEL: 440514 01358",
            "PESEL nie jest potrzebny, sprawa 440514 01359",
            "48.600.700.800",
            "123 456 789 zł",
            "od 100 000 000 do 200 000 000 zł",
            "REGON 291 009 343",
            "REGON: 291 009 343",
            "hotel 600700800",
            "600 700 800 100 zł",
            "7311.600 700 800",
            "600 700 800/2021",
            "123 456 789,50",
            "PiKS-VI.7311.1.20.2021",
            "2021-07-29 i 2021-08-28",
            "25-303 Dębowo",
            "413676415",
            "Dz. U. z 2021 r. poz. 1057",
            "61 1090 1014 0000 0712 1981 2875",
            "ABA300001",
            "XABA300000",
            "ABA 300000",
            "koszt PLN 100000",
            "EUR 500000",
            "USD 250000",
            "PLN100000",
            "wersja@",
            "https://example.pl/123456789",
            "10.10.2020-11.11.2021",
            "zażółć 🌳 gęślą",
        ] {
            check(words, &[]);
        }
        check_in(Kind::Cell, "460 400 086", &[]);
    }

    #[test]
    fn what_is_public_is_so_however_it_is_written() {
        assert_eq!(key("+48 41 36 76 415"), key("413676415"));
        assert_eq!(key("48 41 36 76 415"), key("41) 367 64-15"));
        assert_eq!(key("Urzad@Example.PL"), key("urzad@example.pl"));
        assert_eq!(key("PL61109010140000071219812874"), key("61 1090 1014 0000 0712 1981 2874"));
    }
}
