//! What the function is packed with: a bundle that is not what the generator writes is refused, or drawn and answered.
#![no_main]

use axum::{body::Body, http::Request};
use fuzz::{FORMS, MOMENTS, ask_of, catalogue, service};
use libfuzzer_sys::{Corpus, fuzz_target};

/// The bundle in whose place the input stands.
const BUNDLE: &str = "park/kazde.pl.json";

fuzz_target!(|data: &[u8]| -> Corpus {
    let mut files = FORMS.clone();
    files.insert(BUNDLE.to_owned(), data.to_vec());
    let Ok(catalogue) = catalogue(&files) else { return Corpus::Reject };
    let town = service(catalogue, MOMENTS[0]);
    let posted = Request::post("/api/park/kazde").header("content-type", "application/x-www-form-urlencoded");
    for request in [
        Request::get("/api/park/kazde").body(Body::empty()),
        posted.body(Body::from("ulica=%22%3Cfuzz%3E%27&wiek=19-64&ocena=3&spokoj=-1&zajecia=x&dojazd=other")),
    ] {
        ask_of(town.clone(), request.expect("a request"));
    }
    Corpus::Keep
});
