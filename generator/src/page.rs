//! Draws pages: one file a page type, each a view of its own and the template that shows it.
//!
//! Views are a contract with themes: plain data, written links, nothing of the model.

mod alias;
mod announcement;
mod attachments;
mod changes;
mod chapter;
mod consultation;
mod document;
mod folder;
mod form;
mod gone;
mod home;
mod picture;
mod schedule;
mod text;
mod whole;

use std::collections::BTreeMap;

use bytes::Bytes;
use forms::{Card, Channel, Link, Shell, State, ThemeError};
use jiff::civil::Date;
use serde::{Serialize, Serializer};

use crate::{
    address::{Address, Linking},
    content,
    diagnostic::Spanned,
    markdown::{Body, Filling, Href, Link as Written},
    memory::Memory,
    model::{self, Consultation, Document, Found, Here, Navigation, Page, Routes, Sheet, Site, Subject, Twins, What},
    output::feed::{Feed, Feeds},
    theme::Look,
    typography::typeset,
};

pub(crate) use self::form::bundle;

/// What drawing a page needs besides the page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drawing<'a> {
    /// The site in the language of the page.
    pub(crate) site: &'a Site,
    /// The site in the language of its content.
    pub(crate) original: &'a Site,
    /// Which pages are one page in several languages.
    pub(crate) twins: &'a Twins<'a>,
    pub(crate) look: &'a Look,
    pub(crate) memory: &'a Memory,
    /// By language.
    pub(crate) feeds: &'a BTreeMap<String, Feeds>,
    /// The day for which the page is drawn.
    pub(crate) today: Date,
    /// Address of the stylesheet.
    pub(crate) stylesheet: &'a Address,
    /// Address of the icon.
    pub(crate) icon: &'a Address,
    /// Address of the script of forms.
    pub(crate) script: &'a Address,
}

/// A page as it goes to the sink, or why its template cannot draw it.
type Drawn = Result<Bytes, ThemeError>;

/// Draws the page of `sheet`.
pub(crate) fn draw(drawing: Drawing<'_>, sheet: &Sheet<'_>) -> Drawn {
    let frame = Frame {
        drawing,
        linking: Linking::From(sheet.address.clone()),
        address: Some(&sheet.address),
        subject: sheet.what.subject(&sheet.address),
    };
    match &sheet.what {
        What::Home(page) => home::draw(&frame, *page),
        What::Text(page) => text::draw(&frame, page),
        What::Folder(folder, page) => folder::draw(&frame, folder, *page),
        What::Consultation(consultation, page) => consultation::draw(&frame, consultation, *page),
        What::Announcement(consultation, page) => announcement::draw(&frame, consultation, page),
        What::Schedule(consultation, schedule) => schedule::draw(&frame, consultation, schedule),
        What::Document(consultation, document, version) => document::draw(&frame, consultation, document, *version),
        What::Chapter(consultation, document, version, chapter) => {
            chapter::draw(&frame, consultation, document, *version, *chapter)
        }
        What::Whole(consultation, document, version) => whole::draw(&frame, consultation, document, *version),
        What::Changes(consultation, document) => changes::draw_list(&frame, consultation, document),
        What::Comparison(consultation, document, older, newer) => {
            changes::draw(&frame, consultation, document, *older, *newer)
        }
        What::Correction(consultation, document, version, snapshots) => {
            changes::draw_correction(&frame, consultation, document, *version, *snapshots)
        }
        What::Gone(consultation, document, version, chapter) => {
            gone::draw(&frame, consultation, document, *version, *chapter)
        }
        What::Form(consultation, form) => form::draw(&frame, consultation, form),
        What::Alias(page, to) => alias::draw(&frame, page, to),
    }
}

/// Draws a page that stands at no address of its own: the 404 page and the error page.
pub(crate) fn draw_message(drawing: Drawing<'_>, template: &str) -> Drawn {
    let frame = Frame { drawing, linking: Linking::Root, address: None, subject: None };
    frame.render(template, &frame.shell(Vec::new()), &())
}

/// A page while it is drawn.
pub(crate) struct Frame<'a> {
    pub(crate) drawing: Drawing<'a>,
    /// How it writes links.
    pub(crate) linking: Linking,
    /// Where it stands; none for a page that is shown at any address.
    pub(crate) address: Option<&'a Address>,
    /// Which page it is, where it may be there in other languages.
    pub(crate) subject: Option<Subject<'a>>,
}

impl From<Found> for Href {
    fn from(found: Found) -> Self {
        Self { address: found.href, language: found.language, note: String::new() }
    }
}

/// Where a day lies in the term of a consultation.
#[derive(Debug, Serialize)]
struct Status {
    state: State,
    start: Date,
    end: Date,
    /// Days left, today not counted; null outside of the term.
    days_left: Option<i32>,
}

/// The body of a page with what fills its gaps: for a template its HTML, for a hash what it is made from.
#[derive(Debug, Default)]
struct Html<'a> {
    /// None of a page that nobody wrote: no HTML.
    body: Option<&'a Body>,
    filling: Filling,
}

impl Serialize for Html<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.body {
            None => serializer.serialize_str(""),
            Some(Body { key: Some(key), .. }) if !serializer.is_human_readable() => {
                (key, &self.filling).serialize(serializer)
            }
            Some(body) => serializer.serialize_str(&body.render(&self.filling)),
        }
    }
}

impl Frame<'_> {
    /// Draws `template` with `view` inside `shell`.
    fn render(&self, template: &str, shell: &Shell, view: &impl Serialize) -> Drawn {
        let Drawing { site, look, memory, .. } = self.drawing;
        let draw = || look.theme.render(template, &site.language, shell, view);
        memory.drawing(look, &(template, &site.language, shell, view), draw)
    }

    /// Returns what stands around the page, whose way from the home page is `breadcrumbs`.
    pub(crate) fn shell(&self, breadcrumbs: Vec<Link>) -> Shell {
        let Drawing { site, stylesheet, icon, script, .. } = self.drawing;
        let entry = |entry: &Navigation| self.link(content::site::FILE, &entry.to, &entry.label);
        Shell {
            language: site.language.clone(),
            description: None,
            site_title: site.title.clone(),
            about: site.description.as_deref().map(|text| self.words(text)),
            authority: site.authority.clone(),
            home: self.linking.href(&site.home),
            stylesheet: self.linking.href(stylesheet),
            icon: self.linking.href(icon),
            script: self.linking.href(script),
            navigation: site.navigation.iter().filter_map(entry).collect(),
            breadcrumbs,
            feed: self.feeds().and_then(|feeds| feeds.site.as_ref()).map(|feed| self.feed(feed)),
            languages: self.languages(Subject::Home),
            alternates: self.alternates(),
            canonical: None,
        }
    }

    /// Returns what stands around a page of `consultation`, below the pages `above`.
    pub(crate) fn shell_in(&self, consultation: &Consultation, above: Vec<Link>) -> Shell {
        let home = self.to(&consultation.address, &consultation.title);
        let shell = self.shell(std::iter::once(home).chain(above).collect());
        let feed = self.feeds().and_then(|feeds| feeds.consultations.get(&consultation.id));
        let feed = feed.map(|feed| self.feed(feed)).or(shell.feed);
        Shell { languages: self.languages(Subject::File(&consultation.path)), feed, ..shell }
    }

    /// Returns what stands around the page of the file `path`, below those of the folders that it lies in.
    fn shell_at(&self, path: &str) -> Shell {
        let site = self.drawing.site;
        let consultation = site.consultation_of(path);
        let top = consultation.map_or(content::FOLDER, |consultation| &consultation.folder);
        let above = site.around(path).filter(|page| page.folder() != content::FOLDER && page.folder() != top);
        let above = above.filter(|page| site.shows(page.draft) && self.address != Some(&page.address));
        let above = above.map(|page| self.to(&page.address, &page.title)).collect();
        match consultation {
            Some(consultation) => self.shell_in(consultation, above),
            None => self.shell(above),
        }
    }

    /// Returns the consultation as pages show it.
    pub(crate) fn card(&self, consultation: &Consultation) -> Card {
        let site = self.drawing.site;
        let path = &consultation.path;
        let channel = |channel: &model::Channel| Channel {
            name: channel.name.clone(),
            how: channel.how.clone(),
            url: channel.url.clone(),
            form: channel.form.as_ref().and_then(|form| self.link(path, form, &channel.name)),
            offices: channel.offices,
        };
        let page = |target: &Option<Spanned<String>>| {
            let target = target.as_ref()?;
            let file = Routes::target_path(path, &target.value);
            // A file that is no page, such as a PDF, is linked by its name.
            let label = self.page(&file).map_or_else(|| content::split(&file).1, |page| &page.title);
            self.link(path, target, label)
        };
        let shown = |draft: bool| site.shows(draft);
        Card {
            id: consultation.id.clone(),
            title: consultation.title.clone(),
            href: self.linking.href(&consultation.address),
            subject: consultation.subject.clone(),
            case_number: consultation.case_number.clone(),
            announced: consultation.announced,
            term: consultation.term.clone(),
            report_due: consultation.report_due,
            retention_days: consultation.retention_days,
            unit: consultation.unit.clone(),
            contact: consultation.contact.clone(),
            offices: consultation.offices.clone(),
            channels: consultation.channels.iter().map(channel).collect(),
            privacy: page(&consultation.privacy),
            announcement: page(&consultation.announcement),
            schedule: consultation.schedule.as_ref().map(|schedule| self.to(&schedule.address, self.schedule_title())),
            documents: consultation
                .documents
                .iter()
                .filter(|document| shown(document.draft))
                .filter_map(|document| self.contents(document))
                .collect(),
            forms: consultation
                .forms
                .iter()
                .filter(|form| shown(form.draft))
                .map(|form| self.to(&form.address, &self.words(form.form.title.in_language(&site.language))))
                .collect(),
        }
    }

    /// Returns the page of the file `path`, in the language of this one or else as it was written first.
    fn page(&self, path: &str) -> Option<&Page> {
        self.drawing.site.page(path).or_else(|| self.drawing.original.page(path))
    }

    /// Returns the link to the contents of the newest version of a document.
    fn contents(&self, document: &Document) -> Option<Link> {
        self.to_page(Subject::Contents(&document.path, None), &document.title)
    }

    /// Returns the page in the languages of the site; one that it is not there in leads to `instead`, which always is.
    fn languages(&self, instead: Subject<'_>) -> Vec<Link> {
        let Drawing { site, look, twins, .. } = self.drawing;
        let all = twins.languages(Subject::Home);
        if all.len() < 2 {
            return Vec::new();
        }
        let own = self.subject.map(|subject| twins.languages(subject)).unwrap_or_default();
        let link = |(language, _): &(&str, Address)| {
            let found = own.iter().find(|(twin, _)| twin == language);
            let (_, address) = found.or_else(|| twins.find(instead, language))?;
            let name = look.theme.text(language, "site.language").unwrap_or(language);
            let current = *language == site.language;
            Some(Link {
                label: name.to_owned(),
                href: self.linking.href(address),
                current,
                language: Some((*language).to_owned()),
            })
        };
        all.iter().filter_map(link).collect()
    }

    /// Returns the absolute addresses of the page in its languages; none where it has one, or the site no base.
    fn alternates(&self) -> Vec<Link> {
        let twins = self.subject.map(|subject| self.drawing.twins.languages(subject)).unwrap_or_default();
        let twins = twins.iter().filter(|_| twins.len() > 1);
        let link = |(language, address): &(&str, Address)| {
            let href = self.absolute(address)?;
            Some(Link { href, language: Some((*language).to_owned()), ..Link::default() })
        };
        twins.filter_map(link).collect()
    }

    /// Returns the heading of a schedule: the page is made, so its words are the theme's.
    fn schedule_title(&self) -> &str {
        self.text("schedule.heading")
    }

    /// Returns a text of the theme.
    fn text(&self, path: &str) -> &str {
        self.drawing.look.theme.text(&self.drawing.site.language, path).unwrap_or_default()
    }

    fn status(&self, consultation: &Consultation) -> Status {
        let term = &consultation.term;
        let state = term.state_on(self.drawing.today);
        let days_left = (state == State::Open).then(|| term.days_left(self.drawing.today)).flatten();
        Status { state, start: term.start, end: term.end, days_left }
    }

    /// Returns the HTML of the body of the page `path`.
    fn html<'b>(&self, body: &'b Body, path: &str) -> Html<'b> {
        Html { body: Some(body), filling: self.filling(body, path, None, true, |_, found| found.into()) }
    }

    /// Returns what the gaps of a body are filled with that stands in the file `path`: `version` is the folder whose links
    /// stay in it, `leads` tells whether its first picture is the first of the page, and `inside` writes a link into the
    /// site.
    fn filling(
        &self,
        body: &Body,
        path: &str,
        version: Option<&str>,
        leads: bool,
        inside: impl Fn(&Written, Found) -> Href,
    ) -> Filling {
        let language = &self.drawing.site.language;
        let here = Here { path, language, linking: self.linking.clone(), version };
        let href = |link: &Written| {
            if link.scheme().is_some() {
                return link.target.clone().into();
            }
            // A link that leads nowhere is an error of the check; no page with one is drawn.
            let Ok(found) = self.drawing.site.routes.find(&here, &link.target) else {
                return Href::default();
            };
            let note = found.file.as_ref().map(|file| attachments::note(self, file)).unwrap_or_default();
            Href { note, ..inside(link, found) }
        };
        let pictures = body.pictures.iter().enumerate();
        let picture = |(at, shown)| picture::html(self, path, shown, leads && at == 0);
        Filling { hrefs: body.links.iter().map(href).collect(), pictures: pictures.map(picture).collect() }
    }

    /// Returns a text that stands in the model as it was written, as it is shown.
    fn words(&self, text: &str) -> String {
        typeset(&self.drawing.site.language, text).into_owned()
    }

    fn link(&self, from: &str, target: &Spanned<String>, label: &str) -> Option<Link> {
        let language = &self.drawing.site.language;
        let here = Here { path: from, language, linking: self.linking.clone(), version: None };
        let found = self.drawing.site.routes.find(&here, &target.value).ok()?;
        let current = self.address == Some(&found.address);
        Some(Link { label: label.to_owned(), current, href: found.href, language: found.language })
    }

    fn to(&self, address: &Address, label: &str) -> Link {
        let current = self.address == Some(address);
        Link { label: label.to_owned(), href: self.linking.href(address), current, language: None }
    }

    /// Returns a link to a page in the language of this one, else as it was written first; none to one that is not shown.
    fn to_page(&self, subject: Subject<'_>, label: &str) -> Option<Link> {
        let (language, address) = self.drawing.twins.find(subject, &self.drawing.site.language)?;
        let language = (*language != self.drawing.site.language).then(|| (*language).to_owned());
        Some(Link { language, ..self.to(address, label) })
    }

    /// Returns `address` with the host of the site, where it has one.
    fn absolute(&self, address: &Address) -> Option<String> {
        self.drawing.site.absolute(address)
    }

    fn feeds(&self) -> Option<&Feeds> {
        self.drawing.feeds.get(&self.drawing.site.language)
    }

    fn feed(&self, feed: &Feed) -> Link {
        self.to(&feed.address, &feed.title)
    }
}
