use std::collections::BTreeMap;

use forms::Text;
use jiff::civil::{Date, Time};

use super::{Reader, required_words, words};
use crate::{
    diagnostic::{Diagnostic, Spanned, rule},
    slug,
    yaml::Fields,
};

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
    pub(crate) end: Option<Spanned<Date>>,
    pub(crate) description: Option<Text>,
}

/// A meeting with residents.
#[derive(Debug)]
pub(crate) struct RawMeeting {
    pub(crate) id: String,
    pub(crate) title: Text,
    pub(crate) date: Spanned<Date>,
    pub(crate) time: String,
    pub(crate) place: Text,
    pub(crate) description: Option<Text>,
    pub(crate) accessibility: Option<Text>,
    pub(crate) draft: bool,
}

pub(super) fn read(reader: &mut Reader<'_>, path: &str) -> Option<RawSchedule> {
    let node = reader.yaml(path)?;
    let languages = reader.languages;
    let mut ids = BTreeMap::new();
    let mut fields = Fields::new(&node, reader.problems);
    let schedule = RawSchedule {
        note: words(&mut fields, "note", languages),
        stages: fields.list("stages", |node, problems| {
            let mut fields = Fields::new(node, problems);
            let id = id(&mut fields, &mut ids);
            let title = required_words(&mut fields, "title", languages);
            let start = fields.required_date("start");
            let end = end(&mut fields, start.as_ref());
            let description = words(&mut fields, "description", languages);
            fields.finish();
            Some(RawStage { id: id?, title, start: start?.value, end, description })
        }),
        meetings: fields.list("meetings", |node, problems| {
            let mut fields = Fields::new(node, problems);
            let id = id(&mut fields, &mut ids);
            let title = required_words(&mut fields, "title", languages);
            let date = fields.required_date("date");
            let time = time(&mut fields);
            let place = required_words(&mut fields, "place", languages);
            let description = words(&mut fields, "description", languages);
            let accessibility = words(&mut fields, "accessibility", languages);
            let draft = fields.boolean("draft").is_some_and(|draft| draft.value);
            fields.finish();
            let (id, date, time) = (id?, date?, time?);
            Some(RawMeeting { id, title, date, time, place, description, accessibility, draft })
        }),
    };
    fields.finish();
    Some(schedule)
}

/// Reads the id of a stage or a meeting: it stays when the date changes, and links name it.
fn id(fields: &mut Fields<'_>, seen: &mut BTreeMap<String, u32>) -> Option<String> {
    let id = fields.required_string("id")?;
    if !slug::is_folded(&id.value) {
        fields.problems().push(Diagnostic::new(rule::SCHEDULE_ID_BAD, id.place).with("id", id.value));
        return None;
    }
    if let Some(line) = seen.insert(id.value.clone(), id.place.line) {
        let problem = Diagnostic::new(rule::SCHEDULE_ID_TWICE, id.place).with("id", &id.value);
        fields.problems().push(problem.with("line", line));
    }
    Some(id.value)
}

/// Reads the last day of a stage, which is not before its first.
fn end(fields: &mut Fields<'_>, start: Option<&Spanned<Date>>) -> Option<Spanned<Date>> {
    let end = fields.date("end")?;
    let start = start.filter(|start| end.value < start.value);
    if let Some(start) = start {
        let problem = Diagnostic::new(rule::TERM_BACKWARDS, end.place.clone()).with("start", start.value);
        fields.problems().push(problem.with("end", end.value));
    }
    Some(end)
}

/// Reads a time of day, `11:00`.
fn time(fields: &mut Fields<'_>) -> Option<String> {
    let time = fields.required_source_text("time")?;
    if is_time(&time.value) {
        return Some(time.value);
    }
    let problem = Diagnostic::new(rule::TIME_BAD, time.place).with("value", &time.value);
    // "9:30" and "17.00" are how people write it.
    let meant = format!("{:0>5}", time.value.replace('.', ":"));
    fields.problems().push(if is_time(&meant) { problem.with("nearest", meant) } else { problem });
    None
}

/// Tells whether a word is a time of day as schedules have it, `09:30`.
pub(crate) fn is_time(word: &str) -> bool {
    word.len() == 5 && Time::strptime("%H:%M", word).is_ok()
}
