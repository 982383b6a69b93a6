use forms::Card;
use serde::Serialize;

use super::{Drawn, Frame, Html, Status};
use crate::model::Page;

#[derive(Serialize)]
struct View<'a> {
    title: &'a str,
    html: Html<'a>,
    consultations: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    consultation: Card,
    status: Status,
}

pub(super) fn draw(frame: &Frame<'_>, page: Option<&Page>) -> Drawn {
    let site = frame.drawing.site;
    let shown = site.consultations.iter().filter(|consultation| site.shows(consultation.draft));
    let view = View {
        title: page.map_or(&site.title, |page| &page.title),
        html: page.map(|page| frame.html(&page.body, &page.path)).unwrap_or_default(),
        consultations: shown
            .map(|consultation| Entry { consultation: frame.card(consultation), status: frame.status(consultation) })
            .collect(),
    };
    let mut shell = frame.shell(Vec::new());
    shell.description = page.and_then(|page| page.description.clone()).or_else(|| site.description.clone());
    frame.render("home.html", &shell, &view)
}
