//! What visitors of `konsultacje serve` meet while somebody saves: never half a page, never one that is missing, and in the
//! end what a build of the same tree makes.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write as _,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::ensure;
use generator::pipeline::{Options, build_in_memory};
use jiff::civil::{Date, date};
use proptest::{prelude::*, test_runner::TestCaseError};
use tempfile::TempDir;
use tests::{
    http::get,
    serve::Serve,
    workspace::{Tree, repository},
};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

type Outcome = anyhow::Result<()>;

/// How long anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);
/// A day in the term of the consultation.
const TODAY: Date = date(2026, 5, 10);
const HELP: &str = "content/pomoc.md";
const STYLE: &str = "themes/miasto/assets/style.css";

/// A town in three languages with a theme of its own, that is served.
struct Town {
    tree: Tree,
    _data: TempDir,
    serve: Serve,
}

/// What a build makes, by path on the site.
type Site = BTreeMap<String, Vec<u8>>;

impl Town {
    fn serve(arguments: &[&str]) -> anyhow::Result<Self> {
        let tree = Tree::copy_of(&repository().join("tests/fixtures/languages"))?;
        lay(&tree)?;
        let data = TempDir::new()?;
        let serve = Serve::start(tree.root(), data.path(), arguments)?;
        Ok(Self { tree, _data: data, serve })
    }

    /// Waits until what is served is what a build makes on a day, which it returns; none of a tree with mistakes, which are
    /// shown then. What was there `before` and is not any more is waited for too.
    async fn settled(&self, today: Date, before: Option<&Site>) -> anyhow::Result<Option<Site>> {
        let built = build_in_memory(self.tree.root(), &Options { today, drafts: true, commit: None });
        let end = Instant::now() + PATIENCE;
        loop {
            let wrong = match &built {
                Ok(outputs) => self.differs(&site(outputs), before).await?,
                Err(told) => (!self.shows_mistakes().await?).then(|| format!("it does not show {told}")),
            };
            let Some(wrong) = wrong else { return Ok(built.ok().map(|outputs| site(&outputs))) };
            ensure!(Instant::now() < end, "{wrong}\n{}", self.serve.log()?);
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    async fn shows_mistakes(&self) -> anyhow::Result<bool> {
        Ok(get(self.serve.address, "/").await?.body.contains("_serve-mistakes"))
    }

    /// Returns what is not served as it was built.
    async fn differs(&self, site: &Site, before: Option<&Site>) -> anyhow::Result<Option<String>> {
        if self.shows_mistakes().await? {
            return Ok(Some("it shows mistakes".to_owned()));
        }
        for (path, bytes) in site {
            let answer = get(self.serve.address, &address(path)).await?;
            let built = String::from_utf8_lossy(bytes);
            let is_page = built.contains("</head>");
            let same = if is_page { is_dressed(&answer.body, &built) } else { answer.body == built };
            if answer.status != 200 || !same {
                return Ok(Some(format!("{path}: {} {}\nwas built as\n{built}", answer.status, answer.body)));
            }
        }
        let names: BTreeSet<&String> = before.into_iter().flat_map(BTreeMap::keys).collect();
        for path in names.into_iter().filter(|path| !site.contains_key(*path) && !path.contains("assets/")) {
            let status = get(self.serve.address, &address(path)).await?.status;
            if status == 200 {
                return Ok(Some(format!("{path} is still there")));
            }
        }
        Ok(None)
    }
}

/// Lays over the fixture what it has not: a theme.
fn lay(tree: &Tree) -> Outcome {
    tree.lay(&repository().join("tests/fixtures/languages"))?;
    tree.restyle(":root { --proba: zero; }\n")
}

fn site(outputs: &BTreeMap<String, Vec<u8>>) -> Site {
    let inside =
        outputs.iter().filter_map(|(path, bytes)| Some((path.strip_prefix("site/")?.to_owned(), bytes.clone())));
    inside.collect()
}

fn address(path: &str) -> String {
    let folder = path.strip_suffix("index.html").filter(|folder| folder.is_empty() || folder.ends_with('/'));
    format!("/{}", folder.unwrap_or(path))
}

/// Tells whether a page is the one that was built, with something added at the end of its head and the start of its body.
fn is_dressed(served: &str, built: &str) -> bool {
    let head = built.find("</head>").unwrap();
    let body = head + built[head..].find("<body").unwrap();
    let body = body + built[body..].find('>').unwrap() + 1;
    let added = served.strip_prefix(&built[..head]).and_then(|rest| rest.strip_suffix(&built[body..]));
    added.is_some_and(|added| added.contains(&built[head..body]))
}

/// How a program saves.
#[derive(Clone, Copy, Debug)]
enum Way {
    InPlace,
    Slowly,
    Beside,
    Away,
}

impl Way {
    fn write(self, path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let beside = |other: String| path.with_file_name(other);
        match self {
            Self::InPlace => fs::write(path, text).unwrap(),
            Self::Slowly => {
                let mut file = fs::File::create(path).unwrap();
                for piece in text.as_bytes().chunks(text.len() / 3 + 1) {
                    file.write_all(piece).unwrap();
                    thread::sleep(Duration::from_millis(40));
                }
            }
            Self::Beside => {
                fs::write(beside(format!("{name}.tmp")), text).unwrap();
                fs::rename(beside(format!("{name}.tmp")), path).unwrap();
            }
            Self::Away => {
                // What is not there has no old version.
                let _ = fs::rename(path, beside(format!("{name}~")));
                fs::write(path, text).unwrap();
                let _ = fs::remove_file(beside(format!("{name}~")));
            }
        }
    }
}

/// What an editor does to a tree.
#[derive(Clone, Copy, Debug)]
enum Save {
    /// Puts a text in place of another, where it stands.
    Replace(&'static str, &'static str, &'static str),
    Write(&'static str, &'static str),
    Remove(&'static str),
    Rename(&'static str, &'static str),
    /// Puts everything back that is missing or wrong.
    Mend,
}

const SAVES: [Save; 27] = [
    Save::Replace("content/park/index.md", "Przeczytaj", "Poczytaj"),
    Save::Replace("content/park/index.md", "Poczytaj", "Przeczytaj"),
    Save::Replace("content/park/index.md", "klauzula.md", "nigdzie.md"),
    Save::Replace("content/park/index.md", "nigdzie.md", "klauzula.md"),
    Save::Replace("content/park/documents/plan/2.0/01-zielen.md", "120 drzew", "240 drzew"),
    Save::Replace("content/park/documents/plan/2.0/01-zielen.en.md", "120 trees", "240 trees"),
    Save::Replace("content/park/documents/plan/1.0/02-woda.md", "## ", "Więcej.\n\n## "),
    Save::Replace("content/park/consultation.yaml", "2026-06-30", "2026-07-15"),
    Save::Replace("content/park/forms/ankieta.yaml", "Czy lubisz", "Jak bardzo lubisz"),
    Save::Replace("content/site.yaml", "Pomoc", "Wsparcie"),
    Save::Replace("content/site.yaml", "language: pl", "language: nie ma"),
    Save::Replace(HELP, "Jak to działa.", "Zobacz [plan](plan.pdf)."),
    Save::Replace(HELP, "plan.pdf", "ogrod/plan.pdf"),
    Save::Write("content/plan.pdf", "plan pierwszy"),
    Save::Write("content/plan.pdf", "plan drugi, dłuższy"),
    Save::Write("content/pomoc.uk.md", "# Допомога\n\nЯк це працює.\n"),
    Save::Write(STYLE, ":root { --proba: jeden; }\n"),
    Save::Write(STYLE, ":root { --proba: dwa; }\n"),
    Save::Write(
        "themes/miasto/templates/page.html",
        "{% extends \"layout.html\" %}{% block main %}<h1>{{ page.title }}</h1>{{ page.html | safe }}{% endblock %}",
    ),
    Save::Write("content/nowe/index.md", "---\ntitle: Nowe\ndraft: true\n---\n\nSzkic, patrz [pomoc](../pomoc.md).\n"),
    Save::Remove("content/pomoc.en.md"),
    Save::Remove("content/plan.pdf"),
    Save::Remove("themes/miasto/templates/page.html"),
    Save::Rename("content/park", "content/ogrod"),
    Save::Rename("content/ogrod", "content/park"),
    Save::Rename("content/nowe", "content/nowsze"),
    Save::Mend,
];

impl Save {
    fn apply(self, tree: &Tree, way: Way) {
        let path = |path: &str| tree.root().join(path);
        match self {
            Self::Replace(file, from, to) => {
                let text = fs::read_to_string(path(file)).unwrap_or_default();
                if text.contains(from) {
                    way.write(&path(file), &text.replace(from, to));
                }
            }
            Self::Write(file, text) => way.write(&path(file), text),
            // What is not there any more stays so.
            Self::Remove(file) => drop(fs::remove_file(path(file))),
            Self::Rename(from, to) => drop(fs::rename(path(from), path(to))),
            Self::Mend => {
                for folder in ["content/ogrod", "content/nowe", "content/nowsze"] {
                    let _ = fs::remove_dir_all(path(folder));
                }
                lay(tree).unwrap();
            }
        }
    }
}

fn saves() -> impl Strategy<Value = Vec<(Save, Way)>> {
    let way = prop::sample::select(&[Way::InPlace, Way::Slowly, Way::Beside, Way::Away][..]);
    let save = prop_oneof![5 => prop::sample::select(&SAVES[..]), 1 => Just(Save::Mend)];
    prop::collection::vec((save, way), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5, max_shrink_iters: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_served_becomes_what_a_build_makes_of_the_same_tree(sequence in prop::collection::vec(saves(), 1..7)) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let followed = runtime.block_on(async {
            let town = Town::serve(&["--today", &TODAY.to_string()])?;
            let mut before = town.settled(TODAY, None).await?;
            for saves in sequence.into_iter().chain([vec![(Save::Mend, Way::InPlace)]]) {
                for (save, way) in saves {
                    save.apply(&town.tree, way);
                }
                before = town.settled(TODAY, before.as_ref()).await?.or(before);
            }
            anyhow::Ok(())
        });
        followed.map_err(|error| TestCaseError::fail(format!("{error:#}")))?;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_site_turns_with_the_calendar() -> Outcome {
    // A few seconds before the first day of the term begins in Poland.
    let town = Town::serve(&["--now", "2026-04-30T21:59:55Z"])?;
    let before = town.settled(date(2026, 4, 30), None).await?;
    town.settled(date(2026, 5, 1), before.as_ref()).await?;
    Ok(())
}

/// Returns a page whose ends tell of which save it is.
fn help(number: usize) -> String {
    format!("# Pomoc\n\nPoczątek {number}.\n\n{}\n\nKoniec {number}.\n", "Jak to działa. ".repeat(2000))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_handed_out_has_its_style_after_the_next_save_and_no_page_is_half() -> Outcome {
    let town = Town::serve(&["--today", &TODAY.to_string()])?;
    fs::write(town.tree.root().join(HELP), help(0))?;
    let server = town.serve.address;
    for (number, way) in [Way::InPlace, Way::Slowly, Way::Beside, Way::Away, Way::InPlace].into_iter().enumerate() {
        let page = get(server, "/pomoc/").await?;
        let styles = page.page().attributes("link[rel=stylesheet][href*=assets]", "href");
        assert_eq!(styles.len(), 1, "{}", page.body);
        let style = styles.concat().replace("../", "/");
        let root = town.tree.root().to_owned();
        let saving = thread::spawn(move || {
            way.write(&root.join(STYLE), &format!(":root {{ --proba: zapis{number}; }}\n"));
            way.write(&root.join(HELP), &help(number + 1));
        });
        let end = Instant::now() + PATIENCE;
        loop {
            let now = get(server, "/pomoc/").await?;
            assert_eq!(now.status, 200);
            let of = |word: &str| now.body.split_once(word).map(|(_, rest)| rest.split('.').next().unwrap().to_owned());
            let (from, to) = (of("Początek "), of("Koniec "));
            assert_eq!(from, to, "{way:?}: half a page");
            let other = now.page().attributes("link[rel=stylesheet][href*=assets]", "href") != styles;
            if other && from == Some((number + 1).to_string()) {
                break;
            }
            ensure!(Instant::now() < end, "{way:?} is not served: {}", town.serve.log()?);
        }
        saving.join().unwrap();
        let kept = get(server, &style).await?;
        assert_eq!((kept.status, kept.header("content-type")), (200, "text/css; charset=utf-8"), "{style}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_it_whatever_is_under_way() -> Outcome {
    let mut town = Town::serve(&["--today", &TODAY.to_string()])?;
    let server = town.serve.address;
    // A browser that waits for news, an answer that never comes whole, and a connection that says nothing.
    let mut listening = TcpStream::connect(server).await?;
    listening.write_all(b"GET /_serve/events HTTP/1.1\r\nhost: a\r\n\r\n").await?;
    let mut stalled = TcpStream::connect(server).await?;
    let head = "POST /api/park/ankieta HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-www-form-urlencoded\r\n";
    stalled.write_all(format!("{head}content-length: 1000\r\n\r\nlubisz=tak").as_bytes()).await?;
    let _silent = TcpStream::connect(server).await?;
    assert_eq!(get(server, "/").await?.status, 200);
    town.serve.signal("INT")?;
    let status = town.serve.ended(PATIENCE)?;
    assert!(status.success(), "{status}");
    Ok(())
}
