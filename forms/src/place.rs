//! What a remark is bound to: document, version, section and the hash of its text, and what became of that text since.

use std::{collections::BTreeSet, fmt};

use crate::{
    Answers, Bundle, ConsultedDocument, Kind, PlaceGroup, PlaceView,
    kind::{PLACE, place_field},
};

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

/// The places of remarks, as [`Place`] writes them, that are not what the resident may believe.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutdatedPlaces {
    /// Those whose text has changed since it was read.
    pub changed: BTreeSet<String>,
    /// Those that nobody knows.
    pub unknown: BTreeSet<String>,
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
    pub(crate) fn newest(document: &ConsultedDocument) -> Option<Self> {
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

impl Bundle {
    /// Returns the answers with which the form begins when it is opened at a place of a document: its first remark is
    /// about that place. What the bundle does not know is ignored, but for the hash: it tells which text was read.
    pub fn answers_at(
        &self,
        document: Option<&str>,
        version: Option<&str>,
        section: Option<&str>,
        hash: Option<&str>,
    ) -> Answers {
        let place = || {
            let document = self.documents.iter().find(|known| Some(known.name.as_str()) == document)?;
            let wanted = document.versions.iter().find(|known| Some(known.version.as_str()) == version);
            let version = wanted.or(document.versions.last())?;
            let section = version.sections.iter().find(|known| Some(known.id.as_str()) == section);
            let hash = hash.filter(|hash| is_hash(hash));
            let section = section.map(|known| (known.id.clone(), hash.unwrap_or(&known.hash).to_owned()));
            Some(Place { document: document.name.clone(), version: version.version.clone(), section })
        };
        let mut questions = self.form.questions.iter();
        let remark = questions.find(|question| matches!(question.kind, Kind::Remark(_)));
        match (remark, place()) {
            (Some(remark), Some(place)) => Answers::from_pairs([(place_field(&remark.name, 1), place.to_string())]),
            _ => Answers::default(),
        }
    }

    /// Returns the places in `answers` whose text is not the one that was read, and those that nobody knows.
    pub fn outdated_places(&self, answers: &Answers) -> OutdatedPlaces {
        let remarks = self.form.questions.iter().filter(|question| matches!(question.kind, Kind::Remark(_)));
        let fields = remarks.flat_map(crate::Question::fields).filter(|field| field.ends_with(PLACE));
        let places = fields.flat_map(|field| answers.values(&field).to_vec());
        let mut outdated = OutdatedPlaces::default();
        for place in places {
            match PlaceView::of(&place, &self.documents).standing {
                "changed" => outdated.changed.insert(place),
                "unknown" => outdated.unknown.insert(place),
                _ => false,
            };
        }
        outdated
    }
}
