//! `konsultacje export` and `konsultacje table create`: what they write, where they take it from, how they fail.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Output},
};

use tests::{
    engine::{COUNTERS, Engine, TABLE},
    http,
    serve::Serve,
    town::{ANSWERS, FIXTURE, KAZDE},
    workspace::{self, Term, Tree},
};

type Outcome = anyhow::Result<()>;

/// A call of the command with nothing of this machine's environment but what is added.
fn konsultacje(arguments: &[&str], environment: &[(&str, &str)]) -> anyhow::Result<Output> {
    let mut command = Command::new(workspace::konsultacje()?);
    Ok(command.args(arguments).env_clear().envs(environment.iter().copied()).output()?)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Reads a table: the cells of each row by the names of their columns.
fn rows(csv: &[u8], separator: u8) -> Vec<BTreeMap<String, String>> {
    let plain = csv.strip_prefix(b"\xef\xbb\xbf").unwrap();
    let mut csv = csv::ReaderBuilder::new().delimiter(separator).from_reader(plain);
    let names = csv.headers().unwrap().clone();
    let cells = |row: csv::StringRecord| names.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect();
    csv.records().map(|row| cells(row.unwrap())).collect()
}

async fn send(serve: &Serve, street: &str) -> anyhow::Result<String> {
    let review = http::post(serve.address, KAZDE, &http::encode(&ANSWERS)).await?.page().form().unwrap();
    let sent = http::post(serve.address, KAZDE, &review.with("ulica", street).press("send")).await?;
    assert_eq!(sent.status, 303, "{}", sent.body);
    Ok(sent.location().split('/').nth(3).unwrap().to_owned())
}

fn export(data: &Path, more: &[&str]) -> anyhow::Result<Output> {
    let data = data.to_str().unwrap();
    konsultacje(&[&["export", "--form", "park/kazde", "--data", data], more].concat(), &[])
}

#[tokio::test]
async fn what_serve_has_kept_is_written_as_a_table_and_as_json() -> Outcome {
    let (tree, data) = (Tree::of_fixture(FIXTURE, Term::around_today()?)?, tempfile::tempdir()?);
    let mut serve = Serve::start::<&str>(tree.root(), data.path(), &[])?;
    let first = send(&serve, "=1+1").await?;
    let second = send(&serve, "Łąkowa; \"7\", m. 3").await?;

    let busy = export(data.path(), &["--format", "csv"])?;
    assert_eq!(busy.status.code(), Some(2));
    assert!(text(&busy.stderr).contains("another process uses the data"), "{}", text(&busy.stderr));
    serve.kill();

    let exported = export(data.path(), &["--format", "csv"])?;
    assert_eq!(exported.status.code(), Some(0), "{}", text(&exported.stderr));
    assert!(text(&exported.stderr).contains("wrote 2 submissions of park/kazde"), "{}", text(&exported.stderr));
    let table = rows(&exported.stdout, b';');
    assert_eq!(table.len(), 2);
    assert_eq!((table[0]["_number"].as_str(), table[0]["ulica"].as_str()), (first.as_str(), "'=1+1"));
    assert_eq!((table[1]["_number"].as_str(), table[1]["ulica"].as_str()), (second.as_str(), "Łąkowa; \"7\", m. 3"));
    let row = &table[0];
    for (name, expected) in [
        ("_state", "stored"),
        ("_amendment", "0"),
        ("_language", "pl"),
        ("_channel", "www"),
        ("_after_deadline", "false"),
        ("_preview", "false"),
        ("dojazd", "other"),
        ("dojazd.other", "konno"),
        ("zajecia", "spacer other"),
        ("wiek", "19-64"),
    ] {
        assert_eq!(row[name], expected, "{name}");
    }
    assert!(row["_revision"].starts_with("1-") && row["_sent"].ends_with('Z'));
    assert_eq!(row["opinia"], format!("'{}", ANSWERS[2].1));

    let json = export(data.path(), &["--format", "json"])?;
    let objects: Vec<serde_json::Value> = serde_json::from_slice(&json.stdout)?;
    assert_eq!(objects.len(), 2);
    assert_eq!(text(&json.stdout).lines().count(), 4, "one object a line");
    assert_eq!(objects[0]["number"], first.as_str());
    assert_eq!(objects[0]["answers"]["ulica"], serde_json::json!(["=1+1"]), "nothing is guarded");
    assert_eq!(objects[0]["answers"]["zajecia"], serde_json::json!(["spacer", "other"]));

    // A file is there when all of it is; another separator, for a spreadsheet that expects it.
    let out = data.path().join("kazde.csv");
    let named = ["--format", "csv", "--separator", ",", "--out", out.to_str().unwrap()];
    assert_eq!(export(data.path(), &named)?.stdout, b"");
    assert_eq!(rows(&fs::read(&out)?, b','), table);
    assert!(!data.path().join("kazde.csv.part").exists());
    // Nobody else reads it, and a link in its way is not followed.
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&out)?.permissions());
    assert_eq!(mode & 0o777, 0o600);
    let elsewhere = data.path().join("elsewhere");
    fs::write(&elsewhere, "untouched")?;
    std::os::unix::fs::symlink(&elsewhere, data.path().join("kazde.csv.part"))?;
    assert_eq!(export(data.path(), &named)?.status.code(), Some(0));
    assert_eq!((fs::read_to_string(&elsewhere)?.as_str(), rows(&fs::read(&out)?, b',')), ("untouched", table));
    Ok(())
}

#[tokio::test]
async fn trials_are_written_only_when_they_are_asked_for() -> Outcome {
    let term = Term { start: "2021-06-23".parse()?, end: "2021-07-29".parse()? };
    let (tree, data) = (Tree::of_fixture(FIXTURE, term)?, tempfile::tempdir()?);
    let mut serve = Serve::start(tree.root(), data.path(), &["--today", "2021-07-01"])?;
    send(&serve, "Zielona").await?;
    serve.kill();
    for (more, count) in [(&[] as &[&str], 0), (&["--previews"], 1)] {
        let exported = export(data.path(), &[&["--format", "csv"], more].concat())?;
        let table = rows(&exported.stdout, b';');
        assert_eq!(table.len(), count, "{more:?}");
        assert!(table.iter().all(|row| row["_preview"] == "true"));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_engine_of_the_environment_gets_its_tables_and_gives_what_they_hold() -> Outcome {
    let engine = Engine::in_memory().await?;
    let endpoint = engine.endpoint();
    let engine_of = |submissions, counters| {
        [
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_ENDPOINT_URL_DYNAMODB", endpoint.as_str()),
            ("TABLE_NAME", submissions),
            ("COUNTERS_TABLE_NAME", counters),
        ]
    };
    let (ours, theirs) = (engine_of(TABLE, COUNTERS), engine_of("nowe", COUNTERS));
    let there = konsultacje(&["table", "create"], &ours)?;
    assert_eq!(there.status.code(), Some(0), "{}", text(&there.stderr));
    let line = |table: &str, what: &str| format!("{table}: {what}\n");
    let left = "there already, left as it is";
    assert_eq!(text(&there.stdout), format!("{}{}", line(TABLE, left), line(COUNTERS, left)));
    let made = konsultacje(&["table", "create"], &theirs)?;
    assert_eq!(text(&made.stdout), format!("{}{}", line("nowe", "created"), line(COUNTERS, left)));
    assert_eq!(engine.items_in("nowe").await?, []);

    let empty = konsultacje(&["export", "--form", "park/kazde", "--format", "json"], &ours)?;
    assert_eq!((empty.status.code(), text(&empty.stdout).as_str()), (Some(0), "[\n]\n"));
    Ok(())
}

#[test]
fn what_is_missing_is_named() -> Outcome {
    let folder = tempfile::tempdir()?;
    let nothing = folder.path().join("nothing");
    let nothing = nothing.to_str().unwrap();
    for (arguments, words) in [
        (&["table", "create"] as &[&str], "AWS_REGION is not set"),
        (&["export", "--form", "park/kazde", "--format", "csv"], "AWS_REGION is not set"),
        (&["export", "--form", "kazde", "--format", "csv"], "CONSULTATION/FORM"),
        (&["export", "--form", "park/kazde", "--format", "csv", "--data", nothing], "submissions.sqlite is not there"),
    ] {
        let failed = konsultacje(arguments, &[])?;
        assert_eq!(failed.status.code(), Some(2), "{arguments:?}");
        assert!(text(&failed.stderr).contains(words), "{arguments:?}: {}", text(&failed.stderr));
        assert_eq!(failed.stdout, b"");
    }
    assert!(!Path::new(nothing).exists(), "asking for data has made a folder");
    Ok(())
}
