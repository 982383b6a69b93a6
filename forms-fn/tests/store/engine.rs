//! The embedded engine, on a port of its own.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    ops::RangeInclusive,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use dynoxide::Database;
use forms_fn::{
    number::{Number, Token},
    store::{Connection, Counters, Store, connect},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::{
    FORM, Item, TABLE, kind,
    proxy::{Fault, Proxy, meddle},
    submission,
};

/// Name of the table of counters.
pub(super) const COUNTERS: &str = "counters";

/// The embedded engine on a port of its own; its data outlives a stop.
pub(super) struct Engine {
    pub(super) database: Database,
    address: SocketAddr,
    pub(super) client: Client,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Engine {
    pub(super) async fn start() -> Self {
        let database = Database::memory().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let client = connect(&connection(address)).unwrap();
        let running = Some(serve(listener, database.clone()));
        Self { database, address, client, running }
    }

    pub(super) async fn stop(&mut self) {
        let (stop, stopped) = self.running.take().unwrap();
        stop.send(()).unwrap();
        stopped.await.unwrap();
    }

    pub(super) async fn restart(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.running = Some(serve(listener, self.database.clone()));
    }

    /// A store as a new process has it, on a table that exists.
    pub(super) async fn store(&self) -> Store {
        let store = Store::new(self.client.clone(), TABLE);
        store.create_table().await.unwrap();
        store
    }

    /// A store that meets these failures on its way.
    pub(super) async fn behind(&self, faults: impl IntoIterator<Item = (&'static str, Fault)>) -> (Store, Arc<Proxy>) {
        self.store().await;
        let (client, proxy) = self.client_behind(faults).await;
        (Store::new(client, TABLE), proxy)
    }

    /// Counters as a new process has them, on a table that exists; they wait for a busy machine.
    pub(super) async fn counters(&self) -> Counters {
        let mut counters = Counters::new(self.client.clone(), COUNTERS);
        counters.patience = Duration::from_mins(1);
        counters.create_table().await.unwrap();
        counters
    }

    /// Counters that meet these failures on their way.
    pub(super) async fn counters_behind(
        &self,
        faults: impl IntoIterator<Item = (&'static str, Fault)>,
    ) -> (Counters, Arc<Proxy>) {
        let (client, proxy) = self.client_behind(faults).await;
        (Counters::new(client, COUNTERS), proxy)
    }

    async fn client_behind(&self, faults: impl IntoIterator<Item = (&'static str, Fault)>) -> (Client, Arc<Proxy>) {
        let queue = Mutex::new(faults.into_iter().collect());
        let proxy = Arc::new(Proxy { upstream: self.address, queue, units: Mutex::default() });
        let app = axum::Router::new().fallback(meddle).with_state(Arc::clone(&proxy));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        (connect(&connection(address)).unwrap(), proxy)
    }

    /// Lets a stranger hold some of the numbers of a token.
    pub(super) async fn occupy(&self, store: &Store, token: &Token, attempts: RangeInclusive<u8>) {
        let stranger = Token::mint().unwrap();
        store.submit(&submission(&stranger, "obca"), &stranger).await.unwrap();
        let mut item = self.items().await.into_iter().find(|item| kind(item) == 'R').unwrap();
        for n in attempts {
            let key = format!("R#{}", Number::derive(FORM, token, n));
            item.insert("pk".to_owned(), AttributeValue::S(key));
            self.put(item.clone()).await;
        }
    }

    pub(super) async fn put(&self, item: Item) {
        self.put_in(TABLE, item).await;
    }

    pub(super) async fn put_in(&self, table: &str, item: Item) {
        self.client.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
    }

    pub(super) async fn delete(&self, item: &Item) {
        let delete = self.client.delete_item().table_name(TABLE);
        delete.key("pk", item["pk"].clone()).key("sk", item["sk"].clone()).send().await.unwrap();
    }

    pub(super) async fn items(&self) -> Vec<Item> {
        self.items_in(TABLE).await
    }

    pub(super) async fn items_in(&self, table: &str) -> Vec<Item> {
        let pages = self.client.scan().table_name(table).into_paginator();
        pages.items().send().collect::<Result<_, _>>().await.unwrap()
    }

    pub(super) async fn kinds(&self) -> BTreeMap<char, usize> {
        let mut kinds = BTreeMap::new();
        for item in self.items().await {
            *kinds.entry(kind(&item)).or_default() += 1;
        }
        kinds
    }
}

fn serve(listener: TcpListener, database: Database) -> (oneshot::Sender<()>, JoinHandle<()>) {
    let (stop, stopped) = oneshot::channel();
    let stopped = async move { drop(stopped.await) };
    let server = async move {
        dynoxide::server::serve_with_shutdown(listener, database, stopped).await.unwrap();
    };
    (stop, tokio::spawn(server))
}

pub(super) fn connection(address: SocketAddr) -> Connection {
    Connection {
        region: "eu-central-1".to_owned(),
        access_key_id: "klucz".to_owned(),
        secret_access_key: "klucz".to_owned(),
        session_token: None,
        endpoint: Some(format!("http://{address}")),
    }
}
