use forms::Link;
use jiff::civil::Date;
use serde::Serialize;

use super::{Drawn, Frame, Html};
use crate::{content::split, model::Page};

/// A list of pages.
#[derive(Serialize)]
pub(super) struct View<'a> {
    pub(super) title: &'a str,
    pub(super) html: Html<'a>,
    pub(super) items: Vec<Item>,
}

#[derive(Serialize)]
pub(super) struct Item {
    pub(super) link: Link,
    pub(super) description: Option<String>,
    pub(super) date: Option<Date>,
}

pub(super) fn draw(frame: &Frame<'_>, folder: &str, page: Option<&Page>) -> Drawn {
    let site = frame.drawing.site;
    let listed = |one: &&Page| {
        let below = if one.is_index() { split(one.folder()).0 == folder } else { one.folder() == folder };
        below && site.shows(one.draft)
    };
    let items = site.pages.iter().filter(listed).map(|one| Item {
        link: frame.to(&one.address, &one.title),
        description: one.description.as_deref().map(|text| frame.words(text)),
        date: one.date,
    });
    let view = View {
        title: page.map_or_else(|| split(folder).1, |page| &page.title),
        html: page.map(|page| frame.html(&page.body, &page.path)).unwrap_or_default(),
        items: items.collect(),
    };
    let mut shell = frame.shell_at(&format!("{folder}/"));
    shell.description = page.and_then(|page| page.description.clone());
    frame.render("list.html", &shell, &view)
}
