//! The headers that every page of the site carries, whoever answers.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// What a page may do: load its own stylesheet, pictures and scripts, post to its own site, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
     manifest-src 'self'";

/// Adds the security headers to `headers`; on plain http those that would forbid plain http are left out.
pub fn secure(headers: &mut HeaderMap, https: bool) {
    let mut set = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::X_FRAME_OPTIONS, "DENY");
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000");
    }
    let policy = if https { format!("{POLICY}; upgrade-insecure-requests") } else { POLICY.to_owned() };
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}
