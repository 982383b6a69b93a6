//! What things are made out of, in each language that there is a folder for in `i18n/new`.

/// The skeletons in one language; `{name}` stands for a value.
#[derive(Debug)]
pub(super) struct Skeletons {
    /// The files of a consultation by their paths in its folder.
    pub(super) consultation: [(&'static str, &'static str); 6],
    pub(super) page: &'static str,
    pub(super) form: &'static str,
    pub(super) version: &'static str,
    pub(super) meeting: &'static str,
    /// What a meeting without a title is called.
    pub(super) meeting_title: &'static str,
}

macro_rules! skeletons {
    ($language:literal, $privacy:literal, $remarks:literal) => {
        (
            $language,
            Skeletons {
                consultation: [
                    entry!($language, "consultation.yaml"),
                    entry!($language, "index.md"),
                    entry!($language, "announcement.md"),
                    entry!($language, $privacy),
                    entry!($language, "schedule.yaml"),
                    entry!($language, $remarks),
                ],
                page: text!($language, "page.md"),
                form: text!($language, "form.yaml"),
                version: text!($language, "version.yaml"),
                meeting: text!($language, "meeting.yaml"),
                meeting_title: text!($language, "meeting.txt"),
            },
        )
    };
}

macro_rules! entry {
    ($language:literal, $name:literal) => {
        ($name, text!($language, $name))
    };
}

macro_rules! text {
    ($language:literal, $name:literal) => {
        include_str!(concat!("../../i18n/new/", $language, "/", $name))
    };
}

/// By language; where there is none in it, things are made in the first.
static ALL: [(&str, Skeletons); 3] = [
    skeletons!("pl", "klauzula.md", "forms/uwagi.yaml"),
    skeletons!("en", "privacy.md", "forms/remarks.yaml"),
    skeletons!("uk", "privacy.md", "forms/zauvazhennia.yaml"),
];

/// Returns the skeletons in a language.
pub(super) fn in_language(language: &str) -> &'static Skeletons {
    &ALL.iter().find(|(known, _)| *known == language).unwrap_or(&ALL[0]).1
}
