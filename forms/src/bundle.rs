use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Form, Term, ThemeSource};

/// One form in one language, as the generator packs it for the function: `dist/forms/CONSULTATION/FORM.LANG.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bundle {
    /// The definition, in all languages; the same bytes in each bundle of the form.
    pub form: Form,
    /// The revision of `form`.
    pub revision: String,
    /// The same form as it is shown in the language of this bundle, its words set with the spaces and quotes of the
    /// language; where absent, as it is written. Nothing is checked, stored or hashed with it.
    #[serde(default)]
    pub shown: Option<Form>,
    /// The language of this bundle.
    pub language: String,
    /// Whether it is the language of the site, in which a request without `lang` is answered.
    pub original: bool,
    /// Address of the static page of the form.
    pub href: String,
    /// Where the form is posted.
    pub action: String,
    /// What stands around the form on its page.
    pub shell: Shell,
    /// The consultation that the form belongs to.
    pub consultation: Card,
    /// Where the site stands, without a path; none: it does not know, and an answer cannot be saved on a device.
    #[serde(default)]
    pub base_url: Option<String>,
    /// What remarks may be about.
    #[serde(default)]
    pub documents: Vec<ConsultedDocument>,
    /// What the form was before, as registered, by its revision: whoever has a page of it open is told what changed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub published: BTreeMap<String, Form>,
}

impl Bundle {
    /// Returns the form as pages show it.
    pub fn shown(&self) -> &Form {
        self.shown.as_ref().unwrap_or(&self.form)
    }
}

/// A document that is consulted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsultedDocument {
    /// Name of its folder.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Address of its newest version.
    pub href: String,
    /// Its versions, the newest last.
    pub versions: Vec<ConsultedVersion>,
}

/// A version of a document that is consulted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsultedVersion {
    /// The version, `1.0`.
    pub version: String,
    /// Its sections in order.
    pub sections: Vec<ConsultedSection>,
}

/// A section of a document that is consulted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsultedSection {
    /// Its id in the version.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// Hash of its text as it stands.
    pub hash: String,
    /// Hashes of texts it had before, as registered.
    #[serde(default)]
    pub earlier: Vec<String>,
}

/// What the function needs apart from any single form: `dist/forms/theme/theme.json`.
///
/// A receipt is drawn from the store and this file alone, so it outlives the form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Shared {
    /// Templates and texts.
    pub theme: ThemeSource,
    /// The language of the site.
    pub language: String,
    /// What the site shows, by language.
    pub sites: BTreeMap<String, Site>,
}

/// The site in one language.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Site {
    /// What stands around a page that belongs to no form.
    pub shell: Shell,
    /// The consultations by id.
    pub consultations: BTreeMap<String, Card>,
}

/// What stands around the content of every page.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Shell {
    /// Language of the page.
    pub language: String,
    /// What the page is about, for search engines; null where nobody wrote it.
    pub description: Option<String>,
    /// Name of the site.
    pub site_title: String,
    /// What it is, in a sentence.
    pub about: Option<String>,
    /// Who runs it.
    pub authority: String,
    /// Address of the home page.
    pub home: String,
    /// Address of the stylesheet.
    pub stylesheet: String,
    /// Address of the icon.
    pub icon: String,
    /// Address of the script of forms.
    #[serde(default)]
    pub script: String,
    /// The main navigation.
    pub navigation: Vec<Link>,
    /// The way from the home page to this one, this one left out.
    pub breadcrumbs: Vec<Link>,
    /// The feed that tells of what is new here; null where the site has none.
    #[serde(default)]
    pub feed: Option<Link>,
    /// The page in each language of the site, this one too, or where a reader of that language goes on; empty where the
    /// site speaks one. The labels are the names of the languages in themselves.
    #[serde(default)]
    pub languages: Vec<Link>,
    /// The absolute addresses of the page in its languages, for search engines.
    #[serde(default)]
    pub alternates: Vec<Link>,
    /// The one address of a page that stands at several, absolute; null elsewhere, and where the site has no base.
    pub canonical: Option<String>,
}

/// A link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Its words.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Whether it leads to the page that shows it.
    #[serde(default)]
    pub current: bool,
    /// The language of the page that it leads to, where that is another than the page's own.
    #[serde(default)]
    pub language: Option<String>,
}

/// A consultation, as pages show it beside their own content.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Card {
    /// Folder name of the consultation.
    pub id: String,
    /// Its short title.
    pub title: String,
    /// Address of its page.
    pub href: String,
    /// What is consulted.
    pub subject: String,
    /// Case number of the office ("znak sprawy").
    pub case_number: Option<String>,
    /// When it was announced.
    pub announced: Option<Date>,
    /// When answers are taken.
    pub term: Term,
    /// By when the report is due.
    pub report_due: Option<Date>,
    /// Days after the end of the term for which answers are kept; null: the office has not decided.
    pub retention_days: Option<u32>,
    /// Unit of the office in charge.
    pub unit: Option<String>,
    /// How to reach it.
    pub contact: Contact,
    /// Where paper is handed in.
    pub offices: Vec<Office>,
    /// Ways to take part.
    pub channels: Vec<Channel>,
    /// The page with the data-protection clause.
    pub privacy: Option<Link>,
    /// The announcement.
    pub announcement: Option<Link>,
    /// The schedule.
    pub schedule: Option<Link>,
    /// The documents that are consulted.
    pub documents: Vec<Link>,
    /// The forms.
    pub forms: Vec<Link>,
}

/// How to reach an office.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number as it is read aloud.
    pub phone: Option<String>,
}

/// A place where paper is handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Office {
    /// Its name.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postcode: String,
    /// City.
    pub city: String,
    /// Opening hours, where known.
    pub hours: Option<String>,
}

/// A way to take part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// How to use it.
    pub how: String,
    /// An address outside the site.
    pub url: Option<String>,
    /// The form of this site that serves it.
    pub form: Option<Link>,
    /// Whether the offices receive paper for it.
    pub offices: bool,
}
