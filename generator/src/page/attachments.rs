use serde::Serialize;

use super::Frame;
use crate::{
    content::split,
    model::{self, Download, Here},
};

/// A file to download, as pages show it.
#[derive(Serialize)]
pub(super) struct Attachment<'a> {
    title: &'a str,
    href: String,
    /// Its kind and size, in brackets after a space.
    note: String,
}

/// Bytes that make a kilobyte, and kilobytes that make a megabyte.
const THOUSAND: usize = 1000;

/// Returns the files that stand beside what is written in the file `path`.
pub(super) fn list<'a>(frame: &Frame<'_>, path: &str, attachments: &'a [model::Attachment]) -> Vec<Attachment<'a>> {
    let language = &frame.drawing.site.language;
    let here = Here { path, language, linking: frame.linking.clone(), version: None };
    let shown = attachments.iter().filter_map(|attachment| {
        let found = frame.drawing.site.routes.find(&here, &attachment.file.value).ok()?;
        let note = found.file.as_ref().map(|file| note(frame, file)).unwrap_or_default();
        Some(Attachment { title: &attachment.title, href: found.href, note })
    });
    shown.collect()
}

/// Returns what is told of a file after the words of a link to it: ` (PDF, 1,2 MB)`. Of a picture a print is published,
/// whose size nobody knows yet.
pub(super) fn note(frame: &Frame<'_>, file: &Download) -> String {
    let kind = split(&file.path).1.rsplit_once('.').map(|(_, extension)| extension.to_uppercase());
    let size = size(frame, file.size);
    let text = match kind.as_deref() {
        Some("JPG" | "JPEG" | "PNG" | "WEBP") => "files.note_kind",
        Some(_) => "files.note",
        None => "files.note_size",
    };
    forms::fill(frame.text(text), |name| match name {
        "kind" => kind.clone(),
        "size" => Some(size.clone()),
        _ => None,
    })
}

/// Returns a size as it is read: whole kilobytes, or megabytes with a tenth.
fn size(frame: &Frame<'_>, bytes: usize) -> String {
    let tenths = (bytes + THOUSAND * THOUSAND / 20) / (THOUSAND * THOUSAND / 10);
    let (text, number) = match (tenths / 10, tenths % 10) {
        (0, _) => ("files.kilobytes", bytes.div_ceil(THOUSAND).max(1).to_string()),
        (whole, 0) => ("files.megabytes", whole.to_string()),
        (whole, tenth) => ("files.megabytes", format!("{whole}{}{tenth}", frame.text("files.decimal"))),
    };
    forms::fill(frame.text(text), |name| (name == "number").then(|| number.clone()))
}
