use forms::{Card, Shell};
use serde::Serialize;

use super::{
    Drawn, Frame, Html, Status,
    attachments::{self, Attachment},
    schedule,
};
use crate::model::{Consultation, Page};

#[derive(Serialize)]
struct View<'a> {
    title: &'a str,
    html: Html<'a>,
    consultation: Card,
    status: Status,
    area: Option<&'a str>,
    legal_basis: Vec<Basis<'a>>,
    attachments: Vec<Attachment<'a>>,
    stages: Vec<schedule::Stage<'a>>,
    meetings: Vec<schedule::Meeting<'a>>,
}

#[derive(Serialize)]
struct Basis<'a> {
    act: &'a str,
    minimum_days: Option<u32>,
}

pub(super) fn draw(frame: &Frame<'_>, consultation: &Consultation, page: Option<&Page>) -> Drawn {
    let view = View {
        title: page.map_or(&consultation.title, |page| &page.title),
        html: page.map(|page| frame.html(&page.body, &page.path)).unwrap_or_default(),
        consultation: frame.card(consultation),
        status: frame.status(consultation),
        area: consultation.area.as_deref(),
        legal_basis: consultation
            .legal_basis
            .iter()
            .map(|(act, minimum_days)| Basis { act, minimum_days: *minimum_days })
            .collect(),
        attachments: attachments::list(frame, &consultation.path, &consultation.attachments),
        stages: schedule::stages(frame, consultation.schedule.as_ref()),
        meetings: schedule::meetings(frame, consultation.schedule.as_ref()),
    };
    let mut shell = Shell { breadcrumbs: Vec::new(), ..frame.shell_in(consultation, Vec::new()) };
    shell.description = page.and_then(|page| page.description.clone());
    frame.render("consultation.html", &shell, &view)
}
