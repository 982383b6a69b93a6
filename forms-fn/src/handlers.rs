//! One function an address: extract, call, respond. The rules stand in `journey`.

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use forms::{
    Answers, Bundle, Form, ThemeError,
    page::{self, Filled, Notice, Shown, Stored},
};
use serde::Deserialize;

use crate::{
    App, Catalogue,
    journey::{self, Moment, Next, Opened, Page, Why},
    number::{Number, Secret},
    posted::{self, Posted},
    store::{Receipt, State as Fate},
    telemetry::StoredBefore,
};

/// What a page of ours may be kept for: Back keeps the token and the text, and asks again otherwise.
pub(crate) const REVALIDATED: &str = "private, no-cache";
/// What a receipt may be kept for: a shared machine keeps no copy.
const NOT_KEPT: &str = "no-store";
/// Where a request carries the secret of trials.
const PREVIEW_SECRET: &str = "x-preview";

/// The keys of a query that are read; others are ignored.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    lang: Option<String>,
    document: Option<String>,
    version: Option<String>,
    section: Option<String>,
    hash: Option<String>,
}

/// `GET /api/CONSULTATION/FORM`: the form; nothing is stored.
pub(crate) async fn show_form(
    State(app): State<Arc<App>>,
    path: Result<Path<(String, String)>, PathRejection>,
    query: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let catalogue = app.catalogue();
    let asked = query.ok().map(|Query(asked)| asked).unwrap_or_default();
    let language = asked.lang.as_deref();
    let Some(bundle) = find(&catalogue, path, language) else {
        return message(&catalogue, language, StatusCode::NOT_FOUND, "no_page", &Answers::default());
    };
    let state = moment(&app, bundle, &headers).state;
    let [document, version, section, hash] =
        [&asked.document, &asked.version, &asked.section, &asked.hash].map(|value| value.as_deref());
    let answers = bundle.answers_at(document, version, section, hash);
    drawn(StatusCode::OK, REVALIDATED, page::form(&catalogue.theme, bundle, state, &Filled::new(&answers)))
}

/// `POST /api/CONSULTATION/FORM`: every step of the journey.
pub(crate) async fn post_form(
    State(app): State<Arc<App>>,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let catalogue = app.catalogue();
    let posted = match read(&headers, body).await {
        Ok(posted) => posted,
        Err((status, key)) => return message(&catalogue, None, status, key, &Answers::default()),
    };
    let language = posted.language.as_deref();
    let foreign = is_foreign(&headers);
    let id = path.ok().map(|Path((consultation, form))| format!("{consultation}/{form}")).unwrap_or_default();
    let Some(bundle) = catalogue.bundle(&id, language) else {
        return gone(&app, &catalogue, &id, &posted, foreign).await;
    };
    let moment = moment(&app, bundle, &headers);
    let sender = app.sender(&headers);
    match journey::advance(&app.store, bundle, moment, sender, &posted, foreign).await {
        Ok(next) => respond(&catalogue, bundle, moment, &posted, &next),
        Err(error) => {
            tracing::error!(form = bundle.form.id, %error, "no random numbers");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Answers a post to a form that no bundle knows: with the receipt of what was sent before, else with the text.
async fn gone(app: &App, catalogue: &Catalogue, id: &str, posted: &Posted, foreign: bool) -> Response {
    let (status, key) = match journey::sent_before(&app.store, id, posted, foreign).await {
        Ok(Some(Next::Receipt { number, secret, before })) => return receipt_at(&number, &secret, before),
        Ok(_) => (StatusCode::GONE, "no_form"),
        Err(cause) => {
            tracing::error!(form = id, cause, "whether an answer was stored is not known");
            (StatusCode::INSUFFICIENT_STORAGE, "not_known")
        }
    };
    message(catalogue, posted.language.as_deref(), status, key, &posted.answers)
}

/// A post to an address of no form: what was typed is given back, as for a form that is gone.
pub(crate) async fn post_nowhere(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Response {
    let catalogue = app.catalogue();
    match read(&headers, body).await {
        Ok(posted) => message(&catalogue, posted.language.as_deref(), StatusCode::GONE, "no_form", &posted.answers),
        Err((status, key)) => message(&catalogue, None, status, key, &Answers::default()),
    }
}

/// `GET /api/receipt/NUMBER/SECRET`: what was stored. An unknown number and a wrong secret are answered alike.
pub(crate) async fn show_receipt(
    State(app): State<Arc<App>>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Response {
    let catalogue = app.catalogue();
    let unknown = || {
        let mut response = message(&catalogue, None, StatusCode::NOT_FOUND, "no_receipt", &Answers::default());
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(NOT_KEPT));
        response
    };
    let read = path.ok().and_then(|Path((number, secret))| Some((Number::parse(&number)?, Secret::parse(&secret)?)));
    let Some((number, secret)) = read else {
        return unknown();
    };
    let receipt = match app.store.receipt(&number, &secret, app.clock.now()).await {
        Ok(Some(receipt)) => receipt,
        Ok(None) => return unknown(),
        Err(error) => {
            tracing::error!(%error, "failed to read a receipt");
            return (StatusCode::SERVICE_UNAVAILABLE, [(header::CACHE_CONTROL, NOT_KEPT)]).into_response();
        }
    };
    let language = catalogue.language(Some(&receipt.language));
    let form = definition(&receipt);
    let bundle = catalogue.bundle(&receipt.form, Some(language));
    // Its words are set as pages show them, where the form is still the one that was answered.
    let shown = bundle.filter(|bundle| form.as_ref() == Some(&bundle.form)).map(Bundle::shown);
    let answers = receipt.answers.map(Answers::from);
    let consultation = receipt.form.split('/').next().unwrap_or_default();
    let stored = Stored {
        id: &receipt.form,
        number: receipt.number.to_string(),
        sent: receipt.sent.to_string(),
        late: receipt.after_deadline,
        preview: receipt.preview,
        withdrawn: receipt.state == Fate::Withdrawn,
        amendment: receipt.amendment,
        form: shown.or(form.as_ref()),
        answers: answers.as_ref(),
        consultation: catalogue.consultation(language, consultation),
        documents: bundle.map_or(&[], |bundle| &bundle.documents),
    };
    let Some(shell) = catalogue.shell(language) else {
        return unknown();
    };
    drawn(StatusCode::OK, NOT_KEPT, page::receipt(&catalogue.theme, language, shell, &stored))
}

/// Reads the definition that was answered; none, and logged, where it is missing or no longer understood.
fn definition(receipt: &Receipt) -> Option<Form> {
    let read = receipt.definition.as_deref().map(serde_json::from_str);
    let cause = match read {
        Some(Ok(form)) => return Some(form),
        Some(Err(error)) => error.to_string(),
        None => "there is none".to_owned(),
    };
    tracing::error!(form = receipt.form, revision = receipt.revision, cause, "failed to read a definition");
    None
}

/// `GET /api/health`: whether the store answers.
pub(crate) async fn health(State(app): State<Arc<App>>) -> Response {
    let status = match app.store.health().await {
        Ok(()) => StatusCode::OK,
        Err(error) => {
            tracing::error!(%error, "the store does not answer");
            StatusCode::SERVICE_UNAVAILABLE
        }
    };
    (status, [(header::CACHE_CONTROL, REVALIDATED)]).into_response()
}

/// `GET` of an address that is none.
pub(crate) async fn no_page(State(app): State<Arc<App>>) -> Response {
    message(&app.catalogue(), None, StatusCode::NOT_FOUND, "no_page", &Answers::default())
}

/// Answers who did not come through the CDN.
pub(crate) fn forbidden(app: &App) -> Response {
    message(&app.catalogue(), None, StatusCode::FORBIDDEN, "forbidden", &Answers::default())
}

/// Reads what was posted; what cannot be read is refused with a status and the key of its notice.
async fn read(headers: &HeaderMap, body: Body) -> Result<Posted, (StatusCode, &'static str)> {
    if !is_form(headers) {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong_type"));
    }
    let body = to_bytes(body, posted::READ).await.ok().filter(|body| body.len() <= posted::GIVEN_BACK);
    let body = body.ok_or((StatusCode::PAYLOAD_TOO_LARGE, "too_large_short"))?;
    Posted::read(&body).ok_or((StatusCode::PAYLOAD_TOO_LARGE, "too_many_fields"))
}

fn respond(catalogue: &Catalogue, bundle: &Bundle, moment: Moment, posted: &Posted, next: &Next) -> Response {
    let (page, why, carried) = match next {
        Next::Page { page, why, carried } => (page, why, carried),
        Next::Receipt { number, secret, before } => return receipt_at(number, secret, *before),
        Next::Saved { base_url } => return saved(catalogue, bundle, base_url, posted),
    };
    let (status, notice) = match why {
        Why::Asked(notice) => (StatusCode::OK, notice.as_ref()),
        Why::Mistakes(notice) => (StatusCode::UNPROCESSABLE_ENTITY, notice.as_ref()),
        Why::NotOpen(notice) => (StatusCode::FORBIDDEN, Some(notice)),
        Why::TooLarge(notice) => (StatusCode::PAYLOAD_TOO_LARGE, Some(notice)),
        Why::Conflict(notice) => (StatusCode::CONFLICT, Some(notice)),
        Why::TooMany(notice) => (StatusCode::TOO_MANY_REQUESTS, Some(notice)),
        Why::NotStored { notice, cause } => {
            tracing::error!(form = bundle.form.id, cause, "an answer was not stored, or is not known to be");
            (StatusCode::INSUFFICIENT_STORAGE, Some(notice))
        }
    };
    let token = carried.token.to_string();
    let filled = Filled {
        token: Some(&token),
        amends: carried.amends,
        seen: posted.revision.as_deref().filter(|revision| *revision != bundle.revision),
        notice,
        trap: posted.trap.as_deref(),
        ..Filled::new(&posted.answers)
    };
    let page = match page {
        Page::Form { mistakes, shown, focus, blank } => {
            let shown = match shown {
                Opened::Whole => Shown::Whole,
                Opened::Page(question) => Shown::Page(question),
                Opened::Edit(question) => Shown::Edit(question),
            };
            let focus = focus.as_deref();
            let filled = Filled { mistakes, focus, blank: focus.filter(|_| *blank), shown, ..filled };
            page::form(&catalogue.theme, bundle, moment.state, &filled)
        }
        Page::Review(forward) => page::review(&catalogue.theme, bundle, moment.state, &filled, *forward),
    };
    drawn(status, REVALIDATED, page)
}

/// Answers with a file for the resident's device.
fn saved(catalogue: &Catalogue, bundle: &Bundle, base_url: &str, posted: &Posted) -> Response {
    let filled = Filled { trap: posted.trap.as_deref(), ..Filled::new(&posted.answers) };
    let name = bundle.form.id.replace('/', "-");
    let mut response = drawn(StatusCode::OK, NOT_KEPT, page::saved(&catalogue.theme, bundle, base_url, &filled));
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.html\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

fn receipt_at(number: &Number, secret: &Secret, before: bool) -> Response {
    let address = format!("/api/receipt/{number}/{secret}");
    let headers = [(header::LOCATION, address.as_str()), (header::CACHE_CONTROL, NOT_KEPT)];
    let mut response = (StatusCode::SEE_OTHER, headers).into_response();
    if before {
        response.extensions_mut().insert(StoredBefore);
    }
    response
}

fn find<'a>(
    catalogue: &'a Catalogue,
    path: Result<Path<(String, String)>, PathRejection>,
    language: Option<&str>,
) -> Option<&'a Bundle> {
    let Path((consultation, form)) = path.ok()?;
    catalogue.bundle(&format!("{consultation}/{form}"), language)
}

fn moment(app: &App, bundle: &Bundle, headers: &HeaderMap) -> Moment {
    let now = app.clock.now();
    let skips_clock = app.is_preview(preview_secret(headers));
    Moment {
        now,
        preview: skips_clock || app.clock.is_shifted(),
        state: if skips_clock { forms::State::Open } else { bundle.consultation.term.state(now) },
    }
}

/// Returns what a request gives as the secret of trials.
pub(crate) fn preview_secret(headers: &HeaderMap) -> Option<&str> {
    headers.get(PREVIEW_SECRET)?.to_str().ok()
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Tells whether a page of another site made the browser post; older browsers do not say, and are believed.
fn is_foreign(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    matches!(site, Some(b"cross-site" | b"same-site"))
}

fn message(
    catalogue: &Catalogue,
    language: Option<&str>,
    status: StatusCode,
    key: &'static str,
    given: &Answers,
) -> Response {
    let language = catalogue.language(language);
    let Some(shell) = catalogue.shell(language) else {
        return status.into_response();
    };
    drawn(status, REVALIDATED, page::message(&catalogue.theme, language, shell, &Notice::new(key), given))
}

fn drawn(status: StatusCode, cache: &'static str, page: Result<String, ThemeError>) -> Response {
    match page {
        Ok(html) => (status, [(header::CACHE_CONTROL, cache)], Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "failed to draw a page");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
