//! The function of the fixture's town, and how answers compare.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use anyhow::Context as _;
use aws_sdk_dynamodb::types::AttributeValue;
use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use forms::{Bundle, page::KEPT};
use forms_fn::{App, Catalogue, Clock, router};
use generator::pipeline::{Options, build_in_memory};
use tests::{
    engine::{Engine, TABLE},
    http::{self, Answer, FORM},
    page::{Form, Page, Pairs},
    town::{FIXTURE, KAZDE},
    workspace::{Term, Tree},
};
use tower::ServiceExt as _;

/// A moment well within the term.
pub(crate) const OPEN: &str = "2021-07-01T10:00:00Z";
/// A moment long after it.
pub(crate) const CLOSED: &str = "2021-08-15T10:00:00Z";

/// What the function is given: paths below `dist/forms`, and their bytes.
pub(crate) type Files = Vec<(String, Vec<u8>)>;

/// The function of a town, and the engine under it.
pub(crate) struct Town {
    pub(crate) engine: Engine,
    pub(crate) forms: Files,
    pub(crate) app: Arc<App>,
    /// The same after the term.
    later: Arc<App>,
}

impl Town {
    /// A town on a day within the term.
    pub(crate) async fn open() -> anyhow::Result<Self> {
        Self::with(forms()?).await
    }

    /// A town whose consultation lasts from one day to another; it is asked at instants of its own.
    pub(crate) async fn between(start: &str, end: &str) -> anyhow::Result<Self> {
        let term = Term { start: start.parse()?, end: end.parse()? };
        Self::with(of_function(&build(term, start)?)).await
    }

    async fn with(forms: Files) -> anyhow::Result<Self> {
        let engine = Engine::in_memory().await?;
        let (app, later) = (app(&engine, &forms, OPEN)?, app(&engine, &forms, CLOSED)?);
        Ok(Self { engine, forms, app, later })
    }

    /// Puts a form in place of the one called `name`: what `change` makes of its definition.
    pub(crate) fn reform(&mut self, name: &str, change: impl Fn(&mut serde_json::Value)) -> anyhow::Result<()> {
        for (path, bytes) in &mut self.forms {
            if path.starts_with(&format!("park/{name}.")) {
                let mut bundle: serde_json::Value = serde_json::from_slice(bytes)?;
                // What pages show of it is a form of its own.
                change(&mut bundle["form"]);
                change(&mut bundle["shown"]);
                let form: forms::Form = serde_json::from_value(bundle["form"].clone())?;
                bundle["revision"] = form.revision().into();
                *bytes = serde_json::to_vec(&bundle)?;
            }
        }
        self.app.replace_catalogue(catalogue(&self.forms)?);
        Ok(())
    }

    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        self.ask(Request::get(path).body(Body::empty())?).await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> anyhow::Result<Answer> {
        self.ask(posted(path, body)?).await
    }

    pub(crate) async fn post_from(&self, site: &str, path: &str, body: &str) -> anyhow::Result<Answer> {
        let mut request = posted(path, body)?;
        request.headers_mut().insert("sec-fetch-site", site.parse()?);
        self.ask(request).await
    }

    pub(crate) async fn post_at(&self, instant: &str, path: &str, body: &str) -> anyhow::Result<Answer> {
        self.ask_at(instant, posted(path, body)?).await
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> anyhow::Result<Answer> {
        answer(self.app.clone(), request).await
    }

    /// Asks at `instant`: the clock is set at the last moment, since it runs.
    pub(crate) async fn ask_at(&self, instant: &str, request: Request<Body>) -> anyhow::Result<Answer> {
        let app = if instant == CLOSED { self.later.clone() } else { app(&self.engine, &self.forms, instant)? };
        answer(app, request).await
    }

    /// Posts `answers` to `kazde` and returns the form of the review page.
    pub(crate) async fn review(&self, answers: &[(&str, &str)]) -> anyhow::Result<Form> {
        let answer = self.post(KAZDE, &http::encode(answers)).await?;
        assert_eq!(answer.status, 200, "{}", answer.body);
        Ok(answer.page().form().unwrap())
    }

    /// Returns the current revision of the form at `path`.
    pub(crate) fn revision(&self, path: &str) -> &'static str {
        static REVISIONS: OnceLock<BTreeMap<String, String>> = OnceLock::new();
        let revisions = REVISIONS.get_or_init(|| {
            let bundles = self.forms.iter().filter(|(path, _)| path.starts_with("park/"));
            let bundles = bundles.map(|(_, bytes)| serde_json::from_slice::<serde_json::Value>(bytes).unwrap());
            let word = |bundle: &serde_json::Value, key: &str| bundle[key].as_str().unwrap().to_owned();
            bundles.map(|bundle| (word(&bundle, "action"), word(&bundle, "revision"))).collect()
        });
        &revisions[path]
    }

    /// How many receipts and how many answers are stored.
    pub(crate) async fn counts(&self) -> anyhow::Result<(usize, usize)> {
        Ok((self.engine.items_of('R').await?.len(), self.engine.items_of('S').await?.len()))
    }
}

/// Returns what the function is given.
fn forms() -> anyhow::Result<Files> {
    Ok(of_function(built()?))
}

fn of_function(files: &Files) -> Files {
    let forms = files.iter().filter_map(|(path, bytes)| Some((path.strip_prefix("forms/")?, bytes)));
    forms.map(|(path, bytes)| (path.to_owned(), bytes.clone())).collect()
}

/// Builds the town as it is on the day `today`, and returns every file of it by its path below `dist`.
fn build(term: Term, today: &str) -> anyhow::Result<Files> {
    let tree = Tree::of_fixture(FIXTURE, term)?;
    let options = Options { today: today.parse()?, drafts: false, commit: None };
    let files = build_in_memory(tree.root(), &options).map_err(anyhow::Error::msg)?;
    Ok(files.into_iter().collect())
}

/// Builds the town once, and returns every file of it by its path below `dist`.
pub(crate) fn built() -> anyhow::Result<&'static Files> {
    static BUILT: OnceLock<Files> = OnceLock::new();
    if let Some(built) = BUILT.get() {
        return Ok(built);
    }
    let files = build(Term { start: "2021-06-23".parse()?, end: "2021-07-29".parse()? }, "2021-07-01")?;
    Ok(BUILT.get_or_init(|| files))
}

/// Returns the form `name` as the function is given it, in the site's language.
pub(crate) fn bundle(name: &str) -> anyhow::Result<Bundle> {
    let path = format!("forms/park/{name}.pl.json");
    let (_, bytes) = built()?.iter().find(|(file, _)| *file == path).with_context(|| format!("there is no {name}"))?;
    Ok(serde_json::from_slice(bytes)?)
}

pub(crate) fn catalogue(forms: &Files) -> anyhow::Result<Catalogue> {
    Ok(Catalogue::from_files(forms.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())))?)
}

fn app(engine: &Engine, forms: &Files, instant: &str) -> anyhow::Result<Arc<App>> {
    let (catalogue, instant) = (catalogue(forms)?, instant.parse()?);
    Ok(Arc::new(App::new(engine.store(), Clock::set_to(instant), catalogue)))
}

pub(crate) async fn answer(app: Arc<App>, request: Request<Body>) -> anyhow::Result<Answer> {
    let response = router(app).oneshot(request).await?;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await?;
    let headers = parts.headers.iter();
    Ok(Answer {
        status: parts.status.as_u16(),
        headers: headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect(),
        body: String::from_utf8(body.to_vec())?,
    })
}

fn posted(path: &str, body: &str) -> anyhow::Result<Request<Body>> {
    Ok(Request::post(path).header("content-type", FORM).body(Body::from(body.to_owned()))?)
}

/// Returns what the theme of `town` says in `language`, with spaces that do not hold.
pub(crate) fn texts(town: &Town, language: &str) -> serde_json::Value {
    let (_, theme) = town.forms.iter().find(|(path, _)| path == "theme/theme.json").unwrap();
    let theme = String::from_utf8_lossy(theme).replace('\u{a0}', " ");
    let theme: serde_json::Value = serde_json::from_str(&theme).unwrap();
    theme["theme"]["texts"][language].clone()
}

/// Puts every receipt of `town` into `state`, as an office would.
pub(crate) async fn of_state(town: &Town, state: &str) -> anyhow::Result<()> {
    for mut item in town.engine.items_of('R').await? {
        item.insert("state".to_owned(), AttributeValue::S(state.to_owned()));
        town.engine.put(TABLE, item).await?;
    }
    Ok(())
}

pub(crate) fn number(sent: &Answer) -> &str {
    sent.location().split('/').nth(3).unwrap_or_default()
}

/// Returns answers as two posts of them compare: without fields of ours and empty values, line ends as LF, sorted.
/// Where options are ticked the order is the page's, and the same tick twice is one.
pub(crate) fn sorted<N: AsRef<str>, V: AsRef<str>>(pairs: &[(N, V)]) -> Pairs {
    let lf = |value: &str| value.replace("\r\n", "\n").replace('\r', "\n");
    let pairs = pairs.iter().map(|(name, value)| (name.as_ref().to_owned(), lf(value.as_ref())));
    let mut pairs: Pairs = pairs.filter(|(name, value)| !name.starts_with('_') && !value.is_empty()).collect();
    pairs.sort();
    pairs
}

pub(crate) fn answers_of(form: &Form) -> Pairs {
    sorted(&form.fields)
}

/// Returns what a review page holds: what it would send, what it has set aside, and what it shows and would drop.
pub(crate) fn reviewed(page: &Page) -> Pairs {
    let fields = page.form().unwrap().fields.into_iter();
    let fields = fields.map(|(name, value)| (name.strip_prefix(KEPT).map(str::to_owned).unwrap_or(name), value));
    sorted(&[fields.collect(), unasked(page)].concat())
}

/// Returns what a page that takes no answers gives back: in its fields, and beside them.
pub(crate) fn kept(page: &Page) -> Pairs {
    sorted(&[page.typed(), unasked(page)].concat())
}

fn unasked(page: &Page) -> Pairs {
    let section = "section[aria-labelledby=_unasked]";
    page.raw(&format!("{section} dt")).into_iter().zip(page.raw(&format!("{section} .said"))).collect()
}
