//! The site of this repository, built by the real command and read as browsers and crawlers read it.

// A test is an end of the system: it reads files.
#![allow(clippy::disallowed_methods)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::SystemTime,
};

use anyhow::{Context as _, ensure};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tests::{
    crawl::{self, own_links, resolve},
    page::Page,
    workspace::{Term, Tree, konsultacje, repository},
};
use walkdir::WalkDir;

/// The day for which the site is built: one in the term of its consultation.
const TODAY: &str = "2021-07-01";
/// The announcement that is built.
const ANNOUNCEMENT: &str = "strategia-2030/ogloszenie/index.html";
/// Most bytes that a page and its stylesheet may take on their way: what a server sends before the first answer.
const LIGHT: usize = 14_000;
/// Pages that are shown at addresses other than their own.
const PLACELESS: [&str; 2] = ["404.html", "error.html"];
/// The city of this repository's content: its name, as it is declined, and what is derived from it.
const CITY: [&str; 2] = ["kielc", "kielec"];

#[test]
fn every_fact_of_the_announcement_stands_on_its_page() -> anyhow::Result<()> {
    let site = Site::build()?;
    let page = site.page(ANNOUNCEMENT)?;
    let text = page.words("main").concat();
    let links = page.attributes("main a[href]", "href");
    let announced = fs::read_to_string(repository().join("tests/fixtures/announcement.txt"))?;
    let lines: Vec<String> = announced.lines().filter(|line| !line.trim().is_empty()).map(plain).collect();
    assert!(lines.len() > 20, "the announcement is longer");
    let missing: Vec<_> = lines.iter().filter(|line| !text.contains(line.as_str())).collect();
    assert!(missing.is_empty(), "not on the page: {missing:#?}");
    let named = lines.iter().flat_map(|line| line.split(['(', ')', ' ', ',']));
    let addresses: BTreeSet<&str> = named
        .filter(|word| word.starts_with("http") || word.starts_with("www."))
        .map(|word| word.trim_end_matches(['.', '/']))
        .collect();
    assert_eq!(addresses.len(), 2, "{addresses:?}");
    for address in addresses {
        let leads = |link: &String| link.starts_with("http") && link.trim_end_matches('/').ends_with(address);
        assert!(links.iter().any(leads), "no link leads to {address}: {links:?}");
    }
    Ok(())
}

#[test]
fn two_builds_are_equal_byte_by_byte() -> anyhow::Result<()> {
    let (one, two) = (Site::build()?, Site::build()?);
    assert_eq!(one.files()?, two.files()?);
    Ok(())
}

#[test]
fn a_build_from_another_folder_differs_in_nothing_but_the_commit() -> anyhow::Result<()> {
    let copy = Copy::new()?;
    let (here, there) = (Site::build()?, copy.site()?);
    // The copy is in no git: its stamp, and the hash of the stamp, are its own.
    let without_stamp = |site: &Site| -> anyhow::Result<_> {
        let mut files = site.files()?;
        files.retain(|path, _| path != "manifest.json" && path != "site/build.json");
        Ok(files)
    };
    assert_eq!(without_stamp(&here)?, without_stamp(&there)?);
    Ok(())
}

#[test]
fn folder_time_zone_and_locale_change_no_byte() -> anyhow::Result<()> {
    for fixture in ["versions", "languages"] {
        let built = |zone: &str, locale: &str| {
            let tree = Tree::of_fixture(fixture, Term::around_today()?)?;
            let out = TempDir::new()?;
            let mut command = Command::new(konsultacje()?);
            command.arg("build").args(["--today", TODAY, "--root", "."]).arg("--out").arg(out.path());
            command.env("TZ", zone).env("LANG", locale).env("LC_ALL", locale);
            let output = command.current_dir(tree.root()).stdin(Stdio::null()).output()?;
            ensure!(output.status.success(), "failed to build: {}", String::from_utf8_lossy(&output.stderr));
            let mut files = read_all(out.path())?;
            files.remove(".lock");
            anyhow::Ok(files)
        };
        let here = built("Pacific/Kiritimati", "C")?;
        assert!(here.len() > 20, "{fixture}");
        assert_eq!(here, built("America/Los_Angeles", "tr_TR.UTF-8")?, "{fixture}");
    }
    Ok(())
}

#[test]
fn a_second_build_writes_nothing() -> anyhow::Result<()> {
    let site = Site::build()?;
    let before = site.times()?;
    let output = build(&repository(), site.out(), &[])?;
    assert!(output.status.success());
    assert_eq!(site.times()?, before);
    // Nor is anything made: what it was made from is the same, and what was told of it is told again.
    let told = |output: Output| -> anyhow::Result<_> {
        let summary = String::from_utf8(output.stdout)?;
        let lines: Vec<_> = summary.lines().skip(1).map(str::to_owned).collect();
        Ok((String::from_utf8(output.stderr)?, lines))
    };
    let anew = TempDir::new()?;
    assert_eq!(told(output)?, told(build(&repository(), anew.path(), &[])?)?);
    Ok(())
}

#[test]
fn a_failed_build_changes_nothing_and_the_next_good_one_puts_only_its_pages() -> anyhow::Result<()> {
    let copy = Copy::new()?;
    let site = copy.site()?;
    let (times, files) = (site.times()?, site.files()?);
    let page = "content/strategia-2030/klauzula.md";
    let good = copy.read(page)?;
    copy.write(page, &format!("{good}\n[nigdzie](nigdzie.md)\n"))?;
    assert_eq!(build(copy.root(), site.out(), &[])?.status.code(), Some(1));
    assert_eq!(site.times()?, times, "a failed build touches no file");
    copy.write(page, &format!("{good}\nJedno zdanie więcej.\n"))?;
    assert_eq!(build(copy.root(), site.out(), &[])?.status.code(), Some(0));
    let now = site.files()?;
    let changed: Vec<_> =
        now.iter().filter(|(path, bytes)| files.get(*path) != Some(*bytes)).map(|(path, _)| path).collect();
    assert_eq!(changed, ["manifest.json", "site/strategia-2030/klauzula-informacyjna/index.html"]);
    Ok(())
}

#[test]
fn every_link_inside_the_site_leads_somewhere() -> anyhow::Result<()> {
    let followed = crawl::follow(&Site::build()?.files()?);
    assert!(followed.links > 300, "only {} links were followed", followed.links);
    assert!(followed.lost.is_empty(), "{:#?}", followed.lost);
    Ok(())
}

#[test]
fn links_are_relative_except_where_a_page_has_no_place_of_its_own() -> anyhow::Result<()> {
    let site = Site::build()?;
    for (path, page) in site.pages()? {
        let placeless = PLACELESS.contains(&path.as_str());
        for link in own_links(&page).into_iter().filter(|link| !link.starts_with('#')) {
            assert_eq!(link.starts_with('/'), placeless, "{path}: {link}");
            assert!(!link.starts_with("//") && !link.contains('\\'), "{path}: {link}");
        }
        for action in page.attributes("form", "action") {
            let posted = resolve(&path, &action);
            let form = posted.strip_prefix("api/").with_context(|| format!("{path}: {action}"))?;
            assert!(site.out().join(format!("forms/{form}.pl.json")).is_file(), "{path}: {action}");
        }
    }
    Ok(())
}

#[test]
fn every_page_is_whole_light_and_without_inline_script() -> anyhow::Result<()> {
    let site = Site::build()?;
    let mut titles = BTreeMap::new();
    for (path, page) in site.pages()? {
        let language = ["en", "uk"].into_iter().find(|language| path.starts_with(&format!("{language}/")));
        assert_eq!(page.attributes("html", "lang"), [language.unwrap_or("pl")], "{path}");
        assert_eq!(page.words("h1").len(), 1, "{path}");
        assert_eq!(page.words("main").len(), 1, "{path}");
        assert!(page.title().chars().count() > 10, "{path}: {}", page.title());
        let scripts = page.attributes("script", "src");
        assert_eq!(page.words("script").len(), scripts.len(), "{path} has a script of its own");
        assert!(page.words("script").iter().all(String::is_empty), "{path} has a script of its own");
        let asking = usize::from(path.contains("/ankieta/") || path.contains("/uwagi/"));
        assert_eq!(scripts.len(), asking, "{path}: forms alone have a script");
        assert!(page.attributes("[style]", "style").is_empty(), "{path} has a style attribute");
        assert!(page.words("style").is_empty(), "{path} has a style element");
        let html = site.read(&path)?;
        assert!(!has_handler(&html), "{path} has a handler of events");
        let ids = page.attributes("[id]", "id");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{path}: an id stands twice: {ids:?}");
        let fields = page.attributes("input[type=text], input[type=radio], input[type=checkbox], textarea", "id");
        let labels = page.attributes("label[for]", "for");
        let unnamed: Vec<_> = fields.iter().filter(|field| !labels.contains(field)).collect();
        assert!(unnamed.is_empty(), "{path}: fields without a label: {unnamed:?}");
        let sheets = page.attributes("link[rel=stylesheet]", "href");
        assert_eq!(sheets.len(), 1, "{path}: one stylesheet");
        let mut weight = brotli(html.as_bytes())?;
        for part in &sheets {
            weight += brotli(site.read(&resolve(&path, part))?.as_bytes())?;
        }
        assert!(weight < LIGHT, "{path} and its stylesheet weigh {weight} bytes");
        // A version's pages at their own addresses have the titles of those at the short ones.
        if !path.contains("/projekt/1.0/") {
            let other = titles.insert(page.title(), path.clone());
            assert_eq!(other, None, "{path} has the title of another page");
        }
    }
    Ok(())
}

#[test]
fn every_chapter_says_that_it_is_an_outline() -> anyhow::Result<()> {
    let site = Site::build()?;
    let home = "strategia-2030/projekt/";
    let pages = site.pages()?;
    let chapters: Vec<_> = pages.iter().filter(|(path, _)| path.starts_with(home)).collect();
    assert_eq!(chapters.len(), 14, "five chapters, their contents and all on one page, newest and as this version");
    for (path, page) in chapters {
        let text = page.words("main").concat();
        for words in ["zarys przygotowany z informacji publicznych", "nie oficjalny tekst projektu"] {
            assert!(text.contains(words), "{path} does not say that it is a {words}");
        }
    }
    Ok(())
}

#[test]
fn nothing_of_the_city_stands_in_the_code() -> anyhow::Result<()> {
    let mut read = 0;
    let mut found = Vec::new();
    for folder in ["forms", "forms-fn", "generator", "themes/base"] {
        for (path, bytes) in read_all(&repository().join(folder))? {
            read += 1;
            let text = String::from_utf8_lossy(&bytes).to_lowercase();
            let named = text.lines().enumerate().filter(|(_, line)| CITY.iter().any(|city| line.contains(city)));
            found.extend(named.map(|(line, words)| format!("{folder}/{path}:{}: {}", line + 1, words.trim())));
        }
    }
    assert!(read > 100, "only {read} files were read");
    assert!(found.is_empty(), "another city is another content: {found:#?}");
    Ok(())
}

#[test]
fn strict_takes_a_warning_for_an_error() -> anyhow::Result<()> {
    let copy = Copy::new()?;
    let out = TempDir::new()?;
    copy.write("content/zapomniany.pdf", "%PDF-1.7\n")?;
    let strict = build(copy.root(), out.path(), &["--strict"])?;
    let told = String::from_utf8(strict.stderr)?;
    assert!(told.contains("ostrzeżenie[file-unreferenced]"), "{told}");
    assert_eq!(strict.status.code(), Some(1));
    let written = fs::read_dir(out.path())?.filter_map(Result::ok).filter(|file| file.file_name() != ".lock");
    assert_eq!(written.count(), 0, "nothing is written");
    let lenient = build(copy.root(), out.path(), &[])?;
    assert_eq!(String::from_utf8(lenient.stderr)?, told);
    assert_eq!(lenient.status.code(), Some(0));
    assert!(out.path().join("site/index.html").is_file());
    assert!(!out.path().join("site/zapomniany.pdf").exists(), "what nothing refers to is not published");
    Ok(())
}

#[test]
fn drafts_are_seen_only_by_those_who_ask() -> anyhow::Result<()> {
    let copy = Copy::new()?;
    let words = "Tego jeszcze nikt nie ma czytać";
    let drafts = [
        ("content/strategia-2030/szkic.md", format!("---\ndraft: true\n---\n\n# {words}\n")),
        ("content/aktualnosci/index.md", format!("---\ntitle: {words}\ndraft: true\n---\n")),
        ("content/aktualnosci/pierwsza.md", format!("# {words}, pierwsza\n")),
    ];
    for (path, text) in &drafts {
        copy.write(path, text)?;
    }
    let out = TempDir::new()?;
    let shown = |out: &Path| -> anyhow::Result<Vec<String>> {
        let files = read_all(out)?;
        let naming = files.into_iter().filter(|(_, bytes)| String::from_utf8_lossy(bytes).contains(words));
        Ok(naming.map(|(path, _)| path).filter(|path| path.starts_with("site/")).collect())
    };
    assert!(build(copy.root(), out.path(), &["--drafts"])?.status.success());
    let pages = shown(out.path())?;
    for page in ["aktualnosci", "aktualnosci/pierwsza", "strategia-2030/szkic"] {
        assert!(pages.contains(&format!("site/{page}/index.html")), "{page} is not among {pages:?}");
    }
    assert!(build(copy.root(), out.path(), &[])?.status.success());
    assert_eq!(shown(out.path())?, Vec::<String>::new());
    assert!(!out.path().join("site/aktualnosci").exists(), "folders of drafts are gone with them");
    Ok(())
}

#[test]
fn the_manifest_lists_what_is_there_and_the_forms_are_packed() -> anyhow::Result<()> {
    let site = Site::build()?;
    let mut files = site.files()?;
    let manifest: serde_json::Value = serde_json::from_slice(&files.remove("manifest.json").unwrap_or_default())?;
    assert_eq!(manifest["complete"], true);
    let listed = manifest["files"].as_object().context("the manifest lists files")?;
    let listed: BTreeMap<_, _> = listed.iter().map(|(path, entry)| (path.clone(), entry["sha256"].clone())).collect();
    let there = files.iter().map(|(path, bytes)| (path.clone(), HEXLOWER.encode(&Sha256::digest(bytes)).into()));
    assert_eq!(listed, there.collect());
    for form in ["ankieta", "uwagi"] {
        let bundle = files.get(&format!("forms/strategia-2030/{form}.pl.json")).context("no bundle")?;
        let bundle: serde_json::Value = serde_json::from_slice(bundle)?;
        assert_eq!(bundle["form"]["id"], format!("strategia-2030/{form}"));
    }
    assert!(files.contains_key("forms/theme/theme.json"));
    let odd = |path: &&String| {
        !path.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"./-".contains(&byte))
    };
    assert_eq!(files.keys().filter(odd).collect::<Vec<_>>(), Vec::<&String>::new(), "paths are lower-case ASCII");
    Ok(())
}

/// A built site; removed when dropped.
struct Site(TempDir);

impl Site {
    /// Builds the site of this repository.
    fn build() -> anyhow::Result<Self> {
        Self::of(&repository())
    }

    fn of(root: &Path) -> anyhow::Result<Self> {
        let site = Self(TempDir::new()?);
        let output = build(root, site.out(), &[])?;
        ensure!(output.status.success(), "failed to build: {}", String::from_utf8_lossy(&output.stderr));
        Ok(site)
    }

    fn out(&self) -> &Path {
        self.0.path()
    }

    /// Returns the files of the output, by path, without the lock and the note of what it was made from.
    fn files(&self) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
        let mut files = read_all(self.out())?;
        files.retain(|path, _| ![".lock", ".made.json"].contains(&path.as_str()));
        Ok(files)
    }

    /// Returns when each file and folder was last changed.
    fn times(&self) -> anyhow::Result<BTreeMap<PathBuf, SystemTime>> {
        let mut times = BTreeMap::new();
        for entry in WalkDir::new(self.out()).min_depth(1) {
            let entry = entry?;
            times.insert(entry.path().to_owned(), entry.metadata()?.modified()?);
        }
        Ok(times)
    }

    /// Returns the text of a file of the site.
    fn read(&self, path: &str) -> anyhow::Result<String> {
        fs::read_to_string(self.out().join("site").join(path)).with_context(|| format!("failed to read {path}"))
    }

    fn page(&self, path: &str) -> anyhow::Result<Page> {
        Ok(Page::read(&self.read(path)?))
    }

    /// Returns all pages by their paths.
    fn pages(&self) -> anyhow::Result<BTreeMap<String, Page>> {
        let files = self.files()?;
        let paths = files.keys().filter_map(|path| path.strip_prefix("site/")).filter(|path| is_page(path));
        let pages: BTreeMap<_, _> =
            paths.map(|path| Ok((path.to_owned(), self.page(path)?))).collect::<anyhow::Result<_>>()?;
        ensure!(pages.len() > 15, "there are only {} pages", pages.len());
        Ok(pages)
    }
}

/// The content and the themes of this repository in another folder.
struct Copy(TempDir);

impl Copy {
    fn new() -> anyhow::Result<Self> {
        let copy = Self(TempDir::new()?);
        for folder in ["content", "themes"] {
            for (path, bytes) in read_all(&repository().join(folder))? {
                copy.put(&format!("{folder}/{path}"), &bytes)?;
            }
        }
        Ok(copy)
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn site(&self) -> anyhow::Result<Site> {
        Site::of(self.root())
    }

    fn read(&self, path: &str) -> anyhow::Result<String> {
        Ok(fs::read_to_string(self.root().join(path))?)
    }

    fn write(&self, path: &str, text: &str) -> anyhow::Result<()> {
        self.put(path, text.as_bytes())
    }

    fn put(&self, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap_or(self.root()))?;
        Ok(fs::write(path, bytes)?)
    }
}

fn build(root: &Path, out: &Path, flags: &[&str]) -> anyhow::Result<Output> {
    let mut command = Command::new(konsultacje()?);
    command.arg("build").arg("--root").arg(root).arg("--out").arg(out).args(["--today", TODAY]).args(flags);
    Ok(command.stdin(Stdio::null()).output()?)
}

/// Returns the files under `folder` by their paths with `/`.
fn read_all(folder: &Path) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in WalkDir::new(folder) {
        let entry = entry?;
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
            files.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(files)
}

/// Returns a line of the announcement as its words, without the marks of its writing.
fn plain(line: &str) -> String {
    let words = line.strip_prefix("- ").unwrap_or(line).replace(['<', '>'], "");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_page(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "html")
}

/// Tells whether some tag has an attribute like `onclick`.
fn has_handler(html: &str) -> bool {
    let tags = html.split('<').filter_map(|tag| tag.split('>').next());
    tags.flat_map(str::split_whitespace).any(|word| {
        word.strip_prefix("on")
            .and_then(|rest| rest.split_once('='))
            .is_some_and(|(name, _)| name.bytes().all(|byte| byte.is_ascii_lowercase()))
    })
}

/// Returns how many bytes travel, packed as a CDN packs on the way.
fn brotli(mut bytes: &[u8]) -> anyhow::Result<usize> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: 5, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut bytes, &mut packed, &parameters)?;
    Ok(packed.len())
}
