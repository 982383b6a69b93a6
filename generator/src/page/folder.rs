use forms::ThemeError;
use jiff::civil::Date;
use serde::Serialize;

use super::Frame;
use crate::{
    content::split,
    model::{Page, folder_name},
};

#[derive(Serialize)]
struct View<'a> {
    title: &'a str,
    html: String,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    label: &'a str,
    href: String,
    description: Option<String>,
    date: Option<Date>,
}

pub(super) fn draw(frame: &Frame<'_>, folder: &str, page: Option<&Page>) -> Result<String, ThemeError> {
    let site = frame.drawing.site;
    let listed = |one: &&Page| {
        let below = if one.is_index() { split(one.folder()).0 == folder } else { one.folder() == folder };
        below && site.shows(one.draft)
    };
    let items = site.pages.iter().filter(listed).map(|one| Item {
        label: &one.title,
        href: frame.linking.href(&one.address),
        description: one.description.as_deref().map(|text| frame.words(text)),
        date: one.date,
    });
    let view = View {
        title: page.map_or_else(|| folder_name(folder), |page| &page.title),
        html: page.map(|page| frame.html(&page.body, &page.path, None)).unwrap_or_default(),
        items: items.collect(),
    };
    let mut shell = frame.shell(Vec::new());
    shell.description = page.and_then(|page| page.description.clone());
    frame.render("list.html", &shell, &view)
}
