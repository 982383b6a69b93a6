//! What is posted. The first byte chooses the form, the moment, the site it came from, whether every value carries what
//! would break a page, and whether the revision is the present one.
#![no_main]

use axum::{body::Body, http::Request};
use fuzz::{POSTED_MARK, ask, revision};
use libfuzzer_sys::fuzz_target;

const FORMS: [&str; 4] = ["/api/park/kazde", "/api/park/krotka", "/api/park/nie-ma", "/api/receipt/x/y"];
const SITES: [&str; 2] = ["same-origin", "cross-site"];

fuzz_target!(|data: &[u8]| {
    let Some((&choice, body)) = data.split_first() else { return };
    let choice = usize::from(choice);
    let body = if choice & 16 == 0 { marked(body) } else { body.to_vec() };
    let body = if choice & 64 == 0 { [revision(choice & 1).as_bytes(), b"&", &body].concat() } else { body };
    let request = Request::post(FORMS[choice & 3])
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", SITES[usize::from(choice & 32 != 0)])
        .body(Body::from(body))
        .expect("a request");
    ask(choice >> 2 & 1, request);
});

/// Adds the mark to every value but those of the journey, which decide what happens.
fn marked(body: &[u8]) -> Vec<u8> {
    let pieces = body.split(|&byte| byte == b'&').map(|piece| {
        let own = [b"_token=".as_slice(), b"_step=", b"_revision=", b"_amends="].iter().any(|name| piece.starts_with(name));
        [piece, if own { b"" } else { POSTED_MARK.as_bytes() }].concat()
    });
    pieces.collect::<Vec<_>>().join(&b'&')
}
