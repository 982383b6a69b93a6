//! The tables themselves, as `serve`, tests and `konsultacje table create` make them; the cloud's own stand in its
//! template. Both have the same keys and expire by the same attribute.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableStatus,
    TimeToLiveSpecification, TimeToLiveStatus,
};

use super::items::{EXPIRES, PARTITION, SORT};
use super::{Cause, Store, StoreError};

/// How often a new table is asked whether it is ready, and how long to wait in between: a minute in
/// all.
const QUESTIONS: u32 = 120;
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(500);

/// Whether a table was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// It was not there, and is now.
    Now,
    /// It was there already.
    Before,
}

impl Store {
    /// Creates the table on demand, with both keys and expiry; changes nothing where it exists
    /// already.
    pub async fn create_table(&self) -> Result<Created, StoreError> {
        create(&self.client, &self.table).await
    }
}

/// Creates `table` and waits until it can be used.
pub(crate) async fn create(client: &Client, table: &str) -> Result<Created, StoreError> {
    let (attributes, keys) = schema().map_err(|e| unavailable(Cause::unsent("CreateTable", &e)))?;
    let created = client
        .create_table()
        .table_name(table)
        .set_attribute_definitions(Some(attributes))
        .set_key_schema(Some(keys))
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await;
    let created = match created {
        Ok(_) => Created::Now,
        Err(error) if error.as_service_error().is_some_and(CreateTableError::is_resource_in_use_exception) => {
            Created::Before
        }
        Err(error) => return Err(refused("CreateTable", &error)),
    };
    wait_until_active(client, table).await?;
    enable_expiry(client, table).await?;
    Ok(created)
}

async fn wait_until_active(client: &Client, table: &str) -> Result<(), StoreError> {
    for _ in 0..QUESTIONS {
        let described =
            client.describe_table().table_name(table).send().await.map_err(|e| refused("DescribeTable", &e))?;
        let status = described.table.and_then(|table| table.table_status);
        if status == Some(TableStatus::Active) {
            return Ok(());
        }
        tokio::time::sleep(BETWEEN_QUESTIONS).await;
    }
    Err(unavailable(Cause::told("DescribeTable", "the table has not become active")))
}

/// Switches expiry on; an engine refuses to do so twice.
async fn enable_expiry(client: &Client, table: &str) -> Result<(), StoreError> {
    let described =
        client.describe_time_to_live().table_name(table).send().await.map_err(|e| refused("DescribeTimeToLive", &e))?;
    let status = described.time_to_live_description.and_then(|ttl| ttl.time_to_live_status);
    if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
        return Ok(());
    }
    let ttl = TimeToLiveSpecification::builder()
        .attribute_name(EXPIRES)
        .enabled(true)
        .build()
        .map_err(|e| unavailable(Cause::unsent("UpdateTimeToLive", &e)))?;
    let updated = client.update_time_to_live().table_name(table).time_to_live_specification(ttl).send().await;
    updated.map(drop).map_err(|e| refused("UpdateTimeToLive", &e))
}

/// Returns the two keys, both strings.
fn schema() -> Result<(Vec<AttributeDefinition>, Vec<KeySchemaElement>), BuildError> {
    let keys = [(PARTITION, KeyType::Hash), (SORT, KeyType::Range)];
    let mut attributes = Vec::new();
    let mut elements = Vec::new();
    for (name, kind) in keys {
        attributes
            .push(AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build()?);
        elements.push(KeySchemaElement::builder().attribute_name(name).key_type(kind).build()?);
    }
    Ok((attributes, elements))
}

fn refused<E>(operation: &'static str, error: &SdkError<E>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    unavailable(Cause::of(operation, error))
}

fn unavailable(cause: Cause) -> StoreError {
    StoreError::Unavailable(cause)
}
