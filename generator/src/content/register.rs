//! The register `published/` of a consultation: what was put to residents, and on which day.
//!
//! `konsultacje publish` adds files and nobody changes them. The name of each holds the hash of what is in it, so one
//! that was changed is found out.
//!
//! - `forms/FORM/REVISION.yaml`: the definition of a form; its hash is the revision.
//! - `documents/DOCUMENT/VERSION/DAY-HASH.yaml`: the sections of a version; its hash is that of the file's text.

use forms::Form;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Reader;
use crate::{
    diagnostic::{Diagnostic, Place, rule},
    digest,
    markdown::Section,
    yaml::{self, Tree},
};

/// Name of the folder in that of a consultation.
pub(crate) const FOLDER: &str = "published";

/// All that the register of a consultation holds, in the order of file names.
#[derive(Clone, Debug, Default)]
pub(crate) struct RawRegister {
    pub(crate) revisions: Vec<Revision>,
    pub(crate) snapshots: Vec<Snapshot>,
}

/// A form as it was published.
#[derive(Clone, Debug)]
pub(crate) struct Revision {
    /// Path of the file.
    pub(crate) path: String,
    /// The form's name in the consultation.
    pub(crate) form: String,
    /// The revision, which is also the name of the file.
    pub(crate) revision: String,
    /// The day on which it was registered.
    pub(crate) day: Date,
    pub(crate) definition: Form,
}

/// The text of a version of a document as it was published.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    /// Path of the file.
    pub(crate) path: String,
    /// Name of the document's folder.
    pub(crate) document: String,
    pub(crate) version: String,
    /// Name of the file: the day and the hash.
    pub(crate) name: String,
    pub(crate) text: SnapshotFile,
}

/// What a file of a snapshot says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SnapshotFile {
    /// The day on which it was registered.
    pub(crate) day: Date,
    /// Of a correction: names of the snapshots beside which this one stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) corrects: Vec<String>,
    /// Of a correction: why the text was changed, in the language of the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Every section of the version, in its order.
    pub(crate) sections: Vec<Published>,
}

/// A section as it was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Published {
    pub(crate) id: String,
    /// The last part of its chapter's address.
    pub(crate) chapter: String,
    pub(crate) hash: String,
    /// The text in the form that the hash tells.
    pub(crate) text: String,
}

/// What a file of a form says.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RevisionFile {
    day: Date,
    definition: Tree,
}

impl Published {
    /// Returns what is registered of a section in the chapter with the slug `chapter`.
    pub(crate) fn of(chapter: &str, section: &Section) -> Self {
        Self {
            id: section.id.clone(),
            chapter: chapter.to_owned(),
            hash: section.hash.clone(),
            text: section.text.clone(),
        }
    }

    /// Returns the words of the heading: the first line.
    pub(crate) fn title(&self) -> &str {
        self.text.lines().next().unwrap_or_default()
    }
}

/// Returns path (in the folder of the consultation) and text of the file that registers a form.
pub(crate) fn revision_file(comment: &str, name: &str, form: &Form, day: Date) -> Option<(String, String)> {
    let text = yaml::write(comment, &RevisionFile { day, definition: Tree::of(form)? })?;
    Some((format!("{FOLDER}/forms/{name}/{}.yaml", form.revision()), text))
}

/// Returns path (in the folder of the consultation) and text of the file that registers a version of a document.
pub(crate) fn snapshot_file(
    comment: &str,
    document: &str,
    version: &str,
    snapshot: &SnapshotFile,
) -> Option<(String, String)> {
    let text = yaml::write(comment, snapshot)?;
    let name = format!("{}-{}", snapshot.day, digest::short(&text));
    Some((format!("{FOLDER}/documents/{document}/{version}/{name}.yaml"), text))
}

/// Reads the register of the consultation in `folder`. What is damaged is reported and left out.
pub(super) fn read(reader: &mut Reader<'_>, folder: &str) -> RawRegister {
    let folder = format!("{folder}/{FOLDER}");
    let source = reader.source;
    let mut register = RawRegister::default();
    for (path, _) in source.under(&folder) {
        let parts: Vec<&str> = path[folder.len() + 1..].split('/').collect();
        // Other files are none of the register's: nobody reads them, and that is told as of any file.
        let read = match parts.as_slice() {
            ["forms", form, file] => read_revision(reader, path, form, file).map(|read| register.revisions.push(read)),
            ["documents", document, version, file] => {
                read_snapshot(reader, path, [document, version], file).map(|read| register.snapshots.push(read))
            }
            _ => continue,
        };
        if read.is_none() {
            reader.read.insert(path.to_owned());
            reader.problems.push(Diagnostic::new(rule::REGISTER_DAMAGED, Place::whole(path)));
        }
    }
    for snapshot in &register.snapshots {
        let beside = |name: &&String| register.snapshots.iter().any(|other| snapshot.stands_with(other, name));
        for lost in snapshot.text.corrects.iter().filter(|name| !beside(name)) {
            let problem = Diagnostic::new(rule::REGISTER_INCOMPLETE, Place::whole(&snapshot.path));
            reader.problems.push(problem.with("file", format!("{lost}.yaml")));
        }
    }
    register
}

impl Snapshot {
    /// Tells whether `other` is of the same version and has the name `name`.
    pub(crate) fn stands_with(&self, other: &Self, name: &str) -> bool {
        other.name == name && other.document == self.document && other.version == self.version
    }
}

fn read_revision(reader: &mut Reader<'_>, path: &str, form: &str, file: &str) -> Option<Revision> {
    let read: RevisionFile = yaml::read_as(reader.text(path)?)?;
    let revision = file.strip_suffix(".yaml")?;
    let definition = read.definition.json()?;
    // The bytes are hashed, not the form as it is understood today: later kinds of questions change nothing in it.
    if Form::revision_of(&definition) != revision {
        return None;
    }
    Some(Revision {
        path: path.to_owned(),
        form: form.to_owned(),
        revision: revision.to_owned(),
        day: read.day,
        definition: serde_json::from_str(&definition).ok()?,
    })
}

fn read_snapshot(reader: &mut Reader<'_>, path: &str, of: [&str; 2], file: &str) -> Option<Snapshot> {
    let text = reader.text(path)?;
    let read: SnapshotFile = yaml::read_as(text)?;
    let name = file.strip_suffix(".yaml")?;
    if name != format!("{}-{}", read.day, digest::short(text)) {
        return None;
    }
    let [document, version] = of.map(str::to_owned);
    Some(Snapshot { path: path.to_owned(), document, version, name: name.to_owned(), text: read })
}
