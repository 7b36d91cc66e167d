//! Why a figure or page could not be made.

/// Why a figure or page could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The chart needs a table or column that is not there.
    #[error("needs {what}")]
    InputMissing {
        /// What is missing, such as "table `linkages`" or "column `stage`".
        what: String,
    },
    /// There is nothing to draw.
    #[error("has nothing to draw: {why}")]
    Empty {
        /// Why, such as "every value of `pagerank` is empty".
        why: String,
    },
    /// An option is not one that the chart takes.
    #[error("{0}")]
    Option(String),
    /// The SVG could not be rendered.
    #[error("the picture could not be rendered: {0}")]
    Render(String),
    /// The page's template could not be filled.
    #[error("the page could not be filled: {0}")]
    Template(String),
}
