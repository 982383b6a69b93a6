//! Tokens, numbers and secrets: what is read is written back the same, and a receipt is asked for with anything.
#![no_main]

use axum::{body::Body, http::Request};
use forms_fn::number::{Number, Secret, Token};
use fuzz::ask;
use libfuzzer_sys::fuzz_target;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

fuzz_target!(|data: &str| {
    let (number, secret) = data.split_once('/').unwrap_or((data, data));
    if let Some(token) = Token::parse(data) {
        assert_eq!(token.to_string(), data);
        let derived = Number::derive("park/kazde", &token, 0);
        assert_eq!(Number::parse(&derived.to_string()), Some(derived));
    }
    if let Some(read) = Number::parse(number) {
        assert_eq!(Number::parse(&read.to_string()), Some(read));
    }
    if let Some(read) = Secret::parse(secret) {
        assert!(read.to_string().eq_ignore_ascii_case(secret));
    }
    let coded = |part| utf8_percent_encode(part, NON_ALPHANUMERIC);
    let target = format!("/api/receipt/{}/{}", coded(number), coded(secret));
    ask(0, Request::get(target).body(Body::empty()).expect("a request"));
});
