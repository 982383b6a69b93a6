//! What an editor reads when something is wrong: each folder of `fixtures/broken` is one mistake.
//!
//! A folder is named after the rule that it breaks (`link-case`, `unknown-key-in-page`). Its files are laid over
//! `_base`, a small town without a mistake, and `expected.txt` in it holds the exit code and, word for word, what
//! `konsultacje build` prints to standard error. `UPDATE=1` writes these files anew, to be read before they are kept.

// A test is an end of the system: it reads files and the environment.
#![allow(clippy::disallowed_methods)]

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context as _, ensure};
use tempfile::TempDir;
use tests::{
    http::{Answer, get},
    serve::Serve,
    workspace::{self, Tree},
};
use walkdir::WalkDir;

/// Rules that no folder can break: names that a checkout of git cannot hold everywhere, and a whole second base theme.
const UNBROKEN: [&str; 3] = ["base-theme-replaced", "file-name-not-utf8", "same-name-by-case"];

/// How long a command that ought to end at once may take on a busy machine.
const PATIENCE: &str = "60s";

#[test]
fn every_mistake_is_told_word_for_word_and_leaves_the_good_site_alone() -> anyhow::Result<()> {
    let rules = rules()?;
    let mut wrong = Vec::new();
    let built = base()?;
    built.build()?;
    for case in cases()? {
        let name = name(&case);
        let rule = rules.iter().filter(|rule| is_about(&name, rule)).max_by_key(|rule| rule.len());
        let rule = rule.with_context(|| format!("{name} is named after no rule"))?;
        let tree = Tree::copy_of(built.root())?;
        let out = tree.root().join("dist");
        let good = snapshot(&out)?;
        tree.lay(&case)?;
        let mut told = told(&build(&tree, &out)?)?;
        if !told.contains(&format!("[{rule}]")) {
            // What is only to be known is told by those who ask.
            told = self::told(&outcome(&["check", "--notes", "--root", &tree.root().display().to_string()])?)?;
        }
        let written = case.join("expected.txt");
        if env::var_os("UPDATE").is_some() {
            fs::write(&written, &told)?;
        }
        let expected = fs::read_to_string(&written).unwrap_or_default();
        if told != expected {
            wrong.push(format!("{name}: expected\n{expected}\nand got\n{told}"));
        }
        if !told.contains(&format!("[{rule}]")) {
            wrong.push(format!("{name}: the rule is not named\n{told}"));
        }
        let others: BTreeSet<_> = named(&told).filter(|named| named != rule).collect();
        if !others.is_empty() {
            wrong.push(format!("{name}: {others:?} is another mistake\n{told}"));
        }
        if told.contains("\nbłąd[") != told.starts_with("exit 1\n") {
            wrong.push(format!("{name}: an error, and nothing else, makes the build fail\n{told}"));
        }
        if told.starts_with("exit 1\n") && snapshot(&out)? != good {
            wrong.push(format!("{name}: the good site was touched"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// Returns the rules that are named in what is told.
fn named(told: &str) -> impl Iterator<Item = &str> {
    let heads =
        told.lines().filter(|line| ["błąd[", "ostrzeżenie[", "wskazówka["].iter().any(|head| line.starts_with(head)));
    heads.filter_map(|line| Some(line.split_once('[')?.1.split_once(']')?.0))
}

#[test]
fn every_rule_has_its_mistake() -> anyhow::Result<()> {
    let cases: Vec<_> = cases()?.iter().map(|case| name(case)).collect();
    let broken = |rule: &String| cases.iter().any(|case| is_about(case, rule));
    let missing: Vec<_> = rules()?.into_iter().filter(|rule| !broken(rule)).collect();
    assert_eq!(missing, UNBROKEN);
    Ok(())
}

/// Mistakes about two files, or about one that is not there: what is told names another file than the one that was
/// changed.
const ABOUT_ANOTHER: [&str; 7] = [
    "consultation-id-twice",
    "consulted-version-lost",
    "document-missing",
    "duplicate-address",
    "folder-without-version",
    "form-id-twice",
    "open-form-lost",
];

#[test]
fn a_mistake_is_told_of_its_own_file_and_of_no_other() -> anyhow::Result<()> {
    let mut others = Vec::new();
    for case in cases()? {
        let told = fs::read_to_string(case.join("expected.txt"))?;
        let file = |line: &str| Some(line.trim_start().strip_prefix("--> ")?.split(':').next()?.to_owned());
        let named = told.lines().filter_map(file);
        if named.into_iter().any(|file| !case.join(file).exists()) {
            others.push(name(&case));
        }
    }
    assert_eq!(others, ABOUT_ANOTHER);
    Ok(())
}

#[test]
fn a_file_that_cannot_be_understood_is_no_mistake_of_those_that_name_it() -> anyhow::Result<()> {
    let fixtures = workspace::repository().join("tests/fixtures");
    for fixture in ["broken/_base", "versions", "languages"] {
        let tree = Tree::copy_of(&fixtures.join(fixture))?;
        let good = named_by_check(&tree)?;
        for path in snapshot(&tree.root().join("content"))?.into_keys() {
            // Pictures and files to download are not read.
            if !path.extension().is_some_and(|extension| extension == "md" || extension == "yaml") {
                continue;
            }
            let bytes = fs::read(&path)?;
            let file = path.strip_prefix(tree.root())?.display().to_string();
            // Not UTF-8; front matter or a value that never ends.
            for broken in [&b"\xff"[..], b"---\ntitle: \"x\n---\n"] {
                fs::write(&path, [broken, &bytes].concat())?;
                let named = named_by_check(&tree)?;
                ensure!(named.contains(&file), "{fixture}: {file} is broken, and nobody tells");
                let others: Vec<_> = named.iter().filter(|name| **name != file && !good.contains(*name)).collect();
                ensure!(others.is_empty(), "{fixture}: {file} is broken, and that is told of {others:?}");
            }
            fs::write(&path, bytes)?;
        }
    }
    Ok(())
}

/// Returns the files that a check finds errors or warnings in.
fn named_by_check(tree: &Tree) -> anyhow::Result<BTreeSet<String>> {
    let root = tree.root().display().to_string();
    let found = outcome(&["check", "--root", &root, "--drafts", "--format", "json"])?;
    let found: serde_json::Value = serde_json::from_slice(&found.stdout)?;
    let problems = found["problems"].as_array().context("problems are listed")?;
    let grave = problems.iter().filter(|problem| problem["severity"] != "info");
    Ok(grave.filter_map(|problem| problem["file"].as_str().map(str::to_owned)).collect())
}

#[test]
fn twelve_mistakes_are_told_at_once_in_the_order_of_files() -> anyhow::Result<()> {
    let tree = base()?;
    let out = tree.build()?;
    let good = snapshot(&out)?;
    let page =
        "---\ndate: 2026-02-30\n---\n\n# Nowa strona\n\n### Za głęboko\n\n[a](brak.md)\n\n<b>x</b>\n\n# Drugi tytuł\n";
    tree.write("content/park/nowa.md", page)?;
    tree.write("content/pliki/stara.md", "---\ntitel: Stara\n---\n\nTekst[^1].\n")?;
    let form = "title: Ankieta\nsend: Wyślij\nquestions:\n  - name: Miejsce\n    kind: chioce\n    label: Gdzie?\n    options:\n      - {value: Staw, label: staw}\n";
    tree.write("content/park/forms/ankieta.yaml", form)?;
    tree.replace("content/park/consultation.yaml", "subject:", "sbuject:")?;
    tree.write("content/strona.md", "# Strona\n\n[a](../../brak.pdf)\n")?;
    let build = build(&tree, &out)?;
    let told = told(&build)?;
    assert_eq!(build.status.code(), Some(1), "{told}");
    let errors: Vec<_> = told.lines().filter_map(|line| line.strip_prefix("błąd[")?.split(']').next()).collect();
    assert_eq!(errors.len(), 12, "{told}");
    let place = |line: &str| -> Option<(String, u32, u32)> {
        let mut parts = line.trim_start().strip_prefix("--> ")?.split(':');
        Some((parts.next()?.to_owned(), parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    };
    let places: Vec<_> = told.lines().filter_map(place).collect();
    assert!(places.len() == 12 && places.is_sorted(), "{places:?}");
    assert_eq!(places.iter().map(|(file, ..)| file).collect::<BTreeSet<_>>().len(), 5, "{places:?}");
    assert!(snapshot(&out)? == good, "the good site was touched");
    Ok(())
}

#[test]
fn a_check_tells_what_a_build_would_and_writes_nothing() -> anyhow::Result<()> {
    let tree = base()?;
    tree.lay(&broken().join("link-broken"))?;
    let root = tree.root().display().to_string();
    let before = snapshot(tree.root())?;
    let check = outcome(&["check", "--root", &root])?;
    let build = build(&tree, &tree.root().join("dist"))?;
    assert_eq!(check.status.code(), Some(1));
    assert!(check.stderr.is_empty() && build.stdout.is_empty());
    let told = String::from_utf8(check.stdout)?;
    let frames = told.strip_suffix("\nBłędy: 1, ostrzeżenia: 0, wskazówki: 0.\n").context("counts come last")?;
    assert_eq!(frames, String::from_utf8(build.stderr)?);
    assert!(!told.contains('\u{1b}'), "colours are for terminals");
    assert!(snapshot(tree.root())? == before, "nothing was written");
    let fine = base()?;
    let fine = outcome(&["check", "--strict", "--root", &fine.root().display().to_string()])?;
    assert_eq!((fine.status.code(), String::from_utf8(fine.stdout)?.as_str()), (Some(0), "Wszystko w porządku.\n"));
    Ok(())
}

#[test]
fn notes_are_counted_and_shown_to_those_who_ask() -> anyhow::Result<()> {
    let tree = base()?;
    tree.lay(&broken().join("phrase-official"))?;
    tree.lay(&broken().join("page-orphan"))?;
    let root = tree.root().display().to_string();
    let check = |more: &[&str]| -> anyhow::Result<String> {
        Ok(String::from_utf8(outcome(&[&["check", "--root", &root], more].concat())?.stdout)?)
    };
    let short = check(&[])?;
    assert!(short.contains("ostrzeżenie[page-orphan]") && !short.contains("wskazówka["), "{short}");
    let counts = "Błędy: 0, ostrzeżenia: 1, wskazówki: 2.";
    assert!(short.ends_with(&format!("\n{counts} Wskazówki pokaże polecenie konsultacje check --notes.\n")), "{short}");
    let long = check(&["--notes"])?;
    assert_eq!(long.matches("wskazówka[").count(), 2, "{long}");
    assert!(long.ends_with(&format!("\n\n{counts}\n")), "{long}");
    let json: serde_json::Value = serde_json::from_str(&check(&["--format", "json"])?)?;
    assert_eq!((json["problems"].as_array().map(Vec::len), &json["infos"]), (Some(3), &2.into()));
    Ok(())
}

#[test]
fn an_error_hides_no_warning_that_does_not_follow_from_it() -> anyhow::Result<()> {
    let tree = base()?;
    for case in ["personal-email", "file-unreferenced", "heading-level"] {
        tree.lay(&broken().join(case))?;
    }
    tree.write("content/park/maile.md", "# Adresy\n\nPisz na jan.k@poczta.example.pl.\n")?;
    let named = |tree: &Tree| -> anyhow::Result<Vec<String>> {
        let root = tree.root().display().to_string();
        let found = outcome(&["check", "--root", &root, "--format", "json"])?;
        let found: serde_json::Value = serde_json::from_slice(&found.stdout)?;
        let problems = found["problems"].as_array().context("problems are listed")?.iter();
        let grave = problems.filter(|problem| problem["severity"] != "info");
        Ok(grave.filter_map(|problem| problem["rule"].as_str().map(str::to_owned)).collect())
    };
    let all = ["heading-level", "page-orphan", "personal-email", "file-unreferenced"].map(str::to_owned);
    let found = named(&tree)?;
    assert!(all.iter().all(|rule| found.contains(rule)), "{found:?}");
    // What a broken link may have meant is not told to be left over, and what a file that cannot be read may allow is not
    // told to be private.
    tree.write("content/park/zepsuta.md", "# Zepsuta\n\n[adresy](maila.md)\n")?;
    let found = named(&tree)?;
    assert!(!found.contains(&all[1]) && !found.contains(&all[3]) && found.contains(&all[2]), "{found:?}");
    tree.write("content/park/zepsuta.md", "---\ntitle: \"\n---\n")?;
    let found = named(&tree)?;
    assert!(!found.contains(&all[2]), "{found:?}");
    Ok(())
}

#[test]
fn what_is_wrong_in_the_same_way_everywhere_is_told_once() -> anyhow::Result<()> {
    let languages = workspace::repository().join("tests/fixtures/languages");
    let told = |languages_of_site: &str| -> anyhow::Result<String> {
        let tree = Tree::copy_of(&languages)?;
        tree.replace("content/site.yaml", "languages: [pl, en, uk]", languages_of_site)?;
        let root = tree.root().display().to_string();
        Ok(String::from_utf8(outcome(&["check", "--root", &root])?.stdout)?)
    };
    let listed = told("languages: pl, en, uk")?;
    assert_eq!(listed.matches("błąd[").count() + listed.matches("ostrzeżenie[").count(), 1, "{listed}");
    assert!(listed.starts_with("błąd[wrong-type]") && listed.contains("content/site.yaml:"), "{listed}");
    let unlisted = told("languages: [pl, en]")?;
    assert_eq!(unlisted.matches("[language-unlisted]").count(), 1, "{unlisted}");
    let more = told("languages: [pl, en, uk, de]")?;
    let lines: Vec<_> = more.lines().collect();
    let untranslated = lines.windows(2).filter(|lines| lines[0].contains("[translation-missing]"));
    let files: Vec<_> = untranslated.filter_map(|lines| lines[1].split(':').next()).collect();
    assert!(files.len() > 3 && files.len() == files.iter().collect::<BTreeSet<_>>().len(), "once a file: {more}");
    Ok(())
}

#[test]
fn warnings_stop_only_the_strict() -> anyhow::Result<()> {
    let tree = base()?;
    tree.lay(&broken().join("file-unreferenced"))?;
    let root = tree.root().display().to_string();
    let out = tree.root().join("dist").display().to_string();
    assert_eq!(outcome(&["check", "--root", &root])?.status.code(), Some(0));
    assert_eq!(outcome(&["check", "--root", &root, "--strict"])?.status.code(), Some(1));
    assert_eq!(outcome(&["build", "--root", &root, "--out", &out, "--strict"])?.status.code(), Some(1));
    assert!(!tree.root().join("dist/site").exists());
    Ok(())
}

#[test]
fn problems_are_told_to_programs_too() -> anyhow::Result<()> {
    let tree = base()?;
    tree.lay(&broken().join("link-broken"))?;
    let root = tree.root().display().to_string();
    let check = |format: &str| outcome(&["check", "--root", &root, "--format", format, "--lang", "en"]);
    let json = check("json")?;
    assert_eq!(json.status.code(), Some(1));
    let found: serde_json::Value = serde_json::from_slice(&json.stdout)?;
    let problem = &found["problems"][0];
    assert_eq!((&problem["rule"], &problem["severity"]), (&"link-broken".into(), &"error".into()));
    assert_eq!((&problem["file"], &found["errors"]), (&"content/park/nowa.md".into(), &1.into()));
    let line = problem["line"].as_u64().context("a line")?;
    let github = String::from_utf8(check("github")?.stdout)?;
    let start = format!("::error file=content/park/nowa.md,line={line},col=");
    assert!(github.starts_with(&start) && github.contains("::The link “"), "{github}");
    Ok(())
}

#[test]
fn the_language_of_the_site_is_that_of_its_editors_unless_they_ask_for_another() -> anyhow::Result<()> {
    let tree = base()?;
    tree.lay(&broken().join("link-broken"))?;
    let root = tree.root().display().to_string();
    let first = |arguments: &[&str]| -> anyhow::Result<String> {
        let told = String::from_utf8(outcome(arguments)?.stdout)?;
        Ok(told.split(' ').next().unwrap_or_default().to_owned())
    };
    assert_eq!(first(&["check", "--root", &root])?, "błąd[link-broken]:");
    assert_eq!(first(&["check", "--root", &root, "--lang", "en"])?, "error[link-broken]:");
    let english = outcome(&["build", "--root", &root, "--out", &format!("{root}/dist"), "--lang", "en"])?;
    assert!(String::from_utf8(english.stderr)?.starts_with("error[link-broken]: The link “"));
    assert_eq!(outcome(&["check", "--root", &root, "--lang", "xx"])?.status.code(), Some(2));
    Ok(())
}

#[test]
fn every_rule_is_explained() -> anyhow::Result<()> {
    for rule in rules()? {
        let told = outcome(&["check", "--explain", &rule])?;
        let text = String::from_utf8(told.stdout)?;
        assert_eq!(told.status.code(), Some(0), "{rule}");
        assert!(
            text.contains(&format!("[{rule}]")) && text.contains("\nŹle:\n") && text.contains("\nDobrze:\n"),
            "{text}"
        );
    }
    let unknown = outcome(&["check", "--explain", "link-brokne"])?;
    assert_eq!(unknown.status.code(), Some(2));
    let told = String::from_utf8(unknown.stderr)?;
    assert_eq!(told, "Nie ma zasady „link-brokne”. Czy chodziło o „link-broken”?\n");
    Ok(())
}

#[test]
fn what_cannot_run_says_why_and_exits_with_2() -> anyhow::Result<()> {
    let tree = base()?;
    let data = TempDir::new()?;
    let taken = TcpListener::bind("127.0.0.1:0")?;
    let port = taken.local_addr()?.port().to_string();
    let _serve = Serve::start(tree.root(), data.path(), &["--today", "2026-05-10"])?;
    let other = TempDir::new()?;
    let empty = TempDir::new()?;
    let path = |path: &Path| path.display().to_string();
    let (root, data, other, empty) = (path(tree.root()), path(data.path()), path(other.path()), path(empty.path()));
    let out = path(&tree.root().join("content/index.md"));
    let commands: [(&[&str], &str); 8] = [
        (&["serve", "--root", &root, "--data", &other, "--port", &port], &format!("127.0.0.1:{port}")),
        (&["serve", "--root", &root, "--data", &data, "--port", "0"], &data),
        (&["serve", "--root", &root, "--data", &other, "--port", "0", "--today", "2026-02-30"], "2026-02-30"),
        (&["serve", "--root", &root, "--data", &other, "--port", "0", "--today", "jutro"], "jutro"),
        (&["serve", "--root", &empty, "--data", &other, "--port", "0"], &empty),
        (&["build", "--root", &root, "--out", &other, "--today", "2026-02-30"], "2026-02-30"),
        (&["build", "--root", &empty, "--out", &other], &empty),
        (&["build", "--root", &root, "--out", &out], &out),
    ];
    for (arguments, reason) in commands {
        let output = outcome(arguments)?;
        let told = String::from_utf8(output.stderr)?;
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(reason), "{arguments:?} does not name {reason}: {told}");
        assert!(!told.contains("panicked"), "{arguments:?}: {told}");
    }
    Ok(())
}

#[tokio::test]
async fn a_tree_with_mistakes_is_served_with_them_on_every_address_until_they_are_mended() -> anyhow::Result<()> {
    let tree = base()?;
    tree.lay(&broken().join("yaml-tab"))?;
    let data = TempDir::new()?;
    let serve = Serve::start(tree.root(), data.path(), &["--today", "2026-05-10"])?;
    for path in ["/", "/park/", "/nigdzie/", "/api/park/ankieta"] {
        let answer = get(serve.address, path).await?;
        assert_eq!(answer.status, 503, "{path}");
        assert!(answer.body.contains("content/park/forms/ankieta.yaml:5:1"), "{path}: {}", answer.body);
    }
    assert!(serve.log()?.contains("błąd[yaml-tab]"), "{}", serve.log()?);
    tree.lay(&broken().join("_base"))?;
    let answer = until(&serve, "/park/", |answer| answer.status == 200).await?;
    assert!(!answer.body.contains("_serve-mistakes"), "{}", answer.body);
    assert_eq!(get(serve.address, "/api/park/ankieta").await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn a_mistake_is_shown_over_the_last_good_page_and_goes_when_it_is_mended() -> anyhow::Result<()> {
    let tree = base()?;
    let data = TempDir::new()?;
    let serve = Serve::start(tree.root(), data.path(), &["--today", "2026-05-10"])?;
    let good = get(serve.address, "/").await?;
    assert_eq!(good.header("content-security-policy").matches("script-src 'self';").count(), 1);
    assert!(good.body.contains("<script src=\"/_serve/reload.js\""), "{}", good.body);
    tree.replace("content/index.md", "park/index.md", "park/nigdzie.md")?;
    let answer = until(&serve, "/", |answer| answer.body.contains("_serve-mistakes")).await?;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("content/index.md:5:") && answer.body.contains("park/nigdzie.md"), "{}", answer.body);
    assert!(answer.body.contains("href=\"park/\""), "the last good page is under it: {}", answer.body);
    tree.replace("content/index.md", "park/nigdzie.md", "park/index.md")?;
    until(&serve, "/", |answer| !answer.body.contains("_serve-mistakes")).await?;
    tree.replace("content/index.md", "Zobacz", "Obejrzyj")?;
    until(&serve, "/", |answer| answer.body.contains("Obejrzyj")).await?;
    // A form is the function's too: both are of one set.
    tree.replace("content/park/forms/ankieta.yaml", "title: ", "title: Nowa ")?;
    until(&serve, "/park/ankieta/", |answer| answer.body.contains("<h1>Nowa ")).await?;
    assert!(get(serve.address, "/api/park/ankieta").await?.body.contains("<h1>Nowa "));
    Ok(())
}

/// Asks for `path` until the answer is as it should be; every answer on the way is a whole page.
async fn until(serve: &Serve, path: &str, good: impl Fn(&Answer) -> bool) -> anyhow::Result<Answer> {
    let patience = Instant::now() + Duration::from_mins(1);
    loop {
        let answer = get(serve.address, path).await?;
        ensure!(answer.body.trim_end().ends_with("</html>"), "{path} is torn: {}", answer.body);
        if good(&answer) {
            return Ok(answer);
        }
        ensure!(Instant::now() < patience, "{path} stays {}: {}", answer.body, serve.log()?);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn broken() -> PathBuf {
    workspace::repository().join("tests/fixtures/broken")
}

fn base() -> anyhow::Result<Tree> {
    Tree::copy_of(&broken().join("_base"))
}

/// Returns the folders with a mistake each, in order of names.
fn cases() -> anyhow::Result<BTreeSet<PathBuf>> {
    let folders = fs::read_dir(broken())?.map(|entry| Ok(entry?.path()));
    let folders: BTreeSet<PathBuf> = folders.collect::<anyhow::Result<_>>()?;
    Ok(folders.into_iter().filter(|folder| !folder.ends_with("_base")).collect())
}

fn name(case: &Path) -> String {
    case.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Tells whether the folder `case` is named after `rule`.
fn is_about(case: &str, rule: &str) -> bool {
    case.strip_prefix(rule).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Returns the ids of all rules, from the texts in which editors read them.
fn rules() -> anyhow::Result<BTreeSet<String>> {
    let texts = fs::read_to_string(workspace::repository().join("generator/i18n/pl.yaml"))?;
    let (_, rules) = texts.split_once("\nrules:\n").context("the texts have rules")?;
    let names = rules.lines().filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'));
    let names: BTreeSet<_> = names.filter(|name| !name.starts_with(' ')).map(str::to_owned).collect();
    ensure!(names.len() > 40, "the rules are read as they are written");
    Ok(names)
}

fn build(tree: &Tree, out: &Path) -> anyhow::Result<Output> {
    let (root, out) = (tree.root().display().to_string(), out.display().to_string());
    outcome(&["build", "--root", &root, "--out", &out, "--today", "2026-05-10"])
}

/// Returns exit code and standard error as `expected.txt` holds them.
fn told(output: &Output) -> anyhow::Result<String> {
    let code = output.status.code().context("the command was killed")?;
    // A check tells the same on standard output, with counts at the end.
    let checked = String::from_utf8(output.stdout.clone())?;
    let frames = checked.rsplit_once("\nBłędy: ").map_or("", |(frames, _)| frames);
    Ok(format!("exit {code}\n\n{}{frames}", String::from_utf8(output.stderr.clone())?))
}

/// Runs the command to its end; one that goes on is stopped and exits with 124.
fn outcome(arguments: &[&str]) -> anyhow::Result<Output> {
    let mut command = Command::new("timeout");
    command.arg(PATIENCE).arg(workspace::konsultacje()?).args(arguments).stdin(Stdio::null());
    Ok(command.output()?)
}

/// Returns every file of a folder with its bytes and the time of its last change.
fn snapshot(folder: &Path) -> anyhow::Result<BTreeMap<PathBuf, (Vec<u8>, SystemTime)>> {
    let files = WalkDir::new(folder).into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
    let read = |path: PathBuf| {
        let changed = fs::metadata(&path)?.modified()?;
        Ok((path.clone(), (fs::read(path)?, changed)))
    };
    files.map(|entry| read(entry.into_path())).collect()
}
