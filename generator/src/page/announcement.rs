use forms::Card;
use serde::Serialize;

use super::{Drawn, Frame, Html, Status};
use crate::model::{Consultation, Page};

#[derive(Serialize)]
struct View<'a> {
    title: &'a str,
    html: Html<'a>,
    consultation: Card,
    status: Status,
}

pub(super) fn draw(frame: &Frame<'_>, consultation: &Consultation, page: &Page) -> Drawn {
    let view = View {
        title: &page.title,
        html: frame.html(&page.body, &page.path),
        consultation: frame.card(consultation),
        status: frame.status(consultation),
    };
    let mut shell = frame.shell_in(consultation, Vec::new());
    shell.description.clone_from(&page.description);
    frame.render("announcement.html", &shell, &view)
}
