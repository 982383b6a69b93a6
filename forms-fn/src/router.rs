use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, header},
    middleware::{self, Next},
    response::Response,
    routing::get,
};

use crate::{App, handlers, headers};

/// Where the CDN puts its secret.
const ORIGIN_SECRET: &str = "x-origin-secret";

/// Returns the service of all addresses of the function: what Lambda, `serve` and the tests run.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/api/{consultation}/{form}", get(handlers::show_form).post(handlers::post_form))
        .route("/api/receipt/{number}/{secret}", get(handlers::show_receipt).post(handlers::post_nowhere))
        .route("/api/health", get(handlers::health).post(handlers::post_nowhere))
        .fallback_service(get(handlers::no_page).post(handlers::post_nowhere).with_state(app.clone()))
        // Bodies are read, measured and answered by `handlers`: a resident's text is not refused unread.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn_with_state(app.clone(), guard))
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
