//! The plain server: `konsultacje serve --production`, what it promises, and what it must bear.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use tests::{
    engine::{Engine, text},
    http,
    serve::{PREVIEW_SECRET, Serve},
    tools,
    town::{ANSWERS, FIXTURE, KAZDE, KROTKA, LED, token},
    workspace::{self, Term, Tree},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};

type Outcome = anyhow::Result<()>;

/// No further arguments.
const PLAIN: [&str; 0] = [];
/// How long anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// A town that was built, with a folder for its data.
struct Built {
    tree: Tree,
    dist: PathBuf,
    data: tempfile::TempDir,
}

impl Built {
    fn open() -> anyhow::Result<Self> {
        Self::within(Term::around_today()?)
    }

    fn within(term: Term) -> anyhow::Result<Self> {
        let tree = Tree::of_fixture(FIXTURE, term)?;
        let dist = tree.build()?;
        Ok(Self { tree, dist, data: tempfile::tempdir()? })
    }

    fn serve(&self) -> anyhow::Result<Serve> {
        Serve::production(&self.dist, self.data.path(), &PLAIN)
    }
}

// ---- what it serves

#[tokio::test]
async fn it_serves_the_build_as_the_cdn_does() -> Outcome {
    let built = Built::open()?;
    let serve = built.serve()?;
    let home = http::get(serve.address, "/").await?;
    assert_eq!(home.status, 200);
    assert_eq!(home.body, fs::read_to_string(built.dist.join("site/index.html"))?);
    assert!(home.header("content-security-policy").contains("default-src 'none'"));
    let style = home.page().attributes("link[rel=stylesheet]", "href").concat();
    let style = http::get(serve.address, &format!("/{}", style.trim_start_matches('/'))).await?;
    assert_eq!((style.status, style.header("cache-control")), (200, "public, max-age=31536000, immutable"));
    for (path, goal) in LED {
        assert_eq!(http::get(serve.address, path).await?.location(), goal, "{path}");
    }
    assert_eq!(http::get(serve.address, "/no-such-page/").await?.status, 404);
    assert_eq!(http::get(serve.address, "/api/health").await?.status, 200);
    assert_eq!(http::get(serve.address, "/manifest.json").await?.status, 404, "what is not the site is not served");
    Ok(())
}

#[test]
fn it_does_not_start_on_another_clock_or_on_half_a_build() -> Outcome {
    let built = Built::open()?;
    let refused = |dist: &Path, arguments: &[&str]| -> anyhow::Result<String> {
        let mut command = Command::new(workspace::konsultacje()?);
        command.args(["serve", "--production", "--port", "0", "--data"]).arg(built.data.path()).arg("--dist").arg(dist);
        let output = command.args(arguments).output()?;
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        Ok(String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert!(refused(&built.dist, &["--today", "2021-07-01"])?.contains("--today"));
    assert!(refused(&built.dist, &["--now", "2021-07-01T10:00:00Z"])?.contains("--now"));
    assert!(refused(built.data.path(), &[])?.contains("konsultacje build"));
    fs::write(built.dist.join("site/index.html"), "half")?;
    assert!(refused(&built.dist, &[])?.contains("index.html"));
    Ok(())
}

#[tokio::test]
async fn a_new_build_is_read_without_dropping_a_connection_and_half_a_build_is_not() -> Outcome {
    let built = Built::open()?;
    let serve = built.serve()?;
    let now = async |page: &str| anyhow::Ok(http::get(serve.address, page).await?.page().words("h1").concat());
    let title = now("/park/krotka/").await?;
    let before = http::get(serve.address, "/").await?.page().attributes("link[rel=stylesheet]", "href").concat();
    built.tree.replace("content/park/forms/krotka.yaml", "Jedno zdanie o parku", "Dwa zdania o parku")?;
    built.tree.restyle(":root { --proba: inna; }\n")?;
    built.tree.build()?;
    assert_eq!(now("/park/krotka/").await?, title, "nobody has told it yet");
    serve.signal("HUP")?;
    wait_until(async || now("/park/krotka/").await.is_ok_and(|now| now.contains("Dwa zdania"))).await;
    assert!(http::get(serve.address, KROTKA).await?.body.contains("Dwa zdania"), "the forms were not read again");
    let after = http::get(serve.address, "/").await?.page().attributes("link[rel=stylesheet]", "href").concat();
    assert_ne!(after, before);
    for style in [after, before] {
        let style = http::get(serve.address, &format!("/{style}")).await?;
        assert_eq!((style.status, style.header("cache-control")), (200, "public, max-age=31536000, immutable"));
    }

    fs::remove_file(built.dist.join("site/index.html"))?;
    serve.signal("HUP")?;
    wait_until(async || serve.log().is_ok_and(|log| log.contains("not read again"))).await;
    assert_eq!(http::get(serve.address, "/").await?.status, 200, "the last good build is gone");
    Ok(())
}

#[tokio::test]
async fn another_engine_is_used_where_one_is_named() -> Outcome {
    let built = Built::open()?;
    let engine = Engine::in_memory().await?;
    let mut command = Command::new(workspace::konsultacje()?);
    command.args(["serve", "--production", "--port", "0", "--dist"]).arg(&built.dist);
    command.arg("--data").arg(built.data.path().join("unused"));
    command.envs([("AWS_REGION", "eu-central-1"), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")]);
    command.env("AWS_ENDPOINT_URL_DYNAMODB", engine.endpoint()).env("TABLE_NAME", tests::engine::TABLE);
    let serve = Serve::run(command, built.data.path())?;
    let revision = revision(serve.address).await?;
    assert_eq!(http::post(serve.address, KROTKA, &body(1, "send", &revision)).await?.status, 303);
    assert_eq!(engine.items_of('S').await?.len(), 1);
    assert!(!built.data.path().join("unused").exists(), "a second place for answers was opened");
    Ok(())
}

#[tokio::test]
async fn each_request_is_told_in_one_line_that_names_nobody() -> Outcome {
    let built = Built::open()?;
    let log = built.data.path().join("stdout");
    let mut serve = {
        let mut command = Command::new(workspace::konsultacje()?);
        command.args(["serve", "--production", "--port", "0", "--client-address", "x-real-ip", "--dist"]);
        command.arg(&built.dist).arg("--data").arg(built.data.path());
        Serve::run_and_keep(command, built.data.path(), &log)?
    };
    let form = http::post(serve.address, KAZDE, &http::encode(&ANSWERS)).await?.page().form().unwrap();
    let posted = form.forward();
    let headers = [("content-type", http::FORM), ("x-real-ip", "198.51.100.77"), ("user-agent", "Przegladarka/1.0")];
    let sent = http::ask(serve.address, "POST", KAZDE, &headers, posted.as_bytes()).await?;
    assert_eq!(sent.status, 303);
    assert_eq!(http::get(serve.address, sent.location()).await?.status, 200);
    serve.stop()?;
    let told = fs::read_to_string(&log)?;
    let lines: Vec<Value> = told.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let routes: Vec<_> =
        lines.iter().map(|line| (line["route"].as_str().unwrap(), line["outcome"].as_str().unwrap())).collect();
    let form_route = "POST /api/{consultation}/{form}";
    assert_eq!(
        routes,
        [(form_route, "shown"), (form_route, "stored"), ("GET /api/receipt/{number}/{secret}", "shown")]
    );
    let mut secrets: Vec<&str> = sent.location().split('/').skip(3).collect();
    secrets.extend([form.value("_token"), "198.51.100.77", "Przegladarka", "ucja", "Zielona"]);
    for secret in secrets {
        assert!(!told.contains(secret) && !serve.log()?.contains(secret), "{secret} is told: {told}");
    }
    Ok(())
}

/// The answer of a resident who was told "not stored" leads to what the table said, and to nobody else's.
#[tokio::test]
async fn a_failure_is_found_by_the_name_of_its_request() -> Outcome {
    let built = Built::open()?;
    let engine = Engine::in_memory().await?;
    let printed = built.data.path().join("stdout");
    let mut command = Command::new(workspace::konsultacje()?);
    command.args(["serve", "--production", "--port", "0", "--dist"]).arg(&built.dist);
    command.envs([("AWS_REGION", "eu-central-1"), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")]);
    command.env("AWS_ENDPOINT_URL_DYNAMODB", engine.endpoint()).env("TABLE_NAME", tests::engine::TABLE);
    let mut serve = Serve::run_and_keep(command, built.data.path(), &printed)?;
    let revision = revision(serve.address).await?;
    drop(engine);
    for journey in [1, 2] {
        assert_eq!(http::post(serve.address, KROTKA, &body(journey, "send", &revision)).await?.status, 507);
    }
    serve.stop()?;
    let lines =
        |text: String| -> Vec<Value> { text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect() };
    let requests = lines(fs::read_to_string(&printed)?);
    let failures = lines(serve.log()?);
    let failed: Vec<_> = requests.iter().filter(|line| line["outcome"] == "not stored").collect();
    assert_eq!(failed.len(), 2, "{requests:?}");
    assert_ne!(failed[0]["request_id"], failed[1]["request_id"]);
    for request in failed {
        let ours: Vec<_> = failures.iter().filter(|line| line["request_id"] == request["request_id"]).collect();
        assert!(request["request_id"].is_string() && !ours.is_empty(), "{request}: {failures:?}");
        assert!(ours.iter().any(|line| line["message"].is_string() && line["cause"].is_string()), "{ours:?}");
    }
    Ok(())
}

// ---- the trial of a deployment

#[tokio::test]
async fn the_smoke_test_goes_the_whole_way_whatever_the_day_and_stores_a_trial() -> Outcome {
    let built = Built::within(Term::from_today(-60, -30)?)?;
    let mut serve = built.serve()?;
    for form in [KROTKA, KAZDE] {
        let said = tools::printed(&mut smoke(&serve, PREVIEW_SECRET, &built.dist, &[form]))?;
        assert!(said.contains("is well"), "{said}");
    }
    serve.kill();
    let engine = Engine::on_file(&serve.database()).await?;
    let receipts = engine.items_of('R').await?;
    assert_eq!(receipts.len(), 2, "one journey a form, sent twice");
    assert!(receipts.iter().all(|receipt| receipt["preview"].as_bool() == Ok(&true)), "{receipts:?}");
    Ok(())
}

#[tokio::test]
async fn the_smoke_test_notices_what_is_wrong() -> Outcome {
    let built = Built::within(Term::from_today(-60, -30)?)?;
    let serve = built.serve()?;
    let failure = |secret: &str, arguments: &[&str]| failure(smoke(&serve, secret, &built.dist, arguments));
    let closed = failure("another secret", &[KROTKA]);
    assert!(closed.contains("is not the form of this build"), "a closed form was taken for an open one: {closed}");
    assert!(failure(PREVIEW_SECRET, &["/api/park/none"]).contains("404"));
    drop(serve);

    let style = fs::read_dir(built.dist.join("site/assets"))?.filter_map(Result::ok).map(|entry| entry.path());
    let style = style.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "css")).unwrap();
    let manifest = fs::read_to_string(built.dist.join("manifest.json"))?;
    let mut manifest: Value = serde_json::from_str(&manifest)?;
    let name = format!("site/assets/{}", style.file_name().unwrap().to_string_lossy());
    assert!(manifest["files"].as_object_mut().unwrap().remove(&name).is_some());
    fs::write(built.dist.join("manifest.json"), manifest.to_string())?;
    let serve = built.serve()?;
    let said = self::failure(smoke(&serve, PREVIEW_SECRET, &built.dist, &[]));
    assert!(said.contains("has no style"), "{said}");
    Ok(())
}

/// The edge may still have yesterday's page: it looks well, and is not what was put up.
#[tokio::test]
async fn the_smoke_test_tells_this_build_from_another() -> Outcome {
    let built = Built::open()?;
    let serve = built.serve()?;
    let with = |path: &str, from: &str, to: &str| {
        Tree::copy_of(&built.dist).and_then(|copy| {
            copy.replace(path, from, to)?;
            Ok(failure(smoke(&serve, PREVIEW_SECRET, copy.root(), &[])))
        })
    };
    assert!(with("site/build.json", "\"today\"", "\"day\"")?.contains("does not show this build"));
    assert!(with("site/index.html", "<main", "<main ")?.contains("is not the page of this build"));
    assert!(with("site/park/strony/index.html", "<main", "<main ")?.contains("strony/ is not the page of this build"));
    assert!(
        with("forms/park/strony.pl.json", "\"revision\":\"1-", "\"revision\":\"2-")?
            .contains("strony?lang=pl is not the form")
    );
    Ok(())
}

fn failure(mut smoke: Command) -> String {
    tools::printed(&mut smoke).err().map(|error| error.to_string()).unwrap_or_default()
}

fn smoke(serve: &Serve, secret: &str, dist: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(workspace::repository().join("deploy/smoke"));
    command.arg(format!("http://{}", serve.address)).arg(dist).args(arguments).env("PREVIEW_SECRET", secret);
    command
}

// ---- how it comes onto a machine

/// Installs into a folder, then does what the unit of the build does: what was pushed meanwhile is built.
#[test]
fn it_is_installed_and_fetches_what_was_pushed() -> Outcome {
    let tree = Tree::of_fixture(FIXTURE, Term::around_today()?)?;
    let (machine, elsewhere) = (tempfile::tempdir()?, tree.root());
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main"];
        tools::printed(Command::new("git").arg("-C").arg(elsewhere).args(identity).args(arguments))
    };
    let push = |what: &str| git(&["add", "content"]).and_then(|_| git(&["commit", "--quiet", "-m", what]));
    git(&["init", "--quiet"])?;
    push("first")?;
    let server = workspace::repository().join("deploy/server");
    let mut install = Command::new(server.join("install"));
    install.arg(elsewhere).env("DESTDIR", machine.path()).env("BINARY", workspace::konsultacje()?);
    tools::printed(&mut install)?;
    let page = machine.path().join("srv/konsultacje/dist/site/park/krotka/index.html");
    assert!(fs::read_to_string(&page)?.contains("Jedno zdanie o\u{a0}parku"));

    tree.replace("content/park/forms/krotka.yaml", "Jedno zdanie o parku", "Dwa zdania o parku")?;
    push("second")?;
    let unit = fs::read_to_string(machine.path().join("etc/systemd/system/konsultacje-build.service"))?;
    // Everything the unit does on this machine, in its order; the last line is for the system.
    let steps: Vec<_> = unit.lines().filter_map(|line| line.strip_prefix("ExecStart")?.split_once('=')).collect();
    assert_eq!(steps.iter().map(|(when, _)| *when).collect::<Vec<_>>(), ["Pre", "", "Post"], "{unit}");
    for (_, step) in &steps[..2] {
        let step = step.trim_start_matches('-').replace("/srv/", &format!("{}/srv/", machine.path().display()));
        let step = step.replace("/usr/local/", &format!("{}/usr/local/", machine.path().display()));
        let mut words = step.split_whitespace();
        tools::printed(Command::new(words.next().unwrap()).args(words))?;
    }
    assert!(fs::read_to_string(&page)?.contains("Dwa zdania o\u{a0}parku"));
    // Both may write where they have to, and the folders are there from the beginning.
    assert!(unit.contains("ReadWritePaths=/srv/konsultacje\n"));
    tools::printed(&mut install)?;
    Ok(())
}

// ---- nothing is lost

/// Residents who review and send, again and again until they are answered, while the server is restarted and killed.
/// `tests/long` sets JOURNEYS to 10,000.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_journey_is_lost_and_none_is_stored_twice_through_restart_and_kill() -> Outcome {
    let journeys: u32 = env::var("JOURNEYS").map_or(Ok(300), |number| number.parse())?;
    let built = Built::open()?;
    let mut serve = built.serve()?;
    let crowd = Crowd::new(journeys, revision(serve.address).await?, serve.address);
    let mut residents = crowd.start(16);
    for (part, kill) in [(journeys / 4, false), (journeys / 2, true), (3 * journeys / 4, true)] {
        wait_until(async || crowd.acknowledged() >= part as usize).await;
        let before = crowd.locations();
        if kill {
            serve.kill();
        } else {
            let status = serve.stop()?;
            assert!(status.success(), "{status}: {}", serve.log()?);
        }
        serve = built.serve()?;
        crowd.lead_to(serve.address);
        // What was acknowledged before is there at once.
        for location in before.values().rev().take(20) {
            assert_eq!(http::get(serve.address, location).await?.status, 200, "lost: {location}");
        }
    }
    while residents.join_next().await.is_some() {}
    let locations = crowd.locations();
    assert_eq!(locations.len(), journeys as usize);
    assert_eq!(locations.values().collect::<BTreeSet<_>>().len(), journeys as usize, "two have one receipt");
    serve.kill();
    let engine = Engine::on_file(&serve.database()).await?;
    let stored = engine.items_of('S').await?;
    assert_eq!(stored.len(), journeys as usize, "an answer is lost or stored twice");
    let numbers: BTreeSet<_> = stored.iter().map(|item| text(item, "sk").split('#').nth(1).unwrap()).collect();
    let told: BTreeSet<_> = locations.values().map(|location| location.split('/').nth(3).unwrap()).collect();
    assert_eq!(numbers, told);
    Ok(())
}

/// Residents with a number each.
struct Crowd {
    size: u32,
    revision: String,
    address: Arc<Mutex<SocketAddr>>,
    next: Arc<AtomicU32>,
    locations: Arc<Mutex<BTreeMap<u32, String>>>,
}

impl Crowd {
    fn new(size: u32, revision: String, address: SocketAddr) -> Self {
        let address = Arc::new(Mutex::new(address));
        Self { size, revision, address, next: Arc::default(), locations: Arc::default() }
    }

    fn start(&self, at_once: usize) -> JoinSet<()> {
        let mut residents = JoinSet::new();
        for _ in 0..at_once {
            let (size, revision, address) = (self.size, self.revision.clone(), self.address.clone());
            let (next, locations) = (self.next.clone(), self.locations.clone());
            residents.spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= size {
                        return;
                    }
                    let location = take_part(&address, number, &revision).await;
                    locations.lock().unwrap().insert(number, location);
                }
            });
        }
        residents
    }

    fn lead_to(&self, address: SocketAddr) {
        *self.address.lock().unwrap() = address;
    }

    fn acknowledged(&self) -> usize {
        self.locations.lock().unwrap().len()
    }

    fn locations(&self) -> BTreeMap<u32, String> {
        self.locations.lock().unwrap().clone()
    }
}

/// Reviews and sends, and does so again when the connection breaks, as a person does who gets no answer.
async fn take_part(address: &Mutex<SocketAddr>, number: u32, revision: &str) -> String {
    loop {
        let address = *address.lock().unwrap();
        let journey = async {
            let review = http::post(address, KROTKA, &body(number, "review", revision)).await?;
            assert_eq!(review.status, 200, "{}", review.body);
            http::post(address, KROTKA, &body(number, "send", revision)).await
        };
        match journey.await {
            Ok(sent) if sent.status == 303 => return sent.location().to_owned(),
            // Not known to be stored, and said so: sent again.
            Ok(sent) if sent.status == 507 => {}
            Ok(sent) => panic!("{}: {}", sent.status, sent.body),
            Err(_) => {}
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

// ---- hostile and broken clients

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_half_open_and_oversized_clients_do_not_keep_others_waiting() -> Outcome {
    let built = Built::open()?;
    let serve = built.serve()?;
    let revision = revision(serve.address).await?;
    let mut held = Vec::new();
    let beginnings: [&[u8]; 4] = [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nhost: x\r\nslow: ",
        b"POST /api/park/krotka HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 9999\r\n\r\nzdanie=",
    ];
    for number in 0..200 {
        let mut stream = TcpStream::connect(serve.address).await?;
        stream.write_all(beginnings[number % beginnings.len()]).await?;
        held.push(stream);
    }
    // Somebody who asks for much and reads nothing.
    for _ in 0..20 {
        let mut stream = TcpStream::connect(serve.address).await?;
        stream.write_all(&b"GET /park/ HTTP/1.1\r\nhost: x\r\n\r\n".repeat(200)).await?;
        held.push(stream);
    }
    for number in 0..20 {
        assert_eq!(http::post(serve.address, KROTKA, &body(number, "send", &revision)).await?.status, 303);
    }
    let oversized = format!("x: {}\r\n", "x".repeat(1000)).repeat(300);
    let mut stream = TcpStream::connect(serve.address).await?;
    // It may hang up before it has read all of it.
    let _ = stream.write_all(format!("GET / HTTP/1.1\r\nhost: x\r\n{oversized}\r\n").as_bytes()).await;
    let mut answer = [0; 12];
    let read = timeout(PATIENCE, stream.read_exact(&mut answer)).await?;
    assert!(read.is_err() || &answer == b"HTTP/1.1 431", "{:?}", String::from_utf8_lossy(&answer));
    for broken in [&b"\0\0\0\0\r\n\r\n"[..], b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00"] {
        TcpStream::connect(serve.address).await?.write_all(broken).await?;
    }
    // Whoever does not come to an end is hung up on.
    for stream in held.iter_mut().take(3) {
        let mut rest = Vec::new();
        let _ =
            timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("a half-open connection is held for ever");
    }
    assert_eq!(http::get(serve.address, "/park/").await?.status, 200);
    drop(held);
    let mut serve = serve;
    assert!(serve.stop()?.success());
    let engine = Engine::on_file(&serve.database()).await?;
    assert_eq!(engine.items_of('S').await?.len(), 20);
    Ok(())
}

/// A file that many ask for and nobody reads lies in memory once, however long they take.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_readers_of_a_large_file_share_it() -> Outcome {
    const SIZE: usize = 16 << 20;
    const READERS: usize = 60;
    let tree = Tree::of_fixture(FIXTURE, Term::around_today()?)?;
    fs::write(tree.root().join("content/park/mapa.bin"), vec![b'm'; SIZE])?;
    let page = tree.root().join("content/park/klauzula.md");
    fs::write(&page, format!("{}\n[Mapa parku](mapa.bin)\n", fs::read_to_string(&page)?))?;
    let dist = tree.build()?;
    let data = tempfile::tempdir()?;
    let serve = Serve::production(&dist, data.path(), &PLAIN)?;
    let links = http::get(serve.address, "/park/klauzula/").await?.page().attributes("main a", "href");
    let link = links.iter().find(|link| link.contains("mapa")).unwrap();
    let asked = format!("GET /park/klauzula/{link} HTTP/1.1\r\nhost: x\r\n\r\n").replace("/klauzula/../", "/");
    let mut held = Vec::new();
    for _ in 0..READERS {
        let mut stream = TcpStream::connect(serve.address).await?;
        stream.write_all(asked.as_bytes()).await?;
        let mut beginning = [0; 15];
        timeout(PATIENCE, stream.read_exact(&mut beginning)).await??;
        assert_eq!(&beginning, b"HTTP/1.1 200 OK");
        held.push(stream);
    }
    let status = fs::read_to_string(format!("/proc/{}/status", serve.id()))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: usize = peak.trim().trim_end_matches(" kB").parse::<usize>()? << 10;
    assert!(peak < SIZE * READERS / 4, "{READERS} readers made it take {peak} bytes");
    Ok(())
}

#[tokio::test]
async fn what_a_browser_has_already_is_not_sent_again() -> Outcome {
    let built = Built::open()?;
    let serve = built.serve()?;
    let home = http::get(serve.address, "/").await?;
    let tag = home.header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let again = http::ask(serve.address, "GET", "/", &[("if-none-match", &known)], b"").await?;
        assert_eq!((again.status, again.body.as_str(), again.header("etag")), (304, "", tag.as_str()), "{known}");
        assert_eq!(again.header("cache-control"), "no-cache");
    }
    let other = http::ask(serve.address, "GET", "/", &[("if-none-match", "\"other\"")], b"").await?;
    assert_eq!((other.status, other.body), (200, home.body));
    Ok(())
}

/// The data lie on a file system of three megabytes, which fills up under the residents' answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_with_the_text_and_keeps_what_was_acknowledged() -> Outcome {
    let built = Built::open()?;
    let script = "mount -t tmpfs -o size=3m tmpfs \"$0\" && dd if=/dev/zero of=\"$0/ballast\" bs=1k count=1500 status=none && exec \"$@\"";
    let mut command = Command::new("unshare");
    command
        .args(["--map-root-user", "--mount", "sh", "-c", script])
        .arg(built.data.path())
        .arg(workspace::konsultacje()?);
    command
        .args(["serve", "--production", "--port", "0", "--dist"])
        .arg(&built.dist)
        .arg("--data")
        .arg(built.data.path());
    let mut serve = Serve::run(command, built.data.path())?;
    let revision = revision(serve.address).await?;
    let long = "Ź".repeat(20_000);
    let send = |number: u32| {
        let token = token(number);
        http::encode(&[("_token", token.as_str()), ("_revision", &revision), ("_step", "send"), ("zdanie", &long)])
    };
    let mut acknowledged = Vec::new();
    let mut number = 0;
    let refused = loop {
        let sent = http::post(serve.address, KROTKA, &send(number)).await?;
        if sent.status != 303 {
            break sent;
        }
        acknowledged.push(sent.location().to_owned());
        number += 1;
        assert!(number < 500, "the disk is never full");
    };
    assert!(number > 3, "full from the start");
    assert_eq!(refused.status, 507, "{}", refused.body);
    assert!(refused.body.contains(&long), "the text did not come back");
    for location in &acknowledged {
        let receipt = http::get(serve.address, location).await?;
        assert!(receipt.status == 200 && receipt.body.contains(&long), "lost on a full disk: {location}");
    }
    assert_eq!(http::get(serve.address, "/park/").await?.status, 200);
    // Somebody makes room: the same answer, sent again, is stored.
    let inside = PathBuf::from(format!("/proc/{}/root", serve.id())).join(built.data.path().strip_prefix("/")?);
    fs::remove_file(inside.join("ballast"))?;
    let again = http::post(serve.address, KROTKA, &send(number)).await?;
    assert_eq!(again.status, 303, "{}", again.body);
    assert!(serve.stop()?.success());
    Ok(())
}

// ---- backup and restore

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_made_under_load_is_restored_with_everything_acknowledged_before_it() -> Outcome {
    let built = Built::open()?;
    let mut serve = built.serve()?;
    let crowd = Crowd::new(200, revision(serve.address).await?, serve.address);
    let mut residents = crowd.start(8);
    wait_until(async || crowd.acknowledged() >= 50).await;
    let before = crowd.locations();
    let copy = built.data.path().join("copy.sqlite");
    let backup = workspace::repository().join("deploy/server/backup");
    let arguments = [built.data.path(), copy.as_path()];
    let said = tokio::task::spawn_blocking({
        let arguments = arguments.map(Path::to_owned);
        move || tools::run(backup, &arguments)
    })
    .await??;
    assert!(said.contains("bytes in"), "{said}");
    while residents.join_next().await.is_some() {}
    assert!(serve.stop()?.success());

    let restored = tempfile::tempdir()?;
    fs::copy(&copy, restored.path().join("submissions.sqlite"))?;
    let serve = Serve::production(&built.dist, restored.path(), &PLAIN)?;
    for location in before.values() {
        assert_eq!(http::get(serve.address, location).await?.status, 200, "not in the backup: {location}");
    }
    // Whoever sent after the backup and sends again is stored again, under the same number.
    for (number, location) in crowd.locations() {
        let again = http::post(serve.address, KROTKA, &body(number, "send", &crowd.revision)).await?;
        assert_eq!((again.status, again.location()), (303, location.as_str()));
    }
    // A backup never takes the place of something.
    assert!(tools::run(workspace::repository().join("deploy/server/backup"), &arguments).is_err());
    Ok(())
}

// ---- small things

fn body(number: u32, step: &str, revision: &str) -> String {
    let (token, sentence) = (token(number), format!("Zdanie numer {number} o gęsi i źdźble."));
    http::encode(&[("_token", token.as_str()), ("_revision", revision), ("_step", step), ("zdanie", &sentence)])
}

async fn revision(address: SocketAddr) -> anyhow::Result<String> {
    Ok(http::get(address, KROTKA).await?.page().form().unwrap().value("_revision").to_owned())
}

async fn wait_until(mut done: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !done().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    // The load of `tests/long` takes its time.
    timeout(PATIENCE * 10, waiting).await.expect("it never came to that");
}
