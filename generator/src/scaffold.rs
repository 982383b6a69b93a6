//! What `konsultacje new` makes: files out of the skeletons in `i18n/new`, and entries in lists that are there.
//!
//! Values in, edits out. Nothing that is there is replaced, and a list keeps its comments and its order: an entry is text
//! put behind the last one, taken only if reading the file again gives what was there and the entry. What is made is in the
//! language of the site.

mod lists;
mod skeletons;

use jiff::civil::Date;

use crate::{
    content::{self, consultation::LONGEST_ID, split},
    diagnostic::Texts,
    edit::{self, Edit},
    model::{Consultation, Document, Site},
    prose, publish, slug,
    source::Source,
    yaml,
};

use self::{
    lists::append,
    skeletons::{Skeletons, in_language},
};

/// Why something cannot be made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unmade {
    /// A name out of which no address can be made.
    Nameless(String),
    /// A folder outside of the content.
    Outside(String),
    /// An id that is no part of an address.
    BadId {
        id: String,
        /// What could be one in its place.
        meant: String,
    },
    /// An id that is too long.
    TooLong(String),
    /// A name that generated pages have.
    Reserved(String),
    /// There is no such thing in the content.
    Unknown {
        what: What,
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// There is none at all.
    Nothing(What),
    /// Several would do.
    Several {
        what: What,
        /// What there is.
        known: String,
    },
    /// A name that is taken.
    Taken { what: What, name: String },
    /// A list that is written in a way that no text can be put into.
    Unlisted {
        /// The list.
        key: &'static str,
        /// The file.
        path: String,
        /// It is written as an empty one.
        empty: bool,
    },
    /// The term ends before it starts.
    Backwards {
        /// First day.
        start: Date,
        /// Last day.
        end: Date,
    },
}

/// What an editor names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Consultation,
    Document,
    Form,
    Version,
    /// A stage or a meeting of a schedule.
    Entry,
}

impl What {
    /// Returns how the keys of its phrases end.
    fn id(self) -> &'static str {
        match self {
            Self::Consultation => "consultation",
            Self::Document => "document",
            Self::Form => "form",
            Self::Version => "version",
            Self::Entry => "entry",
        }
    }
}

impl Unmade {
    /// Tells it to the editor, with what to do about it.
    pub(crate) fn told(&self, texts: &Texts) -> String {
        let most = LONGEST_ID.to_string();
        let say = |key: &str, values: &[(&str, &str)]| texts.phrase(&format!("unmade-{key}"), values);
        match self {
            Self::Nameless(name) => say("nameless", &[("name", name)]),
            Self::Outside(folder) => say("outside", &[("folder", folder)]),
            Self::BadId { id, meant } => say("bad-id", &[("id", id), ("meant", meant)]),
            Self::TooLong(id) => say("too-long", &[("id", id), ("most", &most)]),
            Self::Reserved(id) => say("reserved", &[("id", id)]),
            Self::Unknown { what, name, known } => {
                say(&format!("unknown-{}", what.id()), &[("name", name), ("known", known)])
            }
            Self::Nothing(what) => say(&format!("no-{}", what.id()), &[]),
            Self::Several { what, known } => say(&format!("several-{}", what.id()), &[("known", known)]),
            Self::Taken { what, name } => say(&format!("taken-{}", what.id()), &[("name", name)]),
            Self::Unlisted { key, path, empty: true } => say("empty-list", &[("key", key), ("file", path)]),
            Self::Unlisted { key, path, empty: false } => say("unlisted", &[("key", key), ("file", path)]),
            Self::Backwards { start, end } => {
                say("backwards", &[("start", &start.to_string()), ("end", &end.to_string())])
            }
        }
    }
}

/// Makes a consultation, a draft.
pub(crate) fn consultation(
    site: &Site,
    id: Option<&str>,
    title: &str,
    announced: Option<Date>,
    [start, end]: [Date; 2],
) -> Result<Vec<Edit>, Unmade> {
    if end < start {
        return Err(Unmade::Backwards { start, end });
    }
    let id = match id {
        Some(id) => own(id)?,
        None => cut(name(title)?),
    };
    if id.len() > LONGEST_ID {
        return Err(Unmade::TooLong(id));
    }
    if site.slugs.root.contains(&id) {
        return Err(Unmade::Reserved(id));
    }
    if site.consultations.iter().any(|consultation| consultation.id == id) {
        return Err(Unmade::Taken { what: What::Consultation, name: id });
    }
    let folder = format!("{}/{id}", content::FOLDER);
    let values = [
        ("title", yaml::scalar(title)),
        ("announced", announced.unwrap_or(start).to_string()),
        ("start", start.to_string()),
        ("end", end.to_string()),
    ];
    let file = |(file, skeleton): (&str, &str)| {
        let path = format!("{folder}/{file}");
        let own = [("schema", schemas(&path))];
        create(path, &filled(skeleton, &[&own[..], &values[..]].concat()))
    };
    Ok(in_language(&site.language).consultation.map(file).into())
}

/// Makes a page in a folder of the content; without a folder beside the home page.
pub(crate) fn page(
    source: &Source,
    site: &Site,
    file: Option<&str>,
    folder: Option<&str>,
    title: &str,
) -> Result<Vec<Edit>, Unmade> {
    let file = name(file.map_or(title, |file| file.strip_suffix(".md").unwrap_or(file)))?;
    let path = format!("{}/{file}.md", self::folder(source, folder.unwrap_or_default())?);
    Ok(vec![create(path, &filled(in_language(&site.language).page, &[("title", yaml::scalar(title))]))])
}

/// Returns the folder that an editor means, below the root or below the content: what is there as it is called, what is
/// to be made as addresses have it.
fn folder(source: &Source, meant: &str) -> Result<String, Unmade> {
    let mut parts = meant.split('/').filter(|part| !part.is_empty() && *part != ".").peekable();
    parts.next_if_eq(&content::FOLDER);
    let mut path = content::FOLDER.to_owned();
    for part in parts {
        if part == ".." {
            return Err(Unmade::Outside(meant.to_owned()));
        }
        let there = format!("{path}/{part}");
        path = if source.under(&there).next().is_some() { there } else { format!("{path}/{}", name(part)?) };
    }
    Ok(path)
}

/// Makes a form of a consultation, a draft.
pub(crate) fn form(site: &Site, consultation: Option<&str>, form: &str, title: &str) -> Result<Vec<Edit>, Unmade> {
    let consultation = self::consultation_named(site, consultation)?;
    let name = name(form.strip_suffix(".yaml").unwrap_or(form))?;
    if consultation.forms.iter().any(|form| form.name() == name) {
        return Err(Unmade::Taken { what: What::Form, name });
    }
    let path = format!("{}/forms/{name}.yaml", consultation.folder);
    let values = [("schema", schemas(&path)), ("title", yaml::scalar(title))];
    Ok(vec![create(path, &filled(in_language(&site.language).form, &values))])
}

/// A meeting to be added.
#[derive(Debug)]
pub(crate) struct Meeting<'a> {
    pub(crate) id: Option<&'a str>,
    pub(crate) title: Option<&'a str>,
    pub(crate) date: Date,
    /// `11:00`.
    pub(crate) time: &'a str,
    pub(crate) place: Option<&'a str>,
}

/// Adds a meeting to the schedule of a consultation.
pub(crate) fn meeting(
    source: &Source,
    site: &Site,
    consultation: Option<&str>,
    meeting: &Meeting<'_>,
) -> Result<Vec<Edit>, Unmade> {
    let consultation = self::consultation_named(site, consultation)?;
    let schedule = consultation.schedule.as_ref();
    let taken = |id: &str| {
        schedule.is_some_and(|schedule| {
            let stages = schedule.stages.iter().map(|stage| stage.id.as_str());
            stages.chain(schedule.meetings.iter().map(|meeting| meeting.id.as_str())).any(|taken| taken == id)
        })
    };
    let Skeletons { meeting: skeleton, meeting_title, .. } = in_language(&site.language);
    let day = format!("{}-{}", slug::fold(meeting_title), meeting.date);
    let id = match meeting.id {
        Some(id) => own(id)?,
        None if taken(&day) => format!("{day}-{}", meeting.time.replace(':', "-")),
        None => day,
    };
    if taken(&id) {
        return Err(Unmade::Taken { what: What::Entry, name: id });
    }
    let values = [
        ("id", id),
        ("title", yaml::scalar(meeting.title.unwrap_or(meeting_title.trim()))),
        ("date", meeting.date.to_string()),
        ("time", meeting.time.to_owned()),
        ("place", yaml::scalar(meeting.place.unwrap_or(prose::blank(&site.language)))),
    ];
    let entry = filled(skeleton, &values);
    let path = format!("{}/schedule.yaml", consultation.folder);
    Ok(vec![append(source, &path, "meetings", &entry)?])
}

/// Copies the newest version of a document to a new one, a draft, with the ids of its headings written down.
pub(crate) fn version(
    source: &Source,
    site: &Site,
    consultation: Option<&str>,
    document: Option<&str>,
    version: Option<&str>,
    date: Date,
) -> Result<Vec<Edit>, Unmade> {
    let consultation = self::consultation_named(site, consultation)?;
    let documents = consultation.documents.iter().map(|document| (document.name(), document));
    let document: &Document = one(What::Document, document, documents)?;
    let last = document.versions.last().map_or("0", |version| &version.version);
    let version = version.map_or_else(|| next(last), str::to_owned);
    if document.version(&version).is_some() {
        return Err(Unmade::Taken { what: What::Version, name: version });
    }
    let folder = split(&document.path).0;
    let from = format!("{folder}/{last}");
    let copies = source.under(&from).map(|(path, file)| {
        let to = format!("{folder}/{version}{}", &path[from.len()..]);
        let chapter =
            document.versions.last().and_then(|version| version.chapters.iter().find(|page| page.path == path));
        let text = file.text().zip(chapter).map(|(text, chapter)| {
            let ids = publish::with_ids(path, text, chapter.address.last(), &site.language);
            edit::inserted(text, &ids.at).into_bytes()
        });
        Edit::Create { path: to, bytes: text.unwrap_or_else(|| file.bytes().to_vec()) }
    });
    let mut edits: Vec<Edit> = copies.collect();
    let values = [("version", version.clone()), ("date", date.to_string())];
    edits.push(append(source, &document.path, "versions", &filled(in_language(&site.language).version, &values))?);
    Ok(edits)
}

/// Returns the lines of files made that an editor is to fill in: file, line from 1, the words.
pub(crate) fn blanks(edits: &[Edit]) -> Vec<(String, usize, String)> {
    let mut blanks = Vec::new();
    for edit in edits {
        let lines = match edit {
            Edit::Create { bytes, .. } => numbered(&String::from_utf8_lossy(bytes), 1),
            Edit::Insert { at, .. } => added(at),
        };
        let lines = lines.into_iter().filter(|(_, line)| prose::is_blank(line));
        blanks.extend(lines.map(|(number, line)| (edit.path().to_owned(), number, line.trim().to_owned())));
    }
    blanks
}

fn numbered(text: &str, first: usize) -> Vec<(usize, String)> {
    text.lines().enumerate().map(|(index, line)| (first + index, line.to_owned())).collect()
}

/// Returns the lines that come into a file with texts put behind its lines.
fn added(at: &[(usize, String)]) -> Vec<(usize, String)> {
    let mut before = 0;
    let mut lines = Vec::new();
    for (line, text) in at {
        // What stands before the first line end goes on with a line that is there.
        lines.extend(numbered(text, line + before).into_iter().skip(1));
        before += text.matches('\n').count();
    }
    lines
}

/// Returns the version after `version`: one more in its first part, nothing in the others.
fn next(version: &str) -> String {
    let mut parts = version.split('.');
    let first: u64 = parts.next().and_then(|part| part.parse().ok()).unwrap_or_default();
    parts.fold(first.saturating_add(1).to_string(), |next, _| next + ".0")
}

fn consultation_named<'a>(site: &'a Site, id: Option<&str>) -> Result<&'a Consultation, Unmade> {
    one(What::Consultation, id, site.consultations.iter().map(|consultation| (consultation.id.as_str(), consultation)))
}

/// Returns the one that was named; without a name the only one there is.
fn one<'a, T>(what: What, name: Option<&str>, all: impl Iterator<Item = (&'a str, &'a T)>) -> Result<&'a T, Unmade> {
    let all: Vec<_> = all.collect();
    let known = || all.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    match (name, all.as_slice()) {
        (None, [(_, only)]) => Ok(only),
        (_, []) => Err(Unmade::Nothing(what)),
        (None, _) => Err(Unmade::Several { what, known: known() }),
        (Some(name), _) => {
            let named = all.iter().find(|(known, _)| *known == name).map(|(_, found)| *found);
            named.ok_or_else(|| Unmade::Unknown { what, name: name.to_owned(), known: known() })
        }
    }
}

fn name(words: &str) -> Result<String, Unmade> {
    Some(slug::fold(words)).filter(|name| !name.is_empty()).ok_or_else(|| Unmade::Nameless(words.to_owned()))
}

/// Takes an id that an editor chose, as it is: it stays for ever.
fn own(id: &str) -> Result<String, Unmade> {
    let meant = name(id)?;
    if meant == id { Ok(meant) } else { Err(Unmade::BadId { id: id.to_owned(), meant }) }
}

/// Cuts a name to what an id may have, between two words.
fn cut(name: String) -> String {
    let Some(longest) = name.get(..LONGEST_ID).filter(|_| name.len() > LONGEST_ID) else { return name };
    let whole = name[LONGEST_ID..].starts_with('-');
    longest.rsplit_once('-').filter(|_| !whole).map_or(longest, |(words, _)| words).to_owned()
}

fn filled(skeleton: &str, values: &[(&str, String)]) -> String {
    forms::fill(skeleton, |name| values.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone()))
}

/// Returns the way from a file to the schemas.
fn schemas(path: &str) -> String {
    format!("{}{}", "../".repeat(path.matches('/').count()), crate::schema::FOLDER)
}

fn create(path: String, text: &str) -> Edit {
    Edit::Create { path, bytes: text.as_bytes().to_vec() }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn whatever_cannot_be_made_is_told_in_the_words_of_each_language() {
        let text = || "x-y".to_owned();
        let kinds = [What::Consultation, What::Document, What::Form, What::Version, What::Entry];
        let named = |what| {
            [
                Unmade::Unknown { what, name: text(), known: text() },
                Unmade::Nothing(what),
                Unmade::Several { what, known: text() },
            ]
        };
        let mut unmade = vec![
            Unmade::Nameless(text()),
            Unmade::Outside(text()),
            Unmade::BadId { id: text(), meant: text() },
            Unmade::TooLong(text()),
            Unmade::Reserved(text()),
            Unmade::Unlisted { key: "meetings", path: text(), empty: true },
            Unmade::Unlisted { key: "meetings", path: text(), empty: false },
            Unmade::Backwards { start: date(2026, 3, 2), end: date(2026, 3, 1) },
        ];
        unmade.extend([What::Consultation, What::Document].into_iter().flat_map(named));
        let taken = kinds.into_iter().filter(|what| *what != What::Document);
        unmade.extend(taken.map(|what| Unmade::Taken { what, name: text() }));
        for (unmade, language) in unmade.iter().flat_map(|unmade| Texts::languages().map(|language| (unmade, language)))
        {
            let told = unmade.told(&Texts::in_language(language));
            assert!(!told.starts_with("unmade-") && !told.contains(['{', '}']), "{language}: {told}");
        }
    }
}
