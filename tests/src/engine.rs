//! The embedded engine on a port of its own, with a table of submissions.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow};
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use dynoxide::Database;
use forms_fn::store::{Connection, Counters, Store, connect};
use tokio::{net::TcpListener, runtime::Runtime};

/// Name of the table of submissions.
pub const TABLE: &str = "submissions";
/// Name of the table of counters.
pub const COUNTERS: &str = "counters";

/// How long a killed engine may take to leave its port.
const PATIENCE: Duration = Duration::from_secs(10);

/// A stored item.
pub type Item = HashMap<String, AttributeValue>;

/// A running engine; it can be killed under whoever uses it, and opened again with the same data on the same port.
pub struct Engine {
    data: Data,
    address: SocketAddr,
    client: Client,
    /// A runtime apart from the test's: ending it cuts every connection in the middle of what it does.
    runtime: Option<Runtime>,
}

enum Data {
    /// Lives as long as this value does.
    Memory(Database),
    File(PathBuf),
    /// Runs somewhere else, and is not ended from here.
    Elsewhere,
}

impl Engine {
    /// Starts an engine in memory, with a table.
    pub async fn in_memory() -> anyhow::Result<Self> {
        Self::start(Data::Memory(Database::memory().map_err(|error| anyhow!("{error}"))?)).await
    }

    /// Starts an engine on a file, which is made if it is not there, with a table.
    pub async fn on_file(path: &Path) -> anyhow::Result<Self> {
        Self::start(Data::File(path.to_owned())).await
    }

    /// Makes the tables in an engine that runs already.
    pub async fn elsewhere(address: SocketAddr) -> anyhow::Result<Self> {
        Self { data: Data::Elsewhere, address, client: connect(&connection(address))?, runtime: None }.prepared().await
    }

    async fn start(data: Data) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?.into_std()?;
        let address = listener.local_addr()?;
        let client = connect(&connection(address))?;
        let runtime = Some(run(listener, data.open()?)?);
        Self { data, address, client, runtime }.prepared().await
    }

    async fn prepared(self) -> anyhow::Result<Self> {
        self.store().create_table().await?;
        self.counters().create_table().await?;
        Ok(self)
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns a store as a new process has it.
    pub fn store(&self) -> Store {
        Store::new(self.client.clone(), TABLE)
    }

    /// Returns counters as a new process has them.
    pub fn counters(&self) -> Counters {
        Counters::new(self.client.clone(), COUNTERS)
    }

    /// Returns the address for `AWS_ENDPOINT_URL_DYNAMODB`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns every item of the table of submissions, read with the SDK.
    pub async fn items(&self) -> anyhow::Result<Vec<Item>> {
        self.items_in(TABLE).await
    }

    /// Returns every item of `table`.
    pub async fn items_in(&self, table: &str) -> anyhow::Result<Vec<Item>> {
        let pages = self.client.scan().table_name(table).consistent_read(true).into_paginator();
        Ok(pages.items().send().collect::<Result<Vec<_>, _>>().await?)
    }

    /// Returns the items of one kind: `R`, `S` or `F`.
    pub async fn items_of(&self, kind: char) -> anyhow::Result<Vec<Item>> {
        let mut items = self.items().await?;
        items.retain(|item| text(item, "pk").starts_with(kind));
        Ok(items)
    }

    /// Puts an item into `table`, in place of one with its key.
    pub async fn put(&self, table: &str, item: Item) -> anyhow::Result<()> {
        self.client.put_item().table_name(table).set_item(Some(item)).send().await?;
        Ok(())
    }

    /// Ends the engine at once, whatever it is doing; connections break.
    pub fn kill(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    /// Opens a killed engine again: the same data, the same port.
    pub async fn reopen(&mut self) -> anyhow::Result<()> {
        let listener = self.port().await?;
        self.runtime = Some(run(listener.into_std()?, self.data.open()?)?);
        Ok(())
    }

    /// Puts something that takes connections and never answers in the place of a killed engine, until it is dropped.
    pub async fn silence(&self) -> anyhow::Result<TcpListener> {
        // The system takes connections by itself; nobody ever reads from them.
        self.port().await
    }

    /// Takes the port again as soon as the killed engine has left it.
    async fn port(&self) -> anyhow::Result<TcpListener> {
        let begun = Instant::now();
        loop {
            match TcpListener::bind(self.address).await {
                Ok(listener) => return Ok(listener),
                Err(error) if begun.elapsed() > PATIENCE => return Err(error).context("the port is still taken"),
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Data {
    fn open(&self) -> anyhow::Result<Database> {
        match self {
            Self::Memory(database) => Ok(database.clone()),
            Self::File(path) => {
                let path = path.to_str().context("the path is not UTF-8")?;
                Database::new(path).map_err(|error| anyhow!("failed to open {path}: {error}"))
            }
            Self::Elsewhere => Err(anyhow!("this engine is not ours to open")),
        }
    }
}

/// Returns the text of an attribute; empty where there is none.
pub fn text<'a>(item: &'a Item, attribute: &str) -> &'a str {
    item.get(attribute).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

fn run(listener: std::net::TcpListener, database: Database) -> anyhow::Result<Runtime> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.spawn(async move {
        let listener = TcpListener::from_std(listener).map_err(|error| error.to_string())?;
        dynoxide::server::serve_with_shutdown(listener, database, std::future::pending()).await
    });
    Ok(runtime)
}

fn connection(address: SocketAddr) -> Connection {
    Connection {
        region: "eu-central-1".to_owned(),
        access_key_id: "test".to_owned(),
        secret_access_key: "test".to_owned(),
        session_token: None,
        endpoint: Some(format!("http://{address}")),
    }
}
