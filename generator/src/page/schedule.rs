use forms::Card;
use jiff::civil::Date;
use serde::Serialize;

use super::{Drawn, Frame, Status};
use crate::model::{Consultation, Schedule};

#[derive(Serialize)]
struct View<'a> {
    title: &'a str,
    note: &'a [String],
    stages: Vec<Stage<'a>>,
    meetings: Vec<Meeting<'a>>,
    consultation: Card,
    status: Status,
}

/// A stage, seen from today.
#[derive(Serialize)]
pub(super) struct Stage<'a> {
    id: &'a str,
    title: &'a str,
    start: Date,
    end: Option<Date>,
    description: Option<&'a str>,
    state: &'static str,
}

/// A meeting, seen from today.
#[derive(Serialize)]
pub(super) struct Meeting<'a> {
    id: &'a str,
    title: &'a str,
    date: Date,
    time: &'a str,
    place: &'a str,
    description: Option<&'a str>,
    accessibility: Option<&'a str>,
    past: bool,
}

pub(super) fn draw(frame: &Frame<'_>, consultation: &Consultation, schedule: &Schedule) -> Drawn {
    let view = View {
        title: frame.schedule_title(),
        note: &schedule.note,
        stages: stages(frame, Some(schedule)),
        meetings: meetings(frame, Some(schedule)),
        consultation: frame.card(consultation),
        status: frame.status(consultation),
    };
    frame.render("schedule.html", &frame.shell_in(consultation, Vec::new()), &view)
}

pub(super) fn stages<'a>(frame: &Frame<'_>, schedule: Option<&'a Schedule>) -> Vec<Stage<'a>> {
    let today = frame.drawing.today;
    let stages = schedule.map(|schedule| schedule.stages.as_slice()).unwrap_or_default().iter();
    let seen = |stage: &'a crate::model::Stage| Stage {
        id: &stage.id,
        title: &stage.title,
        start: stage.start,
        end: stage.end,
        description: stage.description.as_deref(),
        state: match (today < stage.start, today <= stage.end.unwrap_or(stage.start)) {
            (true, _) => "future",
            (false, true) => "current",
            (false, false) => "past",
        },
    };
    stages.map(seen).collect()
}

pub(super) fn meetings<'a>(frame: &Frame<'_>, schedule: Option<&'a Schedule>) -> Vec<Meeting<'a>> {
    let site = frame.drawing.site;
    let meetings = schedule.map(|schedule| schedule.meetings.as_slice()).unwrap_or_default().iter();
    let seen = |meeting: &'a crate::model::Meeting| Meeting {
        id: &meeting.id,
        title: &meeting.title,
        date: meeting.date,
        time: &meeting.time,
        place: &meeting.place,
        description: meeting.description.as_deref(),
        accessibility: meeting.accessibility.as_deref(),
        past: meeting.date < frame.drawing.today,
    };
    meetings.filter(|meeting| site.shows(meeting.draft)).map(seen).collect()
}
