use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, header},
    middleware::{self, Next},
    response::Response,
    routing::get,
};

use crate::{App, handlers, headers, telemetry};

/// Where the CDN puts its secret.
const ORIGIN_SECRET: &str = "x-origin-secret";

/// The addresses, a fixed one before those that it would fit, too.
const HEALTH: &str = "/api/health";
const RECEIPT: &str = "/api/receipt/{number}/{secret}";
const FORM: &str = "/api/{consultation}/{form}";

/// Returns which address `path` is one of: what may be told of it, since the path of a receipt is its secret.
pub(crate) fn route(path: &str) -> Option<&'static str> {
    let fits = |route: &&str| {
        let part_fits = |(part, asked): (&str, &str)| part == asked || (part.starts_with('{') && !asked.is_empty());
        let same_depth = route.matches('/').count() == path.matches('/').count();
        same_depth && route.split('/').zip(path.split('/')).all(part_fits)
    };
    [HEALTH, RECEIPT, FORM].into_iter().find(fits)
}

/// Returns the service of all addresses of the function: what Lambda, `serve` and the tests run.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route(FORM, get(handlers::show_form).post(handlers::post_form))
        .route(RECEIPT, get(handlers::show_receipt).post(handlers::post_nowhere))
        .route(HEALTH, get(handlers::health).post(handlers::post_nowhere))
        .fallback_service(get(handlers::no_page).post(handlers::post_nowhere).with_state(app.clone()))
        // Bodies are read, measured and answered by `handlers`: a resident's text is not refused unread.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn_with_state(app.clone(), guard))
        .layer(middleware::from_fn_with_state(app.clone(), telemetry::observe))
        .with_state(app)
}

/// Lets only the CDN in, and adds to every answer the headers of the site.
async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let given = request.headers().get(ORIGIN_SECRET).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let admitted = app.origin_secrets.as_ref().is_none_or(|secrets| secrets.accept(given));
    let mut response = if admitted { next.run(request).await } else { handlers::forbidden(&app) };
    headers::secure(response.headers_mut(), app.https);
    let cache = HeaderValue::from_static(handlers::REVALIDATED);
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(cache);
    response
}

#[cfg(test)]
mod tests {
    use super::{FORM, HEALTH, RECEIPT, route};

    #[test]
    fn a_path_is_told_by_its_route() {
        let told = [
            ("/api/health", Some(HEALTH)),
            ("/api/park/kazde", Some(FORM)),
            ("/api/receipt/2345/abc", Some(RECEIPT)),
            ("/api/receipt/2345", Some(FORM)),
            ("/api/receipt/2345/", None),
            ("/api/park", None),
            ("/api//kazde", None),
            ("/", None),
            ("", None),
        ];
        for (path, expected) in told {
            assert_eq!(route(path), expected, "{path}");
        }
    }
}
