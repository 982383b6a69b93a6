//! The function that receives forms: one [`router`] over one [`App`], the same in Lambda, in `serve` and in tests.
//!
//! 1. [`router`] names the addresses; `handlers` extract, call and respond.
//! 2. `posted` reads what a browser sent, and refuses what is too large or of the wrong type.
//! 3. `journey` decides what follows: a mistake, the review, the receipt.
//! 4. [`store`] keeps the answer, once; it alone names `DynamoDB`.
//! 5. [`telemetry`] tells of each request, and of nobody who made it.
//!
//! What is drawn comes from the [`Catalogue`], which the generator packs into `dist/forms/`.

mod app;
mod catalogue;
pub mod clock;
mod handlers;
pub mod headers;
mod journey;
pub mod number;
mod posted;
mod router;
pub mod store;
pub mod telemetry;

pub use app::{App, OriginSecrets, PreviewSecret};
pub use catalogue::{Catalogue, CatalogueError};
pub use clock::Clock;
pub use router::router;
