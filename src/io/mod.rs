//! Where facts come from and where results go.
//!
//! Facts come in as text: one file a relation, as Souffle reads it ([`input`]), or a whole design
//! as a folder of CSV files ([`design_of_folder`]) or as one JSON text ([`design_of_json`]). Rows
//! go out as text again ([`output`]), in an order that depends on nothing but the rows.
//!
//! Nothing in here opens a file by itself. Texts come through [`Files`] and leave through
//! [`Outputs`], so that a folder, an archive in the binary and a map in a test serve alike.
//!
//! A bad line never hides the others: every bad line is reported with the field underlined, and all
//! good lines load.

mod ahead;
mod design;
mod error;
mod fields;
mod files;
mod gzip;
mod json;
mod lines;
mod numbers;
mod order;
mod parameters;
mod read;
mod slots;
mod sqlite;
mod value;
mod whole;
mod write;

pub use design::{design_of_folder, design_of_json};
pub use error::open_quote_code;
pub use files::{
    Directory, Files, OutputDirectory, Outputs, StandardOutput, near_file, save, save_durably,
};
pub use order::order;
pub use read::{Loaded, input};
pub use slots::Slots;
pub use sqlite::{Saved, sqlite};
pub use whole::{Line, each_line};
pub use write::{Rows, output, print_size};
