//! Runs `konsultacje serve` on a port of its own.

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};
use tempfile::NamedTempFile;

use crate::workspace;

/// How long building into memory may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// The secret of trials that [`Serve::production`] gives.
pub const PREVIEW_SECRET: &str = "preview-secret-of-the-plain-server";

/// A running `konsultacje serve`; killed when dropped.
#[derive(Debug)]
pub struct Serve {
    /// Where it listens.
    pub address: SocketAddr,
    data: PathBuf,
    child: Child,
    log: NamedTempFile,
}

impl Serve {
    /// Serves the tree under `root` with the data in `data` and the further `arguments`, on a free port, and waits
    /// until it answers.
    ///
    /// # Errors
    /// When it ends instead; the error tells what it printed.
    pub fn start<A: AsRef<OsStr>>(root: &Path, data: &Path, arguments: &[A]) -> anyhow::Result<Self> {
        let mut command = Command::new(workspace::konsultacje()?);
        command.arg("serve").arg("--root").arg(root).arg("--data").arg(data).args(["--port", "0"]).args(arguments);
        Self::run(command, data)
    }

    /// Serves the build in `dist` for real (`--production`), otherwise as [`Serve::start`].
    ///
    /// # Errors
    /// When it ends instead; the error tells what it printed.
    pub fn production<A: AsRef<OsStr>>(dist: &Path, data: &Path, arguments: &[A]) -> anyhow::Result<Self> {
        let mut command = Command::new(workspace::konsultacje()?);
        command.args(["serve", "--production", "--port", "0", "--dist"]).arg(dist).arg("--data").arg(data);
        command.args(arguments).env("PREVIEW_SECRET", PREVIEW_SECRET);
        Self::run(command, data)
    }

    /// Runs `command`, which serves with the data in `data`, and waits until it answers.
    ///
    /// # Errors
    /// When it ends instead; the error tells what it printed.
    pub fn run(command: Command, data: &Path) -> anyhow::Result<Self> {
        Self::run_and_keep(command, data, Path::new("/dev/null"))
    }

    /// As [`Serve::run`], and keeps what it prints to standard output in the file `printed`.
    ///
    /// # Errors
    /// As [`Serve::run`].
    pub fn run_and_keep(mut command: Command, data: &Path, printed: &Path) -> anyhow::Result<Self> {
        let mut printed = fs::File::create(printed)?;
        let log = NamedTempFile::new()?;
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::from(log.reopen()?)).spawn()?;
        let stdout = child.stdout.take().context("no standard output")?;
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // Read to the end, so that the process never waits for a full pipe.
                let _ = writeln!(printed, "{line}");
                let _ = sender.send(line);
            }
        });
        // Killed on every way out from here.
        let mut serve = Self { address: SocketAddr::from(([127, 0, 0, 1], 0)), data: data.to_owned(), child, log };
        let Ok(line) = receiver.recv_timeout(PATIENCE) else {
            serve.kill();
            bail!("serve did not start: {}", serve.log()?);
        };
        serve.address = address(&line).with_context(|| format!("no address in {line:?}"))?;
        Ok(serve)
    }

    /// Returns the address of `path`, as a browser takes it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Ends the process at once (SIGKILL), whatever it is doing.
    pub fn kill(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Returns the process's id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Tells the process to stop (SIGTERM) and waits until it has; returns how it ended.
    pub fn stop(&mut self) -> anyhow::Result<ExitStatus> {
        self.signal("TERM")?;
        Ok(self.child.wait()?)
    }

    /// Waits until the process has ended by itself; returns how.
    ///
    /// # Errors
    /// When it has not after `patience`.
    pub fn ended(&mut self, patience: Duration) -> anyhow::Result<ExitStatus> {
        let end = Instant::now() + patience;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            ensure!(Instant::now() < end, "serve does not end: {}", self.log()?);
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sends a signal, by its name.
    pub fn signal(&self, name: &str) -> anyhow::Result<()> {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.id().to_string()).status()?;
        ensure!(sent.success(), "failed to send {name}");
        Ok(())
    }

    /// Returns the engine's file in the data folder; one process at a time may use it.
    pub fn database(&self) -> PathBuf {
        self.data.join("submissions.sqlite")
    }

    /// Returns what it has printed to standard error.
    pub fn log(&self) -> anyhow::Result<String> {
        Ok(fs::read_to_string(self.log.path())?)
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        self.kill();
    }
}

fn address(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://")?;
    rest.split(['/', ' ']).next()?.parse().ok()
}
