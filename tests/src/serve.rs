//! Runs `konsultacje serve` on a port of its own.

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context as _, bail};
use tempfile::NamedTempFile;

use crate::workspace;

/// How long building into memory may take.
const PATIENCE: Duration = Duration::from_mins(2);

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
        let log = NamedTempFile::new()?;
        let mut child = Command::new(workspace::konsultacje()?)
            .arg("serve")
            .arg("--root")
            .arg(root)
            .arg("--data")
            .arg(data)
            .args(["--port", "0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::from(log.reopen()?))
            .spawn()?;
        let stdout = child.stdout.take().context("no standard output")?;
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // Read to the end, so that the process never waits for a full pipe.
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
