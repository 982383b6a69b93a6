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
    let mut shell = frame.shell_at(&page.path);
    shell.description.clone_from(&page.description);
    frame.render("page.html", &shell, &view)
}
