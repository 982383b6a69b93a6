//! The cloud without an account: its template, what runs at the edge, its deployment, its watchers.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod deployment;
mod edge;
mod emulator;
mod ground;
mod mistakes;
mod rules;
mod template;
mod workflows;

/// What every test here returns.
type Outcome = anyhow::Result<()>;

/// The region that the tests stand in.
const REGION: &str = "eu-central-1";
