//! Every rule there is: its stable id, how much it weighs and the words its texts may use.
//!
//! Its texts stand in `generator/i18n`: what happened, what to do, why, and in `examples.yaml` what is wrong and what is
//! right. Any rule may carry `nearest` besides, which adds the question whether that was meant.

use super::Severity;

/// A rule that content has to keep.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rule {
    /// Stable id, by which `--explain` and the documentation name it.
    pub(crate) id: &'static str,
    /// How much a breach weighs.
    pub(crate) severity: Severity,
    /// The placeholders of its texts.
    pub(crate) args: &'static [&'static str],
}

/// Returns the rule with this id.
pub(crate) fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// Lists all rules in the order of their groups.
pub(crate) fn all() -> impl Iterator<Item = &'static Rule> {
    GROUPS.iter().flat_map(|(_, rules)| rules.iter().copied())
}

/// Names each rule once: a constant, the severity, the id, the placeholders of its texts.
macro_rules! rules {
    ($($group:literal { $($name:ident = $severity:ident $id:literal [$($arg:literal),*];)* })*) => {
        $($(
            #[doc = concat!("The rule `", $id, "`.")]
            pub(crate) const $name: &Rule =
                &Rule { id: $id, severity: Severity::$severity, args: &[$($arg),*] };
        )*)*

        /// All rules by group; the titles of groups stand among the texts.
        pub(crate) const GROUPS: &[(&str, &[&Rule])] = &[$(($group, &[$($name),*])),*];
    };
}

rules! {
    "files" {
        NOT_UTF8 = Error "not-utf8" [];
        FILE_NAME_NOT_UTF8 = Error "file-name-not-utf8" ["name"];
        MERGE_CONFLICT = Error "merge-conflict" [];
        SAME_NAME_BY_CASE = Error "same-name-by-case" ["other"];
        FILE_ENDING = Error "file-ending" ["ending", "meant"];
        FILE_UNREAD = Warning "file-unread" [];
        FILE_UNREFERENCED = Warning "file-unreferenced" [];
    }
    "yaml" {
        YAML_SYNTAX = Error "yaml-syntax" [];
        YAML_TAB = Error "yaml-tab" [];
        YAML_COLON = Error "yaml-colon" [];
        YAML_QUOTE = Error "yaml-quote" [];
        YAML_QUOTE_INSIDE = Error "yaml-quote-inside" [];
        YAML_SPACE = Error "yaml-space" ["mark"];
        YAML_INDENT = Error "yaml-indent" [];
        YAML_CHARACTER = Error "yaml-character" ["character"];
        YAML_LINE_BREAK = Error "yaml-line-break" [];
        YAML_INVISIBLE = Error "yaml-invisible" [];
        YAML_DUPLICATE_KEY = Error "yaml-duplicate-key" ["key", "line"];
        YAML_TAG = Error "yaml-tag" ["tag"];
        YAML_COMMENT = Warning "yaml-comment" [];
        FRONT_MATTER_OPEN = Error "front-matter-open" [];
        FRONT_MATTER_LATE = Error "front-matter-late" [];
    }
    "fields" {
        UNKNOWN_KEY = Error "unknown-key" ["key"];
        WRONG_TYPE = Error "wrong-type" ["expected", "found", "mend"];
        FIELD_MISSING = Error "field-missing" ["key"];
        FIELD_EMPTY = Error "field-empty" ["key"];
        DATE_BAD = Error "date-bad" ["value"];
        NUMBER_BAD = Error "number-bad" ["key", "value", "least", "most"];
    }
    "markdown" {
        HEADING_LEVEL = Error "heading-level" ["written", "deepest"];
        HEADING_H1 = Error "heading-h1" [];
        HEADING_SPACE = Error "heading-space" ["mended"];
        HEADING_UNDERLINED = Warning "heading-underlined" [];
        HEADING_ID_BAD = Error "heading-id-bad" ["id"];
        HEADING_ID_EMPTY = Error "heading-id-empty" [];
        HEADING_ATTRIBUTES = Error "heading-attributes" [];
        SECTION_ID_TWICE = Error "section-id-twice" ["id", "line"];
        SECTION_ID_IN_VERSION = Error "section-id-in-version" ["id", "other", "line"];
        CODE_OPEN = Error "code-open" ["fence"];
        BOLD_OPEN = Warning "bold-open" [];
        LIST_BULLET = Warning "list-bullet" ["bullet"];
        RAW_HTML = Error "raw-html" ["html"];
        NOTE_KIND = Error "note-kind" [];
        FOOTNOTE_MISSING = Error "footnote-missing" [];
        FOOTNOTE_UNUSED = Error "footnote-unused" [];
        FOOTNOTE_TWICE = Error "footnote-twice" ["line"];
        FOOTNOTE_HEADING = Error "footnote-heading" [];
        PICTURE_ALT_MISSING = Error "picture-alt-missing" [];
        PICTURE_BROKEN = Error "picture-broken" ["target"];
        PICTURE_MISSING = Error "picture-missing" ["target"];
        PICTURE_TITLE = Error "picture-title" [];
        PICTURE_TOO_LARGE = Error "picture-too-large" ["target"];
        PICTURE_UNSUPPORTED = Error "picture-unsupported" ["target"];
        LINK_SCHEME = Error "link-scheme" ["target", "scheme"];
        HEADING_EMPTY = Error "heading-empty" [];
        TABLE_HEADER = Error "table-header" [];
        TABLE_HALF_MADE = Error "table-half-made" [];
        TABLE_CELLS = Error "table-cells" [];
    }
    "addresses" {
        PAGE_TITLE_CONFLICT = Error "page-title-conflict" ["title", "heading"];
        DUPLICATE_ADDRESS = Error "duplicate-address" ["address", "other"];
        SLUG_BAD = Error "slug-bad" ["slug"];
        SLUG_RESERVED = Error "slug-reserved" ["slug"];
        ALIAS_BAD = Error "alias-bad" ["alias"];
        ADDRESS_EMPTY = Error "address-empty" [];
        PAGE_ORPHAN = Warning "page-orphan" [];
    }
    "links" {
        LINK_BROKEN = Error "link-broken" ["target"];
        LINK_TO_DRAFT = Error "link-to-draft" ["target"];
        LINK_CASE = Error "link-case" ["target", "actual"];
        ANCHOR_BROKEN = Error "anchor-broken" ["target", "anchor", "known"];
        LINK_EMPTY = Error "link-empty" [];
        LINK_ADDRESS = Error "link-address" ["target"];
        LINK_INSIDE = Error "link-inside" ["target"];
        LINK_HALF_MADE = Error "link-half-made" ["written"];
        LINK_LABEL_MISSING = Warning "link-label-missing" ["label"];
        LINK_WORDS = Warning "link-words" ["words"];
    }
    "consultations" {
        CONSULTATION_ID_BAD = Error "consultation-id-bad" ["id"];
        CONSULTATION_ID_TWICE = Error "consultation-id-twice" ["id", "other"];
        REMARKS_NO_FORM = Error "remarks-no-form" [];
        FORM_ID_TWICE = Error "form-id-twice" ["id", "other"];
        SCHEDULE_ID_BAD = Error "schedule-id-bad" ["id"];
        SCHEDULE_ID_TWICE = Error "schedule-id-twice" ["id", "line"];
        TIME_BAD = Error "time-bad" ["value"];
        TERM_BACKWARDS = Error "term-backwards" ["start", "end"];
        DOCUMENT_MISSING = Error "document-missing" [];
        VERSION_BAD = Error "version-bad" ["version"];
        VERSION_WITHOUT_FOLDER = Error "version-without-folder" ["version", "folder"];
        FOLDER_WITHOUT_VERSION = Error "folder-without-version" ["folder"];
        CHANNEL_WITHOUT_HOW = Warning "channel-without-how" ["channel"];
        CHANNEL_WITHOUT_WHERE = Warning "channel-without-where" ["channel"];
        OFFICE_WITHOUT_ADDRESS = Warning "office-without-address" ["office", "missing"];
        CONTACT_BAD = Error "contact-bad" ["key", "value"];
        POSTCODE_ODD = Warning "postcode-odd" ["value"];
        CASE_NUMBER_ODD = Warning "case-number-odd" ["number"];
    }
    "law" {
        BASIS_MISSING = Warning "basis-missing" [];
        BASIS_UNKNOWN = Warning "basis-unknown" ["act"];
        ANNOUNCED_MISSING = Warning "announced-missing" ["act"];
        ANNOUNCED_LATE = Warning "announced-late" ["date", "start"];
        DATE_FAR = Warning "date-far" ["date", "other"];
        TERM_TOO_SHORT = Warning "term-too-short" ["days", "least", "act", "earliest"];
        TERM_ENDS_ON_DAY_OFF = Warning "term-ends-on-day-off" ["date", "day", "working"];
        STAGE_BEYOND_TERM = Warning "stage-beyond-term" ["date", "end"];
        MEETING_OUTSIDE_TERM = Warning "meeting-outside-term" ["date", "start", "end"];
        REPORT_EARLY = Error "report-early" ["date", "end"];
        REPORT_LATE = Warning "report-late" ["date", "latest", "working"];
        REPORT_ON_DAY_OFF = Warning "report-on-day-off" ["date", "day", "working"];
    }
    "forms" {
        QUESTION_NAME_BAD = Error "question-name-bad" ["name"];
        QUESTION_NAME_TWICE = Error "question-name-twice" ["name", "line"];
        KIND_UNKNOWN = Error "kind-unknown" ["kind", "known"];
        KEY_OF_ANOTHER_KIND = Error "key-of-another-kind" ["key", "kind"];
        OPTIONS_MISSING = Error "options-missing" ["question"];
        LIST_UNKNOWN = Error "list-unknown" ["name"];
        OPTION_VALUE_BAD = Error "option-value-bad" ["value"];
        OPTION_VALUE_TWICE = Error "option-value-twice" ["value", "line"];
        OPTION_LABEL_TWICE = Error "option-label-twice" ["label", "language", "line"];
        SCALE_BAD = Error "scale-bad" ["start", "end"];
        AUTOCOMPLETE_BAD = Error "autocomplete-bad" ["value", "known"];
        CONSTRAINT_BAD = Error "constraint-bad" ["value"];
        CONSTRAINT_EMPTY = Error "constraint-empty" ["min", "max"];
        CONDITION_QUESTION = Error "condition-question" ["name"];
        CONDITION_LATER = Error "condition-later" ["name", "line"];
        CONDITION_TEST = Error "condition-test" [];
        CONDITION_VALUE = Error "condition-value" ["question", "value"];
        CONDITION_FREE = Error "condition-free" ["question"];
        QUESTION_UNREACHABLE = Error "question-unreachable" ["question"];
    }
    "personal" {
        PERSONAL_PESEL = Error "personal-pesel" ["words"];
        PERSONAL_IDENTITY_CARD = Warning "personal-identity-card" ["words"];
        PERSONAL_ACCOUNT = Warning "personal-account" ["words"];
        PERSONAL_PHONE = Warning "personal-phone" ["words"];
        PERSONAL_EMAIL = Warning "personal-email" ["words"];
    }
    "plain" {
        BLANK = Info "blank" [];
        SENTENCE_LONG = Info "sentence-long" ["count", "most"];
        ABBREVIATION_UNEXPLAINED = Info "abbreviation-unexplained" ["short"];
        PHRASE_OFFICIAL = Info "phrase-official" ["words", "twin"];
    }
    "register" {
        REGISTER_DAMAGED = Error "register-damaged" [];
        REGISTER_INCOMPLETE = Error "register-incomplete" ["file"];
        CONSULTED_TEXT_CHANGED = Error "consulted-text-changed" ["id", "old", "new", "day"];
        CONSULTED_SECTION_LOST = Error "consulted-section-lost" ["id", "heading", "day"];
        CONSULTED_SECTION_ADDED = Error "consulted-section-added" ["id"];
        CONSULTED_VERSION_LOST = Error "consulted-version-lost" ["version", "document", "day"];
        OPEN_FORM_LOST = Error "open-form-lost" ["form", "day"];
        OPEN_QUESTION_LOST = Error "open-question-lost" ["name", "label", "day"];
        OPEN_QUESTION_RETYPED = Error "open-question-retyped" ["name", "old", "new"];
        OPEN_OPTION_LOST = Error "open-option-lost" ["question", "value", "day"];
        OPEN_ROW_LOST = Error "open-row-lost" ["question", "value", "day"];
    }
    "site" {
        BASE_URL_MISSING = Warning "base-url-missing" [];
        BASE_URL_BAD = Error "base-url-bad" ["value"];
        LANGUAGE_BAD = Error "language-bad" ["language"];
        LANGUAGE_UNLISTED = Warning "language-unlisted" ["language", "count"];
        LANGUAGE_WITHOUT_TEXTS = Error "language-without-texts" ["language"];
        THEME_MISSING = Error "theme-missing" ["theme"];
        THEME_CONTRACT = Error "theme-contract" ["contract", "current"];
        BASE_THEME_REPLACED = Warning "base-theme-replaced" [];
        TEMPLATE_BROKEN = Error "template-broken" ["detail"];
        TEMPLATE_FAILED = Error "template-failed" ["page", "detail"];
        TRANSLATION_MISSING = Warning "translation-missing" ["key", "languages", "count"];
        TRANSLATION_ID_UNKNOWN = Error "translation-id-unknown" ["id", "original"];
        TRANSLATION_ID_MISSING = Warning "translation-id-missing" ["id", "original"];
        TRANSLATION_WITHOUT_ORIGINAL = Error "translation-without-original" ["original"];
        TEXT_MISSING = Error "text-missing" ["key", "language"];
    }
}
