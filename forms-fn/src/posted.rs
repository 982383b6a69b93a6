use std::{borrow::Cow, collections::BTreeSet};

use forms::{
    Answers,
    page::{EDIT, KEPT, SHOWN, TOLD, TRAP, WHOLE},
};
use percent_encoding::percent_decode;

use crate::number::Token;

/// Most bytes of a body that is read as a form; sending may be [`SEND_EXTRA`] larger.
pub(crate) const WORKS: usize = 256 * 1024;
/// What the review page adds to a body when it is sent: token, revision, and line ends that browsers double.
pub(crate) const SEND_EXTRA: usize = 8 * 1024;
/// Most bytes of a body whose text is given back.
pub(crate) const GIVEN_BACK: usize = 1024 * 1024;
/// Most bytes that are read at all.
pub(crate) const READ: usize = 4 * 1024 * 1024;

/// Most fields that are read: no form has so many, and each is drawn again on the page that answers.
pub(crate) const FIELDS: usize = 4096;

/// What a browser sent, taken apart; nothing is judged yet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Posted {
    /// Everything the resident typed or chose.
    pub(crate) answers: Answers,
    /// The same without what the review page has set aside: what a step that writes would store.
    pub(crate) sent: Answers,
    /// What the pressed button asks for.
    pub(crate) step: Step,
    /// The token of the journey, if one well formed came.
    pub(crate) token: Option<Token>,
    /// The revision that the page was drawn from.
    pub(crate) revision: Option<String>,
    /// The language of the page.
    pub(crate) language: Option<String>,
    /// The amendment that a correction replaces.
    pub(crate) amends: Option<u16>,
    /// What stands in the field that no person fills in.
    pub(crate) trap: Option<String>,
    /// How the page of the form was opened that posts.
    pub(crate) shown: Way,
    /// Places of remarks of which the page has said that their text has changed.
    pub(crate) told: BTreeSet<String>,
    /// Whether some bytes were not UTF-8 and stand as U+FFFD now.
    pub(crate) unreadable: bool,
    /// Whether the body is larger than what works for this step.
    pub(crate) too_large: bool,
}

/// How a page of the form was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// From the page before it, on to the next.
    On,
    /// From the review page, and back to it.
    ToReview,
    /// As one page with all questions.
    Whole,
}

/// What the pressed button asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Show the answers as they will be sent.
    Review,
    /// Send them.
    Send,
    /// Back to the form, at a question if one is named.
    Edit(Option<String>),
    /// On to the page of the form with this question.
    Page(String),
    /// One remark more in this question.
    Add(String),
    /// One remark less: it has left the answers already.
    Remove(String),
    /// As a file for the resident's device.
    Save,
    /// Put them in the place of those sent before.
    Correct,
    /// Take them as an answer of its own, apart from one sent before.
    New,
}

impl Posted {
    /// Reads a body of the type `application/x-www-form-urlencoded`; none when it has too many fields.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let pieces = body.split(|&byte| byte == b'&').filter(|piece| !piece.is_empty());
        if pieces.clone().count() > FIELDS {
            return None;
        }
        let mut unreadable = false;
        let mut text = |bytes: &[u8]| {
            let spaced: Vec<u8> = bytes.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
            let decoded: Cow<'_, [u8]> = percent_decode(&spaced).into();
            String::from_utf8(decoded.into_owned()).unwrap_or_else(|error| {
                unreadable = true;
                String::from_utf8_lossy(error.as_bytes()).into_owned()
            })
        };
        let pairs: Vec<(String, String)> = pieces
            .map(|piece| {
                let end = piece.iter().position(|&byte| byte == b'=').unwrap_or(piece.len());
                (text(&piece[..end]), text(piece.get(end + 1..).unwrap_or_default()))
            })
            .collect();
        // Of a field of ours the first value counts: the button that was pressed comes once.
        let ours = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let step = Step::parse(ours("_step").unwrap_or_default());
        let limit = if step.writes() { WORKS + SEND_EXTRA } else { WORKS };
        let sent = Answers::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value)));
        // What the review page keeps, but does not send, comes back whatever follows.
        let answer =
            |(name, value): &'_ (String, String)| (name.strip_prefix(KEPT).unwrap_or(name).to_owned(), value.clone());
        let answers = Answers::from_pairs(pairs.iter().map(answer));
        let answers = match removed(ours("_step").unwrap_or_default()) {
            Some((question, number)) => {
                let prefix = format!("{question}.{number}.");
                answers.filtered(|name| !name.starts_with(&prefix))
            }
            None => answers,
        };
        Some(Self {
            amends: ours("_amends").and_then(|amends| amends.parse().ok()),
            shown: match ours(SHOWN) {
                Some(EDIT) => Way::ToReview,
                Some(WHOLE) => Way::Whole,
                _ => Way::On,
            },
            trap: ours(TRAP).filter(|trap| !trap.is_empty()).map(str::to_owned),
            told: pairs.iter().filter(|(name, _)| name == TOLD).map(|(_, value)| value.clone()).collect(),
            token: ours("_token").and_then(Token::parse),
            revision: ours("_revision").map(str::to_owned),
            language: ours("_lang").map(str::to_owned),
            unreadable,
            too_large: body.len() > limit,
            answers,
            sent,
            step,
        })
    }
}

impl Step {
    /// Reads the value of `_step`; whatever is not known shows the review, which does no harm.
    fn parse(text: &str) -> Self {
        match text.split_once(':') {
            None if text == "send" => Self::Send,
            None if text == "new" => Self::New,
            None if text == "edit" => Self::Edit(None),
            None if text == "save" => Self::Save,
            None if text == "correct" => Self::Correct,
            Some(("edit", question)) => Self::Edit(Some(question.to_owned())),
            Some(("page", question)) => Self::Page(question.to_owned()),
            Some(("add", question)) => Self::Add(question.to_owned()),
            Some(("remove", _)) => {
                removed(text).map_or(Self::Review, |(question, _)| Self::Remove(question.to_owned()))
            }
            _ => Self::Review,
        }
    }

    /// Tells whether it stores what was reviewed.
    pub(crate) fn writes(&self) -> bool {
        matches!(self, Self::Send | Self::Correct)
    }
}

/// Reads `remove:QUESTION.N`.
fn removed(step: &str) -> Option<(&str, usize)> {
    let (question, number) = step.strip_prefix("remove:")?.rsplit_once('.')?;
    Some((question, number.parse().ok()?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn check(body: &[u8], name: &str, values: &[&str]) -> Posted {
        let posted = Posted::read(body).unwrap();
        assert_eq!(posted.answers.values(name), values, "{}", String::from_utf8_lossy(body));
        posted
    }

    #[test]
    fn bodies_are_read_as_browsers_write_them() {
        check(b"a=1+2%2B3", "a", &["1 2+3"]);
        check(b"a=x%0D%0Ay%0Dz", "a", &["x\ny\nz"]);
        check(b"a=1&b=2&a=3&a=", "a", &["1", "3"]);
        check(b"a", "a", &[]);
        check(b"=x&&a=%C5%82%", "a", &["ł%"]);
        check(b"a=\r\n\n", "a", &["\n\n"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_told_and_the_rest_is_kept() {
        let posted = check(b"a=ok%FFok", "a", &["ok\u{fffd}ok"]);
        assert!(posted.unreadable);
        assert!(!check(b"a=%EF%BF%BD", "a", &["\u{fffd}"]).unreadable, "a typed U+FFFD is a character");
    }

    #[test]
    fn a_flood_of_fields_is_not_read() {
        assert!(Posted::read(&b"x=1&".repeat(FIELDS)).is_some());
        assert!(Posted::read(&b"x=1&".repeat(FIELDS + 1)).is_none());
    }

    #[test]
    fn fields_of_ours_are_no_answers() {
        let posted =
            check(b"_step=send&_token=0123456789abcdef0123456789abcdef&_revision=1-x&_lang=pl&_x=1", "_x", &[]);
        assert_eq!(posted.step, Step::Send);
        assert!(posted.token.is_some());
        assert!(posted.answers.is_empty());
        let odd = Posted::read(b"_step=edit:q&_token=0123456789ABCDEF0123456789abcdef").unwrap();
        assert_eq!((odd.step, odd.token), (Step::Edit(Some("q".to_owned())), None));
        assert_eq!(Posted::read(b"_step=nonsense:2").unwrap().step, Step::Review);
    }
}
