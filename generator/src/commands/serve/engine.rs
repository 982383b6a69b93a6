//! The embedded engine: `DynamoDB` on a file, behind the same client as in the cloud.

use std::{
    fs::{File, TryLockError},
    path::Path,
};

use anyhow::{Context as _, bail, ensure};
use dynoxide::Database;
use forms_fn::store::{self, Connection, Counters, Store};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// Name of the file in the data folder.
const DATABASE: &str = "submissions.sqlite";
/// Name of the file that is locked while a process uses the folder.
const LOCK: &str = "lock";
/// Names of the tables.
const TABLE: &str = "submissions";
const COUNTERS: &str = "counters";

/// A running engine.
pub(in crate::commands) struct Engine {
    store: Store,
    counters: Counters,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), String>>,
    /// Held for as long as the engine runs.
    _lock: File,
}

impl Engine {
    /// Opens the engine on `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// When another process uses the folder, or the file cannot be opened.
    pub(in crate::commands) async fn open(folder: &Path) -> anyhow::Result<Self> {
        super::create(folder)?;
        let lock = lock(folder)?;
        let path = folder.join(DATABASE);
        let Some(path) = path.to_str() else {
            bail!("failed to open {}: the path is not UTF-8", path.display());
        };
        let database = Database::new(path).map_err(|error| anyhow::anyhow!("failed to open {path}: {error}"))?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("failed to start the engine")?;
        let endpoint = format!("http://{}", listener.local_addr().context("failed to start the engine")?);
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database, async {
            // A dropped sender stops it too.
            let _ = stopped.await;
        }));
        let client = store::connect(&Connection {
            region: "local".to_owned(),
            access_key_id: "local".to_owned(),
            secret_access_key: "local".to_owned(),
            session_token: None,
            endpoint: Some(endpoint),
        })?;
        let store = Store::new(client.clone(), TABLE);
        store.create_table().await.context("failed to prepare the table")?;
        let counters = Counters::new(client, COUNTERS);
        counters.create_table().await.context("failed to prepare the table of counters")?;
        Ok(Self { store, counters, stop, task, _lock: lock })
    }

    /// Opens the engine on a folder that a process has kept data in before; otherwise as [`Engine::open`].
    pub(in crate::commands) async fn open_existing(folder: &Path) -> anyhow::Result<Self> {
        let database = folder.join(DATABASE);
        ensure!(database.is_file(), "{} is not there: nothing was kept in {}", database.display(), folder.display());
        Self::open(folder).await
    }

    /// Returns the store on this engine.
    pub(in crate::commands) fn store(&self) -> Store {
        self.store.clone()
    }

    /// Returns the counters on this engine.
    pub(in crate::commands) fn counters(&self) -> Counters {
        self.counters.clone()
    }

    /// Stops the engine once what is under way is done.
    pub(in crate::commands) async fn close(self) {
        drop(self.stop);
        drop((self.store, self.counters));
        // Every acknowledged write is on the disk already; a connection kept open must not hold the process.
        let _ = tokio::time::timeout(std::time::Duration::from_secs(2), self.task).await;
    }
}

fn lock(folder: &Path) -> anyhow::Result<File> {
    let path = folder.join(LOCK);
    let file = File::create(&path).with_context(|| format!("failed to open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!("another process uses the data in {}", folder.display()),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("failed to lock {}", path.display())),
    }
}
