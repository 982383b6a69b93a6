use serde::Serialize;

use super::{Drawn, Frame};
use crate::{address::Address, model::Page};

#[derive(Serialize)]
struct View<'a> {
    title: &'a str,
    href: String,
}

pub(super) fn draw(frame: &Frame<'_>, page: &Page, to: &Address) -> Drawn {
    let view = View { title: &page.title, href: frame.linking.href(to) };
    let mut shell = frame.shell(Vec::new());
    shell.canonical = frame.absolute(to);
    frame.render("alias.html", &shell, &view)
}
