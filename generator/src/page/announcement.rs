use forms::{Card, ThemeError};
use serde::Serialize;

use super::{Frame, Status};
use crate::model::{Consultation, Page};

#[derive(Serialize)]
struct View<'a> {
    title: &'a str,
    description: Option<&'a str>,
    html: String,
    consultation: Card,
    status: Status,
}

pub(super) fn draw(frame: &Frame<'_>, consultation: &Consultation, page: &Page) -> Result<String, ThemeError> {
    let view = View {
        title: &page.title,
        description: page.description.as_deref(),
        html: frame.html(&page.body, &page.path, None),
        consultation: frame.card(consultation),
        status: frame.status(consultation),
    };
    frame.render("announcement.html", frame.shell_in(consultation, Vec::new()), &view)
}
