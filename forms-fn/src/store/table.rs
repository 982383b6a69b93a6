//! The table itself, as `serve` and tests need it; the cloud's own stands in its template.

use std::time::Duration;

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

impl Store {
    /// Creates the table on demand, with both keys and expiry; changes nothing where it exists
    /// already.
    pub async fn create_table(&self) -> Result<(), StoreError> {
        let (attributes, keys) = schema().map_err(|e| unavailable(Cause::unsent("CreateTable", &e)))?;
        let created = self
            .client
            .create_table()
            .table_name(&self.table)
            .set_attribute_definitions(Some(attributes))
            .set_key_schema(Some(keys))
            .billing_mode(BillingMode::PayPerRequest)
            .send()
            .await;
        if let Err(error) = &created
            && !error.as_service_error().is_some_and(CreateTableError::is_resource_in_use_exception)
        {
            return Err(refused("CreateTable", error));
        }
        self.wait_until_active().await?;
        self.enable_expiry().await
    }

    async fn wait_until_active(&self) -> Result<(), StoreError> {
        for _ in 0..QUESTIONS {
            let described = self
                .client
                .describe_table()
                .table_name(&self.table)
                .send()
                .await
                .map_err(|e| refused("DescribeTable", &e))?;
            let status = described.table.and_then(|table| table.table_status);
            if status == Some(TableStatus::Active) {
                return Ok(());
            }
            tokio::time::sleep(BETWEEN_QUESTIONS).await;
        }
        Err(unavailable(Cause::told("DescribeTable", "the table has not become active")))
    }

    /// Switches expiry on; an engine refuses to do so twice.
    async fn enable_expiry(&self) -> Result<(), StoreError> {
        let described = self
            .client
            .describe_time_to_live()
            .table_name(&self.table)
            .send()
            .await
            .map_err(|e| refused("DescribeTimeToLive", &e))?;
        let status = described.time_to_live_description.and_then(|ttl| ttl.time_to_live_status);
        if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
            return Ok(());
        }
        let ttl = TimeToLiveSpecification::builder()
            .attribute_name(EXPIRES)
            .enabled(true)
            .build()
            .map_err(|e| unavailable(Cause::unsent("UpdateTimeToLive", &e)))?;
        self.client
            .update_time_to_live()
            .table_name(&self.table)
            .time_to_live_specification(ttl)
            .send()
            .await
            .map(drop)
            .map_err(|e| refused("UpdateTimeToLive", &e))
    }
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
