//! The base theme, compiled in.

use crate::source::Source;

/// Lists the files of the base theme; a test holds the list against the folder.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$((concat!("themes/base/", $name), include_str!(concat!("../../../themes/base/", $name)))),*]
    };
}

/// Returns the base theme as a tree of its own.
pub(super) fn source() -> Source {
    Source::from_texts(files![
        "assets/form.js",
        "assets/icon.svg",
        "assets/style.css",
        "i18n/en.yaml",
        "i18n/pl.yaml",
        "i18n/uk.yaml",
        "slugs.yaml",
        "templates/alias.html",
        "templates/announcement.html",
        "templates/banner.html",
        "templates/changes.html",
        "templates/chapter.html",
        "templates/consultation.html",
        "templates/document.html",
        "templates/error.html",
        "templates/form.html",
        "templates/gone.html",
        "templates/home.html",
        "templates/journey.html",
        "templates/layout.html",
        "templates/list.html",
        "templates/message.html",
        "templates/not_found.html",
        "templates/page.html",
        "templates/parts.html",
        "templates/questions/choice.html",
        "templates/questions/choices.html",
        "templates/questions/consent.html",
        "templates/questions/date.html",
        "templates/questions/email.html",
        "templates/questions/longtext.html",
        "templates/questions/matrix.html",
        "templates/questions/name.html",
        "templates/questions/note.html",
        "templates/questions/number.html",
        "templates/questions/parts.html",
        "templates/questions/phone.html",
        "templates/questions/postcode.html",
        "templates/questions/rank.html",
        "templates/questions/remark.html",
        "templates/questions/scale.html",
        "templates/questions/section.html",
        "templates/questions/text.html",
        "templates/receipt.html",
        "templates/review.html",
        "templates/saved.html",
        "templates/schedule.html",
        "templates/whole.html",
        "theme.yaml",
    ])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use super::source;

    #[test]
    fn every_file_of_the_base_theme_is_compiled_in() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../themes/base");
        let files = walkdir::WalkDir::new(&root).into_iter().map(Result::unwrap);
        let files = files.filter(|entry| entry.file_type().is_file());
        let found: Vec<_> =
            files.map(|entry| format!("themes/base/{}", entry.path().strip_prefix(&root).unwrap().display())).collect();
        let compiled = source();
        let mut expected: Vec<_> = compiled.under("themes/base").map(|(path, _)| path.to_owned()).collect();
        let mut found = found;
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_folder_that_is_compiled_in_does_not_count_as_another_theme() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../themes/base");
        let (read, _) = crate::source::read(&root.join("../..")).unwrap();
        assert!(read.under("themes/base").eq(source().under("themes/base")));
    }
}
