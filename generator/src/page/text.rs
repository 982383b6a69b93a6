use jiff::civil::Date;
use serde::Serialize;

use super::{Drawn, Frame, Html};
use crate::model::Page;

#[derive(Serialize)]
struct View<'a> {
    title: &'a str,
    html: Html<'a>,
    date: Option<Date>,
}

pub(super) fn draw(frame: &Frame<'_>, page: &Page) -> Drawn {
    let view = View { title: &page.title, html: frame.html(&page.body, &page.path), date: page.date };
    let mut shell = match frame.drawing.site.consultation_of(&page.path) {
        Some(consultation) => frame.shell_in(consultation, Vec::new()),
        None => frame.shell(Vec::new()),
    };
    shell.description.clone_from(&page.description);
    frame.render("page.html", &shell, &view)
}
