use std::collections::BTreeSet;

use forms::Text;
use jiff::civil::Date;

use super::{RawAttachment, Reader, attachments, has_extension, page, page::RawPage, required_words, split, words};
use crate::{
    diagnostic::{Diagnostic, Place, Spanned, rule},
    slug,
    yaml::{Fields, Value},
};

/// `documents/NAME/document.yaml` with its versions.
#[derive(Debug)]
pub(crate) struct RawDocument {
    /// Path of `document.yaml`.
    pub(crate) path: String,
    /// Name of its folder.
    pub(crate) name: String,
    pub(crate) title: Text,
    pub(crate) kind: Text,
    pub(crate) description: Option<Text>,
    /// Whether chapters and sections are numbered for the reader.
    pub(crate) numbered: bool,
    /// Versions, oldest first.
    pub(crate) versions: Vec<RawVersion>,
    pub(crate) attachments: Vec<RawAttachment>,
}

/// One version of a document.
#[derive(Debug)]
pub(crate) struct RawVersion {
    pub(crate) version: Spanned<String>,
    pub(crate) date: Option<Date>,
    pub(crate) status: Text,
    pub(crate) is_draft: bool,
    pub(crate) note: Option<Text>,
    /// Chapters by weight, then in natural order of their file names.
    pub(crate) chapters: Vec<RawPage>,
}

/// The file of a document in its folder.
pub(crate) const FILE: &str = "document.yaml";
/// The status of a version that is shown to nobody but editors.
const DRAFT: &str = "draft";

/// Reads the documents below `folder`, the `documents/` of a consultation.
pub(super) fn read_all(reader: &mut Reader<'_>, folder: &str) -> Vec<RawDocument> {
    let names = subfolders(reader, folder);
    names.iter().filter_map(|name| read(reader, &format!("{folder}/{name}"), name)).collect()
}

fn read(reader: &mut Reader<'_>, folder: &str, name: &str) -> Option<RawDocument> {
    let path = format!("{folder}/{FILE}");
    let Some(node) = reader.yaml(&path) else {
        if reader.source.text(&path).is_none() && !reader.source.is_unreadable(&path) {
            reader.problems.push(Diagnostic::new(rule::DOCUMENT_MISSING, Place::whole(&path)));
        }
        reader.pass_over(folder);
        return None;
    };
    let languages = reader.languages;
    let mut fields = Fields::new(&node, reader.problems);
    let mut read = RawDocument {
        name: name.to_owned(),
        title: required_words(&mut fields, "title", languages),
        kind: required_words(&mut fields, "kind", languages),
        description: words(&mut fields, "description", languages),
        numbered: fields.boolean("numbered").is_some_and(|numbered| numbered.value),
        versions: fields.required_list("versions", |node, problems| {
            let mut fields = Fields::new(node, problems);
            let version = fields.required_source_text("version");
            let date = fields.date("date").map(|date| date.value);
            // The mark of a draft is no word for residents, which somebody would translate.
            let is_marked = fields.node("status").is_some_and(|status| status.value == Value::String(DRAFT.to_owned()));
            let status = if is_marked { Text::from(DRAFT) } else { required_words(&mut fields, "status", languages) };
            let note = words(&mut fields, "note", languages);
            fields.finish();
            let is_draft = status.in_language(languages.original()) == DRAFT;
            Some(RawVersion { version: version?, date, status, is_draft, note, chapters: Vec::new() })
        }),
        attachments: attachments(&mut fields, languages),
        path,
    };
    fields.finish();
    match_folders(reader, folder, &read);
    for version in &mut read.versions {
        version.chapters = chapters(reader, &format!("{folder}/{}", version.version.value));
    }
    Some(read)
}

/// Tells whether words number a version: whole numbers with stops between them.
pub(crate) fn is_version(words: &str) -> bool {
    words.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Reports versions without a folder and folders without a version.
fn match_folders(reader: &mut Reader<'_>, folder: &str, document: &RawDocument) {
    let mut folders = subfolders(reader, folder);
    for version in &document.versions {
        let Spanned { value, place } = &version.version;
        if !is_version(value) {
            reader.problems.push(Diagnostic::new(rule::VERSION_BAD, place.clone()).with("version", value));
        } else if !folders.remove(value) {
            let problem = Diagnostic::new(rule::VERSION_WITHOUT_FOLDER, place.clone());
            reader.problems.push(problem.with("version", value).with("folder", format!("{folder}/{value}")));
        }
    }
    for extra in folders {
        reader.pass_over(&format!("{folder}/{extra}"));
        let problem = Diagnostic::new(rule::FOLDER_WITHOUT_VERSION, Place::whole(&document.path));
        reader.problems.push(problem.with("folder", format!("{folder}/{extra}")));
    }
}

fn chapters(reader: &mut Reader<'_>, folder: &str) -> Vec<RawPage> {
    let source = reader.source;
    let mut paths: Vec<_> =
        source.under(folder).map(|(path, _)| path).filter(|path| has_extension(path, "md")).collect();
    paths.sort_by(|a, b| slug::natural(split(a).1, split(b).1));
    let mut chapters = page::read_all(reader, paths, page::Role::Chapter);
    // A stable sort: chapters of one weight, or of none, stay in the order of their names.
    chapters.sort_by_key(|chapter| chapter.weight.unwrap_or(i64::MAX));
    chapters
}

fn subfolders(reader: &Reader<'_>, folder: &str) -> BTreeSet<String> {
    // A folder is there even if nothing in it can be read.
    let files = reader.source.under(folder).map(|(path, _)| path).chain(reader.source.unreadable());
    let inner = files.filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/')?.split_once('/'));
    inner.map(|(name, _)| name.to_owned()).collect()
}
