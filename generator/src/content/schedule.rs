use forms::Text;
use jiff::civil::Date;

use super::{Reader, required_words, words};
use crate::yaml::Fields;

/// `schedule.yaml`: stages and meetings.
#[derive(Debug)]
pub(crate) struct RawSchedule {
    pub(crate) note: Option<Text>,
    pub(crate) stages: Vec<RawStage>,
    pub(crate) meetings: Vec<RawMeeting>,
}

/// A stage of the consultation.
#[derive(Debug)]
pub(crate) struct RawStage {
    pub(crate) id: String,
    pub(crate) title: Text,
    pub(crate) start: Date,
    pub(crate) end: Option<Date>,
    pub(crate) description: Option<Text>,
}

/// A meeting with residents.
#[derive(Debug)]
pub(crate) struct RawMeeting {
    pub(crate) id: String,
    pub(crate) title: Text,
    pub(crate) date: Date,
    pub(crate) time: String,
    pub(crate) place: Text,
    pub(crate) description: Option<Text>,
    pub(crate) accessibility: Option<Text>,
    pub(crate) draft: bool,
}

pub(super) fn read(reader: &mut Reader<'_>, path: &str) -> Option<RawSchedule> {
    let node = reader.yaml(path)?;
    let language = reader.language;
    let mut fields = Fields::new(&node, reader.problems);
    let schedule = RawSchedule {
        note: words(&mut fields, "note", language),
        stages: fields.list("stages", |node, problems| {
            let mut fields = Fields::new(node, problems);
            let id = fields.required_string("id");
            let title = required_words(&mut fields, "title", language);
            let start = fields.required_date("start");
            let end = fields.date("end").map(|date| date.value);
            let description = words(&mut fields, "description", language);
            fields.finish();
            Some(RawStage { id: id?.value, title, start: start?.value, end, description })
        }),
        meetings: fields.list("meetings", |node, problems| {
            let mut fields = Fields::new(node, problems);
            let id = fields.required_string("id");
            let title = required_words(&mut fields, "title", language);
            let date = fields.required_date("date");
            let time = fields.required_string("time");
            let place = required_words(&mut fields, "place", language);
            let description = words(&mut fields, "description", language);
            let accessibility = words(&mut fields, "accessibility", language);
            let draft = fields.boolean("draft").is_some_and(|draft| draft.value);
            fields.finish();
            let (id, date, time) = (id?.value, date?.value, time?.value);
            Some(RawMeeting { id, title, date, time, place, description, accessibility, draft })
        }),
    };
    fields.finish();
    Some(schedule)
}
