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
}

/// Returns `build.json`: what the site was built from, and for which day. It stands on no page.
pub(super) fn output(options: &Options) -> Output {
    let commit = options.commit.as_ref();
    let stamp = Stamp {
        commit: commit.map(|commit| commit.id.as_str()),
        commit_date: commit.map(|commit| commit.date.as_str()),
        today: options.today.to_string(),
    };
    Output { bytes: serde_json::to_vec(&stamp).unwrap_or_default(), class: Class::Side }
}
