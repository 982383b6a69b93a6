//! Every rule there is: its stable id and the words its texts may use.
//!
//! Any rule may carry `nearest` besides, which adds the question whether that was meant.

/// Names each rule once: a constant, the id, the placeholders of its texts.
macro_rules! rules {
    ($($name:ident = $id:literal [$($arg:literal),*];)*) => {
        $(
            #[doc = concat!("Id of the rule `", $id, "`.")]
            pub(crate) const $name: &str = $id;
        )*

        /// All rules, each with the placeholders of its texts.
        #[cfg(test)]
        pub(crate) const RULES: &[(&str, &[&str])] = &[$(($id, &[$($arg),*])),*];
    };
}

rules! {
    // Files
    NOT_UTF8 = "not-utf8" [];
    FILE_NAME_NOT_UTF8 = "file-name-not-utf8" ["name"];
    SAME_NAME_BY_CASE = "same-name-by-case" ["other"];
    FILE_UNREFERENCED = "file-unreferenced" [];

    // YAML as such
    YAML_SYNTAX = "yaml-syntax" [];
    YAML_TAB = "yaml-tab" [];
    YAML_COLON = "yaml-colon" [];
    YAML_QUOTE = "yaml-quote" [];
    YAML_INDENT = "yaml-indent" [];
    YAML_CHARACTER = "yaml-character" ["character"];
    YAML_LINE_BREAK = "yaml-line-break" [];
    YAML_DUPLICATE_KEY = "yaml-duplicate-key" ["key", "line"];
    YAML_TAG = "yaml-tag" ["tag"];
    FRONT_MATTER_OPEN = "front-matter-open" [];

    // Fields
    UNKNOWN_KEY = "unknown-key" ["key"];
    WRONG_TYPE = "wrong-type" ["expected", "found"];
    FIELD_MISSING = "field-missing" ["key"];
    DATE_BAD = "date-bad" ["value"];
    NUMBER_BAD = "number-bad" ["key", "value", "least", "most"];

    // Markdown
    HEADING_LEVEL = "heading-level" ["level", "expected"];
    HEADING_H1 = "heading-h1" [];
    HEADING_ID_BAD = "heading-id-bad" ["id"];
    HEADING_ID_EMPTY = "heading-id-empty" [];
    HEADING_ATTRIBUTES = "heading-attributes" [];
    SECTION_ID_TWICE = "section-id-twice" ["id", "line"];
    SECTION_ID_IN_VERSION = "section-id-in-version" ["id", "other", "line"];
    RAW_HTML = "raw-html" ["html"];
    NOTE_KIND = "note-kind" [];
    FOOTNOTE_MISSING = "footnote-missing" [];
    FOOTNOTE_UNUSED = "footnote-unused" [];
    FOOTNOTE_TWICE = "footnote-twice" ["line"];
    FOOTNOTE_HEADING = "footnote-heading" [];
    PICTURE_UNSUPPORTED = "picture-unsupported" [];
    LINK_SCHEME = "link-scheme" ["target", "scheme"];

    // Pages and addresses
    PAGE_TITLE_CONFLICT = "page-title-conflict" ["title", "heading"];
    DUPLICATE_ADDRESS = "duplicate-address" ["address", "other"];
    SLUG_BAD = "slug-bad" ["slug"];
    SLUG_RESERVED = "slug-reserved" ["slug"];
    ALIAS_BAD = "alias-bad" ["alias"];
    ADDRESS_EMPTY = "address-empty" [];

    // Links
    LINK_BROKEN = "link-broken" ["target"];
    LINK_TO_DRAFT = "link-to-draft" ["target"];
    LINK_CASE = "link-case" ["target", "actual"];
    ANCHOR_BROKEN = "anchor-broken" ["target", "anchor"];

    // Consultations
    CONSULTATION_ID_BAD = "consultation-id-bad" ["id"];
    CONSULTATION_ID_TWICE = "consultation-id-twice" ["id", "other"];
    REMARKS_NO_FORM = "remarks-no-form" [];
    FORM_ID_TWICE = "form-id-twice" ["id", "other"];
    SCHEDULE_ID_BAD = "schedule-id-bad" ["id"];
    SCHEDULE_ID_TWICE = "schedule-id-twice" ["id", "line"];
    TIME_BAD = "time-bad" ["value"];
    TERM_BACKWARDS = "term-backwards" ["start", "end"];
    DOCUMENT_MISSING = "document-missing" [];
    VERSION_BAD = "version-bad" ["version"];
    VERSION_WITHOUT_FOLDER = "version-without-folder" ["version", "folder"];
    FOLDER_WITHOUT_VERSION = "folder-without-version" ["folder"];

    // Forms
    QUESTION_NAME_BAD = "question-name-bad" ["name"];
    QUESTION_NAME_TWICE = "question-name-twice" ["name", "line"];
    KIND_UNKNOWN = "kind-unknown" ["kind"];
    KEY_OF_ANOTHER_KIND = "key-of-another-kind" ["key", "kind"];
    OPTIONS_MISSING = "options-missing" ["question"];
    LIST_UNKNOWN = "list-unknown" ["name"];
    OPTION_VALUE_BAD = "option-value-bad" ["value"];
    OPTION_VALUE_TWICE = "option-value-twice" ["value", "line"];
    SCALE_BAD = "scale-bad" ["start", "end"];
    AUTOCOMPLETE_BAD = "autocomplete-bad" ["value", "known"];
    CONSTRAINT_BAD = "constraint-bad" ["value"];
    CONSTRAINT_EMPTY = "constraint-empty" ["min", "max"];
    CONDITION_QUESTION = "condition-question" ["name"];
    CONDITION_TEST = "condition-test" [];
    CONDITION_VALUE = "condition-value" ["question", "value"];
    CONDITION_FREE = "condition-free" ["question"];
    QUESTION_UNREACHABLE = "question-unreachable" ["question"];

    // The site and its theme
    BASE_URL_MISSING = "base-url-missing" [];
    BASE_URL_BAD = "base-url-bad" ["value"];
    LANGUAGE_WITHOUT_TEXTS = "language-without-texts" ["language"];
    THEME_MISSING = "theme-missing" ["theme"];
    THEME_CONTRACT = "theme-contract" ["contract", "current"];
    BASE_THEME_REPLACED = "base-theme-replaced" [];
    TEMPLATE_BROKEN = "template-broken" ["detail"];
    TEMPLATE_FAILED = "template-failed" ["page", "detail"];
    TEXT_MISSING = "text-missing" ["key", "language"];
}
