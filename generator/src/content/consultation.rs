use std::collections::BTreeSet;

use forms::{Contact, Text, kind};
use jiff::civil::Date;

use super::{
    FOLDER, RawAttachment, Reader, address_slug, attachments, document, document::RawDocument, form, form::RawForm,
    inner_link, number, register, register::RawRegister, required_words, schedule, schedule::RawSchedule,
    site::Languages, split, words,
};
use crate::{
    diagnostic::{Diagnostic, Place, Spanned, rule},
    markdown, prose, slug,
    source::Source,
    yaml::{Fields, Node},
};

/// The file that makes a folder a consultation.
const FILE: &str = "consultation.yaml";
/// Minutes after the end within which an answer is taken, where the file names none.
const GRACE_MINUTES: u32 = 15;
/// Most days for which answers are kept after the term: a hundred years.
const LONGEST_RETENTION: i64 = 36_525;
/// Digits of a telephone number.
const PHONE_DIGITS: usize = 9;
/// Digits of the shortest number that can be called.
const SHORTEST_PHONE: usize = 3;
/// Longest id of a consultation.
pub(crate) const LONGEST_ID: usize = 64;

/// A folder with `consultation.yaml`, with all that lies in it but pages.
#[derive(Debug)]
pub(crate) struct RawConsultation {
    /// Path of the folder.
    pub(crate) folder: String,
    /// Name of the folder.
    pub(crate) id: String,
    pub(crate) title: Text,
    pub(crate) subject: Text,
    pub(crate) area: Option<Text>,
    pub(crate) case_number: Option<String>,
    pub(crate) slug: Option<Spanned<String>>,
    pub(crate) draft: bool,
    pub(crate) announced: Option<Date>,
    pub(crate) start: Date,
    pub(crate) end: Date,
    pub(crate) grace_minutes: u32,
    pub(crate) report_due: Option<Date>,
    pub(crate) retention_days: Option<u32>,
    pub(crate) legal_basis: Vec<RawBasis>,
    pub(crate) unit: Option<Text>,
    pub(crate) contact: Contact,
    pub(crate) privacy: Option<Spanned<String>>,
    pub(crate) announcement: Option<Spanned<String>>,
    pub(crate) remarks: Option<Spanned<String>>,
    pub(crate) offices: Vec<RawOffice>,
    pub(crate) channels: Vec<RawChannel>,
    pub(crate) schedule: Option<RawSchedule>,
    pub(crate) documents: Vec<RawDocument>,
    pub(crate) attachments: Vec<RawAttachment>,
    pub(crate) forms: Vec<RawForm>,
    pub(crate) written: Written,
    pub(crate) register: RawRegister,
}

/// Where what rules speak of was written.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) announced: Option<Place>,
    pub(crate) start: Place,
    pub(crate) end: Place,
    /// The first law or resolution.
    pub(crate) basis: Option<Place>,
    pub(crate) report_due: Option<Place>,
    pub(crate) case_number: Option<Place>,
}

/// A law or resolution on which the consultation rests.
#[derive(Debug)]
pub(crate) struct RawBasis {
    pub(crate) act: Text,
    pub(crate) minimum_days: Option<u32>,
}

/// A place where paper is handed in.
#[derive(Debug)]
pub(crate) struct RawOffice {
    pub(crate) name: Text,
    pub(crate) street: String,
    pub(crate) postcode: String,
    pub(crate) city: String,
    pub(crate) hours: Option<Text>,
}

/// A way to take part.
#[derive(Debug)]
pub(crate) struct RawChannel {
    pub(crate) name: Text,
    pub(crate) how: Text,
    pub(crate) url: Option<String>,
    pub(crate) form: Option<Spanned<String>>,
    pub(crate) offices: bool,
}

/// Tells whether words hold an e-mail address or a telephone.
fn tells_where(how: &str) -> bool {
    how.contains('@') || how.chars().filter(char::is_ascii_digit).count() >= PHONE_DIGITS
}

impl RawConsultation {
    /// Returns the path of `consultation.yaml`.
    pub(crate) fn path(&self) -> String {
        format!("{}/{FILE}", self.folder)
    }
}

/// Tells whether a file stands in the folder `inner` of one of the consultations in `folders`.
pub(crate) fn belongs(folders: &[String], path: &str, inner: &str) -> bool {
    let within = |folder: &String| path.strip_prefix(folder.as_str())?.strip_prefix('/')?.strip_prefix(inner);
    folders.iter().filter_map(within).any(|rest| rest.starts_with('/'))
}

/// Returns the paths of the folders that are consultations.
pub(crate) fn folders(source: &Source) -> Vec<String> {
    // One that cannot be read makes its folder a consultation too: what lies in it is not taken for pages.
    let files = source.under(FOLDER).map(|(path, _)| path).chain(source.unreadable()).map(split);
    let folders =
        files.filter(|(folder, name)| *name == FILE && *folder != FOLDER).map(|(folder, _)| folder.to_owned());
    folders.collect::<BTreeSet<_>>().into_iter().collect()
}

pub(super) fn read(reader: &mut Reader<'_>, folder: &str) -> Option<RawConsultation> {
    let path = format!("{folder}/{FILE}");
    let id = split(folder).1;
    if id.len() > LONGEST_ID || !slug::is_folded(id) {
        reader.problems.push(Diagnostic::new(rule::CONSULTATION_ID_BAD, Place::whole(&path)).with("id", id));
    }
    let forms = form::read_all(reader, &format!("{folder}/forms"));
    let documents = document::read_all(reader, &format!("{folder}/documents"));
    let schedule = schedule::read(reader, &format!("{folder}/schedule.yaml"));
    let register = register::read(reader, folder);
    let node = reader.yaml(&path)?;
    let languages = reader.languages;
    let mut fields = Fields::new(&node, reader.problems);
    let term = fields.required("term", term);
    let (case_number, report_due) = (fields.string("case_number"), fields.date("report_due"));
    let announced = fields.date("announced");
    let written = Written {
        announced: announced.as_ref().map(|date| date.place.clone()),
        start: term.as_ref().map_or_else(|| Place::whole(&path), |(start, _)| start.place.clone()),
        basis: fields.node("legal_basis").map(|node| node.place.clone()),
        end: term.as_ref().map_or_else(|| Place::whole(&path), |(_, end)| end.place.clone()),
        report_due: report_due.as_ref().map(|date| date.place.clone()),
        case_number: case_number.as_ref().map(|number| number.place.clone()),
    };
    let consultation = RawConsultation {
        folder: folder.to_owned(),
        id: id.to_owned(),
        title: required_words(&mut fields, "title", languages),
        subject: required_words(&mut fields, "subject", languages),
        area: words(&mut fields, "area", languages),
        case_number: case_number.map(|number| number.value),
        slug: address_slug(&mut fields),
        draft: fields.boolean("draft").is_some_and(|draft| draft.value),
        announced: announced.map(|date| date.value),
        start: term.as_ref().map_or(Date::MIN, |(start, _)| start.value),
        end: term.as_ref().map_or(Date::MIN, |(_, end)| end.value),
        grace_minutes: number(&mut fields, "grace_minutes", 0..=24 * 60).unwrap_or(GRACE_MINUTES),
        report_due: report_due.map(|date| date.value),
        retention_days: number(&mut fields, "retention_days", 1..=LONGEST_RETENTION),
        legal_basis: fields.list("legal_basis", |node, problems| {
            let mut fields = Fields::new(node, problems);
            let act = required_words(&mut fields, "act", languages);
            let minimum_days = number(&mut fields, "minimum_days", 1..=366);
            fields.finish();
            Some(RawBasis { act, minimum_days })
        }),
        unit: words(&mut fields, "unit", languages),
        contact: fields.one("contact", |node, problems| Some(contact(node, problems))).unwrap_or_default(),
        privacy: inner_link(&mut fields, "privacy"),
        announcement: inner_link(&mut fields, "announcement"),
        remarks: inner_link(&mut fields, "remarks"),
        offices: fields.list("offices", |node, problems| Some(office(node, languages, problems))),
        attachments: attachments(&mut fields, languages),
        channels: fields.list("channels", |node, problems| Some(channel(node, languages, problems))),
        schedule,
        documents,
        forms,
        written,
        register,
    };
    fields.finish();
    // Without a term nothing can be said of the consultation; the missing field is reported.
    term.map(|_| consultation)
}

fn term(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<(Spanned<Date>, Spanned<Date>)> {
    let mut fields = Fields::new(node, problems);
    let (start, end) = (fields.required_date("start"), fields.required_date("end"));
    fields.finish();
    let (start, end) = (start?, end?);
    if end.value < start.value {
        let problem = Diagnostic::new(rule::TERM_BACKWARDS, end.place.clone());
        problems.push(problem.with("start", start.value).with("end", end.value));
    }
    Some((start, end))
}

fn contact(node: &Node, problems: &mut Vec<Diagnostic>) -> Contact {
    let mut fields = Fields::new(node, problems);
    let contact = Contact {
        email: contact_by(&mut fields, "email", is_email),
        phone: contact_by(&mut fields, "phone", is_phone),
    };
    fields.finish();
    contact
}

/// Reads how residents reach the office; what reaches nobody is reported, unless the office has not decided it yet.
fn contact_by(fields: &mut Fields<'_>, key: &'static str, reaches: fn(&str) -> bool) -> Option<String> {
    let field = fields.string(key)?;
    if reaches(&field.value) || prose::is_blank(&field.value) {
        return Some(field.value);
    }
    let problem = Diagnostic::new(rule::CONTACT_BAD, field.place).with("key", key);
    fields.problems().push(problem.with("value", field.value));
    None
}

/// Tells whether words are one e-mail address, without a name or a scheme beside it.
fn is_email(words: &str) -> bool {
    kind::Email::is_address(words) && !words.contains(['<', '>', ':', '/', '"', '(', ')'])
}

/// Tells whether words hold a number to call: residents read what stands beside it, "41 36 76 415 (Biuro)".
fn is_phone(words: &str) -> bool {
    words.chars().filter(char::is_ascii_digit).count() >= SHORTEST_PHONE
}

/// Tells whether a word is a Polish postal code, `25-303`.
fn is_postcode(word: &str) -> bool {
    let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    word.split_once('-').is_some_and(|(district, place)| digits(district, 2) && digits(place, 3))
}

fn office(node: &Node, languages: &Languages, problems: &mut Vec<Diagnostic>) -> RawOffice {
    let mut fields = Fields::new(node, problems);
    let name = required_words(&mut fields, "name", languages);
    let (street, postcode) = (fields.string("street"), fields.source_text("postcode"));
    let city = fields.string("city");
    let hours = words(&mut fields, "hours", languages);
    if let Some(odd) = postcode.as_ref().filter(|code| !is_postcode(&code.value) && !prose::is_blank(&code.value)) {
        let problem = Diagnostic::new(rule::POSTCODE_ODD, odd.place.clone()).with("value", &odd.value);
        fields.problems().push(problem);
    }
    let parts = [("street", &street), ("postcode", &postcode), ("city", &city)];
    let missing: Vec<_> = parts.iter().filter(|(_, part)| part.is_none()).map(|(key, _)| *key).collect();
    if !missing.is_empty() {
        let problem = Diagnostic::new(rule::OFFICE_WITHOUT_ADDRESS, fields.place().clone());
        let problem = problem.with("office", name.in_language(languages.original()));
        fields.problems().push(problem.with("missing", missing.join(", ")));
    }
    fields.finish();
    let [street, postcode, city] = [street, postcode, city].map(|part| part.map(|part| part.value).unwrap_or_default());
    RawOffice { name, street, postcode, city, hours }
}

/// Reads `url`, an address outside of the site.
fn web_address(fields: &mut Fields<'_>) -> Option<String> {
    let url = fields.string("url")?;
    if markdown::is_web_address(&url.value) {
        return Some(url.value);
    }
    let problem = match url.value.split_once("://") {
        Some((scheme, _)) if !matches!(scheme, "https" | "http") => {
            Diagnostic::new(rule::LINK_SCHEME, url.place).with("scheme", scheme)
        }
        _ => Diagnostic::new(rule::LINK_ADDRESS, url.place),
    };
    fields.problems().push(problem.with("target", url.value));
    None
}

fn channel(node: &Node, languages: &Languages, problems: &mut Vec<Diagnostic>) -> RawChannel {
    let mut fields = Fields::new(node, problems);
    fields.required_string("id");
    let channel = RawChannel {
        name: required_words(&mut fields, "name", languages),
        how: words(&mut fields, "how", languages).unwrap_or_default(),
        url: web_address(&mut fields),
        form: inner_link(&mut fields, "form"),
        offices: fields.boolean("offices").is_some_and(|offices| offices.value),
    };
    let leads_somewhere = channel.offices || ["url", "form"].into_iter().any(|key| fields.node(key).is_some());
    let how = channel.how.in_language(languages.original());
    let vague = match how {
        "" => Some(rule::CHANNEL_WITHOUT_HOW),
        // An address that is wrong is told as such.
        how => (!leads_somewhere && !tells_where(how)).then_some(rule::CHANNEL_WITHOUT_WHERE),
    };
    if let Some(rule) = vague {
        let problem = Diagnostic::new(rule, fields.place().clone());
        fields.problems().push(problem.with("channel", channel.name.in_language(languages.original())));
    }
    fields.finish();
    channel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reaches_the_office_is_an_address_alone_and_words_with_a_number() {
        for email in ["a@b.example", "konsultacje.park@um.miasto.example"] {
            assert!(is_email(email), "{email}");
        }
        let beside =
            ["<a@b.example>", "mailto:a@b.example", "a@b.example/x", "Jan\"a@b.example", "a(b)@b.example", "a b"];
        for email in beside {
            assert!(!is_email(email), "{email}");
        }
        for phone in
            ["41 36 76 415", "41 36 76 415 (Biuro Obsługi Interesantów)", "41 36 76 415 lub 41 36 76 416", "112"]
        {
            assert!(is_phone(phone), "{phone}");
        }
        for phone in ["zapytać w sekretariacie", "pokój 12"] {
            assert!(!is_phone(phone), "{phone}");
        }
    }
}
