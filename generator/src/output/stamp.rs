use jiff::civil::Date;
use serde::Serialize;

use crate::{
    emit::{Class, Output},
    pipeline::Options,
};

#[derive(Serialize)]
struct Stamp<'a> {
    commit: Option<&'a str>,
    commit_date: Option<&'a str>,
    today: String,
    /// From when on the site looks otherwise, though nobody wrote a word (RFC 3339); null: never.
    next_change: Option<String>,
}

/// Returns `build.json`: what the site was built from, and for which day. It stands on no page.
pub(super) fn output(options: &Options, next_turn: Option<Date>) -> Output {
    let commit = options.commit.as_ref();
    let stamp = Stamp {
        commit: commit.map(|commit| commit.id.as_str()),
        commit_date: commit.map(|commit| commit.date.as_str()),
        today: options.today.to_string(),
        next_change: next_turn.and_then(midnight),
    };
    Output::new(serde_json::to_vec(&stamp).unwrap_or_default(), Class::Side)
}

/// Returns the instant at which a day begins in Poland.
fn midnight(day: Date) -> Option<String> {
    Some(day.in_tz(::forms::ZONE).ok()?.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
}
