use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use super::{Asked, Setting, text};
use crate::{
    Answers, ConsultedDocument, Mistake, PlaceGroup, PlaceView, Question, QuestionView, RemarkView,
    view::{FieldView, LineView, control_id},
};

/// Remarks on places of a document, each with the words it is about, what is proposed and why.
///
/// Each has fields of its own, `NAME.N.PART`. N says which belong together; it need not begin at 1 nor be without gaps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Most remarks in one answer.
    pub max_remarks: usize,
    /// Most characters of each part.
    pub max_length: usize,
}

/// The parts of a remark, in the order in which they are asked.
const PARTS: [&str; 4] = [PLACE, "quote", TEXT, "reason"];
const PLACE: &str = "place";
const TEXT: &str = "text";

impl Remark {
    /// How many remarks where the form says nothing.
    pub const MAX_REMARKS: usize = 10;
    /// The limit of a part where the form sets none.
    pub const MAX_LENGTH: usize = 5000;

    /// Returns the remarks that were posted, by their number; one where there is none.
    fn posted(&self, name: &str, answers: &Answers) -> BTreeSet<usize> {
        let posted = answers.pairs().filter_map(|(field, _)| number_of(field, name));
        let mut posted: BTreeSet<_> = posted.filter(|number| *number <= self.max_remarks).collect();
        if posted.is_empty() {
            posted.insert(1);
        }
        posted
    }

    fn mistake_of(&self, question: &Question, answers: &Answers, (ordinal, number): (usize, usize)) -> Option<Mistake> {
        let name = &question.name;
        let said = |part| answers.values(&field(name, number, part)).iter().any(|value| !value.trim().is_empty());
        for part in PARTS {
            let field = field(name, number, part);
            let target = control_id(&field);
            match answers.values(&field) {
                [] => {}
                [place] if part == PLACE => {
                    if Place::parse(place).is_none() {
                        return Some(Mistake::new(name, "unknown_option", target).with("value", place));
                    }
                }
                [value] => {
                    if let Some(mistake) = text::too_long(question, value, self.max_length, target) {
                        return Some(mistake);
                    }
                }
                values => return Some(Mistake::new(name, "repeated", target).with("count", values.len())),
            }
        }
        let unsaid = !said(TEXT) && (said("quote") || said("reason"));
        unsaid
            .then(|| Mistake::new(name, "remark_text", control_id(&field(name, number, TEXT))).with("number", ordinal))
    }
}

impl Asked for Remark {
    fn name(&self) -> &'static str {
        "remark"
    }

    fn fields(&self, name: &str) -> Vec<String> {
        (1..=self.max_remarks).flat_map(|number| PARTS.map(|part| field(name, number, part))).collect()
    }

    fn mistake(&self, question: &Question, answers: &Answers) -> Option<Mistake> {
        let name = &question.name;
        let posted = self.posted(name, answers);
        let wrong = posted
            .iter()
            .enumerate()
            .find_map(|(index, number)| self.mistake_of(question, answers, (index + 1, *number)));
        wrong.or_else(|| {
            let said =
                |number: &usize| answers.values(&field(name, *number, TEXT)).iter().any(|text| !text.trim().is_empty());
            let empty = question.required && !posted.iter().any(said);
            let first = posted.first().copied().unwrap_or(1);
            empty.then(|| Mistake::new(name, "remark_empty", control_id(&field(name, first, TEXT))))
        })
    }

    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>) {
        let mut numbers = self.posted(&view.name, setting.answers);
        let next = numbers.last().map_or(1, |last| last + 1);
        // After the last one, so that no field of a remark that was removed comes to life again.
        let next =
            if next > self.max_remarks { (1..).find(|number| !numbers.contains(number)).unwrap_or(1) } else { next };
        if setting.blank == Some(&view.name) && numbers.len() < self.max_remarks {
            numbers.insert(next);
        }
        let faulty = view.problem.as_ref().map(|problem| problem.target.clone());
        let part = |number: usize, part: &'static str| {
            let name = field(&view.name, number, part);
            let id = control_id(&name);
            FieldView {
                text: Some(part),
                label: String::new(),
                values: text::shown_values(setting.answers.values(&name)),
                autocomplete: None,
                invalid: faulty.as_ref() == Some(&id),
                id,
                name,
            }
        };
        let remark = |number: usize| RemarkView {
            number,
            strays: setting
                .answers
                .values(&field(&view.name, number, PLACE))
                .iter()
                .map(|place| PlaceView::of(place, setting.documents))
                .collect(),
            place: part(number, PLACE),
            parts: PARTS[1..].iter().map(|name| part(number, name)).collect(),
        };
        view.remarks = numbers.iter().copied().map(remark).collect();
        view.places = setting.documents.iter().filter_map(PlaceGroup::newest).collect();
        view.max_length = Some(self.max_length);
        view.addable = numbers.len() < self.max_remarks;
    }

    fn lines(&self, name: &str, setting: Setting<'_>) -> Vec<LineView> {
        let Setting { answers, documents, .. } = setting;
        let posted = self.posted(name, answers);
        let several = posted.len() > 1;
        let remark = |(index, number): (usize, usize)| {
            let lines = PARTS.iter().flat_map(|part| {
                let values = answers.values(&field(name, number, part)).iter();
                let said = values.filter(|value| !value.trim().is_empty());
                said.map(|value| match *part {
                    PLACE => LineView::place(PlaceView::of(value, documents)),
                    part => LineView::words(value).about_text(part),
                })
            });
            let mut lines: Vec<_> = lines.collect();
            if several && !lines.is_empty() {
                lines.insert(0, LineView::text("remark").numbered(index + 1));
            }
            lines
        };
        posted.iter().copied().enumerate().flat_map(remark).collect()
    }
}

/// What a remark is about: a section of a version of a document, as it read when it had this hash; or a whole version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Name of the document.
    pub document: String,
    /// Its version.
    pub version: String,
    /// Id of the section and hash of its text; none: the whole document.
    pub section: Option<(String, String)>,
}

impl Place {
    /// Reads what [`Place`] writes: `DOCUMENT/VERSION` or `DOCUMENT/VERSION/SECTION/HASH`. Whether there is such a
    /// place is another question.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<_> = text.split('/').collect();
        let (document, version, section) = match parts.as_slice() {
            [document, version] => (document, version, None),
            [document, version, section, hash] => (document, version, Some((*section, *hash))),
            _ => return None,
        };
        let right =
            is_id(document) && is_version(version) && section.is_none_or(|(id, hash)| is_id(id) && is_hash(hash));
        right.then(|| Self {
            document: (*document).to_owned(),
            version: (*version).to_owned(),
            section: section.map(|(id, hash)| (id.to_owned(), hash.to_owned())),
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.document, self.version)?;
        match &self.section {
            Some((id, hash)) => write!(formatter, "/{id}/{hash}"),
            None => Ok(()),
        }
    }
}

/// Returns the number of the remark that the field belongs to, if it is one of the question `name`.
pub(crate) fn number_of(field: &str, name: &str) -> Option<usize> {
    let (number, part) = field.strip_prefix(name)?.strip_prefix('.')?.split_once('.')?;
    let read = number.parse::<usize>().ok().filter(|read| *read > 0 && read.to_string() == number);
    read.filter(|_| PARTS.contains(&part))
}

fn field(name: &str, number: usize, part: &str) -> String {
    format!("{name}.{number}.{part}")
}

fn is_id(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=200).contains(&text.len()) && text.bytes().all(inner)
}

fn is_version(text: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= 50 && text.split('.').all(number)
}

/// `1-` and 16 hex digits, the `1` being the form of the text that is hashed.
fn is_hash(text: &str) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.split_once('-').is_some_and(|(form, digits)| {
        (1..=3).contains(&form.len())
            && form.bytes().all(|byte| byte.is_ascii_digit())
            && digits.len() == 16
            && digits.bytes().all(hex)
    })
}

impl PlaceView {
    /// Tells what `place` is about, as far as `documents` know it.
    pub(crate) fn of(place: &str, documents: &[ConsultedDocument]) -> Self {
        let unknown = Self { value: place.to_owned(), standing: "unknown", ..Self::default() };
        let Some(parsed) = Place::parse(place) else { return unknown };
        let named = Self { document: parsed.document.clone(), version: parsed.version.clone(), ..unknown };
        let named = match &parsed.section {
            Some((id, _)) => Self { section: Some(id.clone()), ..named },
            None => named,
        };
        let Some(document) = documents.iter().find(|document| document.name == parsed.document) else { return named };
        let named = Self { document: document.title.clone(), href: Some(document.href.clone()), ..named };
        let Some(version) = document.versions.iter().find(|version| version.version == parsed.version) else {
            return named;
        };
        let newest = document.versions.last().is_some_and(|newest| newest.version == version.version);
        let as_is = if newest { "current" } else { "older" };
        let Some((id, hash)) = &parsed.section else { return Self { standing: as_is, ..named } };
        let Some(section) = version.sections.iter().find(|section| section.id == *id) else { return named };
        let standing = if section.hash == *hash {
            as_is
        } else if section.earlier.contains(hash) {
            "changed"
        } else {
            "unknown"
        };
        Self { section: Some(section.title.clone()), standing, ..named }
    }
}

impl PlaceGroup {
    /// Returns the places of the newest version of `document`.
    fn newest(document: &ConsultedDocument) -> Option<Self> {
        let version = document.versions.last()?;
        let place = |section: Option<(String, String)>| {
            Place { document: document.name.clone(), version: version.version.clone(), section }.to_string()
        };
        let sections = version.sections.iter();
        let sections =
            sections.map(|section| (place(Some((section.id.clone(), section.hash.clone()))), section.title.clone()));
        Some(Self {
            document: document.title.clone(),
            version: version.version.clone(),
            whole: place(None),
            sections: sections.collect(),
        })
    }
}
