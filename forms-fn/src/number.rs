//! What identifies one journey and its receipt.
//!
//! A [`Token`] is minted once per journey and travels in hidden fields. From it and the form derive
//! a [`Number`], which can be dictated by telephone, and a [`Secret`], which opens the receipt; a
//! replay after a lost answer therefore rebuilds the same receipt. The token itself is never
//! stored: the store keeps its hash, the hash of the secret, and an [`AnswersHash`] keyed with the
//! token.
//!
//! Derivations are SHA-256 over a list of parts, each preceded by its length as eight big-endian
//! bytes, so that no two lists give one input. Tokens and secrets enter as their 16 bytes, text as
//! UTF-8.

use std::fmt;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The 32 symbols of numbers and secrets: digits and capital letters without 0, 1, I and O, which
/// are misread.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Symbols of a number: nine that are derived and one that checks them.
const NUMBER_LENGTH: usize = 10;

/// Symbols of a secret: 128 bits, five in each symbol but the first, which holds three.
const SECRET_LENGTH: usize = 26;

/// The block of SHA-256 in bytes; an HMAC key is padded with zeros to it (RFC 2104).
const HMAC_BLOCK: usize = 64;

/// One journey through a form: 128 random bits, written as 32 lower-case hexadecimal digits.
///
/// Whoever holds it can send and read in the resident's name, so `Debug` hides it; `Display` writes
/// it out for the hidden field.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 16]);

impl Token {
    /// Reads exactly 32 lower-case hexadecimal digits; anything else is no token.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = HEXLOWER.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// Makes a new token from the system's randomness; fails only where the system has none.
    pub fn mint() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Returns the SHA-256 under which the store knows this token.
    pub(crate) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The number of a receipt: nine symbols and a check symbol, shown bare (`K7MR4ZP29T`).
///
/// The check symbol makes the ten symbols a word of a code over GF(2^5): with the weights α^9 …
/// α^0, all different and none zero, the weighted sum is zero. So one wrong symbol is always
/// noticed, and so are two symbols that changed places, wherever they stand.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number([u8; NUMBER_LENGTH]);

impl Number {
    /// Derives the number of a journey; `n` counts the numbers tried because others were taken.
    pub fn derive(form: &str, token: &Token, n: u8) -> Self {
        let hash = digest(&[b"number", form.as_bytes(), &token.0, &[n]]);
        let mut values = [0; NUMBER_LENGTH];
        for (value, byte) in values.iter_mut().take(NUMBER_LENGTH - 1).zip(hash) {
            *value = byte & 0b1_1111;
        }
        values[NUMBER_LENGTH - 1] = weighted_sum(&values);
        Self(values.map(symbol))
    }

    /// Reads a number as people write it: in either case, with spaces and hyphens anywhere. `None`
    /// when a symbol is not of the alphabet, the length is wrong, or the check symbol does not fit.
    pub fn parse(text: &str) -> Option<Self> {
        let values: Vec<u8> =
            text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(value).collect::<Option<_>>()?;
        let values: [u8; NUMBER_LENGTH] = values.try_into().ok()?;
        let (&check, derived) = values.split_last()?;
        let fits = weighted_sum(derived) == check;
        fits.then(|| Self(values.map(symbol)))
    }

    /// Returns the shard its answers are kept in: the first hexadecimal digit of SHA-256 of the ten
    /// symbols.
    pub(crate) fn shard(self) -> char {
        let hash: [u8; 32] = Sha256::digest(self.0).into();
        char::from_digit(u32::from(hash[0] >> 4), 16).unwrap_or('0')
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|&s| fmt::Write::write_char(f, char::from(s)))
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({self})")
    }
}

/// What opens a receipt together with its number: 128 bits, written as 26 symbols of the number's
/// alphabet.
///
/// `Debug` hides it; `Display` writes it out for the receipt's address.
#[derive(Clone)]
pub struct Secret([u8; 16]);

impl Secret {
    /// Derives the secret of a journey: the first 128 bits of its hash.
    pub fn derive(form: &str, token: &Token) -> Self {
        let hash = digest(&[b"secret", form.as_bytes(), &token.0]);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        Self(bytes)
    }

    /// Reads 26 symbols in either case; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != SECRET_LENGTH {
            return None;
        }
        let mut bits: u128 = 0;
        for (place, c) in text.chars().enumerate() {
            let value = value(c)?;
            if place == 0 && value > 0b111 {
                return None;
            }
            bits = bits << 5 | u128::from(value);
        }
        Some(Self(bits.to_be_bytes()))
    }

    /// Returns the SHA-256 that the store keeps instead of the secret.
    pub(crate) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }

    /// Tells whether this is the secret with that hash, in a time that does not depend on the
    /// answer.
    pub(crate) fn matches(&self, hash: &[u8; 32]) -> bool {
        self.hash().ct_eq(hash).into()
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = u128::from_be_bytes(self.0);
        (0..SECRET_LENGTH).rev().try_for_each(|place| {
            let [.., low] = (bits >> (5 * place)).to_be_bytes();
            fmt::Write::write_char(f, char::from(symbol(low & 0b1_1111)))
        })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Tells two sets of answers under one token apart without saying anything about either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswersHash(pub(crate) [u8; 32]);

/// Returns HMAC-SHA-256 of the answers in their canonical form, keyed with the token: without the
/// token, which is never stored, nobody can try out short answers against it.
pub fn answers_hash(token: &Token, canonical: &[u8]) -> AnswersHash {
    AnswersHash(keyed_hash(&token.0, canonical))
}

/// Returns HMAC-SHA-256 of `message`.
pub(crate) fn keyed_hash<const N: usize>(key: &[u8; N], message: &[u8]) -> [u8; 32] {
    const { assert!(N <= HMAC_BLOCK) };
    let mut block = [0; HMAC_BLOCK];
    block[..N].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Returns SHA-256 of the parts, each preceded by its length.
fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Returns Σ valueᵢ·α^(9-i) of the first nine values, by Horner's rule: what the tenth has to be.
fn weighted_sum(values: &[u8]) -> u8 {
    values.iter().take(NUMBER_LENGTH - 1).fold(0, |sum, value| times_alpha(sum ^ value))
}

/// Multiplies by α, the root of x^5 + x^2 + 1, in GF(2^5).
fn times_alpha(value: u8) -> u8 {
    let shifted = value << 1;
    if shifted & 0b10_0000 == 0 { shifted } else { shifted ^ 0b10_0101 }
}

/// Returns the symbol of a value below 32.
fn symbol(value: u8) -> u8 {
    ALPHABET[usize::from(value & 0b1_1111)]
}

/// Returns the value of a symbol in either case, `None` for a character outside the alphabet.
fn value(symbol: char) -> Option<u8> {
    let symbol = u8::try_from(symbol.to_ascii_uppercase()).ok()?;
    let place = ALPHABET.iter().position(|&s| s == symbol)?;
    u8::try_from(place).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FORM: &str = "strategia-2030/ankieta";

    fn token(seed: u8) -> Token {
        Token([seed; 16])
    }

    fn text(symbols: &[u8]) -> String {
        symbols.iter().copied().map(char::from).collect()
    }

    /// Derivations are kept in the table for years: these values never change.
    #[test]
    fn derivations_are_fixed() {
        let token = Token::parse("000102030405060708090a0b0c0d0e0f").unwrap();
        assert_eq!(Number::derive(FORM, &token, 0).to_string(), "UAXTL5KUL4");
        assert_eq!(Number::derive(FORM, &token, 7).to_string(), "PREJGN5GSR");
        assert_eq!(Number::derive(FORM, &token, 0).shard(), '6');
        assert_eq!(Secret::derive(FORM, &token).to_string(), "4YRYQ5CHHKHX8YHCPYTR4GZ8J4");
        assert_eq!(
            HEXLOWER.encode(&answers_hash(&token, b"").0),
            "07eff8b326b7798c9ccfcbdbe579489ac785a7995a04618b1a2813c26744777d"
        );
        assert_eq!(
            HEXLOWER.encode(&answers_hash(&token, b"wiek=18-29").0),
            "a28fbc2e4152aa6ac9b31797890c44830bc28828da09d9bb7a755e3fb9b20992"
        );
    }

    #[test]
    fn another_form_token_or_attempt_gives_another_number() {
        let base = Number::derive(FORM, &token(1), 0);
        assert_ne!(base, Number::derive("strategia-2030/uwagi", &token(1), 0));
        assert_ne!(base, Number::derive(FORM, &token(2), 0));
        assert_ne!(base, Number::derive(FORM, &token(1), 1));
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
        assert_ne!(digest(&[b"ab"]), digest(&[b"ab", b""]));
    }

    #[test]
    fn a_token_is_32_lower_case_digits_and_nothing_else() {
        let good = "00112233445566778899aabbccddeeff";
        assert_eq!(Token::parse(good).unwrap().to_string(), good);
        for bad in [
            "",
            "00112233445566778899aabbccddeef",
            "00112233445566778899aabbccddeeff0",
            "00112233445566778899aabbccddeeff00",
            "00112233445566778899AABBCCDDEEFF",
            "00112233445566778899aabbccddeefg",
            " 0112233445566778899aabbccddeeff",
            "00112233445566778899aabbccddeef\n",
            "0011223344556677-899aabbccddeeff",
            "ąą112233445566778899aabbccddee",
        ] {
            assert!(Token::parse(bad).is_none(), "{bad:?}");
        }
        assert_ne!(Token::mint().unwrap(), Token::mint().unwrap());
    }

    #[test]
    fn debug_hides_what_opens_receipts() {
        let token = token(0xab);
        let secret = Secret::derive(FORM, &token);
        assert_eq!(format!("{token:?} {secret:?}"), "Token(…) Secret(…)");
    }

    #[test]
    fn a_number_is_read_as_people_write_it() {
        let number = Number::derive(FORM, &token(3), 0);
        let bare = number.to_string();
        let (left, right) = bare.split_at(5);
        for written in [
            bare.clone(),
            bare.to_lowercase(),
            format!(" {left} {right} "),
            format!("{left}-{right}"),
            format!("{left}\u{a0}{right}\n"),
        ] {
            assert_eq!(Number::parse(&written), Some(number), "{written:?}");
        }
    }

    #[test]
    fn d29_symbols_that_look_alike_are_in_no_number() {
        let bare = Number::derive(FORM, &token(3), 0).to_string();
        for look_alike in ["0", "1", "O", "o", "I", "i", "ı", "Ł", "_", "é"] {
            let written = format!("{look_alike}{}", &bare[1..]);
            assert_eq!(Number::parse(&written), None, "{written}");
        }
        for written in ["", "-", &bare[1..], &format!("{bare}2"), &format!("2{bare}"), &bare.repeat(2)] {
            assert_eq!(Number::parse(written), None, "{written:?}");
        }
    }

    #[test]
    fn a_secret_is_read_in_either_case_and_only_whole() {
        let secret = Secret::derive(FORM, &token(4));
        let written = secret.to_string();
        assert_eq!(written.len(), SECRET_LENGTH);
        for text in [written.clone(), written.to_lowercase()] {
            assert!(Secret::parse(&text).unwrap().matches(&secret.hash()));
        }
        let too_big = format!("Z{}", &written[1..]);
        for text in ["", &written[1..], &format!("{written}2"), &too_big, &format!("2ą{}", &written[3..])] {
            assert!(Secret::parse(text).is_none(), "{text:?}");
        }
        assert!(!Secret::derive(FORM, &token(5)).matches(&secret.hash()));
    }

    #[test]
    fn answers_hash_depends_on_token_and_answers() {
        assert_eq!(answers_hash(&token(1), b"a=b"), answers_hash(&token(1), b"a=b"));
        assert_ne!(answers_hash(&token(1), b"a=b"), answers_hash(&token(2), b"a=b"));
        assert_ne!(answers_hash(&token(1), b"a=b"), answers_hash(&token(1), b"a=c"));
    }

    proptest! {
        #[test]
        fn written_numbers_and_secrets_read_back(bytes: [u8; 16], n: u8) {
            let token = Token(bytes);
            let number = Number::derive(FORM, &token, n);
            prop_assert_eq!(Number::parse(&number.to_string()), Some(number));
            let secret = Secret(bytes);
            let read = Secret::parse(&secret.to_string()).map(|s| s.0);
            prop_assert_eq!(read, Some(bytes));
        }

        #[test]
        fn every_single_wrong_symbol_is_noticed(bytes: [u8; 16]) {
            let right = Number::derive(FORM, &Token(bytes), 0).0;
            for place in 0..NUMBER_LENGTH {
                for &other in ALPHABET.iter().filter(|&&s| s != right[place]) {
                    let mut wrong = right;
                    wrong[place] = other;
                    prop_assert_eq!(Number::parse(&text(&wrong)), None);
                }
            }
        }

        #[test]
        fn every_swap_of_two_symbols_is_noticed(bytes: [u8; 16]) {
            let right = Number::derive(FORM, &Token(bytes), 0).0;
            for first in 0..NUMBER_LENGTH {
                for second in first + 1..NUMBER_LENGTH {
                    let mut wrong = right;
                    wrong.swap(first, second);
                    if wrong != right {
                        prop_assert_eq!(Number::parse(&text(&wrong)), None);
                    }
                }
            }
        }

        #[test]
        fn no_text_makes_parsing_panic(text: String) {
            let _ = (Token::parse(&text), Number::parse(&text), Secret::parse(&text).is_some());
        }
    }
}
