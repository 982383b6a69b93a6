//! What is asked for: any path and query that HTTP can carry.
#![no_main]

use axum::{body::Body, http::Request};
use fuzz::{MARK, ask};
use libfuzzer_sys::{Corpus, fuzz_target};
use percent_encoding::{AsciiSet, CONTROLS, percent_encode};

/// What an address cannot hold as it is.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&choice, target)) = data.split_first() else { return Corpus::Reject };
    let mark = if choice & 1 == 0 { MARK } else { "" };
    let target = percent_encode(&[target, mark.as_bytes()].concat(), ESCAPED).to_string();
    let target = if choice & 2 == 0 { format!("/api/park/kazde?{target}") } else { format!("/{target}") };
    let method = if choice & 4 == 0 { "GET" } else { "POST" };
    let Ok(request) = Request::builder().method(method).uri(target).body(Body::empty()) else {
        return Corpus::Reject;
    };
    ask(usize::from(choice >> 3 & 1), request);
    Corpus::Keep
});
