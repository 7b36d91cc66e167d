//! Synthetic economies: seeded models that write files which palenque reads.
//!
//! A model depends on its options alone: same firms, periods and seed, same bytes.

mod archetype;
mod chance;
mod tonaya;

use std::io::{self, Write};

/// Where a model writes its files, one after the other.
pub trait Sink {
    /// Opens the next file, by its path inside the model's folder.
    ///
    /// # Errors
    /// When the file cannot be opened.
    fn file(&mut self, path: &str) -> io::Result<Box<dyn Write + '_>>;
}

/// How large and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GenerateOptions {
    /// Firms in the last period.
    pub firms: usize,
    /// What chance begins with.
    pub seed: u64,
    /// Periods.
    pub periods: usize,
}

impl Default for GenerateOptions {
    fn default() -> Self {
        Self { firms: 300, seed: 1, periods: 4 }
    }
}

/// What a model says about itself.
#[derive(Clone, Copy, Debug)]
pub struct ModelSpec {
    /// The name in `palenque generate NAME`.
    pub name: &'static str,
    /// What it makes, in one sentence.
    pub summary: &'static str,
    /// The files it writes: name, and what is in it.
    pub files: &'static [(&'static str, &'static str)],
}

/// A synthetic economy.
pub trait Model: Sync {
    /// What it is.
    fn spec(&self) -> &'static ModelSpec;

    /// Writes its files.
    ///
    /// # Errors
    /// `InvalidInput` for options that it cannot serve, and whatever the sink refuses.
    fn generate(&self, options: &GenerateOptions, sink: &mut dyn Sink) -> io::Result<()>;
}

static MODELS: &[&dyn Model] =
    &[&archetype::DISTRICT, &archetype::HUB, &archetype::SCATTERED, &tonaya::Tonaya];

/// Every model, in alphabetical order.
pub fn all() -> impl Iterator<Item = &'static dyn Model> {
    MODELS.iter().copied()
}

/// The model of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static dyn Model> {
    all().find(|model| model.spec().name == name)
}
